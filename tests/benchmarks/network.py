"""Times of a whole sampling, in every form, against eager torch as published and against what the machine could do.

`python tests/benchmarks/network.py` prints JSON: machine, versions, commit, hashes; medians and spread; the ratio to
the published network in the same run (`times_eager`: the median over the rounds); the percent of the roofline (counted
as `roofline.py` says); errors of the forms of a trained bundle; the bars. `--table` prints Markdown instead,
`--neighbour` measures tail latency of single steps beside a busy process instead. Bars go to stderr.

Sampling is the runtime's own: the condition graph, K steps of the step graph, DDIM in numpy. What is told in documents
takes longer: `--threads 1 2 --steps 50 20 10 5 --batches 2 4 8 --batched-steps 50 20 10 5`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from bars import bars
from forms import EAGER, FORMS, Form, graph_files, int8_name
from machine import bundle_hash, commit, cores, load_average, machine, versions
from neighbour import neighbour
from published import parameter_count
from rates import better, measured_rates
from roofline import Rates, Work, counted, limit_s
from subjects import GUIDED_ROWS, KINDS, SIZES, Case, Subject
from tables import bar_table, tables
from timing import Patience, in_turn, spread, tail
from trained import errors

from ponimator_runtime.models.bundle import bundle_folder
from ponimator_runtime.models.card import Precision

_BEGAN_S = time.perf_counter()
_WARM_CALLS = 5
_MOST_TAIL_CALLS = 2_000

Report = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Measure sampling in every form.

    Attributes:
        sizes: "lite" as shipped, "full" as published.
        networks: "animator", "generator".
        forms: of `FORMS`; the eager one is always there; ratios are to it, on the threads that serve it best.
        threads: CPU threads of one call.
        steps: K of a sampling of one interaction.
        batches: B of more than one interaction.
        batched_steps: K of theirs.
        rounds: in which each form is timed once, at least.
        seconds: that a case goes on for, where its rounds are quick.
        bundles: trained ones in fp32, whose forms' errors are measured; none where empty.
        int8_bundles: the same ones with int8 step graphs, in the same order; what is not given is quantised here.
        trained_steps: K of theirs.
        draws: windows of each text.
        neighbour: measure steps beside a busy process instead, on one thread and on `threads`.
        tail_calls: of a step, at least, alone and beside that process.
        tail_seconds: that they go on for, where they are quick.
        table: print Markdown instead of JSON.
        out: write JSON here too.
    """

    sizes: tuple[str, ...] = ("lite", "full")
    networks: tuple[str, ...] = KINDS
    forms: tuple[str, ...] = tuple(FORMS)
    threads: tuple[int, ...] = field(default_factory=lambda: (cores(),))
    steps: tuple[int, ...] = (50, 10)
    batches: tuple[int, ...] = (4,)
    batched_steps: tuple[int, ...] = (5,)
    rounds: int = 3
    seconds: float = 1.0
    bundles: tuple[str, ...] = ("lite",)
    int8_bundles: tuple[str, ...] = ()
    trained_steps: int = 50
    draws: int = 2
    neighbour: bool = False
    tail_calls: int = 100
    tail_seconds: float = 5.0
    table: bool = False
    out: Path | None = None

    @property
    def cases(self) -> list[Case]:
        """Of one interaction, then of more."""
        alone = [Case(batch=1, steps=steps) for steps in self.steps]
        return alone + [Case(batch=batch, steps=steps) for batch in self.batches for steps in self.batched_steps]


def main() -> None:
    settings = tyro.cli(Settings)
    unknown = sorted({*settings.forms} - {*FORMS}) + sorted({*settings.sizes} - {*SIZES})
    if unknown or not {*settings.networks} <= {*KINDS}:
        sys.exit(f"expected forms of {', '.join(FORMS)}, sizes of {', '.join(SIZES)}, networks of {', '.join(KINDS)}")
    report: Report = {"machine": machine(), "versions": versions(), "commit": commit()}
    load_before = load_average()
    with torch.inference_mode():
        measured = _tails(settings) if settings.neighbour else _times(settings)
    report |= {"load_average": {"before": load_before, "after": load_average()}, **measured}
    reached = [] if settings.neighbour else bars(report)
    if reached:
        report["bars"] = [bar.as_json() for bar in reached]
    text = json.dumps(report, indent=2)
    if settings.out is not None:
        settings.out.write_text(text + "\n")
    print(tables(report, reached) if settings.table else text)
    if reached and not settings.table:
        print(bar_table(reached), file=sys.stderr)


def _subjects(settings: Settings, threads: tuple[int, ...]) -> Iterator[tuple[str, str, Subject]]:
    """Each network in its forms; its graphs are gone when the next one comes."""
    for size in settings.sizes:
        for kind in settings.networks:
            with tempfile.TemporaryDirectory() as folder:
                forms = [name for name in settings.forms if name != EAGER]
                _tell(f"{size} {kind}: exporting and loading")
                yield size, kind, Subject(kind, SIZES[size][kind], Path(folder), forms, threads)


