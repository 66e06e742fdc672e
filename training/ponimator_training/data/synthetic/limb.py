"""Analytic inverse kinematics of a limb of two bones with a hinge between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

_LONGEST_REACH = 0.998
"""Share of the limb's full length that is used, so that elbows and knees never lock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limb:
    """Two bones at rest.

    Attributes:
        upper: from shoulder (hip) to elbow (knee) at rest, (3,) m.
        lower: from elbow (knee) to wrist (ankle) at rest, (3,) m.
        hinge: unit axis at rest about which a positive turn flexes the lower bone.
    """

    upper: Float[np.ndarray, "3"]
    lower: Float[np.ndarray, "3"]
    hinge: Float[np.ndarray, "3"]

    @property
    def length(self) -> float:
        """Of the stretched limb, m."""
        return float(np.linalg.norm(self.upper) + np.linalg.norm(self.lower))

    def solve(
        self, start: Float[np.ndarray, "N 3"], target: Float[np.ndarray, "N 3"], pole: Float[np.ndarray, "N 3"]
    ) -> tuple[Float[np.ndarray, "N 3 3"], Float[np.ndarray, "N 3 3"]]:
        """World rotations of the upper and the lower bone that bring the limb's end from `start` to `target`.

        A target out of reach is approached as far as the limb goes. `pole` is where the elbow (knee) should point.
        """
        upper_length, lower_length = np.linalg.norm(self.upper), np.linalg.norm(self.lower)
        reach = target - start
        shortest = abs(upper_length - lower_length) * 1.05 + 0.02
        distance = np.clip(_norm(reach), shortest, _LONGEST_REACH * self.length)
        direction = reach / np.maximum(_norm(reach), 1e-9)
        sideways = unit(pole - np.sum(pole * direction, axis=-1, keepdims=True) * direction)
        cosine = (upper_length**2 + distance**2 - lower_length**2) / (2 * upper_length * distance)
        sine = np.sqrt(np.maximum(1 - cosine**2, 0.0))
        upper_direction = cosine * direction + sine * sideways
        lower_direction = unit(distance * direction - upper_length * upper_direction)
        # The lower bone flexes away from the pole, about the normal of the plane of the two bones.
        hinge = np.cross(direction, sideways)
        hinge = -unit(hinge)
        return _aligned(self.upper, self.hinge, upper_direction, hinge), _aligned(
            self.lower, self.hinge, lower_direction, hinge
        )


def frame_from(first: Float[np.ndarray, "*S 3"], second: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3 3"]:
    """The rotation whose first column is `first` and whose second is as near to `second` as may be."""
    x = unit(first)
    y = unit(second - np.sum(second * x, axis=-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def unit(vector: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3"]:
    """The direction of a vector."""
    return vector / np.maximum(_norm(vector), 1e-9)


def _norm(vector: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 1"]:
    return np.linalg.norm(vector, axis=-1, keepdims=True)


def _aligned(
    rest_bone: Float[np.ndarray, "3"],
    rest_hinge: Float[np.ndarray, "3"],
    bone: Float[np.ndarray, "N 3"],
    hinge: Float[np.ndarray, "N 3"],
) -> Float[np.ndarray, "N 3 3"]:
    return frame_from(bone, hinge) @ frame_from(rest_bone, rest_hinge).T
