"""Torch twin of `ponimator_runtime.motion.kinematics` for the 22 body joints; a contract test holds the two equal.

The twin walks the tree level by level instead of joint by joint, so that a batch costs 8 products, not 22.
"""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, PARENTS
from ponimator_runtime.motion.window import ROTATION_FEATURES
from ponimator_training.network.rotations_torch import matrix_from_rotation_6d


def unpack(features: Float[Tensor, "*S 135"]) -> tuple[Float[Tensor, "*S 22 3 3"], Float[Tensor, "*S 3"]]:
    """Rotations and translations of features; what is no rotation is brought back to one."""
    rotation_6d = features[..., :ROTATION_FEATURES].unflatten(-1, (BODY_JOINT_COUNT, 6))
    return matrix_from_rotation_6d(rotation_6d), features[..., ROTATION_FEATURES:]


def world_rotations(local_rotations: Float[Tensor, "*S 22 3 3"]) -> Float[Tensor, "*S 22 3 3"]:
    """Each joint's rotation to world, from rotations to the parent."""
    levels, order = _levels()
    previous_world = local_rotations[..., levels[0][0], :, :]
    worlds = [previous_world]
    for joints, parent_places in levels[1:]:
        previous_world = previous_world[..., parent_places, :, :] @ local_rotations[..., joints, :, :]
        worlds.append(previous_world)
    return torch.cat(worlds, dim=-3)[..., order, :, :]


def positions_from_world_rotations(
    rotations_to_world: Float[Tensor, "*S 22 3 3"],
    translation: Float[Tensor, "*S 3"],
    rest_joints: Float[Tensor, "*S 22 3"],
) -> Float[Tensor, "*S 22 3"]:
    """World positions of the joints, m: each is the sum of the turned bones on its way to the root."""
    parents = list(PARENTS[1:BODY_JOINT_COUNT])
    bones = rest_joints[..., 1:, :] - rest_joints[..., parents, :]
    turned = (rotations_to_world[..., parents, :, :] @ bones.unsqueeze(-1)).squeeze(-1)
    pelvis = (rest_joints[..., 0, :] + translation).unsqueeze(-2)
    return _ancestry().to(turned) @ torch.cat([pelvis.expand(*turned.shape[:-2], 1, 3), turned], dim=-2)


def joint_positions(
    features: Float[Tensor, "*S 135"], rest_joints: Float[Tensor, "*S 22 3"]
) -> Float[Tensor, "*S 22 3"]:
    """World positions of the 22 joints that features tell, m."""
    rotations, translation = unpack(features)
    return positions_from_world_rotations(world_rotations(rotations), translation, rest_joints)


@cache
def _levels() -> tuple[list[tuple[list[int], list[int]]], list[int]]:
    """The joints of each depth with their parents' places in the level above, and where each joint ends up."""
    levels: list[tuple[list[int], list[int]]] = [([0], [])]
    while placed := levels[-1][0]:
        joints = [joint for joint in range(BODY_JOINT_COUNT) if PARENTS[joint] in placed]
        levels.append((joints, [placed.index(PARENTS[joint]) for joint in joints]))
    levels.pop()
    walked = [joint for joints, _ in levels for joint in joints]
    return levels, [walked.index(joint) for joint in range(BODY_JOINT_COUNT)]


@cache
def _ancestry() -> Float[Tensor, "22 22"]:
    """1 where the column's joint lies on the row's way to the root, itself included."""
    ancestry = torch.eye(BODY_JOINT_COUNT)
    for joint in range(1, BODY_JOINT_COUNT):
        ancestry[joint] += ancestry[PARENTS[joint]]
    return ancestry
