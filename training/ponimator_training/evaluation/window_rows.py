"""The animator's rows: truth, our windows, baselines; each answers the same anchors in every repeat.

Answers are made where the networks are; measuring them takes arrays alone, so that any process can do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import MODEL_RATE_HZ
from ponimator_training.evaluation.baselines import TrainingPoses, blended_to, held_still
from ponimator_training.evaluation.distribution import (
    diversity,
    frechet_distance,
    kernel_distance,
    multimodality,
    precision_and_recall,
)
from ponimator_training.evaluation.draws import Anchors, Asked, compared_frames
from ponimator_training.evaluation.features import WindowAutoencoder
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.movement import (
    anchor_error_mm,
    foot_slide_cm_s,
    mean_jerk,
    planted_speeds,
    standing_heights,
)
from ponimator_training.evaluation.played import Played, played_features
from ponimator_training.evaluation.proximity import closeness

TRUTH, OURS = "truth", "ours"
STILL, NEAREST, BLEND = BASELINES = ("anchor held still", "nearest training window", "blend to the mean pose")
TOUCH_M = 0.02
JERK = "jerk, m/s³"
_GROUPS, _SAMPLES = 8, 8
"""Anchors, and windows of each, that multimodality is measured on."""
_CM_PER_M = 100.0

Continuation = Callable[
    [
        Float[np.ndarray, "W P 135"],
        Float[np.ndarray, "W P 22 3"],
        Int[np.ndarray, "W"],
        Float[np.ndarray, "W P 10"],
    ],
    Float[np.ndarray, "W P N 135"],
]
"""Makes windows of features around anchors: from the anchors' features, joints and frames, and the bodies' shapes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowAnswer:
    """W windows around W anchors, made by a model or a baseline.

    Attributes:
        features: in model space, (W, P, N, 135).
        own_anchor: what the maker itself put at the anchor's frame, (W, P, 135); None where that is in the features.
        again: for the first G anchors S windows each, (G, S, P, N, 135); None where there is but one to be had.
    """

    features: Float[np.ndarray, "W P N 135"]
    own_anchor: Float[np.ndarray, "W P 135"] | None = None
    again: Float[np.ndarray, "G S P N 135"] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowMeasures:
    """What one row's windows measure in one repeat.

    Attributes:
        figures: of all windows together, by name.
        codes: of the autoencoder, (W, L).
        own_error_mm: own anchor error, (W,).
        speeds: of planted feet, as `planted_speeds` has them, (W, 2).
        touches: 1 where the bodies touch at the anchor, NaN for kinds that need not, (S,).
        depths: of one body in the other, (S, F) m.
        refining_s: what it took of one core to refine each window, (W,); None where none was.
    """

    figures: dict[str, float]
    codes: Float[np.ndarray, "W L"]
    own_error_mm: Float[np.ndarray, "W"]
    speeds: Float[np.ndarray, "W 2"]
    touches: Float[np.ndarray, "S"]
    depths: Float[np.ndarray, "S F"]
    refining_s: Float[np.ndarray, "W"] | None = None


@dataclass(frozen=True, kw_only=True)
class WindowJudge:
    """What windows are measured with.

    Attributes:
        autoencoder: of the features.
        reference: features of the other half of the truth, (R, L).
        surface: of the bodies.
        touching_kinds: kinds whose bodies touch at the anchor in truth.
        surface_windows: surfaces are compared in so many of the windows.
    """

    autoencoder: WindowAutoencoder
    reference: Float[np.ndarray, "R L"]
    surface: BodySurface
    touching_kinds: frozenset[str]
    surface_windows: int

    def measured(self, answer: WindowAnswer, anchors: Anchors, seed: int) -> WindowMeasures:
        """Every measure of one row; the seed says who is compared with whom for diversity."""
        skeleton = self.surface.skeleton
        motion = played_features(answer.features, anchors.betas, skeleton)
        codes = self.autoencoder.codes(motion.joints)
        precision, recall = precision_and_recall(self.reference[: len(codes)], codes)
        speeds = planted_speeds(motion.joints, standing_heights(self.surface, motion.betas), MODEL_RATE_HZ)
        shown_error = anchor_error_mm(motion.joints, anchors.joints, anchors.index)
        own_error = (
            shown_error if answer.own_anchor is None else own_anchor_error_mm(answer.own_anchor, anchors, self.surface)
        )
        touches, around, depths = self._touch(motion, anchors)
        figures = {
            "FID": frechet_distance(self.reference, codes),
            "KID × 1000": 1000 * kernel_distance(self.reference, codes),
            "precision": precision,
            "recall": recall,
            "diversity": diversity(codes, np.random.default_rng(seed)),
            "multimodality": self._multimodality(answer, anchors),
            "anchor error, mm": float(shown_error.mean()),
            "own anchor error, mm": float(own_error.mean()),
            "contact at anchor, %": percent(touches),
            "contact ±0.2 s, %": percent(around),
            "penetration mean, cm": float(depths.mean() * _CM_PER_M),
            "penetration p95, cm": float(np.percentile(depths, 95) * _CM_PER_M),
            "foot slide, cm/s": foot_slide_cm_s(speeds),
            JERK: float(mean_jerk(motion.joints, MODEL_RATE_HZ).mean()),
        }
        return WindowMeasures(
            figures=figures, codes=codes, own_error_mm=own_error, speeds=speeds, touches=touches, depths=depths
        )

    def _touch(
        self, motion: Played, anchors: Anchors
    ) -> tuple[Float[np.ndarray, "S"], Float[np.ndarray, "S A"], Float[np.ndarray, "S F"]]:
        """Whether bodies touch at and around the anchor, NaN where they need not; how deep they cross."""
        count = min(self.surface_windows, len(motion))
        frames, around = compared_frames(anchors.index[:count], motion.frame_count)
        close = closeness(motion.subset(slice(0, count)), self.surface, frames)
        touches = touches_of(anchors.kinds[:count], self.touching_kinds, close.distance)
        return touches[:, 0], touches[:, around], close.depth

    def _multimodality(self, answer: WindowAnswer, anchors: Anchors) -> float:
        """Distance of windows around the same anchor to each other."""
        if answer.again is None:
            return float("nan")
        groups, samples = answer.again.shape[:2]
        betas = np.repeat(anchors.betas[:groups], samples, axis=0)
        motion = played_features(
            answer.again.reshape(len(betas), *answer.again.shape[2:]), betas, self.surface.skeleton
        )
        return multimodality(self.autoencoder.codes(motion.joints).reshape(groups, samples, -1))


