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

from ponimator_export.report import TOLERANCES, Comparison, ParityReport
from ponimator_runtime.diffusion.sampler import ddim_sample
from ponimator_runtime.diffusion.schedule import Schedule, cosine_schedule, ddim_timesteps
from ponimator_runtime.models.bundle import Bundle
from ponimator_runtime.models.networks import Known, NetworkGraphs
from ponimator_runtime.models.onnx import OnnxGraph
from ponimator_runtime.motion.window import FEATURE_COUNT
from ponimator_training.network.animator import PERSONS, Animator
from ponimator_training.network.generator import Generator
from ponimator_training.network.kinematics_torch import joint_positions
from ponimator_training.sampling import SAMPLING_STEPS, sample_motion, sample_poses
from ponimator_training.windows import Poses, Windows, WindowSampler

BATCHES = (1, 2, 5)
TIMESTEPS = (999, 749, 499, 249, 19)
"""Diffusion times of the compared calls: the first and the last of 50 steps, and between."""
MIXED = "call, mixed t"
"""Rows of one batch at different diffusion times."""
_CONDITIONS = {"none": (0, 0), "pose": (1, 0), "text": (0, 1), "pose + text": (1, 1)}
"""Whether the generator gets a pose, and a text."""
_TIMED_CALLS = 20
_SEED = 0


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
    timesteps = ddim_timesteps(schedule.training_steps, steps)
    animator_calls = _AnimatorCalls(network=animator, windows=windows, schedule=schedule)
    generator_calls = _GeneratorCalls(network=generator, poses=poses, schedule=schedule)
    return ParityReport(
        comparisons=(
            *_compared_calls("animator", animator, bundle.animator.graphs, animator_calls),
            _sampled_motion(bundle, animator, windows, schedule, steps),
            *_compared_calls("generator", generator, bundle.generator.graphs, generator_calls),
            *_sampled_poses(bundle, generator, poses, schedule, steps),
        ),
        call_ms={
            **_call_ms("animator", bundle.animator.graphs, animator_calls, timesteps),
            **_call_ms("generator", bundle.generator.graphs, generator_calls, timesteps),
        },
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _AnimatorCalls:
    """Inputs as they stand at a diffusion time of real windows."""

    network: Animator
    windows: Windows
    schedule: Schedule

    def inputs(self, timestep: Int[np.ndarray, "B"]) -> Iterator[tuple[np.ndarray, ...]]:
        """The network's inputs for the first B windows."""
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
        """The network's inputs for the first B poses, once for each set of conditions."""
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
    name: str, network: nn.Module, graphs: NetworkGraphs, calls: _AnimatorCalls | _GeneratorCalls
) -> Iterator[Comparison]:
    timesteps = {(f"call, t = {t}", B): np.full(B, t) for t in TIMESTEPS for B in BATCHES}
    timesteps[MIXED, max(BATCHES)] = np.resize(TIMESTEPS, max(BATCHES))
    for (what, B), timestep in timesteps.items():
        differences = [_call_difference(network, graphs, inputs) for inputs in calls.inputs(timestep)]
        yield Comparison(
            network=name,
            what=what,
            batch=B,
            difference=float(np.max(differences)),
            allowed=TOLERANCES.network_call,
        )


def _call_difference(network: nn.Module, graphs: NetworkGraphs, inputs: tuple[np.ndarray, ...]) -> float:
    with torch.inference_mode():
        expected = network(*(torch.from_numpy(values) for values in inputs)).numpy()
    noisy, *conditions, timestep = inputs
    timesteps, place = np.unique(timestep, return_inverse=True)
    modulations, *constant = graphs.condition(*conditions, timesteps)
    of_rows = modulations[place, np.arange(len(noisy))]  # (B, Q, W): each row at its own diffusion time
    (clean,) = graphs.step(noisy, of_rows, *constant)
    return float(np.abs(clean - expected).max())


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
    timesteps = ddim_timesteps(schedule.training_steps, steps)
    denoiser = bundle.animator.denoiser(anchor, windows.anchor_joints, index, timesteps=timesteps)
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
        denoiser = bundle.generator.denoiser(
            given=values if with_pose else None,
            text=text,
            count=B,
            timesteps=ddim_timesteps(schedule.training_steps, steps),
        )
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


def _call_ms(
    name: str, graphs: NetworkGraphs, calls: _AnimatorCalls | _GeneratorCalls, timesteps: Int[np.ndarray, "K"]
) -> dict[str, float]:
    """Median time of one call of each graph."""
    noisy, *conditions, _ = next(iter(calls.inputs(timesteps[:1])))
    modulations, *constant = graphs.condition(*conditions, timesteps)
    return {
        f"{name}, conditions of {len(timesteps)} steps": _median_ms(graphs.condition, (*conditions, timesteps)),
        f"{name}, one step": _median_ms(graphs.step, (noisy, modulations[0], *constant)),
    }


def _median_ms(graph: OnnxGraph, inputs: tuple[np.ndarray, ...]) -> float:
    times_s = []
    for _ in range(_TIMED_CALLS):
        start = time.perf_counter()
        graph(*inputs)
        times_s.append(time.perf_counter() - start)
    return 1000 * float(np.median(times_s))
