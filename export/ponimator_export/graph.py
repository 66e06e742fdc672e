"""What is exported: each network in two graphs, with their inputs and outputs in the runtime's order.

The condition graph runs once before the sampling loop, for all its diffusion times; the step graph at each of them.
The networks are written without data-dependent branches, so the modules here only choose which part of them is called.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ponimator_runtime.models.signatures import (
    ANIMATOR_CONDITIONS,
    CONDITION_OUTPUTS,
    GENERATOR_CONDITIONS,
    STEP_INPUTS,
    STEP_OUTPUTS,
    TIMESTEP,
)
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT
from ponimator_training.network.animator import Animator
from ponimator_training.network.generator import Generator
from ponimator_training.network.layers import PERSONS
from ponimator_training.network.transformer import Conditions

_EXAMPLE_BATCH = 3
"""Neither 1 nor P, so that the exporter cannot take the batch for a fixed size."""
_EXAMPLE_TIMESTEPS = 5
_BATCH, _TIMESTEPS = torch.export.Dim("batch"), torch.export.Dim("timesteps")

Axes = dict[int, torch.export.Dim]
"""Which axes of an input may have any size."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Graph:
    """A module with what the exporter needs to follow one call of it.

    Attributes:
        module: in evaluation mode.
        inputs: names, in the order of the module's arguments.
        outputs: names, in the order of what it returns.
        example: a value for each input.
        free_axes: of each input.
    """

    module: nn.Module
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    example: tuple[Tensor, ...]
    free_axes: tuple[Axes, ...]


class ConditionModule(nn.Module):
    """What the conditions of B samples give at K diffusion times that all of them go through."""

    def __init__(self, network: Animator | Generator) -> None:
        super().__init__()
        self.network = network

    def forward(self, *arguments: Tensor) -> Conditions:
        """Conditions of the network; the last argument is the K diffusion times."""
        of_samples, timestep = arguments[:-1], arguments[-1]
        return self.network.condition(*(*of_samples, timestep[:, None]))


class StepModule(nn.Module):
    """One step of B samples, each at a diffusion time of its own."""

    def __init__(self, network: Animator | Generator) -> None:
        super().__init__()
        self.network = network

    def forward(self, *arguments: Tensor) -> Tensor:
        """The clean signal in latent units; the first argument is the noisy one, the others are `Conditions`."""
        return self.network.step(arguments[0], Conditions(*arguments[1:]))


def condition_graph(network: Animator | Generator) -> Graph:
    """What runs before the sampling loop."""
    names = ANIMATOR_CONDITIONS if isinstance(network, Animator) else GENERATOR_CONDITIONS
    return Graph(
        module=ConditionModule(network).eval(),
        inputs=(*names, TIMESTEP),
        outputs=CONDITION_OUTPUTS,
        example=_example_conditions(network),
        free_axes=(*({0: _BATCH} for _ in names), {0: _TIMESTEPS}),
    )


def step_graph(network: Animator | Generator) -> Graph:
    """What runs at each step of the sampling loop."""
    B = _EXAMPLE_BATCH
    per_person = (network.config.frames, FEATURE_COUNT) if isinstance(network, Animator) else (GENERATOR_FEATURE_COUNT,)
    with torch.inference_mode():
        conditions = ConditionModule(network.eval())(*_example_conditions(network))
    example = (torch.randn(B, PERSONS, *per_person), conditions.modulations[0], *conditions[1:])
    return Graph(
        module=StepModule(network).eval(),
        inputs=STEP_INPUTS,
        outputs=STEP_OUTPUTS,
        example=tuple(value.clone() for value in example),
        free_axes=tuple({0: _BATCH} for _ in STEP_INPUTS),
    )


def _example_conditions(network: Animator | Generator) -> tuple[Tensor, ...]:
    B = _EXAMPLE_BATCH
    timestep = torch.arange(_EXAMPLE_TIMESTEPS)
    if isinstance(network, Animator):
        return (
            torch.randn(B, PERSONS, FEATURE_COUNT),
            torch.randn(B, PERSONS, BODY_JOINT_COUNT, 3),
            torch.zeros(B, dtype=torch.int64),
            timestep,
        )
    return (
        torch.zeros(B, PERSONS),
        torch.randn(B, PERSONS, GENERATOR_FEATURE_COUNT),
        torch.randn(B, network.config.text_width),
        torch.zeros(B),
        timestep,
    )
