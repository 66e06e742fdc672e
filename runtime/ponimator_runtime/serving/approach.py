"""From where the characters stand to where an interaction happens: on the way, never at once.

The root is drawn to the interaction's place no faster than one walks; where the interactive pose would come before both
are there, the window waits. Pure array math: no clock, no session.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ponimator_runtime.motion.placement import Root, placed_at_roots
from ponimator_runtime.motion.pose import InteractivePose, Motion, concatenated, still_motion
from ponimator_runtime.motion.rotations import quaternion_from_matrix
from ponimator_runtime.motion.seam import PEAK_SPEED_OF_DECAY, yaw_between
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.stitch import REST_S, decaying_hold
from ponimator_runtime.serving.generator import BodyPose

APPROACH_SPEED_M_S: Final = 1.4
"""The way to an interaction adds no more than this to a root's speed: people walk so."""
APPROACH_TURN_RAD_S: Final = np.pi
APART_M: Final = 1.5
"""Live poses whose pelves are further from each other than this are in no interaction yet: of interactive poses that
were extracted from motion, 95 % are closer (held-out synthetic set)."""
_ON_GROUND: Final = [0, 2]


def stand_apart(pose: InteractivePose, skeleton: Skeleton) -> bool:
    """Whether two bodies are too far from each other to be in an interaction."""
    first, second = pose.pelvis_positions(skeleton)[:, _ON_GROUND]
    return bool(np.linalg.norm(second - first) > APART_M)


def standing_at(
    first_frame: InteractivePose,
    given: tuple[BodyPose | None, BodyPose | None],
    roots: tuple[Root | None, Root | None],
    skeleton: Skeleton,
    *,
    rate_hz: float,
) -> Motion:
    """What plays on the game's side before the first frame of a window: one still frame.

    Args:
        first_frame: of the window; a character of whom nothing is known comes from there.
        given: the live pose of each character, where known.
        roots: where each character stands, where no pose is known; the pose is that of the first frame.
        skeleton: of the bodies.
        rate_hz: of the frame.
    """
    rotations, translations = first_frame.rotations.copy(), first_frame.translations.copy()
    for person in range(len(translations)):
        live, root = given[person], roots[person]
        if live is not None:
            rotations[person], translations[person] = live.rotations, live.translation
        elif root is not None:
            placed = placed_at_roots(first_frame, (root, None) if person == 0 else (None, root), skeleton)
            rotations[person], translations[person] = placed.rotations[person], placed.translations[person]
    pose = replace(first_frame, rotations=rotations, translations=translations)
    return still_motion(pose, frame_count=1, rate_hz=rate_hz)


def approach_s(before: Motion, coming: Motion) -> float:
    """How long the roots need from where they are to where a motion begins."""
    here, there = before.pose_at(-1), coming.pose_at(0)
    way_m = np.linalg.norm((there.translations - here.translations)[:, _ON_GROUND], axis=-1).max()
    turn_rad = np.abs(
        yaw_between(quaternion_from_matrix(here.rotations[:, 0]), quaternion_from_matrix(there.rotations[:, 0]))
    ).max()
    return PEAK_SPEED_OF_DECAY * max(float(way_m) / APPROACH_SPEED_M_S, float(turn_rad) / APPROACH_TURN_RAD_S)


def waiting(motion: Motion, frame_count: int) -> Motion:
    """A motion that begins so many frames later, from rest."""
    if frame_count == 0:
        return motion
    backwards = _reversed(motion.frames(0, 2))
    held = decaying_hold(backwards, frame_count=frame_count, rest_s=min(REST_S, frame_count / motion.rate_hz))
    return concatenated(_reversed(held), motion)


def _reversed(motion: Motion) -> Motion:
    return replace(motion, rotations=motion.rotations[:, ::-1], translations=motion.translations[:, ::-1])
