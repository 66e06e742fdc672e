"""The gate: which keys come in on which lane, and what a folder that changes means."""

import threading

import pytest
import zmq

from ponimator_runtime.client.connection import ClientKeys, Connection, Standing
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.keys import read_key_pair, read_public_key, write_new_keys
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.serving.security import AllowedKeys, gate_from_files
from ponimator_runtime.serving.sockets import bind_control, bind_stream

NOT_LET_IN = {Standing.REFUSED, Standing.CUT_OFF}
"""Where one side wants keys and the other none, both see it, and whoever is first closes the connection."""


@pytest.fixture
def folder(tmp_path):
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    return allowed


def allow(folder, name, tmp_path):
    public_path, secret_path = write_new_keys(name, tmp_path)
    public_path.rename(folder / public_path.name)
    return read_key_pair(secret_path)


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


def test_a_key_counts_from_the_second_after_it_came_and_until_it_goes(folder, tmp_path):
    clock = Clock()
    ann = allow(folder, "ann", tmp_path)
    keys = AllowedKeys(folder, clock)
    ben = allow(folder, "ben", tmp_path)
    assert (keys.name_of(ann.public), keys.name_of(ben.public)) == ("ann.key", None)
    clock.now_s += 1.0
    assert (keys.name_of(ann.public), keys.name_of(ben.public)) == ("ann.key", "ben.key")
    (folder / "ann.key").unlink()
    clock.now_s += 1.0
    assert (keys.name_of(ann.public), keys.name_of(ben.public)) == (None, "ben.key")


def test_a_broken_file_shuts_nobody_else_out(folder, tmp_path):
    clock = Clock()
    ann = allow(folder, "ann", tmp_path)
    keys = AllowedKeys(folder, clock)
    (folder / "broken.key").write_text("curve")
    clock.now_s += 1.0
    assert keys.name_of(ann.public) == "ann.key"


def test_a_folder_that_is_gone_lets_nobody_in(folder, tmp_path):
    clock = Clock()
    ann = allow(folder, "ann", tmp_path)
    keys = AllowedKeys(folder, clock)
    (folder / "ann.key").rename(tmp_path / "ann.key")
    folder.rmdir()
    clock.now_s += 1.0
    assert keys.name_of(ann.public) is None
    folder.mkdir()
    (tmp_path / "ann.key").rename(folder / "ann.key")
    clock.now_s += 1.0
    assert keys.name_of(ann.public) == "ann.key"


def test_secret_files_in_the_folder_allow_nobody(folder):
    _, secret_path = write_new_keys("ann", folder)
    (folder / "ann.key").unlink()
    assert AllowedKeys(folder).name_of(read_key_pair(secret_path).public) is None


def test_what_is_wrong_at_the_start_is_said(folder, tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        AllowedKeys(tmp_path / "none")
    (folder / "broken.key").write_text("curve")
    with pytest.raises(ConfigError, match="no public key"):
        AllowedKeys(folder)


@pytest.fixture
def lanes(folder, tmp_path):
    """Both lanes behind a gate that a thread of the test answers for."""
    write_new_keys("server", tmp_path)
    context = zmq.Context()
    gate = gate_from_files(context, tmp_path / "server.key_secret", folder)
    control, stream = context.socket(zmq.ROUTER), context.socket(zmq.XPUB)
    endpoints = []
    for lane, bind in ((control, bind_control), (stream, bind_stream)):
        gate.protect(lane)
        endpoints.append(bind(lane, "tcp://127.0.0.1:0", lease_s=60.0))
    stopped = threading.Event()

    def answer():
        while not stopped.is_set():
            if gate.socket.poll(20):
                gate.answer(gate.socket.recv_multipart())

    answering = threading.Thread(target=answer)
    answering.start()
    yield endpoints
    stopped.set()
    answering.join()
    control.close(linger=0)
    stream.close(linger=0)
    gate.close()
    context.term()


def ends_as(kind, endpoint, keys):
    context = zmq.Context()
    connection = Connection(context, kind, endpoint, options={}, keys=keys)
    while connection.standing is Standing.CONNECTING:
        connection.wait(1.0)
    standing = connection.standing
    connection.close()
    context.term()
    return standing


@pytest.mark.parametrize("lane", [0, 1], ids=["control", "stream"])
def test_only_an_allowed_key_comes_in(lanes, lane, folder, tmp_path):
    kind, endpoint = (zmq.DEALER, zmq.SUB)[lane], lanes[lane]
    server = read_public_key(tmp_path / "server.key")
    stranger = read_key_pair(write_new_keys("stranger", tmp_path)[1])
    ann = allow(folder, "ann", tmp_path)
    assert ends_as(kind, endpoint, None) in NOT_LET_IN
    assert ends_as(kind, endpoint, ClientKeys(server=stranger.public, own=ann)) is Standing.CUT_OFF
    assert ends_as(kind, endpoint, ClientKeys(server=server, own=stranger)) is Standing.REFUSED
    outcome = Standing.REFUSED
    while outcome is Standing.REFUSED:  # ann's file came after the folder was read
        outcome = ends_as(kind, endpoint, ClientKeys(server=server, own=ann))
    assert outcome is Standing.UP


def test_keys_for_a_server_without_any_are_refused(tmp_path):
    context = zmq.Context()
    control = context.socket(zmq.ROUTER)
    endpoint = bind_control(control, "tcp://127.0.0.1:0", lease_s=60.0)
    ann = read_key_pair(write_new_keys("ann", tmp_path)[1])
    assert ends_as(zmq.DEALER, endpoint, ClientKeys(server=ann.public, own=ann)) in NOT_LET_IN
    assert ends_as(zmq.DEALER, endpoint, None) is Standing.UP
    control.close(linger=0)
    context.term()


def test_a_port_where_nobody_listens_is_told_from_a_server_that_refuses():
    context = zmq.Context()
    holder = context.socket(zmq.ROUTER)
    endpoint = bind_control(holder, "tcp://127.0.0.1:0", lease_s=60.0)
    holder.close(linger=0)
    context.term()
    assert ends_as(zmq.DEALER, endpoint, None) is Standing.UNREACHED


def test_an_open_address_needs_keys_or_the_word(tmp_path, folder):
    with pytest.raises(ConfigError, match="ponimator keys new"):
        ServeConfig(control="tcp://0.0.0.0:0")
    ServeConfig(control="tcp://0.0.0.0:0", server_key=tmp_path / "x.key_secret", allowed_keys=folder)
    ServeConfig(control="tcp://0.0.0.0:0", insecure=True)
    for half in ({"server_key": tmp_path / "x.key_secret"}, {"allowed_keys": folder}):
        with pytest.raises(ConfigError, match="need each other"):
            ServeConfig(**half)


@pytest.mark.parametrize(
    "wrong", [{"max_sessions_per_client": 0}, {"max_requests_per_s": 0.5}, {"max_requests_per_s": float("nan")}]
)
def test_limits_have_limits(wrong):
    with pytest.raises(ConfigError, match="must lie between"):
        ServeConfig(**wrong)
