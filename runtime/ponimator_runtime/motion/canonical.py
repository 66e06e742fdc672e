"""Between the world and model space: person A at the origin, facing +Z, the floor at y = 0.

Both persons are moved by one rigid transform (a turn about the up axis and a shift). The root trap of SMPL-X lives
here and nowhere else: a turn of the whole body turns the *pelvis joint*, which does not sit at the model's origin,
so γ' = R (J₀ + γ) + shift − J₀, where J₀ is the rest pelvis of that shape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.kinematics import pose_joint_positions
from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.skeleton import JOINT_INDEX, Skeleton

_SIDES = tuple((JOINT_INDEX[f"left_{part}"], JOINT_INDEX[f"right_{part}"]) for part in ("hip", "shoulder"))


@dataclass(frozen=True, kw_only=True, slots=True)
class GroundTransform:
    """A turn about the up axis, then a shift: `x ↦ R(yaw) x + shift`.

    Attributes:
        yaw_rad: turn about +Y.
        shift: (3,) m.
    """

    yaw_rad: float
    shift: Float[np.ndarray, "3"]

    @property
    def rotation(self) -> Float[np.ndarray, "3 3"]:
        """R(yaw)."""
        return matrix_about_y(self.yaw_rad)

    def inverse(self) -> GroundTransform:
        """The way back."""
        back = matrix_about_y(-self.yaw_rad)
        return GroundTransform(yaw_rad=-self.yaw_rad, shift=-(back @ self.shift))

    def after(self, first: GroundTransform) -> GroundTransform:
        """This transform applied after another."""
        return GroundTransform(yaw_rad=self.yaw_rad + first.yaw_rad, shift=self.rotation @ first.shift + self.shift)


def facing_yaw(joints: Float[np.ndarray, "*S 22 3"]) -> Float[np.ndarray, "*S"]:
    """Yaw about +Y, from +Z, of where a body faces, from its hips and shoulders."""
    leftward = np.zeros((*joints.shape[:-2], 3))
    for left, right in _SIDES:
        leftward = leftward + joints[..., left, :] - joints[..., right, :]
    # Forward is left × up: for a body at rest, left is +X, up is +Y and forward is +Z.
    return np.asarray(np.arctan2(-leftward[..., 2], leftward[..., 0]))


def model_from_world(pose: InteractivePose, skeleton: Skeleton, *, floor_height: float = 0.0) -> GroundTransform:
    """The transform that puts person A at the origin facing +Z, and the floor at y = 0."""
    yaw_rad = float(facing_yaw(pose_joint_positions(pose, skeleton)[0]))
    pelvis = pose.pelvis_positions(skeleton)[0]
    on_floor = np.array([pelvis[0], floor_height, pelvis[2]])
    turn = matrix_about_y(-yaw_rad)
    return GroundTransform(yaw_rad=-yaw_rad, shift=-(turn @ on_floor))


def transform_pose(pose: InteractivePose, transform: GroundTransform, skeleton: Skeleton) -> InteractivePose:
    """Both bodies of one instant, moved rigidly."""
    rest_pelvis = skeleton.rest_joints(pose.betas)[:, 0]
    return replace(
        pose,
        rotations=_with_root_turned(pose.rotations, transform),
        translations=_moved_translation(pose.translations, rest_pelvis, transform),
    )


def transform_motion(motion: Motion, transform: GroundTransform, skeleton: Skeleton) -> Motion:
    """Both bodies over time, moved rigidly."""
    rest_pelvis = skeleton.rest_joints(motion.betas)[:, None, 0]
    return replace(
        motion,
        rotations=_with_root_turned(motion.rotations, transform),
        translations=_moved_translation(motion.translations, rest_pelvis, transform),
    )


def _with_root_turned(
    rotations: Float[np.ndarray, "*S J 3 3"], transform: GroundTransform
) -> Float[np.ndarray, "*S J 3 3"]:
    turned = rotations.copy()
    turned[..., 0, :, :] = transform.rotation @ rotations[..., 0, :, :]
    return turned


def _moved_translation(
    translation: Float[np.ndarray, "*S 3"], rest_pelvis: Float[np.ndarray, "*R 3"], transform: GroundTransform
) -> Float[np.ndarray, "*S 3"]:
    pelvis = rest_pelvis + translation
    return pelvis @ transform.rotation.T + transform.shift - rest_pelvis
