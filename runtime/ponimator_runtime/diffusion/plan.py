"""A sampling as data: the diffusion times of its loop, and the coefficients of its updates.

Whoever runs the loop, in numpy or on a GPU, needs to know neither schedule nor solver. Every solver here predicts the
clean signal (Lu et al. 2022, "DPM-Solver++", arXiv 2211.01095, data prediction):

| paper                  | here                          |
|------------------------|-------------------------------|
| α_t, σ_t               | `signal`, `spread`            |
| λ_t = log(α_t / σ_t)   | `Schedule.half_log_snr[t]`    |
| h_i = λ_i − λ_{i−1}    | `rise`                        |
| 1 / (2 r_i)            | `beyond`                      |
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.diffusion.schedule import Schedule, ddim_timesteps, log_snr_timesteps

COEFFICIENTS = 3
"""Of x_k, of x̂₀ of this step, of x̂₀ of the step before."""


class Solver(StrEnum):
    """What finds the clean signal from noise."""

    DDIM = "ddim"
    DPMPP_2M = "dpmpp_2m"


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingPlan:
    """One sampling: x_{k+1} = a_k·x_k + b_k·x̂₀_k + c_k·x̂₀_{k−1}, and what comes out of the last step is the result.

    Attributes:
        timesteps: the diffusion time of each step, falling, (K,).
        coefficients: a, b and c of each step, (K, 3). c is 0 in the first step; the last step is 0, 1, 0: its own x̂₀.
    """

    timesteps: Int[np.ndarray, "K"]
    coefficients: Float[np.ndarray, "K 3"]


def ddim_plan(schedule: Schedule, steps: int) -> SamplingPlan:
    """Deterministic DDIM (η = 0; Song et al. 2021, equation 12) in K equal steps of diffusion time.

    Raises:
        ConfigError: so many steps cannot be taken.
    """
    return plan_at(schedule, ddim_timesteps(schedule.training_steps, steps), order=1)


def dpm_solver_plan(schedule: Schedule, steps: int) -> SamplingPlan:
    """DPM-Solver++(2M) (Lu et al. 2022, algorithm 2) in K steps of about equal rise of the signal-to-noise ratio.

    The last step, to no noise at all, is of first order: there h is infinite, and the second order's share of the step
    before would be too.

    Raises:
        ConfigError: so many steps cannot be taken.
    """
    return plan_at(schedule, log_snr_timesteps(schedule, steps), order=2)


def sampling_plan(schedule: Schedule, solver: Solver, steps: int) -> SamplingPlan:
    """The plan of a solver in K steps.

    Raises:
        ConfigError: so many steps cannot be taken.
    """
    match solver:
        case Solver.DDIM:
            return ddim_plan(schedule, steps)
        case Solver.DPMPP_2M:
            return dpm_solver_plan(schedule, steps)


def plan_at(schedule: Schedule, timesteps: Int[np.ndarray, "K"], *, order: int) -> SamplingPlan:
    """The multistep solver of first (DDIM) or second order at any falling timesteps."""
    alpha_bar = schedule.alpha_bar[timesteps]
    signal, spread = np.sqrt(alpha_bar), np.sqrt(1 - alpha_bar)
    rise = np.diff(schedule.half_log_snr[timesteps])
    # 1. First order, which is DDIM: x_{k+1} = (σ_{k+1} / σ_k) x_k − α_{k+1} (e^{−h} − 1) D.
    coefficients = np.zeros((len(timesteps), COEFFICIENTS))
    coefficients[:-1, 0] = spread[1:] / spread[:-1]
    coefficients[:-1, 1] = -signal[1:] * np.expm1(-rise)
    coefficients[-1, 1] = 1.0
    # 2. Second order: D = (1 + 1/(2r)) x̂₀_k − 1/(2r) x̂₀_{k−1}, from the second step on.
    if order > 1:
        beyond = coefficients[1:-1, 1] * rise[1:] / (2 * rise[:-1])
        coefficients[1:-1, 1] += beyond
        coefficients[1:-1, 2] = -beyond
    return SamplingPlan(timesteps=timesteps, coefficients=coefficients)
