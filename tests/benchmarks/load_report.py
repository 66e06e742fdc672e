"""What is told of a run of the load, and whether it reaches what was asked. It knows runs; it measures nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from bars import Bar
from load_run import Load

MOST_FIRST_BLOCK_MS, MOST_MEMORY_PERCENT, MOST_FROZEN_MS = 250.0, 5.0, 5.0
_MS_PER_NS = 1e-6
Report = dict[str, Any]


def report_of(load: Load) -> Report:
    """What was measured."""
    lateness_ms = np.concatenate([np.array(s.lateness_ns) for s in load.subscribers]) * _MS_PER_NS
    first = {name: [ms for p in load.players for ms in p.first_block_ms[name]] for name in ("rest", "motion")}
    said: Counter[str] = Counter()
    for player in load.players:
        said.update(player.said)
    return {
        "first_block_ms": {
            name: tail(values) for name, values in {**first, "all": [*first["rest"], *first["motion"]]}.items()
        },
        "lateness_ms": tail(lateness_ms),
        "blocks": len(lateness_ms),
        "blocks_late": int((lateness_ms > 0).sum()),
        "blocks_again": sum(s.track.again for s in load.subscribers),
        "gaps": sum(len(s.track.gaps) for s in load.subscribers),
        "frames_missing": sum(g.stop - g.start for s in load.subscribers for g in s.track.gaps),
        "overlaps": sum(s.track.overlaps for s in load.subscribers),
        "answers": dict(sorted(said.items())),
        "unanswered": sum(player.unanswered for player in load.players),
        "blind_ms": round(load.blind_ms, 1),
        "clock_offset_us": round(load.offset_ns / 1000, 1),
        "frozen": frozen_report(load),
        "process": load.watch.report(),
    }


def frozen_report(load: Load) -> Report | None:
    """Lateness of the others while one does not read, and in the equally long times before."""
    if load.frozen is None or not load.freezes:
        return None
    arrivals_ns = np.concatenate([np.array(s.arrivals_ns) for s in load.subscribers])
    lateness_ms = np.concatenate([np.array(s.lateness_ns) for s in load.subscribers]) * _MS_PER_NS
    during = np.zeros(len(arrivals_ns), dtype=bool)
    before = np.zeros(len(arrivals_ns), dtype=bool)
    for begin_ns, end_ns in load.freezes:
        during |= (arrivals_ns >= begin_ns) & (arrivals_ns < end_ns)
        before |= (arrivals_ns >= 2 * begin_ns - end_ns) & (arrivals_ns < begin_ns)
    told = {"before": tail(lateness_ms[before]), "during": tail(lateness_ms[during])}
    change = None if None in told.values() else round(told["during"]["p99"] - told["before"]["p99"], 2)
    return {
        **told,
        "p99_change_ms": change,
        "freezes": len(load.freezes),
        "its_own_gaps": len(load.frozen.track.gaps),
        "its_own_blocks": load.frozen.track.blocks,
    }


def tail(values: np.ndarray | list[float]) -> dict[str, float] | None:
    """Median and what few lie above, with their number; None of nothing."""
    if len(values) == 0:
        return None
    names = ("p50", "p95", "p99", "max")
    found = np.quantile(values, [0.5, 0.95, 0.99, 1.0]).round(1).tolist()
    return {**dict(zip(names, found, strict=True)), "count": len(values)}


def bars(report: Report) -> list[Bar]:
    """Every bar; what this form of the load does not measure stands as such."""
    process, frozen, first = report["process"] or {}, report["frozen"] or {}, report["first_block_ms"]["all"] or {}
    change = process.get("memory_change_percent")
    streamed = report["blocks"] > 0  # of a stream that never was, nothing is missing
    asked = (
        ("gaps at those who read", report["gaps"] if streamed else None, 0.0),
        ("blocks later than their play time", report["blocks_late"] if streamed else None, 0.0),
        ("trigger to first block, p95, ms", first.get("p95"), MOST_FIRST_BLOCK_MS),
        ("memory, last minute against the second, %", None if change is None else abs(change), MOST_MEMORY_PERCENT),
        ("p99 of lateness while one is frozen, more by, ms", frozen.get("p99_change_ms"), MOST_FROZEN_MS),
    )
    return [Bar(what=what, form="", value=value, asked=most, at_least=False) for what, value, most in asked]


def summary(report: Report) -> str:
    """The figures behind the bars, as Markdown."""
    process = report["process"]
    lines = [f"{name}: {_told(values)}" for name, values in report["first_block_ms"].items() if values]
    lines = [f"first block, ms, {line}" for line in lines]
    lines.append(f"lateness of blocks, ms: {_told(report['lateness_ms'])}")
    if report["frozen"]:
        lines += [f"lateness {when} a freeze, ms: {_told(report['frozen'][when])}" for when in ("before", "during")]
    lines.append(f"{report['blocks']} blocks, {report['blocks_again']} again, {report['gaps']} gaps")
    lines.append(f"longest time without a look at the sockets: {report['blind_ms']} ms")
    if process:
        cores = ", ".join(f"{who} {process[f'{who}_cores']:g}" for who in ("server", "generator", "others", "stolen"))
        memory = process["resident_mib"]
        lines.append(f"cores: {cores}; memory of the server, MiB: first {memory['first']}, last {memory['last']}")
    return "\n".join(f"- {line}" for line in lines)


def _told(values: dict[str, float] | None) -> str:
    return "none" if values is None else ", ".join(f"{name} {value:g}" for name, value in values.items())
