"""A client of 40 lines with nothing but zmq and msgpack plays a stream of the real server."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.errors import BundleNotFound
from ponimator_runtime.models.bundle import bundle_folder

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "minimal_client.py"
BUNDLE = os.environ.get("PONIMATOR_TEST_BUNDLE", "lite")
BLOCK = re.compile(r"frames (\d+) to (\d+): ")


def test_it_is_short_and_imports_nothing_of_ours():
    source = EXAMPLE.read_text()
    assert len(source.splitlines()) <= 40
    modules = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert modules - set(sys.stdlib_module_names) == {"zmq", "msgpack"}


def test_it_plays_a_stream_to_its_end():
    try:
        bundle_folder(BUNDLE)
    except BundleNotFound as error:
        pytest.skip(str(error))
    with ServerProcess(["--bundle", BUNDLE, "--log", "warning"]) as server:
        result = subprocess.run(
            [sys.executable, str(EXAMPLE), server.control], capture_output=True, text=True, timeout=120, check=False
        )
    assert result.returncode == 0, result.stderr
    blocks = [(int(first), int(last)) for first, last in BLOCK.findall(result.stdout)]
    # A late joiner may get the current blocks twice.
    frames = {frame for first, last in blocks for frame in range(first, last + 1)}
    assert len(frames) == 180
    assert max(frames) - min(frames) == 179
