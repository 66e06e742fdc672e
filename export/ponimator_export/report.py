"""What a comparison of an exported bundle with torch found, as numbers, as a table, and as a line for the card."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ponimator_runtime.models.card import Tolerances

TOLERANCES = Tolerances(network_call=1e-4, sampled_joints_mm=1.0)
CALL = "call"
"""How rows of the table begin that compare single calls."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One thing measured on both sides.

    Attributes:
        network: "animator" or "generator".
        what: the row that it stands in.
        batch: B.
        difference: the largest, or what the row says.
        allowed: in the same unit; infinity where the row only tells.
    """

    network: str
    what: str
    batch: int
    difference: float
    allowed: float = math.inf

    @property
    def holds(self) -> bool:
        """Whether it is small enough; what is no number is not."""
        return math.isfinite(self.difference) and self.difference <= self.allowed


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
            f"{'network':<11}{'compared':<38}" + "".join(f"{f'B = {B}':>11}" for B in batches) + f"{'allowed':>11}"
        ]
        for (network, what), of_batch in rows.items():
            cells = "".join(f"{_cell(of_batch.get(B)):>11}" for B in batches)
            allowed = next(iter(of_batch.values())).allowed
            limit = f"{allowed:.0e}" if math.isfinite(allowed) else ""
            lines.append(f"{network:<11}{what:<38}{cells}{limit:>11}".rstrip())
        lines += [f"{graph}: {ms:.2f} ms per call at B = 1 on one thread" for graph, ms in self.call_ms.items()]
        return "\n".join(lines)

    def summary(self) -> str:
        """The worst of each kind in one line, for the card."""
        worst: dict[str, float] = {}
        for entry in self.comparisons:
            # Calls at every time are one kind, and so is what differs in its conditions only.
            kind = f"{CALL}, latent units" if entry.what.startswith(CALL) else entry.what.rpartition(": ")[2]
            name = f"{entry.network} {kind}"
            worst[name] = max(worst.get(name, 0.0), entry.difference)
        return "; ".join(f"{name} {difference:.1e}" for name, difference in worst.items())


def _cell(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    return f"{comparison.difference:.1e}" + ("" if comparison.holds else " !")
