"""The libzmq that goes with a plugin: the one that pyzmq's wheel carries, so that both ends run the same library.

pyzmq's wheels for Linux and macOS carry it as a shared library with libsodium beside it, which encrypts. Those for
Windows have had it inside of a Python module since 26, where no game finds it: there the newest wheel that carries it
is fetched by pip, checked against a hash.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from ponimator_runtime.errors import DataError, PonimatorError

_SUFFIXES: Final = {"linux": r"\.so(?:\.\d+)*", "darwin": r"(?:\.\d+)*\.dylib", "win32": r"\.dll"}
_PLAIN_NAMES: Final = {"linux": "libzmq.so", "darwin": "libzmq.dylib", "win32": "libzmq.dll"}
_LICENCE: Final = re.compile(r"\.dist-info/(?:.*/)?(LICENSE[^/]*(?:zeromq|libsodium|LESSER)[^/]*)$")
_WINDOWS_WHEEL: Final = "pyzmq==25.1.2 --hash=sha256:25c2dbb97d38b5ac9fd15586e048ec5eb1e38f3d47fe7d92167b0c77bb3584e9"
_WINDOWS_WHEEL_OF: Final = ("--platform=win_amd64", "--python-version=3.11")


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedLibraries:
    """libzmq for one platform, and what it loads.

    Attributes:
        platform: as `sys.platform` names it.
        files: contents by file name; libzmq by the plain name that an engine looks for, libsodium by the name that
            libzmq looks for, beside it.
        licences: texts by file name.
        origin: where they are from.
    """

    platform: str
    files: Mapping[str, bytes]
    licences: Mapping[str, bytes]
    origin: str


def of_this_platform() -> SharedLibraries:
    """From the installed pyzmq, on Windows from PyPI.

    Raises:
        PonimatorError: none is to be had.
    """
    found = _found_in(_installed(), f"the installed pyzmq {metadata.version('pyzmq')}")
    if found is not None and found.platform == sys.platform:
        return found
    if sys.platform == "win32":
        return _fetched_for_windows()
    raise PonimatorError(
        "expected a libzmq in the installed pyzmq, it was built against the system's: "
        "pip install --force-reinstall --only-binary pyzmq pyzmq, or name a wheel: --libzmq FILE.whl"
    )


def of_wheel(path: Path) -> SharedLibraries:
    """From a wheel file of pyzmq, for whatever platform it is.

    Raises:
        DataError: it is no wheel, or has no libzmq of its own.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            read = {name: _reader(archive, name) for name in archive.namelist()}
            found = _found_in(read, path.name)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"expected a wheel of pyzmq, {path} cannot be read as one: {error}") from error
    if found is None:
        raise DataError(
            f"expected a wheel of pyzmq that carries libzmq as a shared library, {path.name} has none: "
            f"for Windows take {_WINDOWS_WHEEL.partition(' ')[0]}"
        )
    return found


def _installed() -> dict[str, Callable[[], bytes]]:
    files = metadata.files("pyzmq") or []
    return {file.as_posix(): Path(str(file.locate())).read_bytes for file in files}


def _reader(archive: zipfile.ZipFile, name: str) -> Callable[[], bytes]:
    return lambda: archive.read(name)


def _found_in(read: Mapping[str, Callable[[], bytes]], origin: str) -> SharedLibraries | None:
    for platform, suffix in _SUFFIXES.items():
        libzmq = _only_match(rf"(?:^|/)libzmq[^/]*{suffix}$", read)
        if libzmq is None:
            continue
        content = read[libzmq]()
        files: dict[str, bytes] = {}
        libsodium = _only_match(rf"(?:^|/)libsodium[^/]*{suffix}$", read)
        if libsodium is not None:
            name = libsodium.rpartition("/")[2]
            content, shorter = _asking_for_shorter(content, name)
            files[shorter] = read[libsodium]()
        files = {_PLAIN_NAMES[platform]: content, **files}
        licences = {found[1]: read[path]() for path in read if (found := _LICENCE.search(path))}
        return SharedLibraries(platform=platform, files=files, licences=licences, origin=origin)
    return None


def _only_match(pattern: str, names: Mapping[str, object]) -> str | None:
    return next((name for name in names if re.search(pattern, name)), None)


def _asking_for_shorter(libzmq: bytes, needed: str) -> tuple[bytes, str]:
    """Changes libzmq so that it loads NAME.so instead of NAME.so.1.2.3: Unity builds take no other ending along.

    The name stands once, ended by a zero, in the table of strings of an ELF file; a shorter one fits into its place.
    """
    shorter = re.sub(r"\.so\.[\d.]+$", ".so", needed)
    old, new = needed.encode() + b"\0", shorter.encode() + b"\0"
    if shorter == needed or libzmq.count(old) != 1:
        return libzmq, needed
    return libzmq.replace(old, new.ljust(len(old), b"\0")), shorter


def _fetched_for_windows() -> SharedLibraries:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(_WINDOWS_WHEEL, encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        options = ["--only-binary=:all:", *_WINDOWS_WHEEL_OF, "--require-hashes", f"--requirement={wanted}"]
        fetched = subprocess.run(  # noqa: S603  our own interpreter and its pip
            [*pip, *options, f"--dest={folder}"], capture_output=True, text=True, check=False
        )
        wheels = sorted(Path(folder).glob("*.whl"))
        if fetched.returncode != 0 or not wheels:
            raise PonimatorError(
                f"expected {_WINDOWS_WHEEL.partition(' ')[0]} from pip, which carries libzmq for Windows: "
                f"{_complaint(fetched.stderr)}; fetch its wheel elsewhere and name it: --libzmq FILE.whl"
            )
        return of_wheel(wheels[0])


def _complaint(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()] or ["it said nothing"]
    return next((line for line in lines if line.startswith("ERROR")), lines[-1])
