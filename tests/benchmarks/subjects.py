"""A network of one size with random weights, sampled as published and through the runtime's own code.

Weights change no time; their scale is such that every layer's output is about as large as its input, so that errors of
a precision mean something. It knows networks and sampling loops; it must never know a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from forms import EAGER, FORMS, REFERENCE, Network, graph_files, int8_name, loaded, write_int8
from published import published

from ponimator_export.graph import condition_graph, step_graph
from ponimator_export.report import TOLERANCES
from ponimator_export.to_onnx import write_graph
from ponimator_runtime.diffusion.plan import ddim_plan
from ponimator_runtime.diffusion.sampler import Denoiser, guided, sample
from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.errors import MissingExtra, ProviderUnavailable
from ponimator_runtime.models.body import BODY_FILE
from ponimator_runtime.models.card import (
    CARD_FORMAT,
    AnimatorCard,
    GeneratorCard,
    GraphFiles,
    ModelCard,
    Precision,
)
from ponimator_runtime.models.networks import AnimatorNetwork
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT, MODEL_RATE_HZ, WINDOW_FRAMES
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import SENTENCE_WIDTH, Generator, GeneratorConfig
from ponimator_training.network.layers import PERSONS, TransformerSize

KINDS = ("animator", "generator")
SIZES = {
    "lite": {
        "animator": TransformerSize(blocks=6, width=192, heads=6, feed_forward=384),
        "generator": TransformerSize(blocks=6, width=256, heads=4, feed_forward=512),
    },
    "full": {"animator": TransformerSize(), "generator": TransformerSize()},
}
"""Lite as shipped, full as published."""
GUIDANCE_WEIGHT = 3.5
GUIDED_ROWS = 3
"""Of the generator for one pose: without conditions, with the pose, with the text."""
SCHEDULE = cosine_schedule()
_CALIBRATION_STEPS = _CALIBRATION_CALLS = 4
"""Few: which ranges random weights give changes no time."""
_BIAS_SCALE = 0.02

Sample = Callable[[], np.ndarray]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One interaction in each of B rows, by number of diffusion steps."""

    batch: int
    steps: int


def random_network(kind: str, size: TransformerSize) -> Animator | Generator:
    """A network that no layer of which makes its input much larger or smaller."""
    network = Animator(AnimatorConfig(size=size)) if kind == "animator" else Generator(GeneratorConfig(size=size))
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in network.parameters():
            weights.normal_(std=weights.shape[-1] ** -0.5 if weights.dim() == 2 else _BIAS_SCALE)
    return network.eval()


def card_of(files: dict[str, GraphFiles]) -> ModelCard:
    """A card for graphs without a bundle around them; one unit is one."""
    return ModelCard(
        format=CARD_FORMAT,
        name="random",
        training_steps=SCHEDULE.training_steps,
        animator=AnimatorCard(
            graphs=files["animator"],
            frames=WINDOW_FRAMES,
            rate_hz=MODEL_RATE_HZ,
            residual_scale=[1.0] * FEATURE_COUNT,
        ),
        generator=GeneratorCard(
            graphs=files["generator"],
            guidance_weight=GUIDANCE_WEIGHT,
            feature_mean=[0.0] * GENERATOR_FEATURE_COUNT,
            feature_std=[1.0] * GENERATOR_FEATURE_COUNT,
        ),
        text=None,
        body=BODY_FILE,
        tolerances=TOLERANCES,
        provenance={},
        files={},
    )


