"""One person as BVH, for Blender, MotionBuilder and the like: SMPL-X's 55 joints, centimetres, degrees, Y up.

The rest pose is SMPL-X's T-pose, standing on the floor. `bvh.py` reads the file back.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final, TextIO

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS
from ponimator_runtime.motion_files.euler import zxy_from_matrix
from ponimator_runtime.motion_files.performance import PersonMotion
from ponimator_runtime.motion_files.upright import SOLE_BELOW_LOWEST_JOINT_M

CM_PER_M: Final = 100.0
_ROOT_CHANNELS: Final = "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
_JOINT_CHANNELS: Final = "CHANNELS 3 Zrotation Xrotation Yrotation"
_TIP_SHARE: Final = 0.8
"""Length of what hangs on a last joint, in lengths of the bone before it: so a fingertip shows as a bone."""
_FACE_TIPS_M: Final = {"jaw": (0.0, -0.03, 0.06), "left_eye_smplhf": (0.0, 0.0, 0.03), "right_eye_smplhf": (0, 0, 0.03)}


def save_bvh(path: Path, person: PersonMotion, *, rate_hz: float) -> None:
    """Writes one person; angles to a millionth of a degree, positions to a ten-thousandth of a millimetre."""
    text = io.StringIO()
    text.write("HIERARCHY\n")
    _write_joint(text, 0, person.rest_joints * CM_PER_M, depth=0)
    text.write(f"MOTION\nFrames: {person.frame_count}\nFrame Time: {1.0 / rate_hz:.8f}\n")
    order = _depth_first(0)
    angles = zxy_from_matrix(matrix_from_quaternion(person.rotations_xyzw.astype(np.float64)))
    degrees = np.degrees(angles[:, order]).reshape(person.frame_count, -1)
    values = np.concatenate([person.pelvis_positions * CM_PER_M, degrees], axis=1)
    np.savetxt(text, values, fmt="%.6f", delimiter=" ")
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def _children(joint: int) -> list[int]:
    return [child for child, parent in enumerate(PARENTS) if parent == joint]


def _depth_first(joint: int) -> list[int]:
    """The order in which a nested text tells joints, and so that of the channels."""
    return [joint, *(below for child in _children(joint) for below in _depth_first(child))]


def _write_joint(text: TextIO, joint: int, rest_cm: Float[np.ndarray, "55 3"], *, depth: int) -> None:
    indent, inner = "\t" * depth, "\t" * (depth + 1)
    is_root = PARENTS[joint] < 0
    # The rest pose stands on the floor; where the pelvis really is, its position channels say.
    offset = (
        np.array([0.0, rest_cm[0, 1] - rest_cm[:, 1].min() + SOLE_BELOW_LOWEST_JOINT_M * CM_PER_M, 0.0])
        if is_root
        else rest_cm[joint] - rest_cm[PARENTS[joint]]
    )
    text.write(f"{indent}{'ROOT' if is_root else 'JOINT'} {JOINT_NAMES[joint]}\n{indent}{{\n")
    text.write(f"{inner}OFFSET {_numbers(offset)}\n{inner}{_ROOT_CHANNELS if is_root else _JOINT_CHANNELS}\n")
    children = _children(joint)
    for child in children:
        _write_joint(text, child, rest_cm, depth=depth + 1)
    if not children:
        text.write(f"{inner}End Site\n{inner}{{\n{inner}\tOFFSET {_numbers(_tip(joint, rest_cm))}\n{inner}}}\n")
    text.write(f"{indent}}}\n")


def _tip(joint: int, rest_cm: Float[np.ndarray, "55 3"]) -> Float[np.ndarray, "3"]:
    """Where a bone without a joint behind it ends."""
    told = _FACE_TIPS_M.get(JOINT_NAMES[joint])
    if told is not None:
        return np.array(told) * CM_PER_M
    bone = rest_cm[joint] - rest_cm[PARENTS[joint]]
    if joint in {JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]}:
        bone = bone * np.array([1.0, 0.0, 1.0])  # toes lie flat
    return _TIP_SHARE * bone


def _numbers(values: Float[np.ndarray, "3"]) -> str:
    return " ".join(f"{value:.6f}" for value in values)
