"""`ponimator tap`: what is said in a session or stands in a recording, one line of JSON for each message."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import tyro

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConfigError, ServerGone
from ponimator_runtime.recording.format import SUFFIX
from ponimator_runtime.recording.lines import line_of
from ponimator_runtime.recording.listener import Listener
from ponimator_runtime.recording.reader import open_recording
from ponimator_runtime.stopping import stopped_by_signals

_LOOK_S: Final = 0.1
"""So often somebody who wants to stop is noticed while nothing comes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TapConfig:
    """Print what is said in a session, or stands in a recording, as JSON lines on stdout, until it ends or Ctrl-C.

    Attributes:
        file: A recording to be read.
        session: Id of a session that is there, to be listened to instead.
        full: Print every number of the arrays, not their shape and range alone.
        control: The server's endpoint for requests.
        server_key: The server's .key file, where it uses keys.
        client_key: This client's .key_secret file, where the server uses keys.
    """

    file: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar=f"FILE{SUFFIX}")] = None
    session: str | None = None
    full: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    control: str = DEFAULT_CONTROL
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key")] = None
    client_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None

    def __post_init__(self) -> None:
        """Refuses what names nothing to listen to; raises ConfigError."""
        if (self.session is None) == (self.file is None):
            raise ConfigError("expected one of --session ID, to listen to it, and the file of a recording")


def main(arguments: list[str]) -> int:
    """Prints until there is nothing more."""
    config = parsed(TapConfig, arguments, command="tap")
    try:
        with stopped_by_signals() as stopping:
            if config.file is not None:
                _tap_file(config.file, stopping, full=config.full)
            else:
                _tap_session(config, config.session or "", stopping)
    except BrokenPipeError:
        # Whoever read has read enough (`| head`): no error. Python writes what it still holds once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _tap_file(path: Path, stopping: threading.Event, *, full: bool) -> None:
    with open_recording(path) as recording:
        _print(msgspec.json.encode({"lane": "header", **msgspec.to_builtins(recording.header)}))
        for record in recording:
            if stopping.is_set():
                return
            _print(line_of(record.lane, record.time_ns, record.payload, full=full))
        if recording.damage:
            print(f"ponimator: {path.name}: {recording.complaint}", file=sys.stderr)


def _tap_session(config: TapConfig, session: str, stopping: threading.Event) -> None:
    with Listener(
        config.control, name="ponimator tap", server_key=config.server_key, client_key=config.client_key
    ) as listener:
        listener.follow(session)
        began_ns = time.monotonic_ns()
        while not stopping.is_set():
            received = listener.receive(_LOOK_S)
            if received is not None:
                _print(line_of(received.lane, received.time_ns - began_ns, received.payload, full=config.full))
            elif listener.lost:
                raise ServerGone("Nothing more comes: the session or its server has ended.")


def _print(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
