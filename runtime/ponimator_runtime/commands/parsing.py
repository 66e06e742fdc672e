"""From a command line to a settings dataclass; whatever is wrong with it is said in one line.

tyro makes the flags and the help from the dataclass. Its errors are boxes of many lines: they are caught, and what they
say is told in one.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Sequence
from typing import Final, TypeVar

import tyro

from ponimator_runtime.errors import ConfigError

Settings = TypeVar("Settings")
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_FRAME: Final = "│╭╮╰╯─ "


def parsed(settings: type[Settings], arguments: Sequence[str], *, command: str) -> Settings:
    """The settings that a command line names.

    Args:
        settings: a dataclass, or a union of them with a word for each (tyro's subcommands).
        arguments: what stands behind the command.
        command: its word.

    Raises:
        ConfigError: it names none; one sentence says why.
        SystemExit: with 0, after `--help`.
    """
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.cli(
                settings,
                prog=f"ponimator {command}",
                args=list(arguments),
                config=(tyro.conf.EnumChoicesFromValues,),
            )
    except SystemExit as stop:
        if stop.code in {None, 0}:
            raise
        words = _told_in_one_line(complaint.getvalue(), getattr(settings, "__name__", ""))
        raise ConfigError(f"{words} (see ponimator {command} --help)") from stop


def _told_in_one_line(box: str, settings_name: str) -> str:
    """The first paragraph inside of tyro's box."""
    lines: list[str] = []
    for line in _COLOURS.sub("", box).splitlines():
        words = line.strip(_FRAME)
        if words and not line.startswith("╭"):
            lines.append(words)
        elif lines:
            break  # a rule: below it stands help, not what is wrong
    told = " ".join(lines) or "this command line is not understood"
    return told.removeprefix(f"Error parsing {settings_name}: ")
