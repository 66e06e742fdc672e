"""Figures of repeated measurements: a mean and, where there were several, its 95 % interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import t as student_t

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over repeats.

    Attributes:
        mean: NaN where it does not apply.
        half_width: of the 95 % interval (Student's t); None with one repeat.
    """

    mean: float
    half_width: float | None


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of repeats and how sure it is; repeats where the figure does not apply (NaN) are left out."""
    told = np.asarray(values, dtype=np.float64)
    told = told[~np.isnan(told)]
    if len(told) == 0:
        return Estimate(float("nan"), None)
    if len(told) < 2:
        return Estimate(float(told[0]), None)
    return Estimate(float(told.mean()), _reach(len(told)) * float(told.std(ddof=1)) / float(np.sqrt(len(told))))


def pooled_estimate(
    parts: Sequence[Float[np.ndarray, "A *D"]], statistic: Callable[[Float[np.ndarray, "B *D"]], float]
) -> Estimate:
    """What a statistic says of all repeats' samples together, and how sure it is (jackknife over the repeats).

    For what a mean of repeats would distort: percentiles of few samples, distances whose bias falls with their number.

    Args:
        parts: the samples of each repeat, which may be none.
        statistic: of samples; it is asked with one repeat left out too.
    """
    filled = [part for part in parts if len(part)]
    if not filled:
        return Estimate(float("nan"), None)
    whole = statistic(np.concatenate(filled))
    if len(filled) < 2:
        return Estimate(whole, None)
    without = np.array([statistic(np.concatenate(filled[:one] + filled[one + 1 :])) for one in range(len(filled))])
    spread = np.sqrt((len(filled) - 1) / len(filled) * np.square(without - without.mean()).sum())
    return Estimate(whole, _reach(len(filled)) * float(spread))


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


def _reach(count: int) -> float:
    """Standard errors in half an interval."""
    return float(student_t.ppf(0.5 + CONFIDENCE / 2, count - 1))
