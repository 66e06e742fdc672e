"""Tells the kind of interaction from an interactive pose: how text retrieval is measured.

A small network on the joints of both bodies, trained on poses of the training set. What it says of held-out truth is
in the table too: no generator can score above what its judge can tell.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn
from tqdm import tqdm

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_training.network.animator import PERSONS
from ponimator_training.windows import WindowSampler

_INPUTS = PERSONS * BODY_JOINT_COUNT * 3
_WIDTH = 128
_BATCH = 256
_LEARNING_RATE = 2e-3
_POOL = 16384
"""Poses that the judge is trained on, drawn once."""
_JOINT_NOISE_M = 0.01
"""Noise on the joints while it learns, so that it judges the pose and not its finest traces."""


class KindJudge:
    """Likelihoods of the kinds, given a pose."""

    def __init__(self, network: nn.Module, kinds: tuple[str, ...]) -> None:
        """Wraps a trained network."""
        self._network = network
        self.kinds = kinds

    def likelihood(self, joints: Float[np.ndarray, "W P 22 3"]) -> Float[np.ndarray, "W C"]:
        """Log-likelihood of each kind, up to a constant of the pose."""
        with torch.inference_mode():
            logits = self._network(torch.as_tensor(joints.reshape(len(joints), -1), dtype=torch.float32))
        return np.asarray(logits.double().numpy())

    def numbers(self, kinds: list[str]) -> Int[np.ndarray, "W"]:
        """Which of its kinds each name is."""
        return np.array([self.kinds.index(kind) for kind in kinds])


def trained_judge(
    sampler: WindowSampler, clip_kinds: tuple[str, ...], *, steps: int, seed: int, progress: bool = True
) -> KindJudge:
    """A judge of the kinds in a training set; `clip_kinds` names the kind of each of the sampler's clips."""
    kinds = tuple(sorted(set(clip_kinds)))
    number = torch.tensor([kinds.index(kind) for kind in clip_kinds])
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = nn.Sequential(
            nn.BatchNorm1d(_INPUTS),
            nn.Linear(_INPUTS, _WIDTH),
            nn.GELU(),
            nn.Linear(_WIDTH, _WIDTH),
            nn.GELU(),
            nn.Linear(_WIDTH, len(kinds)),
        )
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    poses = sampler.poses(rng, min(_POOL, steps * _BATCH))
    seen = poses.joints.reshape(len(poses.clips), _INPUTS)
    for _ in tqdm(range(steps), desc="judge of kinds", disable=not progress):
        batch = rng.integers(len(seen), size=_BATCH)
        joints = seen[batch] + rng.normal(scale=_JOINT_NOISE_M, size=(_BATCH, _INPUTS))
        logits = network(torch.as_tensor(joints, dtype=torch.float32))
        loss = nn.functional.cross_entropy(logits, number[torch.from_numpy(poses.clips[batch])])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        fall.step()
    return KindJudge(network.eval(), kinds)
