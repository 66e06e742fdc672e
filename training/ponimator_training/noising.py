"""Forward diffusion for training: q(x_t | x₀) on the runtime's own schedule."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ponimator_runtime.diffusion.schedule import Schedule


class Noising:
    """Adds the noise of a diffusion time to a clean signal."""

    def __init__(self, schedule: Schedule, device: torch.device | None = None) -> None:
        """Takes √ᾱ and √(1 − ᾱ) from the schedule, computed in float64."""
        alpha_bar = torch.from_numpy(schedule.alpha_bar)
        self._signal_share = alpha_bar.sqrt().to(device=device, dtype=torch.float32)
        self._noise_share = (1 - alpha_bar).sqrt().to(device=device, dtype=torch.float32)

    @property
    def steps(self) -> int:
        """T."""
        return len(self._signal_share)

    def random_timesteps(self, count: int) -> Int[Tensor, "B"]:
        """Diffusion times drawn evenly."""
        return torch.randint(self.steps, (count,), device=self._signal_share.device)

    def noisy(
        self, clean: Float[Tensor, "B *S"], noise: Float[Tensor, "B *S"], timestep: Int[Tensor, "B"]
    ) -> Float[Tensor, "B *S"]:
        """x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε."""
        per_sample = (-1, *([1] * (clean.dim() - 1)))
        signal_share = self._signal_share[timestep].reshape(per_sample)
        return signal_share * clean + self._noise_share[timestep].reshape(per_sample) * noise
