"""What is learned: for each model, how a batch is drawn, and which losses a network's answer to it has.

The training loop knows tasks only by this protocol; it never learns what a pose is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT, ROTATION_FEATURES
from ponimator_training.losses import (
    AnimatorWeights,
    GeneratorWeights,
    Terms,
    animator_losses,
    generator_losses,
    weighted_total,
)
from ponimator_training.network.animator import PERSONS, Animator, AnimatorScales
from ponimator_training.network.generator import Generator, GeneratorScales
from ponimator_training.network.skin_torch import ThinSkin
from ponimator_training.noising import Noising
from ponimator_training.windows import WindowSampler

Batch = dict[str, Tensor]
Forward = Callable[..., Tensor]
Network = TypeVar("Network", bound=nn.Module, contravariant=True)
"""The bare network, whose buffers say what a unit means; `Forward` is the same network as the loop wrapped it."""

_SCALE_SAMPLES = 4096
_SMALLEST_ROTATION_SCALE = 0.02
_SMALLEST_LENGTH_SCALE_M = 0.005


class Task(Protocol[Network]):
    """One model to be trained."""

    @property
    def kind(self) -> str:
        """Name of the model."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """What the task's losses depend on, for the checkpoint."""
        ...

    def batch(self, rng: np.random.Generator, count: int) -> Batch:
        """Samples and the noise-free facts that go with them."""
        ...

    def losses(self, forward: Forward, network: Network, batch: Batch, noising: Noising) -> Terms:
        """Unweighted terms and the weighted sum of them, `total`, of one noised batch."""
        ...


@dataclass(frozen=True, kw_only=True)
class AnimatorTask:
    """Motion windows from their anchors.

    Attributes:
        sampler: draws the windows.
        weights: of the losses; a skin is needed where `vertices` is not zero.
        skin: points of the body's surface.
    """

    sampler: WindowSampler
    weights: AnimatorWeights
    skin: ThinSkin | None = None
    kind: str = "animator"

    @property
    def settings(self) -> dict[str, Any]:
        """The weights of the losses."""
        return asdict(self.weights)

    def batch(self, rng: np.random.Generator, count: int) -> Batch:
        """B windows."""
        windows = self.sampler.windows(rng, count)
        names = ("motion", "joints", "rest_joints", "betas", "anchor", "anchor_joints")
        batch = {name: torch.from_numpy(np.asarray(getattr(windows, name), dtype=np.float32)) for name in names}
        return batch | {"anchor_index": torch.from_numpy(windows.anchor_index)}

    def losses(self, forward: Forward, network: Animator, batch: Batch, noising: Noising) -> Terms:
        """Terms of the denoised windows."""
        clean = network.latent_residual(batch["motion"], batch["anchor"])
        timestep = noising.random_timesteps(len(clean))
        noisy = noising.noisy(clean, torch.randn_like(clean), timestep)
        predicted = forward(noisy, batch["anchor"], batch["anchor_joints"], batch["anchor_index"], timestep).float()
        skin = self.skin.to(predicted.device) if self.skin is not None and self.weights.vertices else None
        terms = animator_losses(
            network.motion_features(predicted, batch["anchor"]),
            batch["motion"],
            batch["joints"],
            batch["rest_joints"],
            betas=batch["betas"],
            skin=skin,
        )
        return terms | {"total": weighted_total(terms, self.weights)}


@dataclass(frozen=True, kw_only=True)
class GeneratorTask:
    """Interactive poses from one of the two poses, a text, both or neither.

    Attributes:
        sampler: draws the poses; it must have been given a text embedder.
        weights: of the losses.
        drop_pose: probability that no pose is given; the given one is always the first person's.
        drop_text: probability that no text is given.
    """

    sampler: WindowSampler
    weights: GeneratorWeights
    drop_pose: float = 0.8
    drop_text: float = 0.1
    kind: str = "generator"

    @property
    def settings(self) -> dict[str, Any]:
        """The weights of the losses and how often conditions are dropped."""
        return asdict(self.weights) | {"drop_pose": self.drop_pose, "drop_text": self.drop_text}

    def batch(self, rng: np.random.Generator, count: int) -> Batch:
        """B poses, with what the network is told of each."""
        poses = self.sampler.poses(rng, count)
        given_pose = np.zeros((count, PERSONS), dtype=np.float32)
        given_pose[:, 0] = rng.random(count) >= self.drop_pose
        has_text = (rng.random(count) >= self.drop_text).astype(np.float32)
        return {
            "features": torch.from_numpy(poses.features.astype(np.float32)),
            "joints": torch.from_numpy(poses.joints),
            "text": torch.from_numpy(poses.text),
            "given_pose": torch.from_numpy(given_pose),
            "has_text": torch.from_numpy(has_text),
        }

    def losses(self, forward: Forward, network: Generator, batch: Batch, noising: Noising) -> Terms:
        """Terms of the denoised poses; a given person's pose is known, as it is when sampling."""
        clean = network.latent_features(batch["features"])
        timestep = noising.random_timesteps(len(clean))
        noisy = noising.noisy(clean, torch.randn_like(clean), timestep)
        given_pose = batch["given_pose"]
        answer = forward(noisy, given_pose, clean, batch["text"], batch["has_text"], timestep).float()
        predicted = torch.where(given_pose[:, :, None] > 0, clean, answer)
        terms = generator_losses(network.raw_features(predicted), batch["features"], batch["joints"])
        return terms | {"total": weighted_total(terms, self.weights)}


def measured_animator_scales(sampler: WindowSampler, rng: np.random.Generator) -> AnimatorScales:
    """Root mean square of the residuals, one for each joint, the ground plane and the height; statistics of anchors."""
    windows = sampler.windows(rng, _SCALE_SAMPLES)
    square = np.square(windows.motion - windows.anchor[:, :, None]).mean(axis=(0, 1, 2), dtype=np.float64)
    square[:ROTATION_FEATURES] = np.repeat(square[:ROTATION_FEATURES].reshape(-1, 6).mean(axis=1), 6)
    square[[ROTATION_FEATURES, ROTATION_FEATURES + 2]] = square[[ROTATION_FEATURES, ROTATION_FEATURES + 2]].mean()
    smallest = _smallest_scales(FEATURE_COUNT)
    anchors = windows.anchor.reshape(-1, FEATURE_COUNT)
    return AnimatorScales(
        residual_scale=_float_tensor(np.maximum(np.sqrt(square), smallest)),
        anchor_mean=_float_tensor(anchors.mean(axis=0)),
        anchor_std=_float_tensor(np.maximum(anchors.std(axis=0), 5 * smallest)),
    )


def measured_generator_scales(sampler: WindowSampler, rng: np.random.Generator) -> GeneratorScales:
    """Mean and standard deviation of each feature, both persons together."""
    features = sampler.poses(rng, _SCALE_SAMPLES).features.reshape(-1, GENERATOR_FEATURE_COUNT)
    return GeneratorScales(
        feature_mean=_float_tensor(features.mean(axis=0)),
        feature_std=_float_tensor(np.maximum(features.std(axis=0), _smallest_scales(GENERATOR_FEATURE_COUNT))),
    )


def _smallest_scales(feature_count: int) -> Float[np.ndarray, "D"]:
    """Below these a feature only trembles, and noise of its own scale would tell the network nothing."""
    smallest = np.full(feature_count, _SMALLEST_LENGTH_SCALE_M)
    smallest[:ROTATION_FEATURES] = _SMALLEST_ROTATION_SCALE
    return smallest


def _float_tensor(values: np.ndarray) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
