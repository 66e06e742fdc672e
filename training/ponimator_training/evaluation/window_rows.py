"""The animator's rows: truth, our windows, baselines; each measured on the same anchors in every repeat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_training.evaluation.baselines import TrainingPoses, blended_to, held_still
from ponimator_training.evaluation.chaining import ChainMeasures, chain_measures, chained
from ponimator_training.evaluation.distribution import (
    diversity,
    frechet_distance,
    multimodality,
    precision_and_recall,
)
from ponimator_training.evaluation.draws import Asked, compared_frames
from ponimator_training.evaluation.features import WindowAutoencoder
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.movement import anchor_error_mm, foot_slide_cm_s, mean_jerk, standing_heights
from ponimator_training.evaluation.played import Played, played_features
from ponimator_training.evaluation.proximity import closeness

TRUTH, OURS = "truth", "ours"
BASELINES = ("anchor held still", "nearest training window", "blend to the mean pose")
TOUCH_M = 0.02
_GROUPS, _SAMPLES = 8, 8
"""Anchors, and windows of each, that multimodality is measured on."""
_CM_PER_M = 100.0


@dataclass(frozen=True, kw_only=True)
class WindowJudge:
    """What windows are measured with.

    Attributes:
        autoencoder: of the features.
        reference: features of the other half of the truth, (R, L).
        surface: of the bodies.
        training: poses for the baselines.
        touching_kinds: kinds whose bodies touch at the anchor in truth.
        surface_windows: surfaces are compared in so many of the windows.
    """

    autoencoder: WindowAutoencoder
    reference: Float[np.ndarray, "R L"]
    surface: BodySurface
    training: TrainingPoses
    touching_kinds: frozenset[str]
    surface_windows: int

    def figures(self, motion: Played, asked: Asked, truth_jerk: float, rng: np.random.Generator) -> dict[str, float]:
        """Every measure of one row."""
        windows = asked.windows
        codes = self.autoencoder.codes(motion.joints)
        precision, recall = precision_and_recall(self.reference[: len(codes)], codes)
        standing = standing_heights(self.surface, motion.betas)
        return {
            "FID": frechet_distance(self.reference, codes),
            "precision": precision,
            "recall": recall,
            "diversity": diversity(codes, rng),
            "anchor error, mm": float(
                anchor_error_mm(motion.joints, windows.anchor_joints, windows.anchor_index).mean()
            ),
            **self._touch(motion, asked),
            "foot slide, cm/s": foot_slide_cm_s(motion.joints, standing, MODEL_RATE_HZ),
            "jerk / truth": float(mean_jerk(motion.joints, MODEL_RATE_HZ).mean()) / max(truth_jerk, 1e-9),
        }

    def _touch(self, motion: Played, asked: Asked) -> dict[str, float]:
        count = min(self.surface_windows, len(motion))
        frames, around = compared_frames(asked.windows.anchor_index[:count], motion.frame_count)
        close = closeness(motion.subset(slice(0, count)), self.surface, frames)
        touching: Bool[np.ndarray, "S"] = np.array([kind in self.touching_kinds for kind in asked.kinds[:count]])
        at_anchor, near_anchor = close.distance[touching, 0], close.distance[touching][:, around]
        return {
            "contact at anchor, %": _percent(at_anchor < TOUCH_M),
            "contact ±0.2 s, %": _percent(near_anchor < TOUCH_M),
            "penetration mean, cm": float(close.depth.mean() * _CM_PER_M),
            "penetration p95, cm": float(np.percentile(close.depth, 95) * _CM_PER_M),
        }


def window_rows(
    models: Models, judge: WindowJudge, asked: Asked, rng: np.random.Generator
) -> tuple[dict[str, dict[str, float]], Played]:
    """Every row's figures in one repeat, and our windows."""
    windows, skeleton = asked.windows, judge.surface.skeleton
    anchor = windows.anchor.astype(np.float64)
    frame_count = windows.motion.shape[2]
    truth = played_features(windows.motion, windows.betas, skeleton)
    animated = models.animate(anchor, windows.anchor_joints, windows.anchor_index, rng)
    ours = played_features(animated.motion, windows.betas, skeleton)
    motions = {
        TRUTH: truth,
        OURS: ours,
        **{
            name: played_features(features, windows.betas, skeleton)
            for name, features in zip(
                BASELINES,
                (
                    held_still(anchor, frame_count),
                    judge.training.nearest(windows),
                    blended_to(judge.training.mean, anchor, windows.anchor_index, frame_count),
                ),
                strict=True,
            )
        },
    }
    truth_jerk = float(mean_jerk(truth.joints, MODEL_RATE_HZ).mean())
    rows = {name: judge.figures(motion, asked, truth_jerk, rng) for name, motion in motions.items()}
    for name, figures in rows.items():
        figures["own anchor error, mm"] = figures["anchor error, mm"]
        figures["multimodality"] = float("nan") if name == TRUTH else 0.0
    own = own_anchor_error_mm(animated.own_anchor, asked, judge.surface)
    rows[OURS]["own anchor error, mm"] = float(own.mean())
    rows[OURS]["multimodality"] = _multimodality(models, judge, asked, rng)
    return rows, ours


def own_anchor_error_mm(
    own_anchor: Float[np.ndarray, "W P 135"], asked: Asked, surface: BodySurface
) -> Float[np.ndarray, "W"]:
    """How far the network's own prediction at the anchor's frame is from the anchor, mm."""
    shown = played_features(own_anchor[:, :, None], asked.windows.betas, surface.skeleton)
    first_frame: Int[np.ndarray, "W"] = np.zeros(len(asked), dtype=np.int64)
    return anchor_error_mm(shown.joints, asked.windows.anchor_joints, first_frame)


def measured_chains(
    models: Models, first: Played, surface: BodySurface, rng: np.random.Generator, count: int
) -> ChainMeasures:
    """Chains that begin with the first of our windows."""
    return chain_measures(chained(models, first.subset(slice(0, count)), surface.skeleton, rng), surface.skeleton)


def _multimodality(models: Models, judge: WindowJudge, asked: Asked, rng: np.random.Generator) -> float:
    """Distance of windows around the same anchor to each other."""
    rows = np.repeat(np.arange(min(_GROUPS, len(asked))), _SAMPLES)
    windows = asked.windows
    anchor = windows.anchor[rows].astype(np.float64)
    made = models.animate(anchor, windows.anchor_joints[rows], windows.anchor_index[rows], rng)
    motion = played_features(made.motion, windows.betas[rows], judge.surface.skeleton)
    codes = judge.autoencoder.codes(motion.joints)
    return multimodality(codes.reshape(-1, _SAMPLES, codes.shape[-1]))


def _percent(flags: Bool[np.ndarray, "*S"]) -> float:
    """NaN where there is nothing to count."""
    return float(flags.mean() * 100.0) if flags.size else float("nan")
