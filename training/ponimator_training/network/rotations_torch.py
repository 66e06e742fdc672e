"""Torch twin of `ponimator_runtime.motion.rotations`; a contract test holds the two equal.

Only what a loss differentiates through; the order in memory of 6D is stated there.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize


def rotation_6d_from_matrix(matrix: Float[Tensor, "*S 3 3"]) -> Float[Tensor, "*S 6"]:
    """The first two columns of each matrix, column after column."""
    return torch.cat([matrix[..., :, 0], matrix[..., :, 1]], dim=-1)


def matrix_from_rotation_6d(rotation_6d: Float[Tensor, "*S 6"]) -> Float[Tensor, "*S 3 3"]:
    """The rotation nearest in Gram-Schmidt's sense to two columns that need not be orthonormal."""
    first = normalize(rotation_6d[..., 0:3], dim=-1)
    second = rotation_6d[..., 3:6]
    second = normalize(second - (first * second).sum(dim=-1, keepdim=True) * first, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)
