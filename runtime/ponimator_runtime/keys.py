"""Key files of CURVE, ZeroMQ's encryption: made, written and read here and nowhere else.

Files are in ZeroMQ's certificate format: NAME.key has the public key and may be given away, NAME.key_secret has both
and stays where it was made. Paths come from a command line or from the program that uses the client, never from the
wire.
"""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import zmq
from zmq.utils import z85

from ponimator_runtime.errors import ConfigError

PUBLIC_SUFFIX: Final = ".key"
SECRET_SUFFIX: Final = ".key_secret"  # noqa: S105  no secret: how its file is called
_KEY_BYTES: Final = 32
_OWNER_ONLY: Final = 0o600
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LINE: Final = re.compile(r"^\s*(?P<kind>public|secret)-key\s*=\s*[\"']?(?P<key>[^\"'\s]+)[\"']?\s*$", re.MULTILINE)
_FILE_TO_GIVE: Final = """\
#   Public key: give it to whoever is to know {name}.
metadata
curve
    public-key = "{public}"
"""
_FILE_TO_KEEP: Final = """\
#   SECRET key of {name}: keep this file where it was made, readable for nobody else.
metadata
curve
    public-key = "{public}"
    secret-key = "{secret}"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyPair:
    """Who one is, and the proof of it; both in Z85, 40 characters."""

    public: bytes
    secret: bytes = field(repr=False)


def check_curve() -> None:
    """Raises ConfigError where this ZeroMQ was built without encryption."""
    if not zmq.has("curve"):
        raise ConfigError("Keys need a ZeroMQ with CURVE, this one has none: pip install --force-reinstall pyzmq")


def write_new_keys(name: str, folder: Path) -> tuple[Path, Path]:
    """Makes a key pair and writes both files; where they are, the public one first.

    Raises:
        ConfigError: no name for a file, no such folder, or keys of that name are there already.
    """
    check_curve()
    if _NAME.fullmatch(name) is None:
        raise ConfigError(
            f"A key's name has 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or a digit; got {name!r}"
        )
    if not folder.is_dir():
        raise ConfigError(f"--folder: there is no folder {folder}")
    public, secret = (key.decode() for key in zmq.curve_keypair())
    public_path, secret_path = folder / f"{name}{PUBLIC_SUFFIX}", folder / f"{name}{SECRET_SUFFIX}"
    for path in (public_path, secret_path):
        if path.exists():
            raise ConfigError(f"{path} is there already: whoever relies on it would be locked out; take another name")
    # Private from its first byte on; Windows gives it the folder's permissions.
    descriptor = os.open(secret_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_FILE_TO_KEEP.format(name=name, public=public, secret=secret))
    public_path.write_text(_FILE_TO_GIVE.format(name=name, public=public), encoding="utf-8")
    return public_path, secret_path


def read_public_key(path: Path) -> bytes:
    """The public key in a file of either kind; raises ConfigError where there is none."""
    keys = _keys_in(path)
    if "public" not in keys:
        raise ConfigError(f"{path} has no public key: expected a {PUBLIC_SUFFIX} file of `ponimator keys new`")
    return keys["public"]


def read_key_pair(path: Path) -> KeyPair:
    """Both keys of a secret file; raises ConfigError where one is missing or they do not belong together."""
    keys = _keys_in(path)
    if "secret" not in keys:
        raise ConfigError(f"{path} has no secret key: expected a {SECRET_SUFFIX} file of `ponimator keys new`")
    public = zmq.curve_public(keys["secret"])
    if keys.get("public", public) != public:
        raise ConfigError(f"{path} has two keys that do not belong together: make new ones with `ponimator keys new`")
    return KeyPair(public=public, secret=keys["secret"])


def _keys_in(path: Path) -> dict[str, bytes]:
    check_curve()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as a key file: {error}") from error
    keys = {match["kind"]: match["key"].encode() for match in _LINE.finditer(text)}
    for key in keys.values():
        if not _is_key(key):
            raise ConfigError(f"{path} is no whole key file: a key has 40 characters of Z85; make new ones")
    return keys


def _is_key(key: bytes) -> bool:
    try:
        return len(z85.decode(key)) == _KEY_BYTES
    except (KeyError, ValueError, struct.error):
        return False
