"""Builds the C# programs of the engine plugins' tests, once a session and each only when a test needs it.

A pytest plugin: `conftest.py` beside it imports the fixtures. Nothing is fetched: no project has a package.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.engines.building import ROOT, TOOLCHAIN, alone

PROJECTS = Path(__file__).resolve().parent / "csharp"
BUILT = ROOT / ".engines" / "build" / "csharp"
GOLDEN = ROOT / "tests" / "contract" / "golden"
_BUILD_TIMEOUT_S = 240


def build(project: str) -> list[str]:
    """The command that runs a program, built, in any environment; skips the test where there is no compiler."""
    missing = TOOLCHAIN.missing_for_csharp()
    if missing is not None:
        pytest.skip(missing)
    # No process stays behind to wait for the next build.
    options = ["--nologo", "-v", "quiet", "-m:1", "-nodeReuse:false"]
    with alone("csharp"):
        built = subprocess.run(
            [TOOLCHAIN.DOTNET, "build", PROJECTS / f"{project}.csproj", *options],
            env=TOOLCHAIN.dotnet_environment(), capture_output=True, text=True, timeout=_BUILD_TIMEOUT_S, check=False,
        )  # fmt: skip
    if built.returncode != 0:
        pytest.fail(f"{project} does not build:\n{built.stdout}{built.stderr}", pytrace=False)
    changed = TOOLCHAIN.dotnet_environment().items() - os.environ.items()
    variables = [f"{name}={value}" for name, value in sorted({*changed, ("PONIMATOR_GOLDEN", str(GOLDEN))})]
    return ["env", *variables, str(TOOLCHAIN.DOTNET), str(BUILT / project / f"{project}.dll")]


@pytest.fixture(scope="session")
def csharp_core_tests() -> list[str]:
    """The command that runs the tests of the Unity plugin's core."""
    return build("Ponimator.Core.Tests")


@pytest.fixture(scope="session")
def csharp_probe() -> list[str]:
    """The command that runs the probe."""
    return build("Probe")
