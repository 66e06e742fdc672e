"""Made-up clips, samplers and runs, small enough to train in tests."""

from copy import deepcopy
from dataclasses import replace
from functools import cache

import numpy as np
import torch

from ponimator_training.body.model import default_body
from ponimator_training.checkpoint import network_settings
from ponimator_training.data.clips import ClipSet
from ponimator_training.loop import Run
from ponimator_training.losses import AnimatorWeights
from ponimator_training.network.animator import Animator, AnimatorConfig, AnimatorScales
from ponimator_training.network.layers import TransformerSize
from ponimator_training.tasks import AnimatorTask, measured_animator_scales
from ponimator_training.training_config import RunOptions, TrainingConfig
from ponimator_training.windows import Augmentation, WindowSampler

SKELETON = default_body().skeleton()
TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.1)
QUICK = TrainingConfig(batch_size=4, steps=6, learning_rate=1e-3, warmup_steps=2)


def made_clips(count=3, frames=40, seed=0) -> ClipSet:
    """Smooth made-up motion: two people who sway in front of each other, walking a little."""
    rng = np.random.default_rng(seed)
    phase = 2 * np.pi * np.arange(frames) / frames

    def smooth(*tail: int) -> np.ndarray:
        cosine, sine = rng.normal(size=(2, count, 2, 1, *tail))
        turn = phase.reshape(1, 1, frames, *([1] * len(tail)))
        return cosine * np.cos(turn) + sine * np.sin(turn)

    rotation_vectors = 0.2 * smooth(22, 3)
    rotation_vectors[:, :, :, 0, 1] += rng.uniform(-3, 3, size=(count, 1, 1)) + np.array([0.0, np.pi])[:, None]
    translations = 0.1 * smooth(3) + np.array([3.0, 0.9, -2.0])
    interactive = np.zeros((count, frames), dtype=bool)
    interactive[:, frames // 2 - 3 : frames // 2 + 3] = True
    return ClipSet(
        rotation_vectors=rotation_vectors,
        translations=translations,
        betas=0.5 * rng.normal(size=(count, 2, 10)),
        interactive=interactive,
        kinds=tuple(f"kind {clip}" for clip in range(count)),
        texts=tuple((f"phrase {clip}", f"word {clip}") for clip in range(count)),
    )


def embedded(texts):
    """Unit vectors, one direction for each text."""
    return np.eye(384, dtype=np.float32)[: len(texts)]


def made_sampler(clips=None, **settings) -> WindowSampler:
    return WindowSampler(clips or made_clips(), SKELETON, embed_texts=embedded, **settings)


@cache
def _scales() -> AnimatorScales:
    """Of the sampler of every made run: measuring them takes longer than the run."""
    return measured_animator_scales(made_sampler(augmentation=Augmentation()), np.random.default_rng(0))


def made_run(out, *, steps=6, resume=False, config=QUICK, **options) -> Run:
    sampler = made_sampler(augmentation=Augmentation())
    torch.manual_seed(3)
    network_config = AnimatorConfig(size=TINY)
    return Run(
        task=AnimatorTask(sampler=sampler, weights=AnimatorWeights(vertices=0.0)),
        network=Animator(network_config, deepcopy(_scales())),  # a network may write into its own
        network_settings=network_settings(network_config),
        config=replace(config, steps=steps),
        options=RunOptions(out=out, resume=resume, log_steps=2, accelerator="cpu", **{"progress": False, **options}),
        provenance={"data": "made up"},
    )


def assert_same_state(left, right):
    assert left.keys() == right.keys()
    for name, value in left.items():
        torch.testing.assert_close(value, right[name], rtol=0, atol=0, msg=name)
