"""From the canonical frame to Unity's and Unreal's; the golden source that both plugins are tested against.

| engine                                              | position           | quaternion (x, y, z, w) |
|-----------------------------------------------------|--------------------|-------------------------|
| Unity: left-handed, Y up, faces +Z, metres          | (−x, y, z)         | (x, −y, −z, w)          |
| Unreal component space: left-handed, Z up, faces +Y | 100 · (x, z, y) cm | (−x, −z, −y, w)         |
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

UNREAL_UNITS_PER_METRE = 100.0


def unity_from_canonical_position(position: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3"]:
    """Metres, left-handed, Y up."""
    return position * np.array([-1.0, 1.0, 1.0])


def unity_from_canonical_quaternion(quaternion_xyzw: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 4"]:
    """The same turn, seen in Unity's frame."""
    return quaternion_xyzw * np.array([1.0, -1.0, -1.0, 1.0])


def canonical_from_unity_position(position: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3"]:
    """Metres; the mirror is its own inverse."""
    return unity_from_canonical_position(position)


def canonical_from_unity_quaternion(quaternion_xyzw: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 4"]:
    """The mirror is its own inverse."""
    return unity_from_canonical_quaternion(quaternion_xyzw)


def unreal_from_canonical_position(position: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3"]:
    """Centimetres, left-handed, Z up."""
    return UNREAL_UNITS_PER_METRE * position[..., [0, 2, 1]]


def unreal_from_canonical_quaternion(quaternion_xyzw: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 4"]:
    """The same turn, seen in Unreal's component space."""
    return quaternion_xyzw[..., [0, 2, 1, 3]] * np.array([-1.0, -1.0, -1.0, 1.0])


def canonical_from_unreal_position(position: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3"]:
    """Metres."""
    return position[..., [0, 2, 1]] / UNREAL_UNITS_PER_METRE


def canonical_from_unreal_quaternion(quaternion_xyzw: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 4"]:
    """The swap of axes is its own inverse."""
    return unreal_from_canonical_quaternion(quaternion_xyzw)
