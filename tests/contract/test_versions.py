"""One protocol number, one version, one list of codes and one set of limits, in all three languages."""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path

import pytest

import ponimator_runtime
from ponimator_runtime.wire import PROTOCOL, Code, Profile, State, limits, version

ROOT = Path(__file__).resolve().parents[2]
UNITY = ROOT / "engine_plugins" / "unity" / "com.ponimator.streaming"
UNREAL = ROOT / "engine_plugins" / "unreal" / "PonimatorStreaming"
CSHARP = UNITY / "Runtime" / "Core" / "Wire"
CPP = UNREAL / "Source" / "PonimatorStreaming" / "Private" / "Core" / "Wire"
HISTORY = re.compile(r"^\s*(?:#|//)   (\d+)  (.+)$", re.MULTILINE)
CONSTANT = re.compile(r"(?:const|constexpr) \S+ (\w+) = ([\d.e*+ -]+);")
WORDS = re.compile(r"(\w+)(?:\[\])? =\s*\{([^}]*)\}")
SOURCES = {"csharp": (CSHARP / "Protocol.cs", CSHARP / "WireLimits.cs", CSHARP / "WireWords.cs"),
           "cpp": (CPP / "Protocol.h", CPP / "Limits.h", CPP / "Codes.h")}  # fmt: skip
both_engines = pytest.mark.parametrize("language", sorted(SOURCES))
NOT_IN_ENGINES = {"FLOAT32_BYTES", "POSE_ROTATIONS_BYTES", "TRANSLATION_BYTES", "REST_JOINTS_BYTES", "MAX_INT64",
                  "MIN_INT64", "MAX_ERROR_CHARACTERS"}  # fmt: skip
"""Products of others, a type's own bounds, and one that is as large as MAX_TEXT_CHARACTERS."""


def read(path):
    return path.read_text(encoding="utf-8")


def json_of(path):
    return json.loads(read(path))


def constants(path):
    """Every number that a source names, by its name in lower case without _ and without C++'s k."""
    found = {}
    for name, product in CONSTANT.findall(read(path)):
        found[re.sub(r"^k(?=[A-Z])", "", name).lower()] = math.prod(float(factor) for factor in product.split("*"))
    return found


def words(path):
    """Every list of words that a source names."""
    return {name: re.findall(r'"(\w+)"', body) for name, body in WORDS.findall(read(path))}


def test_the_protocol_number_is_the_same_everywhere():
    assert constants(SOURCES["csharp"][0])["number"] == PROTOCOL
    assert constants(SOURCES["cpp"][0])["protocol"] == PROTOCOL
    assert json_of(UNITY / "package.json")["ponimatorProtocol"] == PROTOCOL
    assert json_of(UNREAL / "PonimatorStreaming.uplugin")["PonimatorProtocol"] == PROTOCOL


def test_the_history_of_the_protocol_is_the_same_in_all_languages():
    told = [HISTORY.findall(read(path)) for path in (Path(version.__file__), SOURCES["csharp"][0], SOURCES["cpp"][0])]
    assert told[0]
    assert told[0] == told[1] == told[2]


def test_the_package_version_is_the_same_everywhere():
    expected = ponimator_runtime.__version__
    assert tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["version"] == expected
    assert json_of(UNITY / "package.json")["version"] == expected
    assert json_of(UNREAL / "PonimatorStreaming.uplugin")["VersionName"] == expected
    assert f"## [{expected}]" in read(UNITY / "CHANGELOG.md")


@both_engines
def test_codes_states_and_profiles_are_the_same_and_in_the_same_order(language):
    lists = list(words(SOURCES[language][2]).values())
    for enumeration in (Code, State, Profile):
        assert [str(word) for word in enumeration] in lists


@both_engines
def test_limits_are_the_same(language):
    ours = {
        name: value for name, value in vars(limits).items() if name.isupper() and isinstance(value, int | float)
    }.items()
    expected = {name.replace("_", "").lower(): value for name, value in ours if name not in NOT_IN_ENGINES}
    found = constants(SOURCES[language][1])
    assert len(expected) > 20
    assert {name: found.get(name) for name in expected} == expected


@both_engines
def test_no_plugin_takes_messages_nested_deeper_than_docs_say(language):
    told = re.search(r"depth at most (\d+)", read(ROOT / "docs" / "plugins.md"))
    assert told is not None
    assert constants(SOURCES[language][1])["maxdepth"] == int(told[1])
