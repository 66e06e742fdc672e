"""A rig in a pose, and the body's own pose by differences from the bind pose (stage one)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.kinematics import positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.retargeting.fitting import FittedRig
from ponimator_runtime.motion.rotations import matrix_from_quaternion, quaternion_from_matrix
from ponimator_runtime.motion.skeleton import JOINT_INDEX

_HIPS = tuple(JOINT_INDEX[f"{side}_hip"] for side in ("left", "right"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceBody:
    """One body of the stream in one frame.

    Attributes:
        rotations: from each joint to the world, (55, 3, 3).
        positions: of the joints, (55, 3) m.
    """

    rotations: Float[np.ndarray, "55 3 3"]
    positions: Float[np.ndarray, "55 3"]

    @classmethod
    def of_frame(
        cls,
        rotations_xyzw: Float[np.ndarray, "55 4"],
        translation: Float[np.ndarray, "3"],
        rest_joints: Float[np.ndarray, "55 3"],
    ) -> SourceBody:
        """From local rotations and γ, as they come."""
        rotations = world_rotations(matrix_from_quaternion(rotations_xyzw))
        return cls(rotations=rotations, positions=positions_from_world_rotations(rotations, translation, rest_joints))

    @property
    def hip_middle(self) -> Float[np.ndarray, "3"]:
        """Halfway between the hip joints, m."""
        return 0.5 * (self.positions[_HIPS[0]] + self.positions[_HIPS[1]])


@dataclass(frozen=True, kw_only=True, slots=True)
class Posed:
    """A rig in a pose; its turns change it in place.

    Attributes:
        fitted: the rig.
        rotations: from each bone to the world, (B, 3, 3).
        positions: of the bones, (B, 3) m.
    """

    fitted: FittedRig
    rotations: Float[np.ndarray, "B 3 3"]
    positions: Float[np.ndarray, "B 3"]

    def copy(self) -> Posed:
        """The same pose, to be changed apart."""
        return Posed(fitted=self.fitted, rotations=self.rotations.copy(), positions=self.positions.copy())

    def joint(self, name: str) -> Float[np.ndarray, "3"]:
        """Where a joint's bone is, m."""
        return self.positions[self.fitted.bones[name]]

    def joint_rotation(self, name: str) -> Float[np.ndarray, "3 3"]:
        """How a source joint would be turned: the bone's rotation without what the bind pose brings."""
        bone = self.fitted.bones[name]
        return self.rotations[bone] @ self.fitted.references[bone].T

    def turn_bone(self, bone: int, by: Float[np.ndarray, "3 3"]) -> None:
        """Turns a bone and all that hangs on it about its own place."""
        below, pivot = self.fitted.below[bone], self.positions[bone].copy()
        self.rotations[below] = by @ self.rotations[below]
        self.positions[below] = (self.positions[below] - pivot) @ by.T + pivot

    def shift(self, by: Float[np.ndarray, "3"]) -> None:
        """Moves the whole body."""
        self.positions[self.fitted.below[self.fitted.carrier]] += by

    def local(self) -> RigPose:
        """What an engine sets on its bones."""
        fitted = self.fitted
        local = self.rotations.copy()
        for bone, parent in enumerate(fitted.rig.parents):
            if parent >= 0:
                local[bone] = self.rotations[parent].T @ self.rotations[bone]
        parent = fitted.rig.parents[fitted.carrier]
        moved = self.positions[fitted.carrier]
        if parent >= 0:
            moved = self.rotations[parent].T @ (moved - self.positions[parent])
        return RigPose(
            rotations_xyzw=quaternion_from_matrix(local),
            carrier=fitted.carrier,
            carrier_position=moved,
            hips_position=self.joint("pelvis").copy(),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RigPose:
    """A pose as an engine sets it; all bones but the carrier stay at their bind positions.

    Attributes:
        rotations_xyzw: from each bone to its parent, of a root to the actor, (B, 4), w ≥ 0.
        carrier: the bone that is moved.
        carrier_position: in its parent, (3,) m.
        hips_position: where the pelvis bone is in the actor's space, (3,) m.
    """

    rotations_xyzw: Float[np.ndarray, "B 4"]
    carrier: int
    carrier_position: Float[np.ndarray, "3"]
    hips_position: Float[np.ndarray, "3"]


def body_posed(fitted: FittedRig, source: SourceBody, *, floor: float, shift: Float[np.ndarray, "3"]) -> Posed:
    """The body alone: every bone turned as its joint is, the hips at the height of the rig's own legs.

    Args:
        fitted: the rig.
        source: the body that it follows.
        floor: height of the ground, m.
        shift: by which the body stands elsewhere than the source, m.
    """
    rig, joint_of = fitted.rig, {bone: joint for joint, bone in fitted.bones.items()}
    rotations, positions = np.empty((rig.bone_count, 3, 3)), np.empty((rig.bone_count, 3))
    for bone, parent in enumerate(rig.parents):
        joint = "pelvis" if bone == fitted.carrier else joint_of.get(bone)
        if joint is not None:
            rotations[bone] = source.rotations[JOINT_INDEX[joint]] @ fitted.references[bone]
        elif parent >= 0:
            rotations[bone] = rotations[parent] @ fitted.local_rotations[bone]
        else:
            rotations[bone] = fitted.local_rotations[bone]
        if parent >= 0:
            positions[bone] = positions[parent] + rotations[parent] @ fitted.local_positions[bone]
        else:
            positions[bone] = fitted.local_positions[bone]
    posed = Posed(fitted=fitted, rotations=rotations, positions=positions)
    middle = source.hip_middle + shift
    middle[1] = floor + fitted.leg_scale * (middle[1] - floor)
    posed.shift(middle - 0.5 * (posed.joint("left_hip") + posed.joint("right_hip")))
    return posed
