"""The evaluation as a Markdown page: what was measured on what, the tables, and what passes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ponimator_training.evaluation.bars import Bar, Rows
from ponimator_training.evaluation.estimates import Estimate

_NOTES = """\
How to read it. Held-out clips are split into two halves, every kind in both: anchors, texts and the truth row come from
one, FID, precision, recall and W₁ are measured against the other. Every row answers the same anchors.

- **FID, precision, recall, diversity, multimodality**: on the code of an autoencoder of joint positions, trained on the
  training set alone. Precision and recall by k-nearest-neighbour manifolds, k = 3. Multimodality: distance of windows
  around the same anchor; the baselines have but one.
- **Anchor error**: joints at the anchor's frame. The runtime puts the anchor into every prediction, so it is 0 as
  played; **own anchor error** is that of the network's last prediction before the anchor is put in.
- **Contact**: surfaces within 2 cm, over the kinds that touch in truth. **Penetration**: the deepest contact vertex of
  either body inside the closed light mesh of the other, by signed distance, in frames around the anchor and every third
  frame; 0 where they do not cross.
- **Foot slide**: ground speed of heels and toes no more than 2 cm above where they stand at rest, whatever their speed.
- **Jerk**: third derivative of the joints at 10 Hz.
- **Nearest training window**: real motion, by the nearest anchor joints, played by the asked bodies.
- **Seam**: velocity change at a seam over the median velocity change, at 60 Hz. Plain: windows put one behind the
  other, as in the paper. Runtime: inertialised as the server does. Truth: a held-out clip cut into two windows.
- **R-precision**: a classifier of interactive poses, trained on training poses, ranks the kinds; top k holds the asked
  one. Its own ceiling is the truth row.
- **W₁**: Wasserstein distance of the distribution of distances, or of facing directions, to the truth's.
- **Random training partner**: the given person with the partner of another pose; what no plausibility looks like.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything on the page.

    Attributes:
        facts: command, date, versions, hashes, counts: what they are called, and their values.
        windows: the animator's rows.
        poses: the generator's rows.
        chains: longer motion.
        bars: what must be reached.
    """

    facts: Mapping[str, str]
    windows: Rows
    poses: Rows
    chains: Rows
    bars: list[Bar]

    def markdown(self) -> str:
        """The page."""
        facts = [f"- {name}: {value}" for name, value in self.facts.items()]
        passed = sum(bar.passed for bar in self.bars)
        return "\n".join(
            [
                "# Evaluation",
                "",
                *facts,
                "",
                "## Windows around an interactive pose",
                "",
                *table(self.windows),
                "",
                "## Interactive poses from one pose, text, or both",
                "",
                *table(self.poses),
                "",
                "## Five windows chained",
                "",
                *table(self.chains),
                "",
                f"## Bars: {passed} of {len(self.bars)} passed",
                "",
                *_bar_table(self.bars),
                "",
                "## What is measured",
                "",
                _NOTES,
            ]
        )


def table(rows: Rows) -> list[str]:
    """One line a measure, one column a row: there are more measures than fit beside each other."""
    names = list(rows)
    measures = list(dict.fromkeys(measure for figures in rows.values() for measure in figures))
    lines = [_line(["", *names]), _line(["---", *["---:"] * len(names)])]
    return lines + [_line([measure, *[_figure(rows[name].get(measure)) for name in names]]) for measure in measures]


def _bar_table(bars: list[Bar]) -> list[str]:
    lines = [_line(["demand", "limit", "measured", ""]), _line(["---", "---:", "---:", "---"])]
    for bar in bars:
        sign = "<" if bar.at_most else "≥"
        unit = f" {bar.unit}" if bar.unit else ""
        verdict = "pass" if bar.passed else "**fail**"
        lines.append(_line([bar.what, f"{sign} {_number(bar.limit)}{unit}", f"{_number(bar.value)}{unit}", verdict]))
    return lines


def _figure(figure: Estimate | None) -> str:
    if figure is None or math.isnan(figure.mean):
        return "–"
    if figure.half_width is None:
        return _number(figure.mean)
    return f"{_number(figure.mean)} ± {_number(figure.half_width)}"


def _number(value: float) -> str:
    """Three figures that mean something, without an exponent."""
    if math.isnan(value):
        return "–"
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
