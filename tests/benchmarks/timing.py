"""Times of things that take turns, and what is told of them.

What is compared takes turns within each round, so that ratios hold on a machine that others use. It knows a clock;
it must never know what is timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Key = TypeVar("Key", bound=Hashable)
_SPREAD = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
_TAIL = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How often things take turns: `rounds` at least, then on until `least_s` are spent, `most_rounds` at most."""

    rounds: int
    least_s: float
    most_rounds: int = 200


def in_turn(things: Mapping[Key, Callable[[], object]], patience: Patience) -> dict[Key, np.ndarray]:
    """Seconds of each thing in each round; each should have run before."""
    times_s: dict[Key, list[float]] = {key: [] for key in things}
    began_s = time.perf_counter()
    rounds = 0
    while rounds < patience.rounds or (
        rounds < patience.most_rounds and time.perf_counter() - began_s < patience.least_s
    ):
        for key, thing in things.items():
            start_s = time.perf_counter()
            thing()
            times_s[key].append(time.perf_counter() - start_s)
        rounds += 1
    return {key: np.array(values) for key, values in times_s.items()}


def spread(values: np.ndarray, digits: int = 2) -> dict[str, float]:
    """Median, and what a tenth lies below and above."""
    return _quantiles(values, _SPREAD, digits)


def tail(values: np.ndarray, digits: int = 2) -> dict[str, float]:
    """Median and what few lie above."""
    return _quantiles(values, _TAIL, digits)


def _quantiles(values: np.ndarray, names: Mapping[str, float], digits: int) -> dict[str, float]:
    found = np.quantile(values, list(names.values())).round(digits).tolist()
    return dict(zip(names, found, strict=True))
