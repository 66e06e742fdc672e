"""The sampling loop and classifier-free guidance over any callable that predicts the clean signal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from ponimator_runtime.diffusion.plan import SamplingPlan
from ponimator_runtime.diffusion.schedule import Schedule, ddim_timesteps

Denoiser = Callable[[np.ndarray, int], np.ndarray]
"""Predicts x̂₀ from (x_t, t), in the shape of x_t: what the networks look like to the sampler."""

Constraint = Callable[[np.ndarray], np.ndarray]
"""Puts what is known (an anchor frame, a given pose) into a prediction of the clean signal."""


def sample(
    denoiser: Denoiser,
    plan: SamplingPlan,
    noise: Float[np.ndarray, "*S"],
    constraint: Constraint | None = None,
) -> Float[np.ndarray, "*S"]:
    """The clean signal that a plan finds from noise.

    A constraint is applied to each prediction before it goes into an update, so that the rest of the signal is drawn
    in the light of what is known.
    """
    noisy, clean_before = noise, np.zeros_like(noise)
    for timestep, (of_noisy, of_clean, of_before) in zip(plan.timesteps, plan.coefficients, strict=True):
        clean = denoiser(noisy, int(timestep))
        if constraint is not None:
            clean = constraint(clean)
        noisy = of_noisy * noisy + of_clean * clean + of_before * clean_before
        clean_before = clean
    return noisy


def ddim_sample(
    denoiser: Denoiser,
    schedule: Schedule,
    noise: Float[np.ndarray, "*S"],
    *,
    steps: int,
    constraint: Constraint | None = None,
) -> Float[np.ndarray, "*S"]:
    """The clean signal that deterministic DDIM (η = 0) finds from noise (Song et al. 2021, equation 12).

    The reference: each step as the paper tells it. `sample` with a `ddim_plan` finds the same.
    """
    timesteps = ddim_timesteps(schedule.training_steps, steps)
    noisy = clean = noise
    for timestep, next_timestep in zip(timesteps, [*timesteps[1:], None], strict=True):
        # 1. Predict the clean signal, and put in what is known.
        clean = denoiser(noisy, int(timestep))
        if constraint is not None:
            clean = constraint(clean)
        if next_timestep is None:
            break
        # 2. The noise that this prediction implies.
        alpha_bar = schedule.alpha_bar[timestep]
        implied_noise = (noisy - np.sqrt(alpha_bar) * clean) / np.sqrt(1 - alpha_bar)
        # 3. Noise the prediction again, to the next level.
        next_alpha_bar = schedule.alpha_bar[next_timestep]
        noisy = np.sqrt(next_alpha_bar) * clean + np.sqrt(1 - next_alpha_bar) * implied_noise
    return clean


def guided(
    unconditional: Float[np.ndarray, "*S"],
    conditionals: list[Float[np.ndarray, "*S"]],
    *,
    guidance_weight: float,
) -> Float[np.ndarray, "*S"]:
    """U + Σ s·(c − u): every condition pushes from the unconditional prediction (paper, pose generator)."""
    result = unconditional
    for conditional in conditionals:
        result = result + guidance_weight * (conditional - unconditional)
    return result
