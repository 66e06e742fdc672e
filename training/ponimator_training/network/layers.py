"""Parts of a diffusion transformer: embeddings, adaptive normalisation, attention over one axis of the tokens.

Knows widths, persons and frames; never what a token's features mean. Written without data-dependent branches, so that
it exports.
Legend beyond the project's: W width, H heads, Z width of a head, L tokens of a sample: person after person, and each
person's frames in turn (L = P·N; L = P where there are no frames).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

PERSONS = 2
_LONGEST_PERIOD = 10_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TransformerSize:
    """How large a network is; the defaults are the published ones."""

    blocks: int = 8
    width: int = 1024
    heads: int = 8
    feed_forward: int = 2048
    dropout: float = 0.1


def sinusoidal_embedding(position: Int[Tensor, "*S"], width: int) -> Float[Tensor, "*S W"]:
    """Sines, then cosines of a position at geometrically spaced frequencies (Vaswani et al. 2017)."""
    half = width // 2
    frequencies = torch.exp(-math.log(_LONGEST_PERIOD) * torch.arange(half, device=position.device) / half)
    angle = position.unsqueeze(-1).to(frequencies.dtype) * frequencies
    return torch.cat([torch.sin(angle), torch.cos(angle)], dim=-1)


class TimestepEmbedding(nn.Module):
    """A vector for each diffusion time."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.mix = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, timestep: Int[Tensor, "B"]) -> Float[Tensor, "B W"]:
        """The embedding of each timestep."""
        mixed: Tensor = self.mix(sinusoidal_embedding(timestep, self.width))
        return mixed


class AdaptiveNorm(nn.Module):
    """Normalises over the features, then scales and shifts them as the condition says; at first it does not."""

    MODULATIONS: Final = 2
    """Gain and shift."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.scale_and_shift = nn.Linear(width, 2 * width)
        nn.init.zeros_(self.scale_and_shift.weight)
        nn.init.zeros_(self.scale_and_shift.bias)

    def modulation(self, condition: Float[Tensor, "*R W"]) -> Float[Tensor, "*R 2 W"]:
        """Gain (1 + scale) and shift that each condition asks for."""
        scale, shift = self.scale_and_shift(functional.silu(condition)).chunk(2, dim=-1)
        return torch.stack([1 + scale, shift], dim=-2)

    def forward(
        self, tokens: Float[Tensor, "B L W"], gain: Float[Tensor, "B 1 W"], shift: Float[Tensor, "B 1 W"]
    ) -> Float[Tensor, "B L W"]:
        """norm(tokens)·gain + shift."""
        normalised: Tensor = self.norm(tokens)
        return normalised * gain + shift


class Attention(nn.Module):
    """The weights of one attention; its kinds differ in which tokens see each other."""

    def __init__(self, size: TransformerSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.dropout = size.dropout
        self.query_key_value = nn.Linear(size.width, 3 * size.width)
        self.output = nn.Linear(size.width, size.width)

    def forward(self, tokens: Float[Tensor, "B L W"]) -> Float[Tensor, "B L W"]:
        """What each token heard."""
        length, width = tokens.shape[1:]
        split = self.query_key_value(tokens).unflatten(-1, (3 * self.heads, width // self.heads))
        persons_apart = split.unflatten(1, (PERSONS, length // PERSONS))
        result: Tensor = self.output(self.heard(persons_apart).reshape(tokens.shape))
        return result

    def heard(self, query_key_value: Float[Tensor, "B P N 3H Z"]) -> Float[Tensor, "*S H Z"]:
        """The heads' values that each token heard, tokens in the order that they came in."""
        raise NotImplementedError


class TemporalAttention(Attention):
    """Each person's frames see each other."""

    def heard(self, query_key_value: Float[Tensor, "B P N 3H Z"]) -> Float[Tensor, "R N H Z"]:
        """Attention over N."""
        query, key, value = (part.transpose(1, 2) for part in query_key_value.flatten(0, 1).chunk(3, dim=2))
        heard = functional.scaled_dot_product_attention(  # (B·P, H, N, Z)
            query, key, value, dropout_p=self.dropout if self.training else 0.0
        )
        return heard.transpose(1, 2)


class SpatialAttention(Attention):
    """At each frame (one, where there are no frames), the two persons see each other.

    A softmax over two is a sigmoid of the difference, which needs no tiny products of matrices:
    out = v_A + σ(q·(k_B − k_A)/√Z)·(v_B − v_A), where 1 − σ is the weight on person A.
    """

    def heard(self, query_key_value: Float[Tensor, "B P N 3H Z"]) -> Float[Tensor, "B P N H Z"]:
        """Attention over P."""
        query, key, value = query_key_value.chunk(3, dim=3)  # (B, P, N, H, Z) each
        (key_a, key_b), (value_a, value_b) = key.split(1, dim=1), value.split(1, dim=1)
        contrast = (query * (key_b - key_a)).sum(dim=-1, keepdim=True) * query.shape[-1] ** -0.5
        weight_b = torch.sigmoid(contrast)
        if not self.training or self.dropout == 0:
            return value_a + weight_b * (value_b - value_a)
        weight_a = functional.dropout(1 - weight_b, self.dropout)
        return weight_a * value_a + functional.dropout(weight_b, self.dropout) * value_b


class Block(nn.Module):
    """Attention and feed-forward, each behind an adaptive norm and added to what came in."""

    MODULATIONS: Final = 2 * AdaptiveNorm.MODULATIONS

    def __init__(self, size: TransformerSize, attention: type[Attention]) -> None:
        super().__init__()
        self.attention_norm = AdaptiveNorm(size.width)
        self.attention = attention(size)
        self.feed_forward_norm = AdaptiveNorm(size.width)
        self.feed_forward = nn.Sequential(
            nn.Linear(size.width, size.feed_forward),
            nn.GELU(),
            nn.Dropout(size.dropout),
            nn.Linear(size.feed_forward, size.width),
        )
        self.dropout = nn.Dropout(size.dropout)

    def modulation(self, condition: Float[Tensor, "*R W"]) -> Float[Tensor, "*R 4 W"]:
        """Gain and shift of both norms, in the order of `forward`."""
        norms = (self.attention_norm, self.feed_forward_norm)
        return torch.cat([norm.modulation(condition) for norm in norms], dim=-2)

    def forward(self, tokens: Float[Tensor, "B L W"], *modulation: Float[Tensor, "B 1 W"]) -> Float[Tensor, "B L W"]:
        """The tokens after both parts."""
        of_attention, of_feed_forward = modulation[: AdaptiveNorm.MODULATIONS], modulation[AdaptiveNorm.MODULATIONS :]
        tokens = tokens + self.dropout(self.attention(self.attention_norm(tokens, *of_attention)))
        changed: Tensor = tokens + self.dropout(self.feed_forward(self.feed_forward_norm(tokens, *of_feed_forward)))
        return changed


class TemporalBlock(Block):
    """A block in which each person sees its own frames."""

    def __init__(self, size: TransformerSize) -> None:
        super().__init__(size, TemporalAttention)


class SpatialBlock(Block):
    """A block in which the persons see each other."""

    def __init__(self, size: TransformerSize) -> None:
        super().__init__(size, SpatialAttention)
