"""The two networks as the sampler sees them: conditions and diffusion times are put in once, then they denoise.

Both work in latent units, which the card defines; this is the only place that turns them into features and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Int

from ponimator_runtime.diffusion.sampler import Constraint, Denoiser, guided
from ponimator_runtime.errors import CardMismatch
from ponimator_runtime.models.card import GraphFiles, ModelCard
from ponimator_runtime.models.onnx import OnnxGraph

ANIMATOR_CONDITIONS = ("anchor", "anchor_joints", "anchor_index")
GENERATOR_CONDITIONS = ("given_pose", "given", "text", "has_text")
TIMESTEP = "timestep"
"""Last input of a condition graph: the K diffusion times of the sampling loop."""
MODULATIONS = "modulations"
CONDITION_OUTPUTS = (MODULATIONS, "given_tokens", "noise_mask")
STEP_INPUTS = ("noisy", *CONDITION_OUTPUTS)
STEP_OUTPUTS = ("clean",)
MODULATIONS_BYTES = 64 << 20
"""Most that the modulations of one batch may take at once; those of later steps are made when they are reached."""


class NetworkGraphs:
    """One network: what runs before the sampling loop, and what runs at each of its steps.

    Attributes:
        condition: conditions of B samples and K diffusion times to modulations (K, B, Q, W), given_tokens, noise_mask.
        step: noisy samples with their modulations (B, Q, W), each of the diffusion time of its own row, to clean ones.
    """

    def __init__(self, folder: Path, files: GraphFiles, conditions: tuple[str, ...], *, threads: int) -> None:
        """Loads both graphs.

        Raises:
            CardMismatch: a file is no graph, is another graph, or the two do not belong together.
        """
        self.condition = OnnxGraph(
            folder / files.condition, (*conditions, TIMESTEP), CONDITION_OUTPUTS, threads=threads
        )
        self.step = OnnxGraph(folder / files.step, STEP_INPUTS, STEP_OUTPUTS, threads=threads)
        for name in CONDITION_OUTPUTS:
            given, taken = self.condition.output_sizes(name), self.step.input_sizes(name)
            if given != taken:
                raise CardMismatch(
                    f"{folder / files.step} takes {name} of sizes {taken}, {files.condition} gives {given}: they are "
                    "of two networks. Export the bundle again."
                )


class _Steps:
    """The step graph with conditions put in, for diffusion times that are known ahead."""

    def __init__(
        self, graphs: NetworkGraphs, conditions: tuple[np.ndarray, ...], timesteps: Int[np.ndarray, "K"]
    ) -> None:
        self._graphs = graphs
        self._conditions = conditions
        self._timesteps = timesteps.astype(np.int64)
        self._place = {int(timestep): place for place, timestep in enumerate(timesteps)}
        self._chunk = _steps_at_once(graphs, rows=len(conditions[0]))
        self._first = 0
        self._prepared: tuple[np.ndarray, ...] = self._prepare(0)

    def __call__(self, noisy: Float32[np.ndarray, "B P *N D"], timestep: int) -> Float32[np.ndarray, "B P *N D"]:
        """The clean signal."""
        first, place = divmod(self._place[timestep], self._chunk)
        if first * self._chunk != self._first:
            self._prepared = self._prepare(first * self._chunk)
        modulations, *constant = self._prepared
        (clean,) = self._graphs.step(noisy, modulations[place], *constant)
        return clean

    def _prepare(self, first: int) -> tuple[np.ndarray, ...]:
        """What the conditions give from a place in the loop on."""
        self._first = first
        return self._graphs.condition(*self._conditions, self._timesteps[first : first + self._chunk])


def _steps_at_once(graphs: NetworkGraphs, *, rows: int) -> int:
    one_step = rows * int(np.prod(graphs.step.input_sizes(MODULATIONS))) * np.dtype(np.float32).itemsize
    return max(1, MODULATIONS_BYTES // one_step)


class AnimatorNetwork:
    """Predicts the clean residual of windows to their anchors."""

    def __init__(self, graphs: NetworkGraphs, card: ModelCard) -> None:
        """Wraps the graphs of a bundle."""
        self.graphs = graphs
        self._residual_scale = card.residual_scale()

    def denoiser(
        self,
        anchor: Float[np.ndarray, "B P 135"],
        anchor_joints: Float[np.ndarray, "B P 22 3"],
        anchor_index: Int[np.ndarray, "B"],
        *,
        timesteps: Int[np.ndarray, "K"],
    ) -> Denoiser:
        """The network with its anchors put in.

        Args:
            anchor: features in model space.
            anchor_joints: joints in model space, m.
            anchor_index: the frame that each anchor stands at.
            timesteps: the diffusion times that it will be asked for.
        """
        conditions = (anchor.astype(np.float32), anchor_joints.astype(np.float32), anchor_index.astype(np.int64))
        steps = _Steps(self.graphs, conditions, timesteps)

        def denoise(noisy: Float[np.ndarray, "B P N 135"], timestep: int) -> Float[np.ndarray, "B P N 135"]:
            return steps(noisy.astype(np.float32), timestep).astype(np.float64)

        return denoise

    def constraint(self, anchor_index: Int[np.ndarray, "B"]) -> Constraint:
        """Holds that at its anchor a window adds nothing to it."""

        def without_residual(residual: np.ndarray) -> np.ndarray:
            residual[np.arange(len(residual)), :, anchor_index] = 0.0
            return residual

        return without_residual

    def residual(self, latent: Float[np.ndarray, "B P N 135"]) -> Float[np.ndarray, "B P N 135"]:
        """The residual that latent units tell."""
        return latent * self._residual_scale


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of B interactive poses, in latent units.

    Attributes:
        values: of the generator's features, (B, P, 201).
        where: 1 where `values` holds, (B, P, 201).
    """

    values: Float[np.ndarray, "B P 201"]
    where: Float[np.ndarray, "B P 201"]


