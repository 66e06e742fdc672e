"""What an installed plugin consists of: its sources, the presets of bone names and libzmq."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ponimator_runtime.errors import PonimatorError
from ponimator_runtime.plugins.engines import Engine, PluginLayout
from ponimator_runtime.plugins.libzmq import SharedLibraries
from ponimator_runtime.plugins.unity_meta import with_metas
from ponimator_runtime.rigs import preset_folder

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_IN_WHEEL: Final = _PACKAGE / "plugins" / "files"
_IN_REPOSITORY: Final = _PACKAGE.parents[1] / "engine_plugins"


def plugin_contents(layout: PluginLayout, libraries: Sequence[SharedLibraries]) -> dict[str, bytes]:
    """All files by their path in the plugin's folder.

    Raises:
        PonimatorError: this installation carries no plugins.
    """
    files = _files_under(_source(layout))
    for name, content in _files_under(preset_folder(), "*.toml").items():
        files[f"{layout.presets}/{name.removesuffix('.toml')}{layout.preset_suffix}"] = content
    for library in libraries:
        folder = layout.libraries(library.platform)
        files |= {f"{folder}/{name}": content for name, content in {**library.files, **library.licences}.items()}
    return with_metas(files) if layout.engine is Engine.UNITY else files


def _source(layout: PluginLayout) -> Path:
    """In an installed wheel beside this module; an editable installation has the repository around it."""
    for root in (_IN_WHEEL, _IN_REPOSITORY):
        folder = root / layout.engine.value / layout.name
        if folder.is_dir():
            return folder
    raise PonimatorError(
        f"expected the {layout.engine} plugin in {_IN_WHEEL}, it is not there: "
        "pip install --force-reinstall ponimator-runtime"
    )


def _files_under(folder: Path, pattern: str = "*") -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob(pattern))
        if path.is_file()
    }
