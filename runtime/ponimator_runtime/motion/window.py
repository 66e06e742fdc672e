"""The features that the networks see: one home of their layout.

Features of one person and frame, D = 135: 22 rotations in 6D (132), then γ (3). A window is told as the residual of
each frame's features to those of its anchor, the interactive pose (paper, pose animator).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.rotations import matrix_from_rotation_6d, rotation_6d_from_matrix
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT

ROTATION_FEATURES = BODY_JOINT_COUNT * 6
FEATURE_COUNT = ROTATION_FEATURES + 3
"""D."""
WINDOW_FRAMES = 30
"""N of a window."""
MODEL_RATE_HZ = 10.0
"""Frames per second of a window."""

REST_JOINT_FEATURES = BODY_JOINT_COUNT * 3
GENERATOR_FEATURE_COUNT = FEATURE_COUNT + REST_JOINT_FEATURES
"""The generator's features of one person, 201: D, then the 22 rest joints, which carry the shape."""


def pack(
    rotations: Float[np.ndarray, "*S 22 3 3"], translations: Float[np.ndarray, "*S 3"]
) -> Float[np.ndarray, "*S 135"]:
    """Features of poses."""
    rotation_6d = rotation_6d_from_matrix(rotations)
    return np.concatenate([rotation_6d.reshape(*translations.shape[:-1], ROTATION_FEATURES), translations], axis=-1)


def unpack(
    features: Float[np.ndarray, "*S 135"],
) -> tuple[Float[np.ndarray, "*S 22 3 3"], Float[np.ndarray, "*S 3"]]:
    """Rotations and translations of features; what is no rotation is brought back to one."""
    rotation_6d = features[..., :ROTATION_FEATURES].reshape(*features.shape[:-1], BODY_JOINT_COUNT, 6)
    return matrix_from_rotation_6d(rotation_6d), features[..., ROTATION_FEATURES:]


def anchor_features(pose: InteractivePose) -> Float[np.ndarray, "P 135"]:
    """Features of an interactive pose."""
    return pack(pose.rotations, pose.translations)


def residual_from_motion(motion: Motion, anchor: InteractivePose) -> Float[np.ndarray, "P N 135"]:
    """What a window adds to its anchor, in features."""
    return pack(motion.rotations, motion.translations) - anchor_features(anchor)[:, None]


def motion_from_residual(residual: Float[np.ndarray, "P N 135"], anchor: InteractivePose) -> Motion:
    """The window that a residual to the anchor tells, at the model's rate."""
    rotations, translations = unpack(residual + anchor_features(anchor)[:, None])
    return Motion(rotations=rotations, translations=translations, betas=anchor.betas, rate_hz=MODEL_RATE_HZ)


def generator_features(pose: InteractivePose, rest_joints: Float[np.ndarray, "P 55 3"]) -> Float[np.ndarray, "P 201"]:
    """The generator's features of an interactive pose."""
    flat_rest = rest_joints[:, :BODY_JOINT_COUNT].reshape(len(rest_joints), REST_JOINT_FEATURES)
    return np.concatenate([anchor_features(pose), flat_rest], axis=-1)


def pose_from_generator_features(
    features: Float[np.ndarray, "P 201"], betas: Float[np.ndarray, "P 10"]
) -> InteractivePose:
    """The interactive pose that generator features tell, for bodies whose shapes are known."""
    rotations, translations = unpack(features[:, :FEATURE_COUNT])
    return InteractivePose(rotations=rotations, translations=translations, betas=betas)
