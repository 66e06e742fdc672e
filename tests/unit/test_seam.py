"""How motions take over from one another: no jump, no corner, and what has to stand stands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bodies import small_skeleton, smooth_motion

from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import Motion, concatenated, still_motion
from ponimator_runtime.motion.rotations import angle_between, matrix_from_axis_angle
from ponimator_runtime.motion.seam import PEAK_SPEED_OF_DECAY, carried_on, drawn_to_anchor, inertialised
from ponimator_runtime.motion.stitch import resampled

SKELETON = small_skeleton()
seeds = st.integers(0, 10_000)


def velocity_changes(motion: Motion) -> np.ndarray:
    """Largest change of any joint's step at each inner frame, (N − 2,) m."""
    joints = motion_joint_positions(motion, SKELETON)
    return np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1).max(axis=(0, 2))


def offset_by(motion: Motion, seed: int, *, radians: float = 0.1, metres: float = 0.03) -> Motion:
    rng = np.random.default_rng(seed)
    turn = matrix_from_axis_angle(rng.normal(scale=radians, size=(2, 1, 22, 3)))
    shift = rng.normal(scale=metres, size=(2, 1, 3))
    return Motion(
        rotations=motion.rotations @ turn,
        translations=motion.translations + shift,
        betas=motion.betas,
        rate_hz=motion.rate_hz,
    )


def speed_jumps(seed: int, rate_hz: int) -> tuple[float, float]:
    """Largest change of velocity over a seam, of a joint's rotation in rad/s and of a translation in m/s."""
    frames = round(0.4 * rate_hz)
    previous = smooth_motion(seed, rate_hz=float(rate_hz), frames=frames)
    coming = smooth_motion(seed + 1, rate_hz=float(rate_hz), frames=frames)
    whole = concatenated(previous, inertialised(coming, previous, blend_s=0.4)).frames(frames - 2, frames + 1)
    steps = np.swapaxes(whole.rotations[:, :-1], -1, -2) @ whole.rotations[:, 1:]
    turn = angle_between(steps[:, 1], steps[:, 0]).max() * rate_hz
    return float(turn), float(np.abs(np.diff(whole.translations, n=2, axis=1)).max() * rate_hz)


@given(seeds)
def test_each_joint_goes_on_as_it_moved(seed: int) -> None:
    # What is left between two frames is acceleration: it shrinks with their distance, as a jump would not.
    coarse, fine = speed_jumps(seed, 100), speed_jumps(seed, 800)
    assert fine[0] < 0.2 * coarse[0] + 0.01
    assert fine[1] < 0.2 * coarse[1] + 0.001
    assert coarse[0] < 2.0


@given(seeds)
def test_a_seam_is_continuous_in_position_and_velocity(seed: int) -> None:
    previous, coming = smooth_motion(seed, rate_hz=30.0), smooth_motion(seed + 1, rate_hz=30.0)
    coming = inertialised(coming, previous, blend_s=0.5)
    jumps = velocity_changes(concatenated(previous, coming))
    plain = velocity_changes(concatenated(previous, smooth_motion(seed + 1, rate_hz=30.0)))
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


def test_a_motion_that_was_cut_and_knows_its_past_is_not_changed() -> None:
    whole = smooth_motion(3, rate_hz=30.0, frames=60)
    again = inertialised(whole.frames(20, 60), whole.frames(0, 20), blend_s=1.0, lead=whole.frames(18, 20))
    np.testing.assert_allclose(again.rotations, whole.rotations[:, 20:], atol=1e-9)
    np.testing.assert_allclose(again.translations, whole.translations[:, 20:], atol=1e-12)


def test_nothing_of_the_offset_is_left_after_the_blend() -> None:
    previous, coming = smooth_motion(1, rate_hz=30.0), smooth_motion(9, rate_hz=30.0, frames=60)
    stitched = inertialised(coming, previous, blend_s=0.5)
    np.testing.assert_allclose(stitched.rotations[:, 15:], coming.rotations[:, 15:], atol=1e-9)
    np.testing.assert_allclose(stitched.translations[:, 15:], coming.translations[:, 15:], atol=1e-12)


def test_a_root_may_take_longer_than_the_joints_and_is_no_faster_than_said() -> None:
    coming = smooth_motion(4, rate_hz=60.0, frames=200)
    still = still_motion(coming.pose_at(0), frame_count=1, rate_hz=60.0)
    away = Motion(
        rotations=still.rotations,
        translations=still.translations + np.array([3.0, 0.0, 0.0]),
        betas=still.betas,
        rate_hz=60.0,
    )
    arriving = inertialised(coming, away, blend_s=0.3, root_blend_s=2.0)
    offset = arriving.translations[..., 0] - coming.translations[..., 0]
    assert offset[:, 59].min() > 1.0
    assert np.abs(offset[:, 120:]).max() < 1e-9
    assert np.abs(arriving.rotations[:, 18:, 1:] - coming.rotations[:, 18:, 1:]).max() < 1e-9
    # What the way itself adds to the speed; the rest is how the motion starts and a body at rest does not.
    speed = np.abs(np.diff(offset[:, 18:], axis=1)).max() * 60
    assert speed == pytest.approx(PEAK_SPEED_OF_DECAY * 3.0 / 2.0, rel=0.02)


@given(seeds)
def test_a_window_beside_its_anchor_is_carried_on_without_a_corner(seed: int) -> None:
    truth = smooth_motion(seed, frames=34)
    beside = offset_by(truth.frames(4, 34), seed)
    window = concatenated(truth.frames(3, 4), beside.frames(0, 26))
    carried = carried_on(window, truth.frames(0, 3), blend_s=2.0)
    assert np.array_equal(carried.rotations[:, 0], window.rotations[:, 0])
    assert np.array_equal(carried.translations[:, 0], window.translations[:, 0])
    cut = velocity_changes(concatenated(truth.frames(0, 3), window))
    smooth = velocity_changes(concatenated(truth.frames(0, 3), carried))
    own = velocity_changes(truth)
    assert smooth[1:5].max() < own.max() + 0.15 * cut[1:5].max()


def test_an_anchor_that_stands_out_draws_its_window_and_stands() -> None:
    truth = smooth_motion(5)
    for anchor in (0, 1, 2, 15, 28, 29):
        window = offset_by(truth, 7)
        window.rotations[:, anchor], window.translations[:, anchor] = (
            truth.rotations[:, anchor],
            truth.translations[:, anchor],
        )
        drawn = drawn_to_anchor(window, anchor, blend_s=2.0)
        np.testing.assert_array_equal(drawn.rotations[:, anchor], truth.rotations[:, anchor])
        np.testing.assert_array_equal(drawn.translations[:, anchor], truth.translations[:, anchor])
        assert velocity_changes(drawn).max() < 0.6 * velocity_changes(window).max()
        assert velocity_changes(drawn).max() < 1.7 * velocity_changes(truth).max()
        far = np.abs(np.arange(30) - anchor) >= 20
        np.testing.assert_allclose(drawn.translations[:, far], window.translations[:, far], atol=1e-12)


def test_a_window_that_holds_its_anchor_well_is_left_alone() -> None:
    window = smooth_motion(6)
    drawn = drawn_to_anchor(window, 15, blend_s=2.0)
    assert np.abs(drawn.translations - window.translations).max() < 2e-4
    assert angle_between(drawn.rotations, window.rotations).max() < 2e-3
