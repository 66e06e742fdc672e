"""The wheel carries what the base install needs: every module, the bundles, the licences, and nothing else."""

import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "ponimator_runtime": ROOT / "runtime",
    "ponimator_training": ROOT / "training",
    "ponimator_export": ROOT / "export",
}
BUNDLES = ROOT / "runtime" / "ponimator_runtime" / "models" / "bundles"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_is_in(wheel, package):
    source = PACKAGES[package]
    modules = {path.relative_to(source).as_posix() for path in (source / package).rglob("*.py")}
    assert f"{package}/__init__.py" in modules
    assert modules | {f"{package}/py.typed"} <= set(wheel.namelist())


def test_bundles_are_in_byte_for_byte(wheel):
    files = [path for path in BUNDLES.rglob("*") if path.is_file()]
    assert BUNDLES / "lite" / "text_encoder.onnx" in files
    for path in files:
        assert wheel.read(path.relative_to(ROOT / "runtime").as_posix()) == path.read_bytes()


def test_nothing_else_is_in(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in wheel.namelist() if "__pycache__" in name or name.endswith(".pyc")]


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE"])
def test_licences_are_in(wheel, name):
    (path,) = [entry for entry in wheel.namelist() if entry.endswith(f".dist-info/licenses/{name}")]
    assert wheel.read(path) == (ROOT / name).read_bytes()


def test_the_command_is_declared(wheel):
    (path,) = [entry for entry in wheel.namelist() if entry.endswith("entry_points.txt")]
    assert "ponimator = ponimator_runtime.cli:main" in wheel.read(path).decode()
