"""Where in the game's world an interaction happens: from two, one or no places of the characters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.canonical import GroundTransform, facing_yaw, transform_pose
from ponimator_runtime.motion.kinematics import pose_joint_positions
from ponimator_runtime.motion.pose import InteractivePose
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.skeleton import Skeleton

_ON_GROUND = np.array([1.0, 0.0, 1.0])


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """A character's place in the world.

    Attributes:
        position: a point on the ground under the pelvis, (3,) m.
        yaw_rad: where the character faces, about +Y from +Z.
    """

    position: Float[np.ndarray, "3"]
    yaw_rad: float


def roots_of(pose: InteractivePose, skeleton: Skeleton, *, floor_height: float = 0.0) -> tuple[Root, Root]:
    """The places at which two bodies stand."""
    pelves = pose.pelvis_positions(skeleton) * _ON_GROUND + np.array([0.0, floor_height, 0.0])
    yaws = facing_yaw(pose_joint_positions(pose, skeleton))
    return (
        Root(position=pelves[0], yaw_rad=float(yaws[0])),
        Root(position=pelves[1], yaw_rad=float(yaws[1])),
    )


def placed_at_roots(
    pose: InteractivePose, roots: tuple[Root | None, Root | None], skeleton: Skeleton
) -> InteractivePose:
    """An interactive pose made in model space, moved into the world.

    With two places: half-way between them, turned so that each person is on the side of the own character. With one:
    that person stands there, facing as told. With none it stays at the origin.
    """
    own = roots_of(pose, skeleton)
    first, second = roots
    if first is not None and second is not None:
        between = second.position - first.position
        if np.linalg.norm(between[[0, 2]]) < 1e-6:
            return transform_pose(pose, _bringing(own[0], first), skeleton)
        own_between = own[1].position - own[0].position
        yaw_rad = _yaw_of(between) - _yaw_of(own_between)
        middle = 0.5 * (first.position + second.position)
        own_middle = 0.5 * (own[0].position + own[1].position)
        turned = matrix_about_y(yaw_rad) @ own_middle
        return transform_pose(pose, GroundTransform(yaw_rad=yaw_rad, shift=middle - turned), skeleton)
    for person, root in enumerate(roots):
        if root is not None:
            return transform_pose(pose, _bringing(own[person], root), skeleton)
    return pose


def _bringing(own: Root, wanted: Root) -> GroundTransform:
    yaw_rad = wanted.yaw_rad - own.yaw_rad
    turned = matrix_about_y(yaw_rad) @ own.position
    return GroundTransform(yaw_rad=yaw_rad, shift=wanted.position - turned)


def _yaw_of(direction: Float[np.ndarray, "3"]) -> float:
    return float(np.arctan2(direction[0], direction[2]))
