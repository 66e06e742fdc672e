"""Keys on both lanes, limits on one client, and no way from the wire to a file or to code."""

import ast
import threading
from pathlib import Path

import msgpack
import pytest
import zmq

import ponimator_runtime
from ponimator_runtime import keys
from ponimator_runtime.client import Client
from ponimator_runtime.client.connection import ClientKeys, Connection, Standing
from ponimator_runtime.commands import interact
from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.errors import ConfigError, TransportError
from ponimator_runtime.wire import State, Status

RUNTIME = Path(ponimator_runtime.__file__).parent


class Locksmith:
    """Key files of a server, of clients that may come, and of one that may not."""

    def __init__(self, folder):
        self.folder, self.allowed = folder, folder / "allowed"
        self.allowed.mkdir()
        self.server, self.server_secret = keys.write_new_keys("server", folder)
        self.clients = {name: self.client(name) for name in ("ann", "ben")}
        _, self.stranger = keys.write_new_keys("stranger", folder)

    def client(self, name):
        public, secret = keys.write_new_keys(name, self.folder)
        public.rename(self.allowed / public.name)
        return secret

    def options(self):
        return ["--server-key", str(self.server_secret), "--allowed-keys", str(self.allowed)]


@pytest.fixture(scope="module")
def locksmith(tmp_path_factory):
    return Locksmith(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def locked(bundle, locksmith):
    """One server behind keys for all tests: who is refused, and who comes and goes, leaves nothing behind."""
    with ServerProcess(["--bundle", bundle, "--log", "warning", *locksmith.options()]) as running:
        yield running


def connect(server, locksmith, name="ann", **options):
    secret = locksmith.clients.get(name)
    return Client(server.control, timeout_s=30.0, server_key=locksmith.server, client_key=secret, **options)


def test_the_right_keys_play_a_stream_on_both_lanes(locked, locksmith):
    with connect(locked, locksmith) as client:
        session = client.open_session()
        session.interact(text="two people hug", duration_s=1.0, seed=1)
        assert [m.state for m in session.stream() if isinstance(m, Status)][-1] is State.FINISHED
        assert session.playout.missing() == 0
        session.close()


def test_the_command_takes_the_keys(locked, locksmith, capsys):
    arguments = ["--text", "two people hug", "--seconds", "1", "--control", locked.control]
    arguments += ["--server-key", str(locksmith.server), "--client-key", str(locksmith.clients["ann"])]
    assert interact.main(arguments) == 0
    assert "30 at 30 Hz" in capsys.readouterr().out


def test_without_a_key_it_says_that_keys_are_wanted(locked):
    # An hour to be silent in: whoever waits for the time to be over fails the test's own limit.
    with pytest.raises(TransportError, match=r"want.* \.key_secret file"):
        Client(locked.control, timeout_s=3600.0)


def test_an_unknown_key_is_named(locked, locksmith):
    public = keys.read_key_pair(locksmith.stranger).public.decode()
    with pytest.raises(TransportError) as refused:
        Client(locked.control, timeout_s=3600.0, server_key=locksmith.server, client_key=locksmith.stranger)
    assert public in str(refused.value)
    assert "allowed keys" in str(refused.value)


def test_another_server_s_key_is_said(locked, locksmith):
    other = locksmith.allowed / "ben.key"
    with pytest.raises(TransportError, match="It has another"):
        Client(locked.control, timeout_s=3600.0, server_key=other, client_key=locksmith.clients["ann"])


def test_keys_for_a_server_without_any_are_said(start_server, locksmith):
    open_server = start_server()
    with pytest.raises(TransportError):
        Client(open_server.control, timeout_s=3600.0, server_key=locksmith.server, client_key=locksmith.clients["ann"])


def test_nobody_listens_in_on_the_stream_without_a_key(start_server, locksmith):
    locked = start_server(*locksmith.options())  # its own: nobody else's subscription is counted
    context = zmq.Context()
    stranger = ClientKeys.from_files(locksmith.server, locksmith.stranger)
    listeners = [
        Connection(context, zmq.SUB, locked.stream, options={zmq.SUBSCRIBE: b""}, keys=k) for k in (None, stranger)
    ]
    for listener in listeners:
        while listener.standing is Standing.CONNECTING:
            listener.wait(1.0)
        assert listener.standing in {Standing.REFUSED, Standing.CUT_OFF}
    with connect(locked, locksmith) as client:
        session = client.open_session()
        session.interact(text="two people hug", duration_s=1.0, seed=1)
        list(session.stream())
        assert client.stats().counters["subscriptions"] == 1
    for listener in listeners:
        assert not listener.socket.poll(0)
        listener.close()
    context.term()


def test_a_client_that_is_let_in_later_comes_in(locked, locksmith):
    secret = locksmith.client("late")
    while True:
        try:
            with Client(locked.control, timeout_s=30.0, server_key=locksmith.server, client_key=secret) as client:
                assert client.ping()[1] > 0
                break
        except TransportError:
            continue


def test_a_session_stays_with_the_key_that_opened_it(locked, locksmith):
    with connect(locked, locksmith, "ann") as ann, connect(locked, locksmith, "ben") as ben:
        session = ann.open_session()
        with pytest.raises(Exception, match="unauthorised"):
            ben.open_session(resume=session.id)
        assert ann.open_session(resume=session.id).id == session.id


def test_a_server_with_a_wrong_key_file_does_not_start(locksmith, capsys):
    from ponimator_runtime import cli

    arguments = ["serve", "--control", "tcp://127.0.0.1:0", "--stream", "tcp://127.0.0.1:0"]
    arguments += ["--server-key", str(locksmith.server), "--allowed-keys", str(locksmith.allowed)]
    assert cli.main(arguments) == 2
    assert "has no secret key" in capsys.readouterr().err


def test_a_flood_of_requests_costs_others_nothing(start_server):
    """One client asks as fast as it can and reads no answer; another's stream has no hole."""
    server = start_server("--max-requests-per-s", "50")
    over = threading.Event()

    def flood():
        context = zmq.Context()
        dealer = context.socket(zmq.DEALER)
        dealer.linger = 0
        dealer.connect(server.control)
        ping = msgpack.packb({"type": "ping", "request_id": 1, "client_time_ns": 0})
        while not over.is_set():
            try:
                dealer.send(ping, zmq.NOBLOCK)
            except zmq.Again:
                dealer.poll(10, zmq.POLLOUT)
        dealer.close()
        context.term()

    flooding = threading.Thread(target=flood)
    with Client(server.control, timeout_s=60.0) as client:
        session = client.open_session()
        flooding.start()
        try:
            session.interact(text="two people hug", duration_s=3.0, seed=1)
            said = [message.state for message in session.stream() if isinstance(message, Status)]
        finally:
            over.set()
            flooding.join()
        assert said[-1] is State.FINISHED
        assert (session.playout.motion().frame_count, session.playout.missing(), session.playout.gaps) == (90, 0, 0)
        assert client.stats().counters["throttled"] > 0


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


SOURCES = {path.relative_to(RUNTIME).as_posix(): ast.parse(path.read_text()) for path in RUNTIME.rglob("*.py")}
CODE_FROM_BYTES = {"eval", "exec", "recv_pyobj", "send_pyobj", "unsafe_load", "__import__"}
OBJECTS_FROM_BYTES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "yaml"}
FILE_CALLS = {
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "unlink",
    "mkdir",
    "Path",
    "iterdir",
    "stat",
}


