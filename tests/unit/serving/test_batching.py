"""Windows that the embedded bundle makes together are those that it makes alone."""

from itertools import permutations

import numpy as np
import pytest

from ponimator_runtime.models.bundle import load_bundle
from ponimator_runtime.motion.pose import InteractivePose
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.serving.generator import MotionGenerator

STEPS = 4
APART = 1e-4
"""How far rows may lie from what they are alone: sums are taken in another order."""


@pytest.fixture(scope="module")
def generator():
    return MotionGenerator(load_bundle("lite"))


def anchor(distance_m):
    rotations = np.tile(np.eye(3), (2, 22, 1, 1))
    rotations[1, 0] = matrix_about_y(np.pi)
    translations = np.array([[3.0, 0.0, -1.0], [3.0, 0.0, -1.0 + distance_m]])
    return InteractivePose(rotations=rotations, translations=translations, betas=np.zeros((2, 10)))


@pytest.fixture(scope="module")
def asked(generator):
    """Three windows that differ in place, in time, in their past and in their chance."""
    past = generator.window(anchor(0.7), 15, steps=STEPS, generator=np.random.default_rng(9))
    return [
        generator.asked_window(anchor(0.8), 0, generator=np.random.default_rng(1)),
        generator.asked_window(anchor(1.2), 15, generator=np.random.default_rng(2)),
        generator.asked_window(past.pose_at(-1), 0, generator=np.random.default_rng(3), lead=past.frames(26, 29)),
    ]


def test_three_together_are_three_alone(generator, asked):
    together = generator.window_latents(asked, STEPS)
    alone = [generator.window_latents([one], STEPS)[0] for one in asked]
    assert np.abs(alone[0] - alone[1]).max() > 0.1
    np.testing.assert_allclose(together, alone, atol=APART)


def test_a_row_is_the_same_whoever_its_neighbours_are(generator, asked):
    first = generator.window_latents(asked, STEPS)
    for order in permutations(range(3)):
        np.testing.assert_allclose(
            generator.window_latents([asked[place] for place in order], STEPS), first[list(order)], atol=APART
        )
    np.testing.assert_array_equal(generator.window_latents(asked, STEPS), first)


def test_motions_together_are_motions_alone(generator, asked):
    for one, together in zip(asked, generator.windows(asked, steps=STEPS), strict=True):
        (alone,) = generator.windows([one], steps=STEPS)
        np.testing.assert_allclose(together.rotations, alone.rotations, atol=10 * APART)
        np.testing.assert_allclose(together.translations, alone.translations, atol=10 * APART)


def test_a_window_is_its_own_batch_of_one(generator):
    window = generator.window(anchor(0.8), 0, steps=STEPS, generator=np.random.default_rng(1))
    asked = generator.asked_window(anchor(0.8), 0, generator=np.random.default_rng(1))
    np.testing.assert_array_equal(window.rotations, generator.windows([asked], steps=STEPS)[0].rotations)
