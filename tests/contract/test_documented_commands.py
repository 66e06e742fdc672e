"""Every `ponimator` command that a page shows is one that the program understands, to the last option.

They are read as a shell would read them and given to the real command line; it stops where it would begin to work. What
they do is tested elsewhere: here a renamed option or a command that is gone is found.
"""

import re
import shlex
from pathlib import Path

import pytest
import tyro

from ponimator_runtime.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("**/*.md")),
    *sorted((ROOT / "engine_plugins").glob("**/*.md")),
]
FENCED = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"\s+#.*$", re.MULTILINE)
NEEDED_FOLDERS = ("allowed", "data", "bundles", "hugs")
"""Which options name as where something is to be written."""


class Understood(BaseException):
    """The command line was read to its end."""


def commands_of(page):
    """Each command of a page's blocks, lines that end in a backslash joined."""
    for block in FENCED.findall(page.read_text(encoding="utf-8")):
        for line in COMMENT.sub("", block.replace("\\\n", " ")).splitlines():
            for command in line.split("&&"):
                words = shlex.split(command)
                if words[:1] == ["ponimator"]:
                    yield " ".join(words), words[1:]


DOCUMENTED = sorted(
    {(str(page.relative_to(ROOT)), *command[:1]): command[1] for page in PAGES for command in commands_of(page)}.items()
)


def test_the_pages_show_commands():
    assert len(DOCUMENTED) > 30


@pytest.mark.parametrize(("place", "arguments"), DOCUMENTED, ids=[" ".join(place) for place, _ in DOCUMENTED])
def test_a_documented_command_is_understood(place, arguments, tmp_path, monkeypatch, capsys):
    really = tyro.cli

    def read_and_stop(*given, **options):
        really(*given, **options)
        raise Understood

    for folder in NEEDED_FOLDERS:
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tyro, "cli", read_and_stop)
    try:
        exit_code = main(arguments)
    except Understood:
        return
    except SystemExit as stop:
        exit_code = stop.code
    assert (exit_code, capsys.readouterr().err) == (0, "")
