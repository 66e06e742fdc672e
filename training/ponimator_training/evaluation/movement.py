"""How bodies move: whether planted feet slide, how jerky a motion is, how well a window keeps its anchor.

Pure numpy over joints; it knows no surface and no network.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.skeleton import JOINT_INDEX
from ponimator_runtime.motion.surface import BodySurface

_FEET = tuple(JOINT_INDEX[name] for name in ("left_ankle", "left_foot", "right_ankle", "right_foot"))
PLANTED_HEIGHT_M = 0.02
"""A heel or toe no higher than this above where it stands at rest counts as planted, whatever its speed."""
_CM_PER_M = 100.0
_MM_PER_M = 1000.0


def standing_heights(surface: BodySurface, betas: Float[np.ndarray, "W P 10"]) -> Float[np.ndarray, "W P 4"]:
    """Height of left heel, left toe, right heel and right toe joint where the body stands at rest on the floor, m."""
    lowest = (surface.vertices[:, 1] + betas @ surface.shape_basis[:, 1].T).min(axis=-1)
    heights: Float[np.ndarray, "W P 4"] = surface.skeleton.rest_joints(betas)[..., _FEET, 1] - lowest[..., None]
    return heights


def planted_speeds(
    joints: Float[np.ndarray, "W P N 22 3"], standing: Float[np.ndarray, "W P 4"], rate_hz: float
) -> Float[np.ndarray, "W 2"]:
    """Of each window the summed ground speed of feet planted in two frames running, m/s, and how often one was."""
    feet = joints[:, :, :, _FEET]
    low: Bool[np.ndarray, "W P N 4"] = feet[..., 1] - standing[:, :, None] < PLANTED_HEIGHT_M
    planted = low[:, :, 1:] & low[:, :, :-1]
    speed = np.linalg.norm(np.diff(feet[..., (0, 2)], axis=2), axis=-1) * rate_hz
    return np.stack([np.where(planted, speed, 0.0).sum(axis=(1, 2, 3)), planted.sum(axis=(1, 2, 3))], axis=1)


def foot_slide_cm_s(speeds: Float[np.ndarray, "W 2"]) -> float:
    """Mean ground speed of planted feet, of what `planted_speeds` says, cm/s; NaN where none ever is."""
    summed, count = speeds.sum(axis=0)
    return float(summed / count * _CM_PER_M) if count else float("nan")


def mean_jerk(joints: Float[np.ndarray, "*S N J 3"], rate_hz: float) -> Float[np.ndarray, "*S"]:
    """Mean size of the third derivative of the joints' positions, m/s³."""
    third = np.diff(joints, n=3, axis=-3) * rate_hz**3
    jerk: Float[np.ndarray, "*S"] = np.linalg.norm(third, axis=-1).mean(axis=(-2, -1))
    return jerk


def anchor_error_mm(
    joints: Float[np.ndarray, "W P N 22 3"],
    anchor_joints: Float[np.ndarray, "W P 22 3"],
    anchor_index: Int[np.ndarray, "W"],
) -> Float[np.ndarray, "W"]:
    """Mean distance of the joints at the anchor's frame to the anchor's, of each window, mm."""
    shown = joints[np.arange(len(joints)), :, anchor_index]
    return np.asarray(np.linalg.norm(shown - anchor_joints, axis=-1).mean(axis=(1, 2)) * _MM_PER_M)


def velocity_change(joints: Float[np.ndarray, "P N J 3"]) -> Float[np.ndarray, "M"]:
    """How much the velocity changes at each inner frame, mean over joints and persons, m per frame."""
    return np.asarray(np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1).mean(axis=(0, 2)))


def seam_changes(joints: Float[np.ndarray, "P N J 3"], seams: list[int]) -> Float[np.ndarray, "S"]:
    """The larger velocity change at the last frame before each seam and the first one behind it, m per frame.

    Args:
        joints: one continuous motion, positions in the world.
        seams: the first frame of each following window.
    """
    change = velocity_change(joints)  # change[k] is at frame k + 1
    return np.array([change[seam - 2 : seam].max() for seam in seams])
