"""Legs that reach: hip and knee turned so that the ankle comes to a place, the pelvis and all bones as they are."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.skeleton import JOINT_INDEX

_SIDES = ("left", "right")
_HIP, _KNEE, _ANKLE, _TOE = (
    [JOINT_INDEX[f"{side}_{part}"] for side in _SIDES] for part in ("hip", "knee", "ankle", "foot")
)
_PELVIS = JOINT_INDEX["pelvis"]
_STRETCH = 0.999
"""Of its length a leg reaches this share: quite straight, a knee would snap."""
_TINY = 1e-9
_KNEE_GUIDE = 0.05
"""How much a leg that is nearly straight bends where knees bend, and not where its last millimetre points."""
_BACKWARD = np.array([0.0, 0.0, -1.0])
"""In the frame of the thigh: where a shin goes as the knee bends."""


def legs_reaching(
    rotations: Float[np.ndarray, "P N 22 3 3"],
    rotations_to_world: Float[np.ndarray, "P N 22 3 3"],
    positions: Float[np.ndarray, "P N 22 3"],
    ankles: Float[np.ndarray, "P N 2 3"],
    toes: Float[np.ndarray, "P N 2 3"],
) -> Float[np.ndarray, "P N 22 3 3"]:
    """Local rotations with which the ankles stand at their places and the feet point to where the toes ought to be.

    What is out of a leg's reach is approached as far as the leg goes.

    Args:
        rotations: local.
        rotations_to_world: of the same.
        positions: of the joints.
        ankles: places, left and right, m.
        toes: places, left and right, m.
    """
    hip, knee, ankle, toe = (positions[:, :, joints] for joints in (_HIP, _KNEE, _ANKLE, _TOE))
    hip_to_world, knee_to_world, ankle_to_world = (rotations_to_world[:, :, joints] for joints in (_HIP, _KNEE, _ANKLE))

    # 1. The shin turned about the knee until the ankle is as far from the hip as its place is.
    thigh, thigh_length = _direction(knee - hip)
    shin, shin_length = _direction(ankle - knee)
    towards, distance = _direction(ankles - hip)
    longest, shortest = _STRETCH * (thigh_length + shin_length), np.abs(thigh_length - shin_length)
    distance = np.clip(distance, shortest + 1e-3, np.maximum(longest, np.linalg.norm(ankle - hip, axis=-1)))
    along = (distance**2 - thigh_length**2 - shin_length**2) / np.maximum(2 * thigh_length * shin_length, _TINY)
    along = np.clip(along, -1.0, 1.0)
    guided = shin + _KNEE_GUIDE * (hip_to_world @ _BACKWARD)
    sideways, _ = _direction(guided - _dot(guided, thigh)[..., None] * thigh)
    bent = along[..., None] * thigh + np.sqrt(1 - along**2)[..., None] * sideways
    knee_turn = _turn_between(shin, bent)
    # 2. The whole leg turned about the hip until the ankle points to its place.
    reached, _ = _direction(knee - hip + shin_length[..., None] * bent)
    hip_turn = _turn_between(reached, towards)
    # 3. The foot turned until it points from there to the toes' place.
    stands = hip + distance[..., None] * towards
    foot_turn = _turn_between(_direction(toe - ankle)[0], _direction(toes - stands)[0])

    hip_to_world = hip_turn @ hip_to_world
    knee_to_world = hip_turn @ knee_turn @ knee_to_world
    ankle_to_world = foot_turn @ ankle_to_world
    result = rotations.copy()
    result[:, :, _HIP] = rotations_to_world[:, :, [_PELVIS]].swapaxes(-1, -2) @ hip_to_world
    result[:, :, _KNEE] = hip_to_world.swapaxes(-1, -2) @ knee_to_world
    result[:, :, _ANKLE] = knee_to_world.swapaxes(-1, -2) @ ankle_to_world
    return result


def _turn_between(start: Float[np.ndarray, "*S 3"], stop: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S 3 3"]:
    """The smallest rotation of one unit vector to another that is not opposite to it."""
    axis = np.cross(start, stop)
    x, y, z = np.moveaxis(axis, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    nearness = np.maximum(1 + _dot(start, stop), _TINY)[..., None, None]
    return np.eye(3) + cross + cross @ cross / nearness


def _direction(vector: Float[np.ndarray, "*S 3"]) -> tuple[Float[np.ndarray, "*S 3"], Float[np.ndarray, "*S"]]:
    length = np.linalg.norm(vector, axis=-1)
    return vector / np.maximum(length, _TINY)[..., None], length


def _dot(a: Float[np.ndarray, "*S 3"], b: Float[np.ndarray, "*S 3"]) -> Float[np.ndarray, "*S"]:
    return np.asarray(np.sum(a * b, axis=-1))
