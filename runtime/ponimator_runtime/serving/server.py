"""The sockets of the server, and the one thread that owns them.

It polls until a message comes, the worker has finished something, or a block is due; it never waits for anything else.
It knows no motion and no message: bytes go to `dispatch`, bytes come from there.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

import zmq
from zmq.utils.monitor import parse_monitor_message

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.models.bundle import load_bundle
from ponimator_runtime.motion.refining.refiner import Refinement
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.serving.dispatch import Dispatch, Rules
from ponimator_runtime.serving.generator import MotionGenerator
from ponimator_runtime.serving.metrics import Metrics
from ponimator_runtime.serving.planner import Planner
from ponimator_runtime.serving.scheduler import Scheduler
from ponimator_runtime.serving.session import House
from ponimator_runtime.wire import ModelInfo

_LOG = logging.getLogger(__name__)
MAX_RECEIVED_BYTES: Final = 512 * 1024
"""ZeroMQ cuts a connection off that sends more; up to here a message is read, and refused by name if over the limit."""
MAX_SUBSCRIPTION_BYTES: Final = 1024
_REQUESTS_KEPT_PER_CLIENT: Final = 64
_REPLIES_KEPT_PER_CLIENT: Final = 256
_BLOCKS_KEPT_PER_SUBSCRIBER: Final = 512
_MESSAGES_A_ROUND: Final = 64
"""After so many messages time has its turn: a flood of requests delays no block."""
_WORKER_PATIENCE_S: Final = 0.5
_MAX_WAIT_MS: Final = 10_000
_NS_PER_MS: Final = 1_000_000
_WAKE: Final = b"\x01"
_STOP_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)


class Server:
    """Binds, serves until stopped, and leaves its ports free."""

    def __init__(self, config: ServeConfig, generator: MotionGenerator | None = None) -> None:
        """Loads the bundle (unless a generator is given) and binds both sockets.

        Raises:
            BundleNotFound: no such bundle.
            CardMismatch: its files are not what its card says.
            ConfigError: an endpoint cannot be bound.
        """
        self._generator = generator or MotionGenerator(
            load_bundle(config.bundle, execution=config.execution),
            Refinement(parting=config.refine, planting=config.refine),
        )
        self._generator.warm_up()
        self._stopping = threading.Event()
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._context = zmq.Context()
        self._control = self._context.socket(zmq.ROUTER)
        self._stream = self._context.socket(zmq.XPUB)
        self._monitor = self._control.get_monitor_socket(zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL)
        try:
            self.control = _bind(self._control, config.control, _control_options())
            self.stream = _bind(self._stream, config.stream, _stream_options())
        except ConfigError:
            self._close()
            raise
        self._metrics = Metrics()
        self._scheduler = Scheduler(self._wake)
        card = self._generator.bundle.card
        self._dispatch = Dispatch(
            House(
                planner=Planner(self._generator),
                scheduler=self._scheduler,
                metrics=self._metrics,
                publish=self._publish,
                clock=time.monotonic_ns,
                keep_s=config.keep_s,
                has_text=self._generator.has_text,
            ),
            Rules(
                stream=self.stream,
                model=ModelInfo(name=card.name, text=self._generator.has_text),
                max_sessions=config.max_sessions,
                lease_s=config.lease_s,
            ),
        )

    @property
    def bundle_name(self) -> str:
        """Of the bundle that makes the motion."""
        return self._generator.bundle.card.name

    def serve(self, ready: Callable[[], None] | None = None) -> None:
        """Serves until `stop` is called or, on the main thread, a signal to stop comes.

        Args:
            ready: called once, when a signal to stop would already end it cleanly.
        """
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(self._shut_down)
            if threading.current_thread() is threading.main_thread():
                cleanup.enter_context(_stopped_by_signals(self.stop, self._wake_sender))
            self._scheduler.start()
            poller = zmq.Poller()
            for source in (self._control, self._stream, self._monitor, self._wake_receiver):
                poller.register(source, zmq.POLLIN)
            if ready is not None:
                ready()
            while not self._stopping.is_set():
                poller.poll(self._wait_ms())
                self._drain_wakes()
                self._drain(self._control, self._request)
                self._drain(self._stream, lambda frames: self._dispatch.subscription(frames[0]))
                self._drain(self._monitor, self._connection_event)
                self._scheduler.collect()
                self._dispatch.tick()

    def stop(self) -> None:
        """Makes `serve` return soon; may be called from any thread."""
        self._stopping.set()
        self._wake()

    def _wait_ms(self) -> int:
        wait_ns = self._dispatch.next_event_ns() - time.monotonic_ns()
        return int(min(max(-(-wait_ns // _NS_PER_MS), 1), _MAX_WAIT_MS))

    def _drain(self, source: zmq.Socket[bytes], take: Callable[[list[bytes]], None]) -> None:
        for _ in range(_MESSAGES_A_ROUND):
            try:
                frames = source.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            take(frames)
        # More may wait, and the poll sees only what comes new: look again at once.
        self._wake()

    def _request(self, frames: list[bytes]) -> None:
        identity, *parts = frames
        # A second frame belongs to no message of the protocol; together they are bytes that do not decode.
        payload = parts[0] if len(parts) == 1 else b""
        try:
            self._dispatch.receive(payload, lambda reply: self._respond(identity, reply))
        except Exception:  # even an answer that cannot be encoded ends nothing
            self._metrics.count("requests_failed")
            _LOG.exception("a request could not be answered")

    def _respond(self, identity: bytes, reply: bytes) -> None:
        try:
            self._control.send_multipart([identity, reply], zmq.NOBLOCK)
        except zmq.ZMQError as error:
            # The client is gone, or does not read what it asked for.
            self._metrics.count("replies_dropped")
            _LOG.debug("a reply was dropped: %s", error)

    def _publish(self, topic: bytes, payload: bytes) -> None:
        self._stream.send_multipart([topic, payload], zmq.NOBLOCK)

    def _connection_event(self, frames: list[bytes]) -> None:
        event = parse_monitor_message(frames)["event"]
        self._metrics.count("disconnects" if event == zmq.EVENT_DISCONNECTED else "handshakes_failed")

    def _wake(self) -> None:
        # A full buffer means that a wake is on its way already; a closed socket, that nobody waits any more.
        with contextlib.suppress(OSError):
            self._wake_sender.send(_WAKE)

    def _drain_wakes(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_receiver.recv(4096):
                pass

    def _shut_down(self) -> None:
        self._dispatch.close()
        if not self._scheduler.stop(_WORKER_PATIENCE_S):
            _LOG.info("stopping without waiting for the window in hand")
        self._close()

    def _close(self) -> None:
        self._control.disable_monitor()
        self._monitor.close(linger=0)
        self._control.close(linger=0)
        self._stream.close(linger=0)
        self._context.term()
        self._wake_receiver.close()
        self._wake_sender.close()


def _control_options() -> dict[int, int]:
    return {
        zmq.MAXMSGSIZE: MAX_RECEIVED_BYTES,
        zmq.RCVHWM: _REQUESTS_KEPT_PER_CLIENT,
        zmq.SNDHWM: _REPLIES_KEPT_PER_CLIENT,
        zmq.ROUTER_MANDATORY: 1,
    }


def _stream_options() -> dict[int, int]:
    return {
        zmq.MAXMSGSIZE: MAX_SUBSCRIPTION_BYTES,
        zmq.SNDHWM: _BLOCKS_KEPT_PER_SUBSCRIBER,
        zmq.XPUB_VERBOSER: 1,
    }


def _bind(server_socket: zmq.Socket[bytes], endpoint: str, options: dict[int, int]) -> str:
    server_socket.setsockopt(zmq.LINGER, 0)
    server_socket.setsockopt(zmq.IPV6, int("[" in endpoint))
    for option, value in options.items():
        server_socket.setsockopt(option, value)
    try:
        server_socket.bind(endpoint)
    except zmq.ZMQError as error:
        raise ConfigError(
            f"{endpoint} cannot be bound ({str(error.strerror or error).lower()}): "
            "another server may be running there; stop it, or name another port (0 takes a free one)"
        ) from error
    bound = server_socket.getsockopt(zmq.LAST_ENDPOINT)
    return bound.rstrip(b"\0").decode() if isinstance(bound, bytes) else str(bound)


@contextlib.contextmanager
def _stopped_by_signals(stop: Callable[[], None], wake_sender: socket.socket) -> Iterator[None]:
    """While it lasts, a signal to stop calls `stop` and wakes the poll."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop()

    earlier = {number: signal.signal(number, on_signal) for number in _STOP_SIGNALS}
    wakeup = signal.set_wakeup_fd(wake_sender.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in earlier.items():
            signal.signal(number, handler)
