"""The `ponimator` command: finds the command that is meant, and turns errors into one line and an exit code.

Exit codes: 0 done, 1 it could not be done, 2 it was asked in a way that is not understood, 130 interrupted.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from ponimator_runtime import __version__
from ponimator_runtime.errors import ConfigError, MissingExtra, PonimatorError

_DONE: Final = 0
_FAILED: Final = 1
_NOT_UNDERSTOOD: Final = 2
_INTERRUPTED: Final = 130
_GROUP: Final = "ponimator.commands"
_BUILT_IN: Final = {
    "serve": "stream motion to game engines until stopped",
    "interact": "trigger an interaction on a running server and watch it",
    "demo": "see it work: two people shake hands, in real time",
    "stats": "what a running server has done, and how long it took",
    "record": "write a session to a file as it comes",
    "view": "see both bodies live in a browser, and trigger them there",
    "convert": "turn a recording or motion files into npz, BVH or glTF",
    "replay": "serve a recording as a mock server, without a model",
    "tap": "print a session or a recording as JSON lines",
    "doctor": "check the installation, the bundle and what runs it",
    "keys": "make the keys of a server and of its clients",
    "plugin": "put the plugin for Unity or Unreal into a game's project",
}
_EXTRAS: Final = {"ponimator_training": "train", "ponimator_export": "export"}
"""The extra with which the commands of a package come."""
_ALGEBRA_THREADS: Final = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_USAGE: Final = "usage: ponimator [-h] [--version] COMMAND ..."

Command = Callable[[list[str]], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if not given or given[0] in {"-h", "--help", "help"}:
            print(_help())
            return _DONE if given else _NOT_UNDERSTOOD
        if given[0] == "--version":
            print(f"ponimator {__version__}")
            return _DONE
        return _command(given[0])(given[1:])
    except ConfigError as error:
        return _complain(error, _NOT_UNDERSTOOD)
    except PonimatorError as error:
        return _complain(error, _FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted", _INTERRUPTED)


def _command(name: str) -> Command:
    if name in _BUILT_IN:
        # Threads of linear algebra on such small arrays cost more than they bring; read when numpy is first imported.
        for variable in _ALGEBRA_THREADS:
            os.environ.setdefault(variable, "1")
        module = importlib.import_module(f"ponimator_runtime.commands.{name}")
        command: Command = module.main
        return command
    plugins = _plugins()
    if name not in plugins:
        known = ", ".join([*_BUILT_IN, *plugins])
        kind = "option" if name.startswith("-") else "command"
        raise ConfigError(f"unknown {kind} '{name}': expected one of {known} (see ponimator --help)")
    try:
        loaded: Command = plugins[name].load()
    except MissingExtra:
        raise
    except ImportError as error:
        extra = _EXTRAS.get(plugins[name].module.partition(".")[0])
        mend = f"pip install 'ponimator-runtime[{extra}]'" if extra else "install what it belongs to"
        raise PonimatorError(f"'{name}' needs a package that is not installed ({error}): {mend}") from error
    return loaded


def _plugins() -> dict[str, EntryPoint]:
    """Commands of other packages, by name; what is built in cannot be taken over."""
    found = sorted(entry_points(group=_GROUP), key=lambda point: point.name)
    return {point.name: point for point in found if point.name not in _BUILT_IN}


def _help() -> str:
    width = max(len(name) for name in (*_BUILT_IN, *_plugins())) + 2
    lines = [
        _USAGE,
        "",
        "Two game characters touch each other: interactive-pose diffusion in, motion for both bodies out of a socket.",
        "",
        "commands:",
        *(f"  {name:<{width}}{words}" for name, words in _BUILT_IN.items()),
        *(f"  {name:<{width}}{_words_of(point)}" for name, point in _plugins().items()),
        "",
        "options:",
        f"  {'-h, --help':<{max(width, 12)}}this page; ponimator COMMAND --help tells a command's own",
        f"  {'--version':<{max(width, 12)}}the version of this program",
    ]
    return "\n".join(lines)


def _words_of(plugin: EntryPoint) -> str:
    """What a command's module says of itself, read without running it: that would import torch for a help page."""
    spec = importlib.util.find_spec(plugin.module)
    if spec is None or spec.origin is None:
        return f"from {plugin.module}"
    docstring = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or plugin.module
    first_line = docstring.splitlines()[0]
    return first_line.partition(": ")[2].rstrip(".") or first_line


def _complain(what: object, exit_code: int) -> int:
    words = " ".join(str(what).split())
    print(f"ponimator: {words}", file=sys.stderr)
    return exit_code
