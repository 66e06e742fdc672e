"""One evaluation from beginning to end: judges trained on the training set, repeats, rows, pictures."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from tqdm import tqdm

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.refining.refiner import Refinement, Refiner
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.data.clips import ClipSet
from ponimator_training.evaluation.baselines import TrainingPoses
from ponimator_training.evaluation.chaining import ChainMeasures, chained, truth_chains
from ponimator_training.evaluation.draws import INTERACTIVE_ONLY, Asked, Questions, halves, thinned
from ponimator_training.evaluation.features import (
    WindowAutoencoder,
    load_autoencoder,
    save_autoencoder,
    trained_autoencoder,
)
from ponimator_training.evaluation.gathering import Gatherer, Tables
from ponimator_training.evaluation.judges import (
    Judges,
    measured_chains,
    measured_poses,
    measured_refined_poses,
    measured_refined_windows,
    measured_windows,
)
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.played import Played, played_features
from ponimator_training.evaluation.pose_kinds import trained_judge
from ponimator_training.evaluation.pose_rows import (
    TEXT_ONLY,
    PoseJudge,
    PoseMeasures,
    facing_apart,
    pelvis_distance,
    pose_answers,
)
from ponimator_training.evaluation.proximity import closeness
from ponimator_training.evaluation.refinement_rows import REFINED, REFINED_TEXT_ONLY
from ponimator_training.evaluation.sheets import draw_sheets
from ponimator_training.evaluation.window_rows import (
    OURS,
    TOUCH_M,
    Continuation,
    WindowJudge,
    WindowMeasures,
    continuations,
    window_answers,
)
from ponimator_training.evaluation.workers import Workers, result_of
from ponimator_training.windows import TextEmbedder, WindowSampler

TRUTH_CUT = "truth, cut in two"
_FEWEST_REFERENCE_REPEATS = 4
"""The reference has the windows of all repeats, or of so many, for a steady covariance."""
_TOUCH_POSES = 512
"""Poses of the reference in which surfaces are compared to tell which kinds touch."""
_REPEATS_AHEAD = 3
"""Made while older ones are still measured: enough to keep many processes at work, few enough for memory."""
_REFERENCE_SEED, _POOL_SEED, _SHEET_SEED, _REPEAT_SEED = 1, 2, 3, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much is measured.

    Attributes:
        repeats: of everything random.
        windows: asked in each repeat.
        poses: of these, those that are asked of the generator too.
        surface_windows: of these, those whose surfaces are compared.
        chains: begun in each repeat.
        train_clips: of the training set, those that features, judge and baselines are made from.
        feature_steps: of the autoencoder's training.
        judge_steps: of the training of the judge of kinds.
        workers: processes that measure.
        seed: of everything.
    """

    repeats: int
    windows: int
    poses: int
    surface_windows: int
    chains: int
    train_clips: int
    feature_steps: int
    judge_steps: int
    workers: int
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Repeat:
    """What was asked for in one repeat, and measures that may still be under way, by row."""

    kinds: list[str]
    windows: dict[str, Future[WindowMeasures]]
    poses: dict[str, Future[PoseMeasures]]
    chains: dict[str, Future[ChainMeasures]]


