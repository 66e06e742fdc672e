"""Keeps what a listener hears in a recording, until it is told to stop or there is nothing more to hear."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from ponimator_runtime import __version__
from ponimator_runtime.client.playout import Playout
from ponimator_runtime.errors import ProtocolError, RequestRefused, TransportError
from ponimator_runtime.recording.format import Header, Lane, Record
from ponimator_runtime.recording.listener import Listener, Received
from ponimator_runtime.recording.writer import RecordingWriter
from ponimator_runtime.wire import (
    ClientMessage,
    Interact,
    InteractionAccepted,
    Motion,
    Resend,
    Resent,
    ServerReply,
    SessionOpened,
    State,
    Status,
    decode_stream,
    encode,
    encoding_of,
)
from ponimator_runtime.wire.limits import MAX_RESEND_FRAMES

_LOOK_S: Final = 0.1
"""So often somebody who wants to stop is noticed while nothing comes."""
_KEPT_S: Final = 60
"""Of the playout buffer, which is there to notice what is missing."""
_ENDS: Final = frozenset({State.FINISHED, State.CANCELLED, State.FAILED})


@dataclass(kw_only=True, slots=True)
class Tally:
    """What a recording holds, counted while it grows.

    Attributes:
        messages: of the stream.
        blocks: of motion among them.
        first_frame: absolute, of all blocks.
        stop_frame: behind the last one.
        interactions: whose frames these are.
        gaps: how often frames were missing when a later block came; they are asked for again.
        unknown: messages that do not decode; they are kept as they came.
        seconds: from the first to the last message.
        ended: why the recording ended.
    """

    messages: int = 0
    blocks: int = 0
    first_frame: int | None = None
    stop_frame: int = 0
    interactions: set[int] = field(default_factory=set)
    gaps: int = 0
    unknown: int = 0
    seconds: float = 0.0
    ended: str = ""

    @property
    def frames(self) -> int:
        """How many absolute frames the blocks reach over."""
        return 0 if self.first_frame is None else self.stop_frame - self.first_frame

    def report(self) -> str:
        """A few lines for a person."""
        lines = [
            ("recorded", f"{self.seconds:.1f} s, {self.messages} messages; {self.ended}"),
            ("motion", f"{self.blocks} blocks, {self.frames} frames of interactions: {len(self.interactions)}"),
            ("gaps", f"{self.gaps}, asked for again" if self.gaps else "none"),
        ]
        if self.unknown:
            lines.append(("unknown", f"{self.unknown} messages that do not decode, kept as they came"))
        return "\n".join(f"  {name:<12} {words}" for name, words in lines)


def header_of(listener: Listener, opened: SessionOpened, began_ns: int) -> Header:
    """The header of a recording that began at a time of our monotonic clock."""
    return Header(
        protocol=listener.server.protocol,
        server=listener.server.server,
        session=opened.session,
        topic=opened.topic,
        server_clock_ns=began_ns + listener.clock_offset_ns,
        models=listener.server.models,
        recorder=f"ponimator {__version__}",
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


class Recorder:
    """A listener's session on its way into a file.

    Attributes:
        tally: what was recorded so far.
    """

    def __init__(self, listener: Listener, opened: SessionOpened, writer: RecordingWriter, *, began_ns: int) -> None:
        """Begins with what the server has answered already.

        Args:
            listener: follows the session.
            opened: the reply by which it does.
            writer: takes the records.
            began_ns: our monotonic clock at the recording's time 0.
        """
        self.tally = Tally()
        self._listener = listener
        self._session = opened.session
        self._writer = writer
        self._began_ns = began_ns
        self._playout = Playout()
        self._asked = False
        self._triggered: int | None = None
        for reply in (listener.server, opened):
            self._keep(Lane.REPLY, time.monotonic_ns(), encode(reply))

    def run(self, stopping: threading.Event, *, trigger: Interact | None = None, seconds: float | None = None) -> Tally:
        """Records until told to stop, until a time is over, until the interaction triggered is, or the stream ends.

        Raises:
            RequestRefused: the server refused the trigger.
            DataError: the file takes no more.
        """
        stop_s = None if seconds is None else time.monotonic() + seconds
        while not self.tally.ended:
            if stopping.is_set():
                self.tally.ended = "stopped"
            elif stop_s is not None and time.monotonic() >= stop_s:
                self.tally.ended = "as long as asked for"
            elif (received := self._received()) is not None:
                self._take(received)
                if trigger is not None and not self._asked and received.lane is Lane.STREAM:
                    # Not before the stream is there: what is said before that is lost.
                    self._asked = True
                    self._ask(trigger, InteractionAccepted)
            elif self._listener.lost:
                self.tally.ended = "nothing more came: the session or its server has ended"
        return self.tally

    def _received(self) -> Received | None:
        try:
            return self._listener.receive(_LOOK_S)
        except (RequestRefused, TransportError):
            if self._asked and self._triggered is None:
                raise
            return None  # frames asked for again that will not come: the gap is counted already

    def _take(self, received: Received) -> None:
        self._keep(received.lane, received.time_ns, received.payload)
        if received.lane is Lane.REPLY:
            if isinstance(received.reply, InteractionAccepted):
                self._triggered = received.reply.interaction
            return
        self.tally.messages += 1
        try:
            message = decode_stream(received.payload, encoding=encoding_of(received.payload))
        except ProtocolError:
            self.tally.unknown += 1
            return
        if isinstance(message, Motion):
            self._take_motion(message, received.time_ns)
        elif isinstance(message, Status) and message.state in _ENDS and self._is_triggered(message.interaction):
            self.tally.ended = f"the interaction is {message.state}"

    def _is_triggered(self, interaction: int | None) -> bool:
        return self._triggered is not None and interaction == self._triggered

    def _take_motion(self, block: Motion, time_ns: int) -> None:
        tally = self.tally
        missing = self._playout.add(block, time_ns + self._listener.clock_offset_ns)
        tally.blocks += 1
        tally.interactions.add(block.interaction)
        tally.first_frame = block.start if tally.first_frame is None else min(tally.first_frame, block.start)
        tally.stop_frame = max(tally.stop_frame, block.start + block.count)
        self._playout.forget_before(block.start - _KEPT_S * block.rate_hz)
        if missing is not None:
            tally.gaps += 1
            stop = min(missing.stop, missing.start + MAX_RESEND_FRAMES)
            request_id = self._listener.next_request_id()
            self._ask(Resend(request_id=request_id, session=self._session, start=missing.start, stop=stop), Resent)

    def _ask(self, request: ClientMessage, reply_type: type[ServerReply]) -> None:
        self._keep(Lane.REQUEST, time.monotonic_ns(), encode(request))
        self._listener.ask(request, reply_type)

    def _keep(self, lane: Lane, time_ns: int, payload: bytes) -> None:
        since_ns = max(0, time_ns - self._began_ns)
        self._writer.write(Record(lane=lane, time_ns=since_ns, payload=payload))
        self.tally.seconds = since_ns * 1e-9
