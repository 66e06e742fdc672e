"""Laws of the measures of movement and of chained windows."""

import numpy as np
import pytest
from tests.unit.bodies import random_pose, small_skeleton, smooth_motion

from ponimator_runtime.motion.canonical import facing_yaw
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import still_motion
from ponimator_runtime.motion.skeleton import JOINT_INDEX
from ponimator_training.evaluation.baselines import blended_to, held_still
from ponimator_training.evaluation.chaining import joined
from ponimator_training.evaluation.movement import (
    anchor_error_mm,
    foot_slide_cm_s,
    mean_jerk,
    planted_speeds,
    seam_changes,
    velocity_change,
)
from ponimator_training.evaluation.played import played_motions
from ponimator_training.evaluation.pose_rows import facing_apart, pelvis_distance

RATE_HZ = 10.0
SKELETON = small_skeleton()
FEET = [JOINT_INDEX[name] for name in ("left_ankle", "left_foot", "right_ankle", "right_foot")]


def standing_joints(*, frames: int = 8, ankle: float = 0.08) -> np.ndarray:
    joints = np.ones((1, 2, frames, 22, 3))
    joints[..., FEET, 1] = ankle
    return joints


def slide(joints: np.ndarray, standing: np.ndarray) -> float:
    return foot_slide_cm_s(planted_speeds(joints, standing, RATE_HZ))


def test_the_anchor_held_still_has_no_jerk_and_no_error():
    rng = np.random.default_rng(0)
    anchor, index = rng.normal(size=(3, 2, 135)), np.array([0, 7, 29])
    still = held_still(anchor, 30)
    np.testing.assert_array_equal(np.diff(still, axis=2), 0.0)
    joints = np.repeat(rng.normal(size=(3, 2, 1, 22, 3)), 30, axis=2)
    np.testing.assert_array_equal(mean_jerk(joints, RATE_HZ), 0.0)
    np.testing.assert_array_equal(anchor_error_mm(joints, joints[:, :, 0], index), 0.0)


def test_the_blend_is_the_anchor_at_its_frame_and_the_mean_a_window_away():
    rng = np.random.default_rng(0)
    anchor, mean = rng.normal(size=(2, 2, 135)), rng.normal(size=(2, 135))
    blend = blended_to(mean, anchor, np.array([0, 12]), 30)
    np.testing.assert_allclose(blend[0, :, 0], anchor[0])
    np.testing.assert_allclose(blend[1, :, 12], anchor[1])
    np.testing.assert_allclose(blend[0, :, 29], mean)


def test_jerk_of_a_cubic_is_its_third_derivative():
    time = np.arange(12) / RATE_HZ
    joints = np.zeros((2, 12, 22, 3))
    joints[..., 1] = (0.5 * time**3)[:, None]
    assert mean_jerk(joints, RATE_HZ) == pytest.approx([3.0, 3.0])


def test_an_anchor_error_is_the_distance_at_the_anchors_frame():
    joints = np.zeros((2, 2, 5, 22, 3))
    joints[0, :, 3, :, 0] = 0.02
    error = anchor_error_mm(joints, np.zeros((2, 2, 22, 3)), np.array([3, 3]))
    assert error == pytest.approx([20.0, 0.0])


def test_planted_feet_slide_by_their_ground_speed():
    joints = standing_joints()
    standing = np.full((1, 2, 4), 0.08)
    assert slide(joints, standing) == 0.0
    joints[..., 0] += 0.01 * np.arange(8)[:, None]  # 1 cm a frame
    assert slide(joints, standing) == pytest.approx(10.0)


def test_lifted_feet_do_not_slide():
    joints = standing_joints()
    joints[..., 0] += 0.01 * np.arange(8)[:, None]
    assert np.isnan(slide(joints, np.zeros((1, 2, 4))))
    one_foot = np.array([[[0.08, 0.08, 0.0, 0.0]] * 2])
    assert slide(joints, one_foot) == pytest.approx(10.0)


def test_a_window_counts_by_how_long_its_feet_are_planted():
    sliding, standing = standing_joints(), np.full((1, 2, 4), 0.08)
    sliding[..., 0] += 0.01 * np.arange(8)[:, None]
    sliding[:, :, 4:, :, 1] = 1.0  # in the air from the fifth frame on: 3 of 7 steps are planted
    together = np.concatenate([sliding, standing_joints()])
    assert slide(together, np.repeat(standing, 2, axis=0)) == pytest.approx(10.0 * 3 / (3 + 7))


def test_even_motion_has_no_seam_and_a_turn_has_one():
    even = np.zeros((2, 20, 22, 3))
    even[..., 0] = 0.01 * np.arange(20)[:, None]
    np.testing.assert_allclose(velocity_change(even), 0.0, atol=1e-12)
    turned = even.copy()
    turned[:, 10:, :, 0] = 0.09 - 0.01 * np.arange(1, 11)[:, None]
    assert seam_changes(turned, [10]) == pytest.approx([0.02])
    assert np.count_nonzero(velocity_change(turned) > 1e-9) == 1


def test_chained_windows_join_without_a_doubled_frame_and_the_runtime_smooths_the_seam():
    first = smooth_motion(0)
    # The next window starts in the same pose and goes back: its velocity turns round at the seam.
    second = type(first)(
        rotations=first.rotations[:, ::-1],
        translations=first.translations[:, ::-1],
        betas=first.betas,
        rate_hz=first.rate_hz,
    )
    changes = {}
    for carried in (False, True):
        whole, seams = joined([first, second], carried=carried)
        assert seams == [175]  # 29 intervals at 10 Hz are 174 at 60 Hz
        assert whole.frame_count == 349
        changes[carried] = seam_changes(motion_joint_positions(whole, SKELETON), seams)[0]
    assert changes[True] < 0.1 * changes[False]


def test_played_motions_have_the_joints_of_the_runtime():
    motions = [smooth_motion(seed) for seed in range(2)]
    played = played_motions(motions, SKELETON)
    for window, motion in enumerate(motions):
        np.testing.assert_allclose(played.joints[window], motion_joint_positions(motion, SKELETON), atol=1e-9)
        np.testing.assert_allclose(played.motion(window).rotations, motion.rotations, atol=1e-9)
    assert len(played.subset(slice(0, 1))) == 1


def test_where_two_stand_to_each_other_does_not_depend_on_where_they_stand():
    joints = motion_joint_positions(still_motion(random_pose(3), frame_count=1, rate_hz=RATE_HZ), SKELETON)[None, :, 0]
    moved = joints + np.array([3.0, 0.5, -2.0])
    np.testing.assert_allclose(pelvis_distance(moved), pelvis_distance(joints))
    np.testing.assert_allclose(facing_apart(moved), facing_apart(joints))
    np.testing.assert_allclose(facing_apart(joints[:, ::-1]), facing_apart(joints), atol=1e-12)
    yaw = facing_yaw(joints[0])
    assert np.cos(facing_apart(joints)[0]) == pytest.approx(np.cos(yaw[1] - yaw[0]))
