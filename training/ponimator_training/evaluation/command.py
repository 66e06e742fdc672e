"""What `ponimator evaluate` is asked: its options and their limits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from ponimator_runtime.diffusion.plan import Solver
from ponimator_runtime.errors import ConfigError
from ponimator_training.evaluation.evaluation import Effort
from ponimator_training.sampling import SAMPLING_STEPS

_FEWEST_WINDOWS = 8


@dataclass(frozen=True, kw_only=True)
class EvaluateCommand:
    """Measure trained checkpoints on held-out clips, beside the truth and simple baselines.

    Attributes:
        animator: checkpoint of the animator (checkpoint.pt of its training).
        generator: checkpoint of the generator.
        data: held-out clip set (.npz), of clips that neither model was trained on.
        train: the clip set that they were trained on: the features and the baselines are made from it.
        out: the page to write (.md).
        features: autoencoder of an earlier page, for the same features; by default beside the page (…-features.npz),
            trained where there is none yet.
        sheets: folder for contact sheets of the best, the median and the worst window.
        repeats: of everything random; intervals need at least 2.
        solver: what samples.
        steps: K of the sampling.
        compare_solvers: write another page: every solver at 50, 20, 10 and 5 steps, from the same noise.
            The options solver, steps, chains and sheets are not read then.
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
    features: Path | None = None
    sheets: Path | None = None
    repeats: int = 20
    solver: Solver = Solver.DDIM
    steps: int = SAMPLING_STEPS
    compare_solvers: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
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
