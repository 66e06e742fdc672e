"""Laws of what is done after sampling: bodies taken apart, feet planted."""

from dataclasses import replace

import numpy as np
import pytest

from ponimator_runtime.motion.canonical import GroundTransform, transform_motion
from ponimator_runtime.motion.contact import FOOT_JOINTS, foot_contacts, standing_heights
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import InteractivePose, Motion
from ponimator_runtime.motion.refining.balls import BodyBalls, ShapedBalls, posed_balls
from ponimator_runtime.motion.refining.legs import legs_reaching
from ponimator_runtime.motion.refining.parting import TOUCH_DEPTH_M, parted_motion
from ponimator_runtime.motion.refining.penetration import (
    HANDLE_COUNT,
    depth_gradient,
    measured_pairs,
    moved,
    near_pairs,
)
from ponimator_runtime.motion.refining.planting import planted_motion
from ponimator_runtime.motion.refining.refiner import Refinement, Refiner
from ponimator_runtime.motion.rotations import matrix_about_y, matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import PARENTS
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface

FRAMES = 12
HELD = 3
FEET = list(FOOT_JOINTS)


@pytest.fixture(scope="module")
def surface() -> BodySurface:
    return body_surface(default_body())


@pytest.fixture(scope="module")
def body_balls(surface: BodySurface) -> BodyBalls:
    return BodyBalls(surface)


def facing_motion(surface: BodySurface, distance: float, *, seed: int = 0, sway: float = 0.15) -> Motion:
    """Two bodies on the floor that face each other `distance` m apart and sway; shapes of their own."""
    rng = np.random.default_rng(seed)
    time = np.arange(FRAMES)[:, None, None] / 10
    turns = sway * np.sin(2 * time + rng.uniform(0, 6, size=(2, 1, 22, 3))) * rng.normal(size=(2, 1, 22, 3))
    turns[:, :, [16, 17], 2] += [-1.2, 1.2]  # arms down
    rotations = matrix_from_axis_angle(turns)
    rotations[1, :, 0] = matrix_about_y(np.pi) @ rotations[1, :, 0]
    betas = rng.normal(scale=0.5, size=(2, 10))
    pelves = surface.skeleton.rest_joints(betas)[:, 0]
    standing = standing_heights(surface, betas)[:, 0] - surface.skeleton.rest_joints(betas)[:, FEET[0], 1]
    translations = np.zeros((2, FRAMES, 3)) - (pelves * [1, 0, 1])[:, None]
    translations[..., 1] += standing[:, None]
    translations[1, :, 2] += distance
    return Motion(rotations=rotations, translations=translations, betas=betas, rate_hz=10.0)


def depths(motion: Motion, balls: ShapedBalls) -> np.ndarray:
    return near_pairs(posed_balls(balls, motion.rotations, motion.translations)).depth


def assert_rotations(matrices: np.ndarray) -> None:
    np.testing.assert_allclose(
        matrices @ matrices.swapaxes(-1, -2), np.broadcast_to(np.eye(3), matrices.shape), atol=1e-9
    )
    assert np.all(np.linalg.det(matrices) > 0)


def bone_lengths(motion: Motion, surface: BodySurface) -> np.ndarray:
    joints = motion_joint_positions(motion, surface.skeleton)
    return np.linalg.norm(joints[:, :, 1:] - joints[:, :, PARENTS[1:22]], axis=-1)


def test_balls_lie_inside_the_skin_and_tell_most_of_it(surface: BodySurface, body_balls: BodyBalls) -> None:
    betas = np.zeros((2, 10))
    balls = body_balls.shaped(betas)
    at_rest = np.broadcast_to(np.eye(3), (2, 1, 22, 3, 3))
    posed = posed_balls(balls, at_rest, np.zeros((2, 1, 3)))
    skin = surface.posed(at_rest[0], np.zeros((1, 3)), betas[0])[0]
    gap = np.linalg.norm(skin[:, None] - posed.centres[0, 0], axis=-1) - posed.radii[0]
    assert gap.min() > -0.0065
    assert (gap.min(axis=1) < 0.01).mean() > 0.9


