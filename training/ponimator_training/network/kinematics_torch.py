"""Torch twin of `ponimator_runtime.motion.kinematics` for the 22 body joints; a contract test holds the two equal.

The twin walks the tree level by level instead of joint by joint, so that a batch costs 7 products, not 21.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    locals_by_level = local_rotations.split([len(parents) for parents in _LEVELS], dim=-3)
    worlds = [locals_by_level[0]]
    for parents, local in zip(_LEVELS[1:], locals_by_level[1:], strict=True):
        worlds.append(_product(_picked(worlds[-1], parents, dim=-3), local))
    return torch.cat(worlds, dim=-3)


def positions_from_world_rotations(
    rotations_to_world: Float[Tensor, "*S 22 3 3"],
    translation: Float[Tensor, "*S 3"],
    rest_joints: Float[Tensor, "*S 22 3"],
) -> Float[Tensor, "*S 22 3"]:
    """World positions of the joints, m: each is its parent's plus the bone between them, turned as the parent is."""
    parents = PARENTS[1:BODY_JOINT_COUNT]
    bones = rest_joints[..., 1:, :] - _picked(rest_joints, parents, dim=-2)
    turned = (_picked(rotations_to_world, parents, dim=-3) * bones.unsqueeze(-2)).sum(-1)
    pelvis = (rest_joints[..., :1, :] + translation.unsqueeze(-2)).expand(*turned.shape[:-2], 1, 3)
    positions = [pelvis]
    for level_parents, bone in zip(_LEVELS[1:], turned.split([len(level) for level in _LEVELS[1:]], -2), strict=True):
        positions.append(_picked(positions[-1], level_parents, dim=-2) + bone)
    return torch.cat(positions, dim=-2)


def joint_positions(
    features: Float[Tensor, "*S 135"], rest_joints: Float[Tensor, "*S 22 3"]
) -> Float[Tensor, "*S 22 3"]:
    """World positions of the 22 joints that features tell, m."""
    rotations, translation = unpack(features)
    return positions_from_world_rotations(world_rotations(rotations), translation, rest_joints)


def _places_of_parents() -> tuple[tuple[int, ...], ...]:
    """For each depth of the tree, the place of each joint's parent among the joints of the depth above.

    SMPL-X numbers its joints depth by depth, so that the depths are stretches of the joints.
    """
    levels: list[tuple[int, ...]] = [(0,)]
    above, first = range(1), 1
    while first < BODY_JOINT_COUNT:
        level = [joint for joint in range(first, BODY_JOINT_COUNT) if PARENTS[joint] in above]
        levels.append(tuple(above.index(PARENTS[joint]) for joint in level))
        above, first = range(first, first + len(level)), first + len(level)
    return tuple(levels)


_LEVELS = _places_of_parents()


def _product(left: Float[Tensor, "*S 3 3"], right: Float[Tensor, "*S 3 3"]) -> Float[Tensor, "*S 3 3"]:
    """The product; elsewhere than on a CPU, products of very many small matrices are slow, and fuse with nothing."""
    if left.device.type == "cpu":
        return left @ right
    return (left.unsqueeze(-1) * right.unsqueeze(-3)).sum(-2)


def _picked(values: Tensor, places: Sequence[int], *, dim: int) -> Tensor:
    """Entries of one axis; indexing with a list would copy it to the device in every step, and wait for that."""
    entries = values.unbind(dim)
    return torch.stack([entries[place] for place in places], dim)
