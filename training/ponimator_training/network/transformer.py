"""The diffusion transformer that both networks are: what conditions and diffusion time give, and the rest.

A third of the weights only turn (diffusion time, conditions) into gains and shifts. `Conditions` hold what they give,
so that a sampler can have it made for all its steps at once; what is left for each step is `step`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from ponimator_training.network.layers import AdaptiveNorm, Block


class Conditions(NamedTuple):
    """What is known before a sample is denoised.

    Attributes:
        modulations: gain and shift of every adaptive norm in the order of the blocks, Q = 2 · norms; with a leading K
            where they were made for K diffusion times.
        given_tokens: what the conditions add to each token.
        noise_mask: 0 where the noise is not looked at, because the clean features are given there; else 1.
    """

    modulations: Float[Tensor, "*K B Q W"]
    given_tokens: Float[Tensor, "B L W"]
    noise_mask: Float[Tensor, "B L 1"]


class DiffusionTransformer(nn.Module):
    """Tokens through blocks that a condition modulates; its kinds say what a token is made of and what comes out."""

    blocks: nn.ModuleList
    final_norm: AdaptiveNorm

    def step(self, noisy: Float[Tensor, "B P *N D"], conditions: Conditions) -> Float[Tensor, "B P *N D"]:
        """The clean signal in latent units, with one diffusion time for each sample."""
        features = noisy.flatten(1, -2) * conditions.noise_mask
        tokens = functional.linear(features, self.noise_projection()) + conditions.given_tokens
        modulations = conditions.modulations.split(1, dim=1)
        for index, block in enumerate(self.blocks):
            tokens = block(tokens, *modulations[Block.MODULATIONS * index : Block.MODULATIONS * (index + 1)])
        return self.clean(self.final_norm(tokens, *modulations[-AdaptiveNorm.MODULATIONS :])).reshape(noisy.shape)

    def modulations(self, condition: Float[Tensor, "*K B W"]) -> Float[Tensor, "*K B Q W"]:
        """Gains and shifts of all norms."""
        return torch.cat([part.modulation(condition) for part in (*self.blocks, self.final_norm)], dim=-2)

    def noise_projection(self) -> Float[Tensor, "W D"]:
        """Weights from a noisy token in latent units to the width."""
        raise NotImplementedError

    def clean(self, tokens: Float[Tensor, "B L W"]) -> Float[Tensor, "B L D"]:
        """The clean signal that the last tokens tell."""
        raise NotImplementedError
