"""Both networks as a reader of the paper writes them in torch: the form that every other one is measured against.

From the paper and its supplement ("Ponimator", ICCV 2025): tokens, transformer, adaptive normalisation and conditions
as they stand there, out of torch's stock parts, in fp32. Nothing is computed before it is needed: at each of the
sampling steps the condition goes through its embeddings, and through SiLU → Linear inside every sublayer. Where there
is a choice the faster one stands here: no padding mask, since all windows are of one length; gains and shifts once for
each window, not for each row of an attention; and torch's fused attention behind three projections, which takes a few
percent less time than `nn.MultiheadAttention`.

The two parameters that our networks have beyond the published ones (`person`, `no_text`) and the norm before the heads
are here too, so that both are one function: `weights_of` carries our weights over. They cost nothing that can be
measured.

Legend beyond the project's: W width, L tokens that attend to each other.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.layers import TransformerSize

PERSONS = 2
ROTATIONS, TRANSLATION, JOINTS = 22 * 6, 3, 22 * 3
"""Features of one person: 6D rotations, root translation, joint positions."""
MOTION_FEATURES = ROTATIONS + TRANSLATION
POSE_FEATURES = MOTION_FEATURES + JOINTS


def sinusoidal(position: Tensor, width: int) -> Tensor:
    """Sines, then cosines (Vaswani et al. 2017), (..., W)."""
    frequencies = torch.exp(-math.log(10_000.0) * torch.arange(width // 2) / (width // 2))
    angle = position[..., None].float() * frequencies
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


class AdaptiveNorm(nn.Module):
    """Norm(h)·(1 + scale) + shift over the features, scale and shift from the condition (supplement)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.scale_and_shift = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))

    def forward(self, tokens: Tensor, condition: Tensor) -> Tensor:
        """Tokens (B, P, N, W) under conditions (B, W)."""
        scale, shift = self.scale_and_shift(condition)[:, None, None].chunk(2, dim=-1)
        return self.norm(tokens) * (1 + scale) + shift


