"""Puts a captured skeleton's motion onto our body: bone directions kept, hips where they were, feet on the floor.

Trunk, head and feet take over how far each joint has turned from rest, arms and legs the directions of their bones,
with the twist of the captured joint. The body gets the shape whose bones come nearest to the captured ones.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.motion.rotations import (
    matrix_about_y,
    matrix_from_axis_angle,
    matrix_from_quaternion,
    quaternion_from_matrix,
    slerp,
)
from ponimator_runtime.motion.skeleton import (
    BODY_JOINT_COUNT,
    BODY_JOINT_NAMES,
    JOINT_INDEX,
    PARENTS,
    SHAPE_COUNT,
    Skeleton,
)
from ponimator_runtime.motion_files.skeleton_motion import SkeletonMotion
from ponimator_runtime.motion_files.tracks import PersonTrack
from ponimator_training.data.readers.capture_frame import JointMap, leg_length

_SIDES = ("left", "right")
_LIMB_BONES = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
_HAND_POINT = "middle1"
"""Finger joint that tells where a hand of the body points."""
_BONE_DEVIATION_M = 0.005
"""How far a length may be off, against one unit of β."""
_SHAPE_STEPS = 10
_LARGEST_BETA = 3.0
_STILL = 1e-6
_SPINE = ("pelvis", "spine1", "spine2", "spine3")


def retargeted(motion: SkeletonMotion, joints: JointMap, skeleton: Skeleton) -> PersonTrack:
    """One person on our body; Y up and metres go in.

    Args:
        motion: its rest pose stands upright.
        joints: the file's joint for each of ours that it has.
        skeleton: of our body.
    """
    betas = fitted_shape(motion.rest_positions, joints, skeleton)
    rest = skeleton.rest_joints(betas)
    world = _world_rotations(motion, joints, rest)
    local = np.stack(
        [
            world[:, joint] if PARENTS[joint] < 0 else np.swapaxes(world[:, PARENTS[joint]], -1, -2) @ world[:, joint]
            for joint in range(BODY_JOINT_COUNT)
        ],
        axis=1,
    )
    height_ratio = leg_length(rest, JOINT_INDEX) / leg_length(motion.rest_positions, joints)
    hips = 0.5 * (motion.positions[:, joints["left_hip"]] + motion.positions[:, joints["right_hip"]])
    from_pelvis = _middle(rest, JOINT_INDEX, "hip") - rest[0] - _set_back(motion, joints, rest)
    pelvis = hips * np.array([1.0, height_ratio, 1.0]) - world[:, 0] @ from_pelvis
    return PersonTrack(
        rotations=local,
        translations=pelvis - rest[0],
        betas=betas,
        rate_hz=motion.rate_hz,
        source=motion.source,
    )


def fitted_shape(
    rest_positions: Float[NDArray[np.float64], "S 3"], joints: JointMap, skeleton: Skeleton
) -> Float[NDArray[np.float64], "10"]:
    """The β whose bones come nearest to the captured ones in length, not far from the mean shape.

    Gauss-Newton steps with weights that let no length pull harder than one deviation: trunks of capture skeletons are
    drawn in ways that no body has.
    """
    distances = [(f"{side}_{a}", f"{side}_{b}") for side in _SIDES for a, b in _LIMB_BONES]
    distances += [(f"{side}_hip", f"{side}_shoulder") for side in _SIDES]
    distances += [("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")]
    starts, stops = ([pair[end] for pair in distances] for end in (0, 1))
    captured = rest_positions[[joints[name] for name in stops]] - rest_positions[[joints[name] for name in starts]]
    first, second = [JOINT_INDEX[name] for name in starts], [JOINT_INDEX[name] for name in stops]
    changes = skeleton.shape_basis[second] - skeleton.shape_basis[first]  # (bones, 3, 10)
    betas = np.zeros(SHAPE_COUNT)
    for _ in range(_SHAPE_STEPS):
        rest = skeleton.rest_joints(betas)
        bones = rest[second] - rest[first]
        lengths = np.linalg.norm(bones, axis=1)
        error = np.linalg.norm(captured, axis=1) - lengths
        deviation = np.maximum(np.abs(error), _BONE_DEVIATION_M)
        jacobian = np.einsum("bi,bis->bs", bones / lengths[:, None], changes) / deviation[:, None]
        # The prior pulls β to zero with the weight of one deviation a unit.
        normal = jacobian.T @ jacobian + np.eye(SHAPE_COUNT)
        step = np.linalg.solve(normal, jacobian.T @ (error / deviation) - betas)
        betas = np.clip(betas + step, -_LARGEST_BETA, _LARGEST_BETA)
    return betas


def _set_back(
    motion: SkeletonMotion, joints: JointMap, rest: Float[NDArray[np.float64], "55 3"]
) -> Float[NDArray[np.float64], "3"]:
    """How far our body is moved along its own forward axis.

    Capture skeletons differ in how far the shoulders stand behind the hips (CMU: 9 cm). Half the difference goes to the
    hips and half to the shoulders, so that neither legs nor hands reach too far.
    """
    facing = _facing(motion, joints)
    captured = _middle(motion.rest_positions, joints, "shoulder") - _middle(motion.rest_positions, joints, "hip")
    own = _middle(rest, JOINT_INDEX, "shoulder") - _middle(rest, JOINT_INDEX, "hip")
    return np.array([0.0, 0.0, 0.5 * float((facing.T @ captured - own)[2])])


def _facing(motion: SkeletonMotion, joints: JointMap) -> Float[NDArray[np.float64], "3 3"]:
    """The turn about the up axis that brings our rest pose to where the captured one faces."""
    sideways = motion.rest_positions[joints["left_hip"]] - motion.rest_positions[joints["right_hip"]]
    return matrix_about_y(float(np.arctan2(-sideways[2], sideways[0])))


def _world_rotations(
    motion: SkeletonMotion, joints: JointMap, rest: Float[NDArray[np.float64], "55 3"]
) -> Float[NDArray[np.float64], "F 22 3 3"]:
    """Each of our joints' rotation to the world."""
    facing = _facing(motion, joints)
    world: dict[str, NDArray[np.float64]] = {}
    for name in BODY_JOINT_NAMES:
        if name in joints:
            world[name] = motion.world_rotations[:, joints[name]] @ facing
    for side in _SIDES:
        for start, stop in _LIMB_BONES:
            _turn_limb(world, motion, joints, rest, facing, (f"{side}_{start}", f"{side}_{stop}"))
        _turn_limb(world, motion, joints, rest, facing, (f"{side}_wrist", f"{side}_hand_end"))
        _turn_foot(world, motion, joints, rest, facing, side)
    _fill_spine(world)
    for index, name in enumerate(BODY_JOINT_NAMES):
        if name not in world:
            world[name] = world[BODY_JOINT_NAMES[PARENTS[index]]]
    return np.stack([world[name] for name in BODY_JOINT_NAMES], axis=1)


