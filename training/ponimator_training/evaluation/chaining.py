"""Longer motion: windows chained as in the paper, joined plainly or as the runtime joins them.

The last frame of a window is the anchor of the next, at index 0. Seams are looked at where one sees them: at display
rate, in the world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from ponimator_runtime.motion.canonical import model_from_world, transform_motion, transform_pose
from ponimator_runtime.motion.kinematics import motion_joint_positions, pose_joint_positions
from ponimator_runtime.motion.pose import Motion, concatenated
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.stitch import inertialised, resampled
from ponimator_runtime.motion.window import MODEL_RATE_HZ, anchor_features
from ponimator_training.data.clips import ClipSet
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.movement import mean_jerk, seam_changes, velocity_change
from ponimator_training.evaluation.played import Played, played_features

CHAINED_WINDOWS = 5
DISPLAY_RATE_HZ = 60.0
RUNTIME_BLEND_S = 0.3
"""How long the runtime lets a chained window take over from the one before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainMeasures:
    """Means over chains.

    Attributes:
        plain_seam: velocity change at the seams over the median one, windows put one behind the other.
        runtime_seam: the same with the runtime's inertialisation.
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
    models: Models, first: Played, skeleton: Skeleton, rng: np.random.Generator, *, count: int = CHAINED_WINDOWS
) -> list[list[Motion]]:
    """For each first window a chain of `count` windows, all in the world of the first one."""
    chains = [[first.motion(window)] for window in range(len(first))]
    at_start = np.zeros(len(first), dtype=np.int64)
    for _ in range(count - 1):
        last = [chain[-1].pose_at(-1) for chain in chains]
        to_model = [model_from_world(pose, skeleton) for pose in last]
        anchors = [transform_pose(pose, way, skeleton) for pose, way in zip(last, to_model, strict=True)]
        animated = models.animate(
            np.stack([anchor_features(pose) for pose in anchors]),
            np.stack([pose_joint_positions(pose, skeleton) for pose in anchors]),
            at_start,
            rng,
        )
        following = played_features(animated.motion, first.betas, skeleton)
        for window, (chain, way) in enumerate(zip(chains, to_model, strict=True)):
            chain.append(transform_motion(following.motion(window), way.inverse(), skeleton))
    return chains


def truth_chains(clips: ClipSet, chosen: Int[np.ndarray, "S"], *, frames: int) -> list[list[Motion]]:
    """Clips cut into windows that share a frame, as chained windows do; what seams cost where the motion is one."""
    chains = []
    for clip in chosen:
        whole = Motion(
            rotations=matrix_from_axis_angle(clips.rotation_vectors[clip].astype(np.float64)),
            translations=clips.translations[clip].astype(np.float64),
            betas=clips.betas[clip].astype(np.float64),
            rate_hz=MODEL_RATE_HZ,
        )
        starts = range(0, whole.frame_count - frames + 1, frames - 1)
        chains.append([whole.frames(start, start + frames) for start in starts])
    return [chain for chain in chains if len(chain) > 1]


def joined(chain: list[Motion], *, blend_s: float | None) -> tuple[Motion, list[int]]:
    """One motion at display rate, and the first frame of each window but the first.

    Args:
        chain: windows of which each begins with the last frame of the one before.
        blend_s: of the runtime's inertialisation; None puts the windows one behind the other.
    """
    whole, seams = resampled(chain[0], DISPLAY_RATE_HZ), []
    for window in chain[1:]:
        following = resampled(window, DISPLAY_RATE_HZ)
        following = following.frames(1, following.frame_count)  # its first frame is shown already
        if blend_s is not None:
            following = inertialised(following, whole.frames(-2, whole.frame_count), blend_s=blend_s)
        seams.append(whole.frame_count)
        whole = concatenated(whole, following)
    return whole, seams


def chain_measures(chains: list[list[Motion]], skeleton: Skeleton) -> ChainMeasures:
    """Seams and stability of chains."""
    first, last = (np.stack([motion_joint_positions(chain[place], skeleton) for chain in chains]) for place in (0, -1))
    rate_hz = chains[0][0].rate_hz
    growth = _ratio(mean_jerk(last, rate_hz).mean(), mean_jerk(first, rate_hz).mean())
    heights = last[..., 0, 1].mean(axis=(1, 2)) / first[..., 0, 1].mean(axis=(1, 2))
    return ChainMeasures(
        plain_seam=_seam_ratio(chains, skeleton, blend_s=None),
        runtime_seam=_seam_ratio(chains, skeleton, blend_s=RUNTIME_BLEND_S),
        jerk_growth=growth,
        height_change=float(np.maximum(heights, 1 / heights).mean()),
    )


def _seam_ratio(chains: list[list[Motion]], skeleton: Skeleton, *, blend_s: float | None) -> float:
    """Mean velocity change at seams over the median one of all frames of all chains."""
    at_seams, all_changes = [], []
    for chain in chains:
        whole, seams = joined(chain, blend_s=blend_s)
        joints = motion_joint_positions(whole, skeleton)
        at_seams.append(seam_changes(joints, seams))
        all_changes.append(velocity_change(joints))
    return _ratio(np.concatenate(at_seams).mean(), float(np.median(np.concatenate(all_changes))))


def _ratio(value: float, base: float) -> float:
    return float(value) / max(float(base), 1e-9)
