"""The poses that a trigger starts from, out of files and onto a session's bodies."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.rotations import quaternion_from_matrix
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.poses import StandingBody, read_bodies
from ponimator_runtime.wire import Pose, Skeleton, pose_from_arrays, rest_joints_array

Bodies = tuple[StandingBody | None, StandingBody | None]


def bodies_of_files(
    both: Path | None, first: Path | None, second: Path | None, surface: BodySurface, *, at_s: float
) -> Bodies:
    """What the files say of the two persons.

    Raises:
        DataError: a file cannot be read as poses.
        ConfigError: it holds another number of persons than is needed.
    """
    if both is not None:
        bodies = read_bodies(both, surface, at_s=at_s)
        if len(bodies) != 2:
            raise ConfigError(f"--poses: expected a file of two persons, {both} holds {len(bodies)}: use --pose-a")
        return bodies[0], bodies[1]
    return _body(first, "--pose-a", surface, at_s), _body(second, "--pose-b", surface, at_s)


def poses_on(bodies: Bodies, skeleton: Skeleton) -> tuple[Pose | None, Pose | None]:
    """The poses with translations that count from the session's own rest pelves."""
    rest_pelves = rest_joints_array(skeleton)[:, 0].astype(np.float64)
    first, second = (
        None
        if body is None
        else pose_from_arrays(
            quaternion_from_matrix(body.rotations).astype(np.float32), (body.pelvis - rest_pelvis).astype(np.float32)
        )
        for body, rest_pelvis in zip(bodies, rest_pelves, strict=True)
    )
    return first, second


def _body(path: Path | None, flag: str, surface: BodySurface, at_s: float) -> StandingBody | None:
    if path is None:
        return None
    bodies = read_bodies(path, surface, at_s=at_s)
    if len(bodies) != 1:
        raise ConfigError(f"{flag}: expected a file of one person, {path} holds {len(bodies)}: use --poses")
    return bodies[0]
