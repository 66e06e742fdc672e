"""One evaluation from beginning to end: judges trained on the training set, repeats, rows, pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int
from tqdm import tqdm

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.data.clips import ClipSet
from ponimator_training.evaluation.bars import Rows
from ponimator_training.evaluation.baselines import TrainingPoses
from ponimator_training.evaluation.chaining import chain_measures, truth_chains
from ponimator_training.evaluation.draws import INTERACTIVE_ONLY, Asked, Questions, halves
from ponimator_training.evaluation.estimates import Repeats
from ponimator_training.evaluation.features import (
    WindowAutoencoder,
    load_autoencoder,
    save_autoencoder,
    trained_autoencoder,
)
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.played import played_features
from ponimator_training.evaluation.pose_kinds import trained_judge
from ponimator_training.evaluation.pose_rows import PoseJudge, facing_apart, pelvis_distance, pose_rows
from ponimator_training.evaluation.proximity import closeness
from ponimator_training.evaluation.sheets import draw_sheets
from ponimator_training.evaluation.window_rows import OURS, TOUCH_M, WindowJudge, measured_chains, window_rows
from ponimator_training.windows import TextEmbedder, WindowSampler

TRUTH_CUT = "truth, cut in two"
_REFERENCE_SHARE = 4
"""The reference has so many times the windows of a repeat, for a steady covariance."""
_REFERENCE_SEED, _POOL_SEED, _SHEET_SEED, _REPEAT_SEED = 1, 2, 3, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much is measured.

    Attributes:
        repeats: of everything random.
        windows: asked in each repeat.
        surface_windows: of these, those whose surfaces are compared.
        chains: begun in each repeat.
        feature_steps: of the autoencoder's training.
        judge_steps: of the training of the judge of kinds.
        seed: of everything.
    """

    repeats: int
    windows: int
    surface_windows: int
    chains: int
    feature_steps: int
    judge_steps: int
    seed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureSource:
    """The autoencoder that a table was made with.

    Attributes:
        network: trained.
        error_mm: root mean square of the distance that it leaves at a joint.
        sha256: of its file.
    """

    network: WindowAutoencoder
    error_mm: float
    sha256: str


class Evaluation:
    """Judges and questions, ready for models."""

    def __init__(
        self, *, held_out: ClipSet, train: ClipSet, surface: BodySurface, frames: int, embed_texts: TextEmbedder
    ) -> None:
        """Splits the held-out clips and computes joints of everything once."""
        skeleton = surface.skeleton
        self._surface = surface
        self._train = train
        self._train_sampler = WindowSampler(train, skeleton, frames=frames, choice=INTERACTIVE_ONLY)
        reference, asked = halves(held_out)
        self._reference = Questions(reference, skeleton, frames=frames, embed_texts=embed_texts)
        self._questions = Questions(asked, skeleton, frames=frames, embed_texts=embed_texts)

    def features(self, path: Path, *, train_sha256: str, effort: Effort, progress: bool) -> FeatureSource:
        """The autoencoder beside the table, trained now where there is none yet."""
        frames = self._train_sampler.frames
        made_from: dict[str, str | int] = {"train_sha256": train_sha256, "steps": effort.feature_steps}
        if not path.is_file():
            network, error_mm = trained_autoencoder(
                self._train_sampler, steps=effort.feature_steps, seed=effort.seed, progress=progress
            )
            save_autoencoder(network, path, {**made_from, "error_mm": error_mm})
        network, error_mm, sha256 = load_autoencoder(path, {**made_from, "frames": frames})
        return FeatureSource(network=network, error_mm=error_mm, sha256=sha256)

    def run(
        self, models: Models, source: FeatureSource, effort: Effort, *, sheets: Path | None, progress: bool
    ) -> tuple[Rows, Rows, Rows]:
        """The rows of windows, poses and chains; pictures where a folder is given."""
        windows_judge, poses_judge = self._judges(source, effort, progress)
        windows, poses, chains = Repeats(), Repeats(), Repeats()
        for repeat in tqdm(range(effort.repeats), desc="repeats", disable=not progress):
            rng = np.random.default_rng([effort.seed, _REPEAT_SEED, repeat])
            asked = self._questions.asked(rng, effort.windows)
            rows, ours = window_rows(models, windows_judge, asked, rng)
            for name, figures in rows.items():
                windows.add(name, figures)
            for name, figures in pose_rows(models, poses_judge, asked, rng).items():
                poses.add(name, figures)
            cut = self._cut_truth(asked.windows.clips[: effort.chains])
            if cut:
                chains.add(TRUTH_CUT, chain_measures(cut, self._surface.skeleton).figures())
            chains.add(OURS, measured_chains(models, ours, self._surface, rng, effort.chains).figures())
        if sheets is not None:
            rng = np.random.default_rng([effort.seed, _SHEET_SEED])
            draw_sheets(models, self._questions.asked(rng, effort.windows), self._surface, rng, sheets)
        return windows.rows(), poses.rows(), chains.rows()

    def _cut_truth(self, clips: Int[np.ndarray, "S"]) -> list[list[Motion]]:
        return truth_chains(self._questions.clips, clips, frames=self._train_sampler.frames)

    def _judges(self, source: FeatureSource, effort: Effort, progress: bool) -> tuple[WindowJudge, PoseJudge]:
        reference = self._reference.asked(
            np.random.default_rng([effort.seed, _REFERENCE_SEED]), _REFERENCE_SHARE * effort.windows
        )
        training = TrainingPoses(self._train, self._train_sampler, np.random.default_rng([effort.seed, _POOL_SEED]))
        touching = self._touching_kinds(reference, effort.surface_windows * _REFERENCE_SHARE)
        windows_judge = WindowJudge(
            autoencoder=source.network,
            reference=source.network.codes(reference.windows.joints),
            surface=self._surface,
            training=training,
            touching_kinds=touching,
            surface_windows=effort.surface_windows,
        )
        poses_judge = PoseJudge(
            kind_judge=trained_judge(
                self._train_sampler, self._train.kinds, steps=effort.judge_steps, seed=effort.seed, progress=progress
            ),
            surface=self._surface,
            training=training,
            distances=pelvis_distance(reference.windows.anchor_joints),
            facings=facing_apart(reference.windows.anchor_joints),
            touching_kinds=touching,
            surface_poses=effort.windows,
        )
        return windows_judge, poses_judge

    def _touching_kinds(self, reference: Asked, count: int) -> frozenset[str]:
        """Kinds of whose anchors at least half are in contact."""
        windows = reference.windows
        poses = played_features(windows.anchor[:count, :, None], windows.betas[:count], self._surface.skeleton)
        near = closeness(poses, self._surface, np.zeros((len(poses), 1), dtype=np.int64)).distance[:, 0] < TOUCH_M
        kinds = np.array(reference.kinds[:count])
        return frozenset(str(kind) for kind in np.unique(kinds) if near[kinds == kind].mean() >= 0.5)
