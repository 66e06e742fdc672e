"""Persons moving together, as files carry them out of a game and back: all 55 joints, and the bodies' rest joints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.pose import InteractivePose
from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, SHAPE_COUNT

_RATE_TOLERANCE: Final = 1e-3
_UNSAFE_IN_A_NAME: Final = re.compile(r"[^\w-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonMotion:
    """One person over time.

    Attributes:
        name: of the character.
        rotations_xyzw: root to world, others to their parent, (N, 55, 4).
        translations: γ, (N, 3) m.
        rest_joints: of this person's body, (55, 3) m.
        betas: body shape, (10,); zeros where it is told by `rest_joints` alone.
    """

    name: str
    rotations_xyzw: Float[np.ndarray, "N 55 4"]
    translations: Float[np.ndarray, "N 3"]
    rest_joints: Float[np.ndarray, "55 3"]
    betas: Float[np.ndarray, "10"]

    @property
    def frame_count(self) -> int:
        """N."""
        return len(self.translations)

    @property
    def pelvis_positions(self) -> Float[np.ndarray, "N 3"]:
        """Where the pelvis is in the world, m."""
        return self.rest_joints[0] + self.translations

    def joint_positions(self) -> Float[np.ndarray, "N 55 3"]:
        """World positions of all joints, m."""
        rest = np.broadcast_to(self.rest_joints, (self.frame_count, *self.rest_joints.shape))
        return joint_positions(matrix_from_quaternion(self.rotations_xyzw), self.translations, rest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Performance:
    """What a file, or some files together, hold.

    Attributes:
        persons: all with the same frames.
        rate_hz: frames per second.
        anchors: frames of interactive poses, where they are known.
    """

    persons: tuple[PersonMotion, ...]
    rate_hz: float
    anchors: tuple[int, ...] = ()

    @property
    def frame_count(self) -> int:
        """N."""
        return self.persons[0].frame_count

    def pose_at(self, frame: int) -> InteractivePose:
        """The 22 generated joints of all persons at one frame (negative counts from the end)."""
        rotations = np.stack([person.rotations_xyzw[frame, :BODY_JOINT_COUNT] for person in self.persons])
        return InteractivePose(
            rotations=matrix_from_quaternion(rotations.astype(np.float64)),
            translations=np.stack([person.translations[frame] for person in self.persons]).astype(np.float64),
            betas=np.stack([person.betas for person in self.persons]),
        )


def joined(parts: Sequence[Performance], sources: Sequence[str]) -> Performance:
    """Persons of several files in one performance.

    Raises:
        DataError: their frames or rates differ: they are not of one take.
    """
    first = parts[0]
    for part, source in zip(parts[1:], sources[1:], strict=True):
        if abs(part.rate_hz - first.rate_hz) > _RATE_TOLERANCE * first.rate_hz or part.frame_count != first.frame_count:
            raise DataError(
                f"{source} has {part.frame_count} frames at {part.rate_hz:g} Hz, {sources[0]} has "
                f"{first.frame_count} at {first.rate_hz:g} Hz: expected the files of one take."
            )
    return Performance(
        persons=tuple(person for part in parts for person in part.persons), rate_hz=first.rate_hz, anchors=first.anchors
    )


def path_of_person(path: Path, names: Sequence[str], person: int) -> Path:
    """Where one person goes of a file type that holds one a file: `hug.bvh` becomes `hug_Ann.bvh`.

    Two with the same name, or with none that a file may have, are told apart by their number.
    """
    safe = [_UNSAFE_IN_A_NAME.sub("", name) for name in names]
    told = safe[person] if safe[person] and safe.count(safe[person]) == 1 else str(person + 1)
    return path.with_name(f"{path.stem}_{told}{path.suffix}")


def no_betas() -> Float[np.ndarray, "10"]:
    """The shape of a body that a file tells by its rest joints alone."""
    return np.zeros(SHAPE_COUNT)