def _turn_limb(
    world: dict[str, NDArray[np.float64]],
    motion: SkeletonMotion,
    joints: JointMap,
    rest: NDArray[np.float64],
    facing: NDArray[np.float64],
    bone: tuple[str, str],
) -> None:
    """Turns a joint so that its bone points where the captured one does, with the captured twist."""
    start, stop = bone
    if stop not in joints:
        return
    own_stop = f"{start.split('_')[0]}_{_HAND_POINT}" if stop.endswith("hand_end") else stop
    own = facing @ (rest[JOINT_INDEX[own_stop]] - rest[JOINT_INDEX[start]])
    at_rest = motion.rest_positions[joints[stop]] - motion.rest_positions[joints[start]]
    pointing = motion.positions[:, joints[stop]] - motion.positions[:, joints[start]]
    if min(np.linalg.norm(at_rest), np.linalg.norm(pointing, axis=1).min()) < _STILL:
        return
    turned = motion.world_rotations[:, joints[start]] @ _turn_between(own, at_rest) @ facing
    now = np.einsum("fij,j->fi", turned, facing.T @ own)
    world[start] = _turn_between(now, pointing) @ turned


def _turn_foot(
    world: dict[str, NDArray[np.float64]],
    motion: SkeletonMotion,
    joints: JointMap,
    rest: NDArray[np.float64],
    facing: NDArray[np.float64],
    side: str,
) -> None:
    """A foot that is flat at rest stays flat: only its heading is matched, not the slope of its bone."""
    ankle, ball = f"{side}_ankle", f"{side}_foot"
    if ball not in joints:
        return
    level = np.array([1.0, 0.0, 1.0])
    captured = (motion.rest_positions[joints[ball]] - motion.rest_positions[joints[ankle]]) * level
    own = facing @ ((rest[JOINT_INDEX[ball]] - rest[JOINT_INDEX[ankle]]) * level)
    if np.linalg.norm(captured) < _STILL:
        return
    heading = _turn_between(own, captured) @ facing
    for name in (ankle, ball):
        world[name] = motion.world_rotations[:, joints[name]] @ heading


def _fill_spine(world: dict[str, NDArray[np.float64]]) -> None:
    """Spine joints that the file has not bend evenly between those that it has."""
    known = [index for index, name in enumerate(_SPINE) if name in world]
    for index, name in enumerate(_SPINE):
        if name in world or index > known[-1]:
            continue
        below = max(place for place in known if place < index)
        above = min(place for place in known if place > index)
        low, high = (quaternion_from_matrix(world[_SPINE[place]]) for place in (below, above))
        share = np.full(low.shape[:-1], (index - below) / (above - below))
        world[name] = matrix_from_quaternion(slerp(low, high, share))


def _turn_between(
    start: Float[NDArray[np.float64], "*S 3"], stop: Float[NDArray[np.float64], "*S 3"]
) -> Float[NDArray[np.float64], "*S 3 3"]:
    """The smallest rotation that brings one direction to another."""
    start, stop = np.broadcast_arrays(start, stop)
    start = start / np.linalg.norm(start, axis=-1, keepdims=True)
    stop = stop / np.linalg.norm(stop, axis=-1, keepdims=True)
    normal = np.cross(start, stop)
    sine = np.linalg.norm(normal, axis=-1, keepdims=True)
    angle = np.arctan2(sine, np.sum(start * stop, axis=-1, keepdims=True))
    # Opposite directions: any axis across will do.
    across = np.cross(start, np.eye(3)[np.abs(start).argmin(axis=-1)])
    axis = np.where(sine > _STILL, normal, across)
    length = np.linalg.norm(axis, axis=-1, keepdims=True)
    turn: NDArray[np.float64] = matrix_from_axis_angle(np.where(angle > _STILL, angle * axis / length, 0.0))
    return turn


def _middle(positions: NDArray[np.float64], joints: JointMap, part: str) -> NDArray[np.float64]:
    middle: NDArray[np.float64] = 0.5 * (positions[joints[f"left_{part}"]] + positions[joints[f"right_{part}"]])
    return middle
