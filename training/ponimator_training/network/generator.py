"""The pose generator: one pose, a text, both or neither to an interactive pose (paper, pose generator).

It predicts the clean features of both persons in latent units: (features − `feature_mean`) / `feature_std`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ponimator_runtime.motion.window import GENERATOR_FEATURE_COUNT
from ponimator_training.network.layers import PERSONS, AdaptiveNorm, SpatialBlock, TimestepEmbedding, TransformerSize
from ponimator_training.network.transformer import Conditions, DiffusionTransformer

SENTENCE_WIDTH = 384
"""E of the embedded text encoder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorConfig:
    """What a generator is built from."""

    size: TransformerSize = field(default_factory=TransformerSize)
    text_width: int = SENTENCE_WIDTH


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorScales:
    """What one unit means, measured on the training set: features = latent · std + mean, (201,) each."""

    feature_mean: Float[Tensor, "201"]
    feature_std: Float[Tensor, "201"]


class Generator(DiffusionTransformer):
    """DiT over the two persons of one instant."""

    feature_mean: Tensor
    feature_std: Tensor

    def __init__(self, config: GeneratorConfig, scales: GeneratorScales | None = None) -> None:
        """Builds it with fresh weights; without scales one unit is one, until a checkpoint is loaded."""
        super().__init__()
        self.config = config
        width = config.size.width
        scales = scales or GeneratorScales(
            feature_mean=torch.zeros(GENERATOR_FEATURE_COUNT), feature_std=torch.ones(GENERATOR_FEATURE_COUNT)
        )
        self.register_buffer("feature_mean", scales.feature_mean.clone())
        self.register_buffer("feature_std", scales.feature_std.clone())
        self.token = nn.Linear(GENERATOR_FEATURE_COUNT + 1, width)
        # Ours: attention alone cannot tell two persons of noise apart, and person A is the one at the origin.
        self.person = nn.Parameter(torch.randn(PERSONS, width) * 0.02)
        self.timestep = TimestepEmbedding(width)
        self.no_text = nn.Parameter(torch.zeros(config.text_width))
        self.text = nn.Linear(config.text_width, width)
        self.blocks = nn.ModuleList(SpatialBlock(config.size) for _ in range(config.size.blocks))
        self.final_norm = AdaptiveNorm(width)
        self.output = nn.Linear(width, GENERATOR_FEATURE_COUNT)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(
        self,
        noisy: Float[Tensor, "B P 201"],
        given_pose: Float[Tensor, "B P"],
        given: Float[Tensor, "B P 201"],
        text: Float[Tensor, "B E"],
        has_text: Float[Tensor, "B"],
        timestep: Int[Tensor, "B"],
    ) -> Float[Tensor, "B P 201"]:
        """The clean features in latent units.

        Args:
            noisy: x_t in latent units.
            given_pose: 1 for a person whose pose is given, else 0.
            given: that person's clean features in latent units; read only where the pose is given.
            text: sentence embedding of unit length; read only where there is one.
            has_text: 1 where a text is given, else 0.
            timestep: t of each pose.
        """
        return self.step(noisy, self.condition(given_pose, given, text, has_text, timestep))

    def condition(
        self,
        given_pose: Float[Tensor, "B P"],
        given: Float[Tensor, "B P 201"],
        text: Float[Tensor, "B E"],
        has_text: Float[Tensor, "B"],
        timestep: Int[Tensor, "*K #B"],
    ) -> Conditions:
        """What the conditions and the diffusion times give to `step`.

        Args:
            given_pose: 1 for a person whose pose is given, else 0.
            given: that person's clean features in latent units; read only where the pose is given.
            text: sentence embedding of unit length; read only where there is one.
            has_text: 1 where a text is given, else 0.
            timestep: t of each pose; of K diffusion times, where a pose goes through all of them: (K, 1).
        """
        flag = given_pose[:, :, None]
        features = torch.cat([torch.where(flag > 0, given, 0.0), flag], dim=-1)
        phrase = torch.where(has_text[:, None] > 0, text, self.no_text)
        condition = self.timestep(timestep) + self.text(phrase)
        return Conditions(
            modulations=self.modulations(condition),
            given_tokens=self.token(features) + self.person,
            noise_mask=1 - flag,
        )

    def noise_projection(self) -> Float[Tensor, "W 201"]:
        """Weights from a person's noisy features to the width."""
        return self.token.weight[:, :GENERATOR_FEATURE_COUNT]

    def clean(self, tokens: Float[Tensor, "B L W"]) -> Float[Tensor, "B L 201"]:
        """The features of each person."""
        features: Tensor = self.output(tokens)
        return features

    def raw_features(self, latent: Float[Tensor, "*S 201"]) -> Float[Tensor, "*S 201"]:
        """Features of what is told in latent units."""
        return latent * self.feature_std + self.feature_mean

    def latent_features(self, features: Float[Tensor, "*S 201"]) -> Float[Tensor, "*S 201"]:
        """Latent units of features."""
        return (features - self.feature_mean) / self.feature_std
