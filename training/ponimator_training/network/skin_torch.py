"""A few points of the body's skin, posed in torch, so that a loss can pull on the surface and not only on joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_COUNT, PARENTS, SHAPE_COUNT


@dataclass(frozen=True, kw_only=True, slots=True)
class ThinSkin:
    """V points with their shape basis and skinning weights to the 22 body joints.

    Attributes:
        template: rest positions at β = 0, (V, 3) m.
        shape_basis: (V, 3, 10) m.
        weights: (V, 22), each row sums to one.
    """

    template: Float[Tensor, "V 3"]
    shape_basis: Float[Tensor, "V 3 10"]
    weights: Float[Tensor, "V 22"]

    def to(self, device: torch.device) -> ThinSkin:
        """The same points on a device."""
        return ThinSkin(
            template=self.template.to(device),
            shape_basis=self.shape_basis.to(device),
            weights=self.weights.to(device),
        )

    def posed(
        self,
        rotations_to_world: Float[Tensor, "B P *N 22 3 3"],
        joints: Float[Tensor, "B P *N 22 3"],
        rest_joints: Float[Tensor, "B P 22 3"],
        betas: Float[Tensor, "B P 10"],
    ) -> Float[Tensor, "B P *N V 3"]:
        """World positions of the points by linear blend skinning, m."""
        rest_points = self.template + torch.einsum("vck,bpk->bpvc", self.shape_basis, betas)
        while rest_joints.dim() < joints.dim():
            rest_joints, rest_points = rest_joints.unsqueeze(2), rest_points.unsqueeze(2)
        shift = joints - (rotations_to_world * rest_joints.unsqueeze(-2)).sum(-1)  # (..., 22, 3)
        blended_rotation = torch.einsum("vj,...jxy->...vxy", self.weights, rotations_to_world)
        blended_shift = torch.einsum("vj,...jx->...vx", self.weights, shift)
        return (blended_rotation * rest_points.unsqueeze(-2)).sum(-1) + blended_shift


def thin_skin(
    vertices: Float[np.ndarray, "A 3"],
    shape_basis: Float[np.ndarray, "A 3 S"],
    weights: Float[np.ndarray, "A 55"],
    *,
    count: int = 100,
) -> ThinSkin:
    """Evenly spread points of a mesh: each next one is the farthest from those taken (Gonzalez 1985).

    Weights of hands and face go to the nearest of the 22 body joints above them.
    """
    distance = np.full(len(vertices), np.inf)
    chosen = [int(np.argmin(vertices[:, 1]))]
    for _ in range(count - 1):
        distance = np.minimum(distance, np.linalg.norm(vertices - vertices[chosen[-1]], axis=1))
        chosen.append(int(np.argmax(distance)))
    owner = np.arange(JOINT_COUNT)
    for joint in range(BODY_JOINT_COUNT, JOINT_COUNT):
        owner[joint] = owner[PARENTS[joint]]
    to_body = np.zeros((JOINT_COUNT, BODY_JOINT_COUNT))
    to_body[np.arange(JOINT_COUNT), owner] = 1.0
    return ThinSkin(
        template=torch.tensor(vertices[chosen], dtype=torch.float32),
        shape_basis=torch.tensor(shape_basis[chosen, :, :SHAPE_COUNT], dtype=torch.float32),
        weights=torch.tensor(weights[chosen] @ to_body, dtype=torch.float32),
    )
