"""From windows at the model's rate to motion at display rate, and to rest. How windows join is told in `seam.py`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import (
    matrix_from_quaternion,
    quaternion_from_axis_angle,
    quaternion_from_matrix,
    quaternion_product,
    rotation_vector_between,
    rotation_vector_speed,
)

_SPRING_RATE_TIMES_REST = 6.6
"""ω · rest_s of a hold: after rest_s, (1 + 6.6) e^−6.6 = 1 % of the velocity is left."""
_SHORTEST_S = 1e-3
REST_S = 0.6
"""How long a body takes to come to rest when its motion ends or is late."""


def resampled(motion: Motion, rate_hz: float) -> Motion:
    """The same motion at another rate, from the first frame to the last.

    Between two frames every joint and translation runs along a quintic Hermite curve whose velocity and acceleration at
    each frame are the central differences there: neither has a step at the frames of the original. With a cubic the
    acceleration would, and every tenth of a second would be felt as a small knock.
    """
    duration_s = (motion.frame_count - 1) / motion.rate_hz
    times_s = np.arange(int(np.floor(duration_s * rate_hz + 1e-9)) + 1) / rate_hz
    return sampled(motion, times_s, rate_hz=rate_hz)


def sampled(motion: Motion, times_s: Float[np.ndarray, "M"], *, rate_hz: float) -> Motion:
    """A motion at certain times, on the curve of `resampled`.

    Args:
        motion: its first frame is at 0 s.
        times_s: not before the first frame nor behind the last one but for rounding.
        rate_hz: of these times.
    """
    intervals = motion.frame_count - 1
    if intervals == 0:
        kept = np.zeros(len(times_s), dtype=np.int64)
        return replace(
            motion, rotations=motion.rotations[:, kept], translations=motion.translations[:, kept], rate_hz=rate_hz
        )
    place = np.clip(times_s * motion.rate_hz, 0, intervals)
    index = np.minimum((place + 1e-9).astype(np.int64), intervals - 1)
    share = place - index

    quaternions = quaternion_from_matrix(motion.rotations)
    turns = rotation_vector_between(quaternions[:, :-1], quaternions[:, 1:])
    speed, acceleration = _differences(turns)
    turn = turns[:, index]
    # The curve runs in the turns from an interval's first frame, where an angular velocity at its end looks different.
    end_speed = rotation_vector_speed(turn, speed[:, index + 1])
    end_acceleration = rotation_vector_speed(turn, acceleration[:, index + 1])
    basis = _hermite(share[:, None, None])
    within = _along(basis, (speed[:, index], acceleration[:, index]), turn, (end_speed, end_acceleration))
    rotations = _turned_by(quaternions[:, index], within)

    shifts = np.diff(motion.translations, axis=1)
    speed, acceleration = _differences(shifts)
    ends = (speed[:, index], acceleration[:, index]), (speed[:, index + 1], acceleration[:, index + 1])
    within = _along(_hermite(share[:, None]), ends[0], shifts[:, index], ends[1])
    translations = motion.translations[:, index] + within
    return replace(motion, rotations=matrix_from_quaternion(rotations), translations=translations, rate_hz=rate_hz)


def decaying_hold(previous: Motion, *, frame_count: int, rest_s: float = REST_S) -> Motion:
    """Frames that follow `previous` when nothing better is there: its velocity dies away, then it stands still.

    Args:
        previous: its last two frames say position and velocity.
        frame_count: how many frames.
        rest_s: after this time 1 % of the velocity is left.
    """
    time = np.arange(1, frame_count + 1) / previous.rate_hz
    rate = _SPRING_RATE_TIMES_REST / max(rest_s, _SHORTEST_S)
    # The integral of a velocity that decays as (1 + ωt) e^−ωt.
    travelled = (2 / rate) - (2 / rate + time) * np.exp(-rate * time)
    last = quaternion_from_matrix(previous.rotations[:, -2:])
    turn = _last_step(last)[:, None] * (travelled * previous.rate_hz)[:, None, None]
    rotations = quaternion_product(np.repeat(last[:, -1:], frame_count, axis=1), quaternion_from_axis_angle(turn))
    step = previous.translations[:, -1:] - previous.translations[:, -2:][:, :1]
    translations = previous.translations[:, -1:] + step * (travelled * previous.rate_hz)[:, None]
    return replace(previous, rotations=matrix_from_quaternion(rotations), translations=translations)


def _differences(
    steps: Float[np.ndarray, "P M *S"],
) -> tuple[Float[np.ndarray, "P N *S"], Float[np.ndarray, "P N *S"]]:
    """Change per frame at each frame, and the change of that: central differences, at the ends as it goes on evenly."""
    nothing = np.zeros_like(steps[:, :1])
    speed = np.concatenate([steps[:, :1], 0.5 * (steps[:, :-1] + steps[:, 1:]), steps[:, -1:]], axis=1)
    return speed, np.concatenate([nothing, np.diff(steps, axis=1), nothing], axis=1)


def _hermite(share: Float[np.ndarray, "*S"]) -> tuple[Float[np.ndarray, "*S"], ...]:
    """Weights of speed and acceleration at the start, of the way, of speed and acceleration at the end."""
    s = share
    return (
        s - 6 * s**3 + 8 * s**4 - 3 * s**5,
        0.5 * s**2 * (1 - s) ** 3,
        s**3 * (10 - 15 * s + 6 * s**2),
        s**3 * (-4 + 7 * s - 3 * s**2),
        0.5 * s**3 * (1 - s) ** 2,
    )


def _along(
    basis: tuple[np.ndarray, ...],
    start: tuple[np.ndarray, np.ndarray],
    way: Float[np.ndarray, "*S"],
    end: tuple[np.ndarray, np.ndarray],
) -> Float[np.ndarray, "*S"]:
    """How far a curve has come from its start."""
    return np.asarray(
        basis[0] * start[0] + basis[1] * start[1] + basis[2] * way + basis[3] * end[0] + basis[4] * end[1]
    )


def _turned_by(quaternion: Float[np.ndarray, "*S 4"], vector: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 4"]:
    return quaternion_product(quaternion, quaternion_from_axis_angle(vector))


def _last_step(quaternions: Float[np.ndarray, "P N J 4"]) -> Float[np.ndarray, "P J 3"]:
    """Rotation from the frame before the last to the last; none where there is but one."""
    return rotation_vector_between(quaternions[:, max(0, quaternions.shape[1] - 2)], quaternions[:, -1])
