"""Brings a batch of windows into model space at once; the batched twin of `ponimator_runtime.motion.canonical`."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.motion.canonical import facing_yaw
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.window import ROTATION_FEATURES

_ROOT_COLUMNS = 6
"""Leading features: the two columns of the root rotation."""


def in_model_space(
    features: Float[np.ndarray, "B P N 135"],
    joints: Float[np.ndarray, "B P N 22 3"],
    rest_joints: Float[np.ndarray, "B P 55 3"],
    anchor_index: Int[np.ndarray, "B"],
) -> tuple[Float[np.ndarray, "B P N 135"], Float[np.ndarray, "B P N 22 3"]]:
    """Features and joints with the first person of each anchor at the origin, facing +Z.

    The batched twin of `motion.canonical.model_from_world` and `transform_motion`; a test holds them equal.
    """
    row = np.arange(len(features))
    anchor_joints = joints[row, 0, anchor_index]  # (B, 22, 3) of person A
    turn = matrix_about_y(-facing_yaw(anchor_joints))  # (B, 3, 3)
    origin = anchor_joints[:, 0] * np.array([1.0, 0.0, 1.0])  # the floor stays where it is
    turned_joints = np.einsum("bij,bpnkj->bpnki", turn, joints - origin[:, None, None, None])
    rest_pelvis = rest_joints[:, :, None, 0]  # (B, P, 1, 3)
    pelvis = features[..., ROTATION_FEATURES:] + rest_pelvis - origin[:, None, None]
    moved = features.copy()
    moved[..., ROTATION_FEATURES:] = np.einsum("bij,bpnj->bpni", turn, pelvis) - rest_pelvis
    # A turn of the whole body turns the columns of its root rotation, which is what 6D holds.
    columns = features[..., :_ROOT_COLUMNS].reshape(*features.shape[:-1], 2, 3)
    turned_columns = np.einsum("bij,bpncj->bpnci", turn, columns)
    moved[..., :_ROOT_COLUMNS] = turned_columns.reshape(*features.shape[:-1], _ROOT_COLUMNS)
    return moved, turned_joints.astype(np.float32)
