"""What two bodies are doing: the interactive pose of an instant, and motion over time.

Both hold the 22 generated joints; hands and face join only when frames leave the runtime.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.skeleton import Skeleton


@dataclass(frozen=True, kw_only=True, slots=True)
class InteractivePose:
    """The two-person pose that a window of motion is anchored to.

    Attributes:
        rotations: (P, 22, 3, 3), root to world, others to their parent.
        translations: γ of each person, (P, 3) m.
        betas: body shapes, (P, 10).
    """

    rotations: Float[np.ndarray, "P 22 3 3"]
    translations: Float[np.ndarray, "P 3"]
    betas: Float[np.ndarray, "P 10"]

    def swapped(self) -> InteractivePose:
        """The same instant told with the other person first."""
        return InteractivePose(
            rotations=self.rotations[::-1], translations=self.translations[::-1], betas=self.betas[::-1]
        )

    def pelvis_positions(self, skeleton: Skeleton) -> Float[np.ndarray, "P 3"]:
        """Where the two pelves stand, m."""
        return skeleton.rest_joints(self.betas)[:, 0] + self.translations


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """Both bodies over N frames.

    Attributes:
        rotations: (P, N, 22, 3, 3), root to world, others to their parent.
        translations: γ, (P, N, 3) m.
        betas: body shapes, (P, 10).
        rate_hz: frames per second.
    """

    rotations: Float[np.ndarray, "P N 22 3 3"]
    translations: Float[np.ndarray, "P N 3"]
    betas: Float[np.ndarray, "P 10"]
    rate_hz: float

    @property
    def frame_count(self) -> int:
        """N."""
        return int(self.translations.shape[1])

    def pose_at(self, frame: int) -> InteractivePose:
        """Both bodies at one frame (negative counts from the end)."""
        return InteractivePose(
            rotations=self.rotations[:, frame], translations=self.translations[:, frame], betas=self.betas
        )

    def frames(self, start: int, stop: int) -> Motion:
        """Frames start … stop − 1."""
        return replace(self, rotations=self.rotations[:, start:stop], translations=self.translations[:, start:stop])

    def swapped(self) -> Motion:
        """The same motion told with the other person first."""
        return replace(
            self, rotations=self.rotations[::-1], translations=self.translations[::-1], betas=self.betas[::-1]
        )


def concatenated(first: Motion, second: Motion) -> Motion:
    """The frames of one motion, then those of another of the same bodies and rate."""
    return replace(
        first,
        rotations=np.concatenate([first.rotations, second.rotations], axis=1),
        translations=np.concatenate([first.translations, second.translations], axis=1),
    )


def still_motion(pose: InteractivePose, *, frame_count: int, rate_hz: float) -> Motion:
    """One pose held for a number of frames."""
    return Motion(
        rotations=np.repeat(pose.rotations[:, None], frame_count, axis=1),
        translations=np.repeat(pose.translations[:, None], frame_count, axis=1),
        betas=pose.betas,
        rate_hz=rate_hz,
    )
