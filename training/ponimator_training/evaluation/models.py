"""The two trained networks as evaluation asks them: with the runtime's own loop and the runtime's own constraints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from ponimator_runtime.diffusion.plan import SamplingPlan
from ponimator_runtime.diffusion.sampler import sample
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT
from ponimator_training.network.animator import PERSONS, Animator
from ponimator_training.network.generator import Generator
from ponimator_training.sampling import AnimatorDenoiser, GeneratorDenoiser, anchor_constraint


@dataclass(frozen=True, kw_only=True, slots=True)
class Animated:
    """Windows that the animator made.

    Attributes:
        motion: features in model space, the anchor put in, (W, P, N, 135).
        own_anchor: features that the network's last prediction had at the anchor's frame before the anchor was put
            in, (W, P, 135).
    """

    motion: Float[np.ndarray, "W P N 135"]
    own_anchor: Float[np.ndarray, "W P 135"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Models:
    """Both networks and how they are sampled.

    Attributes:
        animator: in evaluation mode, on the device that samples.
        generator: the same.
        plan: of both samplings.
    """

    animator: Animator
    generator: Generator
    plan: SamplingPlan

    def animate(
        self,
        anchor: Float[np.ndarray, "W P 135"],
        anchor_joints: Float[np.ndarray, "W P 22 3"],
        anchor_index: Int[np.ndarray, "W"],
        rng: np.random.Generator,
    ) -> Animated:
        """Windows around interactive poses."""
        network, row = self.animator, np.arange(len(anchor))
        denoiser = AnimatorDenoiser(
            network=network, anchor=anchor, anchor_joints=anchor_joints, anchor_index=anchor_index
        )
        put_in = anchor_constraint(anchor_index)
        last_residual = np.zeros(anchor.shape)

        def recorded(residual: np.ndarray) -> np.ndarray:
            last_residual[:] = residual[row, :, anchor_index]
            return put_in(residual)

        noise = rng.standard_normal((len(anchor), PERSONS, network.config.frames, FEATURE_COUNT))
        latent = sample(denoiser, self.plan, noise, recorded)
        scale = _array(network.residual_scale)
        return Animated(motion=latent * scale + anchor[:, :, None], own_anchor=last_residual * scale + anchor)

    def poses(
        self,
        truth: Float[np.ndarray, "W P 201"],
        rng: np.random.Generator,
        *,
        given: bool,
        text: Float[np.ndarray, "W E"] | None,
    ) -> Float[np.ndarray, "W P 201"]:
        """Interactive poses; of the truth only the bodies' shapes are told, and person A where `given`."""
        network = self.generator
        mean, std = _array(network.feature_mean), _array(network.feature_std)
        known = (truth - mean) / std
        held = np.zeros((PERSONS, GENERATOR_FEATURE_COUNT), dtype=bool)
        held[:, FEATURE_COUNT:] = True
        held[0] |= given
        given_pose = np.tile(np.array([1.0, 0.0]), (len(truth), 1))
        denoiser = GeneratorDenoiser(
            network=network,
            given=np.where(held[:1], known, 0.0) if given else None,
            given_pose=given_pose if given else None,
            text=text,
        )
        noise = rng.standard_normal(truth.shape)
        latent = sample(denoiser, self.plan, noise, lambda features: np.where(held, known, features))
        return latent * std + mean


def chosen_device(accelerator: str) -> torch.device:
    """Where networks run.

    Args:
        accelerator: auto (a CUDA device where there is one), cpu or cuda.

    Raises:
        ConfigError: there is no CUDA device.
    """
    there_is_one = torch.cuda.is_available()
    if accelerator == "cuda" and not there_is_one:
        raise ConfigError("--accelerator cuda: torch finds no CUDA device here; use --accelerator cpu.")
    return torch.device("cpu" if accelerator == "cpu" or not there_is_one else "cuda")


def _array(values: torch.Tensor) -> Float[np.ndarray, "D"]:
    return np.asarray(values.detach().cpu().double().numpy())
