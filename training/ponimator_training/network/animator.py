"""The pose animator: from an interactive pose to the window of motion around it (paper, pose animator).

It predicts the clean residual of each frame to the anchor, in latent units: residual features / `residual_scale`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.window import FEATURE_COUNT, ROTATION_FEATURES, WINDOW_FRAMES
from ponimator_training.network.layers import (
    AdaptiveNorm,
    SpatialBlock,
    TemporalBlock,
    TimestepEmbedding,
    TransformerSize,
    sinusoidal_embedding,
)

PERSONS = 2


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


class Animator(nn.Module):
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
        frame = torch.arange(self.config.frames, device=noisy.device)
        at_anchor = (frame == anchor_index[:, None]).to(noisy.dtype)[:, None, :, None]  # (B, 1, N, 1)
        # At the anchor's frame the residual is known to be nothing: the clean anchor stands there.
        pose = noisy * (1 - at_anchor) * self.residual_scale + anchor[:, :, None]
        marker = at_anchor.expand(-1, PERSONS, -1, -1)
        tokens = self.token(torch.cat([self._normalised(pose), marker], dim=-1))
        tokens = tokens + self.frame_positions + self.person
        known = torch.cat(
            [((anchor - self.anchor_mean) / self.anchor_std).flatten(1), anchor_joints.flatten(1)], dim=-1
        )
        condition = self.timestep(timestep) + self.anchor(known) + self.always
        for block in self.blocks:
            tokens = block(tokens, condition)
        tokens = self.final_norm(tokens, condition)
        return torch.cat([self.rotations(tokens), self.translation(tokens)], dim=-1)

    def _normalised(self, features: Float[Tensor, "*S 135"]) -> Float[Tensor, "*S 135"]:
        return (features - self.anchor_mean) / self.anchor_std

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
