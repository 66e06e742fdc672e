"""The reference client: what both engine plugins do, in Python.

    with Client() as client:
        session = client.open_session(("Ann", "Ben"))
        session.interact(text="two people shake hands")
        for message in session.stream():
            ...

Synchronous, for one thread. It knows the wire, never the server's inside.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import zmq

from ponimator_runtime import __version__
from ponimator_runtime.client.connection import ClientKeys, Connection, Standing, cut_off
from ponimator_runtime.client.control_lane import ControlLane
from ponimator_runtime.client.playout import Playout
from ponimator_runtime.client.recovery import Backoff, Recovery, Waiting, finished, pause
from ponimator_runtime.client.remote_session import RemoteSession
from ponimator_runtime.client.stream_lane import StreamLane
from ponimator_runtime.endpoints import DEFAULT_CONTROL, reachable
from ponimator_runtime.errors import (
    ConnectTimeout,
    PonimatorError,
    ReplyTimeout,
    RequestRefused,
    ServerGone,
    TransportError,
)
from ponimator_runtime.wire import (
    PROTOCOL,
    Character,
    Code,
    Hello,
    HelloOk,
    OpenSession,
    Profile,
    Stats,
    StatsReply,
)
from ponimator_runtime.wire.limits import MAX_STREAM_BYTES
from ponimator_runtime.wire.messages import DEFAULT_RATE_HZ

_BLOCKS_KEPT: Final = 10_000
_PATIENCE_S: Final = 2.0
"""How long the first hello may take; the double for each one after it, so that a slow server is reached too."""
_CUT_OFFS_TAKEN_SERIOUSLY: Final = 3
"""A server that is just stopping cuts a connection off once; one that wants another key, each."""
__all__ = ["Client", "Playout", "RemoteSession"]


class Client:
    """A connection to a server, found again by itself when it was lost.

    Attributes:
        server: what it said of itself.
        recovery: how often it was lost and found, and how long that took.
    """

    server: HelloOk

    def __init__(
        self,
        control: str = DEFAULT_CONTROL,
        *,
        timeout_s: float = 5.0,
        name: str = "",
        server_key: Path | str | None = None,
        client_key: Path | str | None = None,
        reconnect_s: float = 30.0,
    ) -> None:
        """Connects, says hello and compares clocks.

        Args:
            control: the server's endpoint for requests.
            timeout_s: how long it may take to be connected, and to get a reply.
            name: for the server's log.
            server_key: the server's .key file, where it uses keys.
            client_key: the client's .key_secret file, where it uses keys.
            reconnect_s: how long a server that was lost is looked for; 0: not at all.

        Raises:
            ConnectTimeout: no server answers there.
            TransportError: it wants keys, or other keys.
            ConfigError: a key file is none.
            RequestRefused: it speaks another protocol.
        """
        self._control, self._timeout_s, self._reconnect_s = control, timeout_s, reconnect_s
        self._name = (name or f"ponimator-python {__version__}")[:64]
        self._keys = ClientKeys.from_files(_path(server_key), _path(client_key))
        self._sessions: list[RemoteSession] = []
        self._context = zmq.Context()
        try:
            self._lane = ControlLane(self._context, control, keys=self._keys, timeout_s=timeout_s)
        except zmq.ZMQError as error:
            self._context.term()
            raise ConnectTimeout(f"{control} is no endpoint to connect to, like {DEFAULT_CONTROL}: {error}.") from error
        self.recovery = Recovery(self._recovering, self._lane.wait)
        try:
            finished(self._reaching(timeout_s, error_type=ConnectTimeout), self._lane.wait)
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
        request = OpenSession(request_id=0, characters=(first, second), rate_hz=rate_hz, profile=profile)
        session = RemoteSession(self._lane, self.recovery, self._listen, request)
        self.recovery.finish()
        try:
            finished(session.opening(self._timeout_s, resume), self._lane.wait)
        except BaseException:
            session.leave()
            raise
        self._sessions.append(session)
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

    def _recovering(self) -> Waiting:
        """Finds the server again and brings all sessions back; raises ServerGone, or TransportError for other keys."""
        for session in self._sessions:
            session.fall_silent()
        if self._reconnect_s <= 0:
            raise ServerGone(f"The server at {self._control} has stopped or is out of reach.")
        self._lane.reopen()
        yield from self._reaching(self._reconnect_s, error_type=ServerGone)

    def _reaching(self, limit_s: float, *, error_type: type[TransportError]) -> Waiting:
        """Says hello until it is answered, then restores what sessions there are.

        Raises:
            TransportError: of the type named: it cannot be had in time; as such: it wants other keys.
            RequestRefused: it speaks another protocol.
        """
        deadline_s, backoff = time.monotonic() + limit_s, Backoff()
        patience_s, cut_offs = _PATIENCE_S, 0
        while True:
            try:
                yield from self._hello(min(patience_s, max(deadline_s - time.monotonic(), 0.0)))
                for session in self._sessions:
                    yield from session.restoring(self._timeout_s)
            except (ConnectTimeout, ReplyTimeout, ServerGone, RequestRefused) as error:
                if isinstance(error, RequestRefused) and error.code != Code.BUSY:
                    raise
                failure: PonimatorError = error
            else:
                return
            cut_offs += self._lane.standing is Standing.CUT_OFF
            if cut_offs >= _CUT_OFFS_TAKEN_SERIOUSLY and error_type is ConnectTimeout:
                raise TransportError(cut_off(self._control, self._keys)) from failure
            delay_s, patience_s = backoff.next_s(), 2 * patience_s
            if time.monotonic() + delay_s >= deadline_s:
                # What was tried last says less than the sentence: nobody reads three tracebacks for it.
                raise error_type(self._unreached(limit_s, cut_offs)) from (failure if cut_offs else None)
            yield from pause(delay_s)
            self._lane.reopen()

    def _hello(self, patience_s: float) -> Waiting:
        request = Hello(request_id=self._lane.next_request_id(), protocol=PROTOCOL, client=self._name)
        self.server = yield from self._lane.asking(request, HelloOk, patience_s)
        self._stream_endpoint = reachable(self.server.stream, self._control)
        # At one go: a pause between a ping and the look for its answer would count as the way of the answer.
        finished(self._lane.comparing_clocks(), self._lane.wait)

    def _unreached(self, limit_s: float, cut_offs: int) -> str:
        if cut_offs >= _CUT_OFFS_TAKEN_SERIOUSLY:
            return cut_off(self._control, self._keys)
        return (
            f"No server answers at {self._control} within {limit_s:g} s: start one with `ponimator serve`, or name "
            "another with --control."
        )

    def _listen(self, topic: bytes) -> StreamLane:
        connection = Connection(
            self._context,
            zmq.SUB,
            self._stream_endpoint,
            options={zmq.RCVHWM: _BLOCKS_KEPT, zmq.MAXMSGSIZE: MAX_STREAM_BYTES},
            keys=self._keys,
        )
        return StreamLane(connection, topic)


def _path(file: Path | str | None) -> Path | None:
    return None if file is None else Path(file)
