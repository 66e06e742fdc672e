"""Which windows and poses are drawn, and what they hold."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.training.made_training import SKELETON, made_clips, made_sampler

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.canonical import facing_yaw, model_from_world, transform_motion
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.window import FEATURE_COUNT, WINDOW_FRAMES, pack
from ponimator_training.losses import GeneratorWeights
from ponimator_training.tasks import GeneratorTask
from ponimator_training.windows import AnchorChoice, Augmentation


def test_without_augmentation_the_residual_at_the_anchor_is_nothing():
    windows = made_sampler().windows(np.random.default_rng(0), 64)
    row = np.arange(64)
    np.testing.assert_array_equal(windows.motion[row, :, windows.anchor_index], windows.anchor)
    np.testing.assert_array_equal(windows.joints[row, :, windows.anchor_index], windows.anchor_joints)


def test_person_a_stands_at_the_origin_facing_z():
    windows = made_sampler().windows(np.random.default_rng(0), 64)
    pelvis = windows.anchor_joints[:, 0, 0]
    np.testing.assert_allclose(pelvis[:, [0, 2]], 0.0, atol=1e-5)
    np.testing.assert_allclose(facing_yaw(windows.anchor_joints[:, 0]), 0.0, atol=1e-5)
    poses = made_sampler().poses(np.random.default_rng(0), 64)
    np.testing.assert_allclose(poses.joints[:, 0, 0][:, [0, 2]], 0.0, atol=1e-5)
    np.testing.assert_allclose(facing_yaw(poses.joints[:, 0]), 0.0, atol=1e-5)


@pytest.mark.parametrize("swapped", [False, True])
def test_windows_are_those_of_the_runtimes_canonical_frame(swapped):
    clips = made_clips()
    clip, start, frame = 1, 5, 17
    windows = made_sampler(clips).windows_at(
        np.array([clip]), np.array([frame]), np.array([start]), swapped=np.array([swapped])
    )
    motion = Motion(
        rotations=matrix_from_axis_angle(clips.rotation_vectors[clip]),
        translations=clips.translations[clip],
        betas=clips.betas[clip],
        rate_hz=10.0,
    )
    motion = motion.swapped() if swapped else motion
    moved = transform_motion(motion, model_from_world(motion.pose_at(frame), SKELETON), SKELETON)
    moved = moved.frames(start, start + WINDOW_FRAMES)
    np.testing.assert_allclose(windows.motion[0], pack(moved.rotations, moved.translations), atol=2e-5)
    np.testing.assert_allclose(windows.joints[0], motion_joint_positions(moved, SKELETON), atol=2e-5)
    assert windows.anchor_index[0] == frame - start


def test_both_orders_of_the_persons_are_drawn_evenly():
    clips = made_clips(count=1)
    windows = made_sampler(clips).windows(np.random.default_rng(0), 400)
    first_is_a = np.isclose(windows.betas[:, 0], clips.betas[0, 0], atol=1e-5).all(axis=1)
    second_is_a = np.isclose(windows.betas[:, 1], clips.betas[0, 0], atol=1e-5).all(axis=1)
    assert (first_is_a ^ second_is_a).all()
    assert 0.4 < first_is_a.mean() < 0.6


def test_anchors_are_chosen_as_asked():
    clips = made_clips(count=1, frames=70)
    sampler = made_sampler(clips, choice=AnchorChoice(interactive_share=1.0))
    index = sampler.windows(np.random.default_rng(0), 400).anchor_index
    assert set(index) == set(range(WINDOW_FRAMES))  # anywhere in the window
    sampler = made_sampler(clips, choice=AnchorChoice(interactive_share=0.0, first_frame_share=1.0))
    assert not sampler.windows(np.random.default_rng(0), 100).anchor_index.any()
    index = made_sampler(clips).windows(np.random.default_rng(0), 2000).anchor_index
    assert 0.2 < np.mean(index == 0) < 0.3  # 0.3 · 0.8, and a few of the rest


def test_only_starts_inside_the_clip_are_drawn():
    clips = made_clips(frames=WINDOW_FRAMES)
    windows = made_sampler(clips).windows(np.random.default_rng(0), 100)
    assert windows.motion.shape == (100, 2, WINDOW_FRAMES, FEATURE_COUNT)
    with pytest.raises(DataError, match="30 frames need at least one clip of as many"):
        made_sampler(made_clips(frames=WINDOW_FRAMES - 1))


def test_augmentation_moves_half_of_the_anchors_a_little_and_no_motion():
    noise = Augmentation()
    windows = made_sampler(augmentation=noise).windows(np.random.default_rng(0), 400)
    shift = windows.anchor - windows.motion[np.arange(400), :, windows.anchor_index]
    moved = np.abs(shift).max(axis=(1, 2)) > 0
    assert 0.42 < moved.mean() < 0.58
    ground = shift[moved][..., [-3, -1]]
    assert ground.std() == pytest.approx(noise.ground_shift_m, rel=0.1)
    assert not shift[..., -2].any()  # the height is known
    np.testing.assert_allclose(shift[..., 6:-3], 0.0, atol=1e-6)  # only the root turns
    assert np.abs(shift[moved][..., :6]).std() < np.deg2rad(noise.root_rotation_deg)
    assert np.abs(shift[moved][..., :6]).max() > 0


def test_the_masks_of_the_generator_are_drawn_as_often_as_published():
    task = GeneratorTask(sampler=made_sampler(), weights=GeneratorWeights())
    batch = task.draws(np.random.default_rng(0), 4000)
    assert float(batch["given_pose"][:, 0].mean()) == pytest.approx(0.2, abs=0.03)
    assert not batch["given_pose"][:, 1].any()
    assert float(batch["has_text"].mean()) == pytest.approx(0.9, abs=0.02)
    both = (batch["given_pose"][:, 0] * batch["has_text"]).mean()
    assert float(both) == pytest.approx(0.18, abs=0.03)  # independent of each other


def test_a_pose_comes_with_a_phrase_of_its_own_clip():
    clips = made_clips()
    poses = made_sampler(clips).poses(np.random.default_rng(0), 200)
    unique = sorted(text for texts in clips.texts for text in texts)
    said = [unique[index] for index in poses.text.argmax(axis=1)]
    assert all(text in clips.texts[clip] for text, clip in zip(said, poses.clips, strict=True))
    assert set(said) == set(unique)


def test_a_clip_without_contact_may_be_anchored_anywhere():
    clips = made_clips()
    clips.interactive[:] = False
    poses = made_sampler(clips).poses(np.random.default_rng(0), 50)
    assert np.isfinite(poses.features).all()


def test_chaining_is_learned_from_what_follows_contact():
    clips = made_clips()
    interactive = np.zeros_like(clips.interactive)
    interactive[:, 4:6] = True
    clips = replace(clips, interactive=interactive)
    choice = AnchorChoice(interactive_share=0.0, first_frame_share=1.0)
    sampler = made_sampler(clips, choice=choice)
    last_start = sampler.clip_frames - sampler.frames
    assert last_start > 4
    starts = sampler.drawer.windows(np.random.default_rng(0), 500).start
    assert set(starts.tolist()) == set(range(4, last_start + 1))
