"""The playout buffer: blocks go in as they come, frames with the newest revision come out; both plugins do the same.

Pure: it knows no socket. Times are on the server's clock; who receives adds the offset to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.errors import DataError
from ponimator_runtime.wire import Motion, MotionArrays, motion_arrays

_NS_PER_S: Final = 1_000_000_000
_MS_PER_NS: Final = 1e-6
_KEPT_MARGINS: Final = 1 << 16


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


@dataclass(frozen=True, slots=True)
class _Held:
    """One frame: the block that it came in, and its row there."""

    block: Motion
    arrays: MotionArrays
    row: int


class Playout:
    """The frames of one session by absolute number, revisions applied.

    Attributes:
        blocks: received.
        doubles: blocks that brought nothing new.
        gaps: how many times frames were missing when a later block came.
        final_seen: the newest block was the last of its interaction.
    """

    def __init__(self) -> None:
        self.blocks = 0
        self.doubles = 0
        self.gaps = 0
        self.final_seen = False
        self._frames: dict[int, _Held] = {}
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
        self.blocks += 1
        newest = max(self._revision_starts, default=-1)
        if block.revision > newest:
            for frame in [frame for frame in self._frames if frame >= block.start]:
                del self._frames[frame]
        known_start = self._revision_starts.get(block.revision, block.start)
        self._revision_starts[block.revision] = min(known_start, block.start)
        added = self._hold(block, arrival_ns)
        if not added:
            self.doubles += 1
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
        held = sorted(self._frames)
        missing = 0
        for earlier, later in pairwise(held):
            before = self._frames[earlier]
            ended = before.block.final and before.row == before.block.count - 1
            missing += 0 if ended else later - earlier - 1
        return missing

    def forget_before(self, frame: int) -> None:
        """Drops what was played already; who streams without end calls it now and then."""
        for played in [held for held in self._frames if held < frame]:
            del self._frames[played]

    def margins(self) -> Margins:
        """How early frames came; raises DataError where none did."""
        if not self._margins_ns:
            raise DataError("No frames were received: there is no margin to measure.")
        margins_ms = np.array(self._margins_ns) * _MS_PER_NS
        # The p95 of lateness is the 5 % quantile of what is left.
        p50, p95, p99, worst = np.quantile(margins_ms, [0.5, 0.05, 0.01, 0.0]).tolist()
        return Margins(p50=p50, p95=p95, p99=p99, worst=worst, late_frames=int((margins_ms < 0).sum()))

    def motion(self, start: int | None = None, stop: int | None = None) -> ReceivedMotion:
        """The frames [start, stop), by default all.

        Raises:
            DataError: one of them is missing.
        """
        if not self._frames:
            raise DataError("No frames were received.")
        start = min(self._frames) if start is None else start
        stop = max(self._frames) + 1 if stop is None else stop
        absent = [frame for frame in range(start, stop) if frame not in self._frames]
        if absent or start >= stop:
            raise DataError(f"Expected frames {start} to {stop - 1} without a hole, {len(absent)} are missing.")
        held = [self._frames[frame] for frame in range(start, stop)]
        anchors = {h.block.anchor for h in held if h.block.anchor is not None and start <= h.block.anchor < stop}
        return ReceivedMotion(
            start=start,
            rate_hz=held[0].block.rate_hz,
            rotations_xyzw=_stacked([h.arrays.rotations[:, h.row] for h in held]),
            translations=_stacked([h.arrays.translations[:, h.row] for h in held]),
            foot_contacts=_stacked([h.arrays.foot_contacts[:, h.row] for h in held]).astype(bool),
            anchors=tuple(sorted(anchors)),
        )

    def _hold(self, block: Motion, arrival_ns: int) -> int:
        newer_starts = [start for revision, start in self._revision_starts.items() if revision > block.revision]
        replaced_from = min(newer_starts, default=block.start + block.count)
        arrays, added = motion_arrays(block), 0
        for row in range(block.count):
            frame = block.start + row
            if frame >= replaced_from or frame in self._frames:
                continue
            self._frames[frame] = _Held(block, arrays, row)
            self._margins_ns.append(block.time_ns + row * _NS_PER_S // block.rate_hz - arrival_ns)
            added += 1
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
