"""The SMPL-X skeleton: names, parents, and rest joints as a linear function of body shape.

The only home of joint names and order. It knows no mesh: skin belongs to whoever draws or trains.
Source: SMPL-X (Pavlakos et al. 2019), joint order of the public `smplx` package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.errors import ShapeError

BODY_JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
"""The 22 joints that the models generate."""

_FINGERS = ("index", "middle", "pinky", "ring", "thumb")
_HAND_JOINT_NAMES = tuple(
    f"{side}_{finger}{segment}" for side in ("left", "right") for finger in _FINGERS for segment in (1, 2, 3)
)
JOINT_NAMES: tuple[str, ...] = (
    *BODY_JOINT_NAMES,
    "jaw",
    "left_eye_smplhf",
    "right_eye_smplhf",
    *_HAND_JOINT_NAMES,
)
"""All 55 joints, in SMPL-X order."""

JOINT_INDEX: dict[str, int] = {name: index for index, name in enumerate(JOINT_NAMES)}

_BODY_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
_HEAD = JOINT_INDEX["head"]


def _hand_parents() -> tuple[int, ...]:
    """The first segment of each finger hangs on its wrist, the others on the segment before."""
    parents = []
    for name in _HAND_JOINT_NAMES:
        side, segment = name.split("_")[0], int(name[-1])
        parents.append(JOINT_INDEX[f"{side}_wrist"] if segment == 1 else JOINT_INDEX[name] - 1)
    return tuple(parents)


PARENTS: tuple[int, ...] = (*_BODY_PARENTS, _HEAD, _HEAD, _HEAD, *_hand_parents())
"""Parent of each of the 55 joints, -1 for the pelvis; a parent always stands before its children."""

BODY_JOINT_COUNT = len(BODY_JOINT_NAMES)
JOINT_COUNT = len(JOINT_NAMES)
SHAPE_COUNT = 10
"""Shape coefficients β that are used."""


def mirrored_joint(name: str) -> str:
    """The joint on the other side of the body; the joint itself where it lies in the middle."""
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    if name.startswith("right_"):
        return "left_" + name.removeprefix("right_")
    return name


MIRROR: tuple[int, ...] = tuple(JOINT_INDEX[mirrored_joint(name)] for name in JOINT_NAMES)
"""Index of each joint's left/right counterpart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skeleton:
    """Rest joints of a body as template + shape basis · β.

    Attributes:
        template: rest joints at β = 0, (55, 3) m, body at the model's origin.
        shape_basis: change of each rest joint per unit of β, (55, 3, 10) m.
    """

    template: Float[np.ndarray, "J 3"]
    shape_basis: Float[np.ndarray, "J 3 S"]

    def __post_init__(self) -> None:
        """Refuses arrays that are not a 55-joint skeleton."""
        expected = ((JOINT_COUNT, 3), (JOINT_COUNT, 3, SHAPE_COUNT))
        got = (self.template.shape, self.shape_basis.shape)
        if got != expected:
            raise ShapeError(f"A skeleton has template and shape basis of shapes {expected}, these are {got}.")

    def rest_joints(self, betas: Float[np.ndarray, "*P 10"]) -> Float[np.ndarray, "*P 55 3"]:
        """Rest joints for the shapes β, (..., 55, 3) m."""
        return self.template + np.einsum("jck,...k->...jc", self.shape_basis, betas)
