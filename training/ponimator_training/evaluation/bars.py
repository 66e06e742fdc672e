"""What the models have to reach before they ship: bars, and whether the measured means pass them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ponimator_training.evaluation.estimates import Estimate
from ponimator_training.evaluation.pose_rows import TEXT_ONLY
from ponimator_training.evaluation.window_rows import BASELINES, OURS, TRUTH

Rows = Mapping[str, Mapping[str, Estimate]]

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
        value: measured mean.
        at_most: the value may be no larger; otherwise it may be no smaller.
        unit: of both.
    """

    what: str
    limit: float
    value: float
    at_most: bool = True
    unit: str = ""

    @property
    def passed(self) -> bool:
        """NaN passes nothing."""
        if math.isnan(self.value) or math.isnan(self.limit):
            return False
        return self.value < self.limit if self.at_most else self.value >= self.limit


def bars(windows: Rows, poses: Rows, chains: Rows) -> list[Bar]:
    """The bars of the project's plan for the lite bundle, held against means."""
    ours, truth, text = windows[OURS], windows[TRUTH], poses[TEXT_ONLY]
    jerk, height = (chains[OURS][name].mean for name in ("jerk, last / first", "height, last / first"))
    fid_limit = min(windows[name]["FID"].mean for name in BASELINES) / _FID_FACTOR
    contact, penetration, slide = "contact at anchor, %", "penetration p95, cm", "foot slide, cm/s"
    return [
        Bar(
            what="anchor error, before the anchor is put in",
            limit=_ANCHOR_ERROR_MM,
            value=ours["own anchor error, mm"].mean,
            unit="mm",
        ),
        Bar(
            what="contact at the anchor within 2 cm, anchor given",
            limit=_CONTACT_PERCENT,
            value=ours[contact].mean,
            at_most=False,
            unit="%",
        ),
        Bar(
            what="contact within 2 cm, pose made from text",
            limit=_CONTACT_PERCENT,
            value=text["contact, %"].mean,
            at_most=False,
            unit="%",
        ),
        Bar(what="penetration, 95th percentile", limit=_PENETRATION_CM, value=ours[penetration].mean, unit="cm"),
        Bar(
            what=f"foot slide, {_SLIDE_FACTOR:g} × truth",
            limit=_SLIDE_FACTOR * truth[slide].mean,
            value=ours[slide].mean,
            unit="cm/s",
        ),
        Bar(what="jerk over truth", limit=_JERK_FACTOR, value=ours["jerk / truth"].mean),
        Bar(what=f"FID, the best baseline / {_FID_FACTOR:g}", limit=fid_limit, value=ours["FID"].mean),
        Bar(
            what="R-precision top 1, text only",
            limit=_RETRIEVAL_PERCENT,
            value=text["R-precision top 1, %"].mean,
            at_most=False,
            unit="%",
        ),
        Bar(
            what="jerk of the last chained window over the first's",
            limit=_CHAIN_FACTOR,
            value=jerk,
        ),
        Bar(
            what="height of the last chained window over the first's",
            limit=_CHAIN_FACTOR,
            value=height,
        ),
    ]
