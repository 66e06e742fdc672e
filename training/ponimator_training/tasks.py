"""What is learned: for each model, how a batch is drawn, and which losses a network's answer to it has.

The training loop knows tasks only by this protocol; it never learns what a pose is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
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
from ponimator_training.window_cutter import WindowCutter, as_tensors
from ponimator_training.windows import WindowSampler

Batch = dict[str, Tensor]
Forward = Callable[..., Tensor]
Network = TypeVar("Network", bound=nn.Module, contravariant=True)
"""The bare network, whose buffers say what a unit means; `Forward` is the same network as the loop wrapped it."""

_SCALE_SAMPLES = 4096
_SMALLEST_ROTATION_SCALE = 0.02
_SMALLEST_LENGTH_SCALE_M = 0.005


class Task(Protocol[Network]):
    """One model to be trained.

    Attributes:
        sampler: the clips.
        terms: the losses of a network's answer; the loop may put the same function, compiled, in its place.
    """

    sampler: WindowSampler
    terms: Callable[..., Terms]

    @property
    def kind(self) -> str:
        """Name of the model."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """What the task's losses depend on, for the checkpoint."""
        ...

    def to(self, device: torch.device) -> None:
        """Puts the clips where batches are to be made."""
        ...

    def draws(self, rng: np.random.Generator, count: int) -> Batch:
        """Which samples a batch is to hold; small, and on the host."""
        ...

    def batch(self, draws: Batch) -> Batch:
        """Samples and the noise-free facts that go with them, on the device of the draws."""
        ...

    def losses(self, forward: Forward, network: Network, batch: Batch, noising: Noising) -> Terms:
        """Unweighted terms and the weighted sum of them, `total`, of one noised batch."""
        ...


class AnimatorTask:
    """Motion windows from their anchors."""

    kind = "animator"

    def __init__(self, *, sampler: WindowSampler, weights: AnimatorWeights, skin: ThinSkin | None = None) -> None:
        """Puts the clips onto the CPU.

        Args:
            sampler: draws the windows.
            weights: of the losses; a skin is needed where `vertices` is not zero.
            skin: points of the body's surface.
        """
        self.sampler = sampler
        self.terms = animator_terms
        self._weights = asdict(weights)
        self._skin = skin if weights.vertices else None
        self._cutter = WindowCutter(sampler)

    @property
    def settings(self) -> dict[str, Any]:
        """The weights of the losses."""
        return dict(self._weights)

    def to(self, device: torch.device) -> None:
        """Puts clips and skin onto the device."""
        self._cutter.to(device)
        self._skin = None if self._skin is None else self._skin.to(device)

    def draws(self, rng: np.random.Generator, count: int) -> Batch:
        """Which B windows."""
        return as_tensors(self.sampler.drawer.windows(rng, count))

    def batch(self, draws: Batch) -> Batch:
        """B windows."""
        return self._cutter.windows(draws)

    def losses(self, forward: Forward, network: Animator, batch: Batch, noising: Noising) -> Terms:
        """Terms of the denoised windows."""
        clean = network.latent_residual(batch["motion"], batch["anchor"])
        timestep = noising.random_timesteps(len(clean))
        noisy = noising.noisy(clean, torch.randn_like(clean), timestep)
        answer = forward(noisy, batch["anchor"], batch["anchor_joints"], batch["anchor_index"], timestep)
        return self.terms(network, answer, batch, self._weights, self._skin)


def animator_terms(
    network: Animator, answer: Tensor, batch: Batch, weights: dict[str, float], skin: ThinSkin | None
) -> Terms:
    """Losses of the windows that the network answered, and their weighted sum."""
    terms = animator_losses(
        network.motion_features(answer.float(), batch["anchor"]),
        batch["motion"],
        batch["joints"],
        batch["rest_joints"],
        betas=batch["betas"],
        skin=skin,
    )
    return terms | {"total": weighted_total(terms, weights)}


class GeneratorTask:
    """Interactive poses from one of the two poses, a text, both or neither."""

    kind = "generator"

    def __init__(
        self, *, sampler: WindowSampler, weights: GeneratorWeights, drop_pose: float = 0.8, drop_text: float = 0.1
    ) -> None:
        """Puts the clips onto the CPU.

        Args:
            sampler: draws the poses; it must have been given a text embedder.
            weights: of the losses.
            drop_pose: probability that no pose is given; the given one is always the first person's.
            drop_text: probability that no text is given.
        """
        self.sampler = sampler
        self.terms = generator_terms
        self._weights = asdict(weights)
        self._drop_pose, self._drop_text = drop_pose, drop_text
        self._cutter = WindowCutter(sampler)

    @property
    def settings(self) -> dict[str, Any]:
        """The weights of the losses and how often conditions are dropped."""
        return self._weights | {"drop_pose": self._drop_pose, "drop_text": self._drop_text}

    def to(self, device: torch.device) -> None:
        """Puts the clips onto the device."""
        self._cutter.to(device)

    def draws(self, rng: np.random.Generator, count: int) -> Batch:
        """Which B poses, and what the network is told of each."""
        poses = as_tensors(self.sampler.drawer.poses(rng, count))
        given_pose = np.zeros((count, PERSONS), dtype=np.float32)
        given_pose[:, 0] = rng.random(count) >= self._drop_pose
        has_text = (rng.random(count) >= self._drop_text).astype(np.float32)
        return poses | {"given_pose": torch.from_numpy(given_pose), "has_text": torch.from_numpy(has_text)}

    def batch(self, draws: Batch) -> Batch:
        """B poses, with what the network is told of each."""
        return self._cutter.poses(draws) | {name: draws[name] for name in ("given_pose", "has_text")}

    def losses(self, forward: Forward, network: Generator, batch: Batch, noising: Noising) -> Terms:
        """Terms of the denoised poses."""
        clean = network.latent_features(batch["features"])
        timestep = noising.random_timesteps(len(clean))
        noisy = noising.noisy(clean, torch.randn_like(clean), timestep)
        answer = forward(noisy, batch["given_pose"], clean, batch["text"], batch["has_text"], timestep)
        return self.terms(network, answer, clean, batch, self._weights)


def generator_terms(
    network: Generator, answer: Tensor, clean: Tensor, batch: Batch, weights: dict[str, float]
) -> Terms:
    """Losses of the poses that the network answered; a given person's pose is known, as it is when sampling."""
    predicted = torch.where(batch["given_pose"][:, :, None] > 0, clean, answer.float())
    terms = generator_losses(network.raw_features(predicted), batch["features"], batch["joints"])
    return terms | {"total": weighted_total(terms, weights)}


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
