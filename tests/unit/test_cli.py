"""The command line: exit codes, one clear line for what is wrong, and commands of other packages."""

import importlib.metadata
import subprocess
import sys

import pytest

from ponimator_runtime import __version__, cli
from ponimator_runtime.errors import ConfigError, MissingExtra
from ponimator_runtime.serving.config import ServeConfig


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["srve"], "unknown command 'srve'"),
        (["--foo"], "unknown option '--foo'"),
        (["serve", "--contrl", "x"], "--contrl"),
        (["serve", "--threads", "0"], "--threads must lie between 1 and 256, got 0"),
        (["serve", "--threads", "two"], "--threads"),
        (["serve", "--threads"], "--threads"),
        (["serve", "--log", "loud"], "loud"),
        (["serve", "--control", "ipc:///tmp/x"], "tcp://HOST:PORT"),
        (["serve", "--control", "tcp://127.0.0.1:70000"], "tcp://HOST:PORT"),
        (["serve", "--stream", "tcp://0.0.0.0:0"], "--insecure"),
        (["serve", "--stream", "tcp://example.org:0"], "--insecure"),
        (["serve", "--stream", "tcp://127.0.0.1:7740"], "two ports"),
        (["serve", "--lease-s", "nan"], "--lease-s"),
        (["interact"], "--text"),
        (["interact", "--text", " "], "--text"),
        (["interact", "--text", "hug", "--seconds", "0"], "--seconds"),
        (["interact", "--text", "hug", "--seed", "-1"], "--seed"),
        (["interact", "--text", "hug", "--out", "motion.txt"], ".npz"),
        (["interact", "--text", "hug", "--rate-hz", "500"], "--rate-hz"),
        (["demo", "--out-dir", "/no/such/folder"], "/no/such/folder"),
        (["demo", "now"], "now"),
    ],
)
def test_wrong_use_is_one_clear_line_and_exit_code_2(arguments, says, capsys):
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
    assert err.startswith("ponimator: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serve", "--bundle", "no-such-bundle"], "no-such-bundle"),
        (["demo", "--bundle", "no-such-bundle"], "no-such-bundle"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(arguments, says, capsys):
    assert cli.main(arguments) == 1
    _, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert says in err


def test_help_names_every_command(capsys):
    assert cli.main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert {"serve", "interact", "demo"} <= set(out.split())
    assert err == ""
    assert cli.main([]) == 2


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"ponimator {__version__}\n"


@pytest.mark.parametrize("command", ["serve", "interact", "demo"])
def test_each_command_tells_its_options(command, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    assert f"ponimator {command}" in capsys.readouterr().out


def test_the_module_is_the_command():
    result = subprocess.run(
        [sys.executable, "-m", "ponimator_runtime", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout == f"ponimator {__version__}\n"


class FakeEntryPoint:
    module = "ponimator_training.cli"

    def __init__(self, name, loaded):
        self.name, self._loaded = name, loaded

    def load(self):
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


@pytest.fixture
def plugin(monkeypatch):
    def install(name, loaded):
        monkeypatch.setattr(cli, "entry_points", lambda group: [FakeEntryPoint(name, loaded)])

    return install


def test_commands_of_other_packages_get_their_arguments(plugin):
    seen = []
    plugin("train", lambda arguments: seen.append(arguments) or 3)
    assert cli.main(["train", "--recipe", "lite"]) == 3
    assert seen == [["--recipe", "lite"]]


@pytest.mark.parametrize("error", [MissingExtra("training", "train"), ImportError("no module named torch")])
def test_a_missing_extra_is_one_line(plugin, capsys, error):
    plugin("train", error)
    assert cli.main(["train"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "pip install 'ponimator-runtime[train]'" in err


def test_the_help_tells_other_packages_commands_without_running_them(plugin, capsys):
    plugin("train", AssertionError("the help page must not load a command"))
    assert cli.main(["--help"]) == 0
    assert "both models and every recipe" in capsys.readouterr().out


def test_another_package_cannot_take_a_command_over(plugin, capsys):
    plugin("serve", lambda arguments: 0)
    assert cli.main(["serve", "--threads", "0"]) == 2


def test_the_group_is_the_projects():
    assert cli._GROUP == "ponimator.commands"
    assert callable(importlib.metadata.entry_points)


def test_open_addresses_need_the_word():
    with pytest.raises(ConfigError, match="insecure"):
        ServeConfig(control="tcp://192.168.0.7:7740")
    assert ServeConfig(control="tcp://192.168.0.7:7740", insecure=True).insecure
    for loopback in ("localhost", "127.0.0.1", "127.1.2.3", "[::1]"):
        ServeConfig(control=f"tcp://{loopback}:0")
