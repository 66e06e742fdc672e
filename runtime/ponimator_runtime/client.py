"""The reference client: what both engine plugins do, in Python.

    with Client() as client:
        session = client.open_session(("Ann", "Ben"))
        session.interact(text="two people shake hands")
        for message in session.stream():
            ...

Synchronous, for one thread. It knows the wire, never the server's inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

import zmq

from ponimator_runtime import __version__
from ponimator_runtime.control_lane import ControlLane
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConnectTimeout, ReplyTimeout
from ponimator_runtime.playout import Playout
from ponimator_runtime.remote_session import RemoteSession
from ponimator_runtime.wire import (
    PROTOCOL,
    Character,
    Hello,
    HelloOk,
    OpenSession,
    Profile,
    SessionOpened,
    Stats,
    StatsReply,
)
from ponimator_runtime.wire.limits import MAX_STREAM_BYTES
from ponimator_runtime.wire.messages import DEFAULT_RATE_HZ

_BLOCKS_KEPT: Final = 10_000
_ANY_ADDRESS: Final = ("0.0.0.0", "[::]", "*")  # noqa: S104  a server that listens everywhere is reached where we asked
__all__ = ["Client", "Playout", "RemoteSession"]


class Client:
    """A connection to a server.

    Attributes:
        server: what it said of itself.
    """

    def __init__(self, control: str = DEFAULT_CONTROL, *, timeout_s: float = 5.0, name: str = "") -> None:
        """Connects, says hello and compares clocks.

        Raises:
            ConnectTimeout: no server answers there.
            RequestRefused: it speaks another protocol.
        """
        self._timeout_s = timeout_s
        self._sessions: list[RemoteSession] = []
        self._context = zmq.Context()
        self._lane = ControlLane(self._context, timeout_s=timeout_s)
        try:
            self.server = self._hello(control, name or f"ponimator-python {__version__}")
            self._stream_endpoint = _reachable(self.server.stream, control)
            self._lane.compare_clocks()
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
        """Opens a session and subscribes to its stream; returns when the stream is there.

        Raises:
            RequestRefused: no such session to resume, or too many.
            ConnectTimeout: the stream lane cannot be reached.
        """
        first, second = (
            Character(name=name, betas=None if shape is None else tuple(shape))
            for name, shape in zip(names, betas, strict=True)
        )
        request = OpenSession(
            request_id=self._lane.next_request_id(),
            characters=(first, second),
            rate_hz=rate_hz,
            profile=profile,
            session=resume,
        )
        opened = self._lane.ask(request, SessionOpened)
        stream = self._context.socket(zmq.SUB)
        for option, value in ((zmq.LINGER, 0), (zmq.RCVHWM, _BLOCKS_KEPT), (zmq.MAXMSGSIZE, MAX_STREAM_BYTES)):
            stream.setsockopt(option, value)
        stream.connect(self._stream_endpoint)
        stream.setsockopt(zmq.SUBSCRIBE, opened.topic.encode())
        session = RemoteSession(self._lane, opened, stream)
        self._sessions.append(session)
        # What the server says before it knows of a subscription is lost; it greets a new one with the skeleton.
        if not session.heard_within(self._timeout_s):
            raise ConnectTimeout(
                f"The stream lane at {self._stream_endpoint} says nothing: expected the session's skeleton within "
                f"{self._timeout_s:g} s. Is that port reachable from here?"
            )
        return session

    def ping(self) -> tuple[int, int]:
        """The server's clock minus ours, and how long the way there and back took; ns."""
        return self._lane.ping()

    def stats(self) -> StatsReply:
        """The server's counters and latencies."""
        return self._lane.ask(Stats(request_id=self._lane.next_request_id()), StatsReply)

    def server_time_ns(self) -> int:
        """Now, on the server's clock."""
        return self._lane.server_time_ns()

    def close(self) -> None:
        """Closes all sockets; sessions on the server live on until closed or expired."""
        for session in self._sessions:
            session.leave()
        self._lane.close()
        self._context.term()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _hello(self, control: str, name: str) -> HelloOk:
        try:
            self._lane.connect(control)
            return self._lane.ask(
                Hello(request_id=self._lane.next_request_id(), protocol=PROTOCOL, client=name[:64]), HelloOk
            )
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
