"""From generated windows to frames that can be sent: the array math of the server, all of it off the sockets' thread.

Windows come at the model's rate; here they are resampled, blended into what plays, brought to rest where an interaction
ends, and completed to 55 joints with contacts. Pure functions: no clock, no socket, no session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.motion.contact import BodyContact, Touching, body_contacts, foot_contacts
from ponimator_runtime.motion.pose import InteractivePose, Motion, concatenated
from ponimator_runtime.motion.rotations import quaternion_from_matrix
from ponimator_runtime.motion.seam import inertialised
from ponimator_runtime.motion.stitch import REST_S, decaying_hold
from ponimator_runtime.motion.surface import BodySurface

SETTLE_S: Final = REST_S
"""The end of an interaction: its last velocity dies away within this time."""
TAIL_S: Final = 1.0
"""Frames kept behind every plan in case the next window is late: the motion slows down, then stands still."""
_MIN_BLEND_OUT_S: Final = 0.1
Bodies = TypeVar("Bodies", Motion, InteractivePose)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedFrames:
    """Frames ready to be cut into blocks, and a tail that is played only if nothing follows in time.

    Attributes:
        motion: `count` frames, those held back, and the tail, in the world.
        count: frames that play whatever follows.
        settling_from: the frame from which on the motion only comes to rest; `count` where it does not.
        rotations_xyzw: of 55 joints, (2, N, 55, 4), without jumps of sign.
        foot_contacts: left heel, left toe, right heel, right toe.
        contacts: which joints of the two bodies touch, in frames of `motion`.
        final: the interaction ends with the last frame.
        held_back: frames behind `count` that were generated too: the next window plays them, on the curve through
            their end and its own beginning.
    """

    motion: Motion
    count: int
    settling_from: int
    rotations_xyzw: Float[np.ndarray, "2 N 55 4"]
    foot_contacts: Bool[np.ndarray, "2 N 4"]
    contacts: tuple[BodyContact, ...]
    final: bool
    held_back: int = 0

    @property
    def generated(self) -> Motion:
        """The motion without the tail."""
        return self.motion.frames(0, self.count + self.held_back)

    def touching(self, index: int) -> Touching:
        """What touches in a frame; behind the tail its last frame stands."""
        last = self.motion.frame_count - 1
        index = min(index, last)
        pairs = {(c.joint_a, c.joint_b) for c in self.contacts if c.start <= index < c.stop}
        return Touching(pairs=frozenset(pairs), feet=self.foot_contacts[:, index])

    def indices(self, start: int, stop: int) -> np.ndarray:
        """Frames start … stop − 1; behind the tail its last frame stands."""
        return np.minimum(np.arange(start, stop), self.motion.frame_count - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What plays just before a plan: up to two frames, and the quaternions sent with the last of them.

    Attributes:
        motion: the frames.
        rotations_xyzw: of 55 joints in the last one.
        touching: in the last one; None where it is not known.
    """

    motion: Motion
    rotations_xyzw: Float[np.ndarray, "2 55 4"]
    touching: Touching | None = None


