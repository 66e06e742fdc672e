"""From a recipe and a clip set to a training run; where a model's provenance is written down."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Float

from ponimator_runtime.models.text import TextEncoder
from ponimator_training.body.model import BodyModel
from ponimator_training.checkpoint import Checkpoint, load_checkpoint, load_weights, network_settings
from ponimator_training.data.clips import ClipSet, load_clips
from ponimator_training.loop import Run
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.skin_torch import thin_skin
from ponimator_training.recipes import AnimatorRecipe, GeneratorRecipe
from ponimator_training.tasks import (
    AnimatorTask,
    GeneratorTask,
    Task,
    measured_animator_scales,
    measured_generator_scales,
)
from ponimator_training.training_config import RunOptions, TrainingConfig
from ponimator_training.windows import WindowSampler

NetworkT = TypeVar("NetworkT", Animator, Generator)


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a run is made from, beside its recipe.

    Attributes:
        recipe: its name.
        data: clip set to train on.
        held_out: clip set for a second curve.
        body: that the clips were made for.
        start: checkpoint of a run whose averaged weights are begun with.
        training: the recipe's settings, with what the user overrides.
        options: where and how long.
    """

    recipe: str
    data: Path
    held_out: Path | None
    body: BodyModel
    start: Path | None
    training: TrainingConfig
    options: RunOptions


def animator_run(recipe: AnimatorRecipe, source: Source) -> Run[Animator]:
    """A run of the animator."""
    body, config = source.body, AnimatorConfig(size=recipe.size)
    skin = thin_skin(body.template, body.shape_basis, body.skin_weights) if recipe.weights.vertices else None

    def task(clips: ClipSet) -> AnimatorTask:
        sampler = WindowSampler(clips, body.skeleton(), choice=recipe.choice, augmentation=recipe.augmentation)
        return AnimatorTask(sampler=sampler, weights=recipe.weights, skin=skin)

    def network(task: AnimatorTask, rng: np.random.Generator) -> Animator:
        return Animator(config, measured_animator_scales(task.sampler, rng))

    return _run(source, recipe.clips, task, network, network_settings(config))


def generator_run(recipe: GeneratorRecipe, source: Source) -> Run[Generator]:
    """A run of the generator."""
    config = GeneratorConfig(size=recipe.size)

    def task(clips: ClipSet) -> GeneratorTask:
        sampler = WindowSampler(clips, source.body.skeleton(), embed_texts=embedded_with_bundle)
        return GeneratorTask(
            sampler=sampler, weights=recipe.weights, drop_pose=recipe.drop_pose, drop_text=recipe.drop_text
        )

    def network(task: GeneratorTask, rng: np.random.Generator) -> Generator:
        return Generator(config, measured_generator_scales(task.sampler, rng))

    return _run(source, recipe.clips, task, network, network_settings(config))


def embedded_with_bundle(texts: Sequence[str]) -> Float[np.ndarray, "T E"]:
    """Embeddings from the text encoder of the embedded bundle, the one that the runtime will use."""
    with as_file(files("ponimator_runtime.models") / "bundles" / "lite") as folder:
        encoder = TextEncoder(folder / "text_encoder.onnx", folder / "tokenizer.json", threads=1)
        return encoder.encode(texts)


TaskT = TypeVar("TaskT", AnimatorTask, GeneratorTask)


def _run(
    source: Source,
    clip_count: int | None,
    task_of: Callable[[ClipSet], Task[NetworkT]],
    network_of: Callable[[Any, np.random.Generator], NetworkT],
    settings: dict[str, Any],
) -> Run[NetworkT]:
    """The run, its clips loaded and its network fresh or with the weights that it begins with.

    Raises:
        CardMismatch: the run to begin with is of another kind or size.
    """
    clips = load_clips(source.data)
    if clip_count is not None:
        clips = clips.subset(list(range(min(clip_count, len(clips)))))
    torch.manual_seed(source.training.seed)
    task = task_of(clips)
    network = network_of(task, np.random.default_rng(source.training.seed))
    begun = None if source.start is None else load_checkpoint(source.start)
    if begun is not None:
        load_weights(network, begun.averaged)
    return Run(
        task=task,
        network=network,
        network_settings=settings,
        config=source.training,
        options=source.options,
        held_out=None if source.held_out is None else task_of(load_clips(source.held_out)),
        provenance=_provenance(source, clips, begun),
    )


def _provenance(source: Source, clips: ClipSet, begun: Checkpoint | None) -> dict[str, Any]:
    """What a card says about where a model comes from."""
    return {
        "begun_from": "fresh weights" if begun is None else _told_run(begun),
        "recipe": source.recipe,
        "data": source.data.name,
        "data_sha256": hashlib.sha256(source.data.read_bytes()).hexdigest(),
        "clips": len(clips),
        "kinds": sorted(set(clips.kinds)),
        "seed": source.training.seed,
        "torch": str(torch.__version__),
        "ponimator_runtime": importlib.metadata.version("ponimator-runtime"),
    }


def _told_run(checkpoint: Checkpoint) -> str:
    data, sha256 = (checkpoint.provenance.get(key, "unknown") for key in ("data", "data_sha256"))
    minutes = checkpoint.elapsed_s / 60
    return f"a run of {checkpoint.step} steps and {minutes:.0f} min on {data} (SHA-256 {sha256})"
