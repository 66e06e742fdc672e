"""The probes of all three clients, and real servers for them.

A probe's fixture gives the command that starts it, or skips with what is missing to build it.
"""

import contextlib
import socket
import sys
from pathlib import Path

import pytest
from tests.end_to_end.conftest import bundle
from tests.engines.cpp_build import cpp_clang, cpp_gcc, cpp_probe
from tests.engines.csharp_build import csharp_core_tests, csharp_probe
from tests.engines.probe import Probe

from ponimator_runtime import keys
from ponimator_runtime.commands.server_process import ServerProcess

LANGUAGES = ("python", "csharp", "cpp")
HERE = Path(__file__).parent
BUILD_AND_TEST_S = 900
__all__ = ["bundle", "cpp_clang", "cpp_gcc", "cpp_probe", "csharp_core_tests", "csharp_probe"]


def pytest_collection_modifyitems(items):
    """Building counts as time of the test that needs it first, and so does waiting for another worker's build."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(BUILD_AND_TEST_S))


@pytest.fixture(scope="session")
def python_probe():
    return [sys.executable, str(HERE / "python_probe.py")]


@pytest.fixture
def start_probe():
    """Starts probes that are ended after the test."""
    probes = []

    def start(command, control, *options):
        probes.append(Probe(command, control, *options))
        return probes[-1]

    yield start
    for probe in probes:
        probe.close()


@pytest.fixture
def free_endpoint():
    """Nobody listens there, and nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"tcp://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def command(language, request):
    return request.getfixturevalue(f"{language}_probe")


@pytest.fixture(scope="module")
def commands(request):
    """Of every language that is asked for and can be built; why another cannot be is told by its own tests."""
    found = {}
    wanted = {item.callspec.params.get("language") for item in request.session.items if hasattr(item, "callspec")}
    for name in wanted.intersection(LANGUAGES):
        with contextlib.suppress(pytest.skip.Exception, pytest.fail.Exception):
            found[name] = request.getfixturevalue(f"{name}_probe")
    return found


class Locked:
    """A server that wants keys, and keys of one who may come and of one who may not."""

    def __init__(self, folder, bundle):
        self.server_public, server_secret = keys.write_new_keys("server", folder)
        allowed = folder / "allowed"
        allowed.mkdir()
        public, self.ann = keys.write_new_keys("ann", folder)
        public.rename(allowed / public.name)
        _, self.stranger = keys.write_new_keys("stranger", folder)
        options = ["--server-key", str(server_secret), "--allowed-keys", str(allowed)]
        self.process = ServerProcess(["--bundle", bundle, "--log", "warning", *options])
        self.control = self.process.control

    def options(self, secret):
        """The probe's arguments with a client's keys."""
        pair = keys.read_key_pair(secret)
        own = ["--public-key", pair.public.decode(), "--secret-key", pair.secret.decode()]
        return ["--server-key", keys.read_public_key(self.server_public).decode(), *own]


@pytest.fixture(scope="module")
def locked(bundle, tmp_path_factory):
    server = Locked(tmp_path_factory.mktemp("keys"), bundle)
    yield server
    server.process.stop()
