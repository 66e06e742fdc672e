"""The generator's rows: is a made partner plausible, do the bodies touch, does the pose show what the text says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import wasserstein_distance

from ponimator_runtime.motion.canonical import facing_yaw
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import FEATURE_COUNT
from ponimator_training.evaluation.baselines import TrainingPoses
from ponimator_training.evaluation.distribution import retrieval_precision
from ponimator_training.evaluation.draws import Asked
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.played import Played, played_features
from ponimator_training.evaluation.pose_kinds import KindJudge
from ponimator_training.evaluation.proximity import closeness
from ponimator_training.evaluation.window_rows import TOUCH_M

TEXT_ONLY = "ours, text only"
_TOPS = (1, 2, 3)
_CM_PER_M = 100.0


@dataclass(frozen=True, kw_only=True)
class PoseJudge:
    """What interactive poses are measured with.

    Attributes:
        kind_judge: tells the kind of a pose.
        surface: of the bodies.
        training: poses for the baseline.
        distances: between the two pelves, of the other half of the truth, (R,) m.
        facings: between the two facing directions, of the same, (R,) rad.
        touching_kinds: kinds whose bodies touch in truth.
        surface_poses: surfaces are compared in so many of the poses.
    """

    kind_judge: KindJudge
    surface: BodySurface
    training: TrainingPoses
    distances: Float[np.ndarray, "R"]
    facings: Float[np.ndarray, "R"]
    touching_kinds: frozenset[str]
    surface_poses: int

    def figures(self, poses: Played, kinds: list[str]) -> dict[str, float]:
        """Every measure of one row."""
        joints = poses.joints[:, :, 0]
        distances, facings = pelvis_distance(joints), facing_apart(joints)
        likelihood, asked = self.kind_judge.likelihood(joints), self.kind_judge.numbers(kinds)
        count = min(self.surface_poses, len(poses))
        close = closeness(poses.subset(slice(0, count)), self.surface, np.zeros((count, 1), dtype=np.int64))
        touching = np.array([kind in self.touching_kinds for kind in kinds[:count]])
        near = close.distance[touching, 0] < TOUCH_M
        return {
            **{f"R-precision top {top}, %": 100 * retrieval_precision(likelihood, asked, top=top) for top in _TOPS},
            "pelvis distance, cm": float(distances.mean() * _CM_PER_M),
            "distance W₁, cm": float(wasserstein_distance(distances, self.distances) * _CM_PER_M),
            "facing apart, °": float(np.degrees(facings.mean())),
            "facing W₁, °": float(np.degrees(wasserstein_distance(facings, self.facings))),
            "contact, %": float(near.mean() * 100) if near.size else float("nan"),
            "penetration mean, cm": float(close.depth.mean() * _CM_PER_M),
            "penetration p95, cm": float(np.percentile(close.depth, 95) * _CM_PER_M),
        }


def pelvis_distance(joints: Float[np.ndarray, "W P 22 3"]) -> Float[np.ndarray, "W"]:
    """Between the two pelves along the ground, m."""
    return np.asarray(np.linalg.norm((joints[:, 1, 0] - joints[:, 0, 0])[:, (0, 2)], axis=-1))


def facing_apart(joints: Float[np.ndarray, "W P 22 3"]) -> Float[np.ndarray, "W"]:
    """Angle between where the two face, in [0, π]: 0 side by side, π face to face (or back to back), rad."""
    yaw = facing_yaw(joints)
    turned = yaw[:, 1] - yaw[:, 0]
    return np.asarray(np.abs(np.arctan2(np.sin(turned), np.cos(turned))))


def pose_rows(models: Models, judge: PoseJudge, asked: Asked, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Every row's figures in one repeat."""
    truth = asked.pose_features()
    random_partner = truth.copy()
    random_partner[:, 1, :FEATURE_COUNT] = judge.training.partners(rng, len(asked))
    features = {
        "truth": truth,
        "ours, one pose": models.poses(truth, rng, given=True, text=None),
        "ours, one pose and text": models.poses(truth, rng, given=True, text=asked.text),
        TEXT_ONLY: models.poses(truth, rng, given=False, text=asked.text),
        "random training partner": random_partner,
    }
    betas, skeleton = asked.windows.betas, judge.surface.skeleton
    return {
        name: judge.figures(played_features(values[:, :, None, :FEATURE_COUNT], betas, skeleton), asked.kinds)
        for name, values in features.items()
    }
