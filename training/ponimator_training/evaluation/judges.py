"""All that measuring needs, in whatever process: the judges, and what is asked of them.

Each question is a function of the judges and of arrays, so that `workers` can carry it anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.refining.refiner import Refiner
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.evaluation.chaining import ChainMeasures, chain_measures
from ponimator_training.evaluation.draws import Anchors
from ponimator_training.evaluation.pose_rows import PoseJudge, PoseMeasures
from ponimator_training.evaluation.refinement_rows import refined_poses, refined_windows
from ponimator_training.evaluation.window_rows import WindowAnswer, WindowJudge, WindowMeasures


@dataclass(frozen=True, kw_only=True, slots=True)
class Judges:
    """What figures come from.

    Attributes:
        windows: of the animator's rows.
        poses: of the generator's rows.
        surface: of the bodies.
        refiner: refines as the runtime does.
    """

    windows: WindowJudge
    poses: PoseJudge
    surface: BodySurface
    refiner: Refiner


def measured_windows(judges: Judges, answer: WindowAnswer, anchors: Anchors, seed: int) -> WindowMeasures:
    """One row of windows."""
    return judges.windows.measured(answer, anchors, seed)


def measured_refined_windows(judges: Judges, answer: WindowAnswer, anchors: Anchors, seed: int) -> WindowMeasures:
    """One row of windows, refined first."""
    refined, window_s = refined_windows(judges.refiner, answer, anchors)
    return replace(judges.windows.measured(refined, anchors, seed), refining_s=window_s)


def measured_poses(judges: Judges, features: Float[np.ndarray, "W P 135"], anchors: Anchors) -> PoseMeasures:
    """One row of poses."""
    return judges.poses.measured(features, anchors)


def measured_refined_poses(judges: Judges, features: Float[np.ndarray, "W P 135"], anchors: Anchors) -> PoseMeasures:
    """One row of poses, refined first."""
    return judges.poses.measured(refined_poses(judges.refiner, features, anchors), anchors)


def measured_chains(judges: Judges, chains: list[list[Motion]]) -> ChainMeasures:
    """One row of chains."""
    return chain_measures(chains, judges.surface.skeleton)
