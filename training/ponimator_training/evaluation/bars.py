"""What the models have to reach before they ship: bars, and whether the measured means pass them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ponimator_training.evaluation.gathering import JERK_RATIO, POOLED_FID, Rows, Tables
from ponimator_training.evaluation.refinement_rows import REFINED, REFINED_TEXT_ONLY
from ponimator_training.evaluation.window_rows import BASELINES, OURS, TRUTH

_ANCHOR_ERROR_MM = 15.0
_CONTACT_PERCENT = 90.0
_PENETRATION_CM = 4.0
_SLIDE_FACTOR = 2.0
_JERK_FACTOR = 1.5
_FID_FACTOR = 2.0
_RETRIEVAL_PERCENT = 60.0
_CHAIN_FACTOR = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One demand.

    Attributes:
        what: in words.
        limit: that the value is held against.
        value: measured mean; NaN where it could not be measured.
        truth: what the truth itself measures; NaN where that says nothing.
        at_most: the value may be no larger; otherwise it may be no smaller.
        unit: of both.
    """

    what: str
    limit: float
    value: float = math.nan
    truth: float = math.nan
    at_most: bool = True
    unit: str = ""

    @property
    def passed(self) -> bool:
        """NaN passes nothing."""
        if math.isnan(self.value) or math.isnan(self.limit):
            return False
        return self.value < self.limit if self.at_most else self.value >= self.limit


def bars(tables: Tables) -> list[Bar]:
    """The bars of the project's plan for the lite bundle, held against means of what is played: refined."""
    windows, poses, chains = tables.windows, tables.poses, tables.chains
    slide = "foot slide, cm/s"
    true_slide = windows[TRUTH][slide].mean
    best = min(BASELINES, key=lambda name: windows[name][POOLED_FID].mean)
    best_fid = windows[best][POOLED_FID].mean / _FID_FACTOR
    return [
        Bar(
            what="anchor error, before the anchor is put in",
            limit=_ANCHOR_ERROR_MM,
            value=windows[OURS]["own anchor error, mm"].mean,
            unit="mm",
        ),
        _beside_truth(
            Bar(
                what="contact at the anchor within 2 cm, anchor given", limit=_CONTACT_PERCENT, at_most=False, unit="%"
            ),
            *(windows, REFINED, "contact at anchor, %"),
        ),
        _beside_truth(
            Bar(what="contact within 2 cm, pose made from text", limit=_CONTACT_PERCENT, at_most=False, unit="%"),
            *(poses, REFINED_TEXT_ONLY, "contact, %"),
        ),
        _beside_truth(
            Bar(what="penetration, 95th percentile", limit=_PENETRATION_CM, unit="cm"),
            *(windows, REFINED, "penetration p95, cm"),
        ),
        _beside_truth(
            Bar(what=f"foot slide, {_SLIDE_FACTOR:g} × truth", limit=_SLIDE_FACTOR * true_slide, unit="cm/s"),
            *(windows, REFINED, slide),
        ),
        _beside_truth(Bar(what="jerk over truth", limit=_JERK_FACTOR), windows, REFINED, JERK_RATIO),
        _beside_truth(
            Bar(what=f"FID of all repeats' windows, the best baseline's ({best}) / {_FID_FACTOR:g}", limit=best_fid),
            *(windows, REFINED, POOLED_FID),
        ),
        _beside_truth(
            Bar(what="R-precision top 1, text only", limit=_RETRIEVAL_PERCENT, at_most=False, unit="%"),
            *(poses, REFINED_TEXT_ONLY, "R-precision top 1, %"),
        ),
        Bar(
            what="jerk of the last chained window over the first's",
            limit=_CHAIN_FACTOR,
            value=chains[OURS]["jerk, last / first"].mean,
        ),
        Bar(
            what="height of the last chained window over the first's",
            limit=_CHAIN_FACTOR,
            value=chains[OURS]["height, last / first"].mean,
        ),
    ]


def _beside_truth(bar: Bar, rows: Rows, row: str, measure: str) -> Bar:
    """The bar with what a row measures, and what the truth does."""
    return replace(bar, value=rows[row][measure].mean, truth=rows[TRUTH][measure].mean)
