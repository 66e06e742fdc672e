"""The Unreal layer of the plugin: what Unreal's own tools would check, as far as it can be read out of the files.

Its C++ tests run with those of the core, in `test_cpp.py`; here it plays once on a real server, over its stand-ins.
"""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from tests.engines.cpp_build import CLANG, ROOT, build

from ponimator_runtime import __version__
from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS
from ponimator_runtime.plugins import libzmq
from ponimator_runtime.plugins.engines import LAYOUTS, Engine

pytestmark = pytest.mark.engines
PLUGIN = ROOT / "engine_plugins" / "unreal" / "PonimatorStreaming"
SOURCE = PLUGIN / "Source"
MODULE, EDITOR = SOURCE / "PonimatorStreaming", SOURCE / "PonimatorStreamingEditor"
CORE = MODULE / "Private" / "Core"
STANDINS = ROOT / "tests" / "engines" / "cpp" / "standins"
LAYER = sorted(path for module in (MODULE, EDITOR) for path in module.rglob("*.[hc]*") if CORE not in path.parents)
HEADERS = [path for path in LAYER if path.suffix == ".h"]
INCLUDE = re.compile(r'^#include "([^"]+)"$', re.MULTILINE)
LAYOUT = LAYOUTS[Engine.UNREAL]
LONGEST = 300
PLAY_S = 3
PATIENCE_S = 180


def text(path):
    return path.read_text(encoding="utf-8")


