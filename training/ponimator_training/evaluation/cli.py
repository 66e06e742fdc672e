"""`ponimator evaluate`: two checkpoints against held-out clips, as a page of tables."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
import tyro

from ponimator_runtime import __version__
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.errors import CardMismatch, ConfigError, PonimatorError
from ponimator_training.body.model import BodyModel, default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.checkpoint import Checkpoint, build_network, load_checkpoint
from ponimator_training.cli import embedded_with_bundle
from ponimator_training.data.clips import ClipSet, load_clips
from ponimator_training.evaluation.bars import bars
from ponimator_training.evaluation.evaluation import Effort, Evaluation, FeatureSource
from ponimator_training.evaluation.models import Models, chosen_device
from ponimator_training.evaluation.refinement_rows import told_cost
from ponimator_training.evaluation.report import Report
from ponimator_training.network.animator import Animator
from ponimator_training.network.generator import Generator
from ponimator_training.sampling import SAMPLING_STEPS

FAILURE = 1
USAGE_ERROR = 2
INTERRUPTED = 130
_FEATURES_SUFFIX = "-features.npz"
_SHOWN_HASH = 16
_FEWEST_WINDOWS = 8


@dataclass(frozen=True, kw_only=True)
class EvaluateCommand:
    """Measure trained checkpoints on held-out clips, beside the truth and simple baselines.

    Attributes:
        animator: checkpoint of the animator (checkpoint.pt of its training).
        generator: checkpoint of the generator.
        data: held-out clip set (.npz), of clips that neither model was trained on.
        train: the clip set that they were trained on: the features and the baselines are made from it.
        out: the page to write (.md); the autoencoder of the features is kept beside it (…-features.npz).
        sheets: folder for contact sheets of the best, the median and the worst window.
        repeats: of everything random; intervals need at least 2.
        steps: K of the sampling.
        windows: asked in each repeat.
        poses: of these, those that are asked of the generator too.
        surface_windows: of these, those whose surfaces are compared, which takes long.
        chains: of five windows, begun in each repeat.
        train_clips: of `train`, at most so many are used, the kinds in their shares.
        feature_steps: of the autoencoder's training.
        judge_steps: of the training of the classifier behind R-precision.
        body: body in SMPL-X layout (.npz) that the clips were made for; by default the built-in one.
        seed: of everything random.
        threads: CPU threads of torch; 0 leaves the choice to torch.
        workers: processes that measure; 0 is one for each core.
        accelerator: that samples: auto, cpu or cuda.
    """

    animator: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="ANIMATOR")]
    generator: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="GENERATOR")]
    data: Path
    train: Path
    out: Path
    sheets: Path | None = None
    repeats: int = 20
    steps: int = SAMPLING_STEPS
    windows: int = 256
    poses: int = 128
    surface_windows: int = 64
    chains: int = 16
    train_clips: int = 6000
    feature_steps: int = 3000
    judge_steps: int = 1500
    body: Path | None = None
    seed: int = 0
    threads: int = 0
    workers: int = 0
    accelerator: Literal["auto", "cpu", "cuda"] = "auto"

    def check(self) -> None:
        """Refuses what cannot be measured; not at construction, where tyro would box the message."""
        for name in (
            "repeats",
            "steps",
            "poses",
            "surface_windows",
            "chains",
            "train_clips",
            "feature_steps",
            "judge_steps",
        ):
            if getattr(self, name) < 1:
                raise ConfigError(f"--{name.replace('_', '-')} must be at least 1, got {getattr(self, name)}.")
        if self.workers < 0:
            raise ConfigError(f"--workers must be at least 1, or 0 for one on each core, got {self.workers}.")
        if self.windows < _FEWEST_WINDOWS:
            raise ConfigError(f"--windows must be at least {_FEWEST_WINDOWS}, got {self.windows}.")
        if self.out.suffix != ".md":
            raise ConfigError(f"--out takes a Markdown file (.md), got {self.out}.")

    def effort(self) -> Effort:
        """The part that the evaluation reads."""
        return Effort(
            repeats=self.repeats,
            windows=self.windows,
            poses=self.poses,
            surface_windows=self.surface_windows,
            chains=self.chains,
            train_clips=self.train_clips,
            feature_steps=self.feature_steps,
            judge_steps=self.judge_steps,
            workers=self.workers or os.cpu_count() or 1,
            seed=self.seed,
        )


def main(arguments: list[str]) -> int:
    """`ponimator evaluate …`; returns the exit code."""
    try:
        command = parsed(EvaluateCommand, arguments, command="evaluate")
        command.check()
        if command.threads:
            torch.set_num_threads(command.threads)
        report = evaluate(command, arguments)
    except ConfigError as error:
        return _told(error, USAGE_ERROR)
    except (PonimatorError, OSError) as error:
        return _told(error, FAILURE)
    except KeyboardInterrupt:
        print("ponimator evaluate: stopped, no page was written.", file=sys.stderr)
        return INTERRUPTED
    passed = sum(bar.passed for bar in report.bars)
    print(f"{command.out}: {passed} of {len(report.bars)} bars passed")
    return 0


def evaluate(command: EvaluateCommand, arguments: list[str]) -> Report:
    """Measures and writes the page.

    Raises:
        PonimatorError: a file cannot be used, or the files do not belong together.
    """
    began = time.monotonic()
    checkpoints = [load_checkpoint(path) for path in (command.animator, command.generator)]
    networks = [build_network(checkpoint) for checkpoint in checkpoints]
    animator, generator = networks
    if not isinstance(animator, Animator) or not isinstance(generator, Generator):
        kinds = " and ".join(checkpoint.kind for checkpoint in checkpoints)
        raise CardMismatch(f"Expected the checkpoints of an animator and a generator in this order, got {kinds}.")
    held_out, train = load_clips(command.data), load_clips(command.train)
    hashes = {path: _sha256(path) for path in (command.animator, command.generator, command.data, command.train)}
    _refuse_trained_clips(command, checkpoints, hashes)
    unknown = sorted(set(held_out.kinds) - set(train.kinds))
    if unknown:
        raise ConfigError(f"{command.data} has kinds of interaction that {command.train} lacks: {unknown}.")
    body = default_body() if command.body is None else BodyModel.load(command.body)
    device = chosen_device(command.accelerator)
    evaluation = Evaluation(
        held_out=held_out,
        train=train,
        surface=body_surface(body),
        frames=animator.config.frames,
        embed_texts=embedded_with_bundle,
        effort=command.effort(),
    )
    progress = sys.stderr.isatty()
    features = evaluation.features(
        command.out.with_name(command.out.stem + _FEATURES_SUFFIX),
        train_sha256=hashes[command.train],
        device=device,
        progress=progress,
    )
    models = Models(
        animator=animator.to(device), generator=generator.to(device), schedule=cosine_schedule(), steps=command.steps
    )
    tables = evaluation.run(models, features, sheets=command.sheets, progress=progress)
    took = f"{(time.monotonic() - began) / 60:.1f} min, networks on {_told_device(device)}"
    report = Report(
        facts=_facts(command, arguments, checkpoints, hashes, held_out, train, features)
        | {
            "Refinement": told_cost(tables.refining_s),
            "Took": f"{took}, {command.effort().workers} processes measuring",
        },
        tables=tables,
        bars=bars(tables),
    )
    command.out.parent.mkdir(parents=True, exist_ok=True)
    command.out.write_text(report.markdown(), encoding="utf-8")
    return report


def _facts(
    command: EvaluateCommand,
    arguments: list[str],
    checkpoints: list[Checkpoint],
    hashes: dict[Path, str],
    held_out: ClipSet,
    train: ClipSet,
    features: FeatureSource,
) -> dict[str, str]:
    """What the page says of where its figures come from."""
    versions: dict[str, Any] = {
        "ponimator-runtime": __version__,
        "Python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
    facts = {
        "Command": f"`{shlex.join(['ponimator', 'evaluate', *arguments])}`",
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
    for checkpoint, path in zip(checkpoints, (command.animator, command.generator), strict=True):
        trained_min = checkpoint.elapsed_s / 60
        facts[checkpoint.kind.capitalize()] = (
            f"step {checkpoint.step} after {trained_min:.0f} min of training, SHA-256 `{hashes[path][:_SHOWN_HASH]}`"
        )
    for name, path, clips in (("Held out", command.data, held_out), ("Trained on", command.train, train)):
        kinds = len(set(clips.kinds))
        facts[name] = f"{len(clips)} clips of {kinds} kinds, SHA-256 `{hashes[path][:_SHOWN_HASH]}`"
    others = [made.kind for made in checkpoints if made.provenance.get("data_sha256") != hashes[command.train]]
    if others:
        facts["Trained on"] += f" (the {' and the '.join(others)} had another set or did not say)"
    facts["Features"] = (
        f"autoencoder that leaves {features.error_mm:.0f} mm (RMS) at a joint, "
        f"SHA-256 `{features.sha256[:_SHOWN_HASH]}`"
    )
    interval = "; ± is a 95 % interval of the mean" if command.repeats > 1 else ""
    facts["Counts"] = (
        f"{command.repeats} × {command.windows} windows (surfaces in {command.surface_windows}), "
        f"{min(command.poses, command.windows)} poses and {command.chains} chains, {command.steps} DDIM steps{interval}"
    )
    return facts


def _told_device(device: torch.device) -> str:
    return (
        torch.cuda.get_device_name(device) if device.type == "cuda" else f"the CPU ({torch.get_num_threads()} threads)"
    )


def _refuse_trained_clips(command: EvaluateCommand, checkpoints: list[Checkpoint], hashes: dict[Path, str]) -> None:
    """Clips that were trained on say nothing about a model."""
    trained_on = {checkpoint.provenance.get("data_sha256") for checkpoint in checkpoints} | {hashes[command.train]}
    if hashes[command.data] in trained_on:
        raise ConfigError(f"{command.data} was trained on: --data takes clips that the models have not seen.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _told(error: Exception, code: int) -> int:
    print(f"ponimator evaluate: {str(error).splitlines()[0]}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
