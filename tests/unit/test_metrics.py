"""Counters, gauges and histograms, and how Prometheus reads them."""

import contextlib
import http.client
import math
import re
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.serving import prometheus
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.serving.metrics import BOUNDS, STAGES, Metrics
from ponimator_runtime.serving.prometheus import MAX_CONNECTIONS, MetricsEndpoint
from ponimator_runtime.wire import Code

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "runtime" / "ponimator_runtime"
OPERATOR = ROOT / "docs" / "operator.md"
LABELS = {"version": "0.1.0", "bundle": 'a "bundle"\\\n', "provider": "cpu"}
NUMBER = r"(?:[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|Inf)|NaN)"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{{{LABEL}(?:,{LABEL})*\}})? {NUMBER}")
COMMENT = re.compile(r"# HELP [a-zA-Z_:][a-zA-Z0-9_:]* \S.*|# TYPE [a-zA-Z_:]\w* (?:counter|gauge|histogram)")
seconds = st.floats(min_value=0.0, max_value=100.0)


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def endpoint(metrics):
    with MetricsEndpoint("127.0.0.1", 0) as listening:
        listening.start(metrics, LABELS)
        yield listening


def answer_of(endpoint, method="GET", path=prometheus.PATH):
    """Status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(endpoint), timeout=30)
    try:
        connection.request(method, path)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read().decode()
    finally:
        connection.close()


def scraped(endpoint):
    status, _, body = answer_of(endpoint)
    assert status == 200
    return body


def samples(text):
    """Every sample by name and labels, as Prometheus's own reader finds them."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            assert key not in found, f"{key} comes twice"
            found[key] = sample.value
    return found


def port_of(endpoint):
    return int(re.search(r":(\d+)/", endpoint.url)[1])


@given(values=st.lists(seconds, max_size=30))
def test_a_bucket_counts_what_is_not_above_its_bound(values):
    metrics = Metrics()
    for value in values:
        metrics.observe("window", value)
    histogram = metrics.snapshot().histograms["window"]
    expected = [sum(value <= bound for value in values) for bound in BOUNDS["window"]]
    assert histogram.cumulative == (*expected, len(values))
    assert histogram.total == pytest.approx(math.fsum(values))


def test_a_measurement_is_in_the_histogram_and_in_the_quantiles(metrics):
    metrics.measure_ns("window", 30e6)
    metrics.measure_ns("window", -5.0)
    histogram = metrics.snapshot().histograms["window"]
    assert histogram.cumulative[-1] == 2
    assert histogram.total == pytest.approx(0.03)
    assert (metrics.latencies()["window"].p50, metrics.latencies()["window"].count) == (15.0, 2)


def test_a_snapshot_stays_as_it_was(metrics):
    metrics.count("blocks")
    metrics.set("sessions", 1)
    before = metrics.snapshot()
    metrics.count("blocks")
    metrics.set("sessions", 2)
    metrics.observe("buffer", 0.3)
    assert (before.counters["blocks"], before.gauges["sessions"]) == (1, 1)
    assert before.histograms["buffer"].cumulative[-1] == 0


def test_threads_that_count_together_lose_nothing(metrics):
    together, done = threading.Barrier(5), threading.Event()

    def count():
        together.wait()
        for _ in range(2000):
            metrics.count("blocks")
            metrics.measure_ns("window", 1e6)

    def look():
        together.wait()
        while not done.is_set():
            histogram = metrics.snapshot().histograms["window"]
            # Of one instant: a sum without its count would be seen here.
            assert histogram.total == pytest.approx(0.001 * histogram.cumulative[-1])

    failures = []

    def watched_look():
        try:
            look()
        except AssertionError as failure:
            failures.append(failure)

    looker = threading.Thread(target=watched_look)
    workers = [threading.Thread(target=count) for _ in range(4)]
    for thread in (looker, *workers):
        thread.start()
    for worker in workers:
        worker.join()
    done.set()
    looker.join()
    assert failures == []
    assert metrics.counted("blocks") == 8000
    assert metrics.snapshot().histograms["window"].cumulative[-1] == 8000


