"""What the server has done and how long it took: counters, and quantiles over the latest measurements.

It knows no socket; only the thread that owns the sessions touches it.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

import numpy as np

from ponimator_runtime.wire import Quantiles

KEPT_MEASUREMENTS: Final = 1024
_MS_PER_NS: Final = 1e-6


class Metrics:
    """Counters since the start and the latest latencies by stage."""

    def __init__(self) -> None:
        self._counters: Counter[str] = Counter()
        self._latencies_ms: dict[str, deque[float]] = {}

    def count(self, name: str, amount: int = 1) -> None:
        """Adds to a counter."""
        self._counters[name] += amount

    def counted(self, name: str) -> int:
        """A counter's value."""
        return self._counters[name]

    def measure_ns(self, stage: str, duration_ns: float) -> None:
        """Adds one measurement of a stage."""
        kept = self._latencies_ms.setdefault(stage, deque(maxlen=KEPT_MEASUREMENTS))
        kept.append(max(0.0, duration_ns * _MS_PER_NS))

    def counters(self) -> dict[str, int]:
        """All counters, by name."""
        return dict(sorted(self._counters.items()))

    def latencies(self) -> dict[str, Quantiles]:
        """Quantiles of each stage's latest measurements."""
        return {stage: _quantiles(kept) for stage, kept in sorted(self._latencies_ms.items())}


def _quantiles(measurements_ms: deque[float]) -> Quantiles:
    p50, p95, p99 = np.quantile(np.array(measurements_ms), [0.5, 0.95, 0.99]).tolist()
    return Quantiles(p50=p50, p95=p95, p99=p99, count=len(measurements_ms))
