"""One person in VMC's words: Unity's bone names and frame, rotations that count from a T-pose, as VRM's do."""

from __future__ import annotations

from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.frames import unity_from_canonical_position, unity_from_canonical_quaternion
from ponimator_runtime.motion.skeleton import JOINT_INDEX, PARENTS
from ponimator_runtime.rigs import load_preset
from ponimator_runtime.vmc.osc import message

_UPRIGHT: Final = (0.0, 0.0, 0.0, 1.0)
_LOADED, _CALIBRATED, _NORMAL_MODE, _TRACKING = 1, 3, 0, 1

BONES: Final = load_preset("unity_humanoid").bones
"""Unity's HumanBodyBones for each SMPL-X joint."""


def pose_messages(
    rotations_xyzw: Float[np.ndarray, "55 4"],
    translation: Float[np.ndarray, "3"],
    rest_joints: Float[np.ndarray, "55 3"],
) -> list[bytes]:
    """The root and all bones of one person.

    The root stands on the ground under the pelvis, so that who shows bones alone still shows where a person is.

    Args:
        rotations_xyzw: root to world, others to their parent.
        translation: γ, m.
        rest_joints: of the person's body, m.
    """
    pelvis = rest_joints[0] + translation
    ground = pelvis * np.array([1.0, 0.0, 1.0])
    positions = rest_joints - rest_joints[list(PARENTS)]
    positions[0] = pelvis - ground
    bones_at = unity_from_canonical_position(positions).tolist()
    turns = unity_from_canonical_quaternion(rotations_xyzw).tolist()
    root_at = unity_from_canonical_position(ground).tolist()
    messages = [message("/VMC/Ext/Root/Pos", "root", *root_at, *_UPRIGHT)]
    for joint, bone in BONES.items():
        row = JOINT_INDEX[joint]
        messages.append(message("/VMC/Ext/Bone/Pos", bone, *bones_at[row], *turns[row]))
    return messages


def standing_messages(time_s: float, *, tracking: bool) -> list[bytes]:
    """That a performer is there, whether somebody moves, and its clock."""
    moves = _TRACKING if tracking else 0
    return [
        message("/VMC/Ext/OK", _LOADED, _CALIBRATED, _NORMAL_MODE, moves),
        message("/VMC/Ext/T", time_s),
    ]
