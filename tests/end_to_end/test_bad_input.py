"""Whatever comes, it gets its named error or is dropped and counted; the server goes on, and others lose no frame."""

import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import msgpack
import numpy as np
import pytest
import zmq

from ponimator_runtime.client import Client
from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.wire import Motion, State, Status, pose_from_arrays

MINIMAL_CLIENT = Path(__file__).resolve().parents[2] / "examples" / "minimal_client.py"
CHARACTERS = [{"name": "Ann"}, {"name": "Ben"}]


def ask(raw, payload):
    """The reply comes in the encoding of what was sent."""
    raw.send(payload)
    reply = raw.recv()
    return json.loads(reply) if payload.startswith(b"{") else msgpack.unpackb(reply)


def still_serves(raw):
    reply = ask(raw, msgpack.packb({"type": "ping", "request_id": 77, "client_time_ns": 0}))
    return reply["type"] == "pong"


def pose(rotations=None, translation=(0.0, 0.0, 0.0)):
    rotations = np.tile([0.0, 0.0, 0.0, 1.0], (22, 1)) if rotations is None else rotations
    packed = pose_from_arrays(rotations, translation)
    return {"rotations": packed.rotations, "translation": packed.translation}


def with_joint(joint, quaternion):
    rotations = np.tile([0.0, 0.0, 0.0, 1.0], (22, 1))
    rotations[joint] = quaternion
    return rotations


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "bad_message"),
        (b"\xc1garbage", "bad_message"),
        (bytes(range(256)) * 16, "bad_message"),
        (b"{not json", "bad_message"),
        (msgpack.packb([1, 2, 3]), "bad_message"),
        (msgpack.packb({"type": "dance", "request_id": 5}), "bad_message"),
        (msgpack.packb({"type": "hello", "request_id": 5, "protocol": 2}), "unsupported_protocol"),
        (msgpack.packb({"type": "hello", "request_id": 5}), "bad_request"),
        (msgpack.packb({"type": "open_session", "request_id": 5, "characters": CHARACTERS[:1]}), "bad_request"),
        (
            msgpack.packb({"type": "open_session", "request_id": 5, "characters": CHARACTERS, "session": "gone"}),
            "unknown_session",
        ),
        (msgpack.packb({"type": "interact", "request_id": 5, "session": "gone", "text": "hug"}), "unknown_session"),
        (msgpack.packb({"type": "cancel", "request_id": 5, "session": "gone"}), "unknown_session"),
        (
            msgpack.packb({"type": "resend", "request_id": 5, "session": "gone", "start": 0, "stop": 1}),
            "unknown_session",
        ),
        (msgpack.packb({"type": "close_session", "request_id": 5, "session": "gone"}), "unknown_session"),
        (msgpack.packb({"type": "interact", "request_id": 5, "session": "x", "text": "a" * 100_000}), "too_large"),
        (msgpack.packb({"type": "interact", "request_id": 5, "session": "x", "text": "hé" * 100_000}), "too_large"),
        (msgpack.packb({"type": "interact", "request_id": 5, "session": "x", "text": "a" * 2_000}), "bad_request"),
    ],
)
def test_each_bad_message_gets_its_code(raw, payload, code):
    reply = ask(raw, payload)
    assert (reply["type"], reply["code"]) == ("error", code)
    assert "Traceback" not in reply["message"]
    assert still_serves(raw)


@pytest.mark.parametrize(
    ("characters", "code"),
    [
        ([{"pose": pose(with_joint(3, [np.nan, 0, 0, 1]))}, {}], "invalid_pose"),
        ([{"pose": pose(with_joint(0, [0, 0, np.inf, 1]))}, {}], "invalid_pose"),
        ([{"pose": pose(with_joint(21, [0, 0, 0, 1.1]))}, {}], "invalid_pose"),
        ([{"pose": pose(np.zeros((22, 4)))}, {}], "invalid_pose"),
        ([{"pose": pose(translation=(0.0, np.nan, 0.0))}, {}], "invalid_pose"),
        ([{"pose": pose(translation=(1e6, 0.0, 0.0))}, {}], "invalid_pose"),
        ([{"pose": {"rotations": b"short", "translation": b""}}, {}], "bad_request"),
        ([{"pose": pose()}, {"pose": pose(translation=(0.0, 0.0, 5.0))}], "too_far"),
        ([{}, {}], "bad_request"),
    ],
)
def test_each_bad_pose_gets_its_code(raw, characters, code):
    opened = ask(raw, msgpack.packb({"type": "open_session", "request_id": 1, "characters": CHARACTERS}))
    request = {"type": "interact", "request_id": 2, "session": opened["session"], "characters": characters}
    reply = ask(raw, msgpack.packb(request))
    assert (reply["type"], reply.get("code"), reply["request_id"]) == ("error", code, 2)
    assert still_serves(raw)
    ask(raw, msgpack.packb({"type": "close_session", "request_id": 3, "session": opened["session"]}))


