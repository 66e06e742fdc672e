"""What an evaluation is asked: held-out clips in two halves, and windows drawn from one of them with their texts.

One half is the truth that everything is measured against; from the other come the anchors and texts. Halves are split
by clip, every kind in both, so that truth against itself is truth against clips that it has not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.window import REST_JOINT_FEATURES
from ponimator_training.data.clips import ClipSet
from ponimator_training.windows import AnchorChoice, TextEmbedder, Windows, WindowSampler

INTERACTIVE_ONLY = AnchorChoice(interactive_share=1.0)
"""Every window around a frame that a trigger would be made of; the anchor stands anywhere in it."""


def halves(clips: ClipSet) -> tuple[ClipSet, ClipSet]:
    """Two sets of clips, those of each kind dealt out in turn.

    Raises:
        DataError: there is but one clip.
    """
    if len(clips) < 2:
        raise DataError(f"Evaluation takes at least 2 held-out clips, got {len(clips)}.")
    by_kind = sorted(range(len(clips)), key=lambda clip: (clips.kinds[clip], clip))
    return clips.subset(sorted(by_kind[0::2])), clips.subset(sorted(by_kind[1::2]))


def thinned(clips: ClipSet, count: int) -> ClipSet:
    """At most so many of the clips, the kinds in the shares that they have in the whole set."""
    if len(clips) <= count:
        return clips
    by_kind = np.array(sorted(range(len(clips)), key=lambda clip: (clips.kinds[clip], clip)))
    spread = np.arange(count) * len(clips) // count
    return clips.subset(sorted(by_kind[spread].tolist()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchors:
    """W interactive poses that windows answer: as much of what is asked as measuring needs.

    Attributes:
        betas: body shapes, (W, P, 10).
        joints: in model space, (W, P, 22, 3) m.
        index: the frame that each stands at, (W,).
        kinds: of interaction, W names.
    """

    betas: Float[np.ndarray, "W P 10"]
    joints: Float[np.ndarray, "W P 22 3"]
    index: Int[np.ndarray, "W"]
    kinds: list[str]

    def __len__(self) -> int:
        """W."""
        return len(self.kinds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """W windows of truth whose anchors and texts a model is given.

    Attributes:
        windows: the truth, in model space.
        kinds: of each window's clip.
        phrases: one of each clip's.
        text: their embeddings, (W, E).
    """

    windows: Windows
    kinds: list[str]
    phrases: list[str]
    text: Float[np.ndarray, "W E"]

    def __len__(self) -> int:
        """W."""
        return len(self.kinds)

    def first(self, count: int) -> Asked:
        """So many of what is asked."""
        windows = Windows(**{part.name: getattr(self.windows, part.name)[:count] for part in fields(Windows)})
        return Asked(windows=windows, kinds=self.kinds[:count], phrases=self.phrases[:count], text=self.text[:count])

    def anchors(self) -> Anchors:
        """What measuring needs."""
        windows = self.windows
        return Anchors(betas=windows.betas, joints=windows.anchor_joints, index=windows.anchor_index, kinds=self.kinds)

    def pose_features(self) -> Float[np.ndarray, "W P 201"]:
        """The generator's features of the anchors."""
        windows = self.windows
        flat_rest = windows.rest_joints.reshape(*windows.anchor.shape[:2], REST_JOINT_FEATURES)
        return np.concatenate([windows.anchor, flat_rest], axis=-1).astype(np.float64)


class Questions:
    """Draws what is asked from a set of clips."""

    def __init__(self, clips: ClipSet, skeleton: Skeleton, *, frames: int, embed_texts: TextEmbedder) -> None:
        """Computes joints and embeddings of everything once."""
        self.clips = clips
        self.sampler = WindowSampler(clips, skeleton, frames=frames, choice=INTERACTIVE_ONLY)
        texts = sorted({text for phrasings in clips.texts for text in phrasings})
        self._embedding = dict(zip(texts, np.asarray(embed_texts(texts), dtype=np.float64), strict=True))

    def asked(self, rng: np.random.Generator, count: int) -> Asked:
        """W windows, each with a phrase."""
        windows = self.sampler.windows(rng, count)
        phrases = [_one_of(self.clips.texts[clip], rng) for clip in windows.clips]
        return Asked(
            windows=windows,
            kinds=[self.clips.kinds[clip] for clip in windows.clips],
            phrases=phrases,
            text=np.stack([self._embedding[phrase] for phrase in phrases]),
        )


def compared_frames(anchor_index: Int[np.ndarray, "W"], frame_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames in which surfaces are compared, (W, F), and which of these columns stand around the anchor, (A,).

    The first column is the anchor, the next four are up to 0.2 s from it at 10 Hz, the others spread over the window.
    """
    around = anchor_index[:, None] + np.array([0, -2, -1, 1, 2])
    spread = np.broadcast_to(np.arange(0, frame_count, 3), (len(anchor_index), -(-frame_count // 3)))
    frames = np.clip(np.concatenate([around, spread], axis=1), 0, frame_count - 1)
    return frames, np.arange(around.shape[1])


def _one_of(texts: Sequence[str], rng: np.random.Generator) -> str:
    return texts[int(rng.integers(len(texts)))]
