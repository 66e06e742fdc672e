"""The evaluation as a Markdown page: what was measured on what, the tables, and what passes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ponimator_training.evaluation.bars import Bar
from ponimator_training.evaluation.estimates import Estimate
from ponimator_training.evaluation.gathering import Rows, Tables

_NOTES = """\
How to read it. Held-out clips are split into two halves, every kind in both: anchors, texts and the truth row come from
one, FID, precision, recall and W₁ are measured against the other. Every row answers the same anchors.

- **FID, KID, precision, recall, diversity, multimodality**: on the code of an autoencoder of joint positions, trained
  on the training set alone. FID grows where windows are few: *all repeats* takes those of all repeats together
  (interval by jackknife), plain FID each repeat's own. KID has no such bias and is about 0 between two draws of one
  distribution. The truth row is what two disjoint halves of the held-out clips have between them: the floor. Precision
  and recall by k-nearest-neighbour manifolds, k = 3. Multimodality: distance of windows around the same anchor; the
  baselines have but one.
- **Anchor error**: joints at the anchor's frame. The runtime puts the anchor into every prediction, so it is 0 as
  played; **own anchor error** is that of the network's last prediction before the anchor is put in.
- **Contact**: surfaces within 2 cm, over the kinds that touch in truth. **Penetration**: the deepest contact vertex of
  either body inside the closed light mesh of the other, by signed distance, in frames around the anchor and every third
  frame; 0 where they do not cross.
- **Foot slide**: ground speed of heels and toes no more than 2 cm above where they stand at rest, whatever their speed.
- **Jerk**: third derivative of the joints at 10 Hz.
- **Refined**: what the runtime plays: after sampling, bodies that are in each other are taken apart until they touch,
  and planted feet are held in place. A given anchor stands as it is, however deep its bodies are in each other.
- **Nearest training window**: real motion, by the nearest anchor joints, played by the asked bodies.
- **Chains**: the truth is a held-out clip cut into two windows. Baselines go on as ours do, each window from the last
  frame of the one before; – where nothing moves. **Seam**: velocity change at a seam over the median velocity change,
  at 60 Hz. Plain: windows put one behind the other, as in the paper. Runtime: inertialised as the server does.
- **R-precision**: a classifier of interactive poses, trained on training poses, ranks the kinds; top k holds the asked
  one. All kinds of the training set are in the pool. Its own ceiling is the truth row.
- **W₁**: Wasserstein distance of the distribution of distances, or of facing directions, to the truth's.
- **Random training partner**: the given person with the partner of another pose; what no plausibility looks like.
  **Nearest training partner**: with the partner of the training pose whose person A is the nearest.
- **By kind**: samples of all repeats together, interval by jackknife over the repeats. Poses are those made from text
  alone.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything on the page.

    Attributes:
        facts: command, date, versions, hashes, counts: what they are called, and their values.
        tables: what was measured.
        bars: what must be reached.
    """

    facts: Mapping[str, str]
    tables: Tables
    bars: list[Bar]

    def markdown(self) -> str:
        """The page."""
        passed = sum(bar.passed for bar in self.bars)
        sections = {
            "Windows around an interactive pose": table(self.tables.windows),
            "Interactive poses from one pose, text, or both": table(self.tables.poses),
            "Five windows chained": table(self.tables.chains),
            f"Bars: {passed} of {len(self.bars)} passed": _bar_table(self.bars),
            "By kind, ours (and the truth)": table_by_row(self.tables.kinds, beside=self.tables.true_kinds),
            "What is measured": [_NOTES],
        }
        lines = ["# Evaluation", "", *[f"- {name}: {value}" for name, value in self.facts.items()]]
        for title, section in sections.items():
            lines += ["", f"## {title}", "", *section]
        return "\n".join(lines)


def table(rows: Rows) -> list[str]:
    """One line a measure, one column a row: there are more measures than fit beside each other."""
    names = list(rows)
    measures = list(dict.fromkeys(measure for figures in rows.values() for measure in figures))
    lines = [_line(["", *names]), _line(["---", *["---:"] * len(names)])]
    return lines + [_line([measure, *[_figure(rows[name].get(measure)) for name in names]]) for measure in measures]


def table_by_row(rows: Rows, *, beside: Rows) -> list[str]:
    """One line a row, one column a measure, in brackets what stands beside it where that is another figure."""
    measures = list(dict.fromkeys(measure for figures in rows.values() for measure in figures))
    lines = [_line(["", *measures]), _line(["---", *["---:"] * len(measures)])]
    for name, figures in rows.items():
        others = beside.get(name, {})
        cells = []
        for measure in measures:
            cell, other = _figure(figures.get(measure)), others.get(measure)
            told = other is not None and not math.isnan(other.mean) and other != figures.get(measure)
            cells.append(f"{cell} ({_number(other.mean)})" if told and other is not None else cell)
        lines.append(_line([name, *cells]))
    return lines


def _bar_table(bars: list[Bar]) -> list[str]:
    lines = [_line(["demand", "limit", "measured", "truth", ""]), _line(["---", "---:", "---:", "---:", "---"])]
    for bar in bars:
        sign = "<" if bar.at_most else "≥"
        unit = f" {bar.unit}" if bar.unit else ""
        verdict = "pass" if bar.passed else "**fail**"
        values = [f"{sign} {_number(bar.limit)}{unit}", *[_with_unit(value, unit) for value in (bar.value, bar.truth)]]
        lines.append(_line([bar.what, *values, verdict]))
    return lines


def _with_unit(value: float, unit: str) -> str:
    return "–" if math.isnan(value) else f"{_number(value)}{unit}"


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
