"""The playout buffer: blocks go in as they come, frames with the newest revision come out; both plugins do the same.

Pure: it knows no socket. Times are on the server's clock; who receives adds the offset to it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.client.arrivals import Arrivals
from ponimator_runtime.errors import DataError
from ponimator_runtime.wire import Motion, MotionArrays, motion_arrays

_NS_PER_S: Final = 1_000_000_000
_MS_PER_NS: Final = 1e-6
_KEPT_MARGINS: Final = 1 << 16
_JOINED_S: Final = 0.1
"""Frames no farther apart are shown as one motion; behind a longer hole the motion comes back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Absolute frames [start, stop) that should have come and have not."""

    start: int
    stop: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedMotion:
    """Frames without a hole, as received.

    Attributes:
        start: first absolute frame.
        rate_hz: frames per second.
        rotations_xyzw: root to world, others to parent, (2, N, 55, 4).
        translations: SMPL-X's meaning, (2, N, 3) m.
        foot_contacts: left heel, left toe, right heel, right toe, (2, N, 4).
        anchors: absolute frames of interactive poses.
    """

    start: int
    rate_hz: int
    rotations_xyzw: Float[np.ndarray, "2 N 55 4"]
    translations: Float[np.ndarray, "2 N 3"]
    foot_contacts: Bool[np.ndarray, "2 N 4"]
    anchors: tuple[int, ...]

    @property
    def frame_count(self) -> int:
        """N."""
        return int(self.translations.shape[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class Margins:
    """How long before their play time frames came, ms; below zero they came late."""

    p50: float
    p95: float
    p99: float
    worst: float
    late_frames: int


@dataclass(frozen=True, slots=True, eq=False)
class HeldFrame:
    """One frame: its number, the block that it came in, and its row there."""

    number: int
    block: Motion
    arrays: MotionArrays
    row: int

    @property
    def last(self) -> bool:
        """Whether its interaction ends with it."""
        return self.block.final and self.row == self.block.count - 1

    def joins(self, later: HeldFrame) -> bool:
        """Whether the motion goes on from here to a later frame, the next one held."""
        distance = later.number - self.number
        return distance == 1 or (distance <= _JOINED_S * self.block.rate_hz and not self.last)


class Playout:
    """The frames of one session by absolute number, revisions applied.

    Attributes:
        blocks: received.
        doubles: blocks that brought nothing new.
        gaps: how many times frames were missing when a later block came.
        late_frames: frames that came when their place had been shown already.
        final_seen: the newest block was the last of its interaction.
        arrivals: how early blocks come.
        shown_until: the place that was displayed last; None before.
    """

    def __init__(self) -> None:
        self.blocks = 0
        self.doubles = 0
        self.gaps = 0
        self.late_frames = 0
        self.final_seen = False
        self.arrivals = Arrivals()
        self.shown_until: float | None = None
        self._newest: Motion | None = None
        self._frames: dict[int, HeldFrame] = {}
        self._numbers: list[int] = []
        self._revision_starts: dict[int, int] = {}
        self._next_frame: int | None = None
        self._margins_ns: deque[int] = deque(maxlen=_KEPT_MARGINS)

    def add(self, block: Motion, arrival_ns: int) -> Missing | None:
        """Takes a block in.

        Args:
            block: as received.
            arrival_ns: when, on the server's clock.

        Returns:
            The frames before it that have not come; ask for them with `resend`.
        """
        arrays = motion_arrays(block)  # a block that cannot be read changes nothing
        self.blocks += 1
        newest = max(self._revision_starts, default=-1)
        self._drop_older(block)
        known_start = self._revision_starts.get(block.revision, block.start)
        self._revision_starts[block.revision] = min(known_start, block.start)
        added = self._hold(block, arrays, arrival_ns)
        if not added:
            self.doubles += 1
        if block.revision >= newest:
            self._newest = block
            if added and (block.revision > newest or added[-1] >= (self._next_frame or 0)):
                # A frame is needed when the one before it is due: what is shown lies between the two.
                needed_s = (block.time_ns - arrival_ns) / _NS_PER_S + (added[0] - 1 - block.start) / block.rate_hz
                self.arrivals.add(slack_s=needed_s, revision=block.revision, arrival_ns=arrival_ns)
        return self._missing_before(block, newest=newest)

    @property
    def frame_count(self) -> int:
        """Frames held."""
        return len(self._frames)

    @property
    def next_frame(self) -> int | None:
        """The frame after the newest one received; None before the first."""
        return self._next_frame

    def missing(self) -> int:
        """Frames that never came between the first and the last one held, but for the rest between interactions."""
        pairs = pairwise(self._numbers)
        return sum(later - earlier - 1 for earlier, later in pairs if not self._frames[earlier].last)

    def place_at(self, at_ns: int, delay_s: float) -> float | None:
        """The frame that is due at a time on the server's clock, with its fraction; None before the first block."""
        newest = self._newest
        if newest is None:
            return None
        return newest.start + ((at_ns - newest.time_ns) / _NS_PER_S - delay_s) * newest.rate_hz

    def frame(self, number: int) -> HeldFrame | None:
        """The frame of that number; None where it is not held."""
        return self._frames.get(number)

    def frame_at(self, place: float) -> HeldFrame | None:
        """The last frame held that is not behind a place; None where there is none."""
        index = bisect_right(self._numbers, place)
        return self._frames[self._numbers[index - 1]] if index else None

    def frame_before(self, number: int) -> HeldFrame | None:
        """The last frame held before that number; None where there is none."""
        index = bisect_left(self._numbers, number)
        return self._frames[self._numbers[index - 1]] if index else None

    def frame_behind(self, number: int) -> HeldFrame | None:
        """The first frame held behind that number; None where there is none."""
        index = bisect_right(self._numbers, number)
        return self._frames[self._numbers[index]] if index < len(self._numbers) else None

    def held_frames(self, start: int, stop: int) -> Iterator[HeldFrame]:
        """The frames held of [start, stop), in order."""
        for number in self._numbers[bisect_left(self._numbers, start) : bisect_left(self._numbers, stop)]:
            yield self._frames[number]

    def buffered_s(self) -> float:
        """What is held behind the place shown last; 0 before the first."""
        if self._newest is None or self.shown_until is None or not self._numbers:
            return 0.0
        return max(0.0, self._numbers[-1] - self.shown_until) / self._newest.rate_hz

    def forget_before(self, frame: int) -> None:
        """Drops what was played already; who streams without end calls it now and then."""
        index = bisect_left(self._numbers, frame)
        for played in self._numbers[:index]:
            del self._frames[played]
        del self._numbers[:index]

    def forget_played(self, place: float, *, kept_s: float) -> None:
        """Drops what was played longer ago than some seconds before a place, never the frame that is shown there."""
        shown = self.frame_at(place)
        if shown is not None:
            self.forget_before(shown.number - round(kept_s * shown.block.rate_hz))

    def margins(self) -> Margins:
        """How early frames came; raises DataError where none did."""
        if not self._margins_ns:
            raise DataError("No frames were received: there is no margin to measure.")
        margins_ms = np.array(self._margins_ns) * _MS_PER_NS
        # The p95 of lateness is the 5 % quantile of what is left.
        p50, p95, p99, worst = np.quantile(margins_ms, [0.5, 0.05, 0.01, 0.0]).tolist()
        return Margins(p50=p50, p95=p95, p99=p99, worst=worst, late_frames=int((margins_ms < 0).sum()))

    def motion(self, start: int | None = None, stop: int | None = None, *, fill: bool = False) -> ReceivedMotion:
        """The frames [start, stop), by default all.

        Args:
            start: the first.
            stop: behind the last.
            fill: where one is missing, the one before stands, as between two interactions.

        Raises:
            DataError: one of them is missing, and none before it can stand for it.
        """
        if not self._frames:
            raise DataError("No frames were received.")
        start = self._numbers[0] if start is None else start
        stop = self._numbers[-1] + 1 if stop is None else stop
        absent = [] if fill else [frame for frame in range(start, stop) if frame not in self._frames]
        if absent or start >= stop:
            raise DataError(f"Expected frames {start} to {stop - 1} without a hole, {len(absent)} are missing.")
        held = [frame for frame in map(self.frame_at, range(start, stop)) if frame is not None]
        anchors = {h.block.anchor for h in held if h.block.anchor is not None and start <= h.block.anchor < stop}
        return ReceivedMotion(
            start=start,
            rate_hz=held[0].block.rate_hz,
            rotations_xyzw=_stacked([h.arrays.rotations[:, h.row] for h in held]),
            translations=_stacked([h.arrays.translations[:, h.row] for h in held]),
            foot_contacts=_stacked([h.arrays.foot_contacts[:, h.row] for h in held]).astype(bool),
            anchors=tuple(sorted(anchors)),
        )

    def _drop_older(self, block: Motion) -> None:
        """What a higher revision replaces."""
        index = bisect_left(self._numbers, block.start)
        behind = self._numbers[index:]
        kept = [number for number in behind if self._frames[number].block.revision >= block.revision]
        for number in set(behind).difference(kept):
            del self._frames[number]
        self._numbers[index:] = kept

    def _hold(self, block: Motion, arrays: MotionArrays, arrival_ns: int) -> list[int]:
        """Keeps what is new; the numbers of these frames."""
        newer_starts = [start for revision, start in self._revision_starts.items() if revision > block.revision]
        replaced_from = min(newer_starts, default=block.start + block.count)
        added = []
        for row in range(block.count):
            frame = block.start + row
            if frame >= replaced_from or frame in self._frames:
                continue
            self._frames[frame] = HeldFrame(frame, block, arrays, row)
            insort(self._numbers, frame)
            self._margins_ns.append(block.time_ns + row * _NS_PER_S // block.rate_hz - arrival_ns)
            self.late_frames += self.shown_until is not None and frame < self.shown_until
            added.append(frame)
        return added

    def _missing_before(self, block: Motion, *, newest: int) -> Missing | None:
        stop, expected, ended = block.start + block.count, self._next_frame, self.final_seen
        came_again = block.revision == newest and expected is not None and stop <= expected
        if block.revision < newest or came_again:
            return None
        self._next_frame, self.final_seen = stop, block.final
        if expected is None or ended or block.start <= expected:
            return None
        self.gaps += 1
        return Missing(start=expected, stop=block.start)


def _stacked(rows: Sequence[np.ndarray]) -> np.ndarray:
    return np.stack(rows, axis=1)
