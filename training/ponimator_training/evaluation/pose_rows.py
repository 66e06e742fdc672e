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
from ponimator_training.evaluation.draws import Anchors, Asked
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.played import played_features
from ponimator_training.evaluation.pose_kinds import KindJudge
from ponimator_training.evaluation.proximity import closeness
from ponimator_training.evaluation.window_rows import TRUTH, percent, touches_of

ONE_POSE, TEXT_ONLY = "ours, one pose", "ours, text only"
_TOPS = (1, 2, 3)
_CM_PER_M = 100.0


@dataclass(frozen=True, kw_only=True, slots=True)
class PoseMeasures:
    """What one row's poses measure in one repeat.

    Attributes:
        figures: of all poses together, by name.
        retrieved: 1 where the asked kind is the most likely one, (W,).
    """

    figures: dict[str, float]
    retrieved: Float[np.ndarray, "W"]


@dataclass(frozen=True, kw_only=True)
class PoseJudge:
    """What interactive poses are measured with.

    Attributes:
        kind_judge: tells the kind of a pose.
        surface: of the bodies.
        distances: between the two pelves, of the other half of the truth, (R,) m.
        facings: between the two facing directions, of the same, (R,) rad.
        touching_kinds: kinds whose bodies touch in truth.
    """

    kind_judge: KindJudge
    surface: BodySurface
    distances: Float[np.ndarray, "R"]
    facings: Float[np.ndarray, "R"]
    touching_kinds: frozenset[str]

    def measured(self, features: Float[np.ndarray, "W P 135"], anchors: Anchors) -> PoseMeasures:
        """Every measure of one row; of the anchors only kinds and bodies are read."""
        poses = played_features(features[:, :, None], anchors.betas, self.surface.skeleton)
        joints = poses.joints[:, :, 0]
        distances, facings = pelvis_distance(joints), facing_apart(joints)
        likelihood, asked = self.kind_judge.likelihood(joints), self.kind_judge.numbers(anchors.kinds)
        close = closeness(poses, self.surface, np.zeros((len(poses), 1), dtype=np.int64))
        figures = {
            **{f"R-precision top {top}, %": 100 * retrieval_precision(likelihood, asked, top=top) for top in _TOPS},
            "pelvis distance, cm": float(distances.mean() * _CM_PER_M),
            "distance W₁, cm": float(wasserstein_distance(distances, self.distances) * _CM_PER_M),
            "facing apart, °": float(np.degrees(facings.mean())),
            "facing W₁, °": float(np.degrees(wasserstein_distance(facings, self.facings))),
            "contact, %": percent(touches_of(anchors.kinds, self.touching_kinds, close.distance)),
            "penetration mean, cm": float(close.depth.mean() * _CM_PER_M),
            "penetration p95, cm": float(np.percentile(close.depth, 95) * _CM_PER_M),
        }
        return PoseMeasures(figures=figures, retrieved=(likelihood.argmax(axis=1) == asked).astype(np.float64))


def pelvis_distance(joints: Float[np.ndarray, "W P 22 3"]) -> Float[np.ndarray, "W"]:
    """Between the two pelves along the ground, m."""
    return np.asarray(np.linalg.norm((joints[:, 1, 0] - joints[:, 0, 0])[:, (0, 2)], axis=-1))


def facing_apart(joints: Float[np.ndarray, "W P 22 3"]) -> Float[np.ndarray, "W"]:
    """Angle between where the two face, in [0, π]: 0 side by side, π face to face (or back to back), rad."""
    yaw = facing_yaw(joints)
    turned = yaw[:, 1] - yaw[:, 0]
    return np.asarray(np.abs(np.arctan2(np.sin(turned), np.cos(turned))))


def pose_answers(
    models: Models, training: TrainingPoses, asked: Asked, rng: np.random.Generator
) -> dict[str, Float[np.ndarray, "W P 135"]]:
    """Every row's poses in one repeat: features of a pose in model space, without the bodies' shapes."""
    truth = asked.pose_features()
    partners = {
        "random training partner": training.partners(rng, len(asked)),
        "nearest training partner": training.partners_of(asked.windows.anchor_joints[:, 0]),
    }
    answers = {
        TRUTH: truth,
        ONE_POSE: models.poses(truth, rng, given=True, text=None),
        "ours, one pose and text": models.poses(truth, rng, given=True, text=asked.text),
        TEXT_ONLY: models.poses(truth, rng, given=False, text=asked.text),
    }
    pairs = {name: np.stack([truth[:, 0, :FEATURE_COUNT], partner], axis=1) for name, partner in partners.items()}
    return {name: values[..., :FEATURE_COUNT] for name, values in answers.items()} | pairs
