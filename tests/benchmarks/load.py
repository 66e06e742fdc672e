"""Load on a real server: sessions, subscribers, random triggers and cancels; what came late, what was missing.

`python tests/benchmarks/load.py` prints JSON; `--table` prints Markdown. Server and load share this machine, loopback
only. Three forms:

    load.py --sessions 16 --seconds 600         # games that trigger, cancel and think
    load.py --sessions 1 --subscribers 200      # many that watch one
    load.py --sessions 1 --subscribers 20 --frozen-s 10    # one of them stops reading, and reads again, in turn

- **first block**: from sending a trigger to its first block, by whether something played.
- **lateness**: when a block came minus when its first frame plays, below zero where it came ahead. Blocks that were
  known already (sent again to greet a late joiner) are not counted.
- **gap**: frames that were missing when a later block came, revisions applied. Nothing is asked for again.
- **blind**: the longest time in which the load looked at no socket: what is measured is exact up to that.
"""

from __future__ import annotations

import dataclasses
import json

import msgspec
import tyro
from load_report import bars, report_of, summary
from load_run import Load, Settings
from machine import bundle_hash, commit, load_average, machine
from tables import bar_table

from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.models.bundle import bundle_folder

_ROOM = 8
"""Sessions that the server would take beyond those of the load."""


def main() -> None:
    settings = tyro.cli(Settings)
    before = load_average()
    room = ["--max-sessions", str(settings.sessions + _ROOM)]
    with ServerProcess(["--bundle", settings.bundle, "--log", "warning", *room]) as server:
        load = Load(server, settings)
        try:
            load.run()
            stats = load.players[0].control.stats()
        finally:
            load.close()
    measured = report_of(load)
    held = bars(measured)
    if settings.table:
        print(f"{summary(measured)}\n\n{bar_table(held)}")
        return
    report = {
        "machine": machine(),
        "load_average": {"before": before, "after": load_average()},
        "commit": commit(),
        "bundle": {"name": server.bundle, "card_sha256": bundle_hash(bundle_folder(settings.bundle))},
        "settings": dataclasses.asdict(settings),
        **measured,
        "server": {
            "counters": stats.counters,
            "latency_ms": {name: msgspec.structs.asdict(q) for name, q in stats.latency_ms.items()},
        },
        "bars": [bar.as_json() for bar in held],
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
