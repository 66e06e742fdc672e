"""Resampling and coming to rest: continuity in position and in velocity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bodies import random_pose, small_skeleton, smooth_motion

from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import concatenated, still_motion
from ponimator_runtime.motion.stitch import decaying_hold, resampled

SKELETON = small_skeleton()
seeds = st.integers(0, 10_000)


def velocity_jumps(motion: object) -> np.ndarray:
    """Largest change of any joint's step from frame to frame, (N − 2,) m."""
    joints = motion_joint_positions(motion, SKELETON)  # type: ignore[arg-type]
    return np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1).max(axis=(0, 2))


@given(seeds)
def test_resampling_keeps_the_frames_it_had(seed: int) -> None:
    motion = smooth_motion(seed)
    fine = resampled(motion, 30.0)
    assert fine.frame_count == 88
    np.testing.assert_allclose(fine.rotations[:, ::3], motion.rotations, atol=1e-9)
    np.testing.assert_allclose(fine.translations[:, ::3], motion.translations, atol=1e-12)


def test_resampling_is_near_the_motion_it_samples() -> None:
    coarse, fine = smooth_motion(3, frames=30, rate_hz=10.0), smooth_motion(3, frames=88, rate_hz=30.0)
    error = motion_joint_positions(resampled(coarse, 30.0), SKELETON) - motion_joint_positions(fine, SKELETON)
    assert np.linalg.norm(error, axis=-1)[:, 3:-3].max() < 0.002


def test_resampling_makes_no_step_in_velocity_where_linear_would() -> None:
    jumps = velocity_jumps(resampled(smooth_motion(4), 120.0))
    at_keys, between = jumps[11:-12:12], jumps[17:-12:12]
    assert at_keys.max() < 4 * between.max()


@pytest.mark.parametrize("rate_hz", [10.0, 24.0, 60.0, 90.0])
def test_resampling_to_any_rate_stays_inside_the_motion(rate_hz: float) -> None:
    fine = resampled(smooth_motion(5), rate_hz)
    assert fine.rate_hz == rate_hz
    assert (fine.frame_count - 1) / rate_hz <= 2.9 + 1e-9
    assert fine.frame_count / rate_hz > 2.9


def test_a_single_frame_resamples_to_itself() -> None:
    one = still_motion(random_pose(1), frame_count=1, rate_hz=10.0)
    assert resampled(one, 30.0).frame_count == 1


def test_a_hold_keeps_the_velocity_then_stands_still() -> None:
    previous = smooth_motion(6, rate_hz=30.0)
    held = decaying_hold(previous, frame_count=90)
    jumps = velocity_jumps(concatenated(previous, held))
    moving = np.linalg.norm(np.diff(motion_joint_positions(previous, SKELETON), axis=1), axis=-1)
    assert jumps[previous.frame_count - 2] < 0.25 * moving[:, -1].max()
    assert np.abs(np.diff(held.translations[:, -10:], axis=1)).max() < 1e-6


def test_a_hold_of_one_frame_is_that_frame() -> None:
    pose = random_pose(2)
    held = decaying_hold(still_motion(pose, frame_count=1, rate_hz=30.0), frame_count=5)
    np.testing.assert_allclose(held.translations, np.repeat(pose.translations[:, None], 5, axis=1))


def test_resampling_has_no_step_in_acceleration_at_the_frames_it_had() -> None:
    joints = motion_joint_positions(resampled(smooth_motion(4), 240.0), SKELETON)
    third = np.linalg.norm(np.diff(joints, n=3, axis=1), axis=-1).max(axis=(0, 2))
    inner = third[48:-48]
    # A step would show at every 24th frame alone, and be far above what is between.
    at_frames = np.maximum.reduce([inner[offset::24][:20] for offset in (21, 22, 23)])
    between = np.maximum.reduce([inner[offset::24][:20] for offset in (8, 9, 10, 11, 12, 13)])
    assert at_frames.max() < 3 * between.max()
