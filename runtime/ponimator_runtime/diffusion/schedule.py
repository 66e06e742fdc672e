"""The noise schedule: data made once, in float64. Training reads the same one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.errors import ConfigError

TRAINING_STEPS = 1000
_COSINE_OFFSET = 0.008
_LARGEST_BETA = 0.999
_NOISIEST = -4.0
"""λ where `log_snr_timesteps` begin to be at equal distances: noisier than this, at most 1.8 % of the signal are left,
and a step there would tell next to nothing."""


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

    @property
    def half_log_snr(self) -> Float[np.ndarray, "T"]:
        """λ_t, half the logarithm of the signal-to-noise ratio, rising as t falls."""
        return np.asarray((np.log(self.alpha_bar) - np.log1p(-self.alpha_bar)) / 2)


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
    _check(training_steps, sampling_steps)
    remaining_share = np.arange(sampling_steps, 0, -1) / sampling_steps
    return np.round(training_steps * remaining_share).astype(np.int64) - 1


def log_snr_timesteps(schedule: Schedule, sampling_steps: int) -> Int[np.ndarray, "K"]:
    """K timesteps at about equal distances of λ, from the last one of training to the first.

    The signal-to-noise ratio is what each of few steps has to raise; equal distances of t leave the last and largest
    rise to a single step. Timesteps are whole: where they lie closer than λ asks, each is taken once.

    Raises:
        ConfigError: sampling_steps is not in 1 … training_steps.
    """
    _check(schedule.training_steps, sampling_steps)
    levels = schedule.half_log_snr
    wanted = np.linspace(_NOISIEST, levels[0], sampling_steps)
    nearest = np.abs(levels - wanted[:, None]).argmin(axis=1)
    # Falling by 1 at least, from the end up, and no step is left without room above it.
    step = np.arange(sampling_steps)
    lifted = np.maximum.accumulate((nearest + step)[::-1])[::-1] - step
    timesteps = np.minimum(lifted, schedule.training_steps - 1 - step)
    timesteps[0] = schedule.training_steps - 1
    return np.asarray(timesteps, dtype=np.int64)


def _check(training_steps: int, sampling_steps: int) -> None:
    if not 1 <= sampling_steps <= training_steps:
        raise ConfigError(f"Sampling takes 1 to {training_steps} steps, asked for {sampling_steps}.")
