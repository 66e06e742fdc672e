"""Solvers beside each other: the same anchors, texts and noise, sampled in fewer and fewer steps.

How far each is from what the diffusion converges to tells the solver; what its motion measures tells whether that
matters.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import Future
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from ponimator_runtime.diffusion.plan import SamplingPlan, Solver, ddim_plan, plan_at, sampling_plan
from ponimator_runtime.diffusion.schedule import Schedule, ddim_timesteps, log_snr_timesteps
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.window import FEATURE_COUNT
from ponimator_training.evaluation.distribution import frechet_distance
from ponimator_training.evaluation.draws import Asked
from ponimator_training.evaluation.estimates import Repeats, pooled_estimate
from ponimator_training.evaluation.evaluation import Evaluation, FeatureSource
from ponimator_training.evaluation.gathering import JERK_RATIO, POOLED_FID, Rows
from ponimator_training.evaluation.judges import (
    Judges,
    measured_poses,
    measured_refined_poses,
    measured_refined_windows,
    measured_windows,
)
from ponimator_training.evaluation.models import Models
from ponimator_training.evaluation.played import played_features
from ponimator_training.evaluation.pose_rows import PoseMeasures
from ponimator_training.evaluation.window_rows import JERK, TRUTH, WindowAnswer, WindowMeasures
from ponimator_training.evaluation.workers import Workers, result_of

SOLVER_NAMES = {Solver.DDIM: "DDIM", Solver.DPMPP_2M: "DPM-Solver++(2M)"}
STEPS = (50, 20, 10, 5)
CONVERGED_STEPS = 1000
"""Of DDIM: each step of training once, from the noisiest to the cleanest."""
_SPACINGS = {
    "equal steps of time, first order (DDIM)": (False, 1),
    "equal steps of time, second order": (False, 2),
    "equal steps of λ, first order": (True, 1),
    "equal steps of λ, second order (2M)": (True, 2),
}
_FROM_CONVERGED = "from converged, mm"
_WINDOW_FIGURES = (
    *("own anchor error, mm", "contact at anchor, %", "contact ±0.2 s, %", "penetration p95, cm"),
    *("foot slide, cm/s", JERK, JERK_RATIO, "FID", "KID × 1000"),
)
_POSE_FIGURES = ("R-precision top 1, %", "contact, %", "penetration p95, cm", "distance W₁, cm", "facing W₁, °")
_SEED = 5
_MM_PER_M = 1000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SolverTables:
    """What the comparison finds.

    Attributes:
        windows: a row for the truth and for each solver and number of steps, as played.
        poses: the same of poses made from text.
        window_spacings: windows' distance from converged by how timesteps lie and by order; a figure for each K.
        pose_spacings: the same of poses.
    """

    windows: Rows
    poses: Rows
    window_spacings: Rows
    pose_spacings: Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class _Task:
    """What is asked in one repeat, with the noise that every plan begins from.

    Attributes:
        asked: windows and poses.
        poses: of these, so many are asked of the generator too.
        compared: of both, so many are held against the converged ones.
        seed: of the noise.
    """

    asked: Asked
    poses: int
    compared: int
    seed: int

    def windows(self, models: Models, count: int) -> WindowAnswer:
        """The first windows by a model's plan."""
        windows = self.asked.first(count).windows
        anchor = windows.anchor.astype(np.float64)
        rng = np.random.default_rng(self.seed)
        animated = models.animate(anchor, windows.anchor_joints, windows.anchor_index, rng)
        return WindowAnswer(features=animated.motion, own_anchor=animated.own_anchor)

    def text_poses(self, models: Models, count: int) -> Float[np.ndarray, "S P 135"]:
        """The first poses from text by a model's plan."""
        asked = self.asked.first(count)
        rng = np.random.default_rng(self.seed)
        return models.poses(asked.pose_features(), rng, given=False, text=asked.text)[..., :FEATURE_COUNT]

    def joints(self, features: Float[np.ndarray, "S P N 135"], skeleton: Skeleton) -> Float[np.ndarray, "C P N 22 3"]:
        """Of those that are compared, m."""
        betas = self.asked.windows.betas[: self.compared]
        return played_features(features[: self.compared], betas, skeleton).joints


