"""The metrics as Prometheus reads them, over HTTP.

The endpoint has threads of its own, that copy numbers and know neither sessions nor their sockets: whatever comes in
over HTTP costs no block its time.
"""

from __future__ import annotations

import logging
import os
import socket
import socketserver
import threading
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Final, Self

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.serving.metrics import Histogram, Metrics, Snapshot
from ponimator_runtime.wire import Code

_LOG = logging.getLogger(__name__)
PATH: Final = "/metrics"
_PREFIX: Final = "ponimator_"
_REFUSED: Final = "refused_"
MAX_CONNECTIONS: Final = 8
"""At a time; further ones are closed at once. A scraper needs one."""
_PATIENCE_S: Final = 5.0
"""A connection that sends nothing for so long is closed."""
_STOP_POLL_S: Final = 0.1
_COUNTERS: Final[dict[str, tuple[str, str]]] = {
    "requests": ("requests", "Requests that came."),
    "throttled": ("throttled", "Requests answered with busy because one client asked too often."),
    "requests_failed": ("requests_failed", "Requests that could not even be answered with an error."),
    "replies_dropped": ("replies_dropped", "Replies to a client that was gone or did not read."),
    "sessions_opened": ("sessions_opened", "Sessions opened."),
    "sessions_closed": ("sessions_closed", "Sessions ended, for whatever reason."),
    "sessions_expired": ("sessions_expired", "Sessions closed because nobody used them."),
    "sessions_failed": ("sessions_failed", "Sessions closed because the server failed on them."),
    "interactions": ("interactions", "Interactions begun."),
    "failed": ("interactions_failed", "Interactions that ended because a network failed."),
    "windows_chained": ("windows_chained", "Windows after the first one of an interaction."),
    "late": ("late_windows", "Windows that were not there in time: the motion slowed down."),
    "blocks_late": ("late_blocks", "Blocks sent when their first frame should have played already."),
    "steps_reduced": ("steps_reduced", "Windows made with fewer diffusion steps than asked for, under load."),
    "batches_split": ("batches_split", "Calls of a network that failed and were tried row by row."),
    "drafts_again": ("drafts_again", "Windows that had to be fitted in at another place."),
    "blocks": ("blocks", "Blocks sent."),
    "frames": ("frames", "Frames sent, each of two bodies."),
    "blocks_resent": ("blocks_resent", "Blocks sent again because a client asked."),
    "disconnects": ("disconnects", "Connections of the control lane that ended."),
    "handshakes_failed": ("handshakes_failed", "Connections of the control lane that were no ZeroMQ."),
}
"""What a counter is called here, and what it counts; one that is not named here keeps its name."""
_GAUGES: Final[dict[str, str]] = {
    "sessions": "Sessions open.",
    "subscriptions": "Subscriptions to streams.",
    "work_waiting": "Pieces of work that wait for the worker.",
    "steps_limit": "Most diffusion steps that a window gets now; less than 100 under load.",
}
_HISTOGRAMS: Final[dict[str, tuple[str, str]]] = {
    "trigger_to_first_block": ("trigger_to_first_block_seconds", "From an interact to its first block on the wire."),
    "queue": ("queue_seconds", "How long an interact waited for its turns of the worker."),
    "pose": ("pose_seconds", "Making the interactive pose."),
    "window": ("window_seconds", "Making a window: sampling, refining, resampling."),
    "step": ("step_seconds", "One diffusion step of a call of the network, with all its rows."),
    "plan": ("plan_seconds", "Fitting a first window into the timeline."),
    "total": ("interact_seconds", "From an interact to its reply."),
    "block_lead": ("block_lead_seconds", "How far ahead of its first frame's time a block was sent; 0 where late."),
    "buffer": ("buffer_seconds", "Sent and not played yet, once a second of each session that plays."),
    "batch_size": ("batch_size", "Windows that the networks made together."),
}


