"""What it saves to compute once, before a sampling loop, what its steps share.

`python tests/benchmarks/network.py [--sizes lite full] [--repeats 30] [--steps 50] [--threads 1]` prints JSON with
machine, versions and the time of a whole sampling loop of one interaction in three forms. Weights are random: they
change no time. The forms take turns within each repeat, so that their ratios hold on a busy machine.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
import tyro

from ponimator_export.graph import condition_graph, step_graph
from ponimator_export.to_onnx import write_graph
from ponimator_runtime.diffusion.sampler import Denoiser, ddim_sample
from ponimator_runtime.diffusion.schedule import cosine_schedule, ddim_timesteps
from ponimator_runtime.models.card import GraphFiles
from ponimator_runtime.models.networks import ANIMATOR_CONDITIONS, GENERATOR_CONDITIONS, NetworkGraphs
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.layers import TransformerSize

SIZES = {
    "lite": {
        "animator": TransformerSize(blocks=6, width=192, heads=6, feed_forward=384),
        "generator": TransformerSize(blocks=6, width=256, heads=4, feed_forward=512),
    },
    "full": {"animator": TransformerSize(), "generator": TransformerSize()},
}
GUIDED_ROWS = 3
"""Of the generator: without conditions, with the pose, with the text."""
SCHEDULE = cosine_schedule()

Sample = Callable[[], np.ndarray]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Measure sampling with and without hoisting.

    Attributes:
        sizes: "lite" as shipped, "full" as published.
        repeats: of each form.
        steps: K of the sampling.
        threads: CPU threads of torch and of the graphs.
    """

    sizes: tuple[str, ...] = ("lite", "full")
    repeats: int = 30
    steps: int = 50
    threads: int = 1


def random_network(kind: str, size: TransformerSize) -> Animator | Generator:
    network = Animator(AnimatorConfig(size=size)) if kind == "animator" else Generator(GeneratorConfig(size=size))
    with torch.no_grad():
        for weights in network.parameters():
            weights.normal_(std=0.02)
    return network.eval()


def inputs(kind: str) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Noise and conditions of one interaction, as the network takes them."""
    rng = np.random.default_rng(0)
    if kind == "animator":
        shapes = ((1, 2, 30, 135), (1, 2, 135), (1, 2, 22, 3))
        noise, anchor, joints = (rng.standard_normal(shape).astype(np.float32) for shape in shapes)
        return noise, (anchor, joints, np.array([15]))
    noise, given = (rng.standard_normal((GUIDED_ROWS, 2, 201)).astype(np.float32) for _ in range(2))
    given_pose = np.array([[0, 0], [1, 0], [0, 0]], dtype=np.float32)
    text = rng.standard_normal((GUIDED_ROWS, 384)).astype(np.float32)
    return noise, (given_pose, given, text, np.array([0, 0, 1], dtype=np.float32))


def forms(kind: str, size: TransformerSize, folder: Path, settings: Settings) -> dict[str, Sample]:
    """The sampling loop with nothing hoisted, hoisted, and hoisted in the exported graphs."""
    network = random_network(kind, size)
    noise, conditions = inputs(kind)
    timesteps = ddim_timesteps(SCHEDULE.training_steps, settings.steps)
    place = {int(timestep): index for index, timestep in enumerate(timesteps)}
    tensors = [torch.from_numpy(values) for values in conditions]
    files = GraphFiles(condition=f"{kind}_condition.onnx", step=f"{kind}_step.onnx")
    write_graph(condition_graph(network), folder / files.condition)
    write_graph(step_graph(network), folder / files.step)
    names = ANIMATOR_CONDITIONS if kind == "animator" else GENERATOR_CONDITIONS
    graphs = NetworkGraphs(folder, files, names, threads=settings.threads)

    def published() -> Denoiser:
        def denoise(noisy: np.ndarray, timestep: int) -> np.ndarray:
            rows = torch.full((len(noisy),), timestep)
            return network(torch.from_numpy(noisy.astype(np.float32)), *tensors, rows).numpy()

        return denoise

    def hoisted() -> Denoiser:
        made = network.condition(*tensors, torch.from_numpy(timesteps)[:, None])

        def denoise(noisy: np.ndarray, timestep: int) -> np.ndarray:
            of_step = made._replace(modulations=made.modulations[place[timestep]])
            return network.step(torch.from_numpy(noisy.astype(np.float32)), of_step).numpy()

        return denoise

    def exported() -> Denoiser:
        modulations, *constant = graphs.condition(*conditions, timesteps)
        return lambda noisy, timestep: graphs.step(noisy.astype(np.float32), modulations[place[timestep]], *constant)[0]

    def sampling(denoiser: Callable[[], Denoiser]) -> Sample:
        return lambda: ddim_sample(denoiser(), SCHEDULE, noise, steps=settings.steps)

    return {
        "torch_nothing_hoisted": sampling(published),
        "torch_hoisted": sampling(hoisted),
        "graphs_hoisted": sampling(exported),
    }


def measured(samples: dict[str, Sample], repeats: int) -> dict[str, object]:
    """Times of the forms in turn, ms, and how often the first takes the time of each."""
    first, *others = samples
    results = {name: sample() for name, sample in samples.items()}
    times_ms: dict[str, list[float]] = {name: [] for name in samples}
    for _ in range(repeats):
        for name, sample in samples.items():
            start_s = time.perf_counter()
            sample()
            times_ms[name].append(1000 * (time.perf_counter() - start_s))
    return {
        "ms": {
            name: dict(zip(("p10", "p50", "p90"), np.quantile(of_form, [0.1, 0.5, 0.9]).round(2).tolist(), strict=True))
            for name, of_form in times_ms.items()
        },
        "times_faster": {
            name: round(float(np.median(np.divide(times_ms[first], times_ms[name]))), 3) for name in others
        },
        "largest_difference": {name: float(np.abs(results[name] - results[first]).max()) for name in others},
    }


def main() -> None:
    settings = tyro.cli(Settings)
    torch.set_num_threads(settings.threads)
    sampling_ms: dict[str, dict[str, object]] = {}
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
        for size in settings.sizes:
            sampling_ms[size] = {
                kind: measured(forms(kind, of_kind, Path(folder), settings), settings.repeats)
                for kind, of_kind in SIZES[size].items()
            }
    report = {
        "machine": {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("numpy", "onnxruntime", "torch")},
        "steps": settings.steps,
        "threads": settings.threads,
        "repeats": settings.repeats,
        "sampling": sampling_ms,
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
