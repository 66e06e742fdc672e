"""How far human joints go: swing of each bone from rest, and its twist about itself.

Rounded up from the ranges of motion of the American Academy of Orthopaedic Surgeons (1965), told from the body's rest
pose (arms level, palms down): a hanging arm has swung by 90 degrees. Spine and neck share their ranges among joints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.rotations import angle_between, axis_angle_from_matrix, matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_INDEX, JOINT_NAMES, Skeleton

_BONE_ENDS = {
    "hip": "knee", "knee": "ankle", "ankle": "foot", "collar": "shoulder", "shoulder": "elbow", "elbow": "wrist",
    "wrist": "middle1", "spine1": "spine2", "spine2": "spine3", "spine3": "neck", "neck": "head",
}  # fmt: skip
"""Where the bone of a joint ends; the head and the toes have none and are limited as a whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JointLimit:
    """How far a joint goes from rest, degrees.

    Attributes:
        swing: of its bone's direction.
        twist: about its bone.
    """

    swing: float
    twist: float


JOINT_LIMITS: dict[str, JointLimit] = {
    "hip": JointLimit(swing=125.0, twist=50.0),
    "knee": JointLimit(swing=150.0, twist=15.0),
    "ankle": JointLimit(swing=60.0, twist=40.0),
    "foot": JointLimit(swing=75.0, twist=75.0),
    "spine1": JointLimit(swing=35.0, twist=20.0),
    "spine2": JointLimit(swing=35.0, twist=20.0),
    "spine3": JointLimit(swing=35.0, twist=20.0),
    "neck": JointLimit(swing=45.0, twist=45.0),
    "head": JointLimit(swing=50.0, twist=50.0),
    "collar": JointLimit(swing=30.0, twist=20.0),
    "shoulder": JointLimit(swing=140.0, twist=100.0),
    "elbow": JointLimit(swing=150.0, twist=90.0),
    "wrist": JointLimit(swing=80.0, twist=50.0),
}
"""By the joint's name without its side."""


def weighted_turn(
    start: Float[np.ndarray, "N 3 3"], stop: Float[np.ndarray, "N 3 3"], weight: Float[np.ndarray, "N"]
) -> Float[np.ndarray, "N 3 3"]:
    """Part of the way from one rotation to another."""
    way = axis_angle_from_matrix(np.swapaxes(start, -1, -2) @ stop)
    return start @ matrix_from_axis_angle(weight[:, None] * way)


def limited_turn(
    base: Float[np.ndarray, "N 3 3"], wanted: Float[np.ndarray, "N 3 3"], limit_rad: float
) -> Float[np.ndarray, "N 3 3"]:
    """The wanted rotation, or as much of the way there from `base` as the limit allows."""
    angle = angle_between(base, wanted)
    return weighted_turn(base, wanted, np.minimum(1.0, limit_rad / np.maximum(angle, 1e-6)))


def degrees_beyond_limits(
    local_rotations: Float[np.ndarray, "*S 22 3 3"], skeleton: Skeleton
) -> Float[np.ndarray, "*S 22"]:
    """By how much each joint is past its limits in swing or twist, whichever is more; 0 within them (and at the root).

    Bones are those of the mean shape: their directions hardly change with it.
    """
    rest = skeleton.rest_joints(np.zeros(10))
    beyond = np.zeros(local_rotations.shape[:-2])
    for joint in range(1, BODY_JOINT_COUNT):
        side, _, stem = JOINT_NAMES[joint].rpartition("_")
        limit, rotation = JOINT_LIMITS[stem], local_rotations[..., joint, :, :]
        if stem not in _BONE_ENDS:
            whole = angle_between(rotation, np.broadcast_to(np.eye(3), rotation.shape))
            beyond[..., joint] = np.maximum(np.degrees(whole) - limit.swing, 0.0)
            continue
        end = JOINT_INDEX[f"{side}_{_BONE_ENDS[stem]}" if side else _BONE_ENDS[stem]]
        bone = (rest[end] - rest[joint]) / np.linalg.norm(rest[end] - rest[joint])
        swing, twist = _swing_and_twist_deg(rotation, bone)
        beyond[..., joint] = np.maximum(np.maximum(swing - limit.swing, twist - limit.twist), 0.0)
    return beyond


def _swing_and_twist_deg(
    rotation: Float[np.ndarray, "*S 3 3"], bone: Float[np.ndarray, "3"]
) -> tuple[Float[np.ndarray, "*S"], Float[np.ndarray, "*S"]]:
    """Angle of the shortest turn that brings the bone where it points, and of the turn about the bone before it."""
    swing = np.arccos(np.clip((rotation @ bone) @ bone, -1.0, 1.0))
    vector = axis_angle_from_matrix(rotation)
    angle = np.linalg.norm(vector, axis=-1)
    # The quaternion's part along the bone, against its real part (Grassia 1998).
    along = np.sin(0.5 * angle) * (vector @ bone) / np.maximum(angle, 1e-9)
    twist = 2 * np.arctan2(np.abs(along), np.abs(np.cos(0.5 * angle)))
    return np.degrees(swing), np.degrees(twist)
