"""Whether training works at all: a small network learns one clip by heart, and what it then samples is that clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_runtime.motion.window import FEATURE_COUNT
from ponimator_training.checkpoint import load_weights
from ponimator_training.loop import Run
from ponimator_training.network.animator import Animator
from ponimator_training.network.generator import Generator
from ponimator_training.network.kinematics_torch import joint_positions
from ponimator_training.noising import Noising
from ponimator_training.sampling import sample_motion, sample_poses
from ponimator_training.step import step_generator
from ponimator_training.windows import WindowSampler

LEAST_LOSS_FACTOR = 20.0
LARGEST_JOINT_ERROR_M = 0.05
_SEED = 9
_LOSS_SAMPLES = 64
_SAMPLES = 8
_SAMPLING_STEPS = 20
NetworkT = TypeVar("NetworkT", Animator, Generator)


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """How well a clip is known.

    Attributes:
        loss_factor: by which the loss fell.
        joint_error_m: mean distance of the sampled joints to the clip's.
        seconds: that the training took.
    """

    loss_factor: float
    joint_error_m: float
    seconds: float

    @property
    def by_heart(self) -> bool:
        """Whether it is known well enough."""
        return self.loss_factor >= LEAST_LOSS_FACTOR and self.joint_error_m < LARGEST_JOINT_ERROR_M

    def told(self) -> str:
        """In a line."""
        verdict = "learned by heart" if self.by_heart else "not learned"
        return (
            f"one clip {verdict} in {self.seconds:.0f} s: the loss fell by a factor of {self.loss_factor:.0f} "
            f"(at least {LEAST_LOSS_FACTOR:.0f}), sampled joints are {self.joint_error_m * 100:.1f} cm from the clip "
            f"(below {LARGEST_JOINT_ERROR_M * 100:.0f} cm)"
        )


def learn_by_heart(run: Run[NetworkT]) -> Learned:
    """Trains and measures; the network carries the averaged weights afterwards."""
    before = _loss(run)
    checkpoint = run.train()
    load_weights(run.network.cpu(), checkpoint.averaged)
    run.network.eval()
    run.task.to(torch.device("cpu"))
    return Learned(
        loss_factor=before / _loss(run),
        joint_error_m=sampled_joint_error(run.network, run.task.sampler),
        seconds=checkpoint.elapsed_s,
    )


def sampled_joint_error(network: Animator | Generator, sampler: WindowSampler) -> float:
    """Mean distance of sampled joints to those of the truth that the conditions are from, m."""
    rng = np.random.default_rng(_SEED)
    if isinstance(network, Animator):
        windows = sampler.windows(rng, _SAMPLES)
        motion = sample_motion(
            network,
            cosine_schedule(),
            anchor=windows.anchor,
            anchor_joints=windows.anchor_joints,
            anchor_index=windows.anchor_index,
            rng=rng,
            steps=_SAMPLING_STEPS,
        )
        rest_joints = np.broadcast_to(windows.rest_joints[:, :, None], windows.joints.shape)
        return _distance(motion, rest_joints, windows.joints)
    poses = sampler.poses(rng, _SAMPLES)
    features = sample_poses(
        network,
        cosine_schedule(),
        count=_SAMPLES,
        rng=rng,
        first_person=poses.features[:, 0],
        text=poses.text,
        steps=_SAMPLING_STEPS,
    )
    rest_joints = features[..., FEATURE_COUNT:].reshape(poses.joints.shape)
    # The first person was given: only the second one says something.
    return _distance(features[:, 1, :FEATURE_COUNT], rest_joints[:, 1], poses.joints[:, 1])


def _loss(run: Run[NetworkT]) -> float:
    """Of the network as it is, on draws that are always the same."""
    batch = run.task.batch(run.task.draws(step_generator(_SEED, 0, 0), _LOSS_SAMPLES))
    with torch.no_grad():
        return float(run.task.losses(run.network, run.network, batch, Noising(cosine_schedule()))["total"])


def _distance(
    features: Float[np.ndarray, "*S 135"],
    rest_joints: Float[np.ndarray, "*S 22 3"],
    true_joints: Float[np.ndarray, "*S 22 3"],
) -> float:
    joints = joint_positions(_tensor(features), _tensor(rest_joints)).numpy()
    return float(np.linalg.norm(joints - true_joints, axis=-1).mean())


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(values, dtype=np.float32))
