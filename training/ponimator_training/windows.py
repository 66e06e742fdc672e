"""Draws training windows and interactive poses out of a clip set, a whole batch at a time.

Pure numpy over the runtime's motion formulas; the randomness of a batch comes in as a Generator. Joints of the truth
are computed once for all clips: bringing a window into model space only turns and shifts them.
Legend beyond the project's: C clips, F frames of a clip, E width of a text embedding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, Skeleton
from ponimator_runtime.motion.window import (
    REST_JOINT_FEATURES,
    ROTATION_FEATURES,
    WINDOW_FRAMES,
    pack,
    unpack,
)
from ponimator_training.data.clips import ClipSet
from ponimator_training.model_space import in_model_space

TextEmbedder = Callable[[Sequence[str]], Float[np.ndarray, "T E"]]
"""Unit-length embeddings of texts, in their order."""


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
class Windows:
    """B windows in model space.

    Attributes:
        motion: features of the truth, (B, P, N, 135).
        joints: its joints, (B, P, N, 22, 3) m.
        rest_joints: of the true shapes, (B, P, 22, 3) m.
        betas: the true shapes, (B, P, 10).
        anchor: features of the (perhaps augmented) anchor, (B, P, 135).
        anchor_joints: its joints, (B, P, 22, 3) m.
        anchor_index: the frame it stands at, (B,).
        clips: index of the clip that each was taken from, (B,).
    """

    motion: Float[np.ndarray, "B P N 135"]
    joints: Float[np.ndarray, "B P N 22 3"]
    rest_joints: Float[np.ndarray, "B P 22 3"]
    betas: Float[np.ndarray, "B P 10"]
    anchor: Float[np.ndarray, "B P 135"]
    anchor_joints: Float[np.ndarray, "B P 22 3"]
    anchor_index: Int[np.ndarray, "B"]
    clips: Int[np.ndarray, "B"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Poses:
    """B interactive poses in model space, with one phrasing each.

    Attributes:
        features: the generator's features, (B, P, 201).
        joints: (B, P, 22, 3) m.
        text: embedding of a phrasing, (B, E).
        clips: index of the clip that each was taken from, (B,).
    """

    features: Float[np.ndarray, "B P 201"]
    joints: Float[np.ndarray, "B P 22 3"]
    text: Float[np.ndarray, "B E"]
    clips: Int[np.ndarray, "B"]


class WindowSampler:
    """Windows and poses of a clip set, both role orders."""

    def __init__(
        self,
        clips: ClipSet,
        skeleton: Skeleton,
        *,
        frames: int = WINDOW_FRAMES,
        choice: AnchorChoice | None = None,
        augmentation: Augmentation | None = None,
        embed_texts: TextEmbedder | None = None,
    ) -> None:
        """Computes features and joints of every frame once.

        Args:
            clips: what to draw from.
            skeleton: of the bodies that the clips were made for.
            frames: N of a window.
            choice: which frames may be anchors.
            augmentation: noise on the anchor; none where it is None.
            embed_texts: needed to draw poses with their texts.

        Raises:
            DataError: the clips are shorter than a window, or there are none.
        """
        if len(clips) == 0 or clips.interactive.shape[1] < frames:
            raise DataError(
                f"Windows of {frames} frames need at least one clip of as many; "
                f"this set has {len(clips)} clips of {clips.interactive.shape[1]}."
            )
        self.skeleton = skeleton
        self.frames = frames
        self.clip_count, self.clip_frames = clips.interactive.shape
        self._choice = choice or AnchorChoice()
        self._augmentation = augmentation or NO_AUGMENTATION
        self._betas = clips.betas.astype(np.float32)
        self._rest_joints = skeleton.rest_joints(clips.betas).astype(np.float32)  # (C, P, 55, 3)
        self._features, self._joints = _features_and_joints(clips, self._rest_joints)
        # A clip where the two never touch may be anchored anywhere.
        self._interactive = clips.interactive | ~np.any(clips.interactive, axis=1, keepdims=True)
        self._first_interactive = self._interactive.argmax(axis=1)
        self._text_of_phrase, self._phrases = _embedded(clips, embed_texts)

    def windows(self, rng: np.random.Generator, count: int) -> Windows:
        """B windows drawn at random."""
        clips = rng.integers(self.clip_count, size=count)
        anchor_frame, start = self._anchors(rng, clips)
        return self.windows_at(clips, anchor_frame, start, swapped=rng.random(count) < 0.5, rng=rng)

    def windows_at(
        self,
        clips: Int[np.ndarray, "B"],
        anchor_frame: Int[np.ndarray, "B"],
        start: Int[np.ndarray, "B"],
        *,
        swapped: np.ndarray,
        rng: np.random.Generator | None = None,
    ) -> Windows:
        """The windows that start at given frames, with anchors at given frames of the clip.

        Args:
            clips: which clip, (B,).
            anchor_frame: counted from the clip's start, (B,).
            start: the window's first frame, (B,).
            swapped: where the second person comes first, (B,).
            rng: for the augmentation; none without it.
        """
        row = np.arange(len(clips))
        persons = np.where(swapped[:, None], [1, 0], [0, 1])  # (B, P)
        frames = start[:, None] + np.arange(self.frames)
        place = (clips[:, None, None], persons[:, :, None], frames[:, None, :])
        rest_joints = self._rest_joints[clips[:, None], persons]
        anchor_index = anchor_frame - start
        motion, joints = in_model_space(self._features[place], self._joints[place], rest_joints, anchor_index)
        betas = self._betas[clips[:, None], persons]
        anchor, anchor_joints = motion[row, :, anchor_index], joints[row, :, anchor_index]
        if rng is not None and self._augmentation.probability > 0:
            anchor, anchor_joints = self._augmented(rng, anchor, anchor_joints, betas)
        return Windows(
            motion=motion,
            joints=joints,
            rest_joints=rest_joints[:, :, :BODY_JOINT_COUNT],
            betas=betas,
            anchor=anchor,
            anchor_joints=anchor_joints,
            anchor_index=anchor_index,
            clips=clips,
        )

    def poses(self, rng: np.random.Generator, count: int) -> Poses:
        """B interactive poses drawn at random, each with one of its clip's phrasings."""
        clips = rng.integers(self.clip_count, size=count)
        frame = self._interactive_frame(rng, clips)
        persons = np.where((rng.random(count) < 0.5)[:, None], [1, 0], [0, 1])
        place = (clips[:, None, None], persons[:, :, None], frame[:, None, None])
        rest_joints = self._rest_joints[clips[:, None], persons]
        at_the_frame = np.zeros(count, dtype=np.int64)
        features, joints = in_model_space(self._features[place], self._joints[place], rest_joints, at_the_frame)
        flat_rest = rest_joints[:, :, :BODY_JOINT_COUNT].reshape(count, 2, REST_JOINT_FEATURES)
        phrase = np.array([self._phrases[clip][rng.integers(len(self._phrases[clip]))] for clip in clips])
        return Poses(
            features=np.concatenate([features[:, :, 0], flat_rest], axis=-1),
            joints=joints[:, :, 0],
            text=self._text_of_phrase[phrase],
            clips=clips,
        )

    def _anchors(
        self, rng: np.random.Generator, clips: Int[np.ndarray, "B"]
    ) -> tuple[Int[np.ndarray, "B"], Int[np.ndarray, "B"]]:
        """Frame of each anchor in its clip, and the window's start."""
        count, last_start = len(clips), self.clip_frames - self.frames
        touching = rng.random(count) < self._choice.interactive_share
        leading = ~touching & (rng.random(count) < self._choice.first_frame_share)
        frame = np.where(touching, self._interactive_frame(rng, clips), rng.integers(self.clip_frames, size=count))
        start = rng.integers(np.maximum(frame - self.frames + 1, 0), np.minimum(frame, last_start) + 1)
        # Chaining goes on after contact. What leads up to it is told by nothing in a pose of two who stand apart:
        # learned from there, every end of an interaction would be the beginning of any other.
        first = rng.integers(np.minimum(self._first_interactive[clips], last_start), last_start + 1)
        return np.where(leading, first, frame), np.where(leading, first, start)

    def _interactive_frame(self, rng: np.random.Generator, clips: Int[np.ndarray, "B"]) -> Int[np.ndarray, "B"]:
        lot = rng.random((len(clips), self.clip_frames))
        frame: Int[np.ndarray, "B"] = np.where(self._interactive[clips], lot, -1.0).argmax(axis=1)
        return frame

    def _augmented(
        self,
        rng: np.random.Generator,
        anchor: Float[np.ndarray, "B P 135"],
        anchor_joints: Float[np.ndarray, "B P 22 3"],
        betas: Float[np.ndarray, "B P 10"],
    ) -> tuple[Float[np.ndarray, "B P 135"], Float[np.ndarray, "B P 22 3"]]:
        """Anchors as an imperfect source would give them."""
        noise, shape = self._augmentation, anchor.shape[:2]
        turn = matrix_from_axis_angle(rng.normal(scale=np.deg2rad(noise.root_rotation_deg), size=(*shape, 3)))
        shift = rng.normal(scale=noise.ground_shift_m, size=(*shape, 3)) * np.array([1.0, 0.0, 1.0])
        rotations, translations = unpack(anchor)
        rotations = rotations.copy()
        rotations[..., 0, :, :] = turn @ rotations[..., 0, :, :]
        rest_joints = self.skeleton.rest_joints(betas + rng.normal(scale=noise.beta, size=betas.shape))
        chosen = np.less(rng.random((shape[0], 1, 1)), noise.probability)
        moved = pack(rotations, translations + shift)
        moved_joints = joint_positions(rotations, translations + shift, rest_joints)
        return (
            np.where(chosen, moved, anchor).astype(np.float32),
            np.where(chosen[..., None], moved_joints, anchor_joints).astype(np.float32),
        )


