"""What the playout buffer shows at a time: four cases, and between them never a jump; both plugins do the same.

Pure: it knows no socket and reads no clock. Times are on the server's clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.client.playout import HeldFrame, Playout
from ponimator_runtime.client.touching import ShownContact, shown_contacts
from ponimator_runtime.motion.rotations import (
    quaternion_from_axis_angle,
    quaternion_product,
    rotation_vector_between,
)

DELAY_RATE: Final = 0.1
"""While something plays, the delay moves by no more than this share of the time that passes."""
HOLD_TAU_S: Final = 0.15
COMING_BACK_S: Final = 0.25
_NS_PER_S: Final = 1_000_000_000


class PlayState(StrEnum):
    """What is shown."""

    WAITING = "waiting"
    PLAYING = "playing"
    RESTING = "resting"
    HOLDING = "holding"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ShownPose:
    """Both bodies.

    Attributes:
        rotations_xyzw: root to world, others to parent, (2, 55, 4).
        translations: SMPL-X's meaning, (2, 3) m.
    """

    rotations_xyzw: Float[np.ndarray, "2 55 4"]
    translations: Float[np.ndarray, "2 3"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shown:
    """What a display shows.

    Attributes:
        state: which of the four cases.
        place: the frame that is due, with its fraction; None before the first block.
        interaction: whose frame is shown; None while waiting, like all that follows.
        pose: both bodies.
        foot_contacts: left heel, left toe, right heel, right toe, (2, 4).
        contacts: of the frame shown, and those about it; none while waiting.
    """

    state: PlayState
    place: float | None
    interaction: int | None = None
    pose: ShownPose | None = None
    foot_contacts: Bool[np.ndarray, "2 4"] | None = None
    contacts: tuple[ShownContact, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Course:
    """A frame of the stream and how the motion goes on from it.

    Attributes:
        state: the case.
        frame: the last one held that is not behind the place.
        following: the frame that is played towards.
        turn: angular velocity about axes that turn with the joints, (2, 55, 3) rad/s.
        velocity: (2, 3) m/s.
    """

    state: PlayState
    frame: HeldFrame
    following: HeldFrame | None
    turn: Float[np.ndarray, "2 55 3"]
    velocity: Float[np.ndarray, "2 3"]

    def carried_on(self, place: float) -> ShownPose:
        """From the frame on with its own velocity, which dies away."""
        passed_s = max(0.0, place - self.frame.number) / self.frame.block.rate_hz
        return self._after(HOLD_TAU_S * -math.expm1(-passed_s / HOLD_TAU_S))

    def pose(self, place: float) -> ShownPose:
        """As the case says."""
        if self.state is PlayState.HOLDING:
            return self.carried_on(place)
        return self._after((place - self.frame.number) / self.frame.block.rate_hz)

    def _after(self, seconds: float) -> ShownPose:
        turned = quaternion_from_axis_angle(self.turn * seconds)
        return ShownPose(
            rotations_xyzw=quaternion_product(_rotations(self.frame), turned),
            translations=_translations(self.frame) + self.velocity * seconds,
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Difference:
    """By how much what is shown differs from the stream.

    Attributes:
        began_ns: when it was whole.
        turn: rotation vectors in the joints' own frames, (2, 55, 3).
        shift: (2, 3) m.
    """

    began_ns: int
    turn: Float[np.ndarray, "2 55 3"]
    shift: Float[np.ndarray, "2 3"]

    def added_to(self, pose: ShownPose, at_ns: int) -> ShownPose:
        """The pose with as much of the difference as is left."""
        s = min(1.0, max(0, at_ns - self.began_ns) / _NS_PER_S / COMING_BACK_S)
        left = 1 - s**3 * (10 - 15 * s + 6 * s * s)
        turned = quaternion_from_axis_angle(left * self.turn)
        return ShownPose(
            rotations_xyzw=quaternion_product(pose.rotations_xyzw, turned),
            translations=pose.translations + left * self.shift,
        )


class Display:
    """Shows a playout; one call per frame of the game.

    Attributes:
        delay_s: how much later than the server's clock it plays.
        holds: how often the motion had to be held.
        held_s: how long, in all.
    """

    def __init__(self, playout: Playout) -> None:
        """Nothing was shown yet."""
        self.delay_s = 0.0
        self.holds = 0
        self.held_s = 0.0
        self._playout = playout
        self._shown_ns: int | None = None
        self._course: _Course | None = None
        self._difference: _Difference | None = None

    def at(self, at_ns: int) -> Shown:
        """What is shown at a time, which is never before the one of the last call."""
        passed_s = 0.0 if self._shown_ns is None else max(0, at_ns - self._shown_ns) / _NS_PER_S
        self._shown_ns = at_ns
        before = self._course
        was_holding = before is not None and before.state is PlayState.HOLDING
        self.held_s += passed_s if was_holding else 0.0
        place = self._place_at(at_ns, passed_s)
        course = None if place is None else self._course_at(place)
        self._course = course
        if place is None or course is None:
            self._difference = None
            return Shown(state=PlayState.WAITING, place=place)
        self._playout.shown_until = place
        self.holds += course.state is PlayState.HOLDING and not was_holding
        pose = course.pose(place)
        if before is not None and self._breaks_off(before, course):
            self._difference = _difference(pose, self._added(before.carried_on(place), at_ns), at_ns)
        return Shown(
            state=course.state,
            place=place,
            interaction=course.frame.block.interaction,
            pose=self._added(pose, at_ns),
            foot_contacts=course.frame.arrays.foot_contacts[:, course.frame.row].astype(bool),
            contacts=shown_contacts(self._playout, course.frame, place),
        )

    def _place_at(self, at_ns: int, passed_s: float) -> float | None:
        """Moves the delay; the place that is due then."""
        wanted_s, before = self._playout.arrivals.wanted_delay_s, self._course
        if before is not None and before.state is not PlayState.RESTING:
            most_s = DELAY_RATE * passed_s
            self.delay_s += min(max(wanted_s - self.delay_s, -most_s), most_s)
            return self._playout.place_at(at_ns, self.delay_s)
        self.delay_s = wanted_s
        place = self._playout.place_at(at_ns, wanted_s)
        if place is None or before is None or place >= before.frame.number:
            return place
        # What rests does not move once more: the delay grows while it stands.
        self.delay_s -= (before.frame.number - place) / before.frame.block.rate_hz
        return float(before.frame.number)

    def _course_at(self, place: float) -> _Course | None:
        frame = self._playout.frame_at(place)
        if frame is None:
            return None
        following = self._playout.frame_behind(frame.number)
        if following is not None and frame.joins(following):
            return _course(PlayState.PLAYING, frame, following, (frame, following))
        if frame.last:
            return _course(PlayState.RESTING, frame, None, None)
        before = self._course
        if before is not None and before.state is PlayState.HOLDING and before.frame is frame:
            return before  # with the velocity that it began with
        previous = self._playout.frame_before(frame.number)
        moving = None if previous is None or not previous.joins(frame) else (previous, frame)
        return _course(PlayState.HOLDING, frame, None, moving)

    def _breaks_off(self, before: _Course, now: _Course) -> bool:
        """Whether the stream does not go on from what was shown last."""
        if before.state is PlayState.HOLDING:
            return now is not before
        if self._playout.frame(before.frame.number) is not before.frame:
            return True
        if before.state is PlayState.RESTING:
            return False
        return self._playout.frame_behind(before.frame.number) is not before.following

    def _added(self, pose: ShownPose, at_ns: int) -> ShownPose:
        return pose if self._difference is None else self._difference.added_to(pose, at_ns)


def _course(
    state: PlayState, frame: HeldFrame, following: HeldFrame | None, moving: tuple[HeldFrame, HeldFrame] | None
) -> _Course:
    """With the velocity between two frames; None: it stands."""
    resting = _Course(
        state=state, frame=frame, following=following, turn=np.zeros((2, 55, 3)), velocity=np.zeros((2, 3))
    )
    if moving is None:
        return resting
    earlier, later = moving
    per_s = frame.block.rate_hz / (later.number - earlier.number)
    return replace(
        resting,
        turn=rotation_vector_between(_rotations(earlier), _rotations(later)) * per_s,
        velocity=(_translations(later) - _translations(earlier)) * per_s,
    )


def _difference(stream: ShownPose, shown: ShownPose, at_ns: int) -> _Difference:
    return _Difference(
        began_ns=at_ns,
        turn=rotation_vector_between(stream.rotations_xyzw, shown.rotations_xyzw),
        shift=shown.translations - stream.translations,
    )


def _rotations(frame: HeldFrame) -> Float[np.ndarray, "2 55 4"]:
    return frame.arrays.rotations[:, frame.row].astype(np.float64)


def _translations(frame: HeldFrame) -> Float[np.ndarray, "2 3"]:
    return frame.arrays.translations[:, frame.row].astype(np.float64)
