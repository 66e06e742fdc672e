"""`ponimator train`: one command for both models and every recipe."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import torch
import tyro
from jaxtyping import Float

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import ConfigError, PonimatorError
from ponimator_runtime.models.text import TextEncoder
from ponimator_training.body.model import BodyModel, default_body
from ponimator_training.checkpoint import Checkpoint, load_checkpoint, load_weights, network_settings
from ponimator_training.data.clips import ClipSet, load_clips
from ponimator_training.loop import Run
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.skin_torch import thin_skin
from ponimator_training.recipes import ANIMATOR_RECIPES, GENERATOR_RECIPES
from ponimator_training.tasks import AnimatorTask, GeneratorTask, measured_animator_scales, measured_generator_scales
from ponimator_training.training_config import RunOptions, TrainingConfig
from ponimator_training.windows import WindowSampler

USAGE_ERROR = 2
NetworkT = TypeVar("NetworkT", Animator, Generator)
RecipeName = Literal["lite", "paper", "smoke"]


@dataclass(frozen=True, kw_only=True)
class TrainCommand:
    """Train one of the two models. Ctrl-C saves and stops; --resume goes on with the same result.

    Attributes:
        model: which of the two.
        data: clip set (.npz).
        out: folder for checkpoint.pt and the curves.
        recipe: paper = as published, lite = for a CPU, smoke = one clip by heart.
        held_out: clip set for a second curve, of clips that are not in `data`.
        body: body in SMPL-X layout (.npz) that the clips were made for; by default the built-in one.
        minutes: stop after so much training time, the learning rate falling to its end by then.
        steps: instead of the recipe's.
        batch_size: instead of the recipe's.
        seed: of everything random.
        learning_rate: instead of the recipe's.
        resume: go on from the checkpoint in `out`.
        start: begin with the averaged weights of another run's checkpoint.pt, to tune them on other data.
        checkpoint_minutes: time between checkpoints.
        threads: CPU threads of torch; 0 leaves the choice to torch.
        accelerator: auto, cpu or cuda.
        devices: how many of them.
    """

    model: Annotated[Literal["animator", "generator"], tyro.conf.Positional]
    data: Path
    out: Path
    recipe: RecipeName = "lite"
    held_out: Path | None = None
    body: Path | None = None
    minutes: float | None = None
    steps: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    seed: int = 0
    resume: bool = False
    start: Path | None = None
    checkpoint_minutes: float = 5.0
    threads: int = 0
    accelerator: Literal["auto", "cpu", "cuda"] = "auto"
    devices: int = 1

    def check(self) -> None:
        """Refuses numbers that mean nothing; not at construction, where tyro would box the message."""
        for name in ("minutes", "steps", "batch_size", "learning_rate", "checkpoint_minutes", "devices"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ConfigError(f"--{name.replace('_', '-')} must be above zero, got {value}.")

    def options(self) -> RunOptions:
        """The part that the loop reads."""
        return RunOptions(
            out=self.out,
            resume=self.resume,
            minutes=self.minutes,
            checkpoint_minutes=self.checkpoint_minutes,
            accelerator=self.accelerator,
            devices=self.devices,
        )

    def training(self, recipe: TrainingConfig) -> TrainingConfig:
        """The recipe's settings with what the command line overrides."""
        return replace(
            recipe,
            steps=self.steps or recipe.steps,
            batch_size=self.batch_size or recipe.batch_size,
            learning_rate=self.learning_rate or recipe.learning_rate,
            seed=self.seed,
        )


def main(arguments: list[str]) -> int:
    """`ponimator train …`; returns the exit code."""
    try:
        command = parsed(TrainCommand, arguments, command="train")
        command.check()
        if command.threads:
            torch.set_num_threads(command.threads)
        checkpoint = train_animator(command) if command.model == "animator" else train_generator(command)
    except PonimatorError as error:
        print(f"ponimator train: {error}", file=sys.stderr)
        return USAGE_ERROR
    minutes = checkpoint.elapsed_s / 60
    print(f"{command.model}: step {checkpoint.step} after {minutes:.1f} min, saved in {command.out}")
    return 0


