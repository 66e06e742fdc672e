"""`ponimator keys`: key files for a server that is open to the network, and for its clients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tyro

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.keys import write_new_keys


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKeys:
    """Make a key pair: NAME.key to give away, NAME.key_secret to keep. One for the server, one for each client.

    Attributes:
        name: What both files are called, like server or level-editor-ann.
        folder: Folder to write them to.
    """

    name: tyro.conf.Positional[str]
    folder: Path = Path()


def main(arguments: list[str]) -> int:
    """Writes both files, and says what to do with them."""
    if not arguments or arguments[0] not in {"new", "-h", "--help"}:
        raise ConfigError("expected `ponimator keys new NAME` (see ponimator keys --help)")
    config = parsed(NewKeys, arguments[1:] if arguments[0] == "new" else arguments, command="keys new")
    public, secret = write_new_keys(config.name, config.folder)
    print(f"  {'public':<12} {public}")
    print(f"  {'secret':<12} {secret} (never leaves this machine)")
    print(f"""
For a server:
  ponimator serve --server-key {secret} --allowed-keys FOLDER
  and give {public.name} to everybody who is to connect.
For a client:
  put {public.name} into the server's FOLDER of allowed keys, get the server's .key file, and
  ponimator interact --server-key SERVER.key --client-key {secret} --text ...""")
    return 0
