"""Slow, frozen, killed, reconnecting: each costs others nothing, and a client finds its server again by itself."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zmq
from tests.end_to_end.relay import Relay

from ponimator_runtime.client import Client, reference
from ponimator_runtime.errors import RequestRefused, ServerGone
from ponimator_runtime.wire import Code, Heartbeat, Motion, Skeleton, State, Status, decode_stream

MINIMAL_CLIENT = Path(__file__).resolve().parents[2] / "examples" / "minimal_client.py"
needs_freezing = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot freeze a process by a signal")
PATIENCE_S = 120.0


def kill(server):
    server.process.kill()
    server.process.wait()


class Network:
    """Both lanes of a server, through relays that can be cut."""

    def __init__(self, control, stream):
        self._relays = (control, stream)
        self.control = control.endpoint

    def cut(self):
        for relay in self._relays:
            relay.cut()


@pytest.fixture
def network(start_server, monkeypatch):
    server = start_server()
    with Relay(server.control) as control, Relay(server.stream) as stream:
        # A server tells where its own stream is; the way through the relay is the test's.
        monkeypatch.setattr(reference, "reachable", lambda told, reached: stream.endpoint)
        yield Network(control, stream)


def until(session, found):
    """All messages up to the first that is looked for."""
    messages, end_s = [], time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        message = session.receive()
        if message is not None:
            messages.append(message)
            if found(message):
                return messages
    raise AssertionError(f"never came; {messages[-3:]} did")


def is_motion(message):
    return isinstance(message, Motion)


def test_a_server_that_was_killed_and_started_again_is_found_and_goes_on(start_server):
    server = start_server()
    with Client(server.control, timeout_s=60.0, reconnect_s=PATIENCE_S) as client:
        session = client.open_session(("Ann", "Ben"), rate_hz=60)
        session.interact(text="two people hug", duration_s=None, seed=1)
        until(session, is_motion)
        lost = session.id
        kill(server)
        start_server(control=server.control, stream=server.stream)
        said = until(session, lambda m: isinstance(m, Status) and m.state is State.FAILED)[-1]
        assert (said.code, said.session) == (Code.UNKNOWN_SESSION, session.id)
        assert lost in said.message
        assert (session.reopened, client.recovery.count) == (1, 1)
        assert session.id != lost
        assert session.skeleton.names == ("Ann", "Ben")
        session.interact(text="two people hug", duration_s=1.0, seed=1)
        states = [message.state for message in session.stream() if isinstance(message, Status)]
        assert states[-1] is State.FINISHED
        motion = session.playout.motion()
        assert (motion.rate_hz, motion.frame_count, session.playout.missing()) == (60, 60, 0)


def test_a_trigger_finds_a_server_that_was_started_again(start_server):
    server = start_server()
    with Client(server.control, timeout_s=60.0, reconnect_s=PATIENCE_S) as client:
        session = client.open_session()
        kill(server)
        start_server(control=server.control, stream=server.stream)
        session.interact(text="two people hug", duration_s=1.0, seed=1)
        assert [m.state for m in session.stream() if isinstance(m, Status)][-1] is State.FINISHED
        assert session.playout.motion().frame_count == 30


def test_a_broken_connection_is_resumed_without_a_gap(network):
    with Client(network.control, timeout_s=60.0, reconnect_s=PATIENCE_S) as client:
        session = client.open_session()
        accepted = session.interact(text="two people hug", duration_s=5.0, seed=1)
        until(session, is_motion)
        known = session.id
        network.cut()
        messages = list(session.stream())
        assert [m.state for m in messages if isinstance(m, Status)][-1] is State.FINISHED
        motion = session.playout.motion()
        assert (motion.start, motion.frame_count) == (accepted.apply_frame, 150)
        assert (session.playout.missing(), session.id, session.reopened, client.recovery.count) == (0, known, 0, 1)
        assert any(isinstance(message, Skeleton) for message in messages)


def test_an_end_that_was_missed_is_said_and_its_frames_come_again(network):
    with Client(network.control, timeout_s=60.0, reconnect_s=PATIENCE_S) as client:
        session = client.open_session()
        session.interact(text="two people hug", duration_s=2.0, seed=1)
        until(session, is_motion)
        network.cut()
        with Client(network.control, timeout_s=60.0) as watcher:
            list(watcher.open_session(resume=session.id).stream())  # it is over before the client looks again
        assert [m.state for m in session.stream() if isinstance(m, Status)][-1] is State.FINISHED
        assert (session.playout.motion().frame_count, session.playout.missing(), session.reopened) == (60, 0, 0)


def test_all_sessions_of_a_client_come_back(network):
    with Client(network.control, timeout_s=60.0, reconnect_s=PATIENCE_S) as client:
        sessions = [client.open_session(rate_hz=rate) for rate in (30, 60, 120)]
        sessions[1].close()
        network.cut()
        for session in (sessions[0], sessions[2]):
            until(session, lambda m: isinstance(m, Heartbeat))
        assert client.recovery.count == 1
        assert client.stats().counters["sessions"] == 2


@needs_freezing
def test_a_frozen_server_is_noticed_by_its_silence_and_resumed(start_server):
    server = start_server()
    with Client(server.control, timeout_s=60.0, reconnect_s=PATIENCE_S) as client:
        session = client.open_session()
        session.interact(text="two people hug", duration_s=8.0, seed=1)
        until(session, is_motion)
        known = session.id
        server.process.send_signal(signal.SIGSTOP)
        try:
            while not client.recovery.running:
                session.receive(0.0)
        finally:
            server.process.send_signal(signal.SIGCONT)
        messages = list(session.stream())
        assert [m.state for m in messages if isinstance(m, Status)][-1] is State.FINISHED
        assert (session.id, session.reopened, session.playout.missing()) == (known, 0, 0)


def test_a_game_loop_is_not_held_up_while_the_server_is_away(start_server):
    server = start_server()
    with Client(server.control, timeout_s=60.0, reconnect_s=3.0) as client:
        session = client.open_session()
        session.interact(text="two people hug", duration_s=None, seed=1)
        until(session, is_motion)
        kill(server)
        calls = 0
        with pytest.raises(ServerGone, match="ponimator serve"):  # noqa: PT012  the loop is what is tested
            while True:
                session.receive(0.0)
                calls += 1
        # What was received can be played all the while; it was a call a frame, not one that waits for the server.
        assert calls > 50
        assert session.playout.frame_count > 0


def test_who_does_not_want_it_hears_at_once(start_server):
    server = start_server()
    with Client(server.control, timeout_s=60.0, reconnect_s=0.0) as client:
        session = client.open_session()
        kill(server)
        with pytest.raises(ServerGone):
            list(session.stream())


def test_a_subscriber_that_stops_reading_costs_nobody_a_frame(start_server):
    server = start_server()
    context = zmq.Context()
    with Client(server.control, timeout_s=60.0) as client:
        session = client.open_session(rate_hz=120)
        frozen = context.socket(zmq.SUB)
        for option, value in ((zmq.LINGER, 0), (zmq.RCVHWM, 1), (zmq.RCVBUF, 4096), (zmq.SUBSCRIBE, b"")):
            frozen.setsockopt(option, value)
        frozen.connect(server.stream)
        assert frozen.poll(60_000)
        session.interact(text="two people hug", duration_s=8.0, seed=1)
        said = [message.state for message in session.stream() if isinstance(message, Status)]
        assert said[-1] is State.FINISHED
        assert (session.playout.motion().frame_count, session.playout.missing(), session.playout.gaps) == (960, 0, 0)
        assert client.stats().counters["subscriptions"] == 2
    frozen.close()
    context.term()


def test_a_killed_client_s_session_is_forgotten_after_its_lease(start_server):
    server = start_server("--lease-s", "1")
    process = subprocess.Popen([sys.executable, str(MINIMAL_CLIENT), server.control], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("frames"):
            break
    with Client(server.control, timeout_s=60.0) as client:
        assert client.stats().counters["sessions"] == 1
        process.kill()
        process.wait()
        process.stdout.close()
        own = client.open_session()
        while (counters := client.stats().counters).get("sessions_expired", 0) == 0:
            own.receive(0.2)
        assert (counters["sessions"], counters["subscriptions"]) == (1, 1)
        with pytest.raises(RequestRefused, match="unknown_session"):
            client.open_session(resume="gone")


def test_a_late_joiner_gets_skeleton_and_the_block_that_plays_at_once(start_server):
    server = start_server()
    context = zmq.Context()
    with Client(server.control, timeout_s=60.0) as client:
        session = client.open_session(("Ann", "Ben"))
        session.interact(text="two people hug", duration_s=None, seed=1)
        until(session, lambda m: isinstance(m, Status) and m.state is State.PLAYING)
        late = context.socket(zmq.SUB)
        late.linger, late.rcvtimeo = 0, 60_000
        late.subscribe(f"session/{session.id}".encode())
        late.connect(server.stream)
        first, second = (decode_stream(late.recv_multipart()[1]) for _ in range(2))
        assert isinstance(first, Skeleton)
        assert first.names == ("Ann", "Ben")
        # The block that plays, not the next one: its first frame is due already, its last is still to come.
        assert isinstance(second, Motion)
        now_ns = client.server_time_ns()
        assert second.time_ns <= now_ns + second.count * 1_000_000_000 // second.rate_hz
        late.close()
    context.term()
