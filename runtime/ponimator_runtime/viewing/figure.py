"""One person in the browser: a skinned mesh whose bones are the 22 generated joints.

Fingers and face are baked into the skin at rest, as the models leave them: so a frame is 22 bones, not 55.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import viser
from jaxtyping import Float

from ponimator_runtime.motion.contact import hand_of_fingers
from ponimator_runtime.motion.kinematics import positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.rotations import matrix_from_quaternion, quaternion_from_matrix
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.surface import BodySurface

Colour = tuple[int, int, int]
_WXYZ: Final = [3, 0, 1, 2]


class Figure:
    """A body that takes any pose."""

    def __init__(
        self,
        scene: viser.SceneApi,
        name: str,
        surface: BodySurface,
        rest_joints: Float[np.ndarray, "55 3"],
        *,
        colour: Colour,
        opacity: float | None = None,
    ) -> None:
        """Adds it, invisible until it is posed.

        Args:
            scene: of viser.
            name: of its node.
            surface: whose skin it has.
            rest_joints: of this person, m; the skin goes with them.
            colour: red, green, blue, 0 to 255.
            opacity: from 0 to 1; None: a solid body.
        """
        self._rest_joints = rest_joints
        weights = _body_weights(surface)
        vertices = surface.posed(np.tile(np.eye(3), (BODY_JOINT_COUNT, 1, 1)), np.zeros(3), np.zeros(10))
        moved = rest_joints[:BODY_JOINT_COUNT] - surface.skeleton.template[:BODY_JOINT_COUNT]
        upright = np.zeros((BODY_JOINT_COUNT, 4))
        upright[:, 0] = 1.0
        self._mesh = scene.add_mesh_skinned(
            name,
            vertices + weights @ moved,
            surface.faces,
            bone_wxyzs=upright,
            bone_positions=rest_joints[:BODY_JOINT_COUNT].copy(),
            skin_weights=weights,
            color=colour,
            opacity=opacity,
            cast_shadow=opacity is None,
            visible=False,
        )

    @property
    def visible(self) -> bool:
        """Whether it is shown."""
        return bool(self._mesh.visible)

    @visible.setter
    def visible(self, visible: bool) -> None:
        if visible != self._mesh.visible:
            self._mesh.visible = visible

    def pose(
        self, rotations_xyzw: Float[np.ndarray, "55 4"], translation: Float[np.ndarray, "3"]
    ) -> Float[np.ndarray, "22 3"]:
        """Shows it so; where its joints are then, m."""
        turns = world_rotations(matrix_from_quaternion(rotations_xyzw[:BODY_JOINT_COUNT].astype(np.float64)))
        joints = positions_from_world_rotations(turns, translation.astype(np.float64), self._rest_joints)
        wxyz = quaternion_from_matrix(turns)[:, _WXYZ]
        for bone, turn, place in zip(self._mesh.bones, wxyz, joints, strict=True):
            bone.wxyz, bone.position = turn, place
        self.visible = True
        return joints

    def remove(self) -> None:
        """Takes it out of the scene."""
        self._mesh.remove()


def _body_weights(surface: BodySurface) -> Float[np.ndarray, "V 22"]:
    """Weights of the generated joints; what hangs on a finger or an eye counts for the wrist or the head."""
    weights = np.zeros((len(surface.vertices), BODY_JOINT_COUNT))
    np.add.at(weights.T, hand_of_fingers(), surface.weight_matrix().T)
    return weights