def _times(settings: Settings) -> Report:
    report: Report = {"rates": {}, "graphs": {}, "sampling": [], "skipped": {}}
    rates = _rates(settings)
    report["trained"] = list(_errors(settings))
    works: list[dict[str, tuple[Work, Work]]] = []
    for size, kind, subject in _subjects(settings, settings.threads):
        report["skipped"] |= subject.skipped
        report["graphs"][f"{size} {kind}"] = _graph(subject)
        for case in settings.cases:
            _tell(f"{size} {kind}: B = {case.batch}, {case.steps} steps")
            report["sampling"].append({"size": size, "network": kind, **_case(subject, case, settings)})
            works.append({name: _work(subject, name, case) for name in (EAGER, *settings.forms)})
    again = _rates(settings)
    rates = {threads: better(of_threads, again[threads]) for threads, of_threads in rates.items()}
    report["rates"] = {threads: _told(of_threads) for threads, of_threads in rates.items()}
    for case_report, of_forms in zip(report["sampling"], works, strict=True):
        for key, form in case_report["forms"].items():
            name, threads = key.split("@")
            form |= _limit(form["ms"]["p50"], FORMS[name], case_report["steps"], of_forms[name], rates[int(threads)])
    return report


def _errors(settings: Settings) -> Iterator[Report]:
    """Of the trained bundles."""
    for name, int8 in zip_longest(settings.bundles, settings.int8_bundles[: len(settings.bundles)]):
        _tell(f"errors of the trained bundle {name}")
        hashes = {"card_sha256": bundle_hash(bundle_folder(name))}
        if int8 is not None:
            hashes["int8_card_sha256"] = bundle_hash(bundle_folder(int8))
        with tempfile.TemporaryDirectory() as folder:
            found = errors(name, settings.forms, settings.trained_steps, Path(folder), draws=settings.draws, int8=int8)
        yield {"bundle": name, **hashes, "steps": settings.trained_steps, "forms": found}


def _rates(settings: Settings) -> dict[int, Rates]:
    _tell("measuring the machine")
    return {threads: measured_rates(threads) for threads in settings.threads}


def _case(subject: Subject, case: Case, settings: Settings) -> Report:
    """Times, ratios and differences of every form of a case."""
    samples = subject.samples(case)
    expected = subject.reference_sample(case)
    differences = {key: np.abs(sample() - expected) for key, sample in samples.items()}
    times_s = in_turn(samples, Patience(rounds=settings.rounds, least_s=settings.seconds))
    eager_s = min((times for (name, _), times in times_s.items() if name == EAGER), key=np.median)
    forms: Report = {
        f"{name}@{threads}": {
            "ms": spread(1000 * of_form),
            "times_eager": spread(eager_s / of_form, digits=3),
            "difference": {
                "mean": float(differences[name, threads].mean()),
                "largest": float(differences[name, threads].max()),
            },
        }
        for (name, threads), of_form in times_s.items()
    }
    signal = round(float(expected.std()), 3)
    return {"batch": case.batch, "steps": case.steps, "rounds": len(eager_s), "signal_std": signal, "forms": forms}


def _limit(ms: float, form: Form, steps: int, works: tuple[Work, Work], rates: Rates) -> Report:
    """Of a whole sampling; the eager form is held against the hoisted graphs in fp32."""
    condition, step = works
    least_ms = 1000 * (limit_s(condition, rates, form.arithmetic) + steps * limit_s(step, rates, form.arithmetic))
    return {"limit_ms": round(least_ms, 3), "percent_of_limit": round(100 * least_ms / ms, 1)}


def _work(subject: Subject, name: str, case: Case) -> tuple[Work, Work]:
    """Of the condition graph for all steps, and of one step."""
    files = graph_files(subject.card, subject.kind)
    rows = case.batch * (GUIDED_ROWS if subject.kind == "generator" else 1)
    step = int8_name(files.step) if FORMS[name].precision is Precision.INT8 else files.step
    return (
        counted(subject.folder / files.condition, {"batch": rows, "timesteps": case.steps}),
        counted(subject.folder / step, {"batch": rows}),
    )


def _graph(subject: Subject) -> Report:
    condition, step = _work(subject, EAGER, Case(batch=1, steps=50))
    return {
        "parameters": parameter_count(subject.published),
        "step_gigaoperations": step.float_operations / 1e9,
        "step_weight_mb": step.float_weight_bytes / 1e6,
        "step_activation_mb": step.activation_bytes / 1e6,
        "condition_gigaoperations": condition.float_operations / 1e9,
        "condition_weight_mb": condition.float_weight_bytes / 1e6,
    }


def _told(rates: Rates) -> Report:
    return {
        "gigaoperations_per_s": {name: round(rate / 1e9, 1) for name, rate in rates.operations_per_s.items()},
        "memory_gb_per_s": round(rates.memory_bytes_per_s / 1e9, 1),
        "cache_gb_per_s": round(rates.cache_bytes_per_s / 1e9, 1),
    }


def _tails(settings: Settings) -> Report:
    """Single steps, alone and beside a busy process."""
    threads = tuple(sorted({1, *settings.threads}))
    report: Report = {"neighbour": []}
    patience = Patience(rounds=settings.tail_calls, least_s=settings.tail_seconds, most_rounds=_MOST_TAIL_CALLS)
    for size, kind, subject in _subjects(settings, threads):
        forms: Report = {}
        for key in subject.engines:
            step, name = subject.step_call(key), f"{key[0]}@{key[1]}"
            _tell(f"{size} {kind}: {name}")
            for _ in range(_WARM_CALLS):
                step()
            alone = in_turn({key: step}, patience)[key]
            with neighbour():
                beside = in_turn({key: step}, patience)[key]
            forms[name] = {"alone": tail(1000 * alone), "beside": tail(1000 * beside), "calls": len(beside)}
        report["neighbour"].append({"size": size, "network": kind, "forms": forms})
    return report


def _tell(what: str) -> None:
    print(f"{time.perf_counter() - _BEGAN_S:6.0f} s  {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
