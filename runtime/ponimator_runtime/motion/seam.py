"""How one motion takes over from another: without a jump in position or velocity, joint by joint.

What plays on keeps its momentum, and the offset to the new motion, in position and velocity, decays along a polynomial
of fifth degree (inertialisation; Bollo, GDC 2018). That polynomial begins without acceleration, where a spring would
take most of the velocity away within the first frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.pose import Motion, concatenated
from ponimator_runtime.motion.rotations import (
    matrix_from_axis_angle,
    matrix_from_quaternion,
    quaternion_conjugate,
    quaternion_from_axis_angle,
    quaternion_from_matrix,
    quaternion_product,
    rotation_vector_between,
    rotation_vector_speed,
)

SEAM_BLEND_S = 2.0
"""How long a window takes over from the one before, and how far it is drawn to its anchor: shorter accelerates more
than the motion itself does (docs/seams.md)."""
PEAK_SPEED_OF_DECAY = 15 / 8
"""Largest speed of an offset that decays, over its mean speed, offset / blend_s."""
_SHORTEST_S = 1e-3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Course:
    """Where a motion is one frame before another begins, and how it goes from there.

    Attributes:
        rotations: quaternions, (P, J, 4).
        turn: rotation vectors of the next step, (P, J, 3).
        translations: (P, 3) m.
        shift: of the next step, (P, 3) m.
    """

    rotations: Float[np.ndarray, "P J 4"]
    turn: Float[np.ndarray, "P J 3"]
    translations: Float[np.ndarray, "P 3"]
    shift: Float[np.ndarray, "P 3"]


def inertialised(
    motion: Motion,
    previous: Motion,
    *,
    blend_s: float,
    lead: Motion | None = None,
    root_blend_s: float | None = None,
) -> Motion:
    """A motion that takes over from what plays just before it without a jump in position or velocity.

    Each joint's rotation and both translations keep their own offset and the speed of it; both are gone, without a
    corner, after the blend.

    Args:
        motion: begins one frame after the last of `previous`.
        previous: at least one frame at the same rate; with one frame its velocity counts as zero.
        blend_s: after this time nothing of the offset is left.
        lead: how the motion itself comes to its first frame, its two frames before; None where that is not known: it
            comes as fast as it goes on.
        root_blend_s: the same for where on the ground the bodies are and face, if that takes longer; None = `blend_s`.
    """
    coming = _backwards_from(motion.frames(0, 2), bent=False) if lead is None else _onwards_from(lead)
    going = _onwards_from(previous.frames(max(0, previous.frame_count - 2), previous.frame_count))
    return _taken_over(motion, going, coming, blend_s=blend_s, root_blend_s=root_blend_s)


def carried_on(window: Motion, lead: Motion, *, blend_s: float) -> Motion:
    """A window that goes on as what leads to it moved; its first frame, the anchor, stands as it is.

    A step at the model's rate is long enough for the velocity to change within it: it goes on changing as it did
    before the anchor and as it does behind, half of each.

    Args:
        window: its anchor is its first frame, three more follow.
        lead: two or more frames just before the anchor, at the same rate.
        blend_s: as of `inertialised`.
    """
    anchor, following = window.frames(0, 1), window.frames(1, window.frame_count)
    coming = _backwards_from(following.frames(0, 3), bent=True)
    bend_after = _bend(following.frames(0, 3))
    past = concatenated(lead.frames(lead.frame_count - 2, lead.frame_count), anchor)
    bend_before, going = _bend(past), _onwards_from(past.frames(1, 3))
    going = replace(
        going,
        turn=going.turn + 0.5 * (bend_before[0] + bend_after[0]),
        shift=going.shift + 0.5 * (bend_before[1] + bend_after[1]),
    )
    return concatenated(anchor, _taken_over(following, going, coming, blend_s=blend_s, root_blend_s=None))


def drawn_to_anchor(motion: Motion, anchor_index: int, *, blend_s: float) -> Motion:
    """A window whose frames lead to its anchor and away from it, where the network left it standing out.

    The anchor is put into a window as it is, the network's own idea of that frame lies a little beside it: what the
    frames around tell of that idea is the offset, which the frames before and behind take over, less with distance.

    Args:
        motion: its frame `anchor_index` stands as it is.
        anchor_index: of the interactive pose.
        blend_s: so far away nothing changes.
    """
    last = motion.frame_count - 1
    if last < 2:
        return motion
    quaternions = quaternion_from_matrix(motion.rotations)
    places, weights = _around(anchor_index, last)
    anchor = np.broadcast_to(quaternions[:, anchor_index, None], quaternions[:, places].shape)
    seen_turn = rotation_vector_between(anchor, quaternions[:, places])
    seen_shift = motion.translations[:, places] - motion.translations[:, anchor_index, None]
    turn_offset = -np.einsum("w,pwjc->pjc", weights, seen_turn)[:, None]
    shift_offset = -np.einsum("w,pwc->pc", weights, seen_shift)[:, None]
    time = np.abs(np.arange(last + 1) - anchor_index) / motion.rate_hz
    turn = _decay(turn_offset, time[:, None, None], blend_s)
    shift = _decay(shift_offset, time[:, None], blend_s)
    turn[:, anchor_index], shift[:, anchor_index] = 0.0, 0.0
    rotations = matrix_from_quaternion(_turned_by(quaternions, turn))
    rotations[:, anchor_index] = motion.rotations[:, anchor_index]
    return replace(motion, rotations=rotations, translations=motion.translations + shift)


def _taken_over(
    motion: Motion, going: _Course, coming: _Course, *, blend_s: float, root_blend_s: float | None
) -> Motion:
    """A motion with the offset of what plays to its own course, which dies away."""
    time = np.arange(1, motion.frame_count + 1)[:, None] / motion.rate_hz
    blend_s = max(blend_s, _SHORTEST_S)
    root_blend_s = max(root_blend_s or 0.0, blend_s)
    # Where a body faces has the time that its place on the ground has; it straightens, and rises, with the joints.
    yaw = yaw_between(coming.rotations[:, 0], going.rotations[:, 0])[:, None]
    facing = coming.rotations.copy()
    facing[:, 0] = quaternion_product(_about_y(yaw[:, 0]), facing[:, 0])
    turn_offset = rotation_vector_between(facing, going.rotations)[:, None]
    # The offset turns with the new motion: seen from what plays, that is part of the speed already.
    carried = np.einsum("pnjba,pjb->pnja", matrix_from_axis_angle(turn_offset), coming.turn)
    turn_speed = rotation_vector_speed(turn_offset, going.turn[:, None] - carried) * motion.rate_hz
    turn = _decay(turn_offset, time[..., None], blend_s) + _slowing(turn_speed, time[..., None], blend_s)
    rotations = quaternion_from_matrix(motion.rotations)
    rotations[:, :, 0] = quaternion_product(_about_y(_decay(yaw, time[:, 0], root_blend_s)), rotations[:, :, 0])
    shift_offset = (going.translations - coming.translations)[:, None]
    shift_speed = (going.shift - coming.shift)[:, None] * motion.rate_hz
    blends_s = np.array([root_blend_s, blend_s, root_blend_s])
    shift = _decay(shift_offset, time / blends_s, 1.0) + _slowing(shift_speed, time, blend_s)
    rotations = matrix_from_quaternion(_turned_by(rotations, turn))
    return replace(motion, rotations=rotations, translations=motion.translations + shift)


def yaw_between(a_xyzw: Float[np.ndarray, "P 4"], b_xyzw: Float[np.ndarray, "P 4"]) -> Float[np.ndarray, "P"]:
    """Of the turn from one root rotation to another the part about +Y, −π … π rad."""
    whole = quaternion_product(b_xyzw, quaternion_conjugate(a_xyzw))
    whole = np.where(whole[:, 3:] < 0, -whole, whole)
    return np.asarray(2 * np.arctan2(whole[:, 1], whole[:, 3]))


def _about_y(yaw_rad: Float[np.ndarray, "*S"]) -> Float[np.ndarray, "*S 4"]:
    return quaternion_from_axis_angle(yaw_rad[..., None] * np.array([0.0, 1.0, 0.0]))


def _onwards_from(past: Motion) -> _Course:
    """From the last of one or two frames, on as it came there; at rest where there is but one."""
    quaternions, translations = quaternion_from_matrix(past.rotations), past.translations
    return _Course(
        rotations=quaternions[:, -1],
        turn=rotation_vector_between(quaternions[:, 0], quaternions[:, -1]),
        translations=translations[:, -1],
        shift=translations[:, -1] - translations[:, 0],
    )


def _backwards_from(first: Motion, *, bent: bool) -> _Course:
    """To the first of some frames, as it goes on from there; `bent`: the step changed before as it does behind."""
    quaternions, translations = quaternion_from_matrix(first.rotations), first.translations
    following = min(1, first.frame_count - 1)
    turn = rotation_vector_between(quaternions[:, 0], quaternions[:, following])
    shift = translations[:, following] - translations[:, 0]
    if bent:
        turn_bend, shift_bend = _bend(first)
        turn, shift = turn - turn_bend, shift - shift_bend
    return _Course(
        rotations=_turned_by(quaternions[:, 0], -turn),
        turn=turn,
        translations=translations[:, 0] - shift,
        shift=shift,
    )


def _bend(three: Motion) -> tuple[Float[np.ndarray, "P J 3"], Float[np.ndarray, "P 3"]]:
    """How rotations' and translations' steps change over three frames."""
    quaternions = quaternion_from_matrix(three.rotations)
    turns = rotation_vector_between(quaternions[:, :-1], quaternions[:, 1:])
    return turns[:, 1] - turns[:, 0], np.diff(three.translations, n=2, axis=1)[:, 0]


def _decay(offset: Float[np.ndarray, "*S"], time: Float[np.ndarray, "*T"], blend_s: float) -> Float[np.ndarray, "*U"]:
    """An offset on its way to zero; neither velocity nor acceleration at either end."""
    share = np.clip(time / blend_s, 0.0, 1.0)
    return np.asarray(offset * (1 - share) ** 3 * (1 + 3 * share + 6 * share**2))


def _slowing(speed: Float[np.ndarray, "*S"], time: Float[np.ndarray, "*T"], blend_s: float) -> Float[np.ndarray, "*U"]:
    """The offset that a speed leaves behind while it dies away; no acceleration at either end."""
    share = np.clip(time / blend_s, 0.0, 1.0)
    return np.asarray(speed * blend_s * share * (1 - share) ** 3 * (1 + 3 * share))


def _around(frame: int, last: int) -> tuple[list[int], Float[np.ndarray, "W"]]:
    """Frames beside one, and the weights with which they tell what is there (exact for a cubic between them)."""
    if 2 <= frame <= last - 2:
        return [frame - 2, frame - 1, frame + 1, frame + 2], np.array([-1.0, 4.0, 4.0, -1.0]) / 6
    if 1 <= frame <= last - 1:
        return [frame - 1, frame + 1], np.array([0.5, 0.5])
    inward = 1 if frame == 0 else -1
    return [frame + inward, frame + 2 * inward], np.array([2.0, -1.0])


def _turned_by(quaternion: Float[np.ndarray, "*S 4"], vector: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 4"]:
    return quaternion_product(quaternion, quaternion_from_axis_angle(vector))
