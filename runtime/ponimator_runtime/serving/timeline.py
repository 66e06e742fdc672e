"""One session's timeline: what is planned, what of it may still change, and which block is due when.

Frames have absolute numbers; frame k plays at `origin_ns + k / rate`. A plan is an immutable value, so that the worker
reads it while this thread goes on; only the thread that owns the session changes the timeline. Time comes as a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ponimator_runtime.motion.pose import InteractivePose
from ponimator_runtime.serving.pacing import Pacing
from ponimator_runtime.serving.planning import SETTLE_S, Before, PlannedFrames

NS_PER_S: Final = 1_000_000_000
_FRAMES_BEFORE: Final = 2
"""A position and a velocity."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A stretch of the plan that was made at one time.

    Attributes:
        interaction: whose frames these are.
        revision: the timeline's when they were planned.
        start: first absolute frame.
        stop: behind the last one; it grows into the tail while the next window is late.
        origin: absolute frame of the first of `frames`.
        frames: the arrays.
        anchor: absolute frame of the interactive pose.
        final: the interaction ends at `stop`.
    """

    interaction: int
    revision: int
    start: int
    stop: int
    origin: int
    frames: PlannedFrames
    anchor: int | None
    final: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Frames [start, stop) of a chunk, to be sent as one message."""

    chunk: Chunk
    start: int
    stop: int

    @property
    def final(self) -> bool:
        """No frame follows in this interaction."""
        return self.chunk.final and self.stop == self.chunk.stop


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All chunks still known, in order, without overlap.

    Attributes:
        chunks: the stretches.
        version: another number after every change.
    """

    chunks: tuple[Chunk, ...] = ()
    version: int = 0

    @property
    def stop(self) -> int:
        """Behind the last planned frame; 0 where nothing was ever planned."""
        return self.chunks[-1].stop if self.chunks else 0

    @property
    def ended(self) -> bool:
        """Nothing is going to follow by itself."""
        return not self.chunks or self.chunks[-1].final

    def before(self, frame: int) -> Before | None:
        """What plays just before a frame: the plan, behind its end the slowing tail; None where there is no plan."""
        places = [place for f in range(frame - _FRAMES_BEFORE, frame) if (place := self._place(f)) is not None]
        if not places:
            return None
        chunk, index = places[-1]
        motion = chunk.frames.motion
        return Before(
            motion=replace(
                motion,
                rotations=np.stack([c.frames.motion.rotations[:, i] for c, i in places], axis=1),
                translations=np.stack([c.frames.motion.translations[:, i] for c, i in places], axis=1),
            ),
            rotations_xyzw=chunk.frames.rotations_xyzw[:, index],
        )

    def pose_at(self, frame: int) -> InteractivePose | None:
        """Both bodies at a frame; None where nothing is planned at or before it."""
        place = self._place(frame)
        return None if place is None else place[0].frames.motion.pose_at(place[1])

    def _place(self, frame: int) -> tuple[Chunk, int] | None:
        for chunk in reversed(self.chunks):
            if chunk.start <= frame:
                last = chunk.stop - 1 if chunk.final else frame
                return chunk, min(frame - chunk.origin, last - chunk.origin, chunk.frames.motion.frame_count - 1)
        return None


class Timeline:
    """Plan, protect, patch."""

    def __init__(self, *, rate_hz: int, pacing: Pacing, clock: Callable[[], int]) -> None:
        """Starts at frame 0 now; `clock` tells monotonic nanoseconds."""
        self._clock = clock
        self.rate_hz = rate_hz
        self.pacing = pacing
        self.origin_ns = clock()
        self.plan = Plan()
        self.revision = 0
        self.sent_until = 0

    def time_ns(self, frame: int) -> int:
        """When a frame plays."""
        return self.origin_ns - (-frame * NS_PER_S // self.rate_hz)

    def play_frame(self) -> int:
        """The frame that plays now."""
        return max(0, (self._clock() - self.origin_ns) * self.rate_hz // NS_PER_S)

    def first_unprotected(self) -> int:
        """The first frame that may still change."""
        return self.play_frame() + self.pacing.reserve_frames + 1

    def buffered_s(self) -> float:
        """What was sent and has not played yet."""
        return max(0, self.sent_until - self.play_frame()) / self.rate_hz

    def replace_from(
        self, frame: int, frames: PlannedFrames, *, interaction: int, anchor_offset: int | None = None
    ) -> bool:
        """Puts new frames in the place of everything from `frame` on, under a higher revision.

        Returns:
            False, and nothing changes, where that frame is protected by now.
        """
        if frame < self.first_unprotected():
            return False
        if not self.plan.ended:
            self._extend(frame)
        self.revision += 1
        kept = tuple(
            chunk if chunk.stop <= frame else replace(chunk, stop=frame, final=False)
            for chunk in self.plan.chunks
            if chunk.start < frame
        )
        self._add(kept, frame, frames, interaction, anchor_offset)
        self.sent_until = min(self.sent_until, frame)
        return True

    def append(self, frames: PlannedFrames, *, interaction: int) -> None:
        """Puts new frames behind the plan; nothing that was planned changes, so the revision stays."""
        self._add(self.plan.chunks, self.plan.stop, frames, interaction, None)

    def hold_if_late(self, end: int | None = None) -> bool:
        """Where the plan ends within the protected reserve, plays on into its slowing tail; True where it did.

        Args:
            end: behind the interaction's last frame: a hold that reaches it is how the interaction ends.
        """
        if self.plan.ended or self.plan.stop >= self.first_unprotected():
            return False
        stop = self.first_unprotected() + self.pacing.block_frames
        if end is None or stop < end:
            self._extend(stop)
        else:
            self._extend(end)
            self._end()
        return True

    def end_in_tail(self) -> None:
        """Ends the plan where nothing will follow: its slowing tail is the rest of it."""
        if self.plan.ended:
            return
        settle_frames = round(SETTLE_S * self.rate_hz)
        self._extend(max(self.plan.stop, self.first_unprotected()) + settle_frames)
        self._end()

    def due_blocks(self) -> Iterator[Block]:
        """The blocks to be sent now, each once."""
        while (due_ns := self._next_block_ns()) is not None and due_ns <= self._clock():
            chunk = next(chunk for chunk in self.plan.chunks if chunk.stop > self.sent_until)
            start = max(self.sent_until, chunk.start)
            stop = min(start + self.pacing.block_frames, chunk.stop)
            self.sent_until = stop
            yield Block(chunk=chunk, start=start, stop=stop)

    def next_event_ns(self) -> int | None:
        """When the next block is due, or the plan runs into the reserve; None while nothing is planned."""
        times = [time for time in (self._next_block_ns(), self._late_ns()) if time is not None]
        return min(times, default=None)

    def forget_played(self) -> None:
        """Drops what has played, but for the last chunk: its pose is where the characters stand."""
        oldest = self.play_frame() - _FRAMES_BEFORE
        played = [chunk for chunk in self.plan.chunks[:-1] if chunk.stop <= min(oldest, self.sent_until)]
        if played:
            self.plan = replace(self.plan, chunks=self.plan.chunks[len(played) :])

    def _next_block_ns(self) -> int | None:
        if self.sent_until >= self.plan.stop:
            return None
        chunk = next(chunk for chunk in self.plan.chunks if chunk.stop > self.sent_until)
        return self.time_ns(max(self.sent_until, chunk.start)) - round(self.pacing.lead_s * NS_PER_S)

    def _late_ns(self) -> int | None:
        return None if self.plan.ended else self.time_ns(self.plan.stop - self.pacing.reserve_frames)

    def _extend(self, stop: int) -> None:
        """Plays on into the tail of the last chunk up to a frame."""
        last = self.plan.chunks[-1]
        if last.stop < stop:
            self.plan = Plan(chunks=(*self.plan.chunks[:-1], replace(last, stop=stop)), version=self.plan.version + 1)

    def _end(self) -> None:
        """Nothing follows the last chunk."""
        last = replace(self.plan.chunks[-1], final=True)
        self.plan = Plan(chunks=(*self.plan.chunks[:-1], last), version=self.plan.version + 1)

    def _add(
        self, kept: tuple[Chunk, ...], start: int, frames: PlannedFrames, interaction: int, anchor_offset: int | None
    ) -> None:
        stop = start + frames.count
        reached = anchor_offset is not None and anchor_offset < frames.settling_from
        chunk = Chunk(
            interaction=interaction,
            revision=self.revision,
            start=start,
            stop=stop,
            origin=start,
            frames=frames,
            anchor=start + anchor_offset if reached and anchor_offset is not None else None,
            final=frames.final,
        )
        self.plan = Plan(chunks=(*kept, chunk), version=self.plan.version + 1)
