"""What is exported: each network as it is called at one diffusion step, with its inputs in the runtime's order.

The networks are written without data-dependent branches, so they are exported as they are, with no module around them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ponimator_runtime.models.networks import ANIMATOR_INPUTS, GENERATOR_INPUTS
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT
from ponimator_training.network.animator import PERSONS, Animator
from ponimator_training.network.generator import Generator

OUTPUT = "clean"
"""The graph's only output: the clean signal in latent units."""
_EXAMPLE_BATCH = 3
"""Neither 1 nor P, so that the exporter cannot take the batch for a fixed size."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class StepGraph:
    """A network with what the exporter needs to follow one call of it.

    Attributes:
        network: in evaluation mode.
        inputs: names, in the order of the network's arguments; the first axis of each is the batch.
        example: a value for each input.
    """

    network: Animator | Generator
    inputs: tuple[str, ...]
    example: tuple[Tensor, ...]


def animator_graph(network: Animator) -> StepGraph:
    """One call of the animator."""
    B, N = _EXAMPLE_BATCH, network.config.frames
    example = (
        torch.randn(B, PERSONS, N, FEATURE_COUNT),
        torch.randn(B, PERSONS, FEATURE_COUNT),
        torch.randn(B, PERSONS, BODY_JOINT_COUNT, 3),
        torch.zeros(B, dtype=torch.int64),
        torch.zeros(B, dtype=torch.int64),
    )
    return StepGraph(network=network.eval(), inputs=ANIMATOR_INPUTS, example=example)


def generator_graph(network: Generator) -> StepGraph:
    """One call of the generator."""
    B = _EXAMPLE_BATCH
    example = (
        torch.randn(B, PERSONS, GENERATOR_FEATURE_COUNT),
        torch.zeros(B, PERSONS),
        torch.randn(B, PERSONS, GENERATOR_FEATURE_COUNT),
        torch.randn(B, network.config.text_width),
        torch.zeros(B),
        torch.zeros(B, dtype=torch.int64),
    )
    return StepGraph(network=network.eval(), inputs=GENERATOR_INPUTS, example=example)
