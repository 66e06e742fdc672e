"""From windows to one continuous stream: resampling to the display rate, seams, and coming to rest.

A seam must be continuous in velocity, not only in position: what plays on keeps its momentum, and the offset to the new
motion, in position and velocity, decays like a critically damped spring (inertialisation; Bollo, GDC 2018).
"""

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
    slerp,
)

_SPRING_RATE_TIMES_BLEND = 6.6
"""ω · blend_s of the spring: after blend_s, (1 + 6.6) e^−6.6 = 1 % of the offset is left."""
REST_S = 0.6
"""How long a body takes to come to rest when its motion ends or is late."""


def resampled(motion: Motion, rate_hz: float) -> Motion:
    """The same motion at another rate, from the first frame to the last.

    Rotations run along spherical cubic Bézier curves (Shoemake 1985), translations along cubic Hermite curves, both
    with tangents from the neighbouring frames: velocity has no steps at the frames of the original.
    """
    intervals = motion.frame_count - 1
    count = int(np.floor(intervals / motion.rate_hz * rate_hz + 1e-9)) + 1
    place = np.arange(count) * motion.rate_hz / rate_hz
    index = np.minimum(place.astype(np.int64), max(intervals - 1, 0))
    share = place - index
    if intervals == 0:
        return replace(motion, rate_hz=rate_hz)

    quaternions = quaternion_from_matrix(motion.rotations)
    steps = rotation_vector_between(quaternions[:, :-1], quaternions[:, 1:])
    shifts = np.diff(motion.translations, axis=1)
    turn_tangent, shift_tangent = _tangents(steps), _tangents(shifts)

    start, stop = quaternions[:, index], quaternions[:, index + 1]
    control_a = _turned_by(start, turn_tangent[:, index] / 3)
    control_b = _turned_by(stop, -turn_tangent[:, index + 1] / 3)
    weight = np.broadcast_to(share[:, None], start.shape[:-1])
    # De Casteljau's construction, with slerp in the place of the straight line.
    first, middle, last = (
        slerp(start, control_a, weight),
        slerp(control_a, control_b, weight),
        slerp(control_b, stop, weight),
    )
    rotations = slerp(slerp(first, middle, weight), slerp(middle, last, weight), weight)

    s = share[:, None]
    translations = (
        (1 + 2 * s) * (1 - s) ** 2 * motion.translations[:, index]
        + s * (1 - s) ** 2 * shift_tangent[:, index]
        + s**2 * (3 - 2 * s) * motion.translations[:, index + 1]
        - s**2 * (1 - s) * shift_tangent[:, index + 1]
    )
    return replace(motion, rotations=matrix_from_quaternion(rotations), translations=translations, rate_hz=rate_hz)


def inertialised(motion: Motion, previous: Motion, *, blend_s: float) -> Motion:
    """A motion that takes over from what plays just before it without a jump in position or velocity.

    Args:
        motion: begins one frame after the last of `previous`.
        previous: at least one frame at the same rate; with one frame its velocity counts as zero.
        blend_s: after this time 1 % of the offset is left.
    """
    time = np.arange(1, motion.frame_count + 1) / motion.rate_hz
    rate = _SPRING_RATE_TIMES_BLEND / max(blend_s, 1e-3)

    coming = quaternion_from_matrix(motion.rotations)
    going = quaternion_from_matrix(previous.rotations[:, -2:])
    # Where the new motion would have been one frame earlier, were it moving as it starts.
    before_turn = _turned_by(coming[:, 0], -_first_step(coming))
    turn_offset = rotation_vector_between(before_turn, going[:, -1])
    turn_speed = (_last_step(going) - _first_step(coming)) * motion.rate_hz
    offset = _decay(turn_offset[:, None], turn_speed[:, None], time[:, None, None], rate)
    rotations = quaternion_product(coming, quaternion_from_axis_angle(offset))

    shift_step = motion.translations[:, 1] - motion.translations[:, 0] if motion.frame_count > 1 else 0.0
    last_shift = previous.translations[:, -1] - previous.translations[:, -2] if previous.frame_count > 1 else 0.0
    shift_offset = previous.translations[:, -1] - (motion.translations[:, 0] - shift_step)
    shift_speed = (last_shift - shift_step) * motion.rate_hz * np.ones_like(shift_offset)
    translations = motion.translations + _decay(shift_offset[:, None], shift_speed[:, None], time[:, None], rate)
    return replace(motion, rotations=matrix_from_quaternion(rotations), translations=translations)


def decaying_hold(previous: Motion, *, frame_count: int, rest_s: float = REST_S) -> Motion:
    """Frames that follow `previous` when nothing better is there: its velocity dies away, then it stands still.

    Args:
        previous: its last two frames say position and velocity.
        frame_count: how many frames.
        rest_s: after this time 1 % of the velocity is left.
    """
    time = np.arange(1, frame_count + 1) / previous.rate_hz
    rate = _SPRING_RATE_TIMES_BLEND / max(rest_s, 1e-3)
    # The integral of a velocity that decays as (1 + ωt) e^−ωt.
    travelled = (2 / rate) - (2 / rate + time) * np.exp(-rate * time)
    last = quaternion_from_matrix(previous.rotations[:, -2:])
    turn = _last_step(last)[:, None] * (travelled * previous.rate_hz)[:, None, None]
    rotations = quaternion_product(np.repeat(last[:, -1:], frame_count, axis=1), quaternion_from_axis_angle(turn))
    step = previous.translations[:, -1:] - previous.translations[:, -2:][:, :1]
    translations = previous.translations[:, -1:] + step * (travelled * previous.rate_hz)[:, None]
    return replace(previous, rotations=matrix_from_quaternion(rotations), translations=translations)


def _decay(
    offset: Float[np.ndarray, "*S"], speed: Float[np.ndarray, "*S"], time: Float[np.ndarray, "*T"], rate: float
) -> Float[np.ndarray, "*U"]:
    """A critically damped spring on its way from an offset and a speed to zero."""
    return (offset + (speed + rate * offset) * time) * np.exp(-rate * time)


def _tangents(steps: Float[np.ndarray, "P M *S"]) -> Float[np.ndarray, "P N *S"]:
    """Change per frame at each frame, from the steps between frames (Catmull-Rom; one-sided at the ends)."""
    inner = 0.5 * (steps[:, :-1] + steps[:, 1:])
    return np.concatenate([steps[:, :1], inner, steps[:, -1:]], axis=1)


def _turned_by(quaternion: Float[np.ndarray, "*S 4"], vector: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 4"]:
    return quaternion_product(quaternion, quaternion_from_axis_angle(vector))


def _first_step(quaternions: Float[np.ndarray, "P N J 4"]) -> Float[np.ndarray, "P J 3"]:
    """Rotation from the first frame to the second; none where there is but one."""
    return rotation_vector_between(quaternions[:, 0], quaternions[:, min(1, quaternions.shape[1] - 1)])


def _last_step(quaternions: Float[np.ndarray, "P N J 4"]) -> Float[np.ndarray, "P J 3"]:
    """Rotation from the frame before the last to the last; none where there is but one."""
    return rotation_vector_between(quaternions[:, max(0, quaternions.shape[1] - 2)], quaternions[:, -1])
