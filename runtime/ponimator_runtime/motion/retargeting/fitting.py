"""What is known of a rig and a source body before the first frame: alignment of their bones, and sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.canonical import facing_yaw
from ponimator_runtime.motion.retargeting.rig import LIMBS, Rig, RigMap
from ponimator_runtime.motion.retargeting.turning import cross, shortest_arc, unit
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_INDEX, JOINT_NAMES

SOLE_BELOW_TOE_M = 0.027
"""How far the sole of SMPL-X's mean body lies below its toe joint: the stream tells joints only."""
_SIDES = ("left", "right")
_FINGERS = ("index", "middle", "pinky", "ring", "thumb")


@dataclass(frozen=True, kw_only=True, slots=True)
class FittedRig:
    """A rig made ready for one source body.

    Attributes:
        rig: its bind pose.
        bones: bone index by joint name.
        rest_joints: of the source body, (55, 3) m.
        to_front: the turn about the up axis after which the bind pose faces +Z.
        references: A · to_front · bind rotation of each bone: a mapped bone's rotation where its joint's is none.
        carrier: the deepest bone that everything mapped hangs on; it moves the body.
        local_rotations: of the bind pose.
        local_positions: of the bind pose, m.
        below: for each bone the bones that hang on it and itself.
        leg_scale: length of the rig's legs, soles included, by the source's.
        body_scale: height of its shoulders by the source's.
        arm_lengths: of the rig and of the source, both arms' mean, m.
        hand_scales: size of left and right hand by the source's.
        ankle_heights: of the rig's left and right ankle above its soles, m.
        source_ankle_heights: of the source's, m.
        source_leg_length: soles included, m.
        toes: from each ankle bone to its toes, in the ankle bone's frame, m.
        toe_heights: of the rig's toes above its soles, m.
    """

    rig: Rig
    bones: dict[str, int]
    rest_joints: Float[np.ndarray, "55 3"]
    to_front: Float[np.ndarray, "3 3"]
    references: Float[np.ndarray, "B 3 3"]
    carrier: int
    local_rotations: Float[np.ndarray, "B 3 3"]
    local_positions: Float[np.ndarray, "B 3"]
    below: tuple[np.ndarray, ...]
    leg_scale: float
    body_scale: float
    arm_lengths: tuple[float, float]
    hand_scales: tuple[float, float]
    ankle_heights: tuple[float, float]
    source_ankle_heights: tuple[float, float]
    source_leg_length: float
    toes: tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3"]]
    toe_heights: tuple[float, float]


def fit_rig(rig: Rig, rig_map: RigMap, rest_joints: Float[np.ndarray, "55 3"]) -> FittedRig:
    """Makes a rig ready for a source body; raises ConfigError where the map does not fit the rig."""
    bones = rig_map.indices(rig)
    joints = {name: rest_joints[JOINT_INDEX[name]] for name in JOINT_NAMES}
    to_front = matrix_about_y(-_facing(rig, bones))
    placed = {joint: to_front @ rig.bind_positions[bone] for joint, bone in bones.items()}
    alignments = _alignments(placed, joints)
    bind = rig.bind_rotations()
    references = to_front @ bind
    for joint, bone in bones.items():
        references[bone] = alignments[joint] @ references[bone]
    local_rotations, local_positions = rig.local_bind()

    ankle_heights = _by_side(lambda side: float(placed[f"{side}_ankle"][1]) - rig.floor_height)
    source_ankle_heights = _by_side(
        lambda side: float(joints[f"{side}_ankle"][1] - joints[f"{side}_foot"][1]) + SOLE_BELOW_TOE_M
    )
    legs = [_length(placed, limb) + height for limb, height in zip(LIMBS[:2], ankle_heights, strict=True)]
    source_legs = [_length(joints, limb) + height for limb, height in zip(LIMBS[:2], source_ankle_heights, strict=True)]
    leg_scale, source_leg_length = sum(legs) / sum(source_legs), sum(source_legs) / 2
    floor = min(float(joints[f"{side}_foot"][1]) for side in _SIDES) - SOLE_BELOW_TOE_M
    shoulders = sum(float(placed[f"{side}_shoulder"][1]) - rig.floor_height for side in _SIDES)
    source_shoulders = sum(float(joints[f"{side}_shoulder"][1]) - floor for side in _SIDES)
    offsets = [_toe_offset(side, placed, joints, leg_scale) for side in _SIDES]
    toes = [bind[bones[f"{side}_ankle"]].T @ to_front.T @ offset for side, offset in zip(_SIDES, offsets, strict=True)]
    return FittedRig(
        rig=rig,
        bones=bones,
        rest_joints=rest_joints,
        to_front=to_front,
        references=references,
        carrier=_carrier(rig, bones),
        local_rotations=local_rotations,
        local_positions=local_positions,
        below=_below(rig),
        leg_scale=leg_scale,
        body_scale=shoulders / source_shoulders,
        arm_lengths=(
            sum(_length(placed, limb) for limb in LIMBS[2:]) / 2,
            sum(_length(joints, limb) for limb in LIMBS[2:]) / 2,
        ),
        hand_scales=_by_side(lambda side: _hand_scale(side, placed, joints)),
        ankle_heights=ankle_heights,
        source_ankle_heights=source_ankle_heights,
        source_leg_length=source_leg_length,
        toes=(toes[0], toes[1]),
        toe_heights=(ankle_heights[0] + float(offsets[0][1]), ankle_heights[1] + float(offsets[1][1])),
    )


