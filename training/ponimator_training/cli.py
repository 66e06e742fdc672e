"""`ponimator train`: train a model on your own motion; one command for both models and every recipe."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
import tyro

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import ConfigError, PonimatorError
from ponimator_training.assembly import Source, animator_run, embedded_with_bundle, generator_run
from ponimator_training.body.model import BodyModel, default_body
from ponimator_training.by_heart import learn_by_heart
from ponimator_training.loop import Run
from ponimator_training.made_data import CLIPS_FILE, HELD_OUT_FILE, made_clips, make_missing_sets
from ponimator_training.recipes import ANIMATOR_RECIPES, GENERATOR_RECIPES
from ponimator_training.training_config import Compile, Decay, RunOptions, TrainingConfig

__all__ = ["TrainCommand", "embedded_with_bundle", "main"]

USAGE_ERROR = 2
NOT_LEARNED = 1


@dataclass(frozen=True, kw_only=True)
class TrainCommand:
    """Train one of the two models. Ctrl-C saves and stops; --resume goes on with the same result.

    Attributes:
        model: which of the two.
        data: clip set (.npz). Without it: data/train.npz, with data/held-out.npz held out; made first if missing.
        out: folder for checkpoint.pt, weights.pt and the curves; by default runs/animator or runs/generator.
        recipe: lite = for a CPU, lite-gpu = the same networks in batches for a GPU, paper = as published.
        smoke: learn one clip by heart in two minutes, and say how well; needs no data and keeps nothing without --out.
        held_out: clip set for a second curve, of clips that are not in `data`.
        body: body in SMPL-X layout (.npz) that the clips were made for; by default the built-in one.
        minutes: stop after so much training time; a cosine decay ends by then.
        steps: instead of the recipe's.
        batch_size: instead of the recipe's.
        learning_rate: instead of the recipe's.
        decay: of the learning rate, instead of the recipe's.
        seed: of everything random.
        resume: go on from the checkpoint in `out`.
        start: begin with the averaged weights of another run's checkpoint.pt, to tune them on other data.
        checkpoint_minutes: time between checkpoints.
        threads: CPU threads of torch; 0 leaves the choice to torch.
        accelerator: auto, cpu or cuda.
        devices: how many of them.
        compile: network and losses by torch.compile; auto does on CUDA.
    """

    model: Annotated[Literal["animator", "generator"], tyro.conf.Positional] = "animator"
    data: Path | None = None
    out: Path | None = None
    recipe: Literal["lite", "lite-gpu", "paper"] = "lite"
    smoke: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    held_out: Path | None = None
    body: Path | None = None
    minutes: float | None = None
    steps: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    decay: Decay | None = None
    seed: int = 0
    resume: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    start: Path | None = None
    checkpoint_minutes: float = 5.0
    threads: int = 0
    accelerator: Literal["auto", "cpu", "cuda"] = "auto"
    devices: int = 1
    compile: Compile = "auto"

    def check(self) -> None:
        """Refuses numbers that mean nothing; not at construction, where tyro would box the message."""
        for name in ("minutes", "steps", "batch_size", "learning_rate", "checkpoint_minutes", "devices"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ConfigError(f"--{name.replace('_', '-')} must be above zero, got {value}.")

    def options(self, out: Path) -> RunOptions:
        """The part that the loop reads."""
        return RunOptions(
            out=out,
            resume=self.resume,
            minutes=self.minutes,
            checkpoint_minutes=self.checkpoint_minutes,
            accelerator=self.accelerator,
            devices=self.devices,
            compile=self.compile,
        )

    def training(self, recipe: TrainingConfig) -> TrainingConfig:
        """The recipe's settings with what the command line overrides."""
        return replace(
            recipe,
            steps=self.steps or recipe.steps,
            batch_size=self.batch_size or recipe.batch_size,
            learning_rate=self.learning_rate or recipe.learning_rate,
            decay=self.decay or recipe.decay,
            seed=self.seed,
        )


def main(arguments: list[str]) -> int:
    """`ponimator train …`; returns the exit code."""
    try:
        command = parsed(TrainCommand, arguments, command="train")
        command.check()
        if command.threads:
            torch.set_num_threads(command.threads)
        return smoke(command) if command.smoke else train(command)
    except PonimatorError as error:
        print(f"ponimator train: {error}", file=sys.stderr)
        return USAGE_ERROR


def train(command: TrainCommand) -> int:
    """Runs a recipe's training of a model."""
    data, out = command.data or CLIPS_FILE, command.out or Path("runs") / command.model
    if command.data is None:
        make_missing_sets()
        command = replace(command, held_out=command.held_out or HELD_OUT_FILE)
    checkpoint = run_of(command, command.recipe, data, out).train()
    minutes = checkpoint.elapsed_s / 60
    print(f"{command.model}: step {checkpoint.step} after {minutes:.1f} min, saved in {out}")
    return 0


def smoke(command: TrainCommand) -> int:
    """Learns one clip by heart, and says how well."""
    with tempfile.TemporaryDirectory() as folder:
        data, out = command.data or Path(folder) / "clip.npz", command.out or Path(folder) / "run"
        if command.data is None:
            made_clips(1, command.seed).save(data)
        learned = learn_by_heart(run_of(command, "smoke", data, out))
    print(f"{command.model}: {learned.told()}")
    return 0 if learned.by_heart else NOT_LEARNED


def run_of(command: TrainCommand, recipe_name: str, data: Path, out: Path) -> Run[Any]:
    """The run of a recipe, with what the command overrides."""

    def source(recipe: TrainingConfig) -> Source:
        return Source(
            recipe=recipe_name,
            data=data,
            held_out=command.held_out,
            body=default_body() if command.body is None else BodyModel.load(command.body),
            start=command.start,
            training=command.training(recipe),
            options=command.options(out),
        )

    if command.model == "animator":
        animator = ANIMATOR_RECIPES[recipe_name]()
        return animator_run(animator, source(animator.training))
    generator = GENERATOR_RECIPES[recipe_name]()
    return generator_run(generator, source(generator.training))