def window_answers(
    models: Models, training: TrainingPoses, asked: Asked, surface: BodySurface, rng: np.random.Generator
) -> dict[str, WindowAnswer]:
    """Every row's windows in one repeat."""
    windows = asked.windows
    anchor = windows.anchor.astype(np.float64)
    animated = models.animate(anchor, windows.anchor_joints, windows.anchor_index, rng)
    rows = np.repeat(np.arange(min(_GROUPS, len(asked))), _SAMPLES)
    again = models.animate(anchor[rows], windows.anchor_joints[rows], windows.anchor_index[rows], rng).motion
    baselines = {
        name: made(anchor, windows.anchor_joints, windows.anchor_index, windows.betas)
        for name, made in continuations(training, surface, windows.motion.shape[2]).items()
    }
    return {
        TRUTH: WindowAnswer(features=windows.motion.astype(np.float64)),
        OURS: WindowAnswer(
            features=animated.motion,
            own_anchor=animated.own_anchor,
            again=again.reshape(-1, _SAMPLES, *again.shape[1:]),
        ),
        **{name: WindowAnswer(features=features, again=_always(features)) for name, features in baselines.items()},
    }


def _always(features: Float[np.ndarray, "W P N 135"]) -> Float[np.ndarray, "G 2 P N 135"]:
    """What a maker without chance makes, asked twice."""
    return np.repeat(features[:_GROUPS, None], 2, axis=1)


def continuations(training: TrainingPoses, surface: BodySurface, frame_count: int) -> dict[str, Continuation]:
    """The baselines, by name."""

    def nearest(anchor: np.ndarray, joints: np.ndarray, index: np.ndarray, betas: np.ndarray) -> np.ndarray:
        rest_joints = surface.skeleton.rest_joints(betas.astype(np.float64))[:, :, :BODY_JOINT_COUNT]
        return training.nearest(joints, index, rest_joints)

    return {
        STILL: lambda anchor, joints, index, betas: held_still(anchor, frame_count),
        NEAREST: nearest,
        BLEND: lambda anchor, joints, index, betas: blended_to(training.mean, anchor, index, frame_count),
    }


def own_anchor_error_mm(
    own_anchor: Float[np.ndarray, "W P 135"], anchors: Anchors, surface: BodySurface
) -> Float[np.ndarray, "W"]:
    """How far the network's own prediction at the anchor's frame is from the anchor, mm."""
    shown = played_features(own_anchor[:, :, None], anchors.betas, surface.skeleton)
    first_frame: Int[np.ndarray, "W"] = np.zeros(len(anchors), dtype=np.int64)
    return anchor_error_mm(shown.joints, anchors.joints, first_frame)


def touches_of(
    kinds: list[str], touching_kinds: frozenset[str], distance: Float[np.ndarray, "S F"]
) -> Float[np.ndarray, "S F"]:
    """1 where surfaces are near enough to touch, 0 where not, NaN for kinds that need not."""
    touching: Bool[np.ndarray, "S"] = np.array([kind in touching_kinds for kind in kinds], dtype=bool)
    return np.where(touching[:, None], distance < TOUCH_M, np.nan)


def percent(flags: Float[np.ndarray, "*S"]) -> float:
    """Of those that are no NaN; NaN where there is nothing to count."""
    told = flags[~np.isnan(flags)]
    return float(told.mean() * 100.0) if told.size else float("nan")
