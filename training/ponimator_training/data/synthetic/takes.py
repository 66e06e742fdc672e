"""Whether a played clip is good enough to keep: skins apart, touching where they should, joints within their range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.pose import Motion
from ponimator_training.data.synthetic.clearance import SkinParts, gaps
from ponimator_training.data.synthetic.limits import degrees_beyond_limits

MOST_DEPTH_M = 0.017
MOST_GAP_M = 0.008
MOST_BEYOND_DEG = 0.5
_FRAME_STRIDE = 4
_NEAR_ROOTS_M = 1.6
_REACH_M = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is wrong with a take.

    Attributes:
        depth: of the deepest point of either body in the other in any looked-at frame, m.
        gap: between the skins at the worst of first, middle and last anchor, m; 0 for kinds that do not touch.
        beyond: of the joint that is furthest past its limit in any frame, degrees.
    """

    depth: float
    gap: float
    beyond: float

    @property
    def badness(self) -> float:
        """0 for a take to keep; more is worse."""
        return float(
            max(self.depth / MOST_DEPTH_M - 1, 0.0)
            + max(self.gap / MOST_GAP_M - 1, 0.0)
            + max(self.beyond / MOST_BEYOND_DEG - 1, 0.0) / 10
        )


def judge(motion: Motion, interactive: Bool[np.ndarray, "N"], skin: SkinParts, *, touches: bool) -> Verdict:
    """Looks at every fourth frame and at three anchors."""
    anchors = np.flatnonzero(interactive)
    told = anchors[np.unique(np.linspace(0, len(anchors) - 1, 3).round().astype(int))] if len(anchors) else anchors
    frames = np.union1d(np.arange(0, motion.frame_count, _FRAME_STRIDE), told)
    roots = motion.translations[:, frames]
    frames = frames[np.linalg.norm(roots[0] - roots[1], axis=-1) < _NEAR_ROOTS_M]
    nearest = _smallest_gaps(motion, frames, skin)
    at_anchors = nearest[np.isin(frames, told)]
    return Verdict(
        depth=max(0.0, -float(nearest.min(initial=_REACH_M))),
        gap=float(at_anchors.max(initial=0.0 if len(at_anchors) == len(told) else _REACH_M)) if touches else 0.0,
        beyond=float(degrees_beyond_limits(motion.rotations, skin.surface.skeleton).max()),
    )


def _smallest_gaps(motion: Motion, frames: Int[np.ndarray, "F"], skin: SkinParts) -> Float[np.ndarray, "F"]:
    """Both ways round: points of each body against the skin of the other."""
    a, b = (
        skin.posed(motion.rotations[person][frames], motion.translations[person][frames], motion.betas[person])
        for person in range(2)
    )
    return np.minimum(gaps(a.points, b, reach=_REACH_M).min(axis=1), gaps(b.points, a, reach=_REACH_M).min(axis=1))
