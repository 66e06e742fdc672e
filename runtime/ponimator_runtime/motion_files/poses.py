"""Poses to start an interaction from: an instant of a motion file, or what an estimator of bodies in an image wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.pose import InteractivePose
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.estimates import read_pair_estimate, read_single_estimate
from ponimator_runtime.motion_files.formats import AMASS, SUFFIXES, read_performance
from ponimator_runtime.motion_files.number_files import PICKLE_SUFFIXES, read_number_file
from ponimator_runtime.motion_files.performance import Performance
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget
from ponimator_runtime.motion_files.tracks import RATE_NAMES

POSE_SUFFIXES = (*SUFFIXES, *PICKLE_SUFFIXES)
_PERSON_AXES = 2
"""Of an estimate's root orientations where it holds several persons, (P, 3)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingBody:
    """One person at an instant, wherever their model's origin is.

    Attributes:
        rotations: root to world, others to their parent, (22, 3, 3).
        pelvis: (3,) m.
    """

    rotations: Float[np.ndarray, "22 3 3"]
    pelvis: Float[np.ndarray, "3"]


def read_bodies(path: Path, surface: BodySurface, *, at_s: float = 0.0) -> tuple[StandingBody, ...]:
    """All persons of a file at one instant.

    Args:
        path: AMASS `.npz`, `.bvh`, `.glb`; or an estimate of one person (SMPLer-X-style) or two (BUDDI-style), `.npz`
            or pickle.
        surface: the body that estimates are read onto.
        at_s: of a motion file, from its start.

    Raises:
        DataError: the file is none of these, broken, or ends before that instant.
    """
    suffix = path.suffix.lower()
    if suffix not in POSE_SUFFIXES:
        raise DataError(f"{path.name}: expected a file that ends in one of {', '.join(POSE_SUFFIXES)}.")
    if suffix in PICKLE_SUFFIXES or (suffix == AMASS and not _is_motion(path)):
        return _estimated(path, surface.skeleton)
    return _at(read_performance([path], surface), at_s, path.name)


def _is_motion(path: Path) -> bool:
    content = read_number_file(path)
    return "poses" in content and any(name in content for name in RATE_NAMES)


def _at(performance: Performance, at_s: float, source: str) -> tuple[StandingBody, ...]:
    frame = round(at_s * performance.rate_hz)
    if not 0 <= frame < performance.frame_count:
        seconds = performance.frame_count / performance.rate_hz
        raise DataError(f"{source}: expected an instant of its {seconds:.2f} s, got {at_s:g} s.")
    pose = performance.pose_at(frame)
    return tuple(
        StandingBody(rotations=pose.rotations[row], pelvis=person.rest_joints[0] + pose.translations[row])
        for row, person in enumerate(performance.persons)
    )


def _estimated(path: Path, skeleton: Skeleton) -> tuple[StandingBody, ...]:
    """β of an estimate are of SMPL-X's shapes, which mean something else for this body: it keeps its mean shape."""
    target = SmplTarget(skeleton=skeleton, keeps_shapes=False)
    if _person_count(path) > 1:
        return _standing(read_pair_estimate(path, target), skeleton)
    single = read_single_estimate(path, target)
    pose = InteractivePose(
        rotations=single.rotations[None], translations=single.translation[None], betas=single.betas[None]
    )
    return _standing(pose, skeleton)


def _person_count(path: Path) -> int:
    content = read_number_file(path)
    people = content.get("humans", content)
    root = people.get("global_orient") if hasattr(people, "get") else None
    return len(root) if root is not None and np.ndim(root) == _PERSON_AXES else 1


def _standing(pose: InteractivePose, skeleton: Skeleton) -> tuple[StandingBody, ...]:
    pelves = pose.pelvis_positions(skeleton)
    return tuple(
        StandingBody(rotations=rotations, pelvis=pelvis)
        for rotations, pelvis in zip(pose.rotations, pelves, strict=True)
    )
