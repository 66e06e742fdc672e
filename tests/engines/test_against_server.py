"""All three clients against real servers and against faulty ones: the same questions to each.

A loaded machine may starve a probe or the server; what is asked are the counters, not the time it took.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from tests.end_to_end.relay import Relay
from tests.engines.fake_server import BLOCK_FRAMES, SESSION, FakeServer, Faults
from tests.engines.probe import Probe

from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.wire import PROTOCOL

pytestmark = pytest.mark.engines

RATE_HZ = 60
PLAY_S = 6
TRIES = 3
"""A second of lead outlasts most of what a loaded machine does to a probe; a client's own hole comes each time."""
STREAM_RATE_HZ = 30
LARGEST_STEP_M, LARGEST_TURN_RAD = 0.2, 1.0
"""Of the motion, within a frame of the stream; the server's own tests hold it to the same."""
FOR_EVER_S = "3600"
COUNTERS = {
    "blocks", "doubles", "gaps", "resends", "late_frames", "holds", "held_s", "bad_messages", "reconnections",
    "delay_s", "jitter_s", "buffered_s", "clock_offset_ms", "round_trip_ms",
}  # fmt: skip


def at_once(work, of):
    """A piece of work for each language, side by side; the futures tell each test of its own language only."""
    with ThreadPoolExecutor(max(1, len(of))) as threads:
        futures = {name: threads.submit(work, thing) for name, thing in of.items()}
        wait(futures.values())
    return futures


def play(probe):
    """An interaction from its first frame to its last; the report."""
    probe.say(f"trigger-for {PLAY_S} two people shake hands")
    probe.until("accepted")
    probe.until("state", state="playing")
    probe.say("measure")
    probe.until("state", state="finished")
    return probe.report()


@pytest.fixture(scope="module")
def plays(commands, locked):
    """What each probe told when it connected, of its best play, and at last."""

    def whole(command):
        probe = Probe(command, locked.control, *locked.options(locked.ann))
        try:
            connected, opened = probe.until("connected"), probe.until("opened")
            for _ in range(TRIES):
                report = play(probe)
                if report["holding"] == 0:
                    break
            return connected, opened, report, probe.stop()
        finally:
            probe.close()

    return at_once(whole, commands)


def test_it_connects_with_keys_and_plays_six_seconds_without_a_hole(command, language, plays):
    connected, opened, report, _ = plays[language].result()
    assert connected["protocol"] == PROTOCOL
    assert connected["server"].startswith("ponimator ")
    assert opened["session"]
    assert opened["resumed"] is False
    assert report["holding"] == 0
    assert set(report["counters"]) == COUNTERS
    counters = report["counters"]
    assert (counters["bad_messages"], counters["reconnections"]) == (0, 0)
    assert counters["blocks"] >= PLAY_S * STREAM_RATE_HZ / 8
    # As long as it did not stand still itself, it showed every frame of the game.
    longest_gap_s = report["longest_display_gap_ms"] / 1e3
    assert report["playing"] * longest_gap_s > PLAY_S / 2
    assert report["displayed"] == sum(report[state] for state in ("playing", "holding", "resting", "waiting"))


def test_no_step_is_larger_than_the_motion_s_own(command, language, plays):
    _, _, report, _ = plays[language].result()
    assert report["largest_step_m"] > 0
    assert report["largest_turn_rad"] > 0
    check_steps(report)


def check_steps(report):
    """No step but those that the motion takes in the longest time between two displays, hurried by 10 % at most."""
    frames = 1 + 1.1 * STREAM_RATE_HZ * report["longest_display_gap_ms"] / 1e3
    assert report["largest_step_m"] < LARGEST_STEP_M * frames
    assert report["largest_turn_rad"] < LARGEST_TURN_RAD * frames


def test_it_stops_and_leaves_no_thread(command, language, plays):
    *_, stopped = plays[language].result()
    check_stopped(stopped)


def check_stopped(stopped):
    """The reply that it waits for would take an hour; a second is its own, the rest a loaded machine's."""
    assert stopped["threads"] == 0
    assert stopped["seconds"] < 5.0


@pytest.fixture(scope="module")
def restarted(commands, bundle):
    """What each probe told when its server was killed in the middle of a play and started again."""
    options = ["--bundle", bundle, "--log", "warning"]
    server = ServerProcess(options)
    probes = {name: Probe(command, server.control) for name, command in commands.items()}

    def begin(probe):
        probe.until("opened")
        probe.say("trigger-for 60 two people hug")
        probe.until("state", state="playing")
        probe.say("measure")

    def play_out(probe):
        """What it plays while nobody sends."""
        lost = probe.until("lost")
        while not (report := probe.report())["holding"]:
            pass
        return lost, report

    def go_on(probe):
        probe.until("interaction_lost")
        probe.say("trigger-for 1 two people hug")
        probe.until("accepted")
        probe.until("state", state="finished")
        report = probe.report()
        probe.stop()
        return report, probe.events

    try:
        begun = at_once(begin, probes)
        server.process.kill()
        server.stop()
        lost = at_once(play_out, probes)
        server = ServerProcess(options, control=server.control, stream=server.stream)
        gone_on = at_once(go_on, {name: probe for name, probe in probes.items() if lost[name].exception() is None})
        yield lambda name: (begun[name].result(), *lost[name].result(), *gone_on[name].result())[1:]
    finally:
        for probe in probes.values():
            probe.close()
        server.stop()


