"""Longer motion: windows chained as in the paper, joined plainly or as the runtime joins them.

The last frame of a window is the anchor of the next, at index 0. Seams are looked at where one sees them: at display
rate, in the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from ponimator_runtime.motion.canonical import model_from_world, transform_motion, transform_pose
from ponimator_runtime.motion.kinematics import motion_joint_positions, pose_joint_positions
from ponimator_runtime.motion.pose import Motion, concatenated
from ponimator_runtime.motion.seam import SEAM_BLEND_S, carried_on
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion.window import anchor_features
from ponimator_training.data.clips import ClipSet
from ponimator_training.evaluation.movement import mean_jerk, seam_changes, velocity_change
from ponimator_training.evaluation.played import Played, played_features
from ponimator_training.evaluation.window_rows import Continuation

CHAINED_WINDOWS = 5
DISPLAY_RATE_HZ = 60.0
_STILL = 1e-9
"""Changes and jerks below this are rounding."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainMeasures:
    """Means over chains.

    Attributes:
        plain_seam: velocity change at the seams over the median one, windows put one behind the other.
        runtime_seam: the same where windows go on with the momentum of the one before, as the runtime lets them.
        jerk_growth: jerk of the last window over that of the first.
        height_change: mean pelvis height of the last window over that of the first; its inverse where larger.
    """

    plain_seam: float
    runtime_seam: float
    jerk_growth: float
    height_change: float

    def figures(self) -> dict[str, float]:
        """As a row of the table."""
        return {
            "seam ratio, plain": self.plain_seam,
            "seam ratio, runtime": self.runtime_seam,
            "jerk, last / first": self.jerk_growth,
            "height, last / first": self.height_change,
        }


def chained(
    continuation: Continuation, first: Played, skeleton: Skeleton, *, count: int = CHAINED_WINDOWS
) -> list[list[Motion]]:
    """For each first window a chain of `count` windows, all in the world of the first one."""
    chains = [[first.motion(window)] for window in range(len(first))]
    at_start = np.zeros(len(first), dtype=np.int64)
    for _ in range(count - 1):
        last = [chain[-1].pose_at(-1) for chain in chains]
        to_model = [model_from_world(pose, skeleton) for pose in last]
        anchors = [transform_pose(pose, way, skeleton) for pose, way in zip(last, to_model, strict=True)]
        features = continuation(
            np.stack([anchor_features(pose) for pose in anchors]),
            np.stack([pose_joint_positions(pose, skeleton) for pose in anchors]),
            at_start,
            first.betas,
        )
        following = played_features(features, first.betas, skeleton)
        for window, (chain, way) in enumerate(zip(chains, to_model, strict=True)):
            chain.append(transform_motion(following.motion(window), way.inverse(), skeleton))
    return chains


def truth_chains(clips: ClipSet, chosen: Int[np.ndarray, "S"], *, frames: int) -> list[list[Motion]]:
    """Clips cut into windows that share a frame, as chained windows do; what seams cost where the motion is one."""
    chains = []
    for clip in chosen:
        whole = clips.motion(int(clip))
        starts = range(0, whole.frame_count - frames + 1, frames - 1)
        chains.append([whole.frames(start, start + frames) for start in starts])
    return [chain for chain in chains if len(chain) > 1]


def joined(chain: list[Motion], *, carried: bool) -> tuple[Motion, list[int]]:
    """A chain at display rate as one motion, and the first frame of each window but the first.

    Args:
        chain: windows, each of which begins with the last frame of the one before.
        carried: as the runtime goes on from window to window; otherwise they are put one behind the other.
    """
    if not carried:
        windows = [resampled(window, DISPLAY_RATE_HZ) for window in chain]
        whole, seams = windows[0], []
        for following in windows[1:]:
            seams.append(whole.frame_count)
            whole = concatenated(whole, following.frames(1, following.frame_count))
        return whole, seams
    whole, seams = chain[0], []
    for window in chain[1:]:
        anchor = whole.frame_count - 1
        following = carried_on(window, whole.frames(anchor - 2, anchor), blend_s=SEAM_BLEND_S)
        seams.append(round(anchor * DISPLAY_RATE_HZ / whole.rate_hz) + 1)
        whole = concatenated(whole, following.frames(1, following.frame_count))
    return resampled(whole, DISPLAY_RATE_HZ), seams


def chain_measures(chains: list[list[Motion]], skeleton: Skeleton) -> ChainMeasures:
    """Seams and stability of chains."""
    first, last = (np.stack([motion_joint_positions(chain[place], skeleton) for chain in chains]) for place in (0, -1))
    rate_hz = chains[0][0].rate_hz
    heights = last[..., 0, 1].mean(axis=(1, 2)) / first[..., 0, 1].mean(axis=(1, 2))
    return ChainMeasures(
        plain_seam=_seam_ratio(chains, skeleton, carried=False),
        runtime_seam=_seam_ratio(chains, skeleton, carried=True),
        jerk_growth=_ratio(mean_jerk(last, rate_hz).mean(), mean_jerk(first, rate_hz).mean()),
        height_change=float(np.maximum(heights, 1 / heights).mean()),
    )


def _seam_ratio(chains: list[list[Motion]], skeleton: Skeleton, *, carried: bool) -> float:
    """Mean velocity change at seams over the median one of all frames of all chains."""
    at_seams, all_changes = [], []
    for chain in chains:
        whole, seams = joined(chain, carried=carried)
        joints = motion_joint_positions(whole, skeleton)
        at_seams.append(seam_changes(joints, seams))
        all_changes.append(velocity_change(joints))
    return _ratio(np.concatenate(at_seams).mean(), np.median(np.concatenate(all_changes)))


def _ratio(value: np.floating[Any], base: np.floating[Any]) -> float:
    """NaN where nothing moves."""
    return float(value) / float(base) if base > _STILL else float("nan")
