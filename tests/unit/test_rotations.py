"""Laws of rotations: round trips, composition, near identity and half turns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ponimator_runtime.motion import rotations as r

HALF_TURNS = np.pi * np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.8, 0], [0, -0.6, 0.8], [-0.48, 0.6, 0.64]])
vectors = arrays(np.float64, (3,), elements=st.floats(-3.0, 3.0, allow_subnormal=False))


def random_matrices(count: int, seed: int = 0) -> np.ndarray:
    quaternions = np.random.default_rng(seed).normal(size=(count, 4))
    return r.matrix_from_quaternion(quaternions)


@given(vectors)
def test_axis_angle_to_matrix_is_a_rotation(vector: np.ndarray) -> None:
    matrix = r.matrix_from_axis_angle(vector)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


@given(vectors)
def test_every_form_comes_back(vector: np.ndarray) -> None:
    matrix = r.matrix_from_axis_angle(vector)
    np.testing.assert_allclose(r.matrix_from_quaternion(r.quaternion_from_matrix(matrix)), matrix, atol=1e-9)
    np.testing.assert_allclose(r.matrix_from_axis_angle(r.axis_angle_from_matrix(matrix)), matrix, atol=1e-7)
    np.testing.assert_allclose(r.matrix_from_rotation_6d(r.rotation_6d_from_matrix(matrix)), matrix, atol=1e-12)


@pytest.mark.parametrize("vector", HALF_TURNS)
def test_half_turns_come_back(vector: np.ndarray) -> None:
    matrix = r.matrix_from_axis_angle(vector)
    np.testing.assert_allclose(r.matrix_from_quaternion(r.quaternion_from_matrix(matrix)), matrix, atol=1e-12)
    assert np.linalg.norm(r.axis_angle_from_matrix(matrix)) == pytest.approx(np.pi)


@pytest.mark.parametrize("angle", [0.0, 1e-12, 1e-9, 1e-6, 1e-3])
def test_small_angles_are_kept(angle: float) -> None:
    vector = angle * np.array([0.6, 0.0, -0.8])
    np.testing.assert_allclose(
        r.axis_angle_from_quaternion(r.quaternion_from_axis_angle(vector)), vector, rtol=1e-6, atol=1e-15
    )


def test_6d_is_the_first_two_columns_one_after_the_other() -> None:
    matrix = random_matrices(1)[0]
    six = r.rotation_6d_from_matrix(matrix)
    np.testing.assert_array_equal(six[:3], matrix[:, 0])
    np.testing.assert_array_equal(six[3:], matrix[:, 1])


def test_6d_of_no_rotation_is_brought_back_to_one() -> None:
    six = np.random.default_rng(1).normal(size=(50, 6))
    matrix = r.matrix_from_rotation_6d(six)
    np.testing.assert_allclose(matrix @ np.swapaxes(matrix, -1, -2), np.tile(np.eye(3), (50, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(matrix), 1.0)


def test_product_of_quaternions_is_product_of_matrices() -> None:
    a, b = random_matrices(20, 1), random_matrices(20, 2)
    product = r.quaternion_product(r.quaternion_from_matrix(a), r.quaternion_from_matrix(b))
    np.testing.assert_allclose(r.matrix_from_quaternion(product), a @ b, atol=1e-12)


def test_yaw_turns_z_towards_x() -> None:
    turned = r.matrix_about_y(np.pi / 2) @ np.array([0.0, 0.0, 1.0])
    np.testing.assert_allclose(turned, [1.0, 0.0, 0.0], atol=1e-12)


def test_angle_between_is_the_angle_of_the_step() -> None:
    base = random_matrices(1)[0]
    for angle in (0.0, 1e-8, 0.3, 2.0, np.pi):
        step = r.matrix_from_axis_angle(angle * np.array([0.0, 0.6, 0.8]))
        assert r.angle_between(base, base @ step) == pytest.approx(angle, abs=1e-8)


def test_slerp_runs_at_constant_speed_between_its_ends() -> None:
    a, b = r.quaternion_from_matrix(random_matrices(2))
    weights = np.linspace(0, 1, 5)
    way = r.matrix_from_quaternion(r.slerp(np.tile(a, (5, 1)), np.tile(b, (5, 1)), weights))
    steps = r.angle_between(way[1:], way[:-1])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)
    np.testing.assert_allclose(way[-1], r.matrix_from_quaternion(b), atol=1e-12)


def test_slerp_takes_the_shorter_arc() -> None:
    a = r.quaternion_from_axis_angle(np.array([0.0, 0.2, 0.0]))
    middle = r.slerp(a, -a, np.asarray(0.5))
    np.testing.assert_allclose(r.matrix_from_quaternion(middle), r.matrix_from_quaternion(a), atol=1e-12)
