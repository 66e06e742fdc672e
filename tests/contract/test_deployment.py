"""The container and the service start the server by commands that it understands, and install extras that there are."""

import configparser
import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.serving.config import ServeConfig

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "examples" / "deploy" / "Dockerfile").read_text(encoding="utf-8")
SERVICE = ROOT / "examples" / "deploy" / "ponimator.service"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


@pytest.mark.parametrize(
    "words", [json.loads(line) for line in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)]
)
def test_a_container_serves_to_the_network_with_keys(words):
    config = parsed(ServeConfig, words[1:], command=words[0])
    assert (words[0], config.insecure) == ("serve", False)
    assert config.control.startswith("tcp://0.0.0.0:")
    assert config.server_key is not None


def test_containers_install_extras_that_there_are():
    installed = re.findall(r"\.whl\)\[(\w+)\]", DOCKERFILE)
    assert installed == re.findall(r"^FROM base AS (\w+)$", DOCKERFILE, re.MULTILINE) == ["cpu", "gpu"]
    assert set(installed) <= set(EXTRAS)


def test_the_image_is_built_from_what_the_wheel_needs():
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    needed = {path.split("/")[0] for path in parts} | {"pyproject.toml", project["project"]["readme"]}
    needed |= set(project["project"]["license-files"])
    assert not needed & set(left_out)


def test_the_service_serves_and_stops_in_time():
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str
    unit.read(SERVICE, encoding="utf-8")
    program, command, *words = shlex.split(unit["Service"]["ExecStart"])
    config = parsed(ServeConfig, words, command=command)
    assert (Path(program).name, command, config.insecure) == ("ponimator", "serve", False)
    assert config.metrics_address == ("127.0.0.1", 9464)
    assert unit["Service"]["KillSignal"] == "SIGTERM"
