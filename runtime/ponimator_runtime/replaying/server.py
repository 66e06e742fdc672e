"""The sockets of the mock server, and the one thread that owns them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import zmq
from zmq.utils.monitor import parse_monitor_message

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.replaying.clock import NS_PER_MS, ReplayClock
from ponimator_runtime.replaying.mock import Mock
from ponimator_runtime.replaying.playback import Playback
from ponimator_runtime.replaying.score import Score
from ponimator_runtime.serving.security import Gate, gate_from_files
from ponimator_runtime.serving.sockets import bind_control, bind_stream

_LOG = logging.getLogger(__name__)
_LEASE_S: Final = 60.0
"""A client that vanished without a goodbye is given up after this time."""
_MESSAGES_A_ROUND: Final = 64
_LOOK_MS: Final = 100
"""So often a wish to stop is noticed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayRules:
    """How a recording is replayed.

    Attributes:
        control: endpoint for requests; port 0 takes a free one.
        stream: endpoint for motion; port 0 takes a free one.
        loop: begin again at the end.
        speed: of the clock and with it of everything.
        patience_s: see `Playback`.
        server_key: the mock's .key_secret file, where it is to use keys.
        allowed_keys: folder of the keys that may come; given with the server's, or not at all.
    """

    control: str
    stream: str
    loop: bool = False
    speed: float = 1.0
    patience_s: float = 10.0
    server_key: Path | None = None
    allowed_keys: Path | None = None


class ReplayServer:
    """Binds, serves until stopped, and leaves its ports free.

    Attributes:
        control: endpoint where it is bound.
        stream: endpoint where it is bound.
    """

    def __init__(self, score: Score, rules: ReplayRules) -> None:
        """Binds both sockets; raises ConfigError where one cannot be bound, or a key file is none."""
        self._clients: set[int] = set()
        self._topic = score.header.topic.encode()
        self._context = zmq.Context()
        self._control = self._context.socket(zmq.ROUTER)
        self._stream = self._context.socket(zmq.XPUB)
        self._monitor = self._control.get_monitor_socket(zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED)
        self._gate: Gate | None = None
        try:
            if rules.server_key is not None and rules.allowed_keys is not None:
                self._gate = gate_from_files(self._context, rules.server_key, rules.allowed_keys)
                for protected in (self._control, self._stream):
                    self._gate.protect(protected)
            self.control = bind_control(self._control, rules.control, lease_s=_LEASE_S)
            self.stream = bind_stream(self._stream, rules.stream, lease_s=_LEASE_S)
        except ConfigError:
            self._close()
            raise
        clock = ReplayClock(time.monotonic_ns, speed=rules.speed)
        playback = Playback(score, clock, self._publish, loop=rules.loop, patience_s=rules.patience_s)
        self._mock = Mock(score, clock, playback, stream=self.stream)

    def serve(self, stopping: threading.Event, ready: Callable[[], None] | None = None) -> None:
        """Serves until the event is set; `ready` is called once, when clients may come."""
        poller = zmq.Poller()
        for source in (self._control, self._stream, self._monitor):
            poller.register(source, zmq.POLLIN)
        if self._gate is not None:
            poller.register(self._gate.socket, zmq.POLLIN)
        if ready is not None:
            ready()
        try:
            while not stopping.is_set():
                poller.poll(self._wait_ms())
                if self._gate is not None:
                    self._drain(self._gate.socket, self._gate.answer)
                # Who came and who left is known before what they say.
                self._drain(self._monitor, self._connection_event)
                self._drain(self._stream, lambda frames: self._mock.subscription(frames[0]))
                self._drain(self._control, self._request)
                self._mock.playback.tick()
        finally:
            self._close()

    def _wait_ms(self) -> int:
        return int(min(max(-(-self._mock.playback.wait_ns() // NS_PER_MS), 0), _LOOK_MS))

    def _drain(self, source: zmq.Socket[bytes], take: Callable[[list[bytes]], object]) -> None:
        for _ in range(_MESSAGES_A_ROUND):
            try:
                frames = source.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            take(frames)

    def _request(self, frames: list[bytes]) -> None:
        identity, *parts = frames
        # A second frame belongs to no message of the protocol; together they are bytes that do not decode.
        payload = parts[0] if len(parts) == 1 else b""
        self._mock.receive(payload, lambda reply: self._respond(identity, reply), clients=len(self._clients))

    def _respond(self, identity: bytes, reply: bytes) -> None:
        try:
            self._control.send_multipart([identity, reply], zmq.NOBLOCK)
        except zmq.ZMQError as error:
            # The client is gone, or does not read what it asked for.
            _LOG.debug("a reply was dropped: %s", error)

    def _publish(self, payload: bytes) -> None:
        self._stream.send_multipart([self._topic, payload], zmq.NOBLOCK)

    def _connection_event(self, frames: list[bytes]) -> None:
        event = parse_monitor_message(frames)
        if event["event"] == zmq.EVENT_ACCEPTED:
            self._clients.add(event["value"])
        else:
            self._clients.discard(event["value"])

    def _close(self) -> None:
        self._control.disable_monitor()
        self._monitor.close(linger=0)
        self._control.close(linger=0)
        self._stream.close(linger=0)
        if self._gate is not None:
            self._gate.close()
        self._context.term()