def test_two_frames_are_no_message(raw):
    raw.send_multipart([b"", msgpack.packb({"type": "ping", "request_id": 1, "client_time_ns": 0})])
    assert msgpack.unpackb(raw.recv())["code"] == "bad_message"


def test_refusals_are_counted(raw, client):
    before = client.stats().counters.get("refused_bad_message", 0)
    ask(raw, b"\xc1")
    assert client.stats().counters["refused_bad_message"] == before + 1


def test_a_flood_of_bytes_is_cut_off_and_counted(server, client):
    before = client.stats().counters.get("disconnects", 0)
    context = zmq.Context()
    flooder = context.socket(zmq.DEALER)
    flooder.linger = 0
    monitor = flooder.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    flooder.connect(server.control)
    flooder.send(bytes(4 * 1024 * 1024))
    assert monitor.poll(30_000), "the server did not cut the connection"
    flooder.disable_monitor()
    monitor.close()
    flooder.close()
    context.term()
    assert client.stats().counters["disconnects"] > before


def test_bytes_that_are_no_zeromq_harm_nobody(server, client):
    for endpoint in (server.control, server.stream):
        host, port = endpoint.removeprefix("tcp://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + bytes(4096))
    assert client.ping()[1] > 0


def test_too_many_sessions_are_busy(start_server):
    server = start_server("--max-sessions", "2")
    with Client(server.control) as client:
        first, _ = client.open_session(), client.open_session()
        with pytest.raises(RequestRefused, match="busy"):
            client.open_session()
        first.close()
        client.open_session()


def test_a_session_that_nobody_uses_is_forgotten(start_server):
    server = start_server("--lease-s", "1")
    with Client(server.control) as watcher:
        with Client(server.control) as leaver:
            session_id = leaver.open_session().id
        kept = watcher.open_session()
        while "sessions_expired" not in (counters := watcher.stats().counters):
            kept.receive(0.2)
        assert counters["sessions_expired"] == 1
        # Whoever is subscribed stays, without a word.
        assert kept.resend(0, 1).blocks == 0
        with pytest.raises(RequestRefused, match="unknown_session"):
            watcher.open_session(resume=session_id)


def test_clients_that_die_in_mid_stream_cost_nobody_a_frame(server, client):
    """One closes its sockets, one is killed; a third session plays on without a hole and in time."""
    session = client.open_session()
    accepted = session.interact(text="two people hug", duration_s=8.0, seed=1)
    killed = threading.Event()

    def die():
        with Client(server.control, timeout_s=30.0) as leaver:
            dying = leaver.open_session()
            dying.interact(text="two people bow", duration_s=None)
            while not isinstance(dying.receive(), Motion):
                pass
        process = subprocess.Popen(
            [sys.executable, str(MINIMAL_CLIENT), server.control], stdout=subprocess.PIPE, text=True
        )
        for line in process.stdout:
            if line.startswith("frames"):
                break
        process.kill()
        process.wait()
        process.stdout.close()
        killed.set()

    dying = threading.Thread(target=die)
    dying.start()
    said = [message.state for message in session.stream() if isinstance(message, Status)]
    dying.join()
    assert killed.is_set()
    assert State.FAILED not in said
    motion = session.playout.motion()
    assert (motion.start, motion.frame_count) == (accepted.apply_frame, 240)
    assert (session.playout.missing(), session.playout.gaps) == (0, 0)
    session.close()


def test_json_speaks_too(raw):
    raw.send(json.dumps({"type": "hello", "request_id": 1, "protocol": 1, "encoding": "json"}).encode())
    assert json.loads(raw.recv())["type"] == "hello_ok"
    raw.send(json.dumps({"type": "open_session", "request_id": 2, "characters": CHARACTERS}).encode())
    opened = json.loads(raw.recv())
    assert opened["type"] == "session_opened"
    raw.send(json.dumps({"type": "close_session", "request_id": 3, "session": opened["session"]}).encode())
    assert json.loads(raw.recv())["type"] == "session_closed"
