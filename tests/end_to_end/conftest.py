"""The real server in its own process on free ports, with a real bundle.

`PONIMATOR_TEST_BUNDLE` names another bundle than the embedded default.
"""

import os

import pytest
import zmq

from ponimator_runtime.client import Client
from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.errors import BundleNotFound
from ponimator_runtime.models.bundle import bundle_folder

BUNDLE = os.environ.get("PONIMATOR_TEST_BUNDLE", "lite")


@pytest.fixture(scope="session")
def bundle():
    try:
        bundle_folder(BUNDLE)
    except BundleNotFound as error:
        pytest.skip(str(error))
    return BUNDLE


@pytest.fixture
def start_server(bundle):
    """Starts servers that are stopped after the test."""
    servers = []

    def start(*options, **endpoints):
        servers.append(ServerProcess(["--bundle", bundle, "--log", "warning", *options], **endpoints))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(bundle):
    """One server for all tests of a module: what one of them does must not disturb the next."""
    with ServerProcess(["--bundle", bundle, "--log", "warning"]) as running:
        yield running


@pytest.fixture
def client(server):
    with Client(server.control, timeout_s=30.0) as connected:
        yield connected


@pytest.fixture
def raw(server):
    """A DEALER that sends bytes as they are, and waits for an answer."""
    context = zmq.Context()
    dealer = context.socket(zmq.DEALER)
    dealer.linger, dealer.rcvtimeo = 0, 30_000
    dealer.connect(server.control)
    yield dealer
    dealer.close()
    context.term()