class ServerCollector(Collector):
    """One server's metrics, in families as Prometheus knows them."""

    def __init__(self, metrics: Metrics, labels: dict[str, str]) -> None:
        """Takes the metrics, and what the server says of itself."""
        self._metrics = metrics
        self._labels = labels

    def collect(self) -> Iterable[Metric]:
        """All families, from one snapshot."""
        snapshot = self._metrics.snapshot()
        about = GaugeMetricFamily(f"{_PREFIX}info", "What serves: always 1.", labels=list(self._labels))
        about.add_metric(list(self._labels.values()), 1.0)
        yield about
        yield from _gauges(snapshot)
        yield from _counters(snapshot)
        for name, histogram in snapshot.histograms.items():
            yield _histogram(name, histogram)


def _gauges(snapshot: Snapshot) -> Iterator[Metric]:
    for name, words in _GAUGES.items():
        yield GaugeMetricFamily(_PREFIX + name, words, value=snapshot.gauges.get(name, 0.0))


def _counters(snapshot: Snapshot) -> Iterator[Metric]:
    refusals = CounterMetricFamily(f"{_PREFIX}refusals", "Requests refused, by error code.", labels=["code"])
    for code in Code:
        refusals.add_metric([code.value], snapshot.counters.get(_REFUSED + code.value, 0))
    yield refusals
    others = dict.fromkeys(_COUNTERS, 0) | {
        name: value for name, value in snapshot.counters.items() if not name.startswith(_REFUSED)
    }
    for name, value in others.items():
        shown, words = _COUNTERS.get(name, (name, "Counted since the start."))
        yield CounterMetricFamily(_PREFIX + shown, words, value=value)


def _histogram(name: str, histogram: Histogram) -> Metric:
    shown, words = _HISTOGRAMS.get(name, (f"{name}_seconds", "How long this stage took."))
    bounds = [*(f"{bound:g}" for bound in histogram.bounds), "+Inf"]
    buckets = list(zip(bounds, histogram.cumulative, strict=True))
    return HistogramMetricFamily(_PREFIX + shown, words, buckets=buckets, sum_value=histogram.total)


class MetricsEndpoint:
    """An HTTP server that answers `GET /metrics`; its port is taken at once, answers come from `start` on.

    Attributes:
        url: where the metrics are.
    """

    def __init__(self, host: str, port: int) -> None:
        """Binds; port 0 takes a free one. Raises ConfigError where that cannot be."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        try:
            self._http = _HttpServer(host, port, self._registry)
        except OSError as error:
            raise ConfigError(
                f"--metrics {host}:{port} cannot be bound ({str(error.strerror or error).lower()}): "
                "another program may be listening there; stop it, or name another port (0 takes a free one)"
            ) from error
        bound_port = self._http.server_address[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{bound_port}{PATH}"
        self._thread: threading.Thread | None = None

    def start(self, metrics: Metrics, labels: dict[str, str]) -> None:
        """Answers from now on."""
        self._registry.register(ServerCollector(metrics, labels))
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(_STOP_POLL_S,), name="ponimator-metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Answers no more; the port is free."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _HttpServer(socketserver.ThreadingTCPServer):
    """A thread a connection, and few of them."""

    daemon_threads = True
    block_on_close = False
    # On Windows the option of this name would let two programs listen on one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, host: str, port: int, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  as the base class has it
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        _LOG.debug("a connection to the metrics endpoint failed", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    """One connection, one request."""

    timeout = _PATIENCE_S
    server: _HttpServer

    def do_GET(self) -> None:
        """Answers with the metrics."""
        if self.path.partition("?")[0] != PATH:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", f"The metrics are at {PATH}.\n".encode())
            return
        self._answer(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, generate_latest(self.server.registry))

    def version_string(self) -> str:
        """What it calls itself: no versions for strangers."""
        return "ponimator"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401
        """To the log instead of stderr."""
        _LOG.debug(format, *args)

    def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
