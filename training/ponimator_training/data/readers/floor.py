"""Puts people on the floor: y = 0 is where their soles are when they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.surface import BodySurface

_STANDING_PERCENTILE = 10.0
"""Of the lowest vertex over time: people stand most of the time, a jump or a stumble shall not move the floor."""


def on_floor(motion: Motion, surface: BodySurface, *, together: bool) -> Motion:
    """The motion lifted or lowered so that the soles of who stands are at y = 0.

    Args:
        motion: Y up.
        surface: of the bodies.
        together: both share a floor and move by the same height, so that they keep their places to each other.
    """
    heights = np.array([_standing_height(motion, surface, person) for person in range(2)])
    if together:
        heights[:] = heights.min()
    translations = motion.translations - heights[:, None, None] * np.array([0.0, 1.0, 0.0])
    return replace(motion, translations=translations)


def _standing_height(motion: Motion, surface: BodySurface, person: int) -> float:
    lowest: Float[NDArray[np.float64], "N"] = surface.posed(
        motion.rotations[person], motion.translations[person], motion.betas[person]
    )[..., 1].min(axis=-1)
    return float(np.percentile(lowest, _STANDING_PERCENTILE))
