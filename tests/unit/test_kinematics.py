"""Forward kinematics, the canonical frame and its root trap, the window's features."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.bodies import random_pose, small_skeleton, smooth_motion

from ponimator_runtime.errors import ShapeError
from ponimator_runtime.motion.canonical import (
    GroundTransform,
    facing_yaw,
    model_from_world,
    transform_motion,
    transform_pose,
)
from ponimator_runtime.motion.kinematics import joint_positions, motion_joint_positions, pose_joint_positions
from ponimator_runtime.motion.mirror import mirrored_motion
from ponimator_runtime.motion.placement import Root, placed_at_roots, roots_of
from ponimator_runtime.motion.pose import InteractivePose
from ponimator_runtime.motion.rotations import matrix_about_y, matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES, MIRROR, PARENTS, Skeleton
from ponimator_runtime.motion.window import (
    anchor_features,
    generator_features,
    motion_from_residual,
    pose_from_generator_features,
    residual_from_motion,
)

SKELETON = small_skeleton()
seeds = st.integers(0, 10_000)


def slow_joint_positions(pose: InteractivePose, person: int) -> np.ndarray:
    """The slow twin: one homogeneous matrix per joint, multiplied along the chain."""
    rest = SKELETON.rest_joints(pose.betas)[person]
    transforms = {-1: np.eye(4)}
    positions = []
    for joint in range(22):
        local = np.eye(4)
        local[:3, :3] = pose.rotations[person, joint]
        parent = PARENTS[joint]
        local[:3, 3] = rest[joint] + pose.translations[person] if parent < 0 else rest[joint] - rest[parent]
        transforms[joint] = transforms[parent] @ local
        positions.append(transforms[joint][:3, 3])
    return np.array(positions)


def test_skeleton_is_a_tree_with_parents_first_and_a_true_mirror() -> None:
    assert len(JOINT_NAMES) == len(set(JOINT_NAMES)) == 55
    assert all(parent < joint for joint, parent in enumerate(PARENTS))
    assert [MIRROR[MIRROR[joint]] for joint in range(55)] == list(range(55))
    for joint in range(1, 55):
        assert PARENTS[MIRROR[joint]] == MIRROR[PARENTS[joint]]


def test_skeleton_refuses_another_count_of_joints() -> None:
    with pytest.raises(ShapeError, match="55"):
        Skeleton(template=np.zeros((24, 3)), shape_basis=np.zeros((24, 3, 10)))


@given(seeds)
def test_fast_kinematics_equal_slow_kinematics(seed: int) -> None:
    pose = random_pose(seed)
    fast = pose_joint_positions(pose, SKELETON)
    for person in range(2):
        np.testing.assert_allclose(fast[person], slow_joint_positions(pose, person), atol=1e-12)


def test_the_root_rotation_turns_the_body_about_its_pelvis() -> None:
    pose = random_pose(3)
    turned = pose.rotations.copy()
    turned[:, 0] = matrix_from_axis_angle(np.array([0.3, 1.2, -0.7])) @ turned[:, 0]
    rest = SKELETON.rest_joints(pose.betas)
    before, after = (joint_positions(r, pose.translations, rest)[:, 0] for r in (pose.rotations, turned))
    np.testing.assert_allclose(before, after)
    np.testing.assert_allclose(before, pose.pelvis_positions(SKELETON))


@given(seeds, st.floats(-3, 3), st.floats(-5, 5), st.floats(-5, 5))
def test_a_rigid_move_moves_every_joint_rigidly(seed: int, yaw: float, x: float, z: float) -> None:
    """The root trap: told wrongly, the pelvis is right and everything else is off."""
    pose = random_pose(seed)
    move = GroundTransform(yaw_rad=yaw, shift=np.array([x, 0.25, z]))
    moved = pose_joint_positions(transform_pose(pose, move, SKELETON), SKELETON)
    expected = pose_joint_positions(pose, SKELETON) @ move.rotation.T + move.shift
    np.testing.assert_allclose(moved, expected, atol=1e-10)


@given(seeds)
def test_there_and_back_again(seed: int) -> None:
    pose = random_pose(seed)
    to_model = model_from_world(pose, SKELETON)
    back = transform_pose(transform_pose(pose, to_model, SKELETON), to_model.inverse(), SKELETON)
    np.testing.assert_allclose(back.rotations, pose.rotations, atol=1e-12)
    np.testing.assert_allclose(back.translations, pose.translations, atol=1e-12)


def test_transforms_compose() -> None:
    first = GroundTransform(yaw_rad=0.4, shift=np.array([1.0, 0.0, 2.0]))
    second = GroundTransform(yaw_rad=-1.3, shift=np.array([0.5, 0.0, -1.0]))
    pose = random_pose(1)
    one_by_one = transform_pose(transform_pose(pose, first, SKELETON), second, SKELETON)
    at_once = transform_pose(pose, second.after(first), SKELETON)
    np.testing.assert_allclose(at_once.translations, one_by_one.translations, atol=1e-12)


@given(seeds)
def test_in_model_space_person_a_stands_at_the_origin_facing_z(seed: int) -> None:
    pose = random_pose(seed)
    in_model = transform_pose(pose, model_from_world(pose, SKELETON, floor_height=0.5), SKELETON)
    joints = pose_joint_positions(in_model, SKELETON)
    np.testing.assert_allclose(joints[0, 0, [0, 2]], 0.0, atol=1e-12)
    assert facing_yaw(joints[0]) == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(joints[..., 1] + 0.5, pose_joint_positions(pose, SKELETON)[..., 1], atol=1e-12)


def test_a_body_at_rest_faces_z_and_turns_with_its_yaw() -> None:
    rest = np.broadcast_to(np.eye(3), (2, 22, 3, 3)).copy()
    rest[1, 0] = matrix_about_y(0.7)
    pose = InteractivePose(rotations=rest, translations=np.zeros((2, 3)), betas=np.zeros((2, 10)))
    np.testing.assert_allclose(facing_yaw(pose_joint_positions(pose, SKELETON)), [0.0, 0.7], atol=1e-12)


def test_motion_moves_as_its_poses_do() -> None:
    motion = smooth_motion(2)
    move = GroundTransform(yaw_rad=1.1, shift=np.array([1.0, 0.0, -2.0]))
    moved = transform_motion(motion, move, SKELETON)
    one = transform_pose(motion.pose_at(11), move, SKELETON)
    np.testing.assert_allclose(moved.pose_at(11).translations, one.translations)
    np.testing.assert_allclose(moved.pose_at(11).rotations, one.rotations)


def test_a_mirrored_motion_is_the_mirror_image() -> None:
    symmetric = SKELETON.template.copy()
    for joint, other in enumerate(MIRROR):
        symmetric[joint] = 0.5 * (SKELETON.template[joint] + SKELETON.template[other] * [-1, 1, 1])
    skeleton = Skeleton(template=symmetric, shape_basis=np.zeros((55, 3, 10)))
    motion = smooth_motion(5)
    mirrored = motion_joint_positions(mirrored_motion(motion, skeleton), skeleton)
    expected = motion_joint_positions(motion, skeleton)[:, :, list(MIRROR[:22])] * [-1, 1, 1]
    np.testing.assert_allclose(mirrored, expected, atol=1e-12)


@given(seeds)
def test_a_window_comes_back_from_its_residual(seed: int) -> None:
    motion = smooth_motion(seed)
    anchor = motion.pose_at(12)
    residual = residual_from_motion(motion, anchor)
    assert residual.shape == (2, 30, 135)
    np.testing.assert_array_equal(residual[:, 12], 0.0)
    back = motion_from_residual(residual, anchor)
    np.testing.assert_allclose(back.rotations, motion.rotations, atol=1e-9)
    np.testing.assert_allclose(back.translations, motion.translations, atol=1e-12)


def test_features_are_rotations_first_then_translation() -> None:
    pose = random_pose(4)
    features = anchor_features(pose)
    np.testing.assert_array_equal(features[:, 132:], pose.translations)
    np.testing.assert_array_equal(features[1, 6 * 5 : 6 * 5 + 3], pose.rotations[1, 5, :, 0])
    np.testing.assert_array_equal(features[1, 6 * 5 + 3 : 6 * 6], pose.rotations[1, 5, :, 1])


def test_generator_features_come_back() -> None:
    pose = random_pose(6)
    features = generator_features(pose, SKELETON.rest_joints(pose.betas))
    assert features.shape == (2, 201)
    np.testing.assert_array_equal(features[:, 135:].reshape(2, 22, 3), SKELETON.rest_joints(pose.betas)[:, :22])
    back = pose_from_generator_features(features, pose.betas)
    np.testing.assert_allclose(back.rotations, pose.rotations, atol=1e-9)


def roots(yaw_a: float, yaw_b: float) -> tuple[Root, Root]:
    return (
        Root(position=np.array([2.0, 0.0, 1.0]), yaw_rad=yaw_a),
        Root(position=np.array([3.0, 0.0, 3.0]), yaw_rad=yaw_b),
    )


def test_two_roots_put_the_pair_between_them_on_their_own_sides() -> None:
    wanted = roots(0.0, 0.0)
    placed = placed_at_roots(random_pose(8), wanted, SKELETON)
    first, second = roots_of(placed, SKELETON)
    np.testing.assert_allclose(
        0.5 * (first.position + second.position), 0.5 * (wanted[0].position + wanted[1].position), atol=1e-12
    )
    direction, own = wanted[1].position - wanted[0].position, second.position - first.position
    assert direction @ own == pytest.approx(np.linalg.norm(direction) * np.linalg.norm(own))


@pytest.mark.parametrize("person", [0, 1])
def test_one_root_puts_that_person_there(person: int) -> None:
    wanted = roots(0.3, -2.0)[person]
    given = (wanted, None) if person == 0 else (None, wanted)
    placed = roots_of(placed_at_roots(random_pose(9), given, SKELETON), SKELETON)[person]
    np.testing.assert_allclose(placed.position, wanted.position, atol=1e-12)
    assert np.cos(placed.yaw_rad - wanted.yaw_rad) == pytest.approx(1.0)


def test_no_root_leaves_the_pair_where_it_was_made() -> None:
    pose = random_pose(10)
    assert placed_at_roots(pose, (None, None), SKELETON) is pose
    stand = JOINT_INDEX["pelvis"]
    np.testing.assert_allclose(pose_joint_positions(pose, SKELETON)[:, stand], pose.pelvis_positions(SKELETON))
