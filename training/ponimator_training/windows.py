"""Draws training windows and interactive poses out of a clip set, a whole batch at a time.

Pure numpy over the runtime's motion formulas; the randomness of a batch comes in as a Generator. Joints of the truth
are computed once for all clips: bringing a window into model space only turns and shifts them.
Legend beyond the project's: C clips, F frames of a clip, E width of a text embedding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from ponimator_training.window_draws import (
    NO_AUGMENTATION,
    AnchorChoice,
    AnchorNoise,
    Augmentation,
    Drawer,
    WindowDraws,
    persons_of,
)

__all__ = ["NO_AUGMENTATION", "AnchorChoice", "Augmentation", "Poses", "TextEmbedder", "WindowSampler", "Windows"]

TextEmbedder = Callable[[Sequence[str]], Float[np.ndarray, "T E"]]
"""Unit-length embeddings of texts, in their order."""

_CLIPS_AT_ONCE = 8


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
        self.drawer = Drawer(clips, frames, choice or AnchorChoice(), augmentation or NO_AUGMENTATION)
        self.betas = clips.betas.astype(np.float32)
        self.rest_joints = skeleton.rest_joints(clips.betas).astype(np.float32)  # (C, P, 55, 3)
        self.features, self.joints = _features_and_joints(clips, self.rest_joints)
        no_texts = np.zeros((len(self.drawer.phrasings), 1), dtype=np.float32)
        self.text_of_phrase = (
            no_texts if embed_texts is None else np.asarray(embed_texts(self.drawer.phrasings), dtype=np.float32)
        )

    def windows(self, rng: np.random.Generator, count: int) -> Windows:
        """B windows drawn at random."""
        return self.cut(self.drawer.windows(rng, count))

    def windows_at(
        self,
        clips: Int[np.ndarray, "B"],
        anchor_frame: Int[np.ndarray, "B"],
        start: Int[np.ndarray, "B"],
        *,
        swapped: np.ndarray,
    ) -> Windows:
        """The windows that start at given frames, with clean anchors at given frames of the clip.

        Args:
            clips: which clip, (B,).
            anchor_frame: counted from the clip's start, (B,).
            start: the window's first frame, (B,).
            swapped: where the second person comes first, (B,).
        """
        return self.cut(
            WindowDraws(clips=clips, persons=persons_of(swapped), start=start, anchor_index=anchor_frame - start)
        )

    def cut(self, draws: WindowDraws) -> Windows:
        """The windows that were drawn; training's own cutter (`window_cutter`) is held equal to this one."""
        row = np.arange(len(draws.clips))
        frames = draws.start[:, None] + np.arange(self.frames)
        place = (draws.clips[:, None, None], draws.persons[:, :, None], frames[:, None, :])
        rest_joints = self.rest_joints[draws.clips[:, None], draws.persons]
        motion, joints = in_model_space(self.features[place], self.joints[place], rest_joints, draws.anchor_index)
        betas = self.betas[draws.clips[:, None], draws.persons]
        anchor, anchor_joints = motion[row, :, draws.anchor_index], joints[row, :, draws.anchor_index]
        if draws.noise is not None:
            anchor, anchor_joints = self._with_noise(draws.noise, anchor, anchor_joints, betas)
        return Windows(
            motion=motion,
            joints=joints,
            rest_joints=rest_joints[:, :, :BODY_JOINT_COUNT],
            betas=betas,
            anchor=anchor,
            anchor_joints=anchor_joints,
            anchor_index=draws.anchor_index,
            clips=draws.clips,
        )

    def poses(self, rng: np.random.Generator, count: int) -> Poses:
        """B interactive poses drawn at random, each with one of its clip's phrasings."""
        draws = self.drawer.poses(rng, count)
        place = (draws.clips[:, None, None], draws.persons[:, :, None], draws.frame[:, None, None])
        rest_joints = self.rest_joints[draws.clips[:, None], draws.persons]
        at_the_frame = np.zeros(count, dtype=np.int64)
        features, joints = in_model_space(self.features[place], self.joints[place], rest_joints, at_the_frame)
        flat_rest = rest_joints[:, :, :BODY_JOINT_COUNT].reshape(count, 2, REST_JOINT_FEATURES)
        return Poses(
            features=np.concatenate([features[:, :, 0], flat_rest], axis=-1),
            joints=joints[:, :, 0],
            text=self.text_of_phrase[draws.phrase],
            clips=draws.clips,
        )

    def _with_noise(
        self,
        noise: AnchorNoise,
        anchor: Float[np.ndarray, "B P 135"],
        anchor_joints: Float[np.ndarray, "B P 22 3"],
        betas: Float[np.ndarray, "B P 10"],
    ) -> tuple[Float[np.ndarray, "B P 135"], Float[np.ndarray, "B P 22 3"]]:
        """Anchors as an imperfect source would give them."""
        rotations, translations = unpack(anchor)
        rotations = rotations.copy()
        rotations[..., 0, :, :] = noise.turn @ rotations[..., 0, :, :]
        moved = pack(rotations, translations + noise.shift)
        moved_joints = joint_positions(
            rotations, translations + noise.shift, self.skeleton.rest_joints(betas + noise.betas)
        )
        chosen = noise.chosen[:, None, None]
        return (
            np.where(chosen, moved, anchor).astype(np.float32),
            np.where(chosen[..., None], moved_joints, anchor_joints).astype(np.float32),
        )


def _features_and_joints(
    clips: ClipSet, rest_joints: Float[np.ndarray, "C P 55 3"]
) -> tuple[Float[np.ndarray, "C P F 135"], Float[np.ndarray, "C P F 22 3"]]:
    """A few clips at a time, so that the matrices of a large set never stand in memory at once; on all cores."""
    shape = clips.translations.shape[:-1]
    features = np.empty((*shape, ROTATION_FEATURES + 3), dtype=np.float32)
    joints = np.empty((*shape, BODY_JOINT_COUNT, 3), dtype=np.float32)

    def compute(first: int) -> None:
        few = slice(first, first + _CLIPS_AT_ONCE)
        rotations = matrix_from_axis_angle(clips.rotation_vectors[few].astype(np.float64))
        rest_of_frame = np.broadcast_to(rest_joints[few][:, :, None], (*rotations.shape[:3], *rest_joints.shape[2:]))
        features[few] = pack(rotations, clips.translations[few])
        joints[few] = joint_positions(rotations, clips.translations[few], rest_of_frame)

    with ThreadPoolExecutor() as pool:
        list(pool.map(compute, range(0, len(clips), _CLIPS_AT_ONCE)))
    return features, joints
