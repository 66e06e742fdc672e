"""The synthetic set: true contact, planted feet, smooth motion, the same for the same seed."""

import numpy as np
import pytest

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.rotations import angle_between
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface
from ponimator_training.data.cli import motion_of
from ponimator_training.data.clips import load_clips
from ponimator_training.data.synthetic.curves import minimum_jerk
from ponimator_training.data.synthetic.footsteps import RootPath, Walk
from ponimator_training.data.synthetic.kinds import KINDS
from ponimator_training.data.synthetic.limb import Limb
from ponimator_training.data.synthetic.synthesis import SynthClip, play, synthesise

EXTRACTION_DISTANCE_M = 0.013
"""Surfaces nearer than this are in contact (paper)."""


@pytest.fixture(scope="module")
def surface() -> BodySurface:
    return body_surface(default_body())


@pytest.fixture(scope="module")
def played(surface: BodySurface) -> list[SynthClip]:
    return [play(kind, surface, np.random.default_rng([5, seed])) for kind in KINDS for seed in range(3)]


def test_surfaces_touch_at_the_anchors_of_kinds_that_touch(surface: BodySurface, played: list[SynthClip]) -> None:
    gaps = []
    for clip in played:
        if not clip.kind.touches:
            continue
        frames = np.flatnonzero(clip.interactive)[[0, -1]]
        a, b = (
            surface.posed(clip.motion.rotations[p][frames], clip.motion.translations[p][frames], clip.motion.betas[p])
            for p in range(2)
        )
        for skin_a, skin_b in zip(a, b, strict=True):
            near = skin_b[np.linalg.norm(skin_b - skin_a.mean(axis=0), axis=1) < 2.0]
            gaps.append(min(np.linalg.norm(near - vertex, axis=1).min() for vertex in skin_a))
    assert np.mean(np.array(gaps) < EXTRACTION_DISTANCE_M) >= 0.95


def test_every_clip_has_anchors_that_leave_time_before_and_after(played: list[SynthClip]) -> None:
    for clip in played:
        frames = np.flatnonzero(clip.interactive)
        assert len(frames) >= 1, clip.kind.name
        assert 3 <= frames[0] <= frames[-1] <= clip.motion.frame_count - 3, clip.kind.name


def test_bodies_that_do_not_step_keep_their_feet_planted(surface: BodySurface, played: list[SynthClip]) -> None:
    for clip in played:
        ankles = motion_joint_positions(clip.motion, surface.skeleton)[:, :, [7, 8]]
        on_floor = ankles[..., 1] < ankles[..., 1].min(axis=1, keepdims=True) + 0.002
        planted = on_floor[:, 1:] & on_floor[:, :-1]
        slide = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=1), axis=-1) * clip.motion.rate_hz
        assert np.median(slide[planted]) < 0.01, clip.kind.name
        assert np.percentile(slide[planted], 90) < 0.05, clip.kind.name


def test_motion_is_continuous(surface: BodySurface, played: list[SynthClip]) -> None:
    for clip in played:
        joints = motion_joint_positions(clip.motion, surface.skeleton)
        assert np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1).max() < 0.4, clip.kind.name
        steps = angle_between(clip.motion.rotations[:, 1:], clip.motion.rotations[:, :-1])
        assert np.degrees(steps.max()) < 100, clip.kind.name


def test_nobody_sinks_into_the_floor_or_flies(surface: BodySurface, played: list[SynthClip]) -> None:
    for clip in played:
        for person in range(2):
            skin = surface.posed(
                clip.motion.rotations[person], clip.motion.translations[person], clip.motion.betas[person]
            )
            lowest = skin[..., 1].min(axis=-1)
            assert np.abs(lowest).max() < 0.05, clip.kind.name


def test_knees_and_elbows_bend_the_right_way(surface: BodySurface, played: list[SynthClip]) -> None:
    """A knee's rotation vector points to +X, a left elbow's to −Y and a right elbow's to +Y, or is small."""
    for clip in played:
        for joint, axis, sign in ((4, 0, 1.0), (5, 0, 1.0), (18, 1, -1.0), (19, 1, 1.0)):
            rotations = clip.motion.rotations[:, :, joint]
            sine = 0.5 * (
                rotations[..., (axis + 2) % 3, (axis + 1) % 3] - rotations[..., (axis + 1) % 3, (axis + 2) % 3]
            )
            assert (sign * sine).min() > -0.25, (clip.kind.name, joint)