class GeneratorNetwork:
    """Predicts the clean features of interactive poses."""

    def __init__(self, graphs: NetworkGraphs, card: ModelCard) -> None:
        """Wraps the graphs of a bundle."""
        self.graphs = graphs
        self._mean, self._std = card.feature_mean(), card.feature_std()
        self._guidance_weight = card.generator.guidance_weight
        (self._text_width,) = graphs.condition.input_sizes("text")

    def denoiser(
        self,
        *,
        given: Float[np.ndarray, "B P 201"] | None,
        text: Float[np.ndarray, "B E"] | None,
        count: int,
        timesteps: Int[np.ndarray, "K"],
    ) -> Denoiser:
        """The network with its conditions put in; the guided prediction is made in one call over all conditions.

        Args:
            given: latent features of person A where the pose is given; None without a pose.
            text: embeddings; None without a text.
            count: B.
            timesteps: the diffusion times that it will be asked for.
        """
        with_pose = [False] + ([True] if given is not None else []) + ([False] if text is not None else [])
        with_text = [False] + ([False] if given is not None else []) + ([True] if text is not None else [])
        rows = len(with_pose)
        first_person = np.zeros((count, 2), dtype=np.float32)
        first_person[:, 0] = 1.0
        given_pose = np.concatenate([flag * first_person for flag in with_pose])
        values = np.zeros((count, 2, len(self._mean))) if given is None else given
        given_rows = np.tile(values.astype(np.float32), (rows, 1, 1))
        phrase = np.zeros((count, self._text_width)) if text is None else text
        text_rows = np.tile(phrase.astype(np.float32), (rows, 1))
        has_text = np.repeat(np.array(with_text, dtype=np.float32), count)
        steps = _Steps(self.graphs, (given_pose, given_rows, text_rows, has_text), timesteps)

        def denoise(noisy: Float[np.ndarray, "B P 201"], timestep: int) -> Float[np.ndarray, "B P 201"]:
            clean = steps(np.tile(noisy.astype(np.float32), (rows, 1, 1)), timestep).astype(np.float64)
            unconditional, *conditionals = clean.reshape(rows, *noisy.shape)
            return guided(unconditional, conditionals, guidance_weight=self._guidance_weight)

        return denoise

    def constraint(self, known: Known) -> Constraint:
        """Holds what is known of the poses: a given person, the bodies' shapes."""

        def with_known(features: np.ndarray) -> np.ndarray:
            return np.where(known.where > 0, known.values, features)

        return with_known

    def latent(self, features: Float[np.ndarray, "*S 201"]) -> Float[np.ndarray, "*S 201"]:
        """Latent units of features."""
        return (features - self._mean) / self._std

    def features(self, latent: Float[np.ndarray, "*S 201"]) -> Float[np.ndarray, "*S 201"]:
        """Features of latent units."""
        return latent * self._std + self._mean
