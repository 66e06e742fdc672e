"""What estimators of bodies in an image write, read as poses to start an interaction from.

Two persons (BUDDI-style): a pickle of `humans`: global_orient (2, 3), body_pose (2, 63), betas (2, 10), transl (2, 3).
One person (SMPLer-X-style): an `.npz` or pickle with global_orient (3), body_pose (63), betas (10), transl (3).

Both speak of a camera that looks along +Z with Y down; which way is up is guessed from the bodies. The lowest joint is
put on the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.pose import InteractivePose
from ponimator_runtime.motion.skeleton import JOINT_INDEX
from ponimator_runtime.motion_files.number_files import read_number_file
from ponimator_runtime.motion_files.smpl_parameters import TRANSLATION_NAMES, SmplTarget, person_track
from ponimator_runtime.motion_files.tracks import PersonTrack
from ponimator_runtime.motion_files.upright import SOLE_BELOW_LOWEST_JOINT_M, guessed_up, y_up_from

_WRAPPERS = ("humans", "human", "smplx", "params")
_ARRAYS = ("global_orient", "root_orient", "root_pose", "body_pose", "pose_body", "betas", *TRANSLATION_NAMES)
_FEET = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SinglePose:
    """One person at one instant.

    Attributes:
        rotations: (22, 3, 3), root to world, others to their parent.
        translation: γ, (3,) m.
        betas: body shape, (10,).
    """

    rotations: Float[NDArray[np.float64], "22 3 3"]
    translation: Float[NDArray[np.float64], "3"]
    betas: Float[NDArray[np.float64], "10"]


def read_pair_estimate(path: Path, target: SmplTarget) -> InteractivePose:
    """The interactive pose of a two-person estimate, Y up, the lowest foot on the floor.

    Raises:
        DataError: the file is broken, is not of two persons, or nobody can tell which way is up.
    """
    content = _content(path)
    tracks = [
        _instant(_of_person(content, index, path), target, f"{path.name}, person {index + 1}") for index in (0, 1)
    ]
    rotations, translations, betas = _stood(tracks, target, path.name)
    return InteractivePose(rotations=rotations, translations=translations, betas=betas)


def read_single_estimate(path: Path, target: SmplTarget) -> SinglePose:
    """One person's pose, Y up, the lower foot on the floor.

    Raises:
        DataError: the file is broken, is not of one person, or nobody can tell which way is up.
    """
    content = dict(_content(path))
    if not any(name in content for name in TRANSLATION_NAMES):
        content["transl"] = np.zeros(3)  # where one person stands by themselves means nothing
    tracks = [_instant(content, target, path.name)]
    rotations, translations, betas = _stood(tracks, target, path.name)
    return SinglePose(rotations=rotations[0], translation=translations[0], betas=betas[0])


def _content(path: Path) -> Mapping[str, Any]:
    content = read_number_file(path)
    for name in _WRAPPERS:
        if isinstance(content.get(name), Mapping):
            return dict(content[name])
    return content


def _of_person(content: Mapping[str, Any], index: int, path: Path) -> dict[str, Any]:
    """One person's rows of arrays that lead with the person."""
    person = {}
    for name in _ARRAYS:
        if content.get(name) is None:
            continue
        rows = np.asarray(content[name])
        if len(np.atleast_1d(rows)) != 2:
            raise DataError(f"{path.name}: '{name}' of two persons leads with 2, this one has shape {rows.shape}.")
        person[name] = rows[index]
    return person


def _instant(content: Mapping[str, Any], target: SmplTarget, source: str) -> PersonTrack:
    track = person_track(content, target, rate_hz=1.0, source=source)
    if len(track.translations) != 1:
        raise DataError(f"{source}: one pose is needed, this holds {len(track.translations)}.")
    if not np.isfinite(track.betas).all():
        raise DataError(f"{source}: the shape (betas) holds values that are not finite numbers.")
    return track


def _stood(
    tracks: list[PersonTrack], target: SmplTarget, source: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Rotations (P, 22, 3, 3), γ (P, 3) and β (P, 10), upright and on the floor."""
    rotations = np.concatenate([track.rotations for track in tracks])
    translations = np.concatenate([track.translations for track in tracks])
    betas = np.stack([track.betas for track in tracks])
    rest = target.skeleton.rest_joints(betas)
    joints = joint_positions(rotations, translations, rest)
    axes = joints[:, JOINT_INDEX["head"]] - joints[:, _FEET].mean(axis=1)
    turn = y_up_from(target.up or guessed_up(axes, source))
    rotations[:, 0] = turn @ rotations[:, 0]
    translations = (translations + rest[:, 0]) @ turn.T - rest[:, 0]
    lowest = joint_positions(rotations, translations, rest)[..., 1].min()
    translations[:, 1] += SOLE_BELOW_LOWEST_JOINT_M - lowest
    return rotations, translations, betas
