"""A clip of SMPL-family parameters, brought upright."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.skeleton import JOINT_INDEX, Skeleton
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget
from ponimator_runtime.motion_files.upright import guessed_up, y_up_from
from ponimator_training.data.readers.paired_clip import PairedClip

_FEET = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]


def stood_up(clip: PairedClip, target: SmplTarget) -> PairedClip:
    """The clip with its up axis brought to +Y, and a note of what was done.

    Raises:
        DataError: nobody can tell which way is up.
    """
    axes = _body_axes(clip, target.skeleton)
    up = target.up or guessed_up(axes, clip.name)
    turn = y_up_from(up)
    rest_pelvis = target.skeleton.rest_joints(clip.betas)[:, None, 0]
    rotations = clip.rotations.copy()
    rotations[:, :, 0] = turn @ rotations[:, :, 0]
    notes = [f"up axis {up} ({'told' if target.up else 'guessed from how the bodies stand'})"]
    if not target.keeps_shapes:
        notes.append("body shapes replaced by the built-in mean body: contact is approximate")
    return replace(
        clip,
        rotations=rotations,
        translations=(clip.translations + rest_pelvis) @ turn.T - rest_pelvis,
        notes=(*clip.notes, *notes),
        shares_floor=clip.shares_floor and target.keeps_shapes,
    )


def _body_axes(clip: PairedClip, skeleton: Skeleton) -> Float[NDArray[np.float64], "P F 3"]:
    joints = motion_joint_positions(clip.motion(), skeleton)
    axes: NDArray[np.float64] = joints[:, :, JOINT_INDEX["head"]] - joints[:, :, _FEET].mean(axis=2)
    return axes
