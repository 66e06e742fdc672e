"""The few curves and turns that retargeting is made of; each is continuous wherever retargeting uses it."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.rotations import axis_angle_from_matrix, matrix_from_axis_angle

TINY = 1e-12
_OPPOSITE = 1e-9
_LEAST_ZONE = 5e-4


def eased(share: float) -> float:
    """From 0 to 1 without a step in velocity or acceleration: s³ (10 − 15 s + 6 s²)."""
    s = min(max(share, 0.0), 1.0)
    return s * s * s * (10.0 - 15.0 * s + 6.0 * s * s)


def soft_reach(ratio: float, exact: float) -> float:
    """How far a limb goes that is asked for `ratio` of its length: exactly up to `exact`, then ever less, below 1."""
    if ratio <= exact:
        return ratio
    zone = max(1.0 - exact, _LEAST_ZONE)
    return min(exact + zone * (1.0 - math.exp(-(ratio - exact) / zone)), 1.0)


def softly_limited(vector: Float[np.ndarray, "3"], limit: float) -> Float[np.ndarray, "3"]:
    """The vector, shortened to limit · tanh(length / limit)."""
    length = math.sqrt(float(vector @ vector))
    share = length / limit
    # tanh x / x = 1 − x²/3 …: where x is small the quotient would be 0 / 0.
    return vector * (math.tanh(share) / share if share > 1e-6 else 1.0)


def unit(vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """Direction of a vector; of none the zero vector."""
    return vector / max(math.sqrt(float(vector @ vector)), TINY)


def cross(a: Float[np.ndarray, "3"], b: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3"]:
    """The product a × b of two vectors, without the cost of `np.cross`."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def shortest_arc(start: Float[np.ndarray, "3"], stop: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """The smallest turn of one unit vector to another; of two opposite ones a half turn about a fixed normal."""
    nearness = 1.0 + float(start @ stop)
    if nearness < _OPPOSITE:
        helper = np.eye(3)[int(np.argmin(np.abs(start)))]
        normal = unit(cross(start, helper))
        return 2.0 * np.outer(normal, normal) - np.eye(3)
    x, y, z = cross(start, stop)
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + skew + skew @ skew / nearness


def turn(rotation_vector: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """Matrix of a rotation vector."""
    return matrix_from_axis_angle(rotation_vector)


def turn_vector(matrix: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, "3"]:
    """Rotation vector of a matrix, the shorter way round."""
    return axis_angle_from_matrix(matrix)