def _facing(rig: Rig, bones: dict[str, int]) -> float:
    """Yaw of where the bind pose faces, from its hips and shoulders."""
    body = np.zeros((BODY_JOINT_COUNT, 3))
    for side in _SIDES:
        for part in ("hip", "shoulder"):
            body[JOINT_INDEX[f"{side}_{part}"]] = rig.bind_positions[bones[f"{side}_{part}"]]
    return float(facing_yaw(body))


def _alignments(
    placed: dict[str, Float[np.ndarray, "3"]], joints: dict[str, Float[np.ndarray, "3"]]
) -> dict[str, Float[np.ndarray, "3 3"]]:
    """A[j]: turns the rig's bind bone to where the source's points at rest; limbs, hands and fingers only.

    Each begins with the turn of the bone that it hangs on, so that an arm is lifted as a whole and its palm with it.
    """
    aligned = {joint: np.eye(3) for joint in placed}
    chains = [(*limb, f"{limb[0].split('_')[0]}_middle1") for limb in LIMBS[2:]] + list(LIMBS[:2])
    for chain in chains:
        so_far = np.eye(3)
        for joint, child in pairwise(chain):
            if child in placed:
                so_far = _turned_to(so_far, placed, joints, joint, child)
            aligned[joint] = so_far
    for side in _SIDES:
        wrist, index, pinky = f"{side}_wrist", f"{side}_index1", f"{side}_pinky1"
        if index in placed and pinky in placed:
            aligned[wrist] = _palm(joints, wrist, index, pinky) @ _palm(placed, wrist, index, pinky).T
        for finger in _FINGERS:
            so_far = aligned[wrist]
            for segment in (1, 2, 3):
                joint, child = f"{side}_{finger}{segment}", f"{side}_{finger}{segment + 1}"
                if joint in placed and child in placed:
                    so_far = _turned_to(so_far, placed, joints, joint, child)
                if joint in placed:
                    aligned[joint] = so_far
    return aligned


def _turned_to(
    so_far: Float[np.ndarray, "3 3"],
    placed: dict[str, Float[np.ndarray, "3"]],
    joints: dict[str, Float[np.ndarray, "3"]],
    joint: str,
    child: str,
) -> Float[np.ndarray, "3 3"]:
    bound = so_far @ unit(placed[child] - placed[joint])
    return shortest_arc(bound, unit(joints[child] - joints[joint])) @ so_far


def _palm(points: dict[str, Float[np.ndarray, "3"]], wrist: str, index: str, pinky: str) -> Float[np.ndarray, "3 3"]:
    """Columns: along the hand, out of its plane, across."""
    along = unit(0.5 * (points[index] + points[pinky]) - points[wrist])
    normal = unit(cross(along, points[index] - points[pinky]))
    return np.stack([along, normal, cross(along, normal)], axis=1)


def _toe_offset(
    side: str, placed: dict[str, Float[np.ndarray, "3"]], joints: dict[str, Float[np.ndarray, "3"]], leg_scale: float
) -> Float[np.ndarray, "3"]:
    """From ankle to toes in the bind pose that faces +Z; a rig without toes gets the source's, in its own size."""
    ankle, toe = f"{side}_ankle", f"{side}_foot"
    if toe in placed:
        return placed[toe] - placed[ankle]
    return leg_scale * (joints[toe] - joints[ankle])


def _hand_scale(
    side: str, placed: dict[str, Float[np.ndarray, "3"]], joints: dict[str, Float[np.ndarray, "3"]]
) -> float:
    """By the length of the palm where the rig has fingers, of the forearm where not."""
    start, stop = f"{side}_wrist", f"{side}_middle1"
    if stop not in placed:
        start, stop = f"{side}_elbow", f"{side}_wrist"
    return float(np.linalg.norm(placed[stop] - placed[start]) / np.linalg.norm(joints[stop] - joints[start]))


def _length(points: dict[str, Float[np.ndarray, "3"]], limb: tuple[str, str, str]) -> float:
    root, middle, end = (points[joint] for joint in limb)
    return float(np.linalg.norm(middle - root) + np.linalg.norm(end - middle))


def _by_side(of_side: Callable[[str], float]) -> tuple[float, float]:
    return of_side("left"), of_side("right")


def _carrier(rig: Rig, bones: dict[str, int]) -> int:
    carrier = bones["pelvis"]
    while carrier >= 0 and not all(rig.is_below(bone, carrier) for bone in bones.values()):
        carrier = rig.parents[carrier]
    if carrier < 0:
        raise ConfigError("The bones of the map hang on more than one root; a body needs one bone that carries all.")
    return carrier


def _below(rig: Rig) -> tuple[np.ndarray, ...]:
    return tuple(
        np.array([bone for bone in range(ancestor, rig.bone_count) if rig.is_below(bone, ancestor)])
        for ancestor in range(rig.bone_count)
    )
