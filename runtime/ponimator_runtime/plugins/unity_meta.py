"""Unity's `.meta` files for what is added to its package: without one, an asset gets another identity in each project.

Identities are made from the path, so that an update keeps them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

_SUFFIX: Final = ".meta"
_FOLDER: Final = "folderAsset: yes\nDefaultImporter:\n"
_PLATFORMS: Final = {".so": ("Linux", "Linux64"), ".dylib": ("OSX", "OSXUniversal"), ".dll": ("Windows", "Win64")}
"""A native library's file ending: the editor's system and the player that it is for."""
_TEXTS: Final = frozenset({".md", ".txt"})
_END: Final = "  externalObjects: {}\n  userData:\n  assetBundleName:\n  assetBundleVariant:\n"


def with_metas(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files, and a `.meta` for each file and folder among them that has none; hidden ones get none."""
    whole = dict(files)
    for path in map(PurePosixPath, files):
        if path.suffix == _SUFFIX or any(part.startswith(".") or part.endswith("~") for part in path.parts):
            continue
        whole.setdefault(f"{path}{_SUFFIX}", _meta(path, _importer(path)))
        for folder in path.parents[:-1]:
            whole.setdefault(f"{folder}{_SUFFIX}", _meta(folder, _FOLDER + _END))
    return whole


def _meta(path: PurePosixPath, importer: str) -> bytes:
    identity = hashlib.md5(f"com.ponimator.streaming/{path}".encode(), usedforsecurity=False).hexdigest()
    return f"fileFormatVersion: 2\nguid: {identity}\n{importer}".encode()


def _importer(path: PurePosixPath) -> str:
    system, player = next((told for ending, told in _PLATFORMS.items() if ending in path.suffixes), ("", ""))
    if not system:
        return f"{'TextScriptImporter' if path.suffix in _TEXTS else 'DefaultImporter'}:\n{_END}"
    # libsodium first: Windows finds it for libzmq when it is loaded already.
    preloaded = int("libsodium" in path.name)
    cpu = "AnyCPU" if system == "OSX" else "x86_64"
    return f"""PluginImporter:
  externalObjects: {{}}
  serializedVersion: 2
  iconMap: {{}}
  executionOrder: {{}}
  defineConstraints: []
  isPreloaded: {preloaded}
  isOverridable: 1
  isExplicitlyReferenced: 0
  validateReferences: 1
  platformData:
  - first:
      Any:
    second:
      enabled: 0
      settings: {{}}
  - first:
      Editor: Editor
    second:
      enabled: 1
      settings:
        CPU: {cpu}
        DefaultValueInitialized: true
        OS: {system}
  - first:
      Standalone: {player}
    second:
      enabled: 1
      settings:
        CPU: {cpu}
  userData:
  assetBundleName:
  assetBundleVariant:
"""