def test_balls_grow_and_move_with_the_shape(surface: BodySurface, body_balls: BodyBalls) -> None:
    betas = np.random.default_rng(1).normal(scale=0.7, size=(2, 10))
    balls = body_balls.shaped(betas)
    at_rest = np.broadcast_to(np.eye(3), (2, 1, 22, 3, 3))
    posed = posed_balls(balls, at_rest, np.zeros((2, 1, 3)))
    for person in range(2):
        skin = surface.posed(at_rest[person], np.zeros((1, 3)), betas[person])[0]
        gap = np.linalg.norm(skin[:, None] - posed.centres[person, 0], axis=-1) - posed.radii[person]
        assert gap.min() > -0.02
        assert (gap.min(axis=1) < 0.015).mean() > 0.9


def test_the_gradient_of_the_depth_is_that_of_finite_differences(surface: BodySurface, body_balls: BodyBalls) -> None:
    motion = facing_motion(surface, 0.25)
    balls = body_balls.shaped(motion.betas)
    posed = posed_balls(balls, motion.rotations, motion.translations)
    pairs = near_pairs(posed)
    assert len(pairs) > 20
    gradient = depth_gradient(pairs, posed)
    step = 1e-6
    for person in range(2):
        for handle in range(HANDLE_COUNT):
            for axis in range(3):
                change = np.zeros((2, FRAMES, HANDLE_COUNT, 3))
                change[person, :, handle, axis] = step
                ahead, behind = (
                    measured_pairs(
                        posed_balls(balls, *moved(motion.rotations, motion.translations, posed, sign * change)),
                        pairs.frames,
                        pairs.balls,
                    ).depth
                    for sign in (1, -1)
                )
                np.testing.assert_allclose(gradient[:, person, handle, axis], (ahead - behind) / (2 * step), atol=1e-6)


def test_bodies_that_are_not_in_each_other_are_left_alone(surface: BodySurface, body_balls: BodyBalls) -> None:
    motion = facing_motion(surface, 1.5, sway=0.0)
    assert parted_motion(motion, body_balls.shaped(motion.betas), held=HELD) is motion


@pytest.mark.parametrize("distance", [0.05, 0.15, 0.25, 0.35])
@pytest.mark.parametrize("held", [None, HELD])
def test_depth_never_grows_and_mostly_falls(
    surface: BodySurface, body_balls: BodyBalls, distance: float, held: int | None
) -> None:
    motion = facing_motion(surface, distance, seed=int(100 * distance))
    balls = body_balls.shaped(motion.betas)
    before = depths(motion, balls)
    after = depths(parted_motion(motion, balls, held=held), balls)
    assert before.max() > TOUCH_DEPTH_M
    assert after.sum() < before.sum()


def test_a_little_depth_is_gone_and_contact_stays(surface: BodySurface, body_balls: BodyBalls) -> None:
    motion = facing_motion(surface, 0.2, sway=0.0)
    balls = body_balls.shaped(motion.betas)
    parted = parted_motion(motion, balls, held=None, steps=12)
    assert depths(motion, balls).max() > 0.1
    assert depths(parted, balls).max() < 0.04  # a foot on a foot is left: nothing that turns moves legs
    assert depths(parted, balls).sum() < 0.01 * depths(motion, balls).sum()
    posed = posed_balls(balls, parted.rotations, parted.translations)
    assert set(near_pairs(posed, within_m=0.01).frames) == set(range(FRAMES))


def test_the_held_frame_and_who_may_not_move_stand(surface: BodySurface, body_balls: BodyBalls) -> None:
    motion = facing_motion(surface, 0.15)
    balls = body_balls.shaped(motion.betas)
    parted = parted_motion(motion, balls, held=HELD)
    np.testing.assert_allclose(parted.rotations[:, HELD], motion.rotations[:, HELD], atol=1e-15)
    np.testing.assert_array_equal(parted.translations[:, HELD], motion.translations[:, HELD])
    one_sided = parted_motion(motion, balls, held=None, movable=(False, True))
    np.testing.assert_allclose(one_sided.rotations[0], motion.rotations[0], atol=1e-15)
    np.testing.assert_array_equal(one_sided.translations[0], motion.translations[0])
    assert depths(one_sided, balls).sum() < depths(motion, balls).sum()


