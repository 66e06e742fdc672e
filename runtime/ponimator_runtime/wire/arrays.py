"""Between the `bytes` fields of a message and numpy arrays of exact shape: little-endian, C order, read-only.

It knows no motion: what a rotation means is `serving`'s and the client's affair. P = 2 persons, N frames of the block.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from numpy.typing import ArrayLike, NDArray

from ponimator_runtime.errors import InvalidPose, MalformedMessage, ProtocolError, ShapeError
from ponimator_runtime.wire import limits
from ponimator_runtime.wire.messages import Contact, Motion, Pose, Skeleton

_FLOAT32 = np.dtype("<f4")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PoseArrays:
    """A pose as arrays.

    Attributes:
        rotations: xyzw, root to world, others to parent.
        translation: metres, world, SMPL-X's meaning.
    """

    rotations: Float[NDArray[np.float32], "22 4"]
    translation: Float[NDArray[np.float32], "3"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MotionArrays:
    """A block as arrays.

    Attributes:
        rotations: xyzw, root to world, others to parent.
        translations: metres, world, SMPL-X's meaning.
        foot_contacts: left heel, left toe, right heel, right toe; 0 or 1.
    """

    rotations: Float[NDArray[np.float32], "2 N 55 4"]
    translations: Float[NDArray[np.float32], "2 N 3"]
    foot_contacts: UInt8[NDArray[np.uint8], "2 N 4"]


def pose_arrays(pose: Pose) -> PoseArrays:
    """The pose, checked: sizes, finite, unit quaternions, near enough to the origin.

    Raises:
        MalformedMessage: a field has another size than its shape says.
        InvalidPose: no body has these values.
    """
    rotations = _float32_array(pose.rotations, (limits.BODY_JOINT_COUNT, 4), "pose.rotations")
    translation = _float32_array(pose.translation, (3,), "pose.translation")
    _check_finite(rotations, "pose.rotations", InvalidPose)
    _check_finite(translation, "pose.translation", InvalidPose)
    # In float64, for the square of a large float32 is infinite and would warn.
    norms = np.sqrt(np.square(rotations, dtype=np.float64).sum(axis=-1))
    deviation = np.abs(norms - 1.0)
    if deviation.max() > limits.UNIT_NORM_TOLERANCE:
        joint = int(deviation.argmax())
        raise InvalidPose(
            f"Expected unit quaternions (x, y, z, w) within {limits.UNIT_NORM_TOLERANCE}, the one of joint {joint} "
            f"has length {norms[joint]:.6g}: normalise the rotations before sending them."
        )
    distance_m = float(np.abs(translation).max())
    if distance_m > limits.MAX_COORDINATE_M:
        raise InvalidPose(
            f"Expected a translation within {limits.MAX_COORDINATE_M:g} m of the origin, got {distance_m:.6g}: "
            "send metres, or move the scene nearer to its origin."
        )
    return PoseArrays(rotations=rotations, translation=translation)


def pose_from_arrays(rotations: ArrayLike, translation: ArrayLike) -> Pose:
    """A pose from rotations (22, 4) xyzw and translation (3,) m; raises ShapeError for other shapes."""
    return Pose(
        rotations=_float32_bytes(rotations, (limits.BODY_JOINT_COUNT, 4), "rotations"),
        translation=_float32_bytes(translation, (3,), "translation"),
    )


def rest_joints_array(skeleton: Skeleton) -> Float[NDArray[np.float32], "2 55 3"]:
    """Rest joints of both bodies, (2, 55, 3) m; raises MalformedMessage for another size or values not finite."""
    joints = _float32_array(skeleton.rest_joints, (limits.PERSON_COUNT, limits.JOINT_COUNT, 3), "rest_joints")
    _check_finite(joints, "rest_joints", MalformedMessage)
    return joints


def rest_joints_bytes(rest_joints: ArrayLike) -> bytes:
    """The skeleton's field for rest joints (2, 55, 3) m; raises ShapeError for another shape."""
    return _float32_bytes(rest_joints, (limits.PERSON_COUNT, limits.JOINT_COUNT, 3), "rest_joints")


