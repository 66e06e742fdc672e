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
from ponimator_runtime.serving.clients import Asker
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.serving.dispatch import Dispatch, Rules
from ponimator_runtime.serving.generator import MotionGenerator
from ponimator_runtime.serving.metrics import Metrics
from ponimator_runtime.serving.planner import Planner
from ponimator_runtime.serving.scheduler import Scheduler
from ponimator_runtime.serving.security import Gate, gate_from_files
from ponimator_runtime.serving.session import House
from ponimator_runtime.serving.sockets import bind_control, bind_stream
from ponimator_runtime.stopping import STOP_SIGNALS
from ponimator_runtime.wire import ModelInfo

_LOG = logging.getLogger(__name__)
_MESSAGES_A_ROUND: Final = 64
"""After so many messages time has its turn: a flood of requests delays no block."""
_WORKER_PATIENCE_S: Final = 0.5
_MAX_WAIT_MS: Final = 10_000
_MONITORED: Final = (
    zmq.EVENT_DISCONNECTED
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
)
_NS_PER_MS: Final = 1_000_000
_WAKE: Final = b"\x01"


class Server:
    """Binds, serves until stopped, and leaves its ports free."""

    def __init__(
        self,
        config: ServeConfig,
        generator: MotionGenerator | None = None,
        listener: Callable[[bytes], None] | None = None,
    ) -> None:
        """Loads the bundle (unless a generator is given) and binds both sockets.

        Args:
            config: its settings.
            generator: of motion.
            listener: gets every message of the stream lane as well; it must not wait.

        Raises:
            BundleNotFound: no such bundle.
            CardMismatch: its files are not what its card says.
            ConfigError: an endpoint cannot be bound, or a key file is none.
        """
        self._generator = generator or MotionGenerator(
            load_bundle(config.bundle, execution=config.execution),
            Refinement(parting=config.refine, planting=config.refine),
        )
        self._generator.warm_up()
        self._listener = listener
        self._stopping = threading.Event()
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._context = zmq.Context()
        self._control = self._context.socket(zmq.ROUTER)
        self._stream = self._context.socket(zmq.XPUB)
        self._monitor = self._control.get_monitor_socket(_MONITORED)
        self._gate: Gate | None = None
        try:
            if config.server_key is not None and config.allowed_keys is not None:
                self._gate = gate_from_files(self._context, config.server_key, config.allowed_keys)
                for protected in (self._control, self._stream):
                    self._gate.protect(protected)
            self.control = bind_control(self._control, config.control, lease_s=config.lease_s)
            self.stream = bind_stream(self._stream, config.stream, lease_s=config.lease_s)
        except ConfigError:
            self._close()
            raise
        self._metrics = Metrics()
        self._scheduler = Scheduler(self._wake, metrics=self._metrics, max_batch=config.batch_limit)
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
                max_sessions_per_client=config.max_sessions_per_client,
                max_requests_per_s=config.max_requests_per_s,
                lease_s=config.lease_s,
            ),
        )

    @property
    def metrics(self) -> Metrics:
        """What it counts and measures; any thread may read it."""
        return self._metrics

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
            if self._gate is not None:
                poller.register(self._gate.socket, zmq.POLLIN)
            if ready is not None:
                ready()
            while not self._stopping.is_set():
                poller.poll(self._wait_ms())
                self._drain_wakes()
                if self._gate is not None:
                    self._drain(self._gate.socket, self._admit)
                self._drain_requests()
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

    def _drain_requests(self) -> None:
        for _ in range(_MESSAGES_A_ROUND):
            try:
                # As frames: only they know with which key they came.
                frames = self._control.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            key = b"" if self._gate is None else str(frames[-1].get("User-Id")).encode()
            self._request([frame.bytes for frame in frames], key)
        self._wake()

    def _admit(self, frames: list[bytes]) -> None:
        if self._gate is not None and not self._gate.answer(frames):
            self._metrics.count("refused_unauthorised")

    def _request(self, frames: list[bytes], key: bytes) -> None:
        identity, *parts = frames
        # A second frame belongs to no message of the protocol; together they are bytes that do not decode.
        payload = parts[0] if len(parts) == 1 else b""
        try:
            self._dispatch.receive(
                payload,
                lambda reply: self._respond(identity, reply),
                asker=Asker(connection=identity, key=key),
            )
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
        if self._listener is not None:
            self._listener(payload)

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
        if self._gate is not None:
            self._gate.close()
        self._context.term()
        self._wake_receiver.close()
        self._wake_sender.close()


@contextlib.contextmanager
def _stopped_by_signals(stop: Callable[[], None], wake_sender: socket.socket) -> Iterator[None]:
    """While it lasts, a signal to stop calls `stop` and wakes the poll."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop()

    earlier = {number: signal.signal(number, on_signal) for number in STOP_SIGNALS}
    wakeup = signal.set_wakeup_fd(wake_sender.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in earlier.items():
            signal.signal(number, handler)
