"""The sampling loop where the networks run: between two steps nothing travels to the host.

On a GPU the host would otherwise wait for each step, and the GPU for the host. The loop is the same on every device;
it must never know what the latents mean.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from jaxtyping import Float, Float32

from ponimator_runtime.diffusion.plan import COEFFICIENTS, SamplingPlan
from ponimator_runtime.models.signatures import MODULATIONS, TIMESTEP

_KEPT_LOOPS: Final = 4
"""Loops of so many batch sizes and numbers of steps keep their memory: some hundred megabytes each at full size."""


class Buffer(Protocol):
    """An array in a device's memory, C-contiguous."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""
        ...

    @property
    def dtype(self) -> type[np.generic]:
        """Of its numbers."""
        ...

    @property
    def address(self) -> int:
        """Of its first number in the device's memory."""
        ...

    def upload(self, values: np.ndarray) -> None:
        """Copies values of its shape there."""
        ...

    def download(self) -> np.ndarray:
        """A copy of it for the host, once everything before is done."""
        ...

    def row(self, index: int) -> Buffer:
        """One entry of its first axis, in the same memory."""
        ...


class ResidentGraph(Protocol):
    """A graph that reads and writes a device's memory."""

    def buffer(self, shape: Sequence[int], dtype: type[np.generic]) -> Buffer:
        """New memory of its device."""
        ...

    def bound(self, inputs: Mapping[str, Buffer], outputs: Mapping[str, Buffer]) -> Callable[[], None]:
        """A call with these arrays; it may return before the device is done."""
        ...


class ResidentSampler:
    """Samples with a condition graph and an advance graph, in memory that is kept from one sampling to the next."""

    def __init__(
        self, condition: ResidentGraph, advance: ResidentGraph, *, sizes: Mapping[str, tuple[int, ...]]
    ) -> None:
        """Takes both graphs of a network, and what a row of each output of the condition graph measures."""
        self.condition, self.advance, self.sizes = condition, advance, sizes
        self._loops: OrderedDict[tuple[object, ...], _Loop] = OrderedDict()

    def sample(
        self,
        noise: Float[np.ndarray, "B *S"],
        conditions: Mapping[str, np.ndarray],
        plan: SamplingPlan,
        *,
        guidance: Float32[np.ndarray, "R"],
        known: Float[np.ndarray, "B *S"],
        where: Float[np.ndarray, "B *S"],
    ) -> Float[np.ndarray, "B *S"]:
        """The clean signal that a plan finds from noise.

        Args:
            noise: x_T of B samples.
            conditions: inputs of the condition graph but the diffusion times, R·B rows each.
            plan: the sampling.
            guidance: weights of the R predictions of a sample in its guided one.
            known: what is known of the clean signal.
            where: 1 where it is known.
        """
        shapes = tuple((name, values.shape, values.dtype.type) for name, values in conditions.items())
        key = (noise.shape, len(guidance), len(plan.timesteps), shapes)
        loop = self._loops.get(key)
        if loop is None:
            loop = self._loops[key] = _Loop(
                self, noise.shape, conditions, steps=len(plan.timesteps), guided=len(guidance)
            )
            while len(self._loops) > _KEPT_LOOPS:
                self._loops.popitem(last=False)
        self._loops.move_to_end(key)
        return loop(noise, conditions, plan, guidance=guidance, known=known, where=where)


class _Loop:
    """The memory and the bound calls of one batch size and one number of steps."""

    def __init__(
        self,
        sampler: ResidentSampler,
        shape: tuple[int, ...],
        conditions: Mapping[str, np.ndarray],
        *,
        steps: int,
        guided: int,
    ) -> None:
        condition, advance = sampler.condition, sampler.advance
        rows = guided * shape[0]
        self._conditions = {
            name: condition.buffer(values.shape, values.dtype.type) for name, values in conditions.items()
        }
        self._timestep = condition.buffer((steps,), np.int64)
        made = {
            name: condition.buffer((rows, *sizes), np.float32)
            for name, sizes in sampler.sizes.items()
            if name != MODULATIONS
        }
        modulations = condition.buffer((steps, rows, *sampler.sizes[MODULATIONS]), np.float32)
        self._prepare = condition.bound(
            {**self._conditions, TIMESTEP: self._timestep}, {**made, MODULATIONS: modulations}
        )
        # Latents and predictions change places at each step: what is read is never what is written.
        self._latent = [advance.buffer(shape, np.float32) for _ in range(2)]
        self._clean = [advance.buffer(shape, np.float32) for _ in range(2)]
        self._coefficients = advance.buffer((steps, COEFFICIENTS), np.float32)
        self._held = {
            "guidance": advance.buffer((guided,), np.float32),
            "known": advance.buffer(shape, np.float32),
            "where": advance.buffer(shape, np.float32),
        }
        self._steps = [
            advance.bound(
                {
                    "latent": self._latent[k % 2],
                    "previous": self._clean[k % 2],
                    "coefficients": self._coefficients.row(k),
                    **self._held,
                    **made,
                    MODULATIONS: modulations.row(k),
                },
                {"next_latent": self._latent[(k + 1) % 2], "held": self._clean[(k + 1) % 2]},
            )
            for k in range(steps)
        ]

    def __call__(
        self,
        noise: np.ndarray,
        conditions: Mapping[str, np.ndarray],
        plan: SamplingPlan,
        *,
        guidance: np.ndarray,
        known: np.ndarray,
        where: np.ndarray,
    ) -> np.ndarray:
        for name, values in conditions.items():
            self._conditions[name].upload(values)
        self._timestep.upload(plan.timesteps.astype(np.int64))
        self._coefficients.upload(plan.coefficients.astype(np.float32))
        for name, values in (("guidance", guidance), ("known", known), ("where", where)):
            self._held[name].upload(values.astype(np.float32))
        self._latent[0].upload(noise.astype(np.float32))
        self._clean[0].upload(np.zeros_like(noise, dtype=np.float32))
        self._prepare()
        for step in self._steps:
            step()
        return self._clean[len(self._steps) % 2].download()
