"""A connection to a server that hands on a session's stream as bytes, with the times at which they came.

The reference client decodes what it receives, and looks for a server that was lost; who records or taps a session wants
the bytes themselves, goes on listening while a reply is on its way, and ends with the connection.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import zmq

from ponimator_runtime.client.connection import ClientKeys, Connection, Standing, cut_off
from ponimator_runtime.client.control_lane import ControlLane
from ponimator_runtime.client.recovery import finished
from ponimator_runtime.client.remote_session import GENERATION_TIMEOUT_S
from ponimator_runtime.endpoints import DEFAULT_CONTROL, reachable
from ponimator_runtime.errors import ConnectTimeout, ReplyTimeout, ServerGone, TransportError
from ponimator_runtime.recording.format import Lane
from ponimator_runtime.wire import (
    PROTOCOL,
    Character,
    ClientMessage,
    CloseSession,
    Hello,
    HelloOk,
    OpenSession,
    ServerReply,
    SessionClosed,
    SessionOpened,
    encode,
)
from ponimator_runtime.wire.limits import MAX_STREAM_BYTES

_BLOCKS_KEPT: Final = 10_000
_SILENCE_S: Final = 5.0
"""Five heartbeats: without any message for so long, the session was closed."""
_REPLY_LOOK_MS: Final = 20
"""So often a reply is looked for while the stream is listened to."""
_ANYBODY: Final = (Character(name="A"), Character(name="B"))
"""Who resumes a session changes nothing of its characters, but the protocol wants two."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A message, and our monotonic clock when it was taken from its socket.

    Attributes:
        lane: where it came from.
        time_ns: when it came.
        payload: of the stream: its bytes as they came.
        reply: what a reply means; None on the stream.
    """

    lane: Lane
    time_ns: int
    payload: bytes
    reply: ServerReply | None = None


class Listener:
    """A session's stream and the replies of its server, as they come.

    Attributes:
        server: what it said of itself.
    """

    def __init__(
        self,
        control: str = DEFAULT_CONTROL,
        *,
        name: str,
        timeout_s: float = 5.0,
        server_key: Path | None = None,
        client_key: Path | None = None,
    ) -> None:
        """Connects, says hello and compares clocks.

        Args:
            control: the server's endpoint for requests.
            name: for the server's log.
            timeout_s: how long a reply may take.
            server_key: the server's .key file, where it uses keys.
            client_key: the client's .key_secret file, where it uses keys.

        Raises:
            ConnectTimeout: no server answers there.
            TransportError: it wants keys, or other keys.
            ConfigError: a key file is none.
            RequestRefused: it speaks another protocol.
        """
        self._control = control
        self._keys = ClientKeys.from_files(server_key, client_key)
        self._topic = b""
        self._stream: Connection | None = None
        self._asking: deque[Generator[float, None, ServerReply]] = deque()
        self._heard_s = time.monotonic()
        self._context = zmq.Context()
        try:
            self._lane = ControlLane(self._context, control, keys=self._keys, timeout_s=timeout_s)
        except zmq.ZMQError as error:
            self._context.term()
            raise ConnectTimeout(f"{control} is no endpoint to connect to, like {DEFAULT_CONTROL}: {error}.") from error
        try:
            self.server = self._hello(name)
            finished(self._lane.comparing_clocks(), self._lane.wait)
        except BaseException:
            self.close()
            raise

    @property
    def clock_offset_ns(self) -> int:
        """The server's monotonic clock minus ours."""
        return self._lane.clock_offset_ns

    @property
    def lost(self) -> bool:
        """Whether nothing more will come: the connection has ended, or the session has."""
        ended = self._stream is None or self._stream.standing not in {Standing.CONNECTING, Standing.UP}
        return ended or time.monotonic() - self._heard_s > _SILENCE_S

    def follow(self, session: str) -> SessionOpened:
        """Joins a session that is there; its stream comes from now on. Raises RequestRefused where it is not."""
        return self.open(OpenSession(request_id=self.next_request_id(), characters=_ANYBODY, session=session))

    def open(self, request: OpenSession) -> SessionOpened:
        """Opens a session; its stream comes from now on."""
        opened = self._lane.ask(request, SessionOpened)
        self._topic = opened.topic.encode()
        self._stream = Connection(
            self._context,
            zmq.SUB,
            reachable(self.server.stream, self._control),
            options={zmq.RCVHWM: _BLOCKS_KEPT, zmq.MAXMSGSIZE: MAX_STREAM_BYTES},
            keys=self._keys,
        )
        self._stream.socket.setsockopt(zmq.SUBSCRIBE, self._topic)
        self._heard_s = time.monotonic()
        return opened

    def end(self, session: str) -> None:
        """Ends a session on the server; raises RequestRefused or TransportError."""
        self._lane.ask(CloseSession(request_id=self.next_request_id(), session=session), SessionClosed)

    def next_request_id(self) -> int:
        """A number that no request of this connection had."""
        return self._lane.next_request_id()

    def ask(self, request: ClientMessage, reply_type: type[ServerReply]) -> None:
        """Sends a request as soon as those before it are answered; `receive` brings the reply."""
        self._asking.append(self._lane.asking(request, reply_type, GENERATION_TIMEOUT_S))

    def receive(self, timeout_s: float) -> Received | None:
        """What came next on either lane; None where nothing came in time.

        Raises:
            RequestRefused: a request was refused.
            TransportError: a request found no answer.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            reply = self._next_reply()
            if reply is not None:
                return Received(lane=Lane.REPLY, time_ns=time.monotonic_ns(), payload=encode(reply), reply=reply)
            left_ms = max(0, int((deadline_s - time.monotonic()) * 1000))
            payload = self._next_payload(min(left_ms, _REPLY_LOOK_MS) if self._asking else left_ms)
            if payload is not None:
                self._heard_s = time.monotonic()
                return Received(lane=Lane.STREAM, time_ns=time.monotonic_ns(), payload=payload)
            if not left_ms:
                return None

    def close(self) -> None:
        """Leaves; the session lives on."""
        self._lane.close()
        if self._stream is not None:
            self._stream.close()
        self._context.term()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next_reply(self) -> ServerReply | None:
        if not self._asking:
            return None
        try:
            next(self._asking[0])
        except StopIteration as answered:
            self._asking.popleft()
            reply: ServerReply = answered.value
            return reply
        except BaseException:
            self._asking.popleft()
            raise
        return None

    def _next_payload(self, timeout_ms: int) -> bytes | None:
        if self._stream is None or not self._stream.socket.poll(timeout_ms):
            return None
        topic, *parts = self._stream.socket.recv_multipart()
        # A longer topic that begins like ours is another session's.
        return parts[0] if topic == self._topic and len(parts) == 1 else None

    def _hello(self, name: str) -> HelloOk:
        try:
            return self._lane.ask(Hello(request_id=self.next_request_id(), protocol=PROTOCOL, client=name), HelloOk)
        except (ReplyTimeout, ServerGone) as error:
            if self._lane.standing is Standing.CUT_OFF:
                raise TransportError(cut_off(self._control, self._keys)) from error
            raise ConnectTimeout(
                f"No server answers at {self._control}: start one with `ponimator serve`, or name another with "
                "--control."
            ) from error
