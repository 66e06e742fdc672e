"""Parts of a diffusion transformer: embeddings, adaptive normalisation, attention over one axis of the tokens.

Knows widths and tokens; never what a token means. Written without data-dependent branches, so that it exports.
Legend beyond the project's: W width, L tokens that see each other (N for temporal attention, P for spatial).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

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

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.scale_and_shift = nn.Linear(width, 2 * width)
        nn.init.zeros_(self.scale_and_shift.weight)
        nn.init.zeros_(self.scale_and_shift.bias)

    def forward(self, tokens: Float[Tensor, "B *L W"], condition: Float[Tensor, "B W"]) -> Float[Tensor, "B *L W"]:
        """norm(tokens)·(1 + scale) + shift."""
        one_for_all = (condition.shape[0], *([1] * (tokens.dim() - 2)), -1)
        modulation: Tensor = self.scale_and_shift(functional.silu(condition)).reshape(one_for_all)
        scale, shift = modulation.chunk(2, dim=-1)
        normalised: Tensor = self.norm(tokens)
        return normalised * (1 + scale) + shift


class Attention(nn.Module):
    """Every token sees every token of its own row."""

    def __init__(self, size: TransformerSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.dropout = size.dropout
        self.query_key_value = nn.Linear(size.width, 3 * size.width)
        self.output = nn.Linear(size.width, size.width)

    def forward(self, tokens: Float[Tensor, "R L W"]) -> Float[Tensor, "R L W"]:
        """What each token heard in its row."""
        length, width = tokens.shape[1:]
        split = self.query_key_value(tokens).reshape(-1, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        heard = functional.scaled_dot_product_attention(
            query, key, value, dropout_p=self.dropout if self.training else 0.0
        )
        result: Tensor = self.output(heard.transpose(1, 2).reshape(-1, length, width))
        return result


class Block(nn.Module):
    """Attention and feed-forward, each behind an adaptive norm and added to what came in."""

    def __init__(self, size: TransformerSize) -> None:
        super().__init__()
        self.attention_norm = AdaptiveNorm(size.width)
        self.attention = Attention(size)
        self.feed_forward_norm = AdaptiveNorm(size.width)
        self.feed_forward = nn.Sequential(
            nn.Linear(size.width, size.feed_forward),
            nn.GELU(),
            nn.Dropout(size.dropout),
            nn.Linear(size.feed_forward, size.width),
        )
        self.dropout = nn.Dropout(size.dropout)

    def forward(self, tokens: Float[Tensor, "B P *N W"], condition: Float[Tensor, "B W"]) -> Float[Tensor, "B P *N W"]:
        """The tokens after both parts."""
        tokens = tokens + self.dropout(self.attend(self.attention_norm(tokens, condition)))
        changed: Tensor = tokens + self.dropout(self.feed_forward(self.feed_forward_norm(tokens, condition)))
        return changed

    def attend(self, tokens: Float[Tensor, "B P *N W"]) -> Float[Tensor, "B P *N W"]:
        """Attention over the axis that the kind of block stands for."""
        raise NotImplementedError


class TemporalBlock(Block):
    """Each person sees its own frames."""

    def attend(self, tokens: Float[Tensor, "B P N W"]) -> Float[Tensor, "B P N W"]:
        """Attention over N."""
        heard: Tensor = self.attention(tokens.flatten(0, 1))
        return heard.reshape(tokens.shape)


class SpatialBlock(Block):
    """At each frame (where there are frames), the persons see each other."""

    def attend(self, tokens: Float[Tensor, "B P *N W"]) -> Float[Tensor, "B P *N W"]:
        """Attention over P."""
        if tokens.dim() == 3:  # one instant: (B, P, W)
            heard: Tensor = self.attention(tokens)
            return heard
        frame_first = tokens.transpose(1, 2)  # (B, N, P, W)
        heard = self.attention(frame_first.flatten(0, 1))
        return heard.reshape(frame_first.shape).transpose(1, 2)
