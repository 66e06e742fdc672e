"""Puts the measures of all repeats together: the tables of an evaluation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_training.evaluation.chaining import ChainMeasures
from ponimator_training.evaluation.distribution import frechet_distance
from ponimator_training.evaluation.estimates import Estimate, Repeats, pooled_estimate
from ponimator_training.evaluation.kind_rows import KindSamples
from ponimator_training.evaluation.pose_rows import PoseMeasures
from ponimator_training.evaluation.refinement_rows import REFINED, REFINED_TEXT_ONLY
from ponimator_training.evaluation.window_rows import JERK, TRUTH, WindowMeasures

Rows = Mapping[str, Mapping[str, Estimate]]
"""Figures by row and measure."""

POOLED_FID = "FID, all repeats"
JERK_RATIO = "jerk / truth"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tables:
    """What an evaluation finds.

    Attributes:
        windows: the animator's rows.
        poses: the generator's rows.
        chains: longer motion.
        kinds: our windows and poses, a row for each kind of interaction.
        true_kinds: the same of the truth.
        refining_s: what it took of one core to refine each window, (W,).
    """

    windows: Rows
    poses: Rows
    chains: Rows
    kinds: Rows
    true_kinds: Rows
    refining_s: Float[np.ndarray, "W"]


class Gatherer:
    """Collects what was measured, repeat after repeat."""

    def __init__(self, reference: Float[np.ndarray, "R L"]) -> None:
        """Takes the features that all repeats' windows together are held against."""
        self._reference = reference
        self._windows, self._poses, self._chains = Repeats(), Repeats(), Repeats()
        self._codes: dict[str, list[np.ndarray]] = defaultdict(list)
        self._kinds, self._true_kinds = KindSamples(), KindSamples()
        self._refining_s: list[np.ndarray] = []

    def add(
        self,
        kinds: list[str],
        windows: Mapping[str, WindowMeasures],
        poses: Mapping[str, PoseMeasures],
        chains: Mapping[str, ChainMeasures],
    ) -> None:
        """One repeat, by row; W kinds were asked for."""
        true_jerk = max(windows[TRUTH].figures[JERK], 1e-9)
        for name, measures in windows.items():
            self._windows.add(name, measures.figures | {JERK_RATIO: measures.figures[JERK] / true_jerk})
            self._codes[name].append(measures.codes)
            if measures.refining_s is not None:
                self._refining_s.append(measures.refining_s)
        for name, pose_measures in poses.items():
            self._poses.add(name, pose_measures.figures)
        for name, chain_measures in chains.items():
            self._chains.add(name, chain_measures.figures())
        self._kinds.add(kinds, windows[REFINED], poses[REFINED_TEXT_ONLY])
        self._true_kinds.add(kinds, windows[TRUTH], poses[TRUTH])

    def tables(self) -> Tables:
        """What all repeats say."""
        windows = {
            name: {POOLED_FID: pooled_estimate(self._codes[name], self._distance), **figures}
            for name, figures in self._windows.rows().items()
        }
        return Tables(
            windows=windows,
            poses=self._poses.rows(),
            chains=self._chains.rows(),
            kinds=self._kinds.rows(),
            true_kinds=self._true_kinds.rows(),
            refining_s=np.concatenate(self._refining_s),
        )

    def _distance(self, codes: Float[np.ndarray, "A L"]) -> float:
        return frechet_distance(self._reference, codes)
