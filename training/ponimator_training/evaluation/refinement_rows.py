"""Our windows and poses as the runtime plays them: after bodies were taken apart and feet planted."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.refining.refiner import Refiner
from ponimator_runtime.motion.window import MODEL_RATE_HZ, pack, unpack
from ponimator_training.evaluation.draws import Anchors
from ponimator_training.evaluation.window_rows import WindowAnswer

REFINED = "ours, refined"
REFINED_TEXT_ONLY = "ours, text only, refined"
_MS_PER_S = 1000.0


def refined_windows(
    refiner: Refiner, answer: WindowAnswer, anchors: Anchors
) -> tuple[WindowAnswer, Float[np.ndarray, "W"]]:
    """An answer with its windows refined, the anchors standing, and what each cost, s of one core."""
    refined, spent_s = np.empty(answer.features.shape), np.empty(len(anchors))
    betas = anchors.betas.astype(np.float64)
    for window, (features, index) in enumerate(zip(answer.features, anchors.index, strict=True)):
        rotations, translations = unpack(features.astype(np.float64))
        motion = Motion(rotations=rotations, translations=translations, betas=betas[window], rate_hz=MODEL_RATE_HZ)
        began_s = time.thread_time()
        motion = refiner.window(motion, held=int(index))
        spent_s[window] = time.thread_time() - began_s
        refined[window] = pack(motion.rotations, motion.translations)
    return replace(answer, features=refined, again=None), spent_s


def refined_poses(
    refiner: Refiner, features: Float[np.ndarray, "W P 135"], anchors: Anchors
) -> Float[np.ndarray, "W P 135"]:
    """Interactive poses refined; both persons were made."""
    refined = np.empty(features.shape)
    for number, (pose_features, betas) in enumerate(zip(features, anchors.betas, strict=True)):
        rotations, translations = unpack(pose_features.astype(np.float64))
        pose = InteractivePose(rotations=rotations, translations=translations, betas=betas.astype(np.float64))
        pose = refiner.pose(pose)
        refined[number] = pack(pose.rotations, pose.translations)
    return refined


def told_cost(window_s: Float[np.ndarray, "W"]) -> str:
    """What one window took on one core of this machine, shapes included."""
    middle, slow = (np.percentile(window_s, rank) * _MS_PER_S for rank in (50, 95))
    return f"{middle:.1f} ms a window on one core, 95th percentile {slow:.1f} ms"