def test_the_exposition_is_read_back_as_it_was_meant(metrics, endpoint):
    metrics.count("blocks", 3)
    metrics.count("refused_busy", 2)
    metrics.count("late")
    metrics.count("something_new", 7)
    metrics.set("sessions", 4)
    for duration_ns in (20e6, 30e6, 60e9):
        metrics.measure_ns("trigger_to_first_block", duration_ns)
    metrics.measure_ns("somewhere_new", 2e6)
    metrics.observe("block_lead", 0.0)
    text = scraped(endpoint)
    found = samples(text)
    assert found[("ponimator_blocks_total",)] == 3
    assert found[("ponimator_refusals_total", ("code", "busy"))] == 2
    assert found[("ponimator_late_windows_total",)] == 1
    assert found[("ponimator_something_new_total",)] == 7
    assert found[("ponimator_sessions",)] == 4
    assert found[("ponimator_info", *sorted(LABELS.items()))] == 1
    name = "ponimator_trigger_to_first_block_seconds"
    assert found[(f"{name}_bucket", ("le", "0.01"))] == 0
    assert found[(f"{name}_bucket", ("le", "0.025"))] == 1
    assert found[(f"{name}_bucket", ("le", "10"))] == 2
    assert found[(f"{name}_bucket", ("le", "+Inf"))] == found[(f"{name}_count",)] == 3
    assert found[(f"{name}_sum",)] == pytest.approx(60.05)
    assert found[("ponimator_somewhere_new_seconds_count",)] == 1
    assert found[("ponimator_block_lead_seconds_bucket", ("le", "0"))] == 1


def test_every_line_has_the_form_of_the_text_format(metrics, endpoint):
    """Written from the description of the format, so that reader and writer are not one library."""
    metrics.measure_ns("window", 1.5e5)
    typed = {}
    for line in scraped(endpoint).rstrip("\n").split("\n"):
        if line.startswith("#"):
            assert COMMENT.fullmatch(line), line
            if line.startswith("# TYPE"):
                _, _, name, kind = line.split(" ")
                assert name not in typed
                typed[name] = kind
        else:
            assert SAMPLE.fullmatch(line), line
            name = re.match(r"[\w:]+", line)[0]
            family = name if name in typed else re.sub(r"_(bucket|count|sum)$", "", name)
            assert family in typed, f"{name} stands before its type"
            assert (name == family) == (typed[family] != "histogram")


def test_everything_stands_there_before_it_happens(endpoint):
    """A counter that appears only with its first event hides that event from `rate`."""
    found = samples(scraped(endpoint))
    for code in Code:
        assert found[("ponimator_refusals_total", ("code", code.value))] == 0
    for shown, _ in prometheus._COUNTERS.values():
        assert found[(f"ponimator_{shown}_total",)] == 0
    for name in BOUNDS:
        assert found[(f"ponimator_{prometheus._HISTOGRAMS[name][0]}_count",)] == 0
    for name in prometheus._GAUGES:
        assert found[(f"ponimator_{name}",)] == 0


def test_whatever_the_code_counts_is_described():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (RUNTIME / "serving").glob("*.py"))
    counted = {name for name in re.findall(r'\.count\(\s*"(\w+)"', source) if not name.startswith("refused_")}
    assert "blocks" in counted
    assert counted <= set(prometheus._COUNTERS)
    observed = set(re.findall(r'\.(?:observe|measure_ns)\(\s*"(\w+)"', source))
    assert "trigger_to_first_block" in observed
    assert observed <= set(BOUNDS)
    assert set(STAGES) <= set(BOUNDS) == set(prometheus._HISTOGRAMS)


def test_the_manual_names_every_metric(endpoint):
    manual = OPERATOR.read_text(encoding="utf-8")
    families = re.findall(r"^# TYPE (ponimator_\w+)", scraped(endpoint), re.MULTILINE)
    assert len(families) > 30
    assert [name for name in families if f"`{name.removeprefix('ponimator_')}`" not in manual] == []


