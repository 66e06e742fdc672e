"""What every reader hands over: two people over time at the rate of the file, on one body."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_runtime.motion_files.tracks import PersonTrack, check_finite, check_rate

_FEWEST_FRAMES = 3
"""With fewer there is no motion to speak of, and no velocity to resample with."""
_RATE_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedClip:
    """Two people over time, Y up, metres.

    Attributes:
        rotations: (P, F, 22, 3, 3), root to world, others to their parent.
        translations: γ, (P, F, 3) m.
        betas: body shapes, (P, 10).
        rate_hz: frames per second.
        name: of the clip; the same clip always has the same name, for the split hangs on it.
        kind: of interaction, empty where the source does not say.
        texts: phrasings that describe it; may be none.
        notes: what was guessed or changed on the way, for a person to read.
        shares_floor: both stand on one floor already; false where each body's height was made up.
    """

    rotations: Float[NDArray[np.float64], "P F 22 3 3"]
    translations: Float[NDArray[np.float64], "P F 3"]
    betas: Float[NDArray[np.float64], "P 10"]
    rate_hz: float
    name: str
    kind: str = ""
    texts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    shares_floor: bool = True

    def motion(self) -> Motion:
        """The clip at its own rate."""
        return Motion(rotations=self.rotations, translations=self.translations, betas=self.betas, rate_hz=self.rate_hz)

    def at_model_rate(self) -> Motion:
        """The clip at 10 Hz."""
        return resampled(self.motion(), MODEL_RATE_HZ)

    def swapped(self) -> PairedClip:
        """The clip told with the other person first."""
        return replace(
            self, rotations=self.rotations[::-1], translations=self.translations[::-1], betas=self.betas[::-1]
        )


def paired(first: PersonTrack, second: PersonTrack, *, name: str) -> PairedClip:
    """Two people of one capture.

    Raises:
        DataError: the two are of different length or rate, too short, or not finite somewhere.
    """
    for track in (first, second):
        check_finite(track.source, track.translations, track.rotations)
        if not np.isfinite(track.betas).all():
            raise DataError(f"{track.source}: the shape (betas) holds values that are not finite numbers.")
        check_rate(track.rate_hz, track.source)
    if abs(first.rate_hz - second.rate_hz) > _RATE_TOLERANCE * first.rate_hz:
        raise DataError(
            f"{name}: the two persons are of different rate, {first.rate_hz:g} Hz and {second.rate_hz:g} Hz."
        )
    counts = len(first.translations), len(second.translations)
    if counts[0] != counts[1]:
        raise DataError(f"{name}: the two persons are of different length, {counts[0]} and {counts[1]} frames.")
    if counts[0] < _FEWEST_FRAMES:
        raise DataError(f"{name}: a clip needs at least {_FEWEST_FRAMES} frames, this one has {counts[0]}.")
    return PairedClip(
        rotations=np.stack([first.rotations, second.rotations]),
        translations=np.stack([first.translations, second.translations]),
        betas=np.stack([first.betas, second.betas]),
        rate_hz=first.rate_hz,
        name=name,
    )
