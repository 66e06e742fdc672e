"""Resampling, seams and coming to rest: continuity in position and in velocity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bodies import random_pose, small_skeleton, smooth_motion

from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import concatenated, still_motion
from ponimator_runtime.motion.rotations import angle_between
from ponimator_runtime.motion.stitch import decaying_hold, inertialised, resampled

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


@given(seeds)
def test_a_seam_is_continuous_in_position_and_velocity(seed: int) -> None:
    previous, coming = smooth_motion(seed, rate_hz=30.0), smooth_motion(seed + 1, rate_hz=30.0)
    coming = inertialised(coming, previous, blend_s=0.5)
    jumps = velocity_jumps(concatenated(previous, coming))
    plain = velocity_jumps(concatenated(previous, smooth_motion(seed + 1, rate_hz=30.0)))
    seam = slice(previous.frame_count - 2, previous.frame_count)
    assert plain[seam].max() > 0.1
    assert jumps[seam].max() < 0.12 * plain[seam].max()


def test_a_seam_of_a_motion_with_itself_changes_nothing() -> None:
    motion = resampled(smooth_motion(2), 30.0)
    # The second half, moving at its start as the first half moves at its end, up to one frame's acceleration.
    first, second = motion.frames(0, 40), motion.frames(40, 88)
    stitched = inertialised(second, first, blend_s=0.3)
    assert np.abs(stitched.translations - second.translations).max() < 0.003
    assert angle_between(stitched.rotations, second.rotations).max() < 0.02


def test_after_the_blend_the_new_motion_is_itself() -> None:
    previous, coming = smooth_motion(1, rate_hz=30.0), smooth_motion(9, rate_hz=30.0, frames=60)
    stitched = inertialised(coming, previous, blend_s=0.5)
    late = slice(40, None)
    assert np.abs(stitched.translations[:, late] - coming.translations[:, late]).max() < 0.01
    assert angle_between(stitched.rotations[:, late], coming.rotations[:, late]).max() < 0.01


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
