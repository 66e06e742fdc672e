"""The stream of a session, seen from a client: what was received of it, and what there is to show of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from ponimator_runtime.client.control_lane import ControlLane
from ponimator_runtime.client.counters import Counters, counters_from
from ponimator_runtime.client.display import Display, Shown
from ponimator_runtime.client.interaction_end import ENDS, EndWatch, reopened_status
from ponimator_runtime.client.playout import Playout
from ponimator_runtime.client.recovery import Recovery, Waiting
from ponimator_runtime.client.stream_lane import StreamLane
from ponimator_runtime.errors import ProtocolError, RequestRefused, TransportError
from ponimator_runtime.wire import (
    Code,
    Motion,
    OpenSession,
    Resend,
    Resent,
    SessionOpened,
    Skeleton,
    Status,
    StreamMessage,
)
from ponimator_runtime.wire.limits import MAX_RESEND_FRAMES


class SessionStream:
    """A session on a server, and its stream.

    When the server is lost, `receive` and `stream` look for it. A session that the server still has goes on, and what
    was missed is asked for again. A server that knows it no more (it was restarted, or the lease is over) gets a new
    session with the same characters: `id` and `playout` are new then, its frames count from 0, and a status `failed`
    with the code `unknown_session` says so: trigger again.

    Attributes:
        id: for `open_session(resume=...)`.
        skeleton: the two bodies at rest.
        playout: all frames received, revisions applied.
        resends: how often missing frames were asked for again.
        reopened: how often a new session had to take this one's place.
        bad_messages: of the stream, that could not be read.
    """

    skeleton: Skeleton

    def __init__(
        self, lane: ControlLane, recovery: Recovery, listen: Callable[[bytes], StreamLane], request: OpenSession
    ) -> None:
        """Is on no server yet.

        Args:
            lane: for its requests.
            recovery: the way back to a server that was lost.
            listen: connects to the stream lane with a subscription to a topic.
            request: with which it opens, and opens again.
        """
        self.id = ""
        self.playout = Playout()
        self.resends = self.reopened = self.bad_messages = 0
        self._display = Display(self.playout)
        self._lane, self._recovery, self._listen, self._request = lane, recovery, listen, request
        self._stream: StreamLane | None = None
        self._said: deque[StreamMessage] = deque()
        self._end = EndWatch(request.rate_hz)
        self._left = False

    def resend(self, start: int, stop: int) -> Resent:
        """Asks for frames [start, stop) again; they come on the stream."""
        return self._lane.ask(self._resend_request(start, stop), Resent)

    def heard_within(self, timeout_s: float) -> bool:
        """Whether a message of the stream waits to be received, now or within a time."""
        return self._stream is not None and self._stream.heard_within(timeout_s)

    def receive(self, timeout_s: float = 1.0) -> StreamMessage | None:
        """The next message of the stream; None where none came in time, so too while a lost server is looked for.

        Motion goes into `playout`; missing frames are asked for again. It never takes much longer than it is given: a
        game may call it with 0 in each of its frames, and go on with `display` while the server is away.

        Raises:
            ServerGone: the server was lost and did not come back in time; calling again looks for it again.
            TransportError: it came back with other keys.
            ProtocolError: the server sent what is no message; it is dropped, calling again goes on behind it.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            left_s = deadline_s - time.monotonic()
            if self._recovery.running:
                self._recovery.go_on(left_s)
            elif self._said:
                return self._said.popleft()
            elif (message := self._next_message()) is not None:
                return message
            elif self._stream is None or self._stream.lost:
                self._recovery.begin()
                continue
            else:
                self._lane.keep_time()
                if left_s > 0:
                    self._stream.wait(left_s)
            if left_s <= 0:
                return None

    def stream(self, *, timeout_s: float = 1.0) -> Iterator[StreamMessage]:
        """Messages until the end of an interaction is said (finished, cancelled or failed), with that one.

        Raises:
            ServerGone: the server was lost and did not come back in time.
        """
        while True:
            message = self.receive(timeout_s)
            if message is None:
                continue
            yield message
            if isinstance(message, Status) and message.state in ENDS:
                return

    def display(self, at_ns: int | None = None) -> Shown:
        """What is to be shown at a time on the server's clock, now by default; for each frame of a game.

        While nothing comes, the motion dies away and is held; it comes back without a jump.
        """
        return self._display.at(self._lane.server_time_ns() if at_ns is None else at_ns)

    def counters(self) -> Counters:
        """What was received and shown, and how well."""
        return counters_from(
            self.playout,
            self._display,
            self._lane.clock,
            now_ns=time.monotonic_ns(),
            resends=self.resends,
            bad_messages=self.bad_messages,
            reconnections=self._recovery.count,
        )

    def ahead_s(self, time_ns: int) -> float:
        """How far a time on the server's clock lies ahead of now."""
        return (time_ns - self._lane.server_time_ns()) * 1e-9

    def leave(self) -> None:
        """Leaves the stream for good; the session lives on."""
        self._left = True
        self.fall_silent()

    def fall_silent(self) -> None:
        """Closes the stream, until `restoring`."""
        if self._stream is not None:
            self._stream.close()

    def opening(self, timeout_s: float, resume: str | None) -> Waiting:
        """Opens the session, or the one named, and subscribes; ends when the stream is there.

        Raises:
            RequestRefused: no such session to resume, or too many.
            ConnectTimeout: the stream lane cannot be reached.
        """
        request = msgspec.structs.replace(self._request, request_id=self._lane.next_request_id(), session=resume)
        opened = yield from self._lane.asking(request, SessionOpened)
        if self.id and opened.session != self.id:
            self._begin_anew(opened.session)
        self.id, self.skeleton = opened.session, opened.skeleton
        self.fall_silent()
        self._stream = self._listen(opened.topic.encode())
        # What the server says before it knows of a subscription is lost; it greets a new one with the skeleton.
        yield from self._stream.hearing(timeout_s)
        self.playout.arrivals.subscribed(self._lane.server_time_ns())

    def restoring(self, timeout_s: float) -> Waiting:
        """After the server was lost: the same session, and what was missed of it; or a new one. Nothing once left."""
        if self._left:
            return
        try:
            yield from self.opening(timeout_s, self.id)
        except RequestRefused as refused:
            if refused.code != Code.UNKNOWN_SESSION:
                raise
            yield from self.opening(timeout_s, None)
        missed_from = self.playout.next_frame
        if missed_from is not None:
            self.resends += 1
            yield from self._lane.asking(self._resend_request(missed_from, missed_from + MAX_RESEND_FRAMES), Resent)

    def _begin_anew(self, session: str) -> None:
        """Another timeline: nothing that was received of the one before has a place on it."""
        self.playout, self._end = Playout(), EndWatch(self._request.rate_hz)
        self._display = Display(self.playout)
        self.reopened += 1
        self._said.append(reopened_status(lost=self.id, opened=session, time_ns=self._lane.server_time_ns()))

    def _resend_request(self, start: int, stop: int) -> Resend:
        return Resend(request_id=self._lane.next_request_id(), session=self.id, start=start, stop=stop)

    def _next_message(self) -> StreamMessage | None:
        try:
            message = None if self._stream is None else self._stream.receive()
            if isinstance(message, Motion):
                self._take(message)
        except ProtocolError:
            self.bad_messages += 1
            raise
        if message is not None and (missed := self._end.hear(message, self.playout)) is not None:
            self._said.append(missed)
        return message

    def _take(self, block: Motion) -> None:
        missing = self.playout.add(block, self._lane.server_time_ns())
        if missing is None:
            return
        self.resends += 1
        try:
            self.resend(missing.start, min(missing.stop, missing.start + MAX_RESEND_FRAMES))
        except TransportError:
            self._recovery.begin()
        except RequestRefused as refused:
            if refused.code == Code.UNKNOWN_SESSION:
                self._recovery.begin()