def _features_and_joints(
    clips: ClipSet, rest_joints: Float[np.ndarray, "C P 55 3"]
) -> tuple[Float[np.ndarray, "C P F 135"], Float[np.ndarray, "C P F 22 3"]]:
    """Clip after clip, so that the matrices of a large set never stand in memory at once."""
    shape = clips.translations.shape[:-1]
    features = np.empty((*shape, ROTATION_FEATURES + 3), dtype=np.float32)
    joints = np.empty((*shape, BODY_JOINT_COUNT, 3), dtype=np.float32)
    for clip in range(len(clips)):
        rotations = matrix_from_axis_angle(clips.rotation_vectors[clip].astype(np.float64))
        features[clip] = pack(rotations, clips.translations[clip])
        rest_of_frame = np.broadcast_to(rest_joints[clip][:, None], (*shape[1:], *rest_joints.shape[2:]))
        joints[clip] = joint_positions(rotations, clips.translations[clip], rest_of_frame)
    return features, joints


def _embedded(
    clips: ClipSet, embed_texts: TextEmbedder | None
) -> tuple[Float[np.ndarray, "T E"], list[Int[np.ndarray, "L"]]]:
    """Embeddings of the unique phrasings, and which of them belong to each clip."""
    if embed_texts is None:
        return np.zeros((1, 1), dtype=np.float32), [np.zeros(1, dtype=np.int64)] * len(clips)
    unique = sorted({text for texts in clips.texts for text in texts})
    place = {text: index for index, text in enumerate(unique)}
    phrases = [np.array([place[text] for text in texts]) for texts in clips.texts]
    return np.asarray(embed_texts(unique), dtype=np.float32), phrases
