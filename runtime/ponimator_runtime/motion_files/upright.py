"""Which way is up in a file, the turn that brings it to +Y, and how high a body stands there."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError

SOLE_BELOW_LOWEST_JOINT_M = 0.025
"""The lowest joint of a body is the ball of a foot, which lies so far above the sole."""
UpAxis = Literal["+x", "-x", "+y", "-y", "+z", "-z"]

_UP_AXES: tuple[UpAxis, ...] = ("+x", "-x", "+y", "-y", "+z", "-z")
_CLEAR_SHARE = 0.72
"""Of the length of the mean body axis, along one coordinate axis; below it nobody can tell."""


def axis_vector(axis: UpAxis) -> Float[NDArray[np.float64], "3"]:
    """Unit vector of an axis."""
    vector = np.zeros(3)
    vector["xyz".index(axis[1])] = 1.0 if axis[0] == "+" else -1.0
    return vector


def guessed_up(body_axes: Float[NDArray[np.float64], "*S 3"], source: str) -> UpAxis:
    """The coordinate axis along which bodies stand: people are upright most of the time.

    Args:
        body_axes: from the feet to the head, at any number of instants.
        source: for the message.

    Raises:
        DataError: the bodies stand along no axis, so that one has to be told.
    """
    mean = body_axes.reshape(-1, 3).mean(axis=0)
    share = mean / max(float(np.linalg.norm(body_axes.reshape(-1, 3), axis=1).mean()), 1e-12)
    strongest = max(_UP_AXES, key=lambda axis: float(axis_vector(axis) @ share))
    if axis_vector(strongest) @ share < _CLEAR_SHARE:
        raise DataError(f"{source}: cannot tell which way is up (nobody stands upright); tell it with --up.")
    return strongest


def y_up_from(axis: UpAxis) -> Float[NDArray[np.float64], "3 3"]:
    """The rotation that brings an axis to +Y by the shortest way; −Y turns about X, as cameras see."""
    up = axis_vector(axis)
    target = np.array([0.0, 1.0, 0.0])
    if axis == "+y":
        return np.eye(3)
    if axis == "-y":
        return np.diag([1.0, -1.0, -1.0])
    normal = np.cross(up, target)
    return np.outer(target, up) - np.outer(up, target) + np.outer(normal, normal)
