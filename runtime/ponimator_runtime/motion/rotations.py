"""Conversions and laws of rotations, over arrays of any leading shape.

The only home of rotation formulas in numpy; the torch twin in training is proved equal by a test.
Quaternions are (x, y, z, w). 6D is the first two columns of the matrix, column after column:
`rotation_6d[0:3] = R[:, 0]`, `rotation_6d[3:6] = R[:, 1]` (Zhou et al. 2019). Matrices act on columns.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

_TINY = 1e-12
_SMALL_RAD = 1e-4


def rotation_6d_from_matrix(matrix: Float[np.ndarray, "*S 3 3"]) -> Float[np.ndarray, "*S 6"]:
    """The first two columns of each matrix, column after column."""
    return np.concatenate([matrix[..., :, 0], matrix[..., :, 1]], axis=-1)


def matrix_from_rotation_6d(rotation_6d: Float[np.ndarray, "*S 6"]) -> Float[np.ndarray, "*S 3 3"]:
    """The rotation nearest in Gram-Schmidt's sense to two columns that need not be orthonormal."""
    first = _normalised(rotation_6d[..., 0:3])
    second = rotation_6d[..., 3:6]
    second = _normalised(second - np.sum(first * second, axis=-1, keepdims=True) * first)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def matrix_from_quaternion(quaternion_xyzw: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 3 3"]:
    """Matrix of a unit quaternion (it is normalised first)."""
    x, y, z, w = np.moveaxis(_normalised(quaternion_xyzw), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quaternion_from_matrix(matrix: Float[np.ndarray, "*S 3 3"]) -> Float[np.ndarray, "*S 4"]:
    """Unit quaternion (x, y, z, w) with w ≥ 0, exact at half turns too.

    Of the four products of the quaternion with itself that a matrix gives, the row with the largest norm is
    taken, so that no division by a small number happens (Shepperd 1978, without branches).
    """
    m = matrix
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    xx, yy, zz, ww = 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22, 1 + m00 + m11 + m22
    xy, xz, yz = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    xw, yw, zw = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    rows = [[xx, xy, xz, xw], [xy, yy, yz, yw], [xz, yz, zz, zw], [xw, yw, zw, ww]]
    products = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)  # 4 q qᵀ
    best = np.argmax(np.stack([xx, yy, zz, ww], axis=-1), axis=-1)
    quaternion = np.take_along_axis(products, best[..., None, None], axis=-2)[..., 0, :]
    quaternion = _normalised(quaternion)
    return np.where(quaternion[..., 3:4] < 0, -quaternion, quaternion)


def quaternion_from_axis_angle(axis_angle: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 4"]:
    """Unit quaternion of a rotation vector (axis times angle in radians)."""
    half_angle = 0.5 * np.linalg.norm(axis_angle, axis=-1, keepdims=True)
    return np.concatenate([0.5 * np.sinc(half_angle / np.pi) * axis_angle, np.cos(half_angle)], axis=-1)


def axis_angle_from_quaternion(quaternion_xyzw: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 3"]:
    """Rotation vector of the shorter way round, angle in [0, π]."""
    quaternion = np.where(quaternion_xyzw[..., 3:4] < 0, -quaternion_xyzw, quaternion_xyzw)
    sine = np.linalg.norm(quaternion[..., :3], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternion[..., 3:4])
    scale = np.where(sine > 1e-9, angle / np.maximum(sine, _TINY), 2.0)
    return scale * quaternion[..., :3]


def matrix_from_axis_angle(axis_angle: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3 3"]:
    """Matrix of a rotation vector (axis times angle in radians)."""
    return matrix_from_quaternion(quaternion_from_axis_angle(axis_angle))


def axis_angle_from_matrix(matrix: Float[np.ndarray, "*S 3 3"]) -> Float[np.ndarray, "*S 3"]:
    """Rotation vector of each matrix, angle in [0, π]."""
    return axis_angle_from_quaternion(quaternion_from_matrix(matrix))


def matrix_about_y(yaw_rad: float | Float[np.ndarray, "*S"]) -> Float[np.ndarray, "*S 3 3"]:
    """Rotation about the up axis; a yaw of +90° turns +Z towards +X."""
    axis_angle = np.zeros((*np.shape(yaw_rad), 3))
    axis_angle[..., 1] = yaw_rad
    return matrix_from_axis_angle(axis_angle)


def angle_between(a: Float[np.ndarray, "*S 3 3"], b: Float[np.ndarray, "*S 3 3"]) -> Float[np.ndarray, "*S"]:
    """Geodesic distance of two rotations in radians, accurate near zero too."""
    chord = np.linalg.norm(a - b, axis=(-2, -1)) / (2 * np.sqrt(2.0))
    return np.asarray(2 * np.arcsin(np.clip(chord, 0.0, 1.0)))


def quaternion_product(a: Float[np.ndarray, "*S 4"], b: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 4"]:
    """The quaternion of matrix(a) @ matrix(b)."""
    a_vector, a_w, b_vector, b_w = a[..., :3], a[..., 3:], b[..., :3], b[..., 3:]
    vector = a_w * b_vector + b_w * a_vector + np.cross(a_vector, b_vector)
    scalar = a_w * b_w - np.sum(a_vector * b_vector, axis=-1, keepdims=True)
    return np.concatenate([vector, scalar], axis=-1)


def quaternion_conjugate(quaternion_xyzw: Float[np.ndarray, "*S 4"]) -> Float[np.ndarray, "*S 4"]:
    """The inverse of a unit quaternion."""
    return quaternion_xyzw * np.array([-1.0, -1.0, -1.0, 1.0])


def rotation_vector_between(
    a_xyzw: Float[np.ndarray, "*S 4"], b_xyzw: Float[np.ndarray, "*S 4"]
) -> Float[np.ndarray, "*S 3"]:
    """The rotation vector v, in a's own frame, with b = a · exp(v), the shorter way round."""
    return axis_angle_from_quaternion(quaternion_product(quaternion_conjugate(a_xyzw), b_xyzw))


def slerp(
    a_xyzw: Float[np.ndarray, "*S 4"], b_xyzw: Float[np.ndarray, "*S 4"], weight: Float[np.ndarray, "*S"]
) -> Float[np.ndarray, "*S 4"]:
    """Spherical interpolation from a (weight 0) to b (weight 1) along the shorter arc."""
    step = rotation_vector_between(a_xyzw, b_xyzw) * weight[..., None]
    return quaternion_product(a_xyzw, quaternion_from_axis_angle(step))


def rotation_vector_speed(
    vector: Float[np.ndarray, "*S 3"], angular_velocity: Float[np.ndarray, "*S 3"]
) -> Float[np.ndarray, "*S 3"]:
    """How fast a rotation vector changes where its rotation turns so, about axes that turn with it.

    The inverse of the right Jacobian of SO(3) (Solà et al. 2018, equation 144); vectors of less than a full turn.
    """
    angle = np.linalg.norm(vector, axis=-1, keepdims=True)
    half = np.maximum(0.5 * angle, _SMALL_RAD)
    share = np.where(angle > 2 * _SMALL_RAD, (1 - half / np.tan(half)) / np.maximum(angle, _SMALL_RAD) ** 2, 1 / 12)
    across = np.cross(vector, angular_velocity)
    return np.asarray(angular_velocity + 0.5 * across + share * np.cross(vector, across))


def _normalised(vector: Float[np.ndarray, "*S k"]) -> Float[np.ndarray, "*S k"]:
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), _TINY)
