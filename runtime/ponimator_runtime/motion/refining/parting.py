"""Bodies that are in each other are taken apart until they touch, by the smallest change that is smooth in time.

The change of the shifts and joints is a sample of a smooth process that is zero where the motion has to stand as it is
(a Gaussian process, conditioned on that frame). Of all such changes the most likely one is taken that brings the depth
of the deepest pairs of balls down to a touch; its equation has one unknown a pair, not one a joint and frame. Bodies
that touched go on touching: where a step took them apart, the next one draws them together.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.refining.balls import ShapedBalls, posed_balls
from ponimator_runtime.motion.refining.penetration import (
    HANDLE_COUNT,
    TURNED_NAMES,
    NearPairs,
    deepest_of_frames,
    depth_gradient,
    measured_pairs,
    moved,
    near_pairs,
)
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT

TOUCH_DEPTH_M = 0.005
"""Bodies this deep in each other touch: no deeper is taken apart, and nothing is taken further apart than this."""
STEPS = 3
"""More take time and bring little."""
_PAIRS_PER_FRAME = 4
_NEAR_M = 0.08
"""Pairs further apart than this are not looked at again."""
_SHARES = (1.0, 0.5, 0.25)
"""Of a step, tried in turn until it helps."""
_SMOOTH_S = 0.4
"""How far in time a change reaches."""
_COMPLIANCE_M2 = 0.25
"""Variance that a pair may keep its depth with. Less of it solves more of the depth at once, but where pairs disagree
(arms around a body) it flings the arms away, and near a frame that stands it makes a jerk."""
_MOST_TURN_RAD = 0.08
_MOST_SHIFT_M = 0.05
"""Of a joint and of a body in one step: depth tells the way out only near where it was measured."""
_TURN_DEVIATION_RAD_PER_M = {
    "spine": 0.3,
    "neck": 0.5,
    "head": 0.5,
    "collar": 0.5,
    "shoulder": 2.0,
    "elbow": 2.0,
    "wrist": 1.0,
}
_SHIFT_DEVIATION = (1.0, 0.0, 1.0)
"""Bodies are not lifted."""


def _variances() -> Float[np.ndarray, "H 3"]:
    """How readily each handle is used."""
    deviations = [_TURN_DEVIATION_RAD_PER_M[name.split("_")[-1].rstrip("123")] for name in TURNED_NAMES]
    return np.concatenate([[_SHIFT_DEVIATION], np.repeat(deviations, 3).reshape(-1, 3)]) ** 2


_VARIANCES = _variances()


def parted_motion(
    motion: Motion,
    balls: ShapedBalls,
    *,
    held: int | None,
    movable: tuple[bool, bool] = (True, True),
    steps: int = STEPS,
    drawn_m: float = 0.0,
) -> Motion:
    """A motion whose bodies are less deep in each other.

    It is the very same object where they are no deeper than a touch, or where nothing helps; the depth of all pairs of
    balls together never grows, but for the touch of bodies that were drawn together.

    Args:
        motion: any rate; y is up.
        balls: of its two bodies.
        held: a frame that stands as it is; None where none has to.
        movable: whether person A, and person B, may be changed.
        steps: linearisations of the depth.
        drawn_m: bodies that come this near without touching were meant to touch, and are drawn together.
    """
    whole, variances = motion, _VARIANCES * np.array(movable, dtype=np.float64)[:, None, None]
    posed = posed_balls(balls, motion.rotations, motion.translations)
    pairs = near_pairs(posed, within_m=_NEAR_M)
    smooth = _smoothness(motion.frame_count, motion.rate_hz, held)
    touching = deepest_of_frames(pairs, motion.frame_count) > -drawn_m
    cost, depth_before = _cost(pairs, touching), _total_depth(pairs)
    for _ in range(steps):
        solved = _to_solve(pairs, posed.joints, touching, held)
        if not np.any((solved.depth > TOUCH_DEPTH_M) | (solved.depth < 0)):
            break
        change = _smallest_change(solved, depth_gradient(solved, posed), smooth, variances)
        change[:, :, 1:] *= _share_within(change[:, :, 1:], _MOST_TURN_RAD)
        change[:, :, 0] *= _share_within(change[:, :, 0], _MOST_SHIFT_M)
        for share in _SHARES:
            rotations, translations = moved(motion.rotations, motion.translations, posed, share * change)
            posed_after = posed_balls(balls, rotations, translations)
            pairs_after = measured_pairs(posed_after, pairs.frames, pairs.balls)
            cost_after = _cost(pairs_after, touching)
            if cost_after < cost:
                motion = replace(motion, rotations=rotations, translations=translations)
                posed, pairs, cost = posed_after, pairs_after, cost_after
                break
        else:
            break
    # What is looked at is what was near; the whole decides.
    allowed = depth_before + (_PAIRS_PER_FRAME * TOUCH_DEPTH_M if drawn_m > 0 else 0.0)
    if motion is not whole and _total_depth(near_pairs(posed)) > allowed:
        return whole
    return motion


def _total_depth(pairs: NearPairs) -> float:
    """Depth of all pairs that are in each other, m."""
    return float(pairs.depth[pairs.depth > 0].sum())


def _cost(pairs: NearPairs, touching: Bool[np.ndarray, "N"]) -> float:
    """Of depth, and of gaps between bodies that touched."""
    excess = np.maximum(pairs.depth - TOUCH_DEPTH_M, 0.0)
    gap = np.maximum(-deepest_of_frames(pairs, len(touching))[touching], 0.0)
    return float(excess @ excess + gap @ gap)


def _to_solve(
    pairs: NearPairs, joints: Int[np.ndarray, "Q"], touching: Bool[np.ndarray, "N"], held: int | None
) -> NearPairs:
    """Of each frame the deepest pair of each two joints, of these the deepest few.

    The deepest one is there even where bodies that touched are apart by now.
    """
    deepest = deepest_of_frames(pairs, len(touching))
    chosen = (pairs.depth > TOUCH_DEPTH_M) | (touching[pairs.frames] & (pairs.depth >= deepest[pairs.frames]))
    if held is not None:
        chosen &= pairs.frames != held
    pairs = pairs.subset(np.flatnonzero(chosen))
    joint_a, joint_b = joints[pairs.balls]
    place = (pairs.frames * BODY_JOINT_COUNT + joint_a) * BODY_JOINT_COUNT + joint_b
    by_place = np.lexsort((-pairs.depth, place))
    pairs = pairs.subset(by_place[_first_of_runs(place[by_place])])
    by_depth = np.lexsort((-pairs.depth, pairs.frames))
    frames = pairs.frames[by_depth]
    rank = np.arange(len(frames)) - np.maximum.accumulate(np.where(_first_of_runs(frames), np.arange(len(frames)), 0))
    return pairs.subset(by_depth[rank < _PAIRS_PER_FRAME])


def _first_of_runs(values: Int[np.ndarray, "M"]) -> np.ndarray:
    return np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]


def _smallest_change(
    pairs: NearPairs,
    gradient: Float[np.ndarray, "M P H 3"],
    smooth: Float[np.ndarray, "N N"],
    variances: Float[np.ndarray, "P H 3"],
) -> Float[np.ndarray, "P N H 3"]:
    """The most likely change that takes the pairs apart; pairs that this would draw together are left out."""
    used = -gradient * variances
    flat = len(pairs), -1
    gram = (used.reshape(flat) @ -gradient.reshape(flat).T) * smooth[np.ix_(pairs.frames, pairs.frames)]
    gram[np.diag_indices(len(pairs))] += _COMPLIANCE_M2
    wanted = np.where(pairs.depth > 0, np.maximum(pairs.depth - TOUCH_DEPTH_M, 0.0), pairs.depth)
    may_draw = _first_of_runs(pairs.frames)
    push = np.zeros(len(pairs))
    active = np.arange(len(pairs))
    while len(active):
        solved = np.linalg.solve(gram[np.ix_(active, active)], wanted[active])
        good = (solved >= 0) | may_draw[active]
        if good.all():
            push[active] = solved
            break
        active = active[good]
    pushed = (smooth[:, pairs.frames] * push) @ used.reshape(flat)
    return pushed.reshape(len(smooth), 2, HANDLE_COUNT, 3).swapaxes(0, 1)


def _share_within(change: Float[np.ndarray, "*S 3"], most: float) -> float:
    """What a change has to be multiplied with so that no part of it is larger than this."""
    return min(1.0, most / max(float(np.linalg.norm(change, axis=-1).max()), 1e-12))


@lru_cache(maxsize=256)
def _smoothness(frame_count: int, rate_hz: float, held: int | None) -> Float[np.ndarray, "N N"]:
    """Covariance of a change at two frames: near ones go together, at the held frame there is none."""
    time = np.arange(frame_count) / rate_hz
    covariance = np.exp(-0.5 * ((time[:, None] - time) / _SMOOTH_S) ** 2)
    if held is not None:
        covariance = covariance - np.outer(covariance[:, held], covariance[held])
        covariance[held], covariance[:, held] = 0.0, 0.0
    return covariance
