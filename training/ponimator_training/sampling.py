"""The torch networks behind the runtime's `Denoiser`, so that evaluation samples with the runtime's own loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from ponimator_runtime.diffusion.plan import Solver, sampling_plan
from ponimator_runtime.diffusion.sampler import Constraint, guided, sample
from ponimator_runtime.diffusion.schedule import Schedule
from ponimator_training.network.animator import PERSONS, Animator
from ponimator_training.network.generator import Generator

SAMPLING_STEPS = 50
"""K as published."""
GUIDANCE_WEIGHT = 3.5
"""s of the generator, as published."""


@dataclass(frozen=True, kw_only=True)
class AnimatorDenoiser:
    """An animator with B anchors put in: latent residuals (B, P, N, 135) in and out.

    Attributes:
        network: in evaluation mode.
        anchor: features of the interactive poses, in model space, (B, P, 135).
        anchor_joints: (B, P, 22, 3) m.
        anchor_index: frame that each anchor stands at, (B,).
    """

    network: Animator
    anchor: Float[np.ndarray, "B P 135"]
    anchor_joints: Float[np.ndarray, "B P 22 3"]
    anchor_index: Int[np.ndarray, "B"]

    def __call__(self, noisy: Float[np.ndarray, "B P N 135"], timestep: int) -> Float[np.ndarray, "B P N 135"]:
        """The clean residual."""
        device = self.network.residual_scale.device
        with torch.inference_mode():
            clean: Tensor = self.network(
                _tensor(noisy, device),
                _tensor(self.anchor, device),
                _tensor(self.anchor_joints, device),
                torch.as_tensor(self.anchor_index, dtype=torch.int64, device=device),
                torch.full((len(noisy),), timestep, device=device),
            )
        return _array(clean)


def anchor_constraint(anchor_index: Int[np.ndarray, "B"]) -> Constraint:
    """Holds that at the anchor's frame there is no residual to the anchor."""

    def without_residual(residual: np.ndarray) -> np.ndarray:
        held = residual.copy()
        held[np.arange(len(held)), :, anchor_index] = 0.0
        return held

    return without_residual


def sample_motion(
    network: Animator,
    schedule: Schedule,
    *,
    anchor: Float[np.ndarray, "B P 135"],
    anchor_joints: Float[np.ndarray, "B P 22 3"],
    anchor_index: Int[np.ndarray, "B"],
    rng: np.random.Generator,
    steps: int = SAMPLING_STEPS,
    solver: Solver = Solver.DDIM,
) -> Float[np.ndarray, "B P N 135"]:
    """Features of the motion windows that the network finds around interactive poses, in model space."""
    denoiser = AnimatorDenoiser(network=network, anchor=anchor, anchor_joints=anchor_joints, anchor_index=anchor_index)
    noise = rng.standard_normal((len(anchor), PERSONS, network.config.frames, anchor.shape[-1]))
    residual = sample(denoiser, sampling_plan(schedule, solver, steps), noise, anchor_constraint(anchor_index))
    return residual * _array(network.residual_scale) + anchor[:, :, None]


@dataclass(frozen=True, kw_only=True)
class GeneratorDenoiser:
    """A generator with its conditions put in: latent features (B, P, 201) in and out, guided by each condition.

    Attributes:
        network: in evaluation mode.
        given: latent features of the given persons, (B, P, 201), read where `given_pose` is 1; None: no pose.
        given_pose: 1 for a person whose pose is given, (B, P).
        text: sentence embeddings, (B, E); None without a text.
        guidance_weight: s.
    """

    network: Generator
    given: Float[np.ndarray, "B P 201"] | None = None
    given_pose: Float[np.ndarray, "B P"] | None = None
    text: Float[np.ndarray, "B E"] | None = None
    guidance_weight: float = GUIDANCE_WEIGHT

    def __call__(self, noisy: Float[np.ndarray, "B P 201"], timestep: int) -> Float[np.ndarray, "B P 201"]:
        """The clean features: without conditions, pushed by each condition that there is."""
        unconditional = self._predict(noisy, timestep)
        conditionals = []
        if self.given is not None:
            conditionals.append(self._predict(noisy, timestep, with_pose=True))
        if self.text is not None:
            conditionals.append(self._predict(noisy, timestep, with_text=True))
        return guided(unconditional, conditionals, guidance_weight=self.guidance_weight)

    def _predict(
        self, noisy: Float[np.ndarray, "B P 201"], timestep: int, *, with_pose: bool = False, with_text: bool = False
    ) -> Float[np.ndarray, "B P 201"]:
        B, device = len(noisy), self.network.feature_mean.device
        given_pose = self.given_pose if with_pose and self.given_pose is not None else np.zeros((B, PERSONS))
        given = self.given if with_pose and self.given is not None else np.zeros_like(noisy)
        text = self.text if with_text and self.text is not None else np.zeros((B, self.network.config.text_width))
        with torch.inference_mode():
            clean: Tensor = self.network(
                _tensor(noisy, device),
                _tensor(given_pose, device),
                _tensor(given, device),
                _tensor(text, device),
                torch.full((B,), float(with_text), device=device),
                torch.full((B,), timestep, device=device),
            )
        return _array(clean)


def sample_poses(
    network: Generator,
    schedule: Schedule,
    *,
    count: int,
    rng: np.random.Generator,
    first_person: Float[np.ndarray, "B 201"] | None = None,
    text: Float[np.ndarray, "B E"] | None = None,
    guidance_weight: float = GUIDANCE_WEIGHT,
    steps: int = SAMPLING_STEPS,
    solver: Solver = Solver.DDIM,
) -> Float[np.ndarray, "B P 201"]:
    """The generator's features of B interactive poses, in model space.

    Args:
        network: in evaluation mode.
        schedule: of the diffusion.
        count: B.
        rng: of the noise.
        first_person: features of person A where they are given.
        text: sentence embeddings where there are texts.
        guidance_weight: s.
        steps: K.
        solver: what finds the features from noise.
    """
    mean, std = _array(network.feature_mean), _array(network.feature_std)
    given = given_pose = constraint = None
    if first_person is not None:
        latent_first = (first_person - mean) / std
        given = np.stack([latent_first, np.zeros_like(latent_first)], axis=1)
        given_pose = np.tile(np.array([1.0, 0.0]), (count, 1))
        constraint = _given_constraint(latent_first)
    denoiser = GeneratorDenoiser(
        network=network, given=given, given_pose=given_pose, text=text, guidance_weight=guidance_weight
    )
    noise = rng.standard_normal((count, PERSONS, len(mean)))
    return sample(denoiser, sampling_plan(schedule, solver, steps), noise, constraint) * std + mean


def _given_constraint(latent_first: Float[np.ndarray, "B 201"]) -> Constraint:
    def with_first_person(features: np.ndarray) -> np.ndarray:
        held = features.copy()
        held[:, 0] = latent_first
        return held

    return with_first_person


def _tensor(values: np.ndarray, device: torch.device) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float32, device=device)


def _array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().double().numpy()