def motion_arrays(motion: Motion) -> MotionArrays:
    """The block's arrays, views of its bytes; raises MalformedMessage for another size or values not finite."""
    persons_frames = (limits.PERSON_COUNT, motion.count)
    rotations = _float32_array(motion.rotations, (*persons_frames, limits.JOINT_COUNT, 4), "rotations")
    translations = _float32_array(motion.translations, (*persons_frames, 3), "translations")
    _check_size(motion.foot_contacts, (*persons_frames, limits.FOOT_COUNT), 1, "foot_contacts")
    foot_contacts = np.frombuffer(motion.foot_contacts, dtype=np.uint8).reshape(*persons_frames, limits.FOOT_COUNT)
    _check_finite(rotations, "rotations", MalformedMessage)
    _check_finite(translations, "translations", MalformedMessage)
    return MotionArrays(rotations=rotations, translations=translations, foot_contacts=foot_contacts)


def motion_from_arrays(
    *,
    session: str,
    interaction: int,
    revision: int,
    start: int,
    rate_hz: int,
    time_ns: int,
    rotations: ArrayLike,
    translations: ArrayLike,
    foot_contacts: ArrayLike,
    contacts: Iterable[Contact] = (),
    anchor: int | None = None,
    final: bool = False,
) -> Motion:
    """A block from rotations (2, N, 55, 4) xyzw, translations (2, N, 3) m and foot contacts (2, N, 4) of bool or 0/1.

    Raises:
        ShapeError: the shapes do not agree, or N is not 1 to 512.
    """
    shape = np.shape(translations)
    count = shape[1] if len(shape) == 3 else 0
    if not 1 <= count <= limits.MAX_BLOCK_FRAMES:
        raise ShapeError(
            f"Expected translations of shape (2, 1 to {limits.MAX_BLOCK_FRAMES}, 3), got {shape}: split the block."
        )
    persons_frames = (limits.PERSON_COUNT, count)
    feet = np.asarray(foot_contacts)
    _check_shape(feet.shape, (*persons_frames, limits.FOOT_COUNT), "foot_contacts")
    return Motion(
        session=session,
        interaction=interaction,
        revision=revision,
        start=start,
        count=count,
        rate_hz=rate_hz,
        time_ns=time_ns,
        rotations=_float32_bytes(rotations, (*persons_frames, limits.JOINT_COUNT, 4), "rotations"),
        translations=_float32_bytes(translations, (*persons_frames, 3), "translations"),
        foot_contacts=(feet != 0).astype(np.uint8).tobytes(),
        contacts=tuple(contacts),
        anchor=anchor,
        final=final,
    )


def _float32_array(data: bytes, shape: tuple[int, ...], field: str) -> Float[NDArray[np.float32], "..."]:
    _check_size(data, shape, limits.FLOAT32_BYTES, field)
    return np.frombuffer(data, dtype=_FLOAT32).reshape(shape)


def _float32_bytes(array: ArrayLike, shape: tuple[int, ...], field: str) -> bytes:
    values = np.asarray(array, dtype=_FLOAT32)
    _check_shape(values.shape, shape, field)
    return values.tobytes(order="C")


def _check_size(data: bytes, shape: tuple[int, ...], item_bytes: int, field: str) -> None:
    expected = math.prod(shape) * item_bytes
    if len(data) != expected:
        raise MalformedMessage(f"Expected {expected} bytes for {field} of shape {shape}, got {len(data)}.")


def _check_shape(got: tuple[int, ...], expected: tuple[int, ...], field: str) -> None:
    if got != expected:
        raise ShapeError(f"Expected {field} of shape {expected}, got {got}.")


def _check_finite(values: Float[NDArray[np.float32], "..."], field: str, error_class: type[ProtocolError]) -> None:
    if not np.isfinite(values).all():
        raise error_class(f"Expected finite numbers in {field}, got NaN or infinity: check the pose before sending it.")
