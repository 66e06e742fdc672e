"""`ponimator replay`: a recording over the sockets of a server, for who has no model at hand."""

from __future__ import annotations

import logging
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import tyro

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.server_process import READY
from ponimator_runtime.endpoints import DEFAULT_CONTROL, DEFAULT_STREAM
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.recording.format import SUFFIX
from ponimator_runtime.recording.reader import read_recording
from ponimator_runtime.replaying.score import Score
from ponimator_runtime.replaying.server import ReplayRules, ReplayServer
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.stopping import stopped_by_signals

_SLOWEST: Final = 0.01
_QUICKEST: Final = 100.0
_MAX_PATIENCE_S: Final = 86_400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayConfig:
    """Serve a recording bit-exactly at its own times, as a mock server without a model, until stopped with Ctrl-C.

    Attributes:
        file: What `ponimator record` wrote.
        control: Endpoint for requests; port 0 takes a free port and prints it.
        stream: Endpoint for motion; port 0 takes a free port and prints it.
        loop: Begin again at the end, moved on in frames and times.
        speed: How quick the mock's clock goes; other than 1, clients must ping again and again to follow it.
        patience_s: A first subscriber who comes so long after hello still gets everything from the start; who comes
            later gets the recording moved on in frames and times.
        server_key: The mock's secret key, made with `ponimator keys new`; with it all traffic is encrypted.
        allowed_keys: Folder with the .key file of every client that may connect; needed with the server's key.
        insecure: Listen on other than this machine's own addresses, without encryption or keys.
        log: Least severe lines to log on stderr.
    """

    file: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar=f"FILE{SUFFIX}")]
    control: str = DEFAULT_CONTROL
    stream: str = DEFAULT_STREAM
    loop: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    speed: float = 1.0
    patience_s: float = 10.0
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None
    allowed_keys: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    insecure: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    log: Literal["debug", "info", "warning", "error"] = "info"

    def __post_init__(self) -> None:
        """Refuses settings outside their limits; raises ConfigError."""
        # What is true of a server's endpoints is true of a mock's.
        ServeConfig(
            control=self.control,
            stream=self.stream,
            server_key=self.server_key,
            allowed_keys=self.allowed_keys,
            insecure=self.insecure,
        )
        if not (math.isfinite(self.speed) and _SLOWEST <= self.speed <= _QUICKEST):
            raise ConfigError(f"--speed must lie between {_SLOWEST:g} and {_QUICKEST:g}, got {self.speed:g}")
        if not 0 <= self.patience_s <= _MAX_PATIENCE_S:
            raise ConfigError(f"--patience-s must lie between 0 and {_MAX_PATIENCE_S:g}, got {self.patience_s:g}")


def main(arguments: list[str]) -> int:
    """Serves until a signal to stop comes."""
    config = parsed(ReplayConfig, arguments, command="replay")
    logging.basicConfig(
        stream=sys.stderr, level=config.log.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    recording = read_recording(config.file)
    if recording.damage:
        print(f"ponimator: {recording.name}: {recording.complaint}", file=sys.stderr)
    score = Score(recording)
    rules = ReplayRules(
        control=config.control,
        stream=config.stream,
        loop=config.loop,
        speed=config.speed,
        patience_s=config.patience_s,
        server_key=config.server_key,
        allowed_keys=config.allowed_keys,
    )
    with stopped_by_signals() as stopping:
        server = ReplayServer(score, rules)

        def say_ready() -> None:
            line = READY.format(bundle=score.name, control=server.control, stream=server.stream)
            print(line, flush=True)  # a parent process waits for this line

        server.serve(stopping, say_ready)
    return 0