class _Gatherer:
    """Collects what was measured, repeat after repeat."""

    def __init__(self, reference: Float[np.ndarray, "R L"]) -> None:
        self._reference = reference
        self.windows, self.poses, self.window_spacings, self.pose_spacings = (Repeats() for _ in range(4))
        self._codes: dict[str, list[np.ndarray]] = defaultdict(list)

    def add(
        self,
        windows: dict[str, tuple[Future[WindowMeasures], float]],
        poses: dict[str, tuple[Future[PoseMeasures], float]],
    ) -> None:
        """One repeat: measures and distance from converged of each row."""
        true_jerk = max(result_of(windows[TRUTH][0]).figures[JERK], 1e-9)
        for name, (measured, distance_mm) in windows.items():
            measures = result_of(measured)
            figures = measures.figures | {JERK_RATIO: measures.figures[JERK] / true_jerk}
            self.windows.add(name, {_FROM_CONVERGED: distance_mm} | {key: figures[key] for key in _WINDOW_FIGURES})
            self._codes[name].append(measures.codes)
        for name, (measured_poses_, distance_mm) in poses.items():
            pose_figures = result_of(measured_poses_).figures
            self.poses.add(name, {_FROM_CONVERGED: distance_mm} | {key: pose_figures[key] for key in _POSE_FIGURES})

    def tables(self) -> SolverTables:
        """What all repeats say."""
        pooled = {
            name: pooled_estimate(codes, lambda some: frechet_distance(self._reference, some))
            for name, codes in self._codes.items()
        }
        return SolverTables(
            windows={name: {**figures, POOLED_FID: pooled[name]} for name, figures in self.windows.rows().items()},
            poses=self.poses.rows(),
            window_spacings=self.window_spacings.rows(),
            pose_spacings=self.pose_spacings.rows(),
        )


def compared_solvers(
    evaluation: Evaluation, models: Models, schedule: Schedule, source: FeatureSource, *, progress: bool
) -> SolverTables:
    """Every solver at every number of steps; what the models' own plan is does not matter."""
    effort = evaluation.effort
    judges = evaluation.judges(source, progress)
    gathered = _Gatherer(judges.windows.reference)
    with Workers(judges, effort.workers) as workers:
        for number in tqdm(range(effort.repeats), desc="repeats", disable=not progress):
            rng = np.random.default_rng([effort.seed, _SEED, number])
            asked = evaluation.questions.asked(rng, effort.windows)
            poses = min(effort.poses, effort.windows)
            compared = min(effort.surface_windows, poses)
            task = _Task(asked=asked, poses=poses, compared=compared, seed=int(rng.integers(2**32)))
            _add_repeat(task, models, schedule, judges, workers, gathered)
    return gathered.tables()


def _add_repeat(
    task: _Task, models: Models, schedule: Schedule, judges: Judges, workers: Workers[Judges], gathered: _Gatherer
) -> None:
    skeleton, count = judges.surface.skeleton, task.compared
    anchors, bodies = task.asked.anchors(), task.asked.first(task.poses).anchors()
    converged = replace(models, plan=ddim_plan(schedule, CONVERGED_STEPS))
    window_joints = task.joints(task.windows(converged, count).features, skeleton)
    pose_joints = task.joints(task.text_poses(converged, count)[:, :, None], skeleton)

    def window_distance_mm(features: Float[np.ndarray, "S P N 135"]) -> float:
        return _distance_mm(task.joints(features, skeleton), window_joints)

    def pose_distance_mm(features: Float[np.ndarray, "S P 135"]) -> float:
        return _distance_mm(task.joints(features[:, :, None], skeleton), pose_joints)

    # 1. What is played.
    truth = WindowAnswer(features=task.asked.windows.motion.astype(np.float64))
    true_poses = task.asked.first(task.poses).pose_features()[..., :FEATURE_COUNT]
    windows = {TRUTH: (workers.measure(measured_windows, truth, anchors, task.seed), float("nan"))}
    poses = {TRUTH: (workers.measure(measured_poses, true_poses, bodies), float("nan"))}
    for name, plan in _plans(schedule).items():
        planned = replace(models, plan=plan)
        answer, made = task.windows(planned, len(task.asked)), task.text_poses(planned, task.poses)
        measured = workers.measure(measured_refined_windows, answer, anchors, task.seed)
        windows[name] = measured, window_distance_mm(answer.features)
        poses[name] = workers.measure(measured_refined_poses, made, bodies), pose_distance_mm(made)
    # 2. What comes from where the timesteps lie, and what from the order.
    for name, (by_level, order) in _SPACINGS.items():
        spaced = {
            f"{K} steps": replace(models, plan=plan_at(schedule, _timesteps(schedule, K, by_level), order=order))
            for K in STEPS
        }
        gathered.window_spacings.add(
            name, {key: window_distance_mm(task.windows(model, count).features) for key, model in spaced.items()}
        )
        gathered.pose_spacings.add(
            name, {key: pose_distance_mm(task.text_poses(model, count)) for key, model in spaced.items()}
        )
    gathered.add(windows, poses)


def _plans(schedule: Schedule) -> dict[str, SamplingPlan]:
    return {
        f"{SOLVER_NAMES[solver]}, {K} steps": sampling_plan(schedule, solver, K) for solver in Solver for K in STEPS
    }


def _timesteps(schedule: Schedule, steps: int, by_level: bool) -> np.ndarray:
    return log_snr_timesteps(schedule, steps) if by_level else ddim_timesteps(schedule.training_steps, steps)


def _distance_mm(joints: Float[np.ndarray, "C P N 22 3"], others: Float[np.ndarray, "C P N 22 3"]) -> float:
    """Mean over windows, persons, frames and joints."""
    return float(np.linalg.norm(joints - others, axis=-1).mean() * _MM_PER_M)
