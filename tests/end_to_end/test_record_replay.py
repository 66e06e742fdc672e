"""A session goes into a file, its recorder is killed, and a mock server says the same bytes again at their times."""

import signal
import subprocess
import sys
import time

import msgspec
import pytest
import zmq
from tests.unit.made_recordings import BLOCK_FRAMES, BLOCKS, CLOCK_NS, SESSION, records, stream, write_recording

from ponimator_runtime.client import Client
from ponimator_runtime.keys import write_new_keys
from ponimator_runtime.recording.format import Lane
from ponimator_runtime.recording.reader import read_recording
from ponimator_runtime.wire import Heartbeat, Motion, Skeleton, State, Status, decode_stream

PATIENCE_S = 120.0
"""For a machine that is shared; nothing here waits so long where all is well."""
STOP_BOUND_S = 5.0
WINDOWS = sys.platform == "win32"


class Process:
    """A command that runs while this context lasts."""

    def __init__(self, *arguments):
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "ponimator_runtime", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self):
        line = self.popen.stdout.readline()
        assert line, self.popen.stderr.read()
        return line

    def ended(self):
        """Exit code, the rest of stdout, and stderr."""
        out, err = self.popen.communicate(timeout=PATIENCE_S)
        return self.popen.returncode, out, err

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.communicate()


class Replay(Process):
    """`ponimator replay` on free ports, once it is ready."""

    def __init__(self, path, *options, control="tcp://127.0.0.1:0", stream="tcp://127.0.0.1:0"):
        patience = [] if "--patience-s" in options else ["--patience-s", "600"]
        super().__init__(
            "replay", path, "--control", control, "--stream", stream, "--log", "warning", *patience, *options
        )
        # The same line as of a server: what scripts wait for.
        said = self.line().strip()
        assert said.startswith(f"ponimator: serving {path.name}  control ")
        self.control, self.stream = said.split("  control ")[1].split("  stream ")


class Subscriber:
    """What comes on a topic, as bytes."""

    def __init__(self, endpoint, topic):
        self._context = zmq.Context()
        self._topic = topic.encode()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.rcvhwm, self._socket.linger = 0, 0
        self._socket.connect(endpoint)
        self._socket.subscribe(topic)

    def next(self):
        while self._socket.poll(int(PATIENCE_S * 1000)):
            topic, payload = self._socket.recv_multipart()
            if topic == self._topic:
                return payload
        raise AssertionError("nothing came")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
        self._context.term()


@pytest.fixture
def made(tmp_path):
    return write_recording(tmp_path / "made.ponirec")


def recorded_stream(path):
    return [record.payload for record in read_recording(path).records if record.lane is Lane.STREAM]


def heard_like(subscriber, recorded):
    """Hears until the last recorded message came; all others may only be the mock's own heartbeats."""
    heard, left = [], list(recorded)
    while left:
        payload = subscriber.next()
        if payload == left[0]:
            heard.append(left.pop(0))
        else:
            assert isinstance(decode_stream(payload), Heartbeat)
            assert payload not in recorded
    return heard


def until(condition):
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "it never became true"
        time.sleep(0.02)  # polled, not waited out


def blocks_in(path):
    return sum(isinstance(decode_stream(payload), Motion) for payload in recorded_stream(path))


def test_a_recorder_killed_in_the_middle_leaves_what_is_replayed_byte_by_byte(start_server, tmp_path):
    server = start_server()
    out = tmp_path / "killed.ponirec"
    with Client(server.control, timeout_s=60.0) as client:
        session = client.open_session(("Ann", "Ben"))
        recorder = Process("record", "--session", session.id, "--out", out, "--control", server.control)
        with recorder, Subscriber(server.stream, f"session/{session.id}") as beside:
            assert session.id in recorder.line()
            until(lambda: recorded_stream(out))  # it hears
            beside.next()
            session.interact(text="two people shake hands", duration_s=None, seed=1)
            until(lambda: blocks_in(out) >= 6)
            recorder.popen.kill()
            recorder.popen.wait()
            recording = read_recording(out)
            recorded = recorded_stream(out)
            # Two subscribers hear the same: what stands in the file is what came out of the socket.
            heard = []
            while recorded[-1] not in heard:
                heard.append(beside.next())
            motion = [payload for payload in recorded if isinstance(decode_stream(payload), Motion)]
            assert [payload for payload in heard if payload in motion] == motion
        session.close()
    assert recording.header.session == session.id
    assert [record.time_ns for record in recording.records] == sorted(r.time_ns for r in recording.records)

    # A torn last record changes nothing of the ones before it.
    with out.open("ab") as file:
        file.write(out.read_bytes()[-40:-1])
    with Replay(out) as replay:
        with Client(replay.control, timeout_s=60.0) as fresh:
            offered = fresh.server
            with Subscriber(replay.stream, recording.header.topic) as subscriber:
                assert heard_like(subscriber, recorded) == recorded
                now_ns = fresh.server_time_ns()
        assert offered.models == recording.header.models
        # On the clock that its pings tell, everything recorded is over by now, and not long over.
        assert now_ns >= recording.header.server_clock_ns + recording.records[-1].time_ns
        replay.popen.kill()
        assert "39 bytes at its end are left out" in replay.ended()[2]


