"""Who touches what: feet on the floor, and the two bodies' surfaces on each other.

Bodies are told by thinned surface vertices, each of which belongs to the joint that moves it most; fingers count as the
hand they belong to. Contact begins at a small distance and ends at a larger one, so that it does not flicker.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_COUNT, JOINT_INDEX, JOINT_NAMES
from ponimator_runtime.motion.surface import BodySurface

FOOT_JOINTS = tuple(JOINT_INDEX[name] for name in ("left_ankle", "left_foot", "right_ankle", "right_foot"))
"""Left heel, left toe, right heel, right toe."""
_TOUCH_M = 0.02
"""Contact begins below this distance of thinned vertices (the paper's 1.3 cm is of the whole mesh)."""
_PART_M = 0.035
_FOOT_HEIGHT_M = 0.04
"""A heel or toe that comes down stands from this height above where it stands at rest …"""
_FOOT_LIFT_M = 0.055
"""… and goes on standing up to this one."""
_FOOT_SPEED_M_S = 0.35
_FOOT_LEAVES_M_S = 0.5
_SAMPLING_HZ = 10.0
"""Surfaces are compared at the model's rate; what is between two samples in contact counts as contact."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyContact:
    """Frames start … stop − 1, in which joint a of person A touches joint b of person B."""

    start: int
    stop: int
    joint_a: int
    joint_b: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Touching:
    """What touches at one instant, for the motion that goes on from there.

    Attributes:
        pairs: joints of person A and of person B.
        feet: left heel, left toe, right heel, right toe, (P, 4).
    """

    pairs: frozenset[tuple[int, int]]
    feet: Bool[np.ndarray, "P 4"]


def foot_contacts(motion: Motion, surface: BodySurface, *, before: Touching | None = None) -> Bool[np.ndarray, "P N 4"]:
    """Whether left heel, left toe, right heel and right toe stand on the floor (y = 0) in each frame.

    Args:
        motion: floor at y = 0.
        surface: of its bodies.
        before: what touched one frame before; None where nothing is known to.
    """
    feet = motion_joint_positions(motion, surface.skeleton)[:, :, FOOT_JOINTS]
    clearance, speed = _clearance_and_speed(feet, standing_heights(surface, motion.betas), motion.rate_hz)
    begins = (clearance < _FOOT_HEIGHT_M) & (speed < _FOOT_SPEED_M_S)
    stays = (clearance < _FOOT_LIFT_M) & (speed < _FOOT_LEAVES_M_S)
    now = np.zeros(begins[:, 0].shape, dtype=bool) if before is None else before.feet
    for frame in range(motion.frame_count):
        now = begins[:, frame] | (now & stays[:, frame])
        begins[:, frame] = now
    return begins


def standing_feet(
    feet: Float[np.ndarray, "P N 4 3"], standing: Float[np.ndarray, "P 4"], rate_hz: float
) -> Bool[np.ndarray, "P N 4"]:
    """Which heels and toes are about as low as where the body stands at rest, and slow."""
    clearance, speed = _clearance_and_speed(feet, standing, rate_hz)
    return (clearance < _FOOT_HEIGHT_M) & (speed < _FOOT_SPEED_M_S)


def _clearance_and_speed(
    feet: Float[np.ndarray, "P N 4 3"], standing: Float[np.ndarray, "P 4"], rate_hz: float
) -> tuple[Float[np.ndarray, "P N 4"], Float[np.ndarray, "P N 4"]]:
    """M above where the body stands at rest, and m/s."""
    speed = np.zeros(feet.shape[:-1])
    if feet.shape[1] > 1:
        speed = np.linalg.norm(np.gradient(feet, axis=1), axis=-1) * rate_hz
    return feet[..., 1] - standing[:, None], speed


def standing_heights(surface: BodySurface, betas: Float[np.ndarray, "*S 10"]) -> Float[np.ndarray, "*S 4"]:
    """Height of `FOOT_JOINTS` where the body stands at rest on the floor, m."""
    lowest = (surface.vertices[:, 1] + betas @ surface.shape_basis[:, 1].T).min(axis=-1)
    return surface.skeleton.rest_joints(betas)[..., FOOT_JOINTS, 1] - lowest[..., None]


def body_contacts(motion: Motion, surface: BodySurface, *, before: Touching | None = None) -> list[BodyContact]:
    """Every pair of body parts that touch, with the frames in which they do.

    Args:
        motion: two bodies.
        surface: theirs.
        before: what touched one frame before, and goes on touching until it parts; None where nothing is known to.
    """
    stride = max(1, round(motion.rate_hz / _SAMPLING_HZ))
    sampled = np.arange(0, motion.frame_count, stride)
    distances, parts = part_distances(motion, surface, sampled)
    contacts = []
    touched = before.pairs if before is not None else frozenset()
    near_pairs = np.argwhere(distances.min(axis=0) < _PART_M)
    for row, column in near_pairs:
        pair = int(parts[row]), int(parts[column])
        touching = _with_hysteresis(distances[:, row, column], touched=pair in touched)
        for first, last in _runs(touching):
            contacts.append(
                BodyContact(
                    start=int(sampled[first]),
                    stop=int(min(sampled[last] + stride, motion.frame_count)),
                    joint_a=pair[0],
                    joint_b=pair[1],
                )
            )
    return sorted(contacts, key=lambda contact: (contact.start, contact.joint_a, contact.joint_b))


def part_distances(
    motion: Motion, surface: BodySurface, frames: Int[np.ndarray, "F"]
) -> tuple[Float[np.ndarray, "F Q Q"], Int[np.ndarray, "Q"]]:
    """Smallest distance of each part of A to each part of B in some frames, m, and the joint of each part.

    Exact below `_PART_M`; of parts whose boxes lie further apart it is the distance of the boxes, which is never more.
    """
    owner = hand_of_fingers()[surface.contact_joints]
    order = np.argsort(owner, kind="stable")
    vertices = surface.contact_vertices[order]
    parts, starts = np.unique(owner[order], return_index=True)
    cloud_a, cloud_b = (
        surface.posed(motion.rotations[p][frames], motion.translations[p][frames], motion.betas[p], vertices).astype(
            np.float32
        )
        for p in range(2)
    )
    low_a, low_b = (np.minimum.reduceat(cloud, starts, axis=1) for cloud in (cloud_a, cloud_b))
    high_a, high_b = (np.maximum.reduceat(cloud, starts, axis=1) for cloud in (cloud_a, cloud_b))
    between = np.maximum(low_a[:, :, None] - high_b[:, None], low_b[:, None] - high_a[:, :, None])
    nearest = np.linalg.norm(np.maximum(between, 0.0), axis=-1).astype(np.float64)
    ends = [*starts[1:], len(vertices)]
    for frame, of_a, of_b in np.argwhere(nearest < _PART_M):
        a = cloud_a[frame, starts[of_a] : ends[of_a]]
        b = cloud_b[frame, starts[of_b] : ends[of_b]]
        squared = np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1) - 2 * (a @ b.T)
        nearest[frame, of_a, of_b] = np.sqrt(max(float(squared.min()), 0.0))
    return nearest, parts


def hand_of_fingers() -> Int[np.ndarray, "55"]:
    """Each joint itself, a finger's the wrist of its hand, jaw and eyes the head."""
    owner = np.arange(JOINT_COUNT)
    for index in range(BODY_JOINT_COUNT, JOINT_COUNT):
        side = JOINT_NAMES[index].split("_")[0]
        finger = JOINT_NAMES[index][-1].isdigit()
        owner[index] = JOINT_INDEX[f"{side}_wrist"] if finger else JOINT_INDEX["head"]
    return owner


def _with_hysteresis(distance: Float[np.ndarray, "F"], *, touched: bool) -> Bool[np.ndarray, "F"]:
    """Contact from below the touching distance until above the parting distance."""
    touching = np.zeros(len(distance), dtype=bool)
    now = touched
    for frame, value in enumerate(distance):
        now = value < (_PART_M if now else _TOUCH_M)
        touching[frame] = now
    return touching


def _runs(flags: Bool[np.ndarray, "F"]) -> list[tuple[int, int]]:
    """First and last index of each run of true."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))
