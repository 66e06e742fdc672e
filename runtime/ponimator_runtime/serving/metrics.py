"""What the server has done and how long it took: counters, gauges, histograms, quantiles of the latest measurements.

It knows no socket. Any thread may add to it and read it: every lock is held for a copy of some numbers at most, never
while something is computed, formatted or sent, so that who reads delays nobody who streams.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, deque
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np

from ponimator_runtime.wire import Quantiles

KEPT_MEASUREMENTS: Final = 1024
_MS_PER_NS: Final = 1e-6
_S_PER_NS: Final = 1e-9
_DURATION_BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_AHEAD_BOUNDS_S: Final = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 5.0)
STAGES: Final = ("trigger_to_first_block", "queue", "pose", "window", "step", "plan", "total")
"""What `measure_ns` is told of; a stage that is not named here has a histogram from its first measurement on."""
BOUNDS: Final[dict[str, tuple[float, ...]]] = {
    **dict.fromkeys(STAGES, _DURATION_BOUNDS_S),
    "block_lead": _AHEAD_BOUNDS_S,
    "buffer": _AHEAD_BOUNDS_S,
    "batch_size": (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0),
}
"""Upper bounds of the buckets of each histogram, inclusive; seconds, but for `batch_size`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Histogram:
    """How often a quantity fell into which bucket.

    Attributes:
        bounds: upper bounds, inclusive, rising; what is above the last one counts in a bucket of its own.
        counts: of the buckets, one more than bounds.
        total: the sum of all observations.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float

    @property
    def cumulative(self) -> tuple[int, ...]:
        """How many observations are not above each bound, and how many there are."""
        return tuple(accumulate(self.counts))


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """All numbers of one instant.

    Attributes:
        counters: since the start, by name.
        gauges: as last set, by name.
        histograms: by name, also those without an observation yet.
    """

    counters: dict[str, int]
    gauges: dict[str, float]
    histograms: dict[str, Histogram]


class Metrics:
    """Counters since the start, gauges, histograms, and the latest latencies by stage."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: Counter[str] = Counter()
        self._gauges: dict[str, float] = {}
        self._latencies_ms: dict[str, deque[float]] = {}
        self._buckets = {name: _Buckets(bounds) for name, bounds in BOUNDS.items()}

    def count(self, name: str, amount: int = 1) -> None:
        """Adds to a counter."""
        with self._lock:
            self._counters[name] += amount

    def counted(self, name: str) -> int:
        """A counter's value."""
        with self._lock:
            return self._counters[name]

    def set(self, name: str, value: float) -> None:
        """Sets a gauge."""
        with self._lock:
            self._gauges[name] = value

    def observe(self, name: str, value: float) -> None:
        """Adds an observation to a histogram, in its unit."""
        with self._lock:
            self._add(name, value)

    def measure_ns(self, stage: str, duration_ns: float) -> None:
        """Adds one measurement of a stage: to its histogram, and to the latest ones."""
        duration_ns = max(0.0, duration_ns)
        with self._lock:
            self._add(stage, duration_ns * _S_PER_NS)
            kept = self._latencies_ms.setdefault(stage, deque(maxlen=KEPT_MEASUREMENTS))
            kept.append(duration_ns * _MS_PER_NS)

    def counters(self) -> dict[str, int]:
        """All counters, by name."""
        with self._lock:
            copied = dict(self._counters)
        return dict(sorted(copied.items()))

    def gauges(self) -> dict[str, float]:
        """All gauges, by name."""
        with self._lock:
            return dict(self._gauges)

    def latencies(self) -> dict[str, Quantiles]:
        """Quantiles of each stage's latest measurements."""
        with self._lock:
            copied = {stage: tuple(kept) for stage, kept in self._latencies_ms.items()}
        return {stage: _quantiles(kept) for stage, kept in sorted(copied.items())}

    def snapshot(self) -> Snapshot:
        """All counters, gauges and histograms of one instant."""
        with self._lock:
            counters, gauges = dict(self._counters), dict(self._gauges)
            histograms = {name: buckets.copied() for name, buckets in self._buckets.items()}
        return Snapshot(counters=counters, gauges=gauges, histograms=histograms)

    def _add(self, name: str, value: float) -> None:
        if name not in self._buckets:
            self._buckets[name] = _Buckets(_DURATION_BOUNDS_S)
        self._buckets[name].add(value)


class _Buckets:
    """A histogram that grows."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0

    def add(self, value: float) -> None:
        """Adds an observation."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._total += value

    def copied(self) -> Histogram:
        """As it is now."""
        return Histogram(bounds=self._bounds, counts=tuple(self._counts), total=self._total)


def _quantiles(measurements_ms: tuple[float, ...]) -> Quantiles:
    p50, p95, p99 = np.quantile(np.array(measurements_ms), [0.5, 0.95, 0.99]).tolist()
    return Quantiles(p50=p50, p95=p95, p99=p99, count=len(measurements_ms))