def test_blocks_come_at_their_own_times(made):
    recorded = [payload for _, payload in stream()]
    with (
        Replay(made) as replay,
        Client(replay.control, timeout_s=60.0) as client,
        Subscriber(replay.stream, f"session/{SESSION}") as subscriber,
    ):
        tolerance_ns = client.ping()[1]
        for recorded_payload, (time_ns, _) in zip(recorded, stream(), strict=True):
            while (payload := subscriber.next()) != recorded_payload:
                assert isinstance(decode_stream(payload), Heartbeat)
            # Never before its time, by the clock that a client gets from its pings; how late, a busy machine decides.
            assert client.server_time_ns() >= CLOCK_NS + time_ns - tolerance_ns


def played(session):
    """Triggers, receives until that interaction is said to be finished; its reply and its frames."""
    accepted = session.interact(text="anything")
    while True:
        message = session.receive(PATIENCE_S)
        if isinstance(message, Status) and message.interaction == accepted.interaction:
            assert message.state in {State.ACCEPTED, State.FINISHED}
            if message.state is State.FINISHED:
                return accepted, session.playout.motion(accepted.apply_frame)


def test_the_reference_client_plays_a_recording_as_a_session(made):
    with Replay(made) as replay, Client(replay.control, timeout_s=60.0) as client:
        session = client.open_session()
        assert session.id == SESSION
        accepted, motion = played(session)
        accepted_again, motion_again = played(session)
        assert accepted_again.interaction == accepted.interaction + 1
        assert accepted_again.apply_frame > accepted.apply_frame
        assert motion.frame_count == motion_again.frame_count == BLOCKS * BLOCK_FRAMES
        assert (motion.rotations_xyzw == motion_again.rotations_xyzw).all()
        assert (session.resends, session.playout.gaps, session.playout.missing()) == (0, 0, 0)


def test_two_clients_hear_the_same(made):
    recorded = [payload for _, payload in stream()]
    topic = f"session/{SESSION}"
    with (
        Replay(made) as replay,
        Client(replay.control, timeout_s=60.0),
        Subscriber(replay.stream, topic) as first,
        Subscriber(replay.stream, topic) as second,
    ):
        heard = []
        for subscriber in (first, second):
            heard.append([])
            while recorded[-1] not in heard[-1]:
                heard[-1].append(subscriber.next())
    # The later one is greeted like every late joiner, and both hear that; from then on they hear the same.
    first_heard, second_heard = (list(dict.fromkeys(p for p in one if p in recorded)) for one in heard)
    longer, shorter = max(first_heard, second_heard, key=len), min(first_heard, second_heard, key=len)
    assert longer == recorded
    assert shorter[0] == recorded[0]
    assert shorter[1:] == recorded[len(recorded) - len(shorter) + 1 :]


def test_in_a_loop_the_reference_client_sees_one_long_session(made):
    with Replay(made, "--loop", "--speed", "5") as replay, Client(replay.control, timeout_s=60.0) as client:
        session = client.open_session()
        interactions = set()
        while len(interactions) < 4:
            message = session.receive(PATIENCE_S)
            if isinstance(message, Motion):
                interactions.add(message.interaction)
        assert interactions == {1, 2, 3, 4}
        assert session.playout.missing() == 0


