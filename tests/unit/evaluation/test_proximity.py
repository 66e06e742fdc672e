"""Signed distances to a closed mesh, and how deep two bodies are in each other."""

import numpy as np
import pytest
from tests.unit.bodies import smooth_motion
from tests.unit.test_contact import facing_pair

from ponimator_runtime.motion.pose import Motion, still_motion
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.evaluation.played import played_motions
from ponimator_training.evaluation.proximity import REACH_M, ClosedMesh, closeness, signed_distances

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


def distances(points: np.ndarray, vertices: np.ndarray = CUBE, faces: np.ndarray = CUBE_FACES) -> np.ndarray:
    return signed_distances(points[None], vertices[None], ClosedMesh(faces, len(vertices)))[0]


def slow_distances(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unsigned, to every triangle: the plane where the foot of the perpendicular is inside, else the three edges."""
    found = np.empty(len(points))
    for row, point in enumerate(points):
        least = []
        for corner in range(3):
            start, edge = triangles[:, corner], triangles[:, (corner + 1) % 3] - triangles[:, corner]
            share = np.clip(((point - start) * edge).sum(axis=1) / (edge * edge).sum(axis=1), 0, 1)
            least.append(np.linalg.norm(start + share[:, None] * edge - point, axis=1))
        normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        height = ((point - triangles[:, 0]) * normal).sum(axis=1)
        foot = point - height[:, None] * normal
        sides = [
            (np.cross(triangles[:, (c + 1) % 3] - triangles[:, c], foot - triangles[:, c]) * normal).sum(axis=1)
            for c in range(3)
        ]
        least.append(np.where(np.min(sides, axis=0) >= 0, np.abs(height), np.inf))
        found[row] = np.min(least)
    return found


def test_every_face_around_a_vertex_is_found():
    mesh = ClosedMesh(CUBE_FACES, len(CUBE))
    around, count = mesh.around(np.arange(len(CUBE))[:, None])
    assert len(around) == count.sum() == CUBE_FACES.size
    for vertex, rows in enumerate(np.split(around, np.cumsum(count)[:-1])):
        assert set(rows[:, 0]) == set(np.flatnonzero((vertex == CUBE_FACES).any(axis=1)))
        assert (CUBE_FACES[rows[:, 0], rows[:, 1]] == vertex).all()


def test_a_cubes_normals_point_out_of_its_corners():
    mesh = ClosedMesh(CUBE_FACES, len(CUBE))
    normals = mesh.normals(CUBE[None], np.zeros(8, dtype=int), np.arange(8))
    np.testing.assert_allclose(normals / np.linalg.norm(normals, axis=1, keepdims=True), 20 * CUBE / np.sqrt(3))


def test_distances_to_a_cube_are_exact_outside():
    points = np.random.default_rng(0).uniform(-0.12, 0.12, size=(500, 3))
    points = points[cube_distance(points) > 0.002]
    np.testing.assert_allclose(distances(points), np.minimum(cube_distance(points), REACH_M), atol=1e-9)


def test_points_inside_are_negative_and_far_ones_out_of_reach():
    inside = np.array([[0.0, 0.0, 0.04], [0.045, 0.01, 0.0], [0.03, 0.03, 0.03]])
    np.testing.assert_allclose(distances(inside), cube_distance(inside), atol=1e-9)
    assert distances(np.full((1, 3), 5.0)) == pytest.approx([REACH_M])


def test_shapes_measured_together_are_as_each_alone():
    rng = np.random.default_rng(0)
    points, shapes = rng.uniform(-0.15, 0.15, size=(3, 40, 3)), CUBE * np.array([0.5, 1.0, 2.0])[:, None, None]
    shapes[0] += 5.0  # out of everybody's reach
    together = signed_distances(points, shapes, ClosedMesh(CUBE_FACES, len(CUBE)))
    for row in range(3):
        np.testing.assert_array_equal(together[row], distances(points[row], shapes[row]))
    np.testing.assert_array_equal(together[0], REACH_M)


def test_distances_to_a_body_are_those_to_its_nearest_triangle(surface):
    rng = np.random.default_rng(0)
    points = surface.vertices[rng.integers(len(surface.vertices), size=60)] + rng.normal(scale=0.05, size=(60, 3))
    found = np.abs(distances(points, surface.vertices, surface.faces))
    slow = np.minimum(slow_distances(points, surface.vertices[surface.faces]), REACH_M)
    assert (found >= slow - 1e-9).all()
    # Only the triangles around the two nearest vertices are looked at: seldom is another one a little nearer.
    assert (found - slow < 1e-9).mean() > 0.9
    assert (found - slow).max() < 0.005


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


def test_frames_that_look_alike_are_measured_alike(surface):
    motion = played_motions([smooth_motion(0)], surface.skeleton)
    close = closeness(motion, surface, np.array([[3, 9, 3, 9, 4]]))
    np.testing.assert_array_equal(close.distance[0, :2], close.distance[0, 2:4])
    alone = closeness(motion, surface, np.array([[4]]))
    assert close.distance[0, 4] == alone.distance[0, 0]
    assert close.depth[0, 4] == alone.depth[0, 0]


def test_two_bodies_are_as_close_as_their_surfaces_posed_one_by_one(surface):
    pose = facing_pair(surface, 0.4)
    rng = np.random.default_rng(0)
    betas = rng.normal(size=(2, 10))
    motions = [
        Motion(
            rotations=np.stack([pose.rotations] * 2, axis=1),
            translations=np.stack([pose.translations, pose.translations + rng.normal(scale=0.05, size=(2, 3))], axis=1),
            betas=scale * betas,
            rate_hz=10.0,
        )
        for scale in (0.3, 1.0)
    ]
    close = closeness(played_motions(motions, surface.skeleton), surface, np.array([[0, 1], [1, 1]]))
    mesh = ClosedMesh(surface.faces, len(surface.vertices))
    for window, frames in enumerate(([0, 1], [1, 1])):
        for column, frame in enumerate(frames):
            motion = motions[window]
            a, b = (
                surface.posed(motion.rotations[p, frame], motion.translations[p, frame], motion.betas[p])
                for p in range(2)
            )
            contact = surface.contact_vertices
            least = signed_distances(np.stack([a[contact], b[contact]]), np.stack([b, a]), mesh).min()
            assert close.distance[window, column] == pytest.approx(max(least, 0.0), abs=1e-9)
            assert close.depth[window, column] == pytest.approx(max(-least, 0.0), abs=1e-9)