def test_the_content_type_says_which_format(endpoint):
    _, headers, body = answer_of(endpoint)
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["Server"] == "ponimator"
    assert int(headers["Content-Length"]) == len(body.encode())


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("GET", "/metricsx", 404), ("POST", "/", 501)]
)
def test_other_requests_are_refused(endpoint, method, path, status):
    assert answer_of(endpoint, method, path)[0] == status


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"\x00\xff\x00\n\n", b"GET\r\n\r\n", b"GET /metrics HTTP/9.9\r\n\r\n", b"x" * 100_000, b"\x16\x03\x01" * 50],
)
def test_bytes_that_are_no_http_harm_nobody(endpoint, rubbish, capfd):
    # It may close before it has heard everything.
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port_of(endpoint)), timeout=30) as stranger,
    ):
        stranger.sendall(rubbish)
        stranger.shutdown(socket.SHUT_WR)
        while stranger.recv(4096):
            pass
    assert "ponimator_sessions 0" in scraped(endpoint)
    assert capfd.readouterr().err == ""


def test_connections_that_say_nothing_are_few_and_pass(endpoint):
    address = ("127.0.0.1", port_of(endpoint))
    silent = [socket.create_connection(address, timeout=30) for _ in range(MAX_CONNECTIONS)]
    with socket.create_connection(address, timeout=30) as one_too_many:
        assert one_too_many.recv(1) == b""
    for connection in silent:
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
        connection.close()
    while True:  # the last of their threads may still be on its way out
        try:
            assert "ponimator_sessions 0" in scraped(endpoint)
            break
        except (http.client.HTTPException, ConnectionError):
            continue


def test_a_scrape_waits_for_nobody_who_counts(metrics, endpoint):
    stop = threading.Event()

    def count():
        while not stop.is_set():
            metrics.count("blocks")
            metrics.measure_ns("window", 1e6)

    counting = threading.Thread(target=count)
    counting.start()
    try:
        seen = [samples(scraped(endpoint))[("ponimator_window_seconds_count",)] for _ in range(5)]
    finally:
        stop.set()
        counting.join()
    assert seen == sorted(seen)
    assert seen[-1] <= metrics.snapshot().histograms["window"].cumulative[-1]


def test_the_port_is_taken_at_once_and_free_after_close(metrics):
    with MetricsEndpoint("127.0.0.1", 0) as endpoint:
        port = port_of(endpoint)
        with pytest.raises(ConfigError, match=rf"--metrics 127.0.0.1:{port} cannot be bound .* name another port"):
            MetricsEndpoint("127.0.0.1", port)
        endpoint.start(metrics, LABELS)
        scraped(endpoint)
    with MetricsEndpoint("127.0.0.1", port) as again:
        again.start(metrics, LABELS)
        assert "ponimator_info" in scraped(again)


def test_an_endpoint_that_never_answered_closes_too():
    MetricsEndpoint("localhost", 0).close()


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (None, None),
        ("9464", ("127.0.0.1", 9464)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("localhost:9464", ("localhost", 9464)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_where_it_listens(given, address):
    assert ServeConfig(metrics=given).metrics_address == address


@pytest.mark.parametrize("given", ["", "here", "127.0.0.1", "127.0.0.1:70000", "tcp://127.0.0.1:1", "::1:9464"])
def test_what_is_no_address_is_refused(given):
    with pytest.raises(ConfigError, match="--metrics must read HOST:PORT or PORT"):
        ServeConfig(metrics=given)


@pytest.mark.parametrize("given", ["0.0.0.0:9464", "192.168.0.7:9464", "example.org:9464", "[::]:9464"])
def test_open_addresses_need_the_word(given):
    with pytest.raises(ConfigError, match="--insecure"):
        ServeConfig(metrics=given)
    assert ServeConfig(metrics=given, insecure=True).metrics_address is not None
