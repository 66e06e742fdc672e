"""What is random about a batch: which windows or poses of a clip set it holds, and how noisy their anchors are.

Draws are small (indices, a few numbers for each sample); cutting the samples out of the clips is somebody else's work:
`windows` does it in numpy, `window_cutter` in torch, where the clips lie on the device that trains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import SHAPE_COUNT
from ponimator_training.data.clips import ClipSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Augmentation:
    """Noise on the anchor, drawn anew for every window; published figures.

    Attributes:
        probability: share of anchors that get noise.
        root_rotation_deg: standard deviation of each component of the root's rotation vector.
        ground_shift_m: standard deviation of the shift in x and in z.
        beta: standard deviation of each shape coefficient.
    """

    probability: float = 0.5
    root_rotation_deg: float = 2.0
    ground_shift_m: float = 0.02
    beta: float = 0.02


NO_AUGMENTATION = Augmentation(probability=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorChoice:
    """Which frames windows are anchored to.

    Attributes:
        interactive_share: share of windows around an interactive frame, which may stand anywhere in its window.
        first_frame_share: of the other windows, the share with the anchor at index 0, as chaining needs it: a frame
            after the clip's first interactive one.
    """

    interactive_share: float = 0.7
    first_frame_share: float = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorNoise:
    """What an imperfect source would do to B anchors.

    Attributes:
        chosen: which anchors it befalls, (B,).
        turn: of the root, to world, (B, P, 3, 3).
        shift: on the ground, (B, P, 3) m.
        betas: change of the shapes, (B, P, 10).
    """

    chosen: Bool[np.ndarray, "B"]
    turn: Float[np.ndarray, "B P 3 3"]
    shift: Float[np.ndarray, "B P 3"]
    betas: Float[np.ndarray, "B P 10"]


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowDraws:
    """Which B windows are meant: all that is random about a batch, and next to nothing to draw.

    Attributes:
        clips: index of each clip, (B,).
        persons: who comes first and who second, (B, P).
        start: the window's first frame in its clip, (B,).
        anchor_index: the anchor's frame in its window, (B,).
        noise: on the anchors; None leaves them clean.
    """

    clips: Int[np.ndarray, "B"]
    persons: Int[np.ndarray, "B P"]
    start: Int[np.ndarray, "B"]
    anchor_index: Int[np.ndarray, "B"]
    noise: AnchorNoise | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PoseDraws:
    """Which B interactive poses are meant.

    Attributes:
        clips: index of each clip, (B,).
        persons: who comes first and who second, (B, P).
        frame: in the clip, (B,).
        phrase: index of the phrasing, (B,).
    """

    clips: Int[np.ndarray, "B"]
    persons: Int[np.ndarray, "B P"]
    frame: Int[np.ndarray, "B"]
    phrase: Int[np.ndarray, "B"]


class Drawer:
    """Draws out of a clip set, both role orders."""

    def __init__(self, clips: ClipSet, frames: int, choice: AnchorChoice, augmentation: Augmentation) -> None:
        """Keeps which frames of which clips may be anchors, and numbers the phrasings.

        Args:
            clips: what to draw from.
            frames: N of a window.
            choice: which frames may be anchors.
            augmentation: noise on the anchors.
        """
        self._frames = frames
        self._clip_count, self._clip_frames = clips.interactive.shape
        self._choice = choice
        self._augmentation = augmentation
        # A clip where the two never touch may be anchored anywhere.
        self._interactive = clips.interactive | ~np.any(clips.interactive, axis=1, keepdims=True)
        self._first_interactive = self._interactive.argmax(axis=1)
        self.phrasings = sorted({text for texts in clips.texts for text in texts})
        self._phrase_count = np.array([len(texts) for texts in clips.texts])
        self._phrases = np.zeros((self._clip_count, self._phrase_count.max()), dtype=np.int64)
        place = {text: index for index, text in enumerate(self.phrasings)}
        for clip, texts in enumerate(clips.texts):
            self._phrases[clip, : len(texts)] = [place[text] for text in texts]

    def windows(self, rng: np.random.Generator, count: int) -> WindowDraws:
        """Which B windows: clips evenly, anchors as chosen, both role orders."""
        clips = rng.integers(self._clip_count, size=count)
        anchor_frame, start = self._anchors(rng, clips)
        persons = persons_of(rng.random(count) < 0.5)
        noise = self._anchor_noise(rng, count) if self._augmentation.probability > 0 else None
        return WindowDraws(clips=clips, persons=persons, start=start, anchor_index=anchor_frame - start, noise=noise)

    def poses(self, rng: np.random.Generator, count: int) -> PoseDraws:
        """Which B interactive poses, each with one of its clip's phrasings."""
        clips = rng.integers(self._clip_count, size=count)
        frame = self._interactive_frame(rng, clips)
        persons = persons_of(rng.random(count) < 0.5)
        phrase = self._phrases[clips, rng.integers(self._phrase_count[clips])]
        return PoseDraws(clips=clips, persons=persons, frame=frame, phrase=phrase)

    def _anchors(
        self, rng: np.random.Generator, clips: Int[np.ndarray, "B"]
    ) -> tuple[Int[np.ndarray, "B"], Int[np.ndarray, "B"]]:
        """Frame of each anchor in its clip, and the window's start."""
        count, last_start = len(clips), self._clip_frames - self._frames
        touching = rng.random(count) < self._choice.interactive_share
        leading = ~touching & (rng.random(count) < self._choice.first_frame_share)
        frame = np.where(touching, self._interactive_frame(rng, clips), rng.integers(self._clip_frames, size=count))
        start = rng.integers(np.maximum(frame - self._frames + 1, 0), np.minimum(frame, last_start) + 1)
        # Chaining goes on after contact. What leads up to it is told by nothing in a pose of two who stand apart:
        # learned from there, every end of an interaction would be the beginning of any other.
        first = rng.integers(np.minimum(self._first_interactive[clips], last_start), last_start + 1)
        return np.where(leading, first, frame), np.where(leading, first, start)

    def _interactive_frame(self, rng: np.random.Generator, clips: Int[np.ndarray, "B"]) -> Int[np.ndarray, "B"]:
        lot = rng.random((len(clips), self._clip_frames))
        frame: Int[np.ndarray, "B"] = np.where(self._interactive[clips], lot, -1.0).argmax(axis=1)
        return frame

    def _anchor_noise(self, rng: np.random.Generator, count: int) -> AnchorNoise:
        noise, shape = self._augmentation, (count, 2)
        turn = matrix_from_axis_angle(rng.normal(scale=np.deg2rad(noise.root_rotation_deg), size=(*shape, 3)))
        shift = rng.normal(scale=noise.ground_shift_m, size=(*shape, 3)) * np.array([1.0, 0.0, 1.0])
        betas = rng.normal(scale=noise.beta, size=(*shape, SHAPE_COUNT))
        return AnchorNoise(chosen=np.less(rng.random(count), noise.probability), turn=turn, shift=shift, betas=betas)


def persons_of(swapped: Bool[np.ndarray, "B"]) -> Int[np.ndarray, "B P"]:
    """Who comes first and who second."""
    return np.where(swapped[:, None], [1, 0], [0, 1])
