"""Proves an exported bundle equal to the torch networks that it came from, call by call and after whole sampling.

The torch side is the training package's own sampling, the other side the bundle as the runtime loads it: what differs
between them (graphs, scales of the card, guidance) shows here. Conditions are real: anchors and phrases of a clip set.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Int
from torch import nn

from ponimator_export.report import CALL, TOLERANCES, Comparison, ParityReport
from ponimator_export.sampled import CONDITIONS, sampled_motion, sampled_poses
from ponimator_runtime.diffusion.schedule import Schedule, cosine_schedule, ddim_timesteps
from ponimator_runtime.models.backends.graph import Graph, GraphFolder
from ponimator_runtime.models.bundle import Bundle
from ponimator_runtime.models.card import Precision
from ponimator_runtime.models.network_graphs import NetworkGraphs
from ponimator_training.network.animator import Animator
from ponimator_training.network.generator import Generator
from ponimator_training.sampling import SAMPLING_STEPS
from ponimator_training.windows import Poses, Windows, WindowSampler

BATCHES = (1, 2, 5)
TIMESTEPS = (999, 749, 499, 249, 19)
"""Diffusion times of the compared calls: the first and the last of 50 steps, and between."""
MIXED = f"{CALL}, mixed t"
"""Rows of one batch at different diffusion times."""
SAMPLED = {Precision.FP32: max(BATCHES), Precision.FP16: 32, Precision.INT8: 32}
"""Rows that are sampled to the end: few tell a wrong graph, a mean difference needs more."""
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
    of_animator, of_generator = bundle.card.animator.graphs.precision, bundle.card.generator.graphs.precision
    windows, poses = sampler.windows(rng, SAMPLED[of_animator]), sampler.poses(rng, SAMPLED[of_generator])
    schedule = cosine_schedule(bundle.card.training_steps)
    timesteps = ddim_timesteps(schedule.training_steps, steps)
    animator_calls = _AnimatorCalls(network=animator, windows=windows, schedule=schedule)
    generator_calls = _GeneratorCalls(network=generator, poses=poses, schedule=schedule)
    return ParityReport(
        comparisons=(
            *_compared_calls("animator", animator, bundle.animator.graphs, animator_calls, of_animator),
            _rows_apart("animator", bundle.animator.graphs, animator_calls),
            *sampled_motion(bundle, animator, windows, schedule, steps),
            *_compared_calls("generator", generator, bundle.generator.graphs, generator_calls, of_generator),
            _rows_apart("generator", bundle.generator.graphs, generator_calls),
            *sampled_poses(bundle, generator, poses, schedule, steps),
            *_resident_loops(bundle, animator, generator, windows, poses, schedule, steps),
        ),
        call_ms={
            **_call_ms("animator", bundle.animator.graphs, animator_calls, timesteps),
            **_call_ms("generator", bundle.generator.graphs, generator_calls, timesteps),
        },
    )


def _resident_loops(
    bundle: Bundle,
    animator: Animator,
    generator: Generator,
    windows: Windows,
    poses: Poses,
    schedule: Schedule,
    steps: int,
) -> Iterator[Comparison]:
    """What the loops of a bundle for GPUs find, run in the memory of the CPU; nothing for other bundles."""
    folder = GraphFolder(path=bundle.folder)
    networks = ((bundle.animator, bundle.card.animator), (bundle.generator, bundle.card.generator))
    for network, card in networks:
        if card.graphs.advance is None:
            return
        network.graphs.resident = network.graphs.resident_in(folder, card.graphs.advance)
    found = (
        *sampled_motion(bundle, animator, windows, schedule, steps),
        *sampled_poses(bundle, generator, poses, schedule, steps),
    )
    for network, _ in networks:
        network.graphs.resident = None
    yield from (replace(row, what=f"resident: {row.what}") for row in found)


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
        for with_pose, with_text in CONDITIONS.values():
            given_pose = np.tile(np.array([with_pose, 0], dtype=np.float32), (B, 1))
            has_text = np.full(B, with_text, dtype=np.float32)
            yield noisy, given_pose, clean.astype(np.float32), text, has_text, timestep


def _noised(clean: np.ndarray, timestep: Int[np.ndarray, "B"], schedule: Schedule) -> np.ndarray:
    """x_t of the clean signals."""
    alpha_bar = schedule.alpha_bar[timestep].reshape(-1, *([1] * (clean.ndim - 1)))
    noise = np.random.default_rng(_SEED).standard_normal(clean.shape)
    return (np.sqrt(alpha_bar) * clean + np.sqrt(1 - alpha_bar) * noise).astype(np.float32)


def _compared_calls(
    name: str, network: nn.Module, graphs: NetworkGraphs, calls: _AnimatorCalls | _GeneratorCalls, precision: Precision
) -> Iterator[Comparison]:
    """The largest difference of each call; the mean too where the precision makes a difference of its own."""
    timesteps = {(f"{CALL}, t = {t}", B): np.full(B, t) for t in TIMESTEPS for B in BATCHES}
    timesteps[MIXED, max(BATCHES)] = np.resize(TIMESTEPS, max(BATCHES))
    exact = precision is Precision.FP32
    for (what, B), timestep in timesteps.items():
        apart = [np.abs(_clean(graphs, inputs) - _expected(network, inputs)) for inputs in calls.inputs(timestep)]
        rows = {what: (np.max(apart), TOLERANCES.network_call if exact else np.inf)}
        if not exact:
            rows[f"{what}, mean"] = (np.mean(apart), np.inf)
        for row, (difference, allowed) in rows.items():
            yield Comparison(network=name, what=row, batch=B, difference=float(difference), allowed=allowed)


def _expected(network: nn.Module, inputs: tuple[np.ndarray, ...]) -> np.ndarray:
    """What torch makes of the inputs of one call."""
    with torch.inference_mode():
        return network(*(torch.from_numpy(values) for values in inputs)).numpy()


def _clean(graphs: NetworkGraphs, inputs: tuple[np.ndarray, ...]) -> np.ndarray:
    """What the graphs make of them, each row at its own diffusion time."""
    noisy, *conditions, timestep = inputs
    timesteps, place = np.unique(timestep, return_inverse=True)
    modulations, *constant = graphs.condition(*conditions, timesteps)
    (clean,) = graphs.step(noisy, modulations[place, np.arange(len(noisy))], *constant)  # modulations (B, Q, W)
    return clean


def _rows_apart(name: str, graphs: NetworkGraphs, calls: _AnimatorCalls | _GeneratorCalls) -> Comparison:
    """How far a row of a batch is from the same row alone: who else is in the batch must not matter to anyone."""
    B = max(BATCHES)
    differences = []
    for timestep in TIMESTEPS:
        for inputs in calls.inputs(np.full(B, timestep)):
            together = _clean(graphs, inputs)
            alone = [_clean(graphs, tuple(values[row : row + 1] for values in inputs)) for row in range(B)]
            differences.append(np.abs(together - np.concatenate(alone)).max())
    return Comparison(
        network=name,
        what="a row to itself alone, latent units",
        batch=B,
        difference=float(np.max(differences)),
        allowed=TOLERANCES.rows_apart,
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


def _median_ms(graph: Graph, inputs: tuple[np.ndarray, ...]) -> float:
    times_s = []
    for _ in range(_TIMED_CALLS):
        start = time.perf_counter()
        graph(*inputs)
        times_s.append(time.perf_counter() - start)
    return 1000 * float(np.median(times_s))
