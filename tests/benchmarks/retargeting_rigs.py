"""Rigs of other proportions than the stream's bodies, made from these: names, sizes, stances."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from ponimator_runtime.motion.retargeting.fitting import FittedRig

sys.path.append(str(Path(__file__).parents[2]))
from tests.unit.made_rigs import Build, fitted

BUILDS = {
    "same": Build(),
    "small": Build(
        legs=0.7, arms=0.7, torso=0.7, arm_drop_rad=0.8, leg_spread_rad=0.1, spine_bones=5, twists=True, axes_seed=3,
        yaw_rad=1.0,
    ),
    "large": Build(legs=1.4, arms=1.4, torso=1.4, spine_bones=2, fingers=False, yaw_rad=np.pi),
    "shorter": Build(legs=0.85, arms=0.85, torso=0.85, arm_drop_rad=0.8, axes_seed=4),
    "taller": Build(legs=1.15, arms=1.15, torso=1.15, spine_bones=5),
    "short legs": Build(legs=0.7, arm_drop_rad=0.7, axes_seed=5),
    "short arms": Build(arms=0.7, spine_bones=2),
    "long arms": Build(arms=1.4, arm_drop_rad=0.7),
}  # fmt: skip
"""All limbs and the trunk −30 % … +40 %, alone and together."""
PAIRS = (
    ("same", "same"),
    ("shorter", "taller"),
    ("short legs", "long arms"),
    ("short arms", "short arms"),
    ("small", "small"),
    ("large", "large"),
    ("small", "large"),
)


def rigs_of(pair: tuple[str, str], rest_joints: np.ndarray) -> tuple[FittedRig, FittedRig]:
    """Both rigs, fitted to the stream's bodies (2, 55, 3)."""
    return fitted(rest_joints[0], BUILDS[pair[0]]), fitted(rest_joints[1], BUILDS[pair[1]])
