"""The Unity plugin's core, compiled by Unity's rules and tested outside Unity."""

from __future__ import annotations

import re
import subprocess

import pytest
from tests.engines.csharp_build import ROOT, csharp_core_tests, csharp_probe  # noqa: F401  fixtures

from ponimator_runtime.wire import PROTOCOL, Code, Profile, State, limits, version

pytestmark = pytest.mark.engines
WIRE = ROOT / "engine_plugins" / "unity" / "com.ponimator.streaming" / "Runtime" / "Core" / "Wire"
_TIMEOUT_S = 120
_ELSEWHERE = {"MAX_ERROR_CHARACTERS", "POSE_ROTATIONS_BYTES", "TRANSLATION_BYTES", "REST_JOINTS_BYTES"}
"""Numbers of Python's that C# says by another name or makes of others."""


def source(name):
    return (WIRE / f"{name}.cs").read_text(encoding="utf-8")


def words(name):
    """The strings of one array in WireWords.cs."""
    (array,) = re.findall(rf"string\[\] {name} =\s*\{{(.*?)\}};", source("WireWords"), re.DOTALL)
    return re.findall(r'"(\w+)"', array)


def test_the_words_of_the_wire_are_pythons():
    assert words("Codes") == [code.value for code in Code]
    assert words("States") == [state.value for state in State]
    assert words("Profiles") == [profile.value for profile in Profile]


def test_the_protocol_number_and_its_history_are_pythons():
    assert re.findall(r"const int Number = (\d+);", source("Protocol")) == [str(PROTOCOL)]
    history = re.compile(r"^\s*(?:#|//) {3}(\d+ {2}\d{4} {2}.*)$", re.MULTILINE)
    python = version.__spec__.loader.get_source(version.__name__)
    assert history.findall(source("Protocol")) == history.findall(python) != []


def test_the_limits_are_pythons():
    told = re.findall(r"const (?:int|double) (\w+) = ([^;]+);", source("WireLimits"))
    csharp = {name.lower(): eval(value, {"__builtins__": {}}) for name, value in told}  # noqa: S307  our own numbers
    python = {
        name: value
        for name, value in vars(limits).items()
        if name.isupper() and isinstance(value, int | float) and "INT64" not in name and name not in _ELSEWHERE
    }
    assert {name.replace("_", "").lower(): value for name, value in python.items()} | {"maxdepth": 16} == csharp


def test_the_core_does_what_its_tests_say(csharp_core_tests):  # noqa: F811
    ran = subprocess.run(csharp_core_tests, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    summary = ran.stdout.strip().rsplit("\n", 1)[-1]
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
    # Outside Unity nothing is missing: an ignored test would hide a lost golden file.
    assert summary.endswith("0 failed, 0 ignored"), ran.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "--control"), (["--speed", "9"], "--speed"), (["--control", "tcp://h:1", "--rate", "fast"], "--rate")],
)
def test_the_probe_says_which_argument_is_wrong(csharp_probe, arguments, said):  # noqa: F811
    ran = subprocess.run([*csharp_probe, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
