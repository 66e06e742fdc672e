"""`ponimator serve --vmc`: two UDP sockets, a trigger, and what arrives read by an OSC parser that is not ours."""

import socket
import time

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle

from ponimator_runtime.client import Client

PATIENCE_S = 60.0


@pytest.fixture
def listeners():
    pair = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for listener in pair:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(PATIENCE_S)
    yield pair
    for listener in pair:
        listener.close()


def hips_and_root(listener):
    """The next hips and root that arrive; what says that nobody is there yet is passed over."""
    end_s, root = time.monotonic() + PATIENCE_S, None
    while time.monotonic() < end_s:
        for content in OscBundle(listener.recv(65536)):
            if content.address == "/VMC/Ext/Root/Pos":
                root = content.params
            elif content.address == "/VMC/Ext/Bone/Pos" and content.params[0] == "Hips" and root is not None:
                return np.array(content.params[1:]), np.array(root[1:])
    raise AssertionError("no hips came")


def test_two_performers_show_what_the_session_plays(start_server, listeners):
    ports = ",".join(str(listener.getsockname()[1]) for listener in listeners)
    server = start_server("--vmc", f"127.0.0.1:{ports}")
    with Client(server.control, timeout_s=60.0) as client:
        session = client.open_session(("Ann", "Ben"))
        session.interact(text="two people shake hands", duration_s=3.0, seed=1)
        roots = []
        for listener in listeners:
            hips, root = hips_and_root(listener)
            assert 0.5 < hips[1] < 1.3  # a pelvis above the ground
            assert np.linalg.norm(hips[3:]) == pytest.approx(1.0, abs=1e-4)
            assert root[1] == 0.0
            roots.append(root[:3])
        assert 0.2 < np.linalg.norm(roots[0] - roots[1]) < 3.0  # two persons, not one twice
        session.close()
