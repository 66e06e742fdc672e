"""What stands on Unity: compiled against stand-ins of its types, and run with the sample scene and a live server."""

from __future__ import annotations

import subprocess

import pytest
from tests.engines.csharp_build import build

from ponimator_runtime.commands.server_process import ServerProcess

pytestmark = pytest.mark.engines
_TIMEOUT_S = 200
_SCENE = "OnAKeyTheyShakeHands"


@pytest.fixture(scope="module")
def layer_tests():
    """The command that runs the layer's tests; its build holds the editor's code and the sample too."""
    return build("Ponimator.Streaming.Tests")


def test_the_layer_does_what_its_tests_say(layer_tests):
    ran = _ran(layer_tests, "")
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
    # Only the scene that wants a server may be left out here.
    ignored = [line for line in ran.stdout.splitlines() if line.startswith("ignored ")]
    assert [_SCENE in line for line in ignored] == [True], ran.stdout


def test_the_components_build_without_the_editor():
    build("Ponimator.Streaming.Player")


def test_two_characters_of_boxes_shake_hands_with_a_live_server(layer_tests, bundle):
    server = ServerProcess(["--bundle", bundle, "--log", "warning"])
    try:
        ran = _ran(["env", f"PONIMATOR_CONTROL={server.control}", *layer_tests], _SCENE)
    finally:
        server.stop()
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
    assert "1 passed, 0 failed, 0 ignored" in ran.stdout


def _ran(command, part):
    return subprocess.run([*command, part], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
