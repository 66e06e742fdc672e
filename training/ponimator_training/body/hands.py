"""The relaxed hand of this body.

SMPL-X's own relaxed hand belongs to its licensed file; this one is set by hand from the joint angles of a hand at rest.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

_FINGERS = ("index", "middle", "pinky", "ring")
_CURL_DEG = {"index": (18.0, 24.0, 14.0), "middle": (24.0, 28.0, 16.0), "ring": (28.0, 30.0, 18.0),
             "pinky": (30.0, 30.0, 18.0)}  # fmt: skip
"""Flexion of knuckle, middle and end joint; it grows towards the little finger, as in a hand that hangs at ease."""
_CLOSE_DEG = {"index": 9.0, "middle": 1.0, "ring": -6.0, "pinky": -15.0}
"""Turn of the left knuckle about +Y that closes the spread of the flat hand."""
_THUMB_DEG = ((0.0, 14.0, 10.0), (0.0, 10.0, 4.0), (0.0, 14.0, 0.0))
"""Rotation vectors of the left thumb's three joints: towards the fingers, slightly bent."""


def relaxed_hand_vectors() -> Float[NDArray[np.float64], "30 3"]:
    """Local rotation vectors of the 30 finger joints at ease, left hand first, SMPL-X's order, rad.

    With the palm down and the left fingers along +X, a finger bends about -Z.
    """
    left = np.zeros((15, 3))
    for finger, name in enumerate(_FINGERS):
        left[3 * finger : 3 * finger + 3, 2] = [-angle for angle in _CURL_DEG[name]]
        left[3 * finger, 1] = _CLOSE_DEG[name]
    left[12:] = _THUMB_DEG
    mirrored = left * (1.0, -1.0, -1.0)
    vectors: NDArray[np.float64] = np.deg2rad(np.concatenate([left, mirrored]))
    return vectors
