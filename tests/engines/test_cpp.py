"""The Unreal plugin's plain C++ core, compiled by Unreal's rules and tested outside Unreal."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from tests.engines.cpp_build import ROOT, cpp_clang, cpp_gcc, cpp_probe  # noqa: F401  fixtures

from ponimator_runtime.wire import PROTOCOL, Code, Profile, State, limits, version

pytestmark = pytest.mark.engines
CORE = ROOT / "engine_plugins" / "unreal" / "PonimatorStreaming" / "Source" / "PonimatorStreaming" / "Private" / "Core"
_TIMEOUT_S = 300
_ELSEWHERE = {"POSE_ROTATIONS_BYTES", "TRANSLATION_BYTES", "REST_JOINTS_BYTES", "FLOAT32_BYTES"}
"""Numbers of Python's that C++ makes of others."""


def source(name):
    return (CORE / "Wire" / name).read_text(encoding="utf-8")


def words(name):
    """The strings of one array in Codes.h."""
    (array,) = re.findall(rf"{name}\[\] = \{{(.*?)\}};", source("Codes.h"), re.DOTALL)
    return re.findall(r'"(\w+)"', array)


def members(name):
    """The values of one enum in Codes.h."""
    (body,) = re.findall(rf"enum class {name}\s*\{{(.*?)\}};", source("Codes.h"), re.DOTALL)
    return re.findall(r"(\w+),", body)


@pytest.mark.parametrize(("name", "python"), [("Code", Code), ("State", State), ("Profile", Profile)])
def test_the_words_of_the_wire_are_pythons(name, python):
    assert words(f"k{name}Words") == members(name) == [value.value for value in python]


def test_the_protocol_number_and_its_history_are_pythons():
    assert re.findall(r"kProtocol = (\d+);", source("Protocol.h")) == [str(PROTOCOL)]
    history = re.compile(r"^\s*(?:#|//) {3}(\d+ {2}\d{4} {2}.*)$", re.MULTILINE)
    python = version.__spec__.loader.get_source(version.__name__)
    assert history.findall(source("Protocol.h")) == history.findall(python) != []


def test_the_limits_are_pythons():
    told = re.findall(r"constexpr (?:std::size_t|std::int64_t|int|double) k(\w+) = ([^;]+);", source("Limits.h"))
    # The two that depend on the width of an integer are C++'s own.
    numbers = {name.lower(): value for name, value in told if "numeric_limits" not in value}
    cpp = {name: eval(value, {"__builtins__": {}}) for name, value in numbers.items()}  # noqa: S307  our own numbers
    python = {
        name.replace("_", "").lower(): value
        for name, value in vars(limits).items()
        if name.isupper() and isinstance(value, int | float) and "INT64" not in name and name not in _ELSEWHERE
    }
    assert python | {"maxdepth": 16} == cpp


def run_tests(folder, *options):
    environment = {**os.environ, "TSAN_OPTIONS": "halt_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
    ran = subprocess.run(
        ["ctest", "--output-on-failure", "--parallel", "2", *options],  # noqa: S607  from the PATH, like cmake
        cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, f"{ran.stdout[-8000:]}{ran.stderr}"
    (count,) = re.findall(r"100% tests passed, 0 tests failed out of (\d+)", ran.stdout)
    assert int(count) > 0, ran.stdout


def test_no_address_and_no_behaviour_is_undefined(cpp_clang):  # noqa: F811
    run_tests(cpp_clang)


def test_no_two_threads_race(cpp_gcc):  # noqa: F811
    # libzmq is not compiled with the sanitizer: what its own threads do looks like a race.
    run_tests(cpp_gcc, "--exclude-regex", "^TransportTest$")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "--control"), (["--speed", "9"], "--speed"), (["--control", "tcp://h:1", "--rate", "fast"], "--rate")],
)
def test_the_probe_says_which_argument_is_wrong(cpp_probe, arguments, said):  # noqa: F811
    ran = subprocess.run([*cpp_probe, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
