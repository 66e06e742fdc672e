"""The networks that evaluation trains for itself, and the windows it draws."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="evaluating needs the train extra (torch)")

from tests.unit.bodies import small_skeleton  # noqa: E402 - after the skip
from tests.unit.evaluation.made_clips import FRAMES, MADE_KINDS, made_clips  # noqa: E402

from ponimator_runtime.errors import ConfigError, DataError  # noqa: E402
from ponimator_training.evaluation.baselines import TrainingPoses  # noqa: E402
from ponimator_training.evaluation.draws import INTERACTIVE_ONLY, compared_frames, halves, thinned  # noqa: E402
from ponimator_training.evaluation.features import (  # noqa: E402
    load_autoencoder,
    save_autoencoder,
    trained_autoencoder,
)
from ponimator_training.evaluation.pose_kinds import trained_judge  # noqa: E402
from ponimator_training.windows import WindowSampler  # noqa: E402

SKELETON = small_skeleton()


@pytest.fixture(scope="module")
def clips():
    return made_clips(0)


@pytest.fixture(scope="module")
def sampler(clips):
    return WindowSampler(clips, SKELETON, choice=INTERACTIVE_ONLY)


def test_the_autoencoder_learns_and_comes_back_from_its_file_the_same(sampler, tmp_path):
    _, before = trained_autoencoder(sampler, steps=1, seed=0, progress=False)
    network, after = trained_autoencoder(sampler, steps=20, seed=0, progress=False)
    assert after < 0.9 * before
    windows = sampler.windows(np.random.default_rng(0), 5)
    path = tmp_path / "features.npz"
    sha256 = save_autoencoder(network, path, {"train_sha256": "abc", "error_mm": after})
    again, error_mm, same = load_autoencoder(path, {"train_sha256": "abc", "frames": 30})
    assert (error_mm, same) == (after, sha256)
    np.testing.assert_array_equal(again.codes(windows.joints), network.codes(windows.joints))
    with pytest.raises(ConfigError, match="expected"):
        load_autoencoder(path, {"train_sha256": "other"})
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match="cannot be read"):
        load_autoencoder(path, {})


def test_the_judge_tells_kinds_that_it_has_learned(sampler, clips):
    judge = trained_judge(sampler, clips.kinds, steps=100, seed=0, progress=False)
    assert judge.kinds == MADE_KINDS
    poses = sampler.poses(np.random.default_rng(1), 200)
    asked = judge.numbers([clips.kinds[clip] for clip in poses.clips])
    assert (judge.likelihood(poses.joints).argmax(axis=1) == asked).mean() > 0.8


def test_a_training_pose_is_its_own_nearest_and_has_its_own_partner(clips, sampler):
    training = TrainingPoses(clips, sampler, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    asked = sampler.windows(rng, 6)
    made = training.nearest(asked.anchor_joints, asked.anchor_index, asked.rest_joints)
    # The pool holds every interactive pose in one of the two role orders: where it is this one, the window comes back.
    same = np.abs(made - asked.motion).max(axis=(1, 2, 3)) < 1e-4
    assert same.any()
    partners = training.partners_of(asked.anchor_joints[:, 0])
    np.testing.assert_allclose(partners[same], asked.anchor[same, 1], atol=1e-4)


def test_halves_share_no_clip_and_have_every_kind(clips):
    first, second = halves(clips)
    assert len(first) + len(second) == len(clips)
    assert set(first.kinds) == set(second.kinds) == set(clips.kinds)
    with pytest.raises(DataError, match="at least 2"):
        halves(clips.subset([0]))


def test_a_thinned_set_keeps_the_shares_of_its_kinds():
    clips = made_clips(0, each=8, kinds=tuple(f"kind {number:02}" for number in range(28)))
    thin = thinned(clips, 56)
    assert len(thin) == 56
    assert {thin.kinds.count(kind) for kind in set(clips.kinds)} == {2}
    assert thinned(clips, 10**6) is clips


def test_the_anchor_is_the_first_compared_frame():
    frames, around = compared_frames(np.array([0, 15, 29]), 30)
    np.testing.assert_array_equal(frames[:, 0], [0, 15, 29])
    assert frames.min() == 0
    assert frames.max() == 29
    assert np.abs(frames[:, around] - frames[:, :1]).max() == 2


def test_made_clips_hold_windows_around_their_anchors(clips):
    assert clips.interactive.shape == (len(clips), FRAMES)
    assert clips.interactive.any(axis=1).all()
