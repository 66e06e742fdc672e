"""Figures of repeated measurements: a mean and, where there were several, its 95 % interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over repeats.

    Attributes:
        mean: NaN where it does not apply.
        half_width: of the 95 % interval (Student's t); None with one repeat.
    """

    mean: float
    half_width: float | None


def estimate(values: list[float]) -> Estimate:
    """The mean of repeats and how sure it is."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Estimate(mean, None)
    reach = float(student_t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1))
    return Estimate(mean, reach * float(np.std(values, ddof=1)) / float(np.sqrt(len(values))))


class Repeats:
    """Collects the figures of each row, repeat after repeat."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, row: str, figures: Mapping[str, float]) -> None:
        """The figures of one row in one repeat."""
        for name, value in figures.items():
            self._values[row][name].append(value)

    def rows(self) -> dict[str, dict[str, Estimate]]:
        """Every row's estimates, in the order in which rows and figures first came."""
        return {
            row: {name: estimate(values) for name, values in figures.items()} for row, figures in self._values.items()
        }
