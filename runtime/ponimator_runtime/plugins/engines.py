"""What differs between the engines: how a project of each is known, and where what goes.

Unity loads whatever package lies under a project's `Packages/`, Unreal whatever plugin under `Plugins/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ponimator_runtime.errors import ConfigError

_UNITY_SINCE: Final = (2021, 3)
_UNREAL_SINCE: Final = (5, 3)
_UNITY_VERSION_FILE: Final = Path("ProjectSettings", "ProjectVersion.txt")
_UNITY_VERSION: Final = re.compile(r"^m_EditorVersion:\s*(\S+)", re.MULTILINE)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)")

_UNITY_STEPS: Final = """\
1. Open the project in Unity and wait until it has compiled.
2. Start a server on this machine: ponimator serve
3. Window > Package Manager > In Project > Ponimator Streaming > Samples: import Handshake.
4. In an empty scene add an empty object with the component Handshake Scene; press Play, then H.
After an update close Unity and open it again: it never lets go of a native library."""
_UNREAL_STEPS: Final = """\
1. Open the project and let the editor build PonimatorStreaming. In a project without C++ it offers no such thing:
   add one C++ class first (Tools > New C++ Class).
2. Start a server on this machine: ponimator serve
3. Give a character the component Ponimator Retarget, and an actor the component Ponimator: docs/unreal.md, step 6 on.
Close the editor before an update: it holds the plugin's files."""


class Engine(StrEnum):
    """Engines that a plugin exists for."""

    UNITY = "unity"
    UNREAL = "unreal"


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginLayout:
    """Where the parts of one engine's plugin lie, and what they are put into.

    Attributes:
        engine: whose.
        name: the plugin's folder.
        parent: folder of a project that plugins are put into.
        presets: folder in the plugin for the presets of bone names.
        preset_suffix: of their files; Unity reads a text by its ending.
        libraries: folder in the plugin for libzmq, of a platform as `sys.platform` names it.
        checked: raises ConfigError where a folder is no project of a version that the plugin knows; tells what it is.
        next_steps: what is to be done after installing.
    """

    engine: Engine
    name: str
    parent: str
    presets: str
    preset_suffix: str
    libraries: Callable[[str], str]
    checked: Callable[[Path], str]
    next_steps: str


def _unity_project(folder: Path) -> str:
    version_file = folder / _UNITY_VERSION_FILE
    there = {"Assets": (folder / "Assets").is_dir(), _UNITY_VERSION_FILE.as_posix(): version_file.is_file()}
    missing = [name for name, is_there in there.items() if not is_there]
    if missing:
        raise ConfigError(
            f"expected the folder of a Unity project, {folder} has no {' and no '.join(missing)}: "
            "name the folder that holds Assets and ProjectSettings"
        )
    found = _UNITY_VERSION.search(version_file.read_text(encoding="utf-8", errors="replace"))
    if found is None:
        raise ConfigError(
            f"expected m_EditorVersion in {version_file}, it has none: open the project once in Unity, which writes it"
        )
    _refuse_older(found[1], _UNITY_SINCE, product="Unity")
    return f"Unity {found[1]}"


def _unreal_project(folder: Path) -> str:
    if not folder.is_dir():
        what = "a file" if folder.is_file() else "not there"
        raise ConfigError(
            f"expected the folder of an Unreal project, {folder} is {what}: name the folder that holds it"
        )
    described = sorted(folder.glob("*.uproject"))
    if not described:
        raise ConfigError(
            f"expected the folder of an Unreal project, {folder} has no .uproject file: name the folder that holds it"
        )
    try:
        project = json.loads(described[0].read_text(encoding="utf-8-sig"))
        association = str(project.get("EngineAssociation", ""))
    except (ValueError, AttributeError) as error:
        raise ConfigError(f"expected a JSON object in {described[0]}: {error}") from error
    if _VERSION.match(association) is None:  # built from source: a GUID, or nothing
        return "Unreal, an engine of its own; the plugin is for 5.3 or newer"
    _refuse_older(association, _UNREAL_SINCE, product="Unreal")
    return f"Unreal {association}"


def _refuse_older(told: str, since: tuple[int, int], *, product: str) -> None:
    found = _VERSION.match(told)
    if found is None or (int(found[1]), int(found[2])) < since:
        wanted = ".".join(map(str, since))
        raise ConfigError(
            f"expected a project of {product} {wanted} or newer, this one is of {told}: upgrade it in the editor first"
        )


_UNREAL_PLATFORMS: Final = {"win32": "Win64", "darwin": "Mac", "linux": "Linux"}
LAYOUTS: Final = {
    Engine.UNITY: PluginLayout(
        engine=Engine.UNITY,
        name="com.ponimator.streaming",
        parent="Packages",
        presets="Resources/PonimatorRigs",
        preset_suffix=".txt",
        libraries=lambda _: "Plugins/x86_64",
        checked=_unity_project,
        next_steps=_UNITY_STEPS,
    ),
    Engine.UNREAL: PluginLayout(
        engine=Engine.UNREAL,
        name="PonimatorStreaming",
        parent="Plugins",
        presets="Resources/Presets",
        preset_suffix=".toml",
        libraries=lambda platform: f"Source/ThirdParty/LibZmq/{_UNREAL_PLATFORMS[platform]}",
        checked=_unreal_project,
        next_steps=_UNREAL_STEPS,
    ),
}