@pytest.mark.skipif(WINDOWS, reason="Windows has no such signals between processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_mock_stops_cleanly_and_frees_its_ports(made, number):
    with Replay(made) as replay:
        with Client(replay.control, timeout_s=60.0) as client:
            assert isinstance(client.open_session().receive(PATIENCE_S), Skeleton)
            told_s = time.monotonic()
            replay.popen.send_signal(number)
            code, _, err = replay.ended()
            assert (code, err) == (0, "")
            assert time.monotonic() - told_s < STOP_BOUND_S
        with Replay(made, control=replay.control, stream=replay.stream) as again:
            assert (again.control, again.stream) == (replay.control, replay.stream)
            with Process("replay", made, "--control", again.control, "--stream", "tcp://127.0.0.1:0") as third:
                code, out, err = third.ended()
                assert (code, out) == (2, "")
                assert "another server may be running" in err


def test_record_triggers_tells_and_ends_with_the_interaction(start_server, tmp_path):
    server = start_server()
    out = tmp_path / "hug.ponirec"
    arguments = ["--text", "two people hug", "--seconds", "1", "--seed", "3", "--profile", "low_latency"]
    with Process("record", "--out", out, "--control", server.control, *arguments) as recorder:
        code, said, err = recorder.ended()
    assert (code, err) == (0, "")
    for words in ("the interaction is finished", "30 frames of interactions: 1", str(out)):
        assert words in said
    recording = read_recording(out)
    assert not recording.damage
    lanes = [record.lane for record in recording.records]
    assert lanes.count(Lane.REQUEST) == 1  # the trigger, and nothing had to be asked for again
    ends = [decode_stream(payload) for payload in recorded_stream(out)]
    assert any(isinstance(message, Status) and message.state is State.FINISHED for message in ends)
    with Client(server.control, timeout_s=60.0) as client:
        until(lambda: client.stats().counters["sessions"] == 0)  # its own session is closed again


@pytest.mark.skipif(WINDOWS, reason="Windows has no such signals between processes")
def test_a_recorder_stops_when_told(made, tmp_path):
    out = tmp_path / "again.ponirec"
    with (
        Replay(made) as replay,
        Process("record", "--session", SESSION, "--out", out, "--control", replay.control) as recorder,
    ):
        recorder.line()
        until(lambda: len(recorded_stream(out)) >= len(stream()))
        recorder.popen.send_signal(signal.SIGINT)
        code, said, err = recorder.ended()
    assert (code, err) == (0, "")
    assert "stopped" in said
    # A recording of a replay is the recording.
    assert recorded_stream(out)[: len(stream())] == [payload for _, payload in stream()]


def test_when_the_server_dies_a_recorder_keeps_what_it_has_and_a_tap_says_so(made, tmp_path):
    out = tmp_path / "again.ponirec"
    arguments = ["--session", SESSION, "--control"]
    with (
        Replay(made) as replay,
        Process("record", "--out", out, *arguments, replay.control) as recorder,
        Process("tap", *arguments, replay.control) as tap,
    ):
        recorder.line()
        tap.line()
        until(lambda: recorded_stream(out))
        replay.popen.kill()
        code, said, err = recorder.ended()
        assert (code, err) == (0, "")
        assert "has ended" in said
        assert not read_recording(out).damage
        code, _, err = tap.ended()
        assert (code, err.count("\n")) == (1, 1)
        assert "has ended" in err


def test_a_refused_trigger_leaves_no_file(made, tmp_path):
    out = tmp_path / "none.ponirec"
    no_interaction = tmp_path / "idle.ponirec"
    write_recording(no_interaction, made=records()[:2])
    for path, words, says in (
        (made, ["--session", "nobody"], "unknown_session"),
        (no_interaction, ["--text", "hug"], "not_supported"),
    ):
        with (
            Replay(path) as replay,
            Process("record", *words, "--out", out, "--control", replay.control) as recorder,
        ):
            code, _, err = recorder.ended()
        assert (code, out.exists()) == (1, False)
        assert says in err


def test_tap_prints_a_recording(made):
    with Process("tap", made) as tap:
        code, out, err = tap.ended()
    assert (code, err) == (0, "")
    lines = [msgspec.json.decode(line) for line in out.splitlines()]
    assert [line["lane"] for line in lines[:2]] == ["header", "stream"]
    assert sum(line.get("type") == "motion" for line in lines) == BLOCKS
    assert sum(line.get("type") == "interaction_accepted" for line in lines) == 1


def test_who_reads_a_tap_may_leave_early(made):
    with Process("tap", made, "--full") as tap:
        tap.line()
        tap.popen.stdout.close()
        assert tap.popen.wait(PATIENCE_S) == 0
        assert tap.popen.stderr.read() == ""


@pytest.mark.skipif(WINDOWS, reason="Windows has no such signals between processes")
def test_tap_prints_a_session_until_it_is_told_to_stop(made):
    with Replay(made) as replay, Process("tap", "--session", SESSION, "--control", replay.control) as tap:
        types = []
        while types.count("motion") < BLOCKS:
            types.append(msgspec.json.decode(tap.line())["type"])
        assert types[0] == "skeleton"
        tap.popen.send_signal(signal.SIGINT)
        code, _, err = tap.ended()
    assert (code, err) == (0, "")


def test_keys_are_asked_of_everybody(made, tmp_path):
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    server_public, server_secret = write_new_keys("mock", tmp_path)
    _, client_secret = write_new_keys("ann", allowed)
    with Replay(made, "--server-key", server_secret, "--allowed-keys", allowed, "--log", "error") as replay:
        out = tmp_path / "again.ponirec"
        arguments = ["--session", SESSION, "--control", replay.control]
        with Process("record", "--out", out, *arguments) as stranger:
            assert stranger.ended()[0] == 1
        assert not out.exists()
        keys = ["--server-key", server_public, "--client-key", client_secret]
        with Process("tap", *arguments, *keys) as tap:
            assert msgspec.json.decode(tap.line())["type"] == "skeleton"
