"""One person over time as a file tells it, and what no file may hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError

RATE_NAMES = ("mocap_frame_rate", "mocap_framerate", "fps")
"""Under which files of numbers tell their frames per second."""
_FASTEST_HZ, _SLOWEST_HZ = 2000.0, 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonTrack:
    """One person over time.

    Attributes:
        rotations: (F, 22, 3, 3), root to world, others to their parent.
        translations: γ, (F, 3) m.
        betas: body shape, (10,).
        rate_hz: frames per second.
        source: where it comes from, for messages.
    """

    rotations: Float[NDArray[np.float64], "F 22 3 3"]
    translations: Float[NDArray[np.float64], "F 3"]
    betas: Float[NDArray[np.float64], "10"]
    rate_hz: float
    source: str


def check_rate(rate_hz: float, source: str) -> None:
    """Refuses what is no frame rate.

    Raises:
        DataError: the rate is not finite, or not that of any camera.
    """
    if not np.isfinite(rate_hz) or not _SLOWEST_HZ <= rate_hz <= _FASTEST_HZ:
        raise DataError(f"{source}: {rate_hz:g} Hz is no frame rate of motion; tell the right one with --rate.")


def check_finite(source: str, *over_time: NDArray[np.float64]) -> None:
    """Refuses NaN and infinity, naming the frame.

    Args:
        source: for the message.
        over_time: arrays that lead with the frame.

    Raises:
        DataError: a value is not finite.
    """
    for values in over_time:
        finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if not finite.all():
            frame = int(np.flatnonzero(~finite)[0])
            raise DataError(f"{source}: frame {frame} holds values that are not finite numbers.")
