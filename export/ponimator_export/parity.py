"""Proves an exported bundle equal to the torch networks that it came from, call by call and after whole sampling.

The torch side is the training package's own sampling, the other side the bundle as the runtime loads it: what differs
between them (graphs, scales of the card, guidance) shows here. Conditions are real: anchors and phrases of a clip set.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from ponimator_runtime.diffusion.sampler import ddim_sample
from ponimator_runtime.diffusion.schedule import Schedule, cosine_schedule
from ponimator_runtime.models.bundle import Bundle
from ponimator_runtime.models.card import Tolerances
from ponimator_runtime.models.networks import ANIMATOR_INPUTS, GENERATOR_INPUTS, Known
from ponimator_runtime.models.onnx import OnnxGraph
from ponimator_runtime.motion.window import FEATURE_COUNT
from ponimator_training.network.animator import PERSONS, Animator
from ponimator_training.network.generator import Generator
from ponimator_training.network.kinematics_torch import joint_positions
from ponimator_training.sampling import SAMPLING_STEPS, sample_motion, sample_poses
from ponimator_training.windows import Poses, Windows, WindowSampler

TOLERANCES = Tolerances(network_call=1e-4, sampled_joints_mm=1.0)
BATCHES = (1, 2, 5)
TIMESTEPS = (999, 749, 499, 249, 19)
"""Diffusion times of the compared calls: the first and the last of 50 steps, and between."""
MIXED = "call, mixed t"
"""Rows of one batch at different diffusion times."""
_CONDITIONS = {"none": (0, 0), "pose": (1, 0), "text": (0, 1), "pose + text": (1, 1)}
"""Whether the generator gets a pose, and a text."""
_TIMED_CALLS = 20
_SEED = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One thing measured on both sides.

    Attributes:
        network: "animator" or "generator".
        what: the row that it stands in.
        batch: B.
        difference: the largest.
        allowed: in the same unit.
    """

    network: str
    what: str
    batch: int
    difference: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether it is small enough; NaN is not."""
        return self.difference <= self.allowed


@dataclass(frozen=True, kw_only=True, slots=True)
class ParityReport:
    """Everything that was compared.

    Attributes:
        comparisons: all of them.
        call_ms: median time of one call with B = 1 in ONNX Runtime on one thread, by network.
    """

    comparisons: tuple[Comparison, ...]
    call_ms: dict[str, float]

    @property
    def failures(self) -> tuple[Comparison, ...]:
        """What differs too much."""
        return tuple(comparison for comparison in self.comparisons if not comparison.holds)

    def table(self) -> str:
        """The differences as text, one column for each batch size."""
        rows: dict[tuple[str, str], dict[int, Comparison]] = {}
        for comparison in self.comparisons:
            rows.setdefault((comparison.network, comparison.what), {})[comparison.batch] = comparison
        lines = [
            f"{'network':<11}{'compared':<34}" + "".join(f"{f'B = {B}':>11}" for B in BATCHES) + f"{'allowed':>11}"
        ]
        for (network, what), of_batch in rows.items():
            cells = "".join(f"{_cell(of_batch.get(B)):>11}" for B in BATCHES)
            lines.append(f"{network:<11}{what:<34}{cells}{next(iter(of_batch.values())).allowed:>11.0e}")
        lines += [f"{network}: {ms:.2f} ms per call at B = 1 on one thread" for network, ms in self.call_ms.items()]
        return "\n".join(lines)

    def summary(self) -> str:
        """The largest differences in one line, for the card."""
        of_call = max(entry.difference for entry in self.comparisons if entry.allowed == TOLERANCES.network_call)
        of_joint = max(entry.difference for entry in self.comparisons if entry.allowed == TOLERANCES.sampled_joints_mm)
        return f"network call {of_call:.1e} latent units, joints after {SAMPLING_STEPS} steps {of_joint:.1e} mm"


def compare(
    bundle: Bundle, *, animator: Animator, generator: Generator, sampler: WindowSampler, steps: int = SAMPLING_STEPS
) -> ParityReport:
    """Compares a bundle with the networks that it was exported from.

    Args:
        bundle: as the runtime loads it.
        animator: in evaluation mode.
        generator: in evaluation mode.
        sampler: of the conditions, with texts.
        steps: K of the sampling.
    """
    rng = np.random.default_rng(_SEED)
    windows, poses = sampler.windows(rng, max(BATCHES)), sampler.poses(rng, max(BATCHES))
    schedule = cosine_schedule(bundle.card.training_steps)
    animator_calls = _AnimatorCalls(network=animator, windows=windows, schedule=schedule)
    generator_calls = _GeneratorCalls(network=generator, poses=poses, schedule=schedule)
    animator_graph = OnnxGraph(bundle.folder / bundle.card.animator.graph, ANIMATOR_INPUTS, threads=1)
    generator_graph = OnnxGraph(bundle.folder / bundle.card.generator.graph, GENERATOR_INPUTS, threads=1)
    first_step = np.full(1, TIMESTEPS[0])
    return ParityReport(
        comparisons=(
            *_compared_calls("animator", animator, animator_graph, animator_calls),
            _sampled_motion(bundle, animator, windows, schedule, steps),
            *_compared_calls("generator", generator, generator_graph, generator_calls),
            *_sampled_poses(bundle, generator, poses, schedule, steps),
        ),
        call_ms={
            "animator": _call_ms(animator_graph, next(iter(animator_calls.inputs(first_step)))),
            "generator": _call_ms(generator_graph, next(iter(generator_calls.inputs(first_step)))),
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _AnimatorCalls:
    """Inputs as they stand at a diffusion time of real windows."""

    network: Animator
    windows: Windows
    schedule: Schedule

    def inputs(self, timestep: Int[np.ndarray, "B"]) -> Iterator[tuple[np.ndarray, ...]]:
        """The graph's inputs for the first B windows."""
        B, windows = len(timestep), self.windows
        clean = (windows.motion - windows.anchor[:, :, None]) / self.network.residual_scale.numpy()
        yield (
            _noised(clean[:B], timestep, self.schedule),
            windows.anchor[:B].astype(np.float32),
            windows.anchor_joints[:B].astype(np.float32),
            windows.anchor_index[:B].astype(np.int64),
            timestep,
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _GeneratorCalls:
    """Inputs as they stand at a diffusion time of real interactive poses, with every set of conditions."""

    network: Generator
    poses: Poses
    schedule: Schedule

    def inputs(self, timestep: Int[np.ndarray, "B"]) -> Iterator[tuple[np.ndarray, ...]]:
        """The graph's inputs for the first B poses, once for each set of conditions."""
        B = len(timestep)
        clean = (self.poses.features[:B] - self.network.feature_mean.numpy()) / self.network.feature_std.numpy()
        noisy = _noised(clean, timestep, self.schedule)
        text = self.poses.text[:B].astype(np.float32)
        for with_pose, with_text in _CONDITIONS.values():
            given_pose = np.tile(np.array([with_pose, 0], dtype=np.float32), (B, 1))
            has_text = np.full(B, with_text, dtype=np.float32)
            yield noisy, given_pose, clean.astype(np.float32), text, has_text, timestep


def _noised(clean: np.ndarray, timestep: Int[np.ndarray, "B"], schedule: Schedule) -> np.ndarray:
    """x_t of the clean signals."""
    alpha_bar = schedule.alpha_bar[timestep].reshape(-1, *([1] * (clean.ndim - 1)))
    noise = np.random.default_rng(_SEED).standard_normal(clean.shape)
    return (np.sqrt(alpha_bar) * clean + np.sqrt(1 - alpha_bar) * noise).astype(np.float32)


def _compared_calls(
    name: str, network: nn.Module, graph: OnnxGraph, calls: _AnimatorCalls | _GeneratorCalls
) -> Iterator[Comparison]:
    timesteps = {(f"call, t = {t}", B): np.full(B, t) for t in TIMESTEPS for B in BATCHES}
    timesteps[MIXED, max(BATCHES)] = np.resize(TIMESTEPS, max(BATCHES))
    for (what, B), timestep in timesteps.items():
        differences = [_call_difference(network, graph, inputs) for inputs in calls.inputs(timestep)]
        yield Comparison(
            network=name,
            what=what,
            batch=B,
            difference=float(np.max(differences)),
            allowed=TOLERANCES.network_call,
        )


def _call_difference(network: nn.Module, graph: OnnxGraph, inputs: tuple[np.ndarray, ...]) -> float:
    with torch.inference_mode():
        expected = network(*(torch.from_numpy(values) for values in inputs)).numpy()
    return float(np.abs(graph(*inputs) - expected).max())


def _sampled_motion(bundle: Bundle, network: Animator, windows: Windows, schedule: Schedule, steps: int) -> Comparison:
    anchor, index = windows.anchor.astype(np.float64), windows.anchor_index
    expected = sample_motion(
        network,
        schedule,
        anchor=anchor,
        anchor_joints=windows.anchor_joints,
        anchor_index=index,
        rng=np.random.default_rng(_SEED),
        steps=steps,
    )
    noise = np.random.default_rng(_SEED).standard_normal(expected.shape)
    denoiser = bundle.animator.denoiser(anchor, windows.anchor_joints, index)
    latent = ddim_sample(denoiser, schedule, noise, steps=steps, constraint=bundle.animator.constraint(index))
    found = bundle.animator.residual(latent) + anchor[:, :, None]
    rest_joints = np.repeat(windows.rest_joints[:, :, None], found.shape[2], axis=2)  # (B, P, N, 22, 3)
    return _joint_comparison("animator", f"joints after {steps} steps, mm", expected, found, rest_joints)


def _sampled_poses(
    bundle: Bundle, network: Generator, poses: Poses, schedule: Schedule, steps: int
) -> Iterator[Comparison]:
    B = len(poses.features)
    features = poses.features.astype(np.float64)
    rest_joints = features[..., FEATURE_COUNT:].reshape(B, PERSONS, -1, 3)
    values = bundle.generator.latent(features)
    where = np.zeros_like(values)
    where[:, 0] = 1.0
    for condition, (with_pose, with_text) in _CONDITIONS.items():
        if not with_pose and not with_text:
            continue
        text = poses.text if with_text else None
        expected = sample_poses(
            network,
            schedule,
            count=B,
            rng=np.random.default_rng(_SEED),
            first_person=features[:, 0] if with_pose else None,
            text=text,
            guidance_weight=bundle.card.generator.guidance_weight,
            steps=steps,
        )
        noise = np.random.default_rng(_SEED).standard_normal(expected.shape)
        denoiser = bundle.generator.denoiser(given=values if with_pose else None, text=text, count=B)
        constraint = bundle.generator.constraint(Known(values=values, where=where)) if with_pose else None
        latent = ddim_sample(denoiser, schedule, noise, steps=steps, constraint=constraint)
        found = bundle.generator.features(latent)
        what = f"{condition}: joints, {steps} steps, mm"
        yield _joint_comparison(
            "generator", what, expected[..., :FEATURE_COUNT], found[..., :FEATURE_COUNT], rest_joints
        )


def _joint_comparison(
    network: str,
    what: str,
    expected: Float[np.ndarray, "*S 135"],
    found: Float[np.ndarray, "*S 135"],
    rest_joints: Float[np.ndarray, "*S 22 3"],
) -> Comparison:
    """The farthest that a joint of the body stands from where torch puts it."""
    rest = torch.tensor(rest_joints, dtype=torch.float64)
    joints = [joint_positions(torch.from_numpy(features), rest) for features in (expected, found)]
    distance_mm = 1000 * (joints[0] - joints[1]).norm(dim=-1)
    return Comparison(
        network=network,
        what=what,
        batch=len(found),
        difference=float(distance_mm.max()),
        allowed=TOLERANCES.sampled_joints_mm,
    )


def _call_ms(graph: OnnxGraph, inputs: tuple[np.ndarray, ...]) -> float:
    """Median time of one call."""
    times_s = []
    for _ in range(_TIMED_CALLS):
        start = time.perf_counter()
        graph(*inputs)
        times_s.append(time.perf_counter() - start)
    return 1000 * float(np.median(times_s))


def _cell(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    return f"{comparison.difference:.1e}" + ("" if comparison.holds else " !")
