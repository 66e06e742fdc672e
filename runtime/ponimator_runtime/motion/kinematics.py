"""From local rotations and a root to where the joints are (forward kinematics).

Works for the 22 body joints and for all 55: the number of rotations given decides.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.skeleton import PARENTS, Skeleton


def world_rotations(local_rotations: Float[np.ndarray, "*S J 3 3"]) -> Float[np.ndarray, "*S J 3 3"]:
    """Each joint's rotation to world, from rotations to the parent."""
    world = np.empty_like(local_rotations)
    for joint in range(local_rotations.shape[-3]):
        parent = PARENTS[joint]
        local = local_rotations[..., joint, :, :]
        world[..., joint, :, :] = local if parent < 0 else world[..., parent, :, :] @ local
    return world


def joint_positions(
    local_rotations: Float[np.ndarray, "*S J 3 3"],
    translation: Float[np.ndarray, "*S 3"],
    rest_joints: Float[np.ndarray, "*S 55 3"],
) -> Float[np.ndarray, "*S J 3"]:
    """World positions of the joints, m.

    The root rotation turns the body about its pelvis, so the pelvis stands at rest pelvis + γ whatever the rotation.
    """
    return positions_from_world_rotations(world_rotations(local_rotations), translation, rest_joints)


def positions_from_world_rotations(
    rotations_to_world: Float[np.ndarray, "*S J 3 3"],
    translation: Float[np.ndarray, "*S 3"],
    rest_joints: Float[np.ndarray, "*S 55 3"],
) -> Float[np.ndarray, "*S J 3"]:
    """World positions of the joints, m, where the rotations to world are known already."""
    positions = np.empty(rotations_to_world.shape[:-1], dtype=np.result_type(rotations_to_world, translation))
    for joint in range(rotations_to_world.shape[-3]):
        parent = PARENTS[joint]
        if parent < 0:
            positions[..., joint, :] = rest_joints[..., joint, :] + translation
        else:
            bone = rest_joints[..., joint, :] - rest_joints[..., parent, :]
            turned = np.einsum("...ij,...j->...i", rotations_to_world[..., parent, :, :], bone)
            positions[..., joint, :] = positions[..., parent, :] + turned
    return positions


def pose_joint_positions(pose: InteractivePose, skeleton: Skeleton) -> Float[np.ndarray, "P 22 3"]:
    """World positions of both bodies' 22 joints, m."""
    return joint_positions(pose.rotations, pose.translations, skeleton.rest_joints(pose.betas))


def motion_joint_positions(motion: Motion, skeleton: Skeleton) -> Float[np.ndarray, "P N 22 3"]:
    """World positions of both bodies' 22 joints over time, m."""
    rest_joints = skeleton.rest_joints(motion.betas)[:, None]
    rest_joints = np.broadcast_to(rest_joints, (*motion.translations.shape[:2], *rest_joints.shape[-2:]))
    return joint_positions(motion.rotations, motion.translations, rest_joints)
