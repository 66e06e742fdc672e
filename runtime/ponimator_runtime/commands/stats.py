"""`ponimator stats`: what a running server has done, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import tyro

from ponimator_runtime.client import Client
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.stopping import stopped_by_signals
from ponimator_runtime.wire import HelloOk, StatsReply

_MS_PER_NS: Final = 1e-6
_MIN_PERIOD_S: Final = 0.1
_MAX_PERIOD_S: Final = 3600.0
_NOW: Final = ("sessions", "subscriptions", "work_waiting")
"""What is told as it stands; everything else only grows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatsConfig:
    """Ask a running server what it has done, and how long it took.

    Attributes:
        control: The server's endpoint for requests.
        server_key: The server's .key file, where it uses keys.
        client_key: This client's .key_secret file, where the server uses keys.
        watch: Ask again and again until Ctrl-C, and tell how much each counter grew.
        every_s: Seconds between two looks with --watch.
        json: One JSON object a look, instead of a table.
    """

    control: str = DEFAULT_CONTROL
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key")] = None
    client_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None
    watch: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    every_s: float = 2.0
    json: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False

    def __post_init__(self) -> None:
        """Refuses to look without pause; raises ConfigError."""
        if not _MIN_PERIOD_S <= self.every_s <= _MAX_PERIOD_S:
            raise ConfigError(
                f"--every-s must lie between {_MIN_PERIOD_S:g} and {_MAX_PERIOD_S:g}, got {self.every_s:g}"
            )


def main(arguments: list[str]) -> int:
    """Looks once, or until stopped."""
    config = parsed(StatsConfig, arguments, command="stats")
    with Client(
        config.control, name="ponimator stats", server_key=config.server_key, client_key=config.client_key
    ) as client:
        before = _look(client, config, None)
        if config.watch:
            with stopped_by_signals() as stopping:
                while not stopping.wait(config.every_s):
                    before = _look(client, config, before)
    return 0


def _look(client: Client, config: StatsConfig, before: StatsReply | None) -> StatsReply:
    """Asks and prints."""
    stats = client.stats()
    if config.json:
        print(as_json(stats), flush=True)
    else:
        heading = _heading(client.server, config.control, client.ping()[1])
        print("\n".join([*([] if before is None else [""]), heading, *table(stats, before)]), flush=True)
    return stats


def as_json(stats: StatsReply) -> str:
    """A reply's counters and latencies as one line of JSON."""
    return msgspec.json.encode({"counters": stats.counters, "latency_ms": stats.latency_ms}).decode()


def table(stats: StatsReply, before: StatsReply | None = None) -> Iterator[str]:
    """The lines of a table for people; with an earlier reply also how much each counter has grown since."""
    width = max(map(len, (*stats.counters, *stats.latency_ms, *_NOW)), default=0) + 2
    for name in _NOW:
        if name in stats.counters:
            yield f"  {name:<{width}}{stats.counters[name]:>10}  now"
    for name, value in stats.counters.items():
        if name not in _NOW:
            grown = "" if before is None else f"  {value - before.counters.get(name, 0):+d}"
            yield f"  {name:<{width}}{value:>10}{grown}".rstrip()
    if stats.latency_ms:
        yield f"  {'latency, ms':<{width}}{'p50':>10}{'p95':>10}{'p99':>10}{'of':>8}"
    for name, quantiles in stats.latency_ms.items():
        figures = "".join(f"{figure:>10.1f}" for figure in (quantiles.p50, quantiles.p95, quantiles.p99))
        yield f"  {name:<{width}}{figures}{quantiles.count:>8}"


def _heading(server: HelloOk, control: str, round_trip_ns: int) -> str:
    models = ", ".join(model.name for model in server.models)
    return f"{server.server} at {control}, serving {models}, answers in {round_trip_ns * _MS_PER_NS:.1f} ms"
