"""The noise schedule: data made once, in float64. Training reads the same one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.errors import ConfigError

TRAINING_STEPS = 1000
_COSINE_OFFSET = 0.008
_LARGEST_BETA = 0.999


@dataclass(frozen=True, slots=True)
class Schedule:
    """How much of the clean signal is left at each diffusion time.

    Attributes:
        alpha_bar: ᾱ_t, the share of the clean signal's variance, (T,), falling.
    """

    alpha_bar: Float[np.ndarray, "T"]

    @property
    def training_steps(self) -> int:
        """T of training, 1000 as published."""
        return len(self.alpha_bar)


def cosine_schedule(training_steps: int = TRAINING_STEPS) -> Schedule:
    """The cosine schedule with β capped at 0.999 (Nichol & Dhariwal 2021, equation 17)."""

    def signal(step: Float[np.ndarray, "T"]) -> Float[np.ndarray, "T"]:
        share: Float[np.ndarray, "T"] = np.cos(
            (step / training_steps + _COSINE_OFFSET) / (1 + _COSINE_OFFSET) * np.pi / 2
        )
        return share**2

    steps = np.arange(training_steps, dtype=np.float64)
    betas = np.minimum(1 - signal(steps + 1) / signal(steps), _LARGEST_BETA)
    return Schedule(np.cumprod(1 - betas))


def ddim_timesteps(training_steps: int, sampling_steps: int) -> Int[np.ndarray, "K"]:
    """K timesteps at equal distances, from the noisiest down.

    The first is the last one of training, where next to no signal is left: starting lower would hand the network
    pure noise where it expects a trace of the signal, which costs most at few steps ("trailing" spacing, Lin et al.
    2024).

    Raises:
        ConfigError: sampling_steps is not in 1 … training_steps.
    """
    if not 1 <= sampling_steps <= training_steps:
        raise ConfigError(f"Sampling takes 1 to {training_steps} steps, asked for {sampling_steps}.")
    remaining_share = np.arange(sampling_steps, 0, -1) / sampling_steps
    return np.round(training_steps * remaining_share).astype(np.int64) - 1
