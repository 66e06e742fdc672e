"""The Unity plugin's core over NetMQ (PONIMATOR_NETMQ), against real servers and a faulty one.

NetMQ itself is not there: its types are made by hand over the core's own libzmq. They tell nothing of a connection
and make it again, as NetMQ does; so what is asked here is what the transport makes of that.
"""

from __future__ import annotations

import pytest
from tests.engines.csharp_build import build
from tests.engines.fake_server import FakeServer, Faults
from tests.engines.probe import Probe
from tests.engines.test_against_server import FOR_EVER_S, TRIES, check_steps, check_stopped

from ponimator_runtime.commands.server_process import ServerProcess

pytestmark = pytest.mark.engines
PLAY_S = 2


@pytest.fixture(scope="module")
def netmq_probe():
    """The command that runs the probe over NetMQ."""
    return build("ProbeNetMq")


def test_it_plays_two_seconds_without_a_hole_with_keys_and_leaves_no_thread(netmq_probe, locked, start_probe):
    probe = start_probe(netmq_probe, locked.control, *locked.options(locked.ann))
    probe.until("opened")
    for _ in range(TRIES):
        probe.say(f"trigger-for {PLAY_S} two people shake hands")
        probe.until("accepted")
        probe.until("state", state="playing")
        probe.say("measure")
        probe.until("state", state="finished")
        report = probe.report()
        if report["holding"] == 0:
            break
    counters = report["counters"]
    assert report["holding"] == 0
    assert report["playing"] * report["longest_display_gap_ms"] / 1e3 > PLAY_S / 2
    assert (counters["bad_messages"], counters["reconnections"], counters["gaps"]) == (0, 0, 0)
    check_steps(report)
    check_stopped(probe.stop())


def test_a_server_that_was_started_again_is_found_and_a_new_trigger_plays(netmq_probe, bundle):
    options = ["--bundle", bundle, "--log", "warning"]
    server = ServerProcess(options)
    probe = Probe(netmq_probe, server.control)
    try:
        probe.until("opened")
        probe.say("trigger-for 60 two people hug")
        probe.until("state", state="playing")
        probe.say("measure")
        server.process.kill()
        server.stop()
        # Nobody says that the connection ended: it is its silence that tells.
        lost = probe.until("lost")["message"]
        assert "is silent" in lost or "did not answer" in lost
        while not (held := probe.report())["holding"]:
            pass
        assert held["waiting"] == 0
        check_steps(held)
        server = ServerProcess(options, control=server.control, stream=server.stream)
        probe.until("interaction_lost")
        probe.say("trigger-for 1 two people hug")
        probe.until("accepted")
        probe.until("state", state="finished")
        report = probe.report()
        assert len(probe.told("recovered")) == 1
        assert report["counters"]["reconnections"] == 1
        assert report["playing"] > 0
        check_stopped(probe.stop())
    finally:
        probe.close()
        server.stop()


@pytest.mark.parametrize("has_keys", [True, False], ids=["other keys", "no keys"])
def test_refused_keys_look_like_a_server_that_does_not_answer(netmq_probe, locked, start_probe, has_keys):
    options = locked.options(locked.stranger) if has_keys else []
    probe = start_probe(netmq_probe, locked.control, *options)
    # Refused before the first word was sent, libzmq takes none any more: so the connection may be gone at first.
    while "did not answer a hello" not in probe.until("lost")["message"]:
        pass
    assert not probe.told("ended")
    assert not probe.told("connected")
    check_stopped(probe.stop())


def test_a_server_that_is_not_there_is_told_and_looked_for_until_it_stops(netmq_probe, start_probe, free_endpoint):
    probe = start_probe(netmq_probe, free_endpoint)
    assert free_endpoint in probe.until("lost")["message"]
    assert not probe.told("ended")
    check_stopped(probe.stop())


@pytest.mark.parametrize("endpoint", ["nonsense", "tcp://127.0.0.1"])
def test_what_is_no_endpoint_is_said_and_ends_the_attempts(netmq_probe, start_probe, endpoint):
    probe = start_probe(netmq_probe, endpoint)
    assert f"{endpoint} is no endpoint" in probe.until("ended")["message"]
    check_stopped(probe.stop())


@pytest.mark.parametrize("request_type", ["hello", "open_session", "interact"])
def test_it_stops_while_a_request_is_under_way(netmq_probe, start_probe, request_type):
    with FakeServer(Faults(silent=(request_type,))) as server:
        probe = start_probe(netmq_probe, server.control, "--reply-timeout", FOR_EVER_S)
        if request_type == "interact":
            probe.until("opened")
            probe.say("trigger whatever")
        server.wait_for(request_type)
        check_stopped(probe.stop())
