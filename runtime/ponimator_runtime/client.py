"""The reference client: what both engine plugins do, in Python.

    with Client() as client:
        session = client.open_session(("Ann", "Ben"))
        session.interact(text="two people shake hands")
        for message in session.stream():
            ...

Synchronous, for one thread. It knows the wire, never the server's inside.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self, TypeVar

import zmq

from ponimator_runtime import __version__
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConnectTimeout, MalformedMessage, ReplyTimeout, RequestRefused
from ponimator_runtime.playout import Playout
from ponimator_runtime.remote_session import RemoteSession
from ponimator_runtime.wire import (
    PROTOCOL,
    Character,
    ClientMessage,
    Error,
    Hello,
    HelloOk,
    OpenSession,
    Ping,
    Pong,
    Profile,
    SessionOpened,
    Stats,
    StatsReply,
    decode_reply,
    encode,
)
from ponimator_runtime.wire.limits import MAX_REPLY_BYTES, MAX_STREAM_BYTES
from ponimator_runtime.wire.messages import DEFAULT_RATE_HZ
from ponimator_runtime.wire.replies import ServerReply

_BLOCKS_KEPT: Final = 10_000
_PINGS: Final = 5
_ANY_ADDRESS: Final = ("0.0.0.0", "[::]", "*")  # noqa: S104  a server that listens everywhere is reached where we asked
__all__ = ["Client", "Playout", "RemoteSession"]
ReplyType = TypeVar("ReplyType", bound=ServerReply)


class Client:
    """A connection to a server.

    Attributes:
        server: what it said of itself.
        clock_offset_ns: its monotonic clock minus ours.
    """

    def __init__(self, control: str = DEFAULT_CONTROL, *, timeout_s: float = 5.0, name: str = "") -> None:
        """Connects, says hello and compares clocks.

        Raises:
            ConnectTimeout: no server answers there.
            RequestRefused: it speaks another protocol.
        """
        self._timeout_s = timeout_s
        self._request_ids = itertools.count(1)
        self._sessions: list[RemoteSession] = []
        self._context = zmq.Context()
        self._control = self._context.socket(zmq.DEALER)
        self._control.setsockopt(zmq.LINGER, 0)
        self._control.setsockopt(zmq.MAXMSGSIZE, MAX_REPLY_BYTES)
        try:
            self.server = self._hello(control, name or f"ponimator-python {__version__}")
            self._stream_endpoint = _reachable(self.server.stream, control)
            self.clock_offset_ns = min((self.ping() for _ in range(_PINGS)), key=lambda sample: sample[1])[0]
        except BaseException:
            self.close()
            raise

    def open_session(
        self,
        names: tuple[str, str] = ("A", "B"),
        *,
        betas: tuple[Sequence[float] | None, Sequence[float] | None] = (None, None),
        rate_hz: int = DEFAULT_RATE_HZ,
        profile: Profile = Profile.BALANCED,
        resume: str | None = None,
    ) -> RemoteSession:
        """Opens a session and subscribes to its stream; raises RequestRefused."""
        first, second = (
            Character(name=name, betas=None if shape is None else tuple(shape))
            for name, shape in zip(names, betas, strict=True)
        )
        request = OpenSession(
            request_id=self.next_request_id(),
            characters=(first, second),
            rate_hz=rate_hz,
            profile=profile,
            session=resume,
        )
        opened = self.ask(request, SessionOpened)
        stream = self._context.socket(zmq.SUB)
        for option, value in ((zmq.LINGER, 0), (zmq.RCVHWM, _BLOCKS_KEPT), (zmq.MAXMSGSIZE, MAX_STREAM_BYTES)):
            stream.setsockopt(option, value)
        stream.connect(self._stream_endpoint)
        stream.setsockopt(zmq.SUBSCRIBE, opened.topic.encode())
        session = RemoteSession(self, opened, stream)
        self._sessions.append(session)
        return session

    def ping(self) -> tuple[int, int]:
        """The server's clock minus ours, and how long the way there and back took; ns."""
        sent_ns = time.monotonic_ns()
        pong = self.ask(Ping(request_id=self.next_request_id(), client_time_ns=sent_ns), Pong)
        received_ns = time.monotonic_ns()
        offset_ns = ((pong.server_receive_ns - sent_ns) + (pong.server_send_ns - received_ns)) // 2
        return offset_ns, received_ns - sent_ns

    def stats(self) -> StatsReply:
        """The server's counters and latencies."""
        return self.ask(Stats(request_id=self.next_request_id()), StatsReply)

    def server_time_ns(self) -> int:
        """Now, on the server's clock."""
        return time.monotonic_ns() + self.clock_offset_ns

    def next_request_id(self) -> int:
        """A number that no request of this connection had."""
        return next(self._request_ids)

    def ask(self, request: ClientMessage, reply_type: type[ReplyType], timeout_s: float | None = None) -> ReplyType:
        """Sends a request and waits for its reply.

        Raises:
            RequestRefused: the server answered with an error.
            ReplyTimeout: it did not answer in time.
        """
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        self._control.send(encode(request))
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0 and self._control.poll(int(left_s * 1000) + 1):
            reply = decode_reply(self._control.recv())
            if isinstance(reply, Error) and reply.request_id in {request.request_id, None}:
                raise RequestRefused(reply.code, reply.message)
            if reply.request_id == request.request_id:
                if isinstance(reply, reply_type):
                    return reply
                raise MalformedMessage(f"Expected a {reply_type.__name__}, got a {type(reply).__name__}.")
            # The late reply of a request that nobody waits for any more.
        raise ReplyTimeout(f"The server did not answer a {type(request).__name__} within {timeout_s:g} s.")

    def close(self) -> None:
        """Closes all sockets; sessions on the server live on until closed or expired."""
        for session in self._sessions:
            session.leave()
        self._control.close()
        self._context.term()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hello(self, control: str, name: str) -> HelloOk:
        try:
            self._control.connect(control)
            return self.ask(Hello(request_id=self.next_request_id(), protocol=PROTOCOL, client=name[:64]), HelloOk)
        except zmq.ZMQError as error:
            raise ConnectTimeout(f"{control} is no endpoint to connect to, like {DEFAULT_CONTROL}: {error}.") from error
        except ReplyTimeout as error:
            raise ConnectTimeout(
                f"No server answers at {control}: start one with `ponimator serve`, or name another with --control."
            ) from error


def _reachable(stream: str, control: str) -> str:
    """A server that listens on every address is reached at the one where its control lane was."""
    host, _, port = stream.removeprefix("tcp://").rpartition(":")
    if host not in _ANY_ADDRESS:
        return stream
    return f"tcp://{control.removeprefix('tcp://').rpartition(':')[0]}:{port}"
