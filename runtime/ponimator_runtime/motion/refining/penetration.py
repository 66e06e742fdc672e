"""How deep one body is in the other, and how that changes when joints turn: depth of balls and its derivative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.refining.balls import PosedBalls
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_INDEX, PARENTS

TURNED_NAMES = (
    "spine1", "spine2", "spine3", "neck", "head", "left_collar", "right_collar", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
"""Joints that a correction turns; with the shift of the whole body they are its degrees of freedom."""
TURNED: tuple[int, ...] = tuple(JOINT_INDEX[name] for name in TURNED_NAMES)
_TURNED_PARENTS = tuple(PARENTS[joint] for joint in TURNED)
HANDLE_COUNT = 1 + len(TURNED)
"""H: the shift of the body, then a turn of each of `TURNED`; each has three numbers."""


def _turned_by() -> Bool[np.ndarray, "22 T"]:
    """Whether a turn of each of `TURNED` moves what hangs on each joint."""
    moves = np.zeros((BODY_JOINT_COUNT, len(TURNED)), dtype=bool)
    for joint in range(BODY_JOINT_COUNT):
        above = joint
        while above >= 0:
            if above in TURNED:
                moves[joint, TURNED.index(above)] = True
            above = PARENTS[above]
    return moves


_MOVES = _turned_by()


@dataclass(frozen=True, kw_only=True, slots=True)
class NearPairs:
    """Pairs of balls, one of each body, that are in each other or near each other, in order of frames.

    Attributes:
        frames: (M,).
        balls: of person A and of person B, (P, M).
        depth: negative where they are apart, (M,) m.
        away: unit vectors from the ball of person B to that of person A, (M, 3).
    """

    frames: Int[np.ndarray, "M"]
    balls: Int[np.ndarray, "P M"]
    depth: Float[np.ndarray, "M"]
    away: Float[np.ndarray, "M 3"]

    def __len__(self) -> int:
        """M."""
        return len(self.depth)

    def subset(self, chosen: Int[np.ndarray, "S"]) -> NearPairs:
        """Some of the pairs."""
        return NearPairs(
            frames=self.frames[chosen],
            balls=self.balls[:, chosen],
            depth=self.depth[chosen],
            away=self.away[chosen],
        )


def near_pairs(posed: PosedBalls, *, within_m: float = 0.0) -> NearPairs:
    """All pairs of balls that are in each other, or no further apart than this."""
    a, b = posed.centres
    middle = a.mean(axis=(0, 1))  # small numbers keep the digits of a difference of squares
    a, b = (a - middle).astype(np.float32), (b - middle).astype(np.float32)
    reach = (posed.radii[0][:, None] + posed.radii[1] + within_m).astype(np.float32)
    # |a − b|² − reach², in as few passes over the frames' tables as there can be
    table = a @ b.swapaxes(1, 2)
    table *= -2
    table += np.sum(b * b, axis=-1)[:, None]
    table += np.sum(a * a, axis=-1)[:, :, None]
    table -= reach**2
    flat = np.flatnonzero(table.ravel() < 0)
    frames, ball_a, ball_b = np.unravel_index(flat, table.shape)
    return measured_pairs(posed, frames, np.stack([ball_a, ball_b]))


def measured_pairs(posed: PosedBalls, frames: Int[np.ndarray, "M"], balls: Int[np.ndarray, "P M"]) -> NearPairs:
    """How deep some pairs of balls are in each other."""
    between = posed.centres[0, frames, balls[0]] - posed.centres[1, frames, balls[1]]
    distance = np.sqrt(np.einsum("mi,mi->m", between, between))
    return NearPairs(
        frames=frames,
        balls=balls,
        depth=posed.radii[0, balls[0]] + posed.radii[1, balls[1]] - distance,
        away=between / np.maximum(distance, 1e-9)[:, None],
    )


def deepest_of_frames(pairs: NearPairs, frame_count: int) -> Float[np.ndarray, "N"]:
    """Depth of the deepest pair of each frame, -inf where there is none, m."""
    deepest = np.full(frame_count, -np.inf)
    np.maximum.at(deepest, pairs.frames, pairs.depth)
    return deepest


def depth_gradient(pairs: NearPairs, posed: PosedBalls) -> Float[np.ndarray, "M P H 3"]:
    """Change of each pair's depth per metre of shift and radian of turn of each handle, in the world's axes."""
    gradient = np.zeros((len(pairs), 2, HANDLE_COUNT, 3))
    for person, sign in enumerate((-1.0, 1.0)):
        ball = pairs.balls[person]
        direction = sign * pairs.away  # depth falls where A's ball goes along `away`, and where B's goes against it
        arms = (
            posed.centres[person, pairs.frames, ball][:, None] - posed.joint_positions[person, pairs.frames][:, TURNED]
        )
        gradient[:, person, 0] = direction
        # d · (ω × r) = ω · (r × d)
        turning = np.cross(arms, direction[:, None])
        gradient[:, person, 1:] = np.where(_MOVES[posed.joints[ball]][..., None], turning, 0.0)
    return gradient


def moved(
    rotations: Float[np.ndarray, "P N 22 3 3"],
    translations: Float[np.ndarray, "P N 3"],
    posed: PosedBalls,
    change: Float[np.ndarray, "P N H 3"],
) -> tuple[Float[np.ndarray, "P N 22 3 3"], Float[np.ndarray, "P N 3"]]:
    """Rotations and translations after a change of all handles in the world's axes; a turn carries what hangs on it."""
    parents = posed.rotations_to_world[:, :, _TURNED_PARENTS]
    in_parent = np.einsum("pntji,pntj->pnti", parents, change[:, :, 1:])
    turned = rotations.copy()
    turned[:, :, TURNED] = matrix_from_axis_angle(in_parent) @ rotations[:, :, TURNED]
    return turned, translations + change[:, :, 0]