def test_a_moved_and_turned_window_is_refined_alike(surface: BodySurface) -> None:
    motion = facing_motion(surface, 0.2)
    refiner = Refiner(surface, Refinement())
    transform = GroundTransform(yaw_rad=1.1, shift=np.array([0.7, 0.0, -0.4]))
    there = transform_motion(refiner.window(motion, held=HELD), transform, surface.skeleton)
    first = refiner.window(transform_motion(motion, transform, surface.skeleton), held=HELD)
    assert not np.allclose(there.rotations, transform_motion(motion, transform, surface.skeleton).rotations, atol=1e-3)
    np.testing.assert_allclose(first.rotations, there.rotations, atol=1e-7)
    np.testing.assert_allclose(first.translations, there.translations, atol=1e-7)


def test_what_is_refined_keeps_rotations_and_bones_and_is_the_same_again(surface: BodySurface) -> None:
    motion = facing_motion(surface, 0.2, sway=0.3)
    refined = Refiner(surface, Refinement()).window(motion, held=HELD)
    assert_rotations(refined.rotations)
    np.testing.assert_allclose(bone_lengths(refined, surface), bone_lengths(motion, surface), atol=1e-9)
    again = Refiner(surface, Refinement()).window(motion, held=HELD)
    np.testing.assert_array_equal(again.rotations, refined.rotations)
    np.testing.assert_array_equal(again.translations, refined.translations)


def test_nothing_is_done_where_nothing_is_asked(surface: BodySurface) -> None:
    motion = facing_motion(surface, 0.1)
    off = Refiner(surface, Refinement(parting=False, planting=False))
    assert off.window(motion, held=HELD) is motion
    assert off.pose(motion.pose_at(0)).rotations is not None
    np.testing.assert_array_equal(off.pose(motion.pose_at(0)).rotations, motion.rotations[:, 0])


def test_an_interactive_pose_is_taken_apart_around_the_given_person(
    surface: BodySurface, body_balls: BodyBalls
) -> None:
    pose = facing_motion(surface, 0.2).pose_at(0)
    refined = Refiner(surface, Refinement()).pose(pose, movable=(False, True))
    np.testing.assert_allclose(refined.rotations[0], pose.rotations[0], atol=1e-15)
    np.testing.assert_array_equal(refined.translations[0], pose.translations[0])
    balls = body_balls.shaped(pose.betas)
    before, after = (
        near_pairs(posed_balls(balls, each.rotations[:, None], each.translations[:, None])).depth.max()
        for each in (pose, refined)
    )
    assert after < 0.5 * before


@pytest.mark.parametrize(("gap_m", "drawn"), [(0.04, True), (0.12, False)])
def test_a_pose_that_just_misses_is_drawn_together(
    surface: BodySurface, body_balls: BodyBalls, gap_m: float, drawn: bool
) -> None:
    pose = facing_motion(surface, 0.6, sway=0.0).pose_at(0)
    balls = body_balls.shaped(pose.betas)

    def nearest(each: InteractivePose) -> float:
        posed = posed_balls(balls, each.rotations[:, None], each.translations[:, None])
        return -float(near_pairs(posed, within_m=1.0).depth.max())

    for _ in range(20):  # along z alone a step is no longer than the gap
        pose.translations[1, 2] -= nearest(pose) - gap_m
    assert nearest(pose) == pytest.approx(gap_m, abs=0.005)
    refined = Refiner(surface, Refinement(planting=False)).pose(pose)
    if drawn:
        assert abs(nearest(refined)) < 0.006
    else:
        assert refined is pose


def sliding(surface: BodySurface, speed_m_s: float) -> Motion:
    """Two bodies that stand apart and slide over the floor."""
    motion = facing_motion(surface, 1.2, sway=0.0)
    translations = motion.translations.copy()
    translations[..., 0] += speed_m_s * np.arange(FRAMES) / 10
    return replace(motion, translations=translations)


