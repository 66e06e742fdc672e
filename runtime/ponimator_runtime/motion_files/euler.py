"""Euler angles for file formats that want them: rotations about Z, then X, then Y, the first outermost.

No other place of this project uses Euler angles.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from jaxtyping import Float

_GIMBAL_LOCK: Final = 1e-6
"""Below this cosine of the middle angle only the sum of the other two can be told."""


def zxy_from_matrix(matrix: Float[np.ndarray, "N J 3 3"]) -> Float[np.ndarray, "N J 3"]:
    """Angles about Z, X and Y over time, rad, each frame the solution nearest to the frame before.

    So a curve editor shows smooth curves, and a program that interpolates angles passes no needless turn.
    """
    angles = np.empty(matrix.shape[:-1])
    before = np.zeros(matrix.shape[1:-1])
    for frame, rotations in enumerate(matrix):
        before = angles[frame] = _nearest(_angles(rotations, before), before)
    return angles


def _angles(rotation: Float[np.ndarray, "J 3 3"], before: Float[np.ndarray, "J 3"]) -> Float[np.ndarray, "J 3"]:
    """One solution of R = Rz · Rx · Ry; in gimbal lock the last angle stays as it was."""
    sine_x = np.clip(rotation[:, 2, 1], -1.0, 1.0)
    locked = np.hypot(rotation[:, 2, 0], rotation[:, 2, 2]) < _GIMBAL_LOCK
    z = np.arctan2(-rotation[:, 0, 1], rotation[:, 1, 1])
    y = np.arctan2(-rotation[:, 2, 0], rotation[:, 2, 2])
    sign = np.sign(sine_x)
    # With cos x = 0 the first row is cos(z ± y), 0, ± sin(z ± y).
    z_locked = np.arctan2(sign * rotation[:, 0, 2], rotation[:, 0, 0]) - sign * before[:, 2]
    return np.stack([np.where(locked, z_locked, z), np.arcsin(sine_x), np.where(locked, before[:, 2], y)], axis=-1)


def _nearest(angles: Float[np.ndarray, "J 3"], before: Float[np.ndarray, "J 3"]) -> Float[np.ndarray, "J 3"]:
    """Of the two solutions and all full turns, the one nearest to the angles before."""
    z, x, y = angles.T
    twin = np.stack([z + np.pi, np.pi - x, y + np.pi], axis=-1)
    turned = [solution + 2 * np.pi * np.round((before - solution) / (2 * np.pi)) for solution in (angles, twin)]
    distances = [np.abs(solution - before).sum(axis=-1) for solution in turned]
    return np.where((distances[0] <= distances[1])[:, None], turned[0], turned[1])
