"""The torch twins of rotations and kinematics compute what the runtime's numpy computes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ponimator_runtime.motion import kinematics, rotations, window
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, PARENTS
from ponimator_training.body.model import default_body
from ponimator_training.network import kinematics_torch, rotations_torch
from ponimator_training.network.skin_torch import thin_skin

SEEDS = st.integers(0, 2**32 - 1)


def random_rotations(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rotations.matrix_from_axis_angle(rng.normal(size=(*shape, 3)))


@given(SEEDS)
def test_6d_of_a_matrix_is_the_same_in_both(seed):
    matrix = random_rotations(np.random.default_rng(seed), 2, 5)
    twin = rotations_torch.rotation_6d_from_matrix(torch.from_numpy(matrix)).numpy()
    np.testing.assert_array_equal(twin, rotations.rotation_6d_from_matrix(matrix))


@given(SEEDS)
def test_matrix_of_6d_that_is_no_rotation_is_the_same_in_both(seed):
    rotation_6d = np.random.default_rng(seed).normal(size=(2, 5, 6))
    twin = rotations_torch.matrix_from_rotation_6d(torch.from_numpy(rotation_6d)).numpy()
    np.testing.assert_allclose(twin, rotations.matrix_from_rotation_6d(rotation_6d), atol=1e-12)


@given(SEEDS)
def test_joints_are_the_same_in_both(seed):
    rng = np.random.default_rng(seed)
    local, translation = random_rotations(rng, 2, 3, BODY_JOINT_COUNT), rng.normal(size=(2, 3, 3))
    rest = default_body().skeleton().rest_joints(rng.normal(size=(2, 3, 10)))
    features = torch.from_numpy(window.pack(local, translation))
    twin = kinematics_torch.joint_positions(features, torch.from_numpy(rest[..., :BODY_JOINT_COUNT, :]))
    np.testing.assert_allclose(twin.numpy(), kinematics.joint_positions(local, translation, rest), atol=1e-6)
    np.testing.assert_allclose(
        kinematics_torch.world_rotations(torch.from_numpy(local)).numpy(), kinematics.world_rotations(local), atol=1e-12
    )


def test_unpack_splits_features_where_the_runtime_does():
    features = np.random.default_rng(0).normal(size=(2, window.FEATURE_COUNT))
    twin = kinematics_torch.unpack(torch.from_numpy(features))
    for ours, theirs in zip(twin, window.unpack(features), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, atol=1e-12)


def test_skin_points_are_those_of_the_body():
    """Torch skinning of a few points against the body model's own, hands and face held still."""
    rng = np.random.default_rng(0)
    body = default_body()
    betas = rng.normal(size=(1, 2, 10))
    local = random_rotations(rng, 1, 2, BODY_JOINT_COUNT)
    translation = rng.normal(size=(1, 2, 3))
    all_local = np.broadcast_to(np.eye(3), (1, 2, len(PARENTS), 3, 3)).copy()
    all_local[:, :, :BODY_JOINT_COUNT] = local
    posed = body.pose(all_local, translation, betas)
    skin = thin_skin(body.template, body.shape_basis, body.skin_weights, count=40)
    rest = torch.from_numpy(body.skeleton().rest_joints(betas)[:, :, :BODY_JOINT_COUNT]).float()
    world = kinematics_torch.world_rotations(torch.from_numpy(local).float())
    joints = kinematics_torch.positions_from_world_rotations(world, torch.from_numpy(translation).float(), rest)
    points = skin.posed(world, joints, rest, torch.from_numpy(betas).float()).numpy()
    distance = np.linalg.norm(points[:, :, :, None] - posed.vertices[:, :, None], axis=-1).min(axis=-1)
    assert distance.max() == pytest.approx(0.0, abs=2e-5)
