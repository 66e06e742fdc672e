"""The pins that `make` installs: whole, free of local labels, and the same torch everywhere."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_pin_names_one_build():
    assert [version for version in PINS.values() if not re.fullmatch(r"[\w.]+", version)] == []


NOT_BESIDE_DEV = {"gpu"}
"""Overwrites files of the development set, whose pins these are."""


@pytest.mark.parametrize("extra", ["base", *sorted(set(PROJECT["optional-dependencies"]) - NOT_BESIDE_DEV)])
def test_every_direct_dependency_is_pinned(extra):
    required = PROJECT["dependencies"] if extra == "base" else PROJECT["optional-dependencies"][extra]
    names = {normalised(re.match(r"[\w.-]+", requirement).group()) for requirement in required}
    assert names - {"ponimator-runtime"} <= {normalised(name) for name in PINS}


def test_torch_installed_first_is_the_torch_pinned():
    assert f"TORCH := torch=={PINS['torch']}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_no_extra_brings_both_onnx_runtimes():
    for extra, required in PROJECT["optional-dependencies"].items():
        brought = {re.split(r"[\[>=]", requirement)[0] for requirement in required}
        for others in re.findall(r"ponimator-runtime\[(.*?)\]", " ".join(required)):
            brought |= set(others.split(","))
        assert not {"onnxruntime", "onnxruntime-gpu"} <= brought, extra
        assert not {"cpu", "gpu"} <= brought, extra
    assert "onnxruntime" not in " ".join(PROJECT["dependencies"])
