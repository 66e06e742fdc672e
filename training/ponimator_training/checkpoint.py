"""Everything a run is made of, in one file: to go on training with the same result, and to build the network again.

Read without unpickling code, written so that a kill in the middle leaves the file before it intact.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ponimator_runtime.errors import CardMismatch, DataError
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.layers import TransformerSize

FORMAT = 1
CHECKPOINT_NAME = "checkpoint.pt"
RELEASED_NAME = "weights.pt"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of a run.

    Attributes:
        kind: "animator" or "generator".
        network: configuration that the network is built from.
        weights: the network's state, buffers of normalisation included.
        averaged: the same with the moving average of the weights; what is exported.
        optimizer: the optimiser's state.
        step: optimiser steps taken.
        elapsed_s: time spent training.
        training: the recipe; a run can only be resumed with the same.
        provenance: where data, code and settings came from, for the model card.
    """

    kind: str
    network: dict[str, Any]
    weights: dict[str, Tensor]
    averaged: dict[str, Tensor]
    optimizer: dict[str, Any]
    step: int
    elapsed_s: float
    training: dict[str, Any]
    provenance: dict[str, Any]

    def released(self) -> Checkpoint:
        """What others need of a finished run: the averaged weights alone, a quarter of the size; not to be resumed."""
        return replace(self, weights=self.averaged, optimizer={})


def network_settings(config: AnimatorConfig | GeneratorConfig) -> dict[str, Any]:
    """A configuration as plain values."""
    return asdict(config)


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Writes the file beside its place, then moves it there in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    content = {field.name: getattr(checkpoint, field.name) for field in fields(checkpoint)}
    torch.save({"format": FORMAT, **content}, unfinished)
    unfinished.replace(path)


def load_checkpoint(path: Path) -> Checkpoint:
    """Reads a checkpoint onto the CPU.

    Raises:
        DataError: the file is missing, cut short, or no checkpoint.
        CardMismatch: it was written in another format.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile) as cause:
        raise DataError(f"{path} cannot be read as a training checkpoint: {cause}") from cause
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise CardMismatch(f"{path} is no training checkpoint of format {FORMAT}; train again with this version.")
    try:
        return Checkpoint(**content)
    except TypeError as cause:
        raise DataError(f"{path} lacks parts of a training checkpoint: {cause}") from cause


def build_network(checkpoint: Checkpoint, *, averaged: bool = True) -> Animator | Generator:
    """The network of a checkpoint, ready to predict.

    Args:
        checkpoint: of either kind.
        averaged: with the moving average of the weights, not the last ones.

    Raises:
        CardMismatch: the weights do not fit the configuration.
    """
    settings = dict(checkpoint.network)
    size = TransformerSize(**settings.pop("size"))
    network: Animator | Generator
    if checkpoint.kind == "animator":
        network = Animator(AnimatorConfig(size=size, **settings))
    elif checkpoint.kind == "generator":
        network = Generator(GeneratorConfig(size=size, **settings))
    else:
        raise CardMismatch(f"A checkpoint holds an 'animator' or a 'generator', this one a '{checkpoint.kind}'.")
    load_weights(network, checkpoint.averaged if averaged else checkpoint.weights)
    return network.eval()


def load_weights(network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Puts weights into a network.

    Raises:
        CardMismatch: they are those of another network.
    """
    try:
        network.load_state_dict(weights)
    except RuntimeError as cause:
        raise CardMismatch(f"The checkpoint's weights do not fit its network: {cause}") from cause
