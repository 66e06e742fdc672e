"""The pose animator: from an interactive pose to the window of motion around it (paper, pose animator).

It predicts the clean residual of each frame to the anchor, in latent units: residual features / `residual_scale`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.window import FEATURE_COUNT, ROTATION_FEATURES, WINDOW_FRAMES
from ponimator_training.network.layers import PERSONS as PERSONS
from ponimator_training.network.layers import (
    AdaptiveNorm,
    SpatialBlock,
    TemporalBlock,
    TimestepEmbedding,
    TransformerSize,
    sinusoidal_embedding,
)
from ponimator_training.network.transformer import Conditions, DiffusionTransformer


@dataclass(frozen=True, kw_only=True, slots=True)
class AnimatorConfig:
    """What an animator is built from."""

    size: TransformerSize = field(default_factory=TransformerSize)
    frames: int = WINDOW_FRAMES


@dataclass(frozen=True, kw_only=True, slots=True)
class AnimatorScales:
    """What one unit means, measured on the training set.

    Attributes:
        residual_scale: raw residual = latent residual · this, (135,).
        anchor_mean: of a pose's features, (135,).
        anchor_std: of a pose's features, (135,).
    """

    residual_scale: Float[Tensor, "135"]
    anchor_mean: Float[Tensor, "135"]
    anchor_std: Float[Tensor, "135"]


class Animator(DiffusionTransformer):
    """DiT over frames and persons, temporal and spatial attention in turn."""

    residual_scale: Tensor
    anchor_mean: Tensor
    anchor_std: Tensor
    frame_positions: Tensor

    def __init__(self, config: AnimatorConfig, scales: AnimatorScales | None = None) -> None:
        """Builds it with fresh weights; without scales one unit is one, until a checkpoint is loaded."""
        super().__init__()
        self.config = config
        width = config.size.width
        scales = scales or AnimatorScales(
            residual_scale=torch.ones(FEATURE_COUNT),
            anchor_mean=torch.zeros(FEATURE_COUNT),
            anchor_std=torch.ones(FEATURE_COUNT),
        )
        self.register_buffer("residual_scale", scales.residual_scale.clone())
        self.register_buffer("anchor_mean", scales.anchor_mean.clone())
        self.register_buffer("anchor_std", scales.anchor_std.clone())
        positions = sinusoidal_embedding(torch.arange(config.frames), width)
        self.register_buffer("frame_positions", positions, persistent=False)
        self.token = nn.Linear(FEATURE_COUNT + 1, width)
        # Ours: who is person A stands in the token, not only in where that person happens to stand.
        self.person = nn.Parameter(torch.randn(PERSONS, 1, width) * 0.02)
        self.timestep = TimestepEmbedding(width)
        self.anchor = nn.Sequential(
            nn.Linear(PERSONS * (FEATURE_COUNT + BODY_JOINT_COUNT * 3), width), nn.SiLU(), nn.Linear(width, width)
        )
        self.always = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(
            SpatialBlock(config.size) if index % 2 else TemporalBlock(config.size)
            for index in range(config.size.blocks)
        )
        self.final_norm = AdaptiveNorm(width)
        self.rotations = nn.Linear(width, ROTATION_FEATURES)
        nn.init.zeros_(self.rotations.weight)
        nn.init.zeros_(self.rotations.bias)
        self.translation = nn.Linear(width, FEATURE_COUNT - ROTATION_FEATURES)

    def forward(
        self,
        noisy: Float[Tensor, "B P N 135"],
        anchor: Float[Tensor, "B P 135"],
        anchor_joints: Float[Tensor, "B P 22 3"],
        anchor_index: Int[Tensor, "B"],
        timestep: Int[Tensor, "B"],
    ) -> Float[Tensor, "B P N 135"]:
        """The clean residual in latent units.

        Args:
            noisy: x_t, residual to the anchor in latent units.
            anchor: features of the interactive pose, in model space.
            anchor_joints: its joints, m.
            anchor_index: the frame that the anchor stands at.
            timestep: t of each window.
        """
        return self.step(noisy, self.condition(anchor, anchor_joints, anchor_index, timestep))

    def condition(
        self,
        anchor: Float[Tensor, "B P 135"],
        anchor_joints: Float[Tensor, "B P 22 3"],
        anchor_index: Int[Tensor, "B"],
        timestep: Int[Tensor, "*K #B"],
    ) -> Conditions:
        """What the conditions and the diffusion times give to `step`; arguments as of `forward`.

        Args:
            anchor: features of the interactive pose, in model space.
            anchor_joints: its joints, m.
            anchor_index: the frame that the anchor stands at.
            timestep: t of each window; of K diffusion times, where a window goes through all of them: (K, 1).
        """
        frame = torch.arange(self.config.frames, device=anchor.device)
        at_anchor = (frame == anchor_index[:, None]).to(anchor.dtype)[:, None, :, None]  # (B, 1, N, 1)
        at_anchor = at_anchor.expand(-1, PERSONS, -1, -1)
        normalised = (anchor - self.anchor_mean) / self.anchor_std
        # The token of each frame tells its pose: the anchor, and what the noise adds to it but at the anchor's frame.
        pose_weight, marker_weight = self.token.weight.split([FEATURE_COUNT, 1], dim=1)
        pose_tokens = functional.linear(normalised, pose_weight, self.token.bias)[:, :, None]  # (B, P, 1, W)
        given_tokens = pose_tokens + at_anchor * marker_weight[:, 0] + self.frame_positions + self.person
        known = torch.cat([normalised.flatten(1), anchor_joints.flatten(1)], dim=-1)
        condition = self.timestep(timestep) + self.anchor(known) + self.always
        return Conditions(
            modulations=self.modulations(condition),
            given_tokens=given_tokens.flatten(1, 2),
            noise_mask=(1 - at_anchor).flatten(1, 2),
        )

    def noise_projection(self) -> Float[Tensor, "W 135"]:
        """Weights from a frame's noisy residual to the width, through the units of poses."""
        return self.token.weight[:, :FEATURE_COUNT] * (self.residual_scale / self.anchor_std)

    def clean(self, tokens: Float[Tensor, "B L W"]) -> Float[Tensor, "B L 135"]:
        """The residual of each frame."""
        weight = torch.cat([self.rotations.weight, self.translation.weight])
        return functional.linear(tokens, weight, torch.cat([self.rotations.bias, self.translation.bias]))

    def motion_features(
        self, residual: Float[Tensor, "B P N 135"], anchor: Float[Tensor, "B P 135"]
    ) -> Float[Tensor, "B P N 135"]:
        """Features of the motion that a residual in latent units tells."""
        return residual * self.residual_scale + anchor[:, :, None]

    def latent_residual(
        self, motion: Float[Tensor, "B P N 135"], anchor: Float[Tensor, "B P 135"]
    ) -> Float[Tensor, "B P N 135"]:
        """The residual in latent units of a motion's features."""
        return (motion - anchor[:, :, None]) / self.residual_scale
