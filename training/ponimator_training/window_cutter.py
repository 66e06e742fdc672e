"""Cuts drawn windows and poses out of a clip set in torch, on the device that trains: the twin of `windows`' cutting.

The clips' features and joints lie on the device whole (0.14 MB a clip of 84 frames), so that a step needs nothing from
the host but its draws. A test holds the twins equal.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_INDEX
from ponimator_runtime.motion.window import ROTATION_FEATURES
from ponimator_training.network.kinematics_torch import joint_positions
from ponimator_training.window_draws import PoseDraws, WindowDraws
from ponimator_training.windows import WindowSampler

Tensors = dict[str, Tensor]
_ROOT_COLUMNS = 6
"""Leading features: the two columns of the root rotation."""
_SIDES = tuple((JOINT_INDEX[f"left_{part}"], JOINT_INDEX[f"right_{part}"]) for part in ("hip", "shoulder"))


def as_tensors(draws: WindowDraws | PoseDraws) -> Tensors:
    """Draws as flat tensors on the host, real numbers in float32."""
    values = asdict(draws)
    values |= {f"noise_{name}": value for name, value in (values.pop("noise", None) or {}).items()}
    return {
        name: torch.from_numpy(value.astype(np.float32) if value.dtype.kind == "f" else value)
        for name, value in values.items()
    }


class WindowCutter(nn.Module):
    """The arrays of a sampler as buffers; moved to a device as any module is."""

    features: Tensor
    joints: Tensor
    rest_joints: Tensor
    betas: Tensor
    text_of_phrase: Tensor
    rest_template: Tensor
    rest_basis: Tensor
    frame: Tensor

    def __init__(self, sampler: WindowSampler) -> None:
        """Shares the sampler's memory, until it is moved."""
        super().__init__()
        arrays = {
            "features": sampler.features,
            "joints": sampler.joints,
            "rest_joints": sampler.rest_joints[:, :, :BODY_JOINT_COUNT],
            "betas": sampler.betas,
            "text_of_phrase": sampler.text_of_phrase,
            "rest_template": sampler.skeleton.template[:BODY_JOINT_COUNT].astype(np.float32),
            "rest_basis": sampler.skeleton.shape_basis[:BODY_JOINT_COUNT].astype(np.float32),
            "frame": np.arange(sampler.frames),
        }
        for name, array in arrays.items():
            self.register_buffer(name, torch.from_numpy(array))

    def windows(self, draws: Tensors) -> Tensors:
        """The fields of `Windows`, but for `clips`."""
        clips, persons, anchor_index = draws["clips"], draws["persons"], draws["anchor_index"]
        frames = draws["start"][:, None] + self.frame
        place = (clips[:, None, None], persons[:, :, None], frames[:, None])
        rest_joints = self.rest_joints[clips[:, None], persons]
        betas = self.betas[clips[:, None], persons]
        motion, joints = _in_model_space(self.features[place], self.joints[place], rest_joints, anchor_index)
        anchor, anchor_joints = _at(motion, anchor_index), _at(joints, anchor_index)
        if "noise_chosen" in draws:
            anchor, anchor_joints = self._with_noise(draws, anchor, anchor_joints, betas)
        return {
            "motion": motion,
            "joints": joints,
            "rest_joints": rest_joints,
            "betas": betas,
            "anchor": anchor,
            "anchor_joints": anchor_joints,
            "anchor_index": anchor_index,
        }

    def poses(self, draws: Tensors) -> Tensors:
        """The fields of `Poses`, but for `clips`."""
        clips, persons = draws["clips"], draws["persons"]
        place = (clips[:, None, None], persons[:, :, None], draws["frame"][:, None, None])
        rest_joints = self.rest_joints[clips[:, None], persons]
        at_the_frame = torch.zeros_like(clips)
        features, joints = _in_model_space(self.features[place], self.joints[place], rest_joints, at_the_frame)
        return {
            "features": torch.cat([features[:, :, 0], rest_joints.flatten(2)], dim=-1),
            "joints": joints[:, :, 0],
            "text": self.text_of_phrase[draws["phrase"]],
        }

    def _with_noise(
        self,
        draws: Tensors,
        anchor: Float[Tensor, "B P 135"],
        anchor_joints: Float[Tensor, "B P 22 3"],
        betas: Float[Tensor, "B P 10"],
    ) -> tuple[Float[Tensor, "B P 135"], Float[Tensor, "B P 22 3"]]:
        root = anchor[..., :_ROOT_COLUMNS].unflatten(-1, (2, 3))
        turned = (draws["noise_turn"][:, :, None] @ root[..., None]).flatten(-3)
        translation = anchor[..., ROTATION_FEATURES:] + draws["noise_shift"]
        moved = torch.cat([turned, anchor[..., _ROOT_COLUMNS:ROTATION_FEATURES], translation], dim=-1)
        shapes = betas + draws["noise_betas"]
        rest_joints = self.rest_template + torch.einsum("jck,bpk->bpjc", self.rest_basis, shapes)
        moved_joints = joint_positions(moved, rest_joints)
        chosen = draws["noise_chosen"][:, None, None]
        return torch.where(chosen, moved, anchor), torch.where(chosen[..., None], moved_joints, anchor_joints)


def _in_model_space(
    features: Float[Tensor, "B P N 135"],
    joints: Float[Tensor, "B P N 22 3"],
    rest_joints: Float[Tensor, "B P 22 3"],
    anchor_index: Int[Tensor, "B"],
) -> tuple[Float[Tensor, "B P N 135"], Float[Tensor, "B P N 22 3"]]:
    """Twin of `model_space.in_model_space`."""
    anchor_joints = _at(joints, anchor_index)[:, 0]  # (B, 22, 3) of person A
    turn = _turned_to_face_z(anchor_joints)
    origin = torch.stack([anchor_joints[:, 0, 0], torch.zeros_like(turn[:, 0, 0]), anchor_joints[:, 0, 2]], dim=-1)

    def turned(vectors: Tensor) -> Tensor:
        rows = vectors.reshape(len(vectors), -1, 3)
        return (rows @ turn.transpose(1, 2)).reshape(vectors.shape)

    rest_pelvis = rest_joints[:, :, None, 0]  # (B, P, 1, 3)
    pelvis = features[..., ROTATION_FEATURES:] + rest_pelvis - origin[:, None, None]
    moved = torch.cat(
        [
            turned(features[..., :_ROOT_COLUMNS]),
            features[..., _ROOT_COLUMNS:ROTATION_FEATURES],
            turned(pelvis) - rest_pelvis,
        ],
        dim=-1,
    )
    return moved, turned(joints - origin[:, None, None, None])


def _at(values: Float[Tensor, "B P N *D"], anchor_index: Int[Tensor, "B"]) -> Float[Tensor, "B P *D"]:
    return values[torch.arange(len(values), device=values.device), :, anchor_index]


def _turned_to_face_z(joints: Float[Tensor, "B 22 3"]) -> Float[Tensor, "B 3 3"]:
    """The turn about the up axis after which a body faces +Z."""
    leftward = torch.stack([joints[:, left] - joints[:, right] for left, right in _SIDES]).sum(dim=0)
    cosine, sine = torch.nn.functional.normalize(leftward[:, ::2], dim=-1).unbind(-1)
    zero, one = torch.zeros_like(cosine), torch.ones_like(cosine)
    return torch.stack([cosine, zero, sine, zero, one, zero, -sine, zero, cosine], dim=-1).unflatten(-1, (3, 3))
