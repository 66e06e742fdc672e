"""What a comparison of an exported bundle with torch found, as numbers, as a table, and as a line for the card."""

from __future__ import annotations

from dataclasses import dataclass

from ponimator_runtime.models.card import Tolerances
from ponimator_training.sampling import SAMPLING_STEPS

TOLERANCES = Tolerances(network_call=1e-4, sampled_joints_mm=1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One thing measured on both sides.

    Attributes:
        network: "animator" or "generator".
        what: the row that it stands in.
        batch: B.
        difference: the largest.
        allowed: in the same unit.
    """

    network: str
    what: str
    batch: int
    difference: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether it is small enough; NaN is not."""
        return self.difference <= self.allowed


@dataclass(frozen=True, kw_only=True, slots=True)
class ParityReport:
    """Everything that was compared.

    Attributes:
        comparisons: all of them.
        call_ms: median time of one call with B = 1 in ONNX Runtime on one thread, by graph.
    """

    comparisons: tuple[Comparison, ...]
    call_ms: dict[str, float]

    @property
    def failures(self) -> tuple[Comparison, ...]:
        """What differs too much."""
        return tuple(comparison for comparison in self.comparisons if not comparison.holds)

    def table(self) -> str:
        """The differences as text, one column for each batch size."""
        rows: dict[tuple[str, str], dict[int, Comparison]] = {}
        for comparison in self.comparisons:
            rows.setdefault((comparison.network, comparison.what), {})[comparison.batch] = comparison
        batches = sorted({comparison.batch for comparison in self.comparisons})
        lines = [
            f"{'network':<11}{'compared':<34}" + "".join(f"{f'B = {B}':>11}" for B in batches) + f"{'allowed':>11}"
        ]
        for (network, what), of_batch in rows.items():
            cells = "".join(f"{_cell(of_batch.get(B)):>11}" for B in batches)
            lines.append(f"{network:<11}{what:<34}{cells}{next(iter(of_batch.values())).allowed:>11.0e}")
        lines += [f"{graph}: {ms:.2f} ms per call at B = 1 on one thread" for graph, ms in self.call_ms.items()]
        return "\n".join(lines)

    def summary(self) -> str:
        """The largest differences in one line, for the card."""
        of_call = max(entry.difference for entry in self.comparisons if entry.allowed == TOLERANCES.network_call)
        of_joint = max(entry.difference for entry in self.comparisons if entry.allowed == TOLERANCES.sampled_joints_mm)
        return f"network call {of_call:.1e} latent units, joints after {SAMPLING_STEPS} steps {of_joint:.1e} mm"


def _cell(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    return f"{comparison.difference:.1e}" + ("" if comparison.holds else " !")
