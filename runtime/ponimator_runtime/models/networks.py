"""The two networks as the sampler sees them: conditions and diffusion times are put in once, then they denoise.

Both work in latent units, which the card defines; this is the only place that turns them into features and back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.diffusion.plan import SamplingPlan
from ponimator_runtime.diffusion.sampler import Constraint, Denoiser, guided, sample
from ponimator_runtime.models.card import ModelCard
from ponimator_runtime.models.network_graphs import NetworkGraphs, PreparedSteps
from ponimator_runtime.models.signatures import ANIMATOR_CONDITIONS, GENERATOR_CONDITIONS


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
        steps = PreparedSteps(self.graphs, self._conditions(anchor, anchor_joints, anchor_index), timesteps)

        def denoise(noisy: Float[np.ndarray, "B P N 135"], timestep: int) -> Float[np.ndarray, "B P N 135"]:
            return steps(noisy.astype(np.float32), timestep).astype(np.float64)

        return denoise

    def sample(
        self,
        noise: Float[np.ndarray, "B P N 135"],
        anchor: Float[np.ndarray, "B P 135"],
        anchor_joints: Float[np.ndarray, "B P 22 3"],
        anchor_index: Int[np.ndarray, "B"],
        *,
        plan: SamplingPlan,
    ) -> Float[np.ndarray, "B P N 135"]:
        """Latent residuals of windows that a plan finds from noise; arguments as of `denoiser`."""
        if self.graphs.resident is None:
            denoiser = self.denoiser(anchor, anchor_joints, anchor_index, timesteps=plan.timesteps)
            return sample(denoiser, plan, noise, self.constraint(anchor_index))
        conditions = self._conditions(anchor, anchor_joints, anchor_index)
        at_anchor = np.zeros_like(noise)
        at_anchor[np.arange(len(noise)), :, anchor_index] = 1.0
        return self.graphs.resident.sample(
            noise,
            dict(zip(ANIMATOR_CONDITIONS, conditions, strict=True)),
            plan,
            guidance=np.ones(1, dtype=np.float32),
            known=np.zeros_like(noise),
            where=at_anchor,
        )

    @staticmethod
    def _conditions(anchor: np.ndarray, anchor_joints: np.ndarray, anchor_index: np.ndarray) -> tuple[np.ndarray, ...]:
        return anchor.astype(np.float32), anchor_joints.astype(np.float32), anchor_index.astype(np.int64)

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
        rows, conditions = self._conditions(given, text, count)
        steps = PreparedSteps(self.graphs, conditions, timesteps)

        def denoise(noisy: Float[np.ndarray, "B P 201"], timestep: int) -> Float[np.ndarray, "B P 201"]:
            clean = steps(np.tile(noisy.astype(np.float32), (rows, 1, 1)), timestep).astype(np.float64)
            unconditional, *conditionals = clean.reshape(rows, *noisy.shape)
            return guided(unconditional, conditionals, guidance_weight=self._guidance_weight)

        return denoise

    def sample(
        self,
        noise: Float[np.ndarray, "B P 201"],
        *,
        given: Float[np.ndarray, "B P 201"] | None,
        text: Float[np.ndarray, "B E"] | None,
        known: Known | None,
        plan: SamplingPlan,
    ) -> Float[np.ndarray, "B P 201"]:
        """Latent poses that a plan finds from noise; arguments as of `denoiser`, and what is known of the poses."""
        if self.graphs.resident is None:
            denoiser = self.denoiser(given=given, text=text, count=len(noise), timesteps=plan.timesteps)
            return sample(denoiser, plan, noise, None if known is None else self.constraint(known))
        rows, conditions = self._conditions(given, text, len(noise))
        # U + Σ s·(c − u) as one weighted sum of all predictions.
        weight = self._guidance_weight
        weights = np.array([1.0 - weight * (rows - 1)] + [weight] * (rows - 1), dtype=np.float32)
        nothing = np.zeros_like(noise)
        return self.graphs.resident.sample(
            noise,
            dict(zip(GENERATOR_CONDITIONS, conditions, strict=True)),
            plan,
            guidance=weights,
            known=nothing if known is None else known.values,
            where=nothing if known is None else known.where,
        )

    def _conditions(
        self, given: np.ndarray | None, text: np.ndarray | None, count: int
    ) -> tuple[int, tuple[np.ndarray, ...]]:
        """How many conditions guide each sample, and the rows of all: first those without a condition."""
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
        return rows, (given_pose, given_rows, text_rows, has_text)

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