class Evaluation:
    """Judges and questions, ready for models."""

    def __init__(
        self,
        *,
        held_out: ClipSet,
        train: ClipSet,
        surface: BodySurface,
        frames: int,
        embed_texts: TextEmbedder,
        effort: Effort,
    ) -> None:
        """Splits the held-out clips and computes joints of everything once."""
        skeleton = surface.skeleton
        self._surface = surface
        self.effort = effort
        self._train = thinned(train, effort.train_clips)
        self._train_sampler = WindowSampler(self._train, skeleton, frames=frames, choice=INTERACTIVE_ONLY)
        self._training = TrainingPoses(
            self._train, self._train_sampler, np.random.default_rng([effort.seed, _POOL_SEED])
        )
        reference, asked = halves(held_out)
        self._reference = Questions(reference, skeleton, frames=frames, embed_texts=embed_texts)
        self.questions = Questions(asked, skeleton, frames=frames, embed_texts=embed_texts)

    def features(self, path: Path, *, train_sha256: str, device: torch.device, progress: bool) -> FeatureSource:
        """The autoencoder beside the table, trained now where there is none yet."""
        frames, effort = self._train_sampler.frames, self.effort
        made_from: dict[str, str | int] = {
            "train_sha256": train_sha256,
            "train_clips": len(self._train),
            "steps": effort.feature_steps,
        }
        if not path.is_file():
            network, error_mm = trained_autoencoder(
                self._train_sampler, steps=effort.feature_steps, seed=effort.seed, device=device, progress=progress
            )
            save_autoencoder(network, path, {**made_from, "error_mm": error_mm})
        network, error_mm, sha256 = load_autoencoder(path, {**made_from, "frames": frames})
        return FeatureSource(network=network, error_mm=error_mm, sha256=sha256)

    def run(self, models: Models, source: FeatureSource, *, sheets: Path | None, progress: bool) -> Tables:
        """The rows of windows, poses, chains and kinds; pictures where a folder is given."""
        effort = self.effort
        judges = self.judges(source, progress)
        gathered = Gatherer(judges.windows.reference)
        under_way: deque[_Repeat] = deque()
        with (
            Workers(judges, effort.workers) as workers,
            tqdm(total=effort.repeats, desc="repeats", disable=not progress) as bar,
        ):
            for number in range(effort.repeats):
                under_way.append(self._begun(models, workers, number))
                while len(under_way) > (_REPEATS_AHEAD if number + 1 < effort.repeats else 0):
                    _gather(under_way.popleft(), gathered)
                    bar.update()
        if sheets is not None:
            rng = np.random.default_rng([effort.seed, _SHEET_SEED])
            draw_sheets(models, self.questions.asked(rng, effort.windows), self._surface, rng, sheets)
        return gathered.tables()

    def _begun(self, models: Models, workers: Workers[Judges], number: int) -> _Repeat:
        """One repeat: everything made here, its measuring under way."""
        effort, skeleton = self.effort, self._surface.skeleton
        rng = np.random.default_rng([effort.seed, _REPEAT_SEED, number])
        asked = self.questions.asked(rng, effort.windows)
        anchors, seed = asked.anchors(), int(rng.integers(2**32))
        answers = window_answers(models, self._training, asked, self._surface, rng)
        windows = {name: workers.measure(measured_windows, answer, anchors, seed) for name, answer in answers.items()}
        windows[REFINED] = workers.measure(measured_refined_windows, answers[OURS], anchors, seed)
        asked_poses = asked.first(effort.poses)
        made, bodies = pose_answers(models, self._training, asked_poses, rng), asked_poses.anchors()
        poses = {name: workers.measure(measured_poses, features, bodies) for name, features in made.items()}
        poses[REFINED_TEXT_ONLY] = workers.measure(measured_refined_poses, made[TEXT_ONLY], bodies)
        chains: dict[str, Future[ChainMeasures]] = {}
        cut = self._cut_truth(asked.windows.clips[: effort.chains])
        if cut:
            chains[TRUTH_CUT] = workers.measure(measured_chains, cut)
        frames = self._train_sampler.frames

        def ours(anchor: np.ndarray, joints: np.ndarray, index: np.ndarray, betas: np.ndarray) -> np.ndarray:
            return models.animate(anchor, joints, index, rng).motion

        makers: dict[str, Continuation] = {OURS: ours} | continuations(self._training, self._surface, frames)
        for name, continuation in makers.items():
            first = played_features(answers[name].features[: effort.chains], anchors.betas[: effort.chains], skeleton)
            chains[name] = workers.measure(measured_chains, chained(continuation, first, skeleton))
        return _Repeat(kinds=asked.kinds, windows=windows, poses=poses, chains=chains)

    def _cut_truth(self, clips: Int[np.ndarray, "S"]) -> list[list[Motion]]:
        return truth_chains(self.questions.clips, clips, frames=self._train_sampler.frames)

    def judges(self, source: FeatureSource, progress: bool) -> Judges:
        """What figures come from; the judge of kinds is trained now."""
        effort = self.effort
        reference = self._reference.asked(
            np.random.default_rng([effort.seed, _REFERENCE_SEED]),
            max(effort.repeats, _FEWEST_REFERENCE_REPEATS) * effort.windows,
        )
        touching = self._touching_kinds(reference)
        windows_judge = WindowJudge(
            autoencoder=source.network,
            reference=source.network.codes(reference.windows.joints),
            surface=self._surface,
            touching_kinds=touching,
            surface_windows=effort.surface_windows,
        )
        poses_judge = PoseJudge(
            kind_judge=trained_judge(
                self._train_sampler, self._train.kinds, steps=effort.judge_steps, seed=effort.seed, progress=progress
            ),
            surface=self._surface,
            distances=pelvis_distance(reference.windows.anchor_joints),
            facings=facing_apart(reference.windows.anchor_joints),
            touching_kinds=touching,
        )
        refiner = Refiner(self._surface, Refinement())
        return Judges(windows=windows_judge, poses=poses_judge, surface=self._surface, refiner=refiner)

    def _touching_kinds(self, reference: Asked) -> frozenset[str]:
        """Kinds of whose anchors at least half are in contact."""
        windows = reference.windows
        anchors: Float[np.ndarray, "S P 1 135"] = windows.anchor[:_TOUCH_POSES, :, None]
        poses: Played = played_features(anchors, windows.betas[:_TOUCH_POSES], self._surface.skeleton)
        near = closeness(poses, self._surface, np.zeros((len(poses), 1), dtype=np.int64)).distance[:, 0] < TOUCH_M
        kinds = np.array(reference.kinds[:_TOUCH_POSES])
        return frozenset(str(kind) for kind in np.unique(kinds) if near[kinds == kind].mean() >= 0.5)


def _gather(repeat: _Repeat, gathered: Gatherer) -> None:
    """Waits for one repeat."""
    gathered.add(
        repeat.kinds,
        {name: result_of(measures) for name, measures in repeat.windows.items()},
        {name: result_of(measures) for name, measures in repeat.poses.items()},
        {name: result_of(measures) for name, measures in repeat.chains.items()},
    )
