"""A recording as something to play: what was said when, which interactions it holds, and the same moved on in time.

The first time through, a client gets the bytes that were recorded. Absolute frames never come twice in a session, so
every later time is a `Shift`: the same messages with higher numbers and later times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from ponimator_runtime.errors import DataError, ProtocolError
from ponimator_runtime.recording.format import Header, Lane
from ponimator_runtime.recording.reader import Recording
from ponimator_runtime.wire import (
    Contact,
    Encoding,
    Heartbeat,
    InteractionAccepted,
    Motion,
    Skeleton,
    State,
    Status,
    StreamMessage,
    decode_reply,
    decode_stream,
    encode,
    encoding_of,
)
from ponimator_runtime.wire.messages import DEFAULT_RATE_HZ

NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Something that was said.

    Attributes:
        time_ns: when, on the recorded server's clock.
        payload: its bytes.
        message: what they mean; None where they do not decode.
    """

    time_ns: int
    payload: bytes
    message: StreamMessage | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """How much higher and later everything is; all zero: as recorded.

    Attributes:
        frames: absolute ones.
        time_ns: on the server's clock; exactly as long as `frames` last.
        revision: of the timeline.
        interaction: their numbers.
    """

    frames: int = 0
    time_ns: int = 0
    revision: int = 0
    interaction: int = 0

    def entry(self, entry: Entry) -> Entry:
        """The same, moved on."""
        if self == Shift():
            return entry
        time_ns = entry.time_ns + self.time_ns
        if entry.message is None or isinstance(entry.message, Skeleton):
            return replace(entry, time_ns=time_ns)
        message = self.message(entry.message)
        return Entry(time_ns=time_ns, payload=encode(message, encoding_of(entry.payload)), message=message)

    def message(self, message: StreamMessage) -> StreamMessage:
        """The same, moved on."""
        if isinstance(message, Motion):
            return msgspec.structs.replace(
                message,
                interaction=message.interaction + self.interaction,
                revision=message.revision + self.revision,
                start=message.start + self.frames,
                time_ns=message.time_ns + self.time_ns,
                anchor=None if message.anchor is None else message.anchor + self.frames,
                contacts=tuple(self._contact(contact) for contact in message.contacts),
            )
        if isinstance(message, Status):
            return msgspec.structs.replace(
                message,
                time_ns=message.time_ns + self.time_ns,
                interaction=None if message.interaction is None else message.interaction + self.interaction,
                frame=None if message.frame is None else message.frame + self.frames,
            )
        if isinstance(message, Heartbeat):
            return msgspec.structs.replace(
                message, time_ns=message.time_ns + self.time_ns, play_frame=message.play_frame + self.frames
            )
        return message

    def _contact(self, contact: Contact) -> Contact:
        return msgspec.structs.replace(contact, start=contact.start + self.frames, stop=contact.stop + self.frames)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """An interaction of the recording.

    Attributes:
        number: of it.
        entry: index of the first thing that was said of it.
        apply_frame: the first at which it shows.
        over_ns: when it is over, on the recorded server's clock.
        timing_ms: of the reply that was recorded, where one was.
        cancelled_at: frame at which it was cancelled, where it was.
    """

    number: int
    entry: int
    apply_frame: int
    over_ns: int
    timing_ms: dict[str, float]
    cancelled_at: int | None


class Score:
    """What a recording holds of a session.

    Attributes:
        name: of the recording.
        header: its.
        entries: what was said on the stream lane, in order.
        skeleton: the two bodies, and the bytes that say so.
        encoding: of the stream.
        rate_hz: frames per second.
        interactions: in order.
    """

    def __init__(self, recording: Recording) -> None:
        """Looks through a recording; raises DataError where it holds no skeleton."""
        self.name = recording.name
        self.header: Header = recording.header
        origin_ns = recording.header.server_clock_ns
        self.entries = tuple(
            Entry(time_ns=origin_ns + record.time_ns, payload=record.payload, message=_message(record.payload))
            for record in recording.records
            if record.lane is Lane.STREAM
        )
        skeletons = [entry for entry in self.entries if isinstance(entry.message, Skeleton)]
        if not skeletons:
            raise DataError(
                f"{recording.name} holds no skeleton: a session of which nothing was heard is not replayed."
            )
        self.skeleton_payload = skeletons[0].payload
        self.skeleton: Skeleton = skeletons[0].message  # type: ignore[assignment]  # chosen by its type just above
        self.encoding: Encoding = encoding_of(self.skeleton_payload)
        blocks = [entry.message for entry in self.entries if isinstance(entry.message, Motion)]
        self.rate_hz = blocks[0].rate_hz if blocks else DEFAULT_RATE_HZ
        self.interactions = self._interactions(blocks, _accepted(recording))
        self._first_block = blocks[0] if blocks else None
        self._revisions = 1 + max((block.revision for block in blocks), default=0)
        self._numbers = max((interaction.number for interaction in self.interactions), default=0)

    def frame_at(self, time_ns: int) -> int:
        """The absolute frame that plays at a time of the server's clock."""
        block = self._first_block
        if block is None:
            return 0
        return max(0, block.start + (time_ns - block.time_ns) * self.rate_hz // NS_PER_S)

    @property
    def first_said(self) -> int:
        """Index of the entry at which a later time through begins: the first that is said of an interaction."""
        return min((interaction.entry for interaction in self.interactions), default=0)

    def shift(self, times: int, *, entry: int, not_before_ns: int) -> Shift:
        """The recording for the nth time: this entry of it is due at a time or, for whole frames, just behind it."""
        # So many frames last a whole number of nanoseconds: frames and times stay exactly together.
        step_frames = self.rate_hz // math.gcd(self.rate_hz, NS_PER_S)
        step_ns = step_frames * NS_PER_S // self.rate_hz
        steps = max(0, -(-(not_before_ns - self.entries[entry].time_ns) // step_ns))
        return Shift(
            frames=steps * step_frames,
            time_ns=steps * step_ns,
            revision=times * self._revisions,
            interaction=times * self._numbers,
        )

    def _interactions(self, blocks: list[Motion], accepted: dict[int, InteractionAccepted]) -> tuple[Recorded, ...]:
        found = []
        for number in dict.fromkeys(block.interaction for block in blocks):
            own = [block for block in blocks if block.interaction == number]
            said = [
                (index, entry.message)
                for index, entry in enumerate(self.entries)
                if isinstance(entry.message, Motion | Status) and entry.message.interaction == number
            ]
            cancelled = [
                message.frame
                for _, message in said
                if isinstance(message, Status) and message.state is State.CANCELLED and message.frame is not None
            ]
            last = max(own, key=lambda block: block.start + block.count)
            reply = accepted.get(number)
            found.append(
                Recorded(
                    number=number,
                    entry=said[0][0],
                    apply_frame=min(block.start for block in own) if reply is None else reply.apply_frame,
                    over_ns=last.time_ns + last.count * NS_PER_S // last.rate_hz,
                    timing_ms={} if reply is None else reply.timing_ms,
                    cancelled_at=cancelled[-1] if cancelled else None,
                )
            )
        return tuple(found)


def _message(payload: bytes) -> StreamMessage | None:
    try:
        return decode_stream(payload, encoding=encoding_of(payload))
    except ProtocolError:
        return None


def _accepted(recording: Recording) -> dict[int, InteractionAccepted]:
    found = {}
    for record in recording.records:
        if record.lane is Lane.REPLY:
            try:
                reply = decode_reply(record.payload)
            except ProtocolError:
                continue
            if isinstance(reply, InteractionAccepted):
                found[reply.interaction] = reply
    return found