def test_the_search_would_find_what_it_looks_for():
    tree = ast.parse("import pickle\neval('1')\nsocket.recv_pyobj()\nopen('x')")
    assert set(imports(tree)) & OBJECTS_FROM_BYTES == {"pickle"}
    assert set(calls(tree)) & CODE_FROM_BYTES == {"eval", "recv_pyobj"}
    assert set(calls(tree)) & FILE_CALLS == {"open"}
    assert len(SOURCES) > 50


RESTRICTED_PICKLE = "motion_files/restricted_pickle.py"
"""Reads files that are named on a command line, and builds arrays and plain containers, nothing else."""


@pytest.mark.parametrize("source", sorted(set(SOURCES) - {RESTRICTED_PICKLE}))
def test_no_bytes_become_code_or_objects(source):
    assert not set(imports(SOURCES[source])) & OBJECTS_FROM_BYTES
    assert not set(calls(SOURCES[source])) & CODE_FROM_BYTES
    for node in ast.walk(SOURCES[source]):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant)
            assert node.value.value is False


@pytest.mark.parametrize("source", [s for s in SOURCES if s.startswith(("wire/", "serving/", "client/", "vmc/"))])
def test_nothing_that_hears_a_socket_reads_motion_files(source):
    assert "ponimator_runtime.motion_files" not in ast.unparse(SOURCES[source])


# What runs between a client's bytes and a session's answer. Files are opened before, from the command line's paths.
FROM_THE_WIRE = sorted(
    source
    for source in SOURCES
    if source.startswith(("wire/", "serving/"))
    and source not in {"serving/config.py", "serving/security.py", "serving/logs.py", "serving/prometheus.py"}
)


@pytest.mark.parametrize("source", FROM_THE_WIRE)
def test_nothing_of_a_client_reaches_a_path(source):
    assert not set(calls(SOURCES[source])) & FILE_CALLS
    assert not set(imports(SOURCES[source])) & {"pathlib", "shutil", "tempfile", "io", "os", "glob", "subprocess"}


def test_key_paths_come_from_the_settings_alone():
    """`serving/security.py` opens files: what it is given is the server's settings, and names that the folder has."""
    server = (RUNTIME / "serving/server.py").read_text()
    assert server.count("gate_from_files(") == 1
    assert "gate_from_files(self._context, config.server_key, config.allowed_keys)" in server
    with pytest.raises(ConfigError):
        keys.write_new_keys("../up", RUNTIME)
