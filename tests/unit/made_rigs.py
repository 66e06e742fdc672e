"""Rigs made by rule from a source body: other sizes, names, axes, stances, numbers of spine bones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ponimator_runtime.motion.retargeting.fitting import SOLE_BELOW_TOE_M, FittedRig, fit_rig
from ponimator_runtime.motion.retargeting.rig import Rig, RigMap
from ponimator_runtime.motion.rotations import matrix_about_y, matrix_from_axis_angle, quaternion_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS

_LEGS, _ARMS = ("knee", "ankle", "foot"), ("elbow", "wrist")
_NOT_MADE = ("jaw", "left_eye_smplhf", "right_eye_smplhf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """How a rig differs from its source body.

    Attributes:
        legs: factor of the legs' length; arms, torso likewise.
        arm_drop_rad: 0 for a T-pose, about 0.8 for an A-pose.
        leg_spread_rad: by which each leg of the bind pose stands outward.
        spine_bones: 2, 3 or 5.
        fingers: whether the rig has them.
        toes: whether the rig has them.
        twists: whether each upper arm and thigh has a twist bone.
        axes_seed: bones with axes of their own; None for the world's.
        yaw_rad: where the bind pose faces.
        root: whether a bone at the ground carries all.
    """

    legs: float = 1.0
    arms: float = 1.0
    torso: float = 1.0
    arm_drop_rad: float = 0.0
    leg_spread_rad: float = 0.0
    spine_bones: int = 3
    fingers: bool = True
    toes: bool = True
    twists: bool = False
    axes_seed: int | None = None
    yaw_rad: float = 0.0
    root: bool = True


def made_rig(rest_joints: np.ndarray, build: Build, *, prefix: str = "") -> tuple[Rig, RigMap]:
    """A rig and its map; its soles are at height 0."""
    places = _stance(rest_joints, build)
    bones: list[tuple[str, str | None, np.ndarray]] = []
    if build.root:
        bones.append(("root", None, np.zeros(3)))
    mapped: dict[str, str] = {}
    bone_of: dict[str, str] = {}
    for joint, name in enumerate(JOINT_NAMES):
        if not _is_made(name, build):
            bone_of[name] = bone_of[JOINT_NAMES[PARENTS[joint]]]
            continue
        parent = bone_of[JOINT_NAMES[PARENTS[joint]]] if joint else ("root" if build.root else None)
        if build.spine_bones == 5 and name in ("spine2", "spine3"):
            between = f"{prefix}{name}_between"
            bones.append((between, parent, 0.5 * (places[joint] + places[PARENTS[joint]])))
            parent = between
        bones.append((prefix + name, parent, places[joint]))
        bone_of[name] = mapped[name] = prefix + name
    if build.twists:
        for name in ("left_shoulder", "right_shoulder", "left_hip", "right_hip"):
            joint = JOINT_INDEX[name]
            child = PARENTS.index(joint)
            bones.append((f"{prefix}{name}_twist", prefix + name, 0.5 * (places[joint] + places[child])))
    names = tuple(name for name, _, _ in bones)
    turned = matrix_about_y(build.yaw_rad)
    rotations = np.zeros((len(bones), 3))
    if build.axes_seed is not None:
        rotations = np.random.default_rng(build.axes_seed).normal(scale=1.2, size=(len(bones), 3))
    rig = Rig(
        names=names,
        parents=tuple(-1 if parent is None else names.index(parent) for _, parent, _ in bones),
        bind_rotations_xyzw=quaternion_from_axis_angle(rotations),
        bind_positions=np.array([place for _, _, place in bones]) @ turned.T,
    )
    return rig, RigMap(mapped)


def fitted(rest_joints: np.ndarray, build: Build) -> FittedRig:
    """A made rig, fitted to the body it was made from."""
    return fit_rig(*made_rig(rest_joints, build), rest_joints)


def _is_made(name: str, build: Build) -> bool:
    is_finger = name[-1].isdigit() and not name.startswith("spine")
    return not (
        name in _NOT_MADE
        or (is_finger and not build.fingers)
        or (name.endswith("_foot") and not build.toes)
        or (name == "spine2" and build.spine_bones == 2)
    )


def _stance(rest: np.ndarray, build: Build) -> np.ndarray:
    places = np.zeros_like(rest)
    drop = {"left": _about_z(-build.arm_drop_rad), "right": _about_z(build.arm_drop_rad)}
    spread = {"left": _about_z(build.leg_spread_rad), "right": _about_z(-build.leg_spread_rad)}
    for joint in range(1, len(rest)):
        name, parent = JOINT_NAMES[joint], PARENTS[joint]
        side, _, part = name.partition("_")
        offset = rest[joint] - rest[parent]
        if part in _LEGS:
            offset = build.legs * (spread[side] @ offset if part != "foot" else offset)
        elif part in _ARMS or (part and name[-1].isdigit()):
            offset = build.arms * (drop[side] @ offset)
        else:
            offset = build.torso * offset
        places[joint] = places[parent] + offset
    toes = [places[JOINT_INDEX[f"{side}_foot"], 1] for side in ("left", "right")]
    places[:, 1] -= min(toes) - SOLE_BELOW_TOE_M * build.legs
    return places


def _about_z(angle_rad: float) -> np.ndarray:
    return matrix_from_axis_angle(np.array([0.0, 0.0, angle_rad]))
