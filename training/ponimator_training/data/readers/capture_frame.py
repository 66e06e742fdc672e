"""Brings a file's skeleton into our frame: T-pose found and dropped, up axis and unit guessed, and each said.

Both persons of a capture are brought over by one turn and one scale, so that they stay where they stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion
from ponimator_runtime.motion_files.upright import UpAxis, guessed_up, y_up_from

UNITS_M = {
    "metres": 1.0,
    "centimetres": 0.01,
    "millimetres": 0.001,
    "inches": 0.0254,
    "CMU units (inch / 0.45)": 0.0254 / 0.45,
}
_USUAL_LEG_M = 0.84
"""From hip to ankle."""
_LEG_RANGE_M = (0.55, 1.1)
_JUMP_RATIO, _JUMP_LEG_SHARE = 5.0, 0.15
"""A first frame is no motion if it lies this many times the fastest step away, and this share of a leg."""
_LEVEL_COSINE, _STRAIGHT_COSINE = 0.85, 0.9
_UPRIGHT_COSINE = 0.8

JointMap = Mapping[str, int]


def without_t_pose(motion: SkeletonMotion, joints: JointMap, up: Float[NDArray[np.float64], "3"]) -> SkeletonMotion:
    """Rotations count from the first frame where it is a T-pose; it is dropped where the motion jumps out of it.

    Raises:
        DataError: neither the first frame nor the rest pose stands upright, so that rotations mean nothing.
    """
    is_t_pose = _is_t_pose(motion.positions[0], joints, up)
    if is_t_pose:
        motion = motion.resting_at(0)
    if motion.frame_count > 3 and _jumps_at_start(motion, joints, ratio=1.0 if is_t_pose else _JUMP_RATIO):
        what = "T-pose" if is_t_pose else "pose that is no part of the motion"
        motion = motion.last_frames(motion.frame_count - 1, f"first frame dropped ({what})")
    axis = _body_axis(motion.rest_positions, joints)
    if axis @ up < _UPRIGHT_COSINE * np.linalg.norm(axis):
        raise DataError(
            f"{motion.source}: the skeleton's rest pose does not stand upright; begin the file with a T-pose frame."
        )
    return motion


def guessed_up_axis(motions: Sequence[SkeletonMotion], maps: Sequence[JointMap]) -> UpAxis:
    """Along which axis the captured people stand.

    Raises:
        DataError: nobody stands upright.
    """
    axes = [_body_axis(motion.positions, joints) for motion, joints in zip(motions, maps, strict=True)]
    return guessed_up(np.concatenate(axes), motions[0].source)


def unit_m(motions: Sequence[SkeletonMotion], maps: Sequence[JointMap]) -> tuple[float, str]:
    """Metres in a unit of the files, and how it was found: people's legs are about equally long."""
    legs = [leg_length(motion.rest_positions, joints) for motion, joints in zip(motions, maps, strict=True)]
    leg = float(np.mean(legs))
    if leg <= 0:
        raise DataError(f"{motions[0].source}: the legs are of length zero.")
    name = min(UNITS_M, key=lambda unit: abs(np.log(leg * UNITS_M[unit] / _USUAL_LEG_M)))
    scale = UNITS_M[name]
    if _LEG_RANGE_M[0] <= leg * scale <= _LEG_RANGE_M[1]:
        return scale, f"unit guessed: {name} (legs of {leg * scale:.2f} m)"
    scale = _USUAL_LEG_M / leg
    return scale, f"unit unknown: scaled by {scale:.4g} so that legs are {_USUAL_LEG_M} m long"


def brought_over(motion: SkeletonMotion, up: UpAxis, scale: float, note: str) -> SkeletonMotion:
    """Metres, Y up."""
    return motion.moved(y_up_from(up), scale, note)


def leg_length(positions: Float[NDArray[np.float64], "S 3"], joints: JointMap) -> float:
    """Mean length of thigh and shank together."""
    lengths = [
        np.linalg.norm(positions[joints[f"{side}_{lower}"]] - positions[joints[f"{side}_{upper}"]])
        for side in ("left", "right")
        for upper, lower in (("hip", "knee"), ("knee", "ankle"))
    ]
    return float(sum(lengths)) / 2


def _body_axis(positions: Float[NDArray[np.float64], "*F S 3"], joints: JointMap) -> Float[NDArray[np.float64], "*F 3"]:
    """From between the ankles to between the shoulders."""
    feet = positions[..., joints["left_ankle"], :] + positions[..., joints["right_ankle"], :]
    shoulders = positions[..., joints["left_shoulder"], :] + positions[..., joints["right_shoulder"], :]
    return 0.5 * (shoulders - feet)


def _is_t_pose(positions: NDArray[np.float64], joints: JointMap, up: NDArray[np.float64]) -> bool:
    """Upright, arms level and out to the sides, knees straight."""
    sideways = positions[joints["left_shoulder"]] - positions[joints["right_shoulder"]]
    sideways = sideways / max(float(np.linalg.norm(sideways)), 1e-9)
    cosines = [(_direction(positions, joints, "left_hip", "right_hip") @ sideways) * -1]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        cosines += [
            float(_direction(positions, joints, f"{side}_{a}", f"{side}_{b}") @ sideways) * sign
            for a, b in (("shoulder", "elbow"), ("elbow", "wrist"))
        ]
    straight = [
        float(-up @ _direction(positions, joints, f"{side}_{a}", f"{side}_{b}"))
        for side in ("left", "right")
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    return min(cosines) > _LEVEL_COSINE and min(straight) > _STRAIGHT_COSINE


def _direction(positions: NDArray[np.float64], joints: JointMap, start: str, stop: str) -> NDArray[np.float64]:
    bone = positions[joints[stop]] - positions[joints[start]]
    unit: NDArray[np.float64] = bone / max(float(np.linalg.norm(bone)), 1e-9)
    return unit


def _jumps_at_start(motion: SkeletonMotion, joints: JointMap, *, ratio: float) -> bool:
    """Whether the step from the first to the second frame is none of the motion's own: `ratio` times as large."""
    relative = motion.positions - motion.positions[:, :1]
    steps = np.linalg.norm(np.diff(relative, axis=0), axis=-1).max(axis=1)
    far = _JUMP_LEG_SHARE * leg_length(motion.rest_positions, joints)
    return bool(steps[0] > max(ratio * float(np.percentile(steps[1:], 99)), far))
