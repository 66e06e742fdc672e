"""Poses from image estimators: camera axes in, upright and on the floor out."""

from pathlib import Path

import numpy as np
import pytest
from tests.unit.readers.published import Y_DOWN, turned, write_pickle

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.kinematics import pose_joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import axis_angle_from_matrix
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion_files.estimates import read_pair_estimate, read_single_estimate
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget

FRAME = 25


def estimate(truth: Motion, skeleton: Skeleton) -> dict[str, np.ndarray]:
    """As a camera sees the frame, some metres in front of it."""
    seen = turned(truth, Y_DOWN, skeleton).pose_at(FRAME)
    vectors = axis_angle_from_matrix(seen.rotations)
    return {
        "global_orient": vectors[:, 0], "body_pose": vectors[:, 1:].reshape(2, 63), "betas": seen.betas,
        "transl": seen.translations + np.array([0.3, 0.1, 4.0]),
    }  # fmt: skip


def test_two_persons_become_an_interactive_pose(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget
) -> None:
    path = write_pickle(tmp_path / "pair.pkl", {"humans": estimate(truth, skeleton), "camera": {"fov": 60.0}})
    pose = read_pair_estimate(path, target)
    wanted = pose_joint_positions(truth.pose_at(FRAME), skeleton)
    got = pose_joint_positions(pose, skeleton)
    shift = got[0, 0] - wanted[0, 0]
    np.testing.assert_allclose(got, wanted + shift, atol=1e-6)
    assert abs(shift[1]) < 0.02  # back on the floor that the truth stands on


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_one_person_becomes_a_pose(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget, suffix: str
) -> None:
    one = {name: rows[:1] for name, rows in estimate(truth, skeleton).items()}
    path = tmp_path / f"one{suffix}"
    if suffix == ".npz":
        np.savez(path, **one, expression=np.zeros((1, 10)))
    else:
        write_pickle(path, {name: rows[0] for name, rows in one.items()})
    pose = read_single_estimate(path, target)
    np.testing.assert_allclose(pose.rotations[1:], truth.rotations[0, FRAME, 1:], atol=1e-6)
    np.testing.assert_allclose(pose.rotations[0], truth.rotations[0, FRAME, 0], atol=1e-6)
    assert pose.betas.shape == (10,)


def test_one_person_needs_no_place(tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget) -> None:
    one = {name: rows[0] for name, rows in estimate(truth, skeleton).items() if name != "transl"}
    pose = read_single_estimate(write_pickle(tmp_path / "one.pkl", {"smplx": one}), target)
    np.testing.assert_allclose(pose.rotations[1:], truth.rotations[0, FRAME, 1:], atol=1e-6)


def test_files_of_another_count_of_persons_are_refused(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget
) -> None:
    both = estimate(truth, skeleton)
    with pytest.raises(DataError, match="one pose is needed, this holds 2"):
        read_single_estimate(write_pickle(tmp_path / "both.pkl", both), target)
    one = {name: rows[:1] for name, rows in both.items()}
    with pytest.raises(DataError, match="two persons leads with 2"):
        read_pair_estimate(write_pickle(tmp_path / "one.pkl", {"humans": one}), target)
    both["body_pose"][1, 5] = np.inf
    with pytest.raises(DataError, match=r"person 2.*not finite"):
        read_pair_estimate(write_pickle(tmp_path / "nan.pkl", {"humans": both}), target)
    with pytest.raises(DataError, match="no pose"):
        read_pair_estimate(write_pickle(tmp_path / "empty.pkl", {"humans": {}}), target)
