"""Laws of the measures that compare sets of features."""

import numpy as np
import pytest

from ponimator_runtime.errors import ShapeError
from ponimator_training.evaluation.distribution import (
    diversity,
    frechet_distance,
    kernel_distance,
    multimodality,
    precision_and_recall,
    retrieval_precision,
)


def normal(seed: int, *, count: int = 400, width: int = 6, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    return shift + scale * np.random.default_rng(seed).normal(size=(count, width))


def test_a_set_is_at_no_frechet_distance_from_itself():
    assert frechet_distance(normal(0), normal(0)) == pytest.approx(0.0, abs=1e-9)


def test_frechet_distance_is_symmetric():
    a, b = normal(0), normal(1, shift=0.5, scale=2.0)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-9)


def test_a_shift_adds_its_squared_length():
    a = normal(0)
    for shift in (0.5, 1.0, 3.0):
        assert frechet_distance(a, a + shift) == pytest.approx(a.shape[1] * shift**2, rel=1e-6)


def test_frechet_distance_of_scaled_sets_is_the_formula_of_normals():
    a = normal(0)
    centred = a - a.mean(axis=0)
    trace = np.trace(np.cov(a, rowvar=False))
    assert frechet_distance(centred, 3 * centred) == pytest.approx(4 * trace, rel=1e-6)  # (3 − 1)² tr Σ


def test_frechet_distance_grows_with_the_shift_and_takes_degenerate_sets():
    a, b = normal(0), normal(1)
    distances = [frechet_distance(a, b + shift) for shift in (0.0, 0.5, 1.0, 2.0)]
    assert distances == sorted(distances)
    few, alike = normal(0, count=3), np.ones((5, 6))
    assert np.isfinite(frechet_distance(few, alike))
    assert frechet_distance(alike, alike) == pytest.approx(0.0, abs=1e-9)


def test_kernel_distance_has_no_bias_where_frechet_distance_has():
    few = [(normal(2 * seed, count=20), normal(2 * seed + 1, count=20)) for seed in range(200)]
    kernel = np.array([kernel_distance(*pair) for pair in few])
    assert abs(kernel.mean()) < 3 * kernel.std() / np.sqrt(len(kernel))
    assert (kernel < 0).mean() > 0.3
    assert np.mean([frechet_distance(*pair) for pair in few[:20]]) > 0.5


def test_kernel_distance_grows_with_the_shift_whatever_the_unit():
    a, b = normal(0), normal(1)
    distances = [kernel_distance(a, b + shift) for shift in (0.0, 0.5, 1.0, 2.0)]
    assert distances == sorted(distances)
    assert kernel_distance(7 * a, 7 * (b + 0.5)) == pytest.approx(distances[1])
    with pytest.raises(ShapeError, match="of one width"):
        kernel_distance(a, normal(0, width=5))


def test_sets_that_cannot_be_compared_are_refused():
    with pytest.raises(ShapeError, match="of one width"):
        frechet_distance(normal(0), normal(0, width=5))
    with pytest.raises(ShapeError, match="at least 2"):
        frechet_distance(normal(0), normal(0, count=1))
    with pytest.raises(ShapeError, match="more than 3 members"):
        precision_and_recall(normal(0), normal(0, count=3))


def test_precision_and_recall_of_identical_sets_are_one_and_of_disjoint_ones_zero():
    assert precision_and_recall(normal(0), normal(0)) == (1.0, 1.0)
    assert precision_and_recall(normal(0), normal(1, shift=100.0)) == (0.0, 0.0)


def test_one_mode_of_two_is_precise_and_recalls_half():
    truth = np.concatenate([normal(0), normal(1, shift=50.0)])
    precision, recall = precision_and_recall(truth, normal(2, scale=0.7))
    assert precision > 0.9
    assert 0.2 < recall < 0.51


def test_precision_and_recall_change_places_with_the_sets():
    a, b = normal(0), normal(1, scale=0.5)
    assert precision_and_recall(a, b) == precision_and_recall(b, a)[::-1]


def test_diversity_is_zero_without_variety_and_grows_in_proportion():
    assert diversity(np.ones((10, 4)), np.random.default_rng(0)) == 0.0
    once, twice = (diversity(scale * normal(0), np.random.default_rng(0)) for scale in (1.0, 2.0))
    assert twice == pytest.approx(2 * once)


def test_multimodality_sees_samples_of_one_condition_only():
    conditions = normal(0, count=5)[:, None]
    assert multimodality(np.repeat(conditions, 4, axis=1)) == 0.0
    samples = conditions + np.array([0.0, 1.0])[:, None]
    assert multimodality(samples) == pytest.approx(np.sqrt(conditions.shape[-1]))


def test_retrieval_counts_the_better_kinds():
    likelihood = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    asked = np.array([0, 1, 2])
    found = [retrieval_precision(likelihood, asked, top=top) for top in (1, 2, 3)]
    assert found == pytest.approx([1 / 3, 2 / 3, 1.0])