def test_without_a_server_the_motion_goes_on_slows_down_and_is_held(command, language, restarted):
    lost, report, _, _ = restarted(language)
    assert lost["message"]
    assert report["waiting"] == 0
    check_steps(report)


def test_a_server_that_was_started_again_is_found_and_a_new_trigger_plays(command, language, restarted):
    _, _, report, events = restarted(language)
    assert [event["event"] for event in events].count("recovered") == 1
    first, second = (event for event in events if event["event"] == "opened")
    assert second["resumed"] is False
    assert second["session"] != first["session"]
    assert report["counters"]["reconnections"] == 1
    assert report["playing"] > 0


GARBAGE = (b"", b"\xc1 no msgpack", b"\x81\xa4type\xa6motion", b"\x93" * 1000)


def test_garbage_on_the_stream_lane_is_told_counted_and_dropped(command, start_probe):
    with FakeServer(Faults(garbage=GARBAGE)) as server:
        probe = start_probe(command, server.control)
        assert probe.until("opened")["session"] == SESSION
        probe.say("trigger whatever")
        probe.until("accepted")
        assert probe.until("bad_message")["message"]
        while (report := probe.report())["resting"] == 0:
            assert report["holding"] == 0 or report["longest_display_gap_ms"] > 100
        assert report["playing"] > 0
        assert report["counters"]["bad_messages"] == len(GARBAGE)
        assert (report["counters"]["blocks"], report["counters"]["gaps"]) == (6, 0)
        assert len(probe.told("bad_message")) <= 2
        probe.stop()


def test_a_broken_connection_is_resumed_and_what_was_missed_comes_again(command, start_probe):
    frames = 150
    with (
        FakeServer(Faults(lead_s=0.5), frames=frames) as server,
        Relay(server.control) as control,
        Relay(server.stream) as stream,
    ):
        server.told_stream = stream.endpoint
        probe = start_probe(command, control.endpoint)
        probe.until("opened")
        probe.say("trigger whatever")
        probe.until("accepted")
        while probe.report()["playing"] == 0:
            pass
        probe.say("measure")
        for relay in (control, stream):
            relay.cut()
        assert probe.until("lost")["message"]
        assert {probe.until("recovered", "opened")["event"] for _ in range(2)} == {"recovered", "opened"}
        assert probe.told("opened")[-1]["resumed"] is True
        while (report := probe.report())["resting"] == 0:
            pass
        assert report["waiting"] == 0
        assert report["counters"]["resends"] >= 1
        assert report["counters"]["blocks"] - report["counters"]["doubles"] == frames // BLOCK_FRAMES
        check_steps(report)
        assert not probe.told("interaction_lost")
        probe.stop()


@pytest.mark.parametrize(
    ("faults", "named"),
    [(Faults(protocol=2), "2"), (Faults(refuse_hello=True), "7")],
    ids=["it answers another number", "it refuses ours"],
)
def test_another_protocol_ends_the_attempts_and_is_told_as_it_came(command, start_probe, faults, named):
    with FakeServer(faults) as server:
        probe = start_probe(command, server.control)
        message = probe.until("ended")["message"]
        assert "protocol" in message.lower()
        assert named in message
        check_stopped(probe.stop())
        assert server.asked == ["hello"]
        assert not probe.told("connected")


def test_a_refused_key_is_told_and_ends_the_attempts(command, locked, start_probe):
    probe = start_probe(command, locked.control, *locked.options(locked.stranger))
    message = probe.until("ended")["message"]
    assert "key" in message.lower()
    assert "allowed" in message
    check_stopped(probe.stop())


def test_keys_that_are_wanted_and_not_given_are_told(command, locked, start_probe):
    probe = start_probe(command, locked.control)
    assert "key" in probe.until("ended")["message"].lower()
    probe.stop()


def test_a_server_that_is_not_there_is_told_and_looked_for_until_it_stops(command, start_probe, free_endpoint):
    probe = start_probe(command, free_endpoint, "--reply-timeout", "1")
    assert free_endpoint in probe.until("lost")["message"]
    assert not probe.told("ended")
    check_stopped(probe.stop())


@pytest.mark.parametrize("request_type", ["hello", "open_session", "interact"])
def test_it_stops_while_a_request_is_under_way(command, start_probe, request_type):
    with FakeServer(Faults(silent=(request_type,))) as server:
        probe = start_probe(command, server.control, "--reply-timeout", FOR_EVER_S)
        if request_type == "interact":
            probe.until("opened")
            probe.say("trigger whatever")
        server.wait_for(request_type)
        check_stopped(probe.stop())
