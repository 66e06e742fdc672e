"""The joint regressor: where a body's joints are, as a sparse weighted mean of its vertices."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX, MIRROR, PARENTS
from ponimator_training.body.mesh import farthest_points

VERTICES_PER_JOINT = 64
_RIDGE_M = 3e-3
"""Pull of each weight towards the equal ones, in metres, against residuals of millimetres over all samples."""
_SEAM_WEIGHT = 0.05


def joint_regressor(
    vertices: Float[NDArray[np.float64], "S V 3"],
    joints: Float[NDArray[np.float64], "S 55 3"],
    *,
    skin_weights: Float[NDArray[np.float64], "V 55"],
    mirror: Int[NDArray[np.int64], "V"],
) -> Float[NDArray[np.float64], "55 V"]:
    """Weights over 64 vertices round each joint that give the joints of all sampled bodies, the mean one's exactly.

    Ridge least squares over all samples, with two equality constraints: the weights sum to one and the mean body's
    joint is met. The right side mirrors the left.
    """
    template, mean_joints = vertices.mean(axis=0), joints.mean(axis=0)
    regressor = np.zeros((JOINT_COUNT, len(template)))
    for joint in range(JOINT_COUNT):
        near = _vertices_round_joint(joint, template, mean_joints[joint], skin_weights)
        samples = np.swapaxes(vertices[:, near] - template[near], 1, 2).reshape(-1, len(near))
        wanted = (joints[:, joint] - mean_joints[joint]).ravel()
        ridge = _RIDGE_M * np.sqrt(len(samples)) * np.eye(len(near))
        system = np.concatenate([samples, ridge])
        target = np.concatenate([wanted, ridge.sum(axis=1) / len(near)])
        limits = np.concatenate([np.ones((1, len(near))), template[near].T])
        limit_values = np.concatenate([[1.0], mean_joints[joint]])
        regressor[joint, near] = _constrained_least_squares(system, target, limits, limit_values)
    symmetric: NDArray[np.float64] = (regressor + regressor[list(MIRROR)][:, mirror]) / 2.0
    return symmetric


def _vertices_round_joint(
    joint: int, template: NDArray[np.float64], position: NDArray[np.float64], skin_weights: NDArray[np.float64]
) -> NDArray[np.int64]:
    """64 vertices spread over the seam of skin between the joint and its parent, or the nearest where there is none.

    Inside a trunk the nearest vertices all lie on the back and cannot tell where the joint is in a deeper body.
    """
    parent = PARENTS[joint] if PARENTS[joint] >= 0 else JOINT_INDEX["spine1"]
    shared = np.minimum(skin_weights[:, joint], skin_weights[:, parent])
    by_distance = np.argsort(np.linalg.norm(template - position, axis=1), kind="stable")
    seam = by_distance[shared[by_distance] > _SEAM_WEIGHT]
    if len(seam) < VERTICES_PER_JOINT:
        return by_distance[:VERTICES_PER_JOINT]
    return seam[farthest_points(template[seam], VERTICES_PER_JOINT)]


def _constrained_least_squares(
    system: NDArray[np.float64],
    target: NDArray[np.float64],
    limits: NDArray[np.float64],
    limit_values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The x with limits @ x = limit_values that minimises |system @ x - target|², by its KKT equations."""
    count = len(limits)
    kkt = np.block([[system.T @ system, limits.T], [limits, np.zeros((count, count))]])
    solution: NDArray[np.float64] = np.linalg.solve(kkt, np.concatenate([system.T @ target, limit_values]))
    return solution[: system.shape[1]]
