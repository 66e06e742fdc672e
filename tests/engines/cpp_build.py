"""Builds the C++ programs of the engine plugins' tests, once a session and each only when a test needs it.

A pytest plugin: `conftest.py` beside it imports the fixtures. Two compilers share the work: clang++ with the sanitizers
of addresses and undefined behaviour, file by file; g++ with that of threads, the core as one file, as Unreal may do.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.engines.building import ROOT, TOOLCHAIN, alone

SOURCES = Path(__file__).resolve().parent / "cpp"
BUILT = ROOT / ".engines" / "build" / "cpp"
_CONFIGURE_TIMEOUT_S = 120
_BUILD_TIMEOUT_S = 900


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """One way to build everything.

    Attributes:
        name: of its folder.
        compiler: the program.
        sanitize: what `-fsanitize=` is given.
        unity: whether the core is compiled as one file.
    """

    name: str
    compiler: str
    sanitize: str
    unity: bool


CLANG = Variant(name="clang", compiler=TOOLCHAIN.CLANG, sanitize="address,undefined", unity=False)
GCC = Variant(name="gcc", compiler="g++", sanitize="thread", unity=True)


def build(variant: Variant, *targets: str) -> Path:
    """The folder in which the targets (none: all) are built; skips the test where there is no compiler."""
    missing = TOOLCHAIN.missing_for_cpp()
    if missing is not None:
        pytest.skip(missing)
    folder = BUILT / variant.name
    options = {
        "CMAKE_CXX_COMPILER": variant.compiler,
        "PONIMATOR_SANITIZE": variant.sanitize,
        "PONIMATOR_UNITY": "ON" if variant.unity else "OFF",
    }
    defined = [f"-D{name}={value}" for name, value in options.items()]
    chosen = ["--target", *targets] if targets else []
    with alone(f"cpp-{variant.name}"):
        _succeed(["cmake", "-G", "Ninja", "-S", SOURCES, "-B", folder, *defined], _CONFIGURE_TIMEOUT_S)
        _succeed(["cmake", "--build", folder, *chosen], _BUILD_TIMEOUT_S)
    return folder


def _succeed(command: list[str | Path], timeout_s: float) -> None:
    ran = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout_s, check=False
    )
    if ran.returncode != 0:
        pytest.fail(f"{' '.join(map(str, command[:2]))} failed:\n{ran.stdout[-8000:]}", pytrace=False)


@pytest.fixture(scope="session")
def cpp_clang() -> Path:
    """The folder of the tests with the sanitizers of addresses and undefined behaviour."""
    return build(CLANG)


@pytest.fixture(scope="session")
def cpp_gcc() -> Path:
    """The folder of the tests with the sanitizer of threads."""
    return build(GCC)


@pytest.fixture(scope="session")
def cpp_probe() -> list[str]:
    """The command that runs the probe; its sanitizers end it with another code than 0 where they find something."""
    return [str(build(CLANG, "probe") / "probe")]
