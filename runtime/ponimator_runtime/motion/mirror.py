"""Left and right exchanged: what a left-handed pair does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, MIRROR, Skeleton

_FLIP = np.diag([-1.0, 1.0, 1.0])
_BODY_MIRROR = list(MIRROR[:BODY_JOINT_COUNT])


def mirrored_motion(motion: Motion, skeleton: Skeleton) -> Motion:
    """The motion seen in a mirror that stands in the plane x = 0 (bodies are taken as symmetric)."""
    rest_pelvis = skeleton.rest_joints(motion.betas)[:, None, 0]
    pelvis = (rest_pelvis + motion.translations) * np.array([-1.0, 1.0, 1.0])
    return replace(
        motion,
        rotations=_FLIP @ motion.rotations[..., _BODY_MIRROR, :, :] @ _FLIP,
        translations=pelvis - rest_pelvis,
    )
