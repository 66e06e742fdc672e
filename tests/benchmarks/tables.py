"""Reports as Markdown, for the documents. It knows reports; it measures nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bars import Bar

Report = dict[str, Any]


def tables(report: Report, bars: Iterable[Bar]) -> str:
    """Everything that a report holds."""
    parts = [_machine(report)]
    if "sampling" in report:
        parts += [_sampling(report), _graphs(report), _trained(report), bar_table(bars)]
    if "neighbour" in report:
        parts.append(_neighbour(report))
    return "\n\n".join(part for part in parts if part)


def bar_table(bars: Iterable[Bar]) -> str:
    """What was asked and what came."""
    rows = (
        [bar.what, bar.form, "" if bar.value is None else f"{bar.value:g}", _asked(bar), bar.verdict] for bar in bars
    )
    return _table(["asked", "form", "measured", "bar", ""], rows)


def _asked(bar: Bar) -> str:
    return f"{'≥' if bar.at_least else '≤'} {bar.asked:g}"


def _machine(report: Report) -> str:
    machine, load = report["machine"], report["load_average"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['last_cache_mib']:g} MiB of last cache, "
        f"{' '.join(machine['matrix_instructions'])}; load average {load['before']} before, {load['after']} after.",
        "; ".join(f"{name} {version}" for name, version in report["versions"].items()) + ".",
    ]
    for threads, rates in report.get("rates", {}).items():
        giga = ", ".join(f"{arithmetic} {rate:g}" for arithmetic, rate in rates["gigaoperations_per_s"].items())
        lines.append(
            f"{threads} thread(s) do at most {giga} Gop/s, and read {rates['memory_gb_per_s']:g} GB/s from memory, "
            f"{rates['cache_gb_per_s']:g} GB/s from the last cache."
        )
    return "\n".join(f"- {line}" for line in lines)


def _sampling(report: Report) -> str:
    rows = (
        [
            f"{entry['size']} {entry['network']}",
            str(entry["batch"]),
            str(entry["steps"]),
            name,
            f"{form['ms']['p50']:.1f} ({form['ms']['p10']:.1f} to {form['ms']['p90']:.1f})",
            f"{form['times_eager']['p50']:.2f}",
            f"{form['percent_of_limit']:.0f} %",
            f"{form['difference']['mean']:.1e} / {form['difference']['largest']:.1e}",
        ]
        for entry in report["sampling"]
        for name, form in entry["forms"].items()
    )
    heads = [
        "network",
        "B",
        "steps",
        "form",
        "ms (p10 to p90)",
        "× eager",
        "of the limit",
        "difference, mean / largest",
    ]
    return _table(heads, rows)


def _graphs(report: Report) -> str:
    rows = (
        [
            name,
            f"{graph['parameters'] / 1e6:.1f}",
            f"{graph['step_gigaoperations']:.3f}",
            f"{graph['step_weight_mb']:.1f}",
            f"{graph['condition_gigaoperations']:.3f}",
        ]
        for name, graph in report["graphs"].items()
    )
    heads = ["network, B = 1", "10⁶ parameters", "Gop of a step", "MB of fp32 weights of a step", "Gop of conditions"]
    return _table(heads, rows)


def _trained(report: Report) -> str:
    return _table(
        [
            "bundle",
            "steps",
            "form",
            "network",
            "joints, mm: mean / of the median window / largest",
            "rotations, °: mean / largest",
        ],
        _trained_rows(report),
    )


def _trained_rows(report: Report) -> Iterator[list[str]]:
    for entry in report.get("trained", []):
        for form, networks in entry["forms"].items():
            for network, error in networks.items():
                if network == "skipped":
                    continue
                joint_mm = [error[f"joint_mm_{what}"] for what in ("mean", "median_of_means", "max")]
                yield [
                    entry["bundle"],
                    str(entry["steps"]),
                    form,
                    network,
                    " / ".join(f"{value:.2f}" for value in joint_mm),
                    f"{error['rotation_deg_mean']:.3f} / {error['rotation_deg_max']:.2f}",
                ]


def _neighbour(report: Report) -> str:
    rows = (
        [
            entry["size"],
            entry["network"],
            name,
            beside,
            *(f"{form[beside][q]:.1f}" for q in ("p50", "p95", "p99", "max")),
        ]
        for entry in report["neighbour"]
        for name, form in entry["forms"].items()
        for beside in ("alone", "beside")
    )
    return _table(["size", "network", "form", "neighbour", "p50 ms", "p95", "p99", "max"], rows)


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    body = list(rows)
    if not body:
        return ""
    lines = [heads, ["---"] * len(heads), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
