"""The server seen from outside: scraped while it streams, its log read by a machine, `stats` and `doctor` beside it."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.parse

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ponimator_runtime.client import Client
from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.wire import Motion

READY = re.compile(
    r"ponimator: serving \S+  control (?P<control>\S+)  stream (?P<stream>\S+)  metrics (?P<metrics>\S+)\n"
)
FREE = "tcp://127.0.0.1:0"
TEXT = "two people shake hands in secret"


class Watched:
    """A server with a metrics endpoint and a log for machines, in a process of its own."""

    def __init__(self, bundle, log_path):
        self.log_path = log_path
        arguments = ["serve", "--bundle", bundle, "--control", FREE, "--stream", FREE, "--metrics", "0"]
        with log_path.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ponimator_runtime", *arguments, "--log-format", "json", "--log", "debug"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        line = self.process.stdout.readline()
        ready = READY.fullmatch(line)
        assert ready, (line, log_path.read_text())
        self.control, self.stream, self.metrics = ready["control"], ready["stream"], ready["metrics"]

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()
        return self.process.returncode

    def scrape(self):
        """Every sample, by name and labels as Prometheus writes them."""
        url = urllib.parse.urlsplit(self.metrics)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        connection.request("GET", url.path)
        text = connection.getresponse().read().decode()
        connection.close()
        return {
            sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def log(self):
        """Its lines so far, each whole."""
        return [json.loads(line) for line in self.log_path.read_text().splitlines()]


@pytest.fixture
def watched(bundle, tmp_path):
    server = Watched(bundle, tmp_path / "log")
    yield server
    if server.process.poll() is None:
        server.stop()


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "ponimator_runtime", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def refused(session):
    with pytest.raises(RequestRefused, match="unknown_interaction"):
        session.cancel(interaction=99)


def test_values_move_while_it_streams(watched):
    before = watched.scrape()
    trigger = "ponimator_trigger_to_first_block_seconds_count"
    assert (before["ponimator_sessions"], before[trigger], before["ponimator_blocks_total"]) == (0, 0, 0)
    with Client(watched.control, timeout_s=60.0) as client:
        session = client.open_session()
        accepted = session.interact(text=TEXT, duration_s=4.0, seed=1)
        refused(session)
        # Scraped after every block, and no frame is lost for it.
        during = [watched.scrape() for message in session.stream() if isinstance(message, Motion)]
        motion = session.playout.motion()
        assert (motion.start, motion.frame_count) == (accepted.apply_frame, 120)
        assert (session.playout.missing(), session.playout.gaps) == (0, 0)
        after = watched.scrape()
        assert client.stats().counters["frames"] == after["ponimator_frames_total"] == 120
        session.close()
    assert (after["ponimator_sessions"], after["ponimator_subscriptions"], after[trigger]) == (1, 1, 1)
    assert after["ponimator_refusals_total[unknown_interaction]"] == 1
    assert after["ponimator_refusals_total[internal]"] == 0
    assert after["ponimator_window_seconds_count"] == after["ponimator_step_seconds_count"] == 2
    assert after["ponimator_block_lead_seconds_count"] == after["ponimator_blocks_total"] == len(during)
    assert after["ponimator_buffer_seconds_count"] > 0
    blocks = [values["ponimator_blocks_total"] for values in during]
    assert blocks == sorted(blocks)
    assert blocks[0] < blocks[-1]


def test_the_log_is_json_and_tells_of_requests_but_not_of_words(watched):
    with Client(watched.control, timeout_s=60.0) as client:
        session = client.open_session()
        session.interact(text=TEXT, duration_s=1.0)
        refused(session)
        session_id = session.id
        session.close()
    assert watched.stop() == 0
    lines = watched.log()
    refusal = next(line for line in lines if line["message"].startswith("refused: unknown_interaction"))
    assert refusal["session"] == session_id
    begun = next(line for line in lines if line["message"].startswith("interact with a text of"))
    # A client counts its requests; the one after the interact was refused.
    assert refusal["request_id"] == begun["request_id"] + 1
    assert refusal["client"] == begun["client"] != ""
    assert TEXT not in watched.log_path.read_text()
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)


def test_stopping_ends_the_endpoint_and_frees_its_port(watched):
    url = urllib.parse.urlsplit(watched.metrics)
    # Somebody who has connected and says nothing holds nothing up.
    with socket.create_connection((url.hostname, url.port), timeout=30):
        assert watched.stop() == 0
    with socket.socket() as again:
        if sys.platform != "win32":
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind((url.hostname, url.port))


def test_a_metrics_port_in_use_is_one_clear_line(bundle):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        result = run("serve", "--bundle", bundle, "--control", FREE, "--stream", FREE, "--metrics", port)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"--metrics 127.0.0.1:{port} cannot be bound" in result.stderr
    assert "Traceback" not in result.stderr


def test_stats_tells_and_the_doctor_knows_a_server_that_runs(watched):
    with Client(watched.control, timeout_s=60.0) as client:
        session = client.open_session()
        session.interact(text=TEXT, duration_s=1.0)
        table = run("stats", "--control", watched.control)
        assert table.returncode == 0, table.stderr
        assert f"at {watched.control}, serving" in table.stdout
        assert re.search(r"^  sessions +1  now$", table.stdout, re.MULTILINE)
        assert re.search(r"^  interactions +1$", table.stdout, re.MULTILINE)
        assert re.search(r"^  trigger_to_first_block +[\d.]+ +[\d.]+ +[\d.]+ +1$", table.stdout, re.MULTILINE)
        told = json.loads(run("stats", "--control", watched.control, "--json").stdout)
        assert told["counters"]["sessions"] == 1
        assert told["latency_ms"]["window"]["count"] == 1
    ports = run("doctor", "--control", watched.control, "--stream", watched.stream)
    assert re.search(rf"^ok +control +ponimator .* at {watched.control}", ports.stdout, re.MULTILINE)
    assert re.search(rf"^ok +stream +ponimator .* at {watched.stream}", ports.stdout, re.MULTILINE)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals between processes")
def test_stats_watches_until_stopped(server):
    arguments = ["stats", "--control", server.control, "--watch", "--every-s", "0.1"]
    watching = subprocess.Popen(
        [sys.executable, "-m", "ponimator_runtime", *arguments], stdout=subprocess.PIPE, text=True
    )
    grown = None
    for line in watching.stdout:
        if grown := re.match(r"  requests +\d+  \+(\d+)$", line):
            break
    watching.send_signal(signal.SIGINT)
    watching.stdout.read()
    watching.stdout.close()
    assert watching.wait(60) == 0
    assert int(grown[1]) > 0


def test_stats_where_no_server_answers():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        result = run("stats", "--control", f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    assert (result.returncode, result.stdout) == (1, "")
    assert "ponimator serve" in result.stderr
