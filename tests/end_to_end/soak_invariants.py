"""What must hold of a session's stream whatever happens around it, checked message by message.

Frames are held by absolute number with revisions applied, as in the client's playout buffer and apart from it.
It knows messages; it must never know a socket or a server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from ponimator_runtime.wire import Code, Heartbeat, Motion, Status, StreamMessage
from ponimator_runtime.wire.limits import FOOT_COUNT, JOINT_COUNT, PERSON_COUNT, UNIT_NORM_TOLERANCE

NS_PER_S = 1_000_000_000
_ROUNDING_NS = 2
_SETTLED_S = 60
"""What was missing so long after it should have come is not going to come."""


class Invariant(StrEnum):
    """What can be violated."""

    HOLE = "hole"
    DOUBLE = "double"
    TIME = "time"
    UNIT = "unit quaternion"
    FINITE = "finite number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One finding."""

    invariant: Invariant
    words: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.words}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Frame:
    """One frame as it was received.

    Attributes:
        revision: of its block.
        values: a hash of all its numbers.
        ends: no frame follows in its interaction.
    """

    revision: int
    values: int
    ends: bool


class StreamInvariants:
    """One session's stream, seen from its first block on.

    Attributes:
        violations: in the order in which they were found.
        blocks: received.
    """

    def __init__(self) -> None:
        """Nothing has come."""
        self.violations: list[Violation] = []
        self.blocks = 0
        self._frames: dict[int, _Frame] = {}
        self._revision_starts: dict[int, int] = {}
        self._settled = 0
        self._line: tuple[int, int] | None = None
        """Frame and time of the first block."""
        self._heartbeat: Heartbeat | None = None
        self._said_ns: int | None = None

    def take(self, message: StreamMessage) -> None:
        """Checks a message of the stream, in its order."""
        if isinstance(message, Motion):
            self._take_block(message)
        elif isinstance(message, Heartbeat):
            self._take_heartbeat(message)
        elif isinstance(message, Status) and message.code is not Code.UNKNOWN_SESSION:  # that one the client says
            self._said_ns = self._not_before(self._said_ns, message.time_ns, f"status {message.state}")

    def finish(self) -> list[Violation]:
        """Also checks that nothing is missing; all violations."""
        self._settle(max(self._frames, default=0) + 1)
        return self.violations

    def _take_block(self, block: Motion) -> None:
        self.blocks += 1
        self._check_time(block)
        newest = max(self._revision_starts, default=-1)
        if block.revision > newest:
            for frame in [frame for frame in self._frames if frame >= block.start]:
                del self._frames[frame]
        known = self._revision_starts.get(block.revision, block.start)
        self._revision_starts[block.revision] = min(known, block.start)
        replaced_from = min(
            (start for revision, start in self._revision_starts.items() if revision > block.revision),
            default=block.start + block.count,
        )
        doubles = []
        for frame, values in self._checked_rows(block):
            if self._settled <= frame < replaced_from:
                ends = block.final and frame == block.start + block.count - 1
                if not self._hold(frame, _Frame(revision=block.revision, values=values, ends=ends)):
                    doubles.append(frame)
        if doubles:
            words = f"frames {doubles[0]} to {doubles[-1]} came twice in revision {block.revision}, with other values"
            self._say(Invariant.DOUBLE, words)
        horizon = _SETTLED_S * block.rate_hz
        if len(self._frames) > 2 * horizon:
            self._settle(max(self._frames) - horizon)

    def _hold(self, frame: int, came: _Frame) -> bool:
        """Keeps the newest revision of a frame; False where that came before, with other values."""
        held = self._frames.setdefault(frame, came)
        if held.revision < came.revision:
            # The newer revision began later and yet has an earlier frame: it replaces this one too.
            self._frames[frame] = came
        return held.revision != came.revision or held.values == came.values

    def _checked_rows(self, block: Motion) -> Iterator[tuple[int, int]]:
        """Each frame's number and a hash of its values; says what is wrong with them."""
        rotations = np.frombuffer(block.rotations, "<f4").reshape(PERSON_COUNT, block.count, JOINT_COUNT, 4)
        translations = np.frombuffer(block.translations, "<f4").reshape(PERSON_COUNT, block.count, 3)
        feet = np.frombuffer(block.foot_contacts, np.uint8).reshape(PERSON_COUNT, block.count, FOOT_COUNT)
        what = f"block [{block.start}, {block.start + block.count}) of revision {block.revision}"
        if not (np.isfinite(rotations).all() and np.isfinite(translations).all()):
            self._say(Invariant.FINITE, f"NaN or infinity in {what}")
        else:
            off = np.abs(np.linalg.norm(rotations.astype(np.float64), axis=-1) - 1.0).max()
            if off > UNIT_NORM_TOLERANCE:
                self._say(Invariant.UNIT, f"length off by {off:.3g} in {what}")
        for row in range(block.count):
            parts = (rotations[:, row].tobytes(), translations[:, row].tobytes(), feet[:, row].tobytes())
            yield block.start + row, hash(parts)

    def _check_time(self, block: Motion) -> None:
        """Frame k plays at the time of frame 0 + k / rate: all blocks lie on one line that rises."""
        if self._line is None:
            self._line = (block.start, block.time_ns)
        first, first_ns = self._line
        expected_ns = first_ns + (block.start - first) * NS_PER_S / block.rate_hz
        if abs(block.time_ns - expected_ns) > _ROUNDING_NS:
            off_ms = (block.time_ns - expected_ns) / 1e6
            self._say(Invariant.TIME, f"frame {block.start} plays {off_ms:.3f} ms off the session's time line")

    def _take_heartbeat(self, heartbeat: Heartbeat) -> None:
        before, self._heartbeat = self._heartbeat, heartbeat
        if not (np.isfinite(heartbeat.buffered_s) and heartbeat.buffered_s >= 0):
            self._say(Invariant.FINITE, f"a heartbeat has {heartbeat.buffered_s} s buffered")
        if before is not None:
            self._not_before(before.time_ns, heartbeat.time_ns, "heartbeat")
            if heartbeat.play_frame < before.play_frame:
                self._say(Invariant.TIME, f"the play head went from {before.play_frame} to {heartbeat.play_frame}")

    def _not_before(self, last_ns: int | None, time_ns: int, what: str) -> int:
        if last_ns is not None and time_ns < last_ns:
            self._say(Invariant.TIME, f"a {what} was said {(last_ns - time_ns) / 1e6:.3f} ms before the last one")
        return time_ns

    def _settle(self, stop: int) -> None:
        """Looks for holes before a frame, and forgets what is there but for the last one."""
        held = sorted(frame for frame in self._frames if frame < stop)
        for earlier, later in pairwise(held):
            if later != earlier + 1 and not self._frames[earlier].ends:
                self._say(Invariant.HOLE, f"frames {earlier + 1} to {later - 1} never came")
        for frame in held[:-1]:
            del self._frames[frame]
        self._settled = max(self._settled, held[-1] if held else 0)

    def _say(self, invariant: Invariant, words: str) -> None:
        self.violations.append(Violation(invariant=invariant, words=words))
