"""Feet that stand stay where they stand: each run of frames in which a heel or toe is planted gets one place.

Between two such runs, and before and behind them, the change fades in and out over a few frames, so that no foot jumps.
The floor is at y = 0; no foot is left below it. Root and bones stay as they are, the legs make the way.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.contact import FOOT_JOINTS, standing_feet
from ponimator_runtime.motion.kinematics import joint_positions, positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.refining.legs import legs_reaching

_FADE_S = 0.3
"""A change is gone this long before and behind the frames that need it."""
_STAYS_M_S = 0.35
"""An end of a foot that is faster along the ground takes the foot elsewhere."""
_WANDER_M = 0.15
_STEP_HEIGHT_M = 0.04
_HEIGHT_PER_STEP = 0.25
"""A step is this share of its length high, and no higher than `_STEP_HEIGHT_M`."""
_FOOT_TURN_M = 0.02
"""Each end of a foot may be shifted this much otherwise than its middle: that turns the foot."""
_TINY_M = 1e-6
"""Feet that have to move less than this are left alone."""
_PERSONS, _FEET, _POINTS = 2, 2, 2


def planted_motion(
    motion: Motion,
    rest_joints: Float[np.ndarray, "P 55 3"],
    standing: Float[np.ndarray, "P 4"],
    *,
    held: int | None,
    movable: tuple[bool, bool] = (True, True),
    like: Motion | None = None,
) -> Motion:
    """A motion whose planted feet do not slide; the very same object where none does.

    Args:
        motion: at the model's rate or another, floor at y = 0.
        rest_joints: of its two bodies.
        standing: heights of `FOOT_JOINTS` where these stand, m.
        held: a frame that stands as it is; None where none has to.
        movable: whether person A, and person B, may be changed.
        like: the motion that tells which feet are planted, where another one was made of it; None = `motion` itself.
    """
    to_world = world_rotations(motion.rotations)
    rest = np.broadcast_to(rest_joints[:, None], (*motion.translations.shape[:2], *rest_joints.shape[1:]))
    positions = positions_from_world_rotations(to_world, motion.translations, rest)
    feet = positions[:, :, FOOT_JOINTS]
    like_feet = feet
    if like is not None:
        like_feet = joint_positions(like.rotations, like.translations, rest)[:, :, FOOT_JOINTS]
    stands = _stands(like_feet, standing, motion.rate_hz)
    shift = _shifts(feet.swapaxes(1, 2), stands, standing, motion.rate_hz, held)  # (P, 4, N, 3)
    places = feet + shift.swapaxes(1, 2)
    places = places.reshape(*places.shape[:2], _FEET, _POINTS, 3)
    needed = (np.abs(shift) > _TINY_M).any(axis=(1, 3)) & np.array(movable)[:, None]  # (P, N)
    if not needed.any():
        return motion
    rotations = legs_reaching(motion.rotations, to_world, positions, places[..., 0, :], places[..., 1, :])
    return replace(motion, rotations=np.where(needed[..., None, None, None], rotations, motion.rotations))


def _stands(
    feet: Float[np.ndarray, "P N 4 3"], standing: Float[np.ndarray, "P 4"], rate_hz: float
) -> Bool[np.ndarray, "P 4 N"]:
    """Which heels and toes are planted: low and slow, of a foot neither end of which goes anywhere."""
    planted = standing_feet(feet, standing, rate_hz).swapaxes(1, 2)
    if feet.shape[1] > 1:
        on_ground = np.gradient(feet[..., [0, 2]], axis=1) * rate_hz
        stays = (np.linalg.norm(on_ground, axis=-1) < _STAYS_M_S).swapaxes(1, 2)
        by_foot = stays.reshape(_PERSONS, _FEET, _POINTS, -1).all(axis=2, keepdims=True)
        planted = planted & np.broadcast_to(by_foot, (_PERSONS, _FEET, _POINTS, stays.shape[-1])).reshape(stays.shape)
    return _without_short_runs(planted)


def _shifts(
    feet: Float[np.ndarray, "P 4 N 3"],
    stands: Bool[np.ndarray, "P 4 N"],
    standing: Float[np.ndarray, "P 4"],
    rate_hz: float,
    held: int | None,
) -> Float[np.ndarray, "P 4 N 3"]:
    """How heels and toes have to move, m."""
    shift = np.where(stands[..., None], _to_places(feet, stands, held), 0.0)
    by_foot = (_PERSONS, _FEET, _POINTS, feet.shape[2])
    pair, pair_stands = shift.reshape(*by_foot, 3), stands.reshape(by_foot)
    either = pair_stands.any(axis=2, keepdims=True)
    # A foot is rigid: what stands takes the other end along, and two ends that stand may not tear it apart.
    pair = np.where((either & ~pair_stands)[..., None], pair[:, :, ::-1], pair)
    middle = pair.mean(axis=2, keepdims=True)
    pair = middle + _at_most(pair - middle, _FOOT_TURN_M)
    known = np.broadcast_to(either, by_foot).reshape(stands.shape).copy()
    shift = pair.reshape(feet.shape)
    fade_frames = max(1.0, _FADE_S * rate_hz)
    ramp = np.ones(feet.shape[2])
    if held is not None:
        shift[:, :, held] = 0.0
        known[:, :, held] = True
        ramp = _rise(np.abs(np.arange(feet.shape[2]) - held) / fade_frames)
    last, following = _neighbours(known)
    shift = _faded(shift, last, following, fade_frames)
    lowest = standing[:, :, None] + _step_heights(feet, last, following)
    shift[..., 1] += np.maximum(lowest - feet[..., 1] - shift[..., 1], 0.0) * ramp
    return shift


def _to_places(
    feet: Float[np.ndarray, "P 4 N 3"], stands: Bool[np.ndarray, "P 4 N"], held: int | None
) -> Float[np.ndarray, "P 4 N 3"]:
    """From each frame to the place of its run: the mean of the run, or where the foot is at the held frame.

    A run that wanders far is brought nearer to one place as far as `_WANDER_M` goes: more would tear at the leg.
    """
    rows = feet.reshape(-1, 3)
    runs, starts = _runs(stands)
    place = np.add.reduceat(rows, starts, axis=0) / np.diff(np.append(starts, len(rows)))[:, None]
    if held is not None:
        at_held = runs.reshape(stands.shape)[..., held].ravel()
        place[at_held] = feet[:, :, held].reshape(-1, 3)
    way = place[runs] - rows
    wander = np.maximum.reduceat(np.linalg.norm(way, axis=1), starts)
    share = np.minimum(1.0, _WANDER_M / np.maximum(wander, 1e-9))
    return (way * share[runs][:, None]).reshape(feet.shape)


def _runs(stands: Bool[np.ndarray, "P 4 N"]) -> tuple[Int[np.ndarray, "M"], Int[np.ndarray, "R"]]:
    """The number of the run of equal flags that each frame of each row is in, and where each run starts."""
    first = np.ones(stands.shape, dtype=bool)
    first[..., 1:] = stands[..., 1:] != stands[..., :-1]
    return np.cumsum(first.ravel()) - 1, np.flatnonzero(first.ravel())


def _at_most(vector: Float[np.ndarray, "*S 3"], length: float) -> Float[np.ndarray, "*S 3"]:
    return vector * np.minimum(1.0, length / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9))


def _without_short_runs(stands: Bool[np.ndarray, "P 4 N"]) -> Bool[np.ndarray, "P 4 N"]:
    """One frame alone is no stand; one frame missing is no step."""
    frames = stands.shape[-1]
    if frames < 3:
        return stands
    filled = stands.copy()
    filled[..., 1:-1] |= stands[..., :-2] & stands[..., 2:]
    beside = np.zeros_like(filled)
    beside[..., 1:] |= filled[..., :-1]
    beside[..., :-1] |= filled[..., 1:]
    return filled & beside


def _neighbours(known: Bool[np.ndarray, "P 4 N"]) -> tuple[Int[np.ndarray, "P 4 N"], Int[np.ndarray, "P 4 N"]]:
    """The last known frame up to each frame, -1 where there is none, and the next one from it on, N where none."""
    frames = np.arange(known.shape[-1])
    last = np.maximum.accumulate(np.where(known, frames, -1), axis=-1)
    following = np.where(known, frames, len(frames))
    return last, np.minimum.accumulate(following[..., ::-1], axis=-1)[..., ::-1]


def _step_heights(
    feet: Float[np.ndarray, "P 4 N 3"], last: Int[np.ndarray, "P 4 N"], following: Int[np.ndarray, "P 4 N"]
) -> Float[np.ndarray, "P 4 N"]:
    """How high a foot has to be on its way from one place to the next, so that it steps there and does not drag, m."""
    frames = np.arange(last.shape[-1])
    inside = (last >= 0) & (following < len(frames)) & (last < following)
    start, stop = np.where(inside, last, 0), np.where(inside, following, 0)
    step = _at(feet, stop)[..., [0, 2]] - _at(feet, start)[..., [0, 2]]
    share = (frames - start) / np.maximum(stop - start, 1)
    height = np.minimum(_HEIGHT_PER_STEP * np.linalg.norm(step, axis=-1), _STEP_HEIGHT_M)
    return np.where(inside, height * 4 * share * (1 - share), 0.0)


def _faded(
    shift: Float[np.ndarray, "P 4 N 3"],
    last: Int[np.ndarray, "P 4 N"],
    following: Int[np.ndarray, "P 4 N"],
    fade_frames: float,
) -> Float[np.ndarray, "P 4 N 3"]:
    """Shifts of all frames: as known, from one to the next over a gap, and to zero where none comes near."""
    count = last.shape[-1]
    frames = np.arange(count)
    before, behind = last < 0, following >= count
    reach = np.clip(np.where(before | behind, np.inf, following - last), 1.0, fade_frames)
    from_last = np.where(before, 0.0, 1 - _rise((frames - last) / reach))
    from_following = np.where(behind, 0.0, 1 - _rise((following - frames) / reach))
    between = from_last[..., None] * _at(shift, last) + from_following[..., None] * _at(shift, following)
    return np.where((last == following)[..., None], shift, between)


def _at(values: Float[np.ndarray, "P 4 N 3"], frames: Int[np.ndarray, "P 4 N"]) -> Float[np.ndarray, "P 4 N 3"]:
    """Of each row the values at some of its frames; at the nearest one where a number lies outside."""
    return np.take_along_axis(values, np.clip(frames, 0, values.shape[2] - 1)[..., None], axis=2)


def _rise(share: Float[np.ndarray, "*S"]) -> Float[np.ndarray, "*S"]:
    """From 0 to 1 without a corner at either end."""
    within = np.clip(share, 0.0, 1.0)
    return within * within * (3 - 2 * within)