class SelfAttention(nn.Module):
    """Each row's tokens see each other (Vaswani et al. 2017)."""

    def __init__(self, size: TransformerSize) -> None:
        super().__init__()
        self.heads, self.dropout = size.heads, size.dropout
        self.query = nn.Linear(size.width, size.width)
        self.key = nn.Linear(size.width, size.width)
        self.value = nn.Linear(size.width, size.width)
        self.output = nn.Linear(size.width, size.width)

    def forward(self, tokens: Tensor) -> Tensor:
        """What each token of (R, L, W) heard."""
        R, L, W = tokens.shape
        query, key, value = (
            project(tokens).view(R, L, self.heads, W // self.heads).transpose(1, 2)
            for project in (self.query, self.key, self.value)
        )
        dropout = self.dropout if self.training else 0.0
        heard = functional.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
        return self.output(heard.transpose(1, 2).reshape(R, L, W))


class Block(nn.Module):
    """Attention and feed-forward, each behind an adaptive norm, each added to what came in."""

    def __init__(self, size: TransformerSize, *, over_frames: bool) -> None:
        super().__init__()
        self.over_frames = over_frames
        self.attention_norm = AdaptiveNorm(size.width)
        self.attention = SelfAttention(size)
        self.feed_forward_norm = AdaptiveNorm(size.width)
        self.feed_forward = nn.Sequential(
            nn.Linear(size.width, size.feed_forward),
            nn.GELU(),
            nn.Dropout(size.dropout),
            nn.Linear(size.feed_forward, size.width),
        )
        self.dropout = nn.Dropout(size.dropout)

    def forward(self, tokens: Tensor, condition: Tensor) -> Tensor:
        """Tokens (B, P, N, W) after both."""
        tokens = tokens + self.dropout(self.attended(self.attention_norm(tokens, condition)))
        return tokens + self.dropout(self.feed_forward(self.feed_forward_norm(tokens, condition)))

    def attended(self, tokens: Tensor) -> Tensor:
        """Each person's frames see each other, or at each frame the persons."""
        if self.over_frames:
            return self.attention(tokens.flatten(0, 1)).reshape(tokens.shape)
        by_frame = tokens.transpose(1, 2)  # (B, N, P, W)
        return self.attention(by_frame.flatten(0, 1)).reshape(by_frame.shape).transpose(1, 2)


class TimestepEmbedding(nn.Module):
    """A vector for each diffusion time."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.mix = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, timestep: Tensor) -> Tensor:
        """Of timesteps (B,): (B, W)."""
        return self.mix(sinusoidal(timestep, self.width))


class PublishedAnimator(nn.Module):
    """Interactive pose to motion: blocks over frames and over persons in turn (paper, pose animator)."""

    def __init__(self, config: AnimatorConfig) -> None:
        super().__init__()
        size, width = config.size, config.size.width
        for name, fill in (("residual_scale", 1.0), ("anchor_mean", 0.0), ("anchor_std", 1.0)):
            self.register_buffer(name, torch.full((MOTION_FEATURES,), fill))
        self.register_buffer("frame_positions", sinusoidal(torch.arange(config.frames), width), persistent=False)
        self.token = nn.Linear(MOTION_FEATURES + 1, width)
        self.person = nn.Parameter(torch.zeros(PERSONS, 1, width))
        self.timestep = TimestepEmbedding(width)
        known = PERSONS * (MOTION_FEATURES + JOINTS)
        self.anchor = nn.Sequential(nn.Linear(known, width), nn.SiLU(), nn.Linear(width, width))
        self.always = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(Block(size, over_frames=index % 2 == 0) for index in range(size.blocks))
        self.final_norm = AdaptiveNorm(width)
        self.rotations = nn.Linear(width, ROTATIONS)
        self.translation = nn.Linear(width, TRANSLATION)

    def forward(
        self, noisy: Tensor, anchor: Tensor, anchor_joints: Tensor, anchor_index: Tensor, timestep: Tensor
    ) -> Tensor:
        """The clean residual in latent units (B, P, N, D); arguments as of our animator."""
        B, P, N, _ = noisy.shape
        at_anchor = (torch.arange(N) == anchor_index[:, None])[:, None, :, None].expand(B, P, N, 1)
        motion = noisy * self.residual_scale + anchor[:, :, None]
        motion = torch.where(at_anchor, anchor[:, :, None], motion)
        normalised = (motion - self.anchor_mean) / self.anchor_std
        tokens = self.token(torch.cat([normalised, at_anchor.float()], dim=-1)) + self.frame_positions + self.person
        known = ((anchor - self.anchor_mean) / self.anchor_std).flatten(1)
        condition = self.timestep(timestep) + self.anchor(torch.cat([known, anchor_joints.flatten(1)], dim=-1))
        condition = condition + self.always
        for block in self.blocks:
            tokens = block(tokens, condition)
        tokens = self.final_norm(tokens, condition)
        return torch.cat([self.rotations(tokens), self.translation(tokens)], dim=-1)


class PublishedGenerator(nn.Module):
    """One pose, a text or both to an interactive pose: blocks over the persons (paper, pose generator)."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        size, width = config.size, config.size.width
        self.token = nn.Linear(POSE_FEATURES + 1, width)
        self.person = nn.Parameter(torch.zeros(PERSONS, width))
        self.timestep = TimestepEmbedding(width)
        self.no_text = nn.Parameter(torch.zeros(config.text_width))
        self.text = nn.Linear(config.text_width, width)
        self.blocks = nn.ModuleList(Block(size, over_frames=False) for _ in range(size.blocks))
        self.final_norm = AdaptiveNorm(width)
        self.output = nn.Linear(width, POSE_FEATURES)

    def forward(
        self, noisy: Tensor, given_pose: Tensor, given: Tensor, text: Tensor, has_text: Tensor, timestep: Tensor
    ) -> Tensor:
        """The clean features in latent units (B, P, 201); arguments as of our generator."""
        flag = given_pose[:, :, None]
        tokens = self.token(torch.cat([torch.where(flag > 0, given, noisy), flag], dim=-1)) + self.person
        tokens = tokens[:, :, None]  # of one frame
        phrase = torch.where(has_text[:, None] > 0, text, self.no_text)
        condition = self.timestep(timestep) + self.text(phrase)
        for block in self.blocks:
            tokens = block(tokens, condition)
        return self.output(self.final_norm(tokens, condition))[:, :, 0]


Published = PublishedAnimator | PublishedGenerator


def published(network: Animator | Generator) -> Published:
    """The published network with our network's weights."""
    kind = PublishedAnimator if isinstance(network, Animator) else PublishedGenerator
    made = kind(network.config)
    made.load_state_dict(weights_of(network))
    return made.eval()


def weights_of(network: Animator | Generator) -> dict[str, Tensor]:
    """Our weights under the names of the published modules; what units mean is no part of the generator here."""
    renamed = {}
    for name, value in network.state_dict().items():
        if name in ("feature_mean", "feature_std"):
            continue
        if "query_key_value." in name:
            for part, of_part in zip(("query", "key", "value"), value.chunk(3), strict=True):
                renamed[name.replace("query_key_value", part)] = of_part
        else:
            renamed[name.replace("scale_and_shift.", "scale_and_shift.1.")] = value
    return renamed


def parameter_count(network: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(weights.numel() for weights in network.parameters())
