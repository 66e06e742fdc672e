"""How alike two sets of features are, and how varied one set is: the measures of the field.

Pure numpy over feature vectors; it never learns what they are features of.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.distance import cdist

from ponimator_runtime.errors import ShapeError

MANIFOLD_NEIGHBOURS = 3
"""k of the manifold, as published (Kynkäänniemi et al. 2019)."""


def frechet_distance(first: Float[np.ndarray, "A L"], second: Float[np.ndarray, "B L"]) -> float:
    """The squared Fréchet distance of two normal distributions fitted to the sets (FID; Heusel et al. 2017).

    tr √(Σ₁Σ₂) is taken as tr √(√Σ₁ Σ₂ √Σ₁), whose argument is symmetric: no complex numbers where a set is degenerate.

    Raises:
        ShapeError: a set of fewer than two, or features of different widths.
    """
    if min(len(first), len(second)) < 2 or first.shape[1:] != second.shape[1:]:
        raise ShapeError(f"Expected two sets of at least 2 features of one width, got {first.shape}, {second.shape}.")
    shift = first.mean(axis=0) - second.mean(axis=0)
    covariance_a, covariance_b = (np.atleast_2d(np.cov(values, rowvar=False)) for values in (first, second))
    root_a = _symmetric_root(covariance_a)
    shared = np.trace(_symmetric_root(root_a @ covariance_b @ root_a))
    return float(max(shift @ shift + np.trace(covariance_a) + np.trace(covariance_b) - 2 * shared, 0.0))


def kernel_distance(truth: Float[np.ndarray, "A L"], made: Float[np.ndarray, "B L"]) -> float:
    """Unbiased squared maximum mean discrepancy with a cubic kernel (KID; Bińkowski et al. 2018).

    Its mean does not depend on how many there are, as that of FID does: 0 for two draws of one distribution, where
    single values are below 0 as often as above. Features are taken in units of the truth's spread.

    Raises:
        ShapeError: a set of fewer than two, or features of different widths.
    """
    if min(len(truth), len(made)) < 2 or truth.shape[1:] != made.shape[1:]:
        raise ShapeError(f"Expected two sets of at least 2 features of one width, got {truth.shape}, {made.shape}.")
    middle = truth.mean(axis=0)
    spread = max(float(np.sqrt(np.square(truth - middle).mean())), 1e-12)
    a, b = (truth - middle) / spread, (made - middle) / spread
    between = _cubic(a, b).mean()
    return float(_mean_of_pairs(_cubic(a, a)) + _mean_of_pairs(_cubic(b, b)) - 2 * between)


def precision_and_recall(
    truth: Float[np.ndarray, "A L"], made: Float[np.ndarray, "B L"], *, neighbours: int = MANIFOLD_NEIGHBOURS
) -> tuple[float, float]:
    """Share of `made` inside the manifold of the truth, and the other way round (Kynkäänniemi et al. 2019).

    The manifold of a set is the union of balls around its members, each as wide as the distance to its k-th neighbour.

    Raises:
        ShapeError: a set has no k-th neighbour.
    """
    if min(len(truth), len(made)) <= neighbours:
        raise ShapeError(f"Expected sets of more than {neighbours} members, got {len(truth)} and {len(made)}.")
    between = cdist(truth, made)
    in_truth = (between <= _radii(truth, neighbours)[:, None]).any(axis=0)
    in_made = (between <= _radii(made, neighbours)[None, :]).any(axis=1)
    return float(in_truth.mean()), float(in_made.mean())


def diversity(features: Float[np.ndarray, "A L"], rng: np.random.Generator) -> float:
    """Mean distance of members to random other members (Guo et al. 2020)."""
    order = rng.permutation(len(features))
    return float(np.linalg.norm(features[order] - features[np.roll(order, 1)], axis=1).mean())


def multimodality(features: Float[np.ndarray, "G S L"]) -> float:
    """Mean distance of the S samples of one condition to each other, over G conditions (Guo et al. 2020)."""
    samples = features.shape[1]
    upper = np.triu_indices(samples, k=1)
    return float(np.mean([cdist(group, group)[upper].mean() for group in features]))


def retrieval_precision(likelihood: Float[np.ndarray, "W C"], asked: Int[np.ndarray, "W"], *, top: int) -> float:
    """Share of samples whose asked kind is among the `top` most likely ones (R-precision over the kinds)."""
    own = np.take_along_axis(likelihood, asked[:, None], axis=1)
    better = (likelihood > own).sum(axis=1)
    return float((better < top).mean())


def _cubic(a: Float[np.ndarray, "A L"], b: Float[np.ndarray, "B L"]) -> Float[np.ndarray, "A B"]:
    return np.asarray((a @ b.T / a.shape[1] + 1) ** 3)


def _mean_of_pairs(kernel: Float[np.ndarray, "A A"]) -> float:
    """Over different members."""
    return float((kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1)))


def _radii(values: Float[np.ndarray, "A L"], neighbours: int) -> Float[np.ndarray, "A"]:
    """Distance of each member to its k-th nearest other one; itself is the nearest."""
    return np.partition(cdist(values, values), neighbours, axis=1)[:, neighbours]


def _symmetric_root(matrix: Float[np.ndarray, "L L"]) -> Float[np.ndarray, "L L"]:
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