def test_both_people_look_at_each_other_while_they_touch(surface: BodySurface, played: list[SynthClip]) -> None:
    turned_away = []
    for clip in played:
        if clip.kind.name in {"hug", "bow"}:
            continue
        joints = motion_joint_positions(clip.motion, surface.skeleton)
        frame = np.flatnonzero(clip.interactive)[0]
        for person in range(2):
            to_partner = joints[1 - person, frame, 15] - joints[person, frame, 15]
            chest_forward = np.cross(joints[person, frame, 16] - joints[person, frame, 17], np.array([0.0, 1.0, 0.0]))
            turned_away.append(chest_forward @ to_partner < 0)
    assert not any(turned_away)


def test_the_same_seed_makes_the_same_set_whatever_its_length(surface: BodySurface) -> None:
    short, long = synthesise(surface, clips=8, seed=3), synthesise(surface, clips=10, seed=3)
    np.testing.assert_array_equal(short.rotation_vectors, long.rotation_vectors[:8])
    assert not np.array_equal(short.translations, synthesise(surface, clips=8, seed=4).translations)


def test_a_set_survives_its_file(surface: BodySurface, tmp_path) -> None:
    clips = synthesise(surface, clips=8, seed=1)
    clips.save(tmp_path / "set.npz")
    again = load_clips(tmp_path / "set.npz")
    assert again.kinds == clips.kinds
    assert again.texts == clips.texts
    np.testing.assert_allclose(motion_of(again, 2).rotations, motion_of(clips, 2).rotations, atol=1e-6)


def test_a_set_needs_every_kind(surface: BodySurface) -> None:
    with pytest.raises(ConfigError, match="8 kinds"):
        synthesise(surface, clips=3, seed=0)


def test_files_that_are_no_sets_are_named(tmp_path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        load_clips(tmp_path / "missing.npz")
    np.savez(tmp_path / "other.npz", poses=np.zeros(3))
    with pytest.raises(DataError, match="rotation_vectors"):
        load_clips(tmp_path / "other.npz")


def test_numbers_that_are_not_finite_are_refused(surface: BodySurface, tmp_path) -> None:
    clips = synthesise(surface, clips=8, seed=1)
    clips.translations[3, 0, 5, 1] = np.nan
    clips.save(tmp_path / "nan.npz")
    with pytest.raises(DataError, match="translations"):
        load_clips(tmp_path / "nan.npz")


def test_a_limb_reaches_its_target_and_no_further_than_it_can() -> None:
    limb = Limb(upper=np.array([0.3, 0.0, 0.0]), lower=np.array([0.25, 0.0, 0.0]), hinge=np.array([0.0, -1.0, 0.0]))
    start = np.zeros((2, 3))
    target = np.array([[0.1, -0.3, 0.2], [2.0, 0.0, 0.0]])
    upper, lower = limb.solve(start, target, np.array([[0.0, 0.0, -1.0]] * 2))
    end = upper @ limb.upper + lower @ limb.lower
    np.testing.assert_allclose(end[0], target[0], atol=1e-9)
    assert 0.54 < np.linalg.norm(end[1]) <= limb.length


def test_feet_end_a_walk_side_by_side_and_stand_still_between_steps() -> None:
    walk = Walk(start=0.5, shift=np.array([0.2, 1.3]), turn_rad=0.4)
    path = RootPath(place=np.zeros(2), yaw_rad=0.0, walks=(walk,), half_stance_m=0.1)
    time = np.linspace(0, walk.stop + 1, 300)
    soles, _, airborne = path.feet(time)
    moved = np.linalg.norm(np.diff(soles[:, :, [0, 2]], axis=1), axis=-1)
    assert moved[(airborne[:, 1:] == 0) & (airborne[:, :-1] == 0)].max() < 1e-9
    np.testing.assert_allclose(soles[:, -1, [0, 2]].mean(axis=0), walk.shift, atol=1e-9)
    assert np.linalg.norm(soles[0, -1] - soles[1, -1]) == pytest.approx(0.2)


def test_minimum_jerk_starts_and_ends_at_rest() -> None:
    time = np.linspace(0, 3, 3001)
    curve = minimum_jerk(time, 1.0, 2.0)
    assert curve[0] == 0.0
    assert curve[-1] == 1.0
    assert np.abs(np.diff(curve, 2)).max() < 1e-5