def planted(motion: Motion, surface: BodySurface, *, held: int | None) -> Motion:
    standing = standing_heights(surface, motion.betas)
    return planted_motion(motion, surface.skeleton.rest_joints(motion.betas), standing, held=held)


def feet_of(motion: Motion, surface: BodySurface) -> np.ndarray:
    return motion_joint_positions(motion, surface.skeleton)[:, :, FEET]


@pytest.mark.parametrize("held", [None, 0, HELD])
def test_planted_feet_stay_put(surface: BodySurface, held: int | None) -> None:
    motion = sliding(surface, 0.1)
    pinned = planted(motion, surface, held=held)
    assert foot_contacts(motion, surface).all()
    assert np.ptp(feet_of(motion, surface)[..., 0], axis=1).min() > 0.1
    moves = np.ptp(feet_of(pinned, surface), axis=1)[..., [0, 2]]
    assert moves.max() < 0.02  # stretched legs reach a little less than all the way
    np.testing.assert_array_equal(pinned.translations, motion.translations)
    assert_rotations(pinned.rotations)
    if held is not None:
        np.testing.assert_array_equal(pinned.rotations[:, held], motion.rotations[:, held])


def test_feet_that_do_not_slide_are_left_alone(surface: BodySurface) -> None:
    motion = sliding(surface, 0.0)
    low = standing_heights(surface, motion.betas)[:, None] - feet_of(motion, surface)[..., 1]
    assert low.max() < 1e-9
    assert planted(motion, surface, held=None) is motion


def test_feet_below_the_floor_are_lifted_onto_it(surface: BodySurface) -> None:
    motion = sliding(surface, 0.05)
    sunk = replace(motion, translations=motion.translations - [0.0, 0.03, 0.0])
    standing = standing_heights(surface, motion.betas)[:, None]
    assert (feet_of(sunk, surface)[..., 1] - standing).min() < -0.025
    lifted = planted(sunk, surface, held=None)
    assert (feet_of(lifted, surface)[..., 1] - standing).min() > -1e-3


def test_a_leg_reaches_what_it_can_and_goes_as_far_as_it_can_otherwise(surface: BodySurface) -> None:
    motion = facing_motion(surface, 1.0, sway=0.3)
    balls = BodyBalls(surface, count=4).shaped(motion.betas)
    posed = posed_balls(balls, motion.rotations, motion.translations)
    feet = posed.joint_positions[:, :, FEET].reshape(2, FRAMES, 2, 2, 3)
    ankles, toes = feet[..., 0, :], feet[..., 1, :]
    wanted = np.array([0.03, 0.06, -0.02])
    args = motion.rotations, posed.rotations_to_world, posed.joint_positions

    def feet_after(shift: np.ndarray) -> np.ndarray:
        rotations = legs_reaching(*args, ankles + shift, toes + shift)
        assert_rotations(rotations)
        return feet_of(replace(motion, rotations=rotations), surface).reshape(feet.shape)

    np.testing.assert_allclose(feet_after(wanted), feet + wanted, atol=1e-6)
    far = feet_after(np.array([0.0, -5.0, 0.0]))
    hips = posed.joint_positions[:, :, [1, 2]]
    length = bone_lengths(motion, surface)[:, :, [3, 4]] + bone_lengths(motion, surface)[:, :, [6, 7]]
    np.testing.assert_allclose(np.linalg.norm(far[..., 0, :] - hips, axis=-1), length, rtol=2e-3)


def test_a_foot_that_drags_to_its_next_place_steps_there(surface: BodySurface) -> None:
    motion = sliding(surface, 0.0)
    translations = motion.translations.copy()
    travel = np.clip((np.arange(FRAMES) - 4) / 4, 0, 1)
    translations[..., 0] += 0.4 * travel * travel * (3 - 2 * travel)
    dragging = replace(motion, translations=translations)
    stepping = feet_of(planted(dragging, surface, held=0), surface)
    height = stepping[..., 1] - standing_heights(surface, motion.betas)[:, None]
    assert height[:, 5:8].max(axis=1).min() > 0.02
    np.testing.assert_allclose(height[:, [0, -1]], 0.0, atol=2e-3)
