"""SMPL-X parameters of one person as `.npz`, under AMASS's names; the SMPL-X add-on for Blender reads it as it is.

`poses` holds the rotation vectors of all 55 joints in SMPL-X's order; Y is up. `smplx.SMPLX(use_pca=False,
flat_hand_mean=True, num_betas=10)` puts its joints where ours are.
Source of the names: AMASS (Mahmood et al. 2019), files of the SMPL-X kind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.rotations import axis_angle_from_quaternion, quaternion_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_COUNT, JOINT_INDEX, SHAPE_COUNT, Skeleton
from ponimator_runtime.motion_files.number_files import numbers, read_number_file
from ponimator_runtime.motion_files.performance import Performance, PersonMotion
from ponimator_runtime.motion_files.tracks import RATE_NAMES, check_finite, check_rate

_JAW: Final = JOINT_INDEX["jaw"]
_EYES: Final = _JAW + 1
_HANDS: Final = JOINT_INDEX["left_index1"]
_ROTATION_VALUES: Final = 3 * JOINT_COUNT
_BODY_VALUES: Final = 3 * BODY_JOINT_COUNT


def save_amass(path: Path, person: PersonMotion, *, rate_hz: float, anchors: tuple[int, ...] = ()) -> None:
    """Writes one person, float32; `anchor_frames` and `rest_joints` (m) are ours, others pass them over."""
    axis_angle = axis_angle_from_quaternion(person.rotations_xyzw.astype(np.float64)).astype(np.float32)

    def joints(start: int, stop: int) -> np.ndarray:
        return axis_angle[:, start:stop].reshape(person.frame_count, -1)

    np.savez_compressed(
        path,
        allow_pickle=False,
        surface_model_type=np.array("smplx"),
        gender=np.array("neutral"),
        name=np.array(person.name),
        mocap_frame_rate=np.array(rate_hz, dtype=np.float64),
        mocap_time_length=np.array(person.frame_count / rate_hz),
        trans=person.translations.astype(np.float32),
        poses=joints(0, JOINT_COUNT),
        root_orient=joints(0, 1),
        pose_body=joints(1, BODY_JOINT_COUNT),
        pose_jaw=joints(_JAW, _EYES),
        pose_eye=joints(_EYES, _HANDS),
        pose_hand=joints(_HANDS, JOINT_COUNT),
        betas=person.betas.astype(np.float32),
        num_betas=np.array(SHAPE_COUNT),
        rest_joints=person.rest_joints.astype(np.float32),
        anchor_frames=np.array(anchors, dtype=np.int64),
    )


def read_amass(path: Path, skeleton: Skeleton) -> Performance:
    """One person's motion; where the file has no hands, they are flat.

    Args:
        path: of the file.
        skeleton: of the body that its β are taken for, where it brings no rest joints of ours.

    Raises:
        DataError: it is no such file, or holds what is not finite.
    """
    content = read_number_file(path)
    poses, translations = numbers(content, "poses"), numbers(content, "trans", "transl")
    rate = numbers(content, *RATE_NAMES)
    if poses is None or translations is None or rate is None:
        raise DataError(
            f"{path.name} is no motion in AMASS's layout: expected poses, trans and mocap_frame_rate, it has "
            f"{', '.join(sorted(content)) or 'nothing'}."
        )
    rate_hz = float(rate.reshape(-1)[0])
    check_rate(rate_hz, path.name)
    width = poses.shape[-1]
    if poses.ndim != 2 or translations.shape != (len(poses), 3) or (width < _BODY_VALUES):
        raise DataError(
            f"{path.name}: expected poses (N, {_ROTATION_VALUES}) and trans (N, 3), got {poses.shape} and "
            f"{translations.shape}."
        )
    check_finite(path.name, poses, translations)
    # SMPL-H's 52 joints have no face, so of any other width only the body's joints stand where ours do.
    kept = width if width == _ROTATION_VALUES else _BODY_VALUES
    axis_angle = np.zeros((len(poses), _ROTATION_VALUES))
    axis_angle[:, :kept] = poses[:, :kept]
    betas = np.zeros(SHAPE_COUNT)
    found = numbers(content, "betas")
    if found is not None:
        told = found.ravel()[:SHAPE_COUNT]
        betas[: len(told)] = told
    rest_joints = numbers(content, "rest_joints")
    if rest_joints is None or rest_joints.shape != (JOINT_COUNT, 3):
        rest_joints = skeleton.rest_joints(betas)
    check_finite(path.name, rest_joints, betas[:, None])
    anchors = numbers(content, "anchor_frames")
    person = PersonMotion(
        name=str(content.get("name", path.stem)),
        rotations_xyzw=quaternion_from_axis_angle(axis_angle.reshape(len(poses), JOINT_COUNT, 3)),
        translations=translations,
        rest_joints=rest_joints,
        betas=betas,
    )
    return Performance(
        persons=(person,), rate_hz=rate_hz, anchors=() if anchors is None else tuple(int(a) for a in anchors.ravel())
    )
