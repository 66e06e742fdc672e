"""Signed distances to a closed mesh, and how deep two bodies are in each other."""

import numpy as np
import pytest
from tests.unit.test_contact import facing_pair

from ponimator_runtime.motion.pose import still_motion
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.evaluation.played import played_motions
from ponimator_training.evaluation.proximity import REACH_M, closeness, rings, signed_distances

CUBE = 0.1 * (np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) - 0.5)
CUBE_FACES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]
)  # fmt: skip


@pytest.fixture(scope="module")
def surface():
    return body_surface(default_body())


def cube_distance(points: np.ndarray) -> np.ndarray:
    beyond = np.abs(points) - 0.05
    return np.linalg.norm(np.maximum(beyond, 0), axis=1) + np.minimum(beyond.max(axis=1), 0)


def test_every_face_around_a_vertex_is_in_its_ring():
    ring = rings(CUBE_FACES, len(CUBE))
    for vertex in range(len(CUBE)):
        assert set(ring[vertex]) == set(np.flatnonzero((vertex == CUBE_FACES).any(axis=1)))


def test_distances_to_a_cube_are_exact_outside():
    points = np.random.default_rng(0).uniform(-0.12, 0.12, size=(500, 3))
    points = points[cube_distance(points) > 0.002]
    found = signed_distances(points, CUBE, CUBE_FACES, rings(CUBE_FACES, len(CUBE)))
    np.testing.assert_allclose(found, np.minimum(cube_distance(points), REACH_M), atol=1e-9)


def test_points_inside_are_negative_and_far_ones_out_of_reach():
    ring = rings(CUBE_FACES, len(CUBE))
    inside = np.array([[0.0, 0.0, 0.04], [0.045, 0.01, 0.0], [0.03, 0.03, 0.03]])
    found = signed_distances(inside, CUBE, CUBE_FACES, ring)
    np.testing.assert_allclose(found, cube_distance(inside), atol=1e-9)
    assert signed_distances(np.full((1, 3), 5.0), CUBE, CUBE_FACES, ring) == pytest.approx([REACH_M])


def at_distance(surface, distance: float):
    motion = still_motion(facing_pair(surface, distance), frame_count=2, rate_hz=10.0)
    return closeness(played_motions([motion], surface.skeleton), surface, np.array([[0, 1]]))


def test_bodies_apart_are_out_of_reach_and_bodies_in_each_other_are_deep(surface):
    apart = at_distance(surface, 3.0)
    np.testing.assert_array_equal(apart.distance, REACH_M)
    np.testing.assert_array_equal(apart.depth, 0.0)
    touching = next(d for d in np.arange(2.5, 0.0, -0.02) if at_distance(surface, d).depth[0, 0] > 0)
    crossing = [at_distance(surface, distance) for distance in (touching, touching - 0.02)]
    for close in crossing:
        np.testing.assert_array_equal(close.distance, 0.0)
    assert crossing[1].depth[0, 0] > crossing[0].depth[0, 0] > 0.0


def test_distance_shrinks_as_much_as_the_bodies_come_nearer(surface):
    wide = next(d for d in np.arange(0.3, 2.5, 0.05) if at_distance(surface, d).distance[0, 0] > 0.1)
    near, far = (at_distance(surface, wide + step).distance[0, 0] for step in (0.0, 0.02))
    assert 0.0 < far - near <= 0.0205