def train_animator(command: TrainCommand) -> Checkpoint:
    """Runs the recipe's training of the animator."""
    recipe = ANIMATOR_RECIPES[command.recipe]()
    body = _body(command)
    clips = _clips(command.data, recipe.clips)
    skin = thin_skin(body.template, body.shape_basis, body.skin_weights) if recipe.weights.vertices else None

    def task(clips: ClipSet) -> AnimatorTask:
        sampler = WindowSampler(clips, body.skeleton(), choice=recipe.choice, augmentation=recipe.augmentation)
        return AnimatorTask(sampler=sampler, weights=recipe.weights, skin=skin)

    torch.manual_seed(command.seed)
    trained = task(clips)
    config = AnimatorConfig(size=recipe.size)
    scales = measured_animator_scales(trained.sampler, np.random.default_rng(command.seed))
    run = Run(
        task=trained,
        network=_begun(Animator(config, scales), command.start),
        network_settings=network_settings(config),
        config=command.training(recipe.training),
        options=command.options(),
        held_out=None if command.held_out is None else task(_clips(command.held_out, None)),
        provenance=_provenance(command, clips),
    )
    return run.train()


def train_generator(command: TrainCommand) -> Checkpoint:
    """Runs the recipe's training of the generator."""
    recipe = GENERATOR_RECIPES[command.recipe]()
    body = _body(command)
    clips = _clips(command.data, recipe.clips)

    def task(clips: ClipSet) -> GeneratorTask:
        sampler = WindowSampler(clips, body.skeleton(), embed_texts=embedded_with_bundle)
        return GeneratorTask(
            sampler=sampler, weights=recipe.weights, drop_pose=recipe.drop_pose, drop_text=recipe.drop_text
        )

    torch.manual_seed(command.seed)
    trained = task(clips)
    config = GeneratorConfig(size=recipe.size)
    scales = measured_generator_scales(trained.sampler, np.random.default_rng(command.seed))
    run = Run(
        task=trained,
        network=_begun(Generator(config, scales), command.start),
        network_settings=network_settings(config),
        config=command.training(recipe.training),
        options=command.options(),
        held_out=None if command.held_out is None else task(_clips(command.held_out, None)),
        provenance=_provenance(command, clips),
    )
    return run.train()


def embedded_with_bundle(texts: Sequence[str]) -> Float[np.ndarray, "T E"]:
    """Embeddings from the text encoder of the embedded bundle, the one that the runtime will use."""
    with as_file(files("ponimator_runtime.models") / "bundles" / "lite") as folder:
        encoder = TextEncoder(folder / "text_encoder.onnx", folder / "tokenizer.json", threads=1)
        return encoder.encode(texts)


def _begun(network: NetworkT, start: Path | None) -> NetworkT:
    """The network with the weights and units of another run, where one is named.

    Raises:
        CardMismatch: that run's network is of another kind or size.
    """
    if start is not None:
        load_weights(network, load_checkpoint(start).averaged)
    return network


def _body(command: TrainCommand) -> BodyModel:
    return default_body() if command.body is None else BodyModel.load(command.body)


def _clips(path: Path, count: int | None) -> ClipSet:
    clips = load_clips(path)
    return clips if count is None else clips.subset(list(range(min(count, len(clips)))))


def _provenance(command: TrainCommand, clips: ClipSet) -> dict[str, Any]:
    """What a card says about where a model comes from."""
    kinds = sorted(set(clips.kinds))
    begun = None if command.start is None else load_checkpoint(command.start)
    return {
        "begun_from": "fresh weights" if begun is None else _told_run(begun),
        "recipe": command.recipe,
        "data": command.data.name,
        "data_sha256": hashlib.sha256(command.data.read_bytes()).hexdigest(),
        "clips": len(clips),
        "kinds": kinds,
        "seed": command.seed,
        "torch": str(torch.__version__),
        "ponimator_runtime": importlib.metadata.version("ponimator-runtime"),
    }


def _told_run(checkpoint: Checkpoint) -> str:
    data, sha256 = (checkpoint.provenance.get(key, "unknown") for key in ("data", "data_sha256"))
    minutes = checkpoint.elapsed_s / 60
    return f"a run of {checkpoint.step} steps and {minutes:.0f} min on {data} (SHA-256 {sha256})"