def planned_frames(
    motion: Motion,
    surface: BodySurface,
    *,
    before: Before | None,
    blend_s: float,
    room: int | None,
    floor_height: float,
    lead: Motion | None = None,
    root_blend_s: float | None = None,
    held_back: int = 0,
) -> PlannedFrames:
    """The frames of a window at display rate, taking over from what plays and coming to rest where the room ends.

    Args:
        motion: the window in the world, resampled.
        surface: the two bodies.
        before: None where nothing plays before: the motion starts as it is.
        blend_s: how long the take-over lasts.
        room: frames left in the interaction; None = no end in sight.
        floor_height: m.
        lead: as of `inertialised`.
        root_blend_s: as of `inertialised`.
        held_back: frames at the end that the next window will play, if one follows.
    """
    if before is not None:
        motion = inertialised(motion, before.motion, blend_s=blend_s, lead=lead, root_blend_s=root_blend_s)
    settle = 0 if room is None else min(round(SETTLE_S * motion.rate_hz), room // 2)
    if room is None or room - settle > motion.frame_count:
        return _completed(motion, surface, before=before, settle=None, floor_height=floor_height, held_back=held_back)
    motion = motion.frames(0, room - settle)
    if settle:
        motion = concatenated(motion, _brought_to_rest(motion, before, frame_count=settle))
    return _completed(motion, surface, before=before, settle=settle, floor_height=floor_height)


def planned_stop(before: Before, surface: BodySurface, *, blend_out_s: float, floor_height: float) -> PlannedFrames:
    """The frames that bring what plays to rest within a time."""
    blend_out_s = max(blend_out_s, _MIN_BLEND_OUT_S)
    frame_count = max(1, round(blend_out_s * before.motion.rate_hz))
    motion = _brought_to_rest(before.motion, None, frame_count=frame_count)
    return _completed(motion, surface, before=before, settle=frame_count, floor_height=floor_height)


def lifted(bodies: Bodies, height: float) -> Bodies:
    """Both bodies moved up, m."""
    return replace(bodies, translations=bodies.translations + np.array([0.0, height, 0.0]))


def _brought_to_rest(motion: Motion, before: Before | None, *, frame_count: int) -> Motion:
    """Frames in which the last velocity dies away, at rest by the last of them."""
    last = motion.frames(max(0, motion.frame_count - 2), motion.frame_count)
    if last.frame_count == 1 and before is not None:
        last = concatenated(before.motion.frames(-1, before.motion.frame_count), last)
    return decaying_hold(last, frame_count=frame_count, rest_s=frame_count / motion.rate_hz)


def _completed(
    motion: Motion,
    surface: BodySurface,
    *,
    before: Before | None,
    settle: int | None,
    floor_height: float,
    held_back: int = 0,
) -> PlannedFrames:
    """Adds the tail, the face and fingers, and the contacts; `settle` = frames that come to rest, None = no end."""
    last = motion.frames(max(0, motion.frame_count - 2), motion.frame_count)
    tail = decaying_hold(last, frame_count=round(TAIL_S * motion.rate_hz))
    whole = concatenated(motion, tail)
    on_floor = lifted(whole, -floor_height)
    quaternions = quaternion_from_matrix(surface.all_rotations(whole.rotations))
    touching = None if before is None else before.touching
    return PlannedFrames(
        motion=whole,
        count=motion.frame_count - held_back,
        settling_from=motion.frame_count - held_back - (settle or 0),
        rotations_xyzw=without_sign_jumps(quaternions, None if before is None else before.rotations_xyzw),
        foot_contacts=foot_contacts(on_floor, surface, before=touching),
        contacts=_contacts(motion, surface, touching, behind_tail=whole.frame_count),
        final=settle is not None,
        held_back=held_back,
    )


def _contacts(
    motion: Motion, surface: BodySurface, before: Touching | None, *, behind_tail: int
) -> tuple[BodyContact, ...]:
    """Who touches whom; what touches in the last frame goes on touching while the motion slows down."""
    return tuple(
        replace(contact, stop=behind_tail) if contact.stop == motion.frame_count else contact
        for contact in body_contacts(motion, surface, before=before)
    )


def without_sign_jumps(
    quaternions: Float[np.ndarray, "2 N 55 4"], before: Float[np.ndarray, "2 55 4"] | None
) -> Float[np.ndarray, "2 N 55 4"]:
    """The same rotations, each quaternion on the side of the one before: a client may mix neighbours linearly."""
    first = quaternions[:, :1] if before is None else before[:, None]
    earlier = np.concatenate([first, quaternions[:, :-1]], axis=1)
    flips = np.where(np.sum(earlier * quaternions, axis=-1) < 0.0, -1.0, 1.0)
    return quaternions * np.cumprod(flips, axis=1)[..., None]
