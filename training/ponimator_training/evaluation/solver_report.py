"""The comparison of solvers as a Markdown page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ponimator_training.evaluation.report import table, table_by_row
from ponimator_training.evaluation.solver_rows import CONVERGED_STEPS, SolverTables

_NOTES = f"""\
How to read it. Every row answers the same anchors and texts from the same noise, so that rows differ by far less
than their intervals, which are of the draws. Windows and poses are **as played**: refined after sampling. Measures are
those of `ponimator evaluate`, told on its page.

- **From converged**: mean distance of the joints, before refining, to those that DDIM finds from the same noise in
  {CONVERGED_STEPS} steps, every step of training once; of the windows whose surfaces are compared.
- **DDIM**: steps of equal diffusion time. **DPM-Solver++(2M)**: second order, steps of equal λ, half the logarithm of
  the signal-to-noise ratio. The last tables tell the two apart.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class SolverReport:
    """Everything on the page.

    Attributes:
        facts: command, date, versions, hashes, counts: what they are called, and their values.
        tables: what was measured.
    """

    facts: Mapping[str, str]
    tables: SolverTables

    def markdown(self) -> str:
        """The page."""
        sections = {
            "Windows around an interactive pose": table_by_row(self.tables.windows, beside={}),
            "Interactive poses from text": table_by_row(self.tables.poses, beside={}),
            "Where the gain is: windows from converged, mm": table(self.tables.window_spacings),
            "Where the gain is: poses from converged, mm": table(self.tables.pose_spacings),
            "What is measured": [_NOTES],
        }
        lines = ["# Solvers", "", *[f"- {name}: {value}" for name, value in self.facts.items()]]
        for title, section in sections.items():
            lines += ["", f"## {title}", "", *section]
        return "\n".join(lines)
