"""`ponimator plugin`: puts the plugin for Unity or Unreal into a game's project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tyro

from ponimator_runtime import __version__
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.plugins import libzmq
from ponimator_runtime.plugins.contents import plugin_contents
from ponimator_runtime.plugins.engines import LAYOUTS, Engine
from ponimator_runtime.plugins.installation import install


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallPlugin:
    """Put the plugin for an engine into a project, with this platform's libzmq; installing again updates it.

    Attributes:
        engine: What the project is made with.
        project: Its folder.
        force: Replace a plugin that was changed by hand; the changes are lost.
        libzmq: Wheels of pyzmq to take libzmq from, one for each platform that the game is built for. By default the
            one of this platform.
    """

    engine: tyro.conf.Positional[Engine]
    project: tyro.conf.Positional[Path]
    force: bool = False
    libzmq: tuple[Path, ...] = ()


def main(arguments: list[str]) -> int:
    """Installs, and says what to do next."""
    if not arguments or arguments[0] not in {"install", "-h", "--help"}:
        raise ConfigError("expected `ponimator plugin install unity|unreal PROJECT` (see ponimator plugin --help)")
    given = arguments[1:] if arguments[0] == "install" else arguments
    config = parsed(InstallPlugin, given, command="plugin install")
    layout, project = LAYOUTS[config.engine], config.project.absolute()
    version = layout.checked(project)
    libraries = [libzmq.of_wheel(wheel) for wheel in config.libzmq] or [libzmq.of_this_platform()]
    installed = install(
        plugin_contents(layout, libraries),
        project / layout.parent / layout.name,
        project=project,
        version=__version__,
        force=config.force,
    )
    print(f"  {'project':<12} {project} ({version})")
    print(f"  {'plugin':<12} {installed.folder}, {__version__}{_told_before(installed.replaced)}")
    for library in libraries:
        print(f"  {'libzmq':<12} {', '.join(library.files)} for {library.platform}, from {library.origin}")
    print(f"\n{layout.next_steps}")
    return 0


def _told_before(replaced: str | None) -> str:
    return "" if replaced is None else f" in place of {replaced or 'one of unknown version'}"
