"""Interactive poses out of clips: frames where the two bodies touch, and the stretches of motion around them.

As published: a frame is interactive where the smallest distance between the two bodies' vertices, thinned to contact
regions, is below 1.3 cm (paper, interactive pose extraction). Windows are drawn from the stretches later, with the
anchor anywhere in them and both role orders (`ponimator_training.windows`).

A clip set holds one length. Long clips are cut into stretches that overlap by half; a clip that is a little too short
is eased to rest at both ends. Stretches of a clip always go to the same side of the split.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from numpy.typing import NDArray

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.motion.pose import Motion, concatenated
from ponimator_runtime.motion.rotations import axis_angle_from_matrix
from ponimator_runtime.motion.stitch import decaying_hold
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import WINDOW_FRAMES
from ponimator_training.data.clips import ClipSet
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.readers.floor import on_floor
from ponimator_training.data.readers.paired_clip import PairedClip

CONTACT_DISTANCE_M = 0.013
STRETCH_FRAMES = 64
_LEAST_REAL_SHARE = 0.75
"""Of a stretch; the rest may be easing to rest."""
_NO_TEXT = "two people interact"
_NO_KIND = "unlabelled"
_HASH_BYTES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Part of a clip, as long as all others of its set.

    Attributes:
        motion: 10 Hz, on the floor.
        interactive: frames in contact, (N,).
        clip: name of the clip that it was cut from.
        kind: of interaction.
        texts: phrasings, at least one.
    """

    motion: Motion
    interactive: Bool[NDArray[np.bool_], "N"]
    clip: str
    kind: str
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Extractor:
    """Finds contact on one body.

    Attributes:
        regions: where the body can be touched.
        surface: of the same body, to put it on the floor.
        frames: length of a stretch.
    """

    regions: ContactRegions
    surface: BodySurface
    frames: int = STRETCH_FRAMES

    def __post_init__(self) -> None:
        """Refuses stretches that hold no window."""
        if self.frames < WINDOW_FRAMES:
            raise ConfigError(f"A stretch needs the {WINDOW_FRAMES} frames of a window, asked for {self.frames}.")

    def stretches(self, clip: PairedClip) -> list[Stretch]:
        """The stretches of a clip in which the two touch.

        Raises:
            DataError: the clip is too short, or the two never touch.
        """
        motion = on_floor(clip.at_model_rate(), self.surface, together=clip.shares_floor)
        least = int(np.ceil(_LEAST_REAL_SHARE * self.frames))
        if motion.frame_count < least:
            raise DataError(
                f"too short: {motion.frame_count} frames at {motion.rate_hz:g} Hz; stretches of {self.frames} frames "
                f"need {least} (--frames asks for shorter ones, down to {WINDOW_FRAMES})."
            )
        gaps = self.regions.distances(motion, below_m=CONTACT_DISTANCE_M)
        interactive = gaps < CONTACT_DISTANCE_M
        if not interactive.any():
            raise DataError(f"the two never touch: the nearest that they come is about {100 * gaps.min():.0f} cm.")
        motion, interactive = eased_to_rest(motion, interactive, self.frames)
        return [
            Stretch(
                motion=motion.frames(start, start + self.frames),
                interactive=interactive[start : start + self.frames],
                clip=clip.name,
                kind=clip.kind or _NO_KIND,
                texts=clip.texts or (clip.kind or _NO_TEXT,),
            )
            for start in stretch_starts(motion.frame_count, self.frames)
            if interactive[start : start + self.frames].any()
        ]


def stretch_starts(frame_count: int, length: int) -> list[int]:
    """First frames of stretches that overlap by half, the last ending with the clip."""
    last = frame_count - length
    return sorted({*range(0, last, max(length // 2, 1)), last})


def eased_to_rest(
    motion: Motion, interactive: Bool[NDArray[np.bool_], "N"], length: int
) -> tuple[Motion, Bool[NDArray[np.bool_], "M"]]:
    """A motion of at least a length: it comes to rest after its last frame and, backwards, before its first.

    Added frames are never interactive.
    """
    missing = max(length - motion.frame_count, 0)
    before, after = missing // 2, missing - missing // 2
    if after:
        motion = concatenated(motion, decaying_hold(motion, frame_count=after))
    if before:
        backwards = _reversed(motion)
        motion = _reversed(concatenated(backwards, decaying_hold(backwards, frame_count=before)))
    return motion, np.pad(interactive, (before, after))


def is_held_out(clip: str, share: float) -> bool:
    """Whether a clip is for testing: told by its name alone, so that it stays so whatever else is extracted."""
    digest = hashlib.blake2b(clip.encode("utf-8"), digest_size=_HASH_BYTES).digest()
    return int.from_bytes(digest, "big") < share * 2 ** (8 * _HASH_BYTES)


def clip_set(stretches: Sequence[Stretch]) -> ClipSet:
    """Stretches as a clip set.

    Raises:
        DataError: there are none.
    """
    if not stretches:
        raise DataError("There is no stretch to make a clip set of.")
    return ClipSet(
        rotation_vectors=np.stack([axis_angle_from_matrix(stretch.motion.rotations) for stretch in stretches]),
        translations=np.stack([stretch.motion.translations for stretch in stretches]),
        betas=np.stack([stretch.motion.betas for stretch in stretches]),
        interactive=np.stack([stretch.interactive for stretch in stretches]),
        kinds=tuple(stretch.kind for stretch in stretches),
        texts=tuple(stretch.texts for stretch in stretches),
    )


def _reversed(motion: Motion) -> Motion:
    return Motion(
        rotations=motion.rotations[:, ::-1],
        translations=motion.translations[:, ::-1],
        betas=motion.betas,
        rate_hz=motion.rate_hz,
    )
