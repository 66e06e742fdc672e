"""The same measures for each kind of interaction, so that one sees which kinds are weak."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from ponimator_training.evaluation.estimates import Estimate, pooled_estimate
from ponimator_training.evaluation.movement import foot_slide_cm_s
from ponimator_training.evaluation.pose_rows import PoseMeasures
from ponimator_training.evaluation.window_rows import WindowMeasures, percent

_CM_PER_M = 100.0
_OWN_ERROR, _TOUCHES, _DEPTHS, _SPEEDS, _RETRIEVED = "own error", "touches", "depths", "speeds", "retrieved"


class KindSamples:
    """Samples of one row of windows and one of poses by kind, repeat after repeat."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))

    def add(self, kinds: Sequence[str], windows: WindowMeasures, poses: PoseMeasures) -> None:
        """One repeat: W kinds, and what was measured of the windows and poses that were asked for."""
        names = np.array(kinds)
        for sample, values in (
            (_OWN_ERROR, windows.own_error_mm),
            (_TOUCHES, windows.touches),
            (_DEPTHS, windows.depths),
            (_SPEEDS, windows.speeds),
            (_RETRIEVED, poses.retrieved),
        ):
            measured = names[: len(values)]  # surfaces are compared in the first windows only
            for kind in np.unique(names):
                self._parts[str(kind)][sample].append(values[measured == kind])

    def rows(self) -> dict[str, dict[str, Estimate]]:
        """Every kind's figures, of all repeats' samples together."""
        return {kind: _figures(parts) for kind, parts in sorted(self._parts.items())}


def _figures(parts: dict[str, list[np.ndarray]]) -> dict[str, Estimate]:
    def pooled(sample: str, statistic: Callable[[Float[np.ndarray, "A *D"]], float]) -> Estimate:
        return pooled_estimate(parts[sample], statistic)

    return {
        "windows": Estimate(float(sum(len(part) for part in parts[_OWN_ERROR])), None),
        "own anchor error, mm": pooled(_OWN_ERROR, lambda errors: float(errors.mean())),
        "contact at anchor, %": pooled(_TOUCHES, percent),
        "penetration mean, cm": pooled(_DEPTHS, lambda depths: float(depths.mean()) * _CM_PER_M),
        "penetration p95, cm": pooled(_DEPTHS, lambda depths: float(np.percentile(depths, 95)) * _CM_PER_M),
        "foot slide, cm/s": pooled(_SPEEDS, foot_slide_cm_s),
        "R-precision top 1, %": pooled(_RETRIEVED, percent),
    }
