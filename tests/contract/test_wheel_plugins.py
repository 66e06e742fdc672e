"""A built wheel carries the engine plugins whole, and can install them with no repository around it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = {"unity": "com.ponimator.streaming", "unreal": "PonimatorStreaming"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that Python imports the wheel's packages from."""
    folder = tmp_path_factory.mktemp("site")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("engine", PLUGINS)
def test_plugins_are_in_byte_for_byte(installed, engine):
    source = ROOT / "engine_plugins" / engine
    carried = installed / "ponimator_runtime" / "plugins" / "files" / engine
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    assert files
    assert all(path.parts[0] == PLUGINS[engine] for path in files)
    assert sorted(files) == sorted(path.relative_to(carried) for path in carried.rglob("*") if path.is_file())
    assert [path for path in files if (carried / path).read_bytes() != (source / path).read_bytes()] == []


@pytest.mark.parametrize("engine", PLUGINS)
def test_an_installed_wheel_puts_its_plugin_into_a_project(installed, engine, tmp_path):
    project = tmp_path / "game"
    (project / "Assets").mkdir(parents=True)
    (project / "ProjectSettings").mkdir()
    (project / "ProjectSettings" / "ProjectVersion.txt").write_text("m_EditorVersion: 6000.0.23f1\n")
    (project / "Game.uproject").write_text('{"EngineAssociation": "5.4"}')
    result = subprocess.run(
        [sys.executable, "-m", "ponimator_runtime", "plugin", "install", engine, project],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    source = ROOT / "engine_plugins" / engine / PLUGINS[engine]
    target = project / {"unity": "Packages", "unreal": "Plugins"}[engine] / PLUGINS[engine]
    for path in source.rglob("*"):
        if path.is_file():
            assert (target / path.relative_to(source)).read_bytes() == path.read_bytes()
    assert list(target.rglob("libzmq.*"))
