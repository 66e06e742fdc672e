"""The cutter that training uses, in torch, against its numpy twin."""

import numpy as np
import pytest
import torch
from tests.unit.training.made_training import made_clips, made_sampler

from ponimator_training.window_cutter import WindowCutter, as_tensors
from ponimator_training.windows import NO_AUGMENTATION, Augmentation


@pytest.mark.parametrize("augmentation", [NO_AUGMENTATION, Augmentation()])
def test_windows_are_those_of_the_numpy_twin(augmentation):
    sampler = made_sampler(made_clips(frames=50), augmentation=augmentation)
    draws = sampler.drawer.windows(np.random.default_rng(0), 200)
    expected = sampler.cut(draws)
    got = WindowCutter(sampler).windows(as_tensors(draws))
    for name, value in got.items():
        np.testing.assert_allclose(value, getattr(expected, name), atol=3e-6, err_msg=name)
        assert value.dtype == (torch.int64 if name == "anchor_index" else torch.float32)
    moved = np.abs(expected.anchor - expected.motion[np.arange(200), :, expected.anchor_index]).max(axis=(1, 2)) > 0
    assert moved.any() == (augmentation is not NO_AUGMENTATION)


def test_poses_are_those_of_the_numpy_twin():
    sampler = made_sampler()
    expected = sampler.poses(np.random.default_rng(0), 200)
    got = WindowCutter(sampler).poses(as_tensors(sampler.drawer.poses(np.random.default_rng(0), 200)))
    for name, value in got.items():
        np.testing.assert_allclose(value, getattr(expected, name), atol=3e-6, err_msg=name)