class Subject:
    """A network that is ready in every form.

    Attributes:
        network: with random weights.
        card: of its graphs.
        folder: of its graphs.
        threads: of one call, every form with each.
        engines: by form and threads; the eager form has none.
        skipped: why a form is not there.
    """

    def __init__(self, kind: str, size: TransformerSize, folder: Path, forms: Sequence[str], threads: Sequence[int]):
        """Exports the network, quantises it where a form asks for it, and loads every form."""
        self.kind, self.folder, self.threads = kind, folder, tuple(threads)
        self.network = random_network(kind, size)
        self.published = published(self.network)
        self.card = card_of({k: GraphFiles(condition=f"{k}_condition.onnx", step=f"{k}_step.onnx") for k in KINDS})
        files = graph_files(self.card, kind)
        write_graph(condition_graph(self.network), folder / files.condition)
        write_graph(step_graph(self.network), folder / files.step)
        self.reference = loaded(kind, folder, self.card, FORMS[REFERENCE], threads=max(threads))
        if any(FORMS[name].precision is Precision.INT8 for name in forms):
            sample = self._looped(self.reference, Case(batch=2, steps=_CALIBRATION_STEPS))
            write_int8(
                self.reference, sample, folder / files.step, folder / int8_name(files.step), calls=_CALIBRATION_CALLS
            )
        self.engines: dict[tuple[str, int], Network] = {}
        if REFERENCE in forms:
            self.engines[REFERENCE, max(threads)] = self.reference
        self.skipped: dict[str, str] = {}
        for name in forms:
            if name == EAGER:
                continue
            try:
                for count in threads:
                    if (name, count) in self.engines:
                        continue
                    self.engines[name, count] = loaded(kind, folder, self.card, FORMS[name], count)
            except (MissingExtra, ProviderUnavailable) as reason:
                self.skipped[name] = str(reason)

    def samples(self, case: Case) -> dict[tuple[str, int], Sample]:
        """The sampling loops of a case by form and threads, the eager ones first."""
        eager = {(EAGER, count): self._eager(case, count) for count in self.threads}
        return eager | {key: self._looped(network, case) for key, network in self.engines.items()}

    def reference_sample(self, case: Case) -> np.ndarray:
        """What errors are told against."""
        return self._looped(self.reference, case)()

    def step_call(self, key: tuple[str, int]) -> Callable[[], object]:
        """One call of a form's denoiser, its conditions put in before."""
        network, case = self.engines[key], Case(batch=1, steps=1)
        inputs, timesteps = _Inputs.of(self.kind, case), ddim_plan(SCHEDULE, case.steps).timesteps
        if isinstance(network, AnimatorNetwork):
            denoiser = network.denoiser(*inputs.conditions, timesteps=timesteps)
        else:
            given, text = inputs.conditions
            denoiser = network.denoiser(given=given, text=text, count=case.batch, timesteps=timesteps)
        return lambda: denoiser(inputs.noise, int(timesteps[0]))

    def _looped(self, network: Network, case: Case) -> Sample:
        """As the runtime samples."""
        inputs = _Inputs.of(self.kind, case)
        if isinstance(network, AnimatorNetwork):
            return lambda: network.sample(inputs.noise, *inputs.conditions, plan=ddim_plan(SCHEDULE, case.steps))
        given, text = inputs.conditions
        return lambda: network.sample(
            inputs.noise, given=given, text=text, known=None, plan=ddim_plan(SCHEDULE, case.steps)
        )

    def _eager(self, case: Case, threads: int) -> Sample:
        """As published: every step goes through the whole network; what is put in between is the same."""
        inputs, constraint = _Inputs.of(self.kind, case), None
        denoiser = self._eager_animator(inputs) if self.kind == "animator" else self._eager_generator(inputs)
        if isinstance(self.reference, AnimatorNetwork):
            constraint = self.reference.constraint(inputs.conditions[2])

        def eager_sample() -> np.ndarray:
            torch.set_num_threads(threads)
            return sample(denoiser, ddim_plan(SCHEDULE, case.steps), inputs.noise, constraint)

        return eager_sample

    def _eager_animator(self, inputs: _Inputs) -> Denoiser:
        anchor, joints, index = (torch.from_numpy(values) for values in inputs.conditions)

        def denoise(noisy: np.ndarray, timestep: int) -> np.ndarray:
            rows = torch.full((len(noisy),), timestep)
            return self.published(torch.from_numpy(noisy.astype(np.float32)), anchor, joints, index, rows).numpy()

        return denoise

    def _eager_generator(self, inputs: _Inputs) -> Denoiser:
        """Rows without conditions, with the pose, with the text, in one batch: kinder than three calls."""
        given, text = (
            torch.from_numpy(values).repeat(GUIDED_ROWS, *[1] * (values.ndim - 1)) for values in inputs.conditions
        )
        count = len(inputs.noise)
        given_pose, has_text = torch.zeros(GUIDED_ROWS, count, PERSONS), torch.zeros(GUIDED_ROWS, count)
        given_pose[1, :, 0] = 1.0
        has_text[2] = 1.0

        def denoise(noisy: np.ndarray, timestep: int) -> np.ndarray:
            rows = torch.from_numpy(np.tile(noisy.astype(np.float32), (GUIDED_ROWS, 1, 1)))
            times = torch.full((len(rows),), timestep)
            clean = self.published(rows, given_pose.flatten(0, 1), given, text, has_text.flatten(), times).numpy()
            unconditional, *conditionals = clean.astype(np.float64).reshape(GUIDED_ROWS, *noisy.shape)
            return guided(unconditional, conditionals, guidance_weight=GUIDANCE_WEIGHT)

        return denoise


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Noise and conditions of B interactions, in latent units."""

    noise: np.ndarray
    conditions: tuple[Any, ...]

    @classmethod
    def of(cls, kind: str, case: Case) -> _Inputs:
        rng, B = np.random.default_rng(0), case.batch

        def normal(*sizes: int) -> np.ndarray:
            return rng.standard_normal((B, *sizes)).astype(np.float32)

        if kind == "animator":
            noise = normal(PERSONS, WINDOW_FRAMES, FEATURE_COUNT)
            index = np.full(B, WINDOW_FRAMES // 2)
            return cls(noise, (normal(PERSONS, FEATURE_COUNT), normal(PERSONS, BODY_JOINT_COUNT, 3), index))
        noise, given = normal(PERSONS, GENERATOR_FEATURE_COUNT), normal(PERSONS, GENERATOR_FEATURE_COUNT)
        text = normal(SENTENCE_WIDTH)
        return cls(noise, (given, text / np.linalg.norm(text, axis=-1, keepdims=True)))
