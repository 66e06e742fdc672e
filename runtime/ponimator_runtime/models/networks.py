"""The two networks as the sampler sees them: conditions are put in once, then they denoise.

Both work in latent units, which the card defines; this is the only place that turns them into features and back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.diffusion.sampler import Constraint, Denoiser, guided
from ponimator_runtime.models.card import ModelCard
from ponimator_runtime.models.onnx import OnnxGraph

ANIMATOR_INPUTS = ("noisy", "anchor", "anchor_joints", "anchor_index", "timestep")
GENERATOR_INPUTS = ("noisy", "given_pose", "given", "text", "has_text", "timestep")


class AnimatorNetwork:
    """Predicts the clean residual of windows to their anchors."""

    def __init__(self, graph: OnnxGraph, card: ModelCard) -> None:
        """Wraps the graph of a bundle."""
        self._graph = graph
        self._residual_scale = card.residual_scale()

    def denoiser(
        self,
        anchor: Float[np.ndarray, "B P 135"],
        anchor_joints: Float[np.ndarray, "B P 22 3"],
        anchor_index: Int[np.ndarray, "B"],
    ) -> Denoiser:
        """The network with its anchors (features and joints in model space) put in."""
        conditions = (anchor.astype(np.float32), anchor_joints.astype(np.float32), anchor_index.astype(np.int64))

        def denoise(noisy: Float[np.ndarray, "B P N 135"], timestep: int) -> Float[np.ndarray, "B P N 135"]:
            steps = np.full(len(noisy), timestep, dtype=np.int64)
            return self._graph(noisy.astype(np.float32), *conditions, steps).astype(np.float64)

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

    def __init__(self, graph: OnnxGraph, card: ModelCard) -> None:
        """Wraps the graph of a bundle."""
        self._graph = graph
        self._mean, self._std = card.feature_mean(), card.feature_std()
        self._guidance_weight = card.generator.guidance_weight
        self._text_width = graph.input_width("text")

    def denoiser(
        self, *, given: Float[np.ndarray, "B P 201"] | None, text: Float[np.ndarray, "B E"] | None, count: int
    ) -> Denoiser:
        """The network with its conditions put in; the guided prediction is made in one call over all conditions.

        Args:
            given: latent features of person A where the pose is given; None without a pose.
            text: embeddings; None without a text.
            count: B.
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

        def denoise(noisy: Float[np.ndarray, "B P 201"], timestep: int) -> Float[np.ndarray, "B P 201"]:
            steps = np.full(rows * count, timestep, dtype=np.int64)
            noisy_rows = np.tile(noisy.astype(np.float32), (rows, 1, 1))
            clean = self._graph(noisy_rows, given_pose, given_rows, text_rows, has_text, steps).astype(np.float64)
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