def plain(path):
    """Without comments."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text(path), flags=re.DOTALL)


def descriptor():
    return json.loads(text(PLUGIN / "PonimatorStreaming.uplugin"))


def test_the_descriptor_names_what_is_there():
    told = descriptor()
    assert told["VersionName"] == __version__
    assert told["EngineVersion"].startswith("5.3")
    modules = {module["Name"]: module["Type"] for module in told["Modules"]}
    assert modules == {"PonimatorStreaming": "Runtime", "PonimatorStreamingEditor": "Editor"}
    assert {plugin["Name"] for plugin in told["Plugins"]} == {"LiveLink"}


@pytest.mark.parametrize("rules", sorted(SOURCE.rglob("*.Build.cs")), ids=lambda path: path.name)
def test_build_rules_are_called_as_their_module(rules):
    name = rules.name.removesuffix(".Build.cs")
    assert rules.parent.name == name
    assert re.search(rf"public class {name} : ModuleRules\b", text(rules))
    assert re.search(rf"public {name}\(ReadOnlyTargetRules Target\) : base\(Target\)", text(rules))


def test_every_module_is_implemented_once():
    found = re.findall(r"^IMPLEMENT_MODULE\((\w+), (\w+)\)", "\n".join(map(text, LAYER)), re.MULTILINE)
    assert sorted(name for _, name in found) == ["PonimatorStreaming", "PonimatorStreamingEditor"]


def test_libraries_and_presets_are_where_the_installer_puts_them_and_are_staged():
    rules = plain(SOURCE / "ThirdParty" / "LibZmq" / "LibZmq.Build.cs")
    assert "RuntimeDependencies.Add(Library, StagedFileType.NonUFS)" in rules
    # Nothing is linked: naming a library to be loaded late would only make the linker warn.
    assert "PublicDelayLoadDLLs" not in rules
    assert "PublicAdditionalLibraries" not in rules
    opened = re.findall(r'TEXT\("(\w+/libzmq[^"]+)"\)', text(MODULE / "Private" / "PonimatorLibrary.cpp"))
    installed = {f"{LAYOUT.libraries(platform)}/{name}" for platform, name in libzmq._PLAIN_NAMES.items()}
    assert {f"Source/ThirdParty/LibZmq/{path}" for path in opened} == installed

    presets = f'"{LAYOUT.presets}"'
    assert presets in text(MODULE / "Private" / "PonimatorMaps.cpp")
    staged = 'Path.Combine(PluginDirectory, "' + '", "'.join(LAYOUT.presets.split("/")) + '")'
    assert staged in text(MODULE / "PonimatorStreaming.Build.cs")


@pytest.mark.parametrize("path", LAYER, ids=lambda path: path.name)
def test_a_layer_s_file_can_be_read_in_one_go(path):
    assert len(text(path).splitlines()) < LONGEST


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_headers_are_as_unreal_s_header_tool_wants_them(header):
    code, includes = plain(header), INCLUDE.findall(text(header))
    assert "#pragma once" in code
    reflected = re.findall(r"^U(?:CLASS|STRUCT|ENUM)\(", code, re.MULTILINE)
    generated = f"{header.stem}.generated.h"
    if not reflected:
        assert not any(include.endswith(".generated.h") for include in includes)
        return
    assert includes[-1] == generated
    assert header.parent.name == "Public"
    bodies = len(re.findall(r"^\tGENERATED_BODY\(\)", code, re.MULTILINE))
    assert bodies == len(re.findall(r"^U(?:CLASS|STRUCT)\(", code, re.MULTILINE))
    # The tool knows no words of the core.
    assert "ponimator::" not in code
    for specifiers, parameters in re.findall(r"UFUNCTION\(([^)]*)\)\s*[^;{]*?\(([^)]*)\)", code):
        assert "Category" in specifiers
        assert "std::" not in parameters


def test_the_stand_ins_are_exactly_the_engine_headers_that_are_used():
    ours = {path.name for path in LAYER} | {f"{path.stem}.generated.h" for path in HEADERS}
    used = {include for path in LAYER for include in INCLUDE.findall(text(path))}
    engines = {include for include in used if include not in ours and not include.startswith("Core/")}
    there = {path.relative_to(STANDINS).as_posix() for path in STANDINS.rglob("*.h")}
    there = {path for path in there if not path.startswith("stand/") and not path.endswith(".generated.h")}
    assert engines == there


@pytest.mark.parametrize("path", sorted((CORE / "Retargeting").iterdir()), ids=lambda path: path.name)
def test_retargeting_is_plain_cpp(path):
    assert all(include.startswith("Core/") for include in INCLUDE.findall(text(path)))
    assert not re.search(r"\b(?:throw|try|catch|dynamic_cast|typeid)\b", plain(path))
    assert len(text(path).splitlines()) < LONGEST


def test_the_joints_are_pythons():
    joints = text(CORE / "Retargeting" / "Joints.h")
    names = re.search(r"kJointNames = \{(.*?)\};", joints, re.DOTALL)[1]
    parents = re.search(r"kJointParents = \{(.*?)\};", joints, re.DOTALL)[1]
    assert tuple(re.findall(r'"(\w+)"', names)) == JOINT_NAMES
    assert tuple(map(int, re.findall(r"-?\d+", parents))) == PARENTS


@pytest.fixture(scope="module")
def play(bundle, tmp_path_factory):
    """What a game over the stand-ins told of one handshake on a real server: its events, and what was seen."""
    game = build(CLANG, "layer_game") / "layer" / "layer_game"
    plugin = tmp_path_factory.mktemp("plugin")
    for name, content in libzmq.of_this_platform().files.items():
        library = plugin / LAYOUT.libraries("linux") / name
        library.parent.mkdir(parents=True, exist_ok=True)
        library.write_bytes(content)
    server = ServerProcess(["--bundle", bundle, "--log", "warning"])
    try:
        ran = subprocess.run(
            [game, plugin, server.control, str(PLAY_S)],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    finally:
        server.stop()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    *events, seen = ran.stdout.splitlines()
    return [line.split()[0] for line in events], json.loads(seen)


def test_events_come_in_order(play):
    events, _ = play
    assert [event for event in events if event != "late"] == ["accepted", "playing", "finished"]


def test_both_ways_show_the_motion_and_nothing_is_left(play):
    _, seen = play
    assert seen["subjects"] == 2
    assert seen["live_link"] >= 2 * seen["posed"] > 0
    assert seen["bad_messages"] == 0
    assert seen["threads"] == 0


def test_the_hands_meet_between_the_actors(play):
    _, seen = play
    # Wrists are behind the palms that meet.
    assert seen["right_wrists_cm"] < 25
    # They stand 120 cm from each other about the world's origin.
    assert seen["middle_cm"] < 60
