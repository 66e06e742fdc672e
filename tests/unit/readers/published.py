"""Writes motion whose truth is known in the layouts that people publish."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from ponimator_runtime.motion.kinematics import joint_positions, motion_joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import axis_angle_from_matrix
from ponimator_runtime.motion.skeleton import BODY_JOINT_NAMES, JOINT_INDEX, PARENTS, Skeleton

Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Brings +Y to +Z."""
Y_DOWN = np.diag([1.0, -1.0, -1.0])
BVH_NAMES = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head",
    "left_hip": "LeftUpLeg", "left_knee": "LeftLeg", "left_ankle": "LeftFoot", "left_foot": "LeftToeBase",
    "left_collar": "LeftShoulder", "left_shoulder": "LeftArm", "left_elbow": "LeftForeArm", "left_wrist": "LeftHand",
}  # fmt: skip
BVH_NAMES |= {
    key.replace("left", "right"): value.replace("Left", "Right") for key, value in BVH_NAMES.items() if "left" in key
}


def turned(motion: Motion, turn: np.ndarray, skeleton: Skeleton) -> Motion:
    """The motion in other axes."""
    rest_pelvis = skeleton.rest_joints(motion.betas)[:, None, 0]
    rotations = motion.rotations.copy()
    rotations[:, :, 0] = turn @ rotations[:, :, 0]
    return replace(motion, rotations=rotations, translations=(motion.translations + rest_pelvis) @ turn.T - rest_pelvis)


def smplx_arrays(motion: Motion, person: int) -> dict[str, np.ndarray]:
    vectors = axis_angle_from_matrix(motion.rotations[person])
    return {
        "root_orient": vectors[:, 0].astype(np.float32),
        "pose_body": vectors[:, 1:].astype(np.float32),
        "trans": motion.translations[person].astype(np.float32),
        "betas": motion.betas[person][None].astype(np.float32),
        "gender": np.array("neutral"),
    }


def write_inter_x(folder: Path, motion: Motion) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for person in range(2):
        np.savez(folder / f"P{person + 1}.npz", **smplx_arrays(motion, person))
    return folder


def write_amass(path: Path, motion: Motion, person: int, **changed) -> Path:
    arrays = smplx_arrays(motion, person)
    frames = motion.frame_count
    poses = np.concatenate([arrays["root_orient"], arrays["pose_body"].reshape(frames, -1), np.zeros((frames, 99))], 1)
    content = {
        "poses": poses, "trans": arrays["trans"], "betas": np.append(motion.betas[person], np.zeros(6)),
        "mocap_frame_rate": np.array(motion.rate_hz), "gender": np.array("neutral"),
    }  # fmt: skip
    np.savez(path, **(content | changed))
    return path


def inter_human_content(motion: Motion, rest_pelvis_shift: np.ndarray) -> dict:
    """Bodies of mean shape, told by a model whose rest pelvis lies elsewhere."""
    content: dict = {"mocap_framerate": motion.rate_hz, "frames": motion.frame_count}
    for person in range(2):
        arrays = smplx_arrays(motion, person)
        content[f"person{person + 1}"] = {
            "trans": arrays["trans"] - rest_pelvis_shift.astype(np.float32),
            "root_orient": arrays["root_orient"],
            "pose_body": arrays["pose_body"].reshape(motion.frame_count, 63),
            "betas": np.ones(10, dtype=np.float32),
            "gender": "female",
        }
    return content


def write_pickle(path: Path, content: object, protocol: int = 4) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


def write_bvh(
    path: Path, motion: Motion, person: int, skeleton: Skeleton, *, scale: float = 100.0, t_pose: bool = True
) -> Path:
    """One person; offsets are the body's own, so that the truth is known."""
    rest = scale * skeleton.rest_joints(motion.betas[person])
    up = motion.rotations[person]
    children = {joint: [child for child in range(22) if PARENTS[child] == joint] for joint in range(22)}
    ends = {15: [0, 0.1 * scale, 0], 10: [0, 0, 0.05 * scale], 11: [0, 0, 0.05 * scale]}
    for side in ("left", "right"):
        wrist = JOINT_INDEX[f"{side}_wrist"]
        ends[wrist] = list(rest[JOINT_INDEX[f"{side}_middle1"]] - rest[wrist])
    order: list[int] = []

    def block(joint: int, depth: int) -> list[str]:
        order.append(joint)
        pad = "\t" * depth
        offset = np.zeros(3) if joint == 0 else rest[joint] - rest[PARENTS[joint]]
        channels = "6 Xposition Yposition Zposition Zrotation Yrotation Xrotation" if joint == 0 else (
            "3 Zrotation Yrotation Xrotation"
        )  # fmt: skip
        lines = [
            f"{pad}{'ROOT' if joint == 0 else 'JOINT'} {BVH_NAMES[BODY_JOINT_NAMES[joint]]}", f"{pad}{{",
            f"{pad}\tOFFSET {offset[0]} {offset[1]} {offset[2]}", f"{pad}\tCHANNELS {channels}",
        ]  # fmt: skip
        for child in children[joint]:
            lines += block(child, depth + 1)
        if joint in ends:
            x, y, z = ends[joint]
            lines += [f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {x} {y} {z}", f"{pad}\t}}"]
        return [*lines, f"{pad}}}"]

    hierarchy = block(0, 0)
    pelvis = scale * motion.translations[person] + rest[0]
    angles = np.stack([Rotation.from_matrix(up[:, joint]).as_euler("ZYX", degrees=True) for joint in order], axis=1)
    rows = np.concatenate([pelvis, angles.reshape(motion.frame_count, -1)], axis=1)
    if t_pose:
        standing = np.zeros(rows.shape[1])
        standing[:3] = pelvis[0]
        rows = np.concatenate([standing[None], rows])
    text = ["HIERARCHY", *hierarchy, "MOTION", f"Frames: {len(rows)}", f"Frame Time: {1 / motion.rate_hz:.7f}"]
    text += [" ".join(f"{value:.5f}" for value in row) for row in rows]
    path.write_text("\n".join(text) + "\n")
    return path


