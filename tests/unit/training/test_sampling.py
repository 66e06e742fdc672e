"""Sampling in torch, noising and the units of latents."""

import numpy as np
import pytest
import torch
from tests.unit.training.made_training import TINY, made_sampler

from ponimator_runtime.diffusion.schedule import cosine_schedule
from ponimator_training.losses import AnimatorWeights
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.noising import Noising
from ponimator_training.sampling import sample_motion, sample_poses
from ponimator_training.tasks import AnimatorTask, measured_animator_scales, measured_generator_scales


@pytest.fixture(scope="module")
def animator_scales():
    return measured_animator_scales(made_sampler(), np.random.default_rng(0))


def test_noising_is_the_runtimes_schedule():
    schedule = cosine_schedule()
    noising = Noising(schedule)
    clean, noise = torch.ones(3, 2, 4), torch.full((3, 2, 4), 2.0)
    timestep = torch.tensor([0, 500, 999])
    expected = np.sqrt(schedule.alpha_bar[timestep]) + 2 * np.sqrt(1 - schedule.alpha_bar[timestep])
    noisy = noising.noisy(clean, noise, timestep)
    np.testing.assert_allclose(noisy[:, 0, 0], expected, atol=1e-6)
    drawn = noising.random_timesteps(5000)
    assert int(drawn.min()) < 5
    assert int(drawn.max()) > 994


def test_sampled_windows_hold_their_anchor(animator_scales):
    sampler = made_sampler()
    network = Animator(AnimatorConfig(size=TINY), animator_scales).eval()
    windows = sampler.windows(np.random.default_rng(1), 5)
    conditions = {name: getattr(windows, name) for name in ("anchor", "anchor_joints", "anchor_index")}
    motion = sample_motion(network, cosine_schedule(), **conditions, rng=np.random.default_rng(2), steps=3)
    assert motion.shape == windows.motion.shape
    np.testing.assert_allclose(motion[np.arange(5), :, windows.anchor_index], windows.anchor, atol=1e-6)


def test_sampled_poses_hold_the_given_person():
    sampler = made_sampler()
    network = Generator(GeneratorConfig(size=TINY), measured_generator_scales(sampler, np.random.default_rng(0)))
    poses = sampler.poses(np.random.default_rng(1), 5)
    features = sample_poses(
        network.eval(),
        cosine_schedule(),
        count=5,
        rng=np.random.default_rng(2),
        first_person=poses.features[:, 0],
        text=poses.text,
        steps=3,
    )
    np.testing.assert_allclose(features[:, 0], poses.features[:, 0], atol=1e-5)
    assert np.isfinite(features).all()


def test_latent_units_of_the_training_set_are_about_one(animator_scales):
    sampler = made_sampler()
    task = AnimatorTask(sampler=sampler, weights=AnimatorWeights())
    network = Animator(AnimatorConfig(size=TINY), animator_scales)
    batch = task.batch(task.draws(np.random.default_rng(1), 256))
    latent = network.latent_residual(batch["motion"], batch["anchor"])
    assert 0.8 < float(latent.square().mean().sqrt()) < 1.2