def write_acclaim(
    skeleton_path: Path, motion_path: Path, motion: Motion, person: int, skeleton: Skeleton, *, scale: float
) -> None:
    """A bone of no length turns each joint, about axes of its own; stiff bones lie between."""
    rest = scale * skeleton.rest_joints(motion.betas[person])
    rng = np.random.default_rng(4)
    axes = {joint: rng.uniform(-90, 90, size=3) for joint in range(1, 22)}
    bones, hierarchy = [], []
    for joint in range(1, 22):
        name, parent = BODY_JOINT_NAMES[joint], "root" if PARENTS[joint] == 0 else BODY_JOINT_NAMES[PARENTS[joint]]
        bones += [_bone(f"to_{name}", rest[joint] - rest[PARENTS[joint]], np.zeros(3), dof=False)]
        bones += [_bone(name, np.zeros(3), axes[joint], dof=True)]
        hierarchy += [f"{parent} to_{name}", f"to_{name} {name}"]
        if name.endswith("wrist"):
            side = name.split("_")[0]
            bones += [
                _bone(f"{side}_fingers", rest[JOINT_INDEX[f"{side}_middle1"]] - rest[joint], np.zeros(3), dof=False)
            ]
            hierarchy += [f"{name} {side}_fingers"]
    lines = [
        ":version 1.10", ":name made", ":units", "  mass 1.0", "  length 0.45", "  angle deg", ":root",
        "  order TX TY TZ RX RY RZ", "  axis XYZ", "  position 0 0 0", "  orientation 0 0 0", ":bonedata", *bones,
        ":hierarchy", "  begin", *(f"    {line}" for line in hierarchy), "  end",
    ]  # fmt: skip
    skeleton_path.write_text("\n".join(lines) + "\n")
    pelvis = scale * motion.translations[person] + rest[0]
    takes = ["#!made", ":FULLY-SPECIFIED", ":DEGREES"]
    for frame in range(motion.frame_count):
        root = Rotation.from_matrix(motion.rotations[person, frame, 0]).as_euler("xyz", degrees=True)
        takes += [str(frame + 1), "root " + " ".join(f"{value:.6f}" for value in (*pelvis[frame], *root))]
        for joint in range(1, 22):
            axis = Rotation.from_euler("xyz", axes[joint], degrees=True)
            own = axis.inv() * Rotation.from_matrix(motion.rotations[person, frame, joint]) * axis
            angles = " ".join(f"{value:.6f}" for value in own.as_euler("xyz", degrees=True))
            takes.append(f"{BODY_JOINT_NAMES[joint]} {angles}")
    motion_path.write_text("\n".join(takes) + "\n")


def _bone(name: str, vector: np.ndarray, axis: np.ndarray, *, dof: bool) -> str:
    length = float(np.linalg.norm(vector))
    direction = vector / length if length else np.array([1.0, 0, 0])
    lines = ["begin", f"  name {name}", "  direction " + " ".join(f"{value:.9f}" for value in direction)]
    lines += [f"  length {length:.9f}", "  axis " + " ".join(f"{value:.9f}" for value in axis) + " XYZ"]
    if dof:
        lines += ["  dof rx ry rz", "  limits (-180 180)", "  (-180 180)", "  (-180 180)"]
    return "\n".join([*lines, "end"])


def joints_of(clip, skeleton: Skeleton) -> np.ndarray:
    """(P, F, 22, 3) of a clip or motion."""
    rest = np.broadcast_to(skeleton.rest_joints(clip.betas)[:, None], (*clip.translations.shape[:2], 55, 3))
    return joint_positions(clip.rotations, clip.translations, rest)


def farthest_off(clip, truth: Motion, skeleton: Skeleton) -> float:
    """Largest distance of a joint from the truth, m."""
    off = joints_of(clip, skeleton) - motion_joint_positions(truth, skeleton)
    return float(np.linalg.norm(off, axis=-1).max())
