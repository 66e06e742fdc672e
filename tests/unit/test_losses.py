"""Every loss term is nothing at the truth, something beside it, and differentiable everywhere."""

from dataclasses import asdict, fields

import numpy as np
import pytest
import torch

from ponimator_runtime.motion.rotations import matrix_about_y, matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT
from ponimator_runtime.motion.window import FEATURE_COUNT, pack
from ponimator_training.body.model import default_body
from ponimator_training.losses import (
    AnimatorWeights,
    GeneratorWeights,
    animator_losses,
    bodies_from_features,
    generator_losses,
    meeting_errors,
    relative_orientation_error,
    weighted_total,
)
from ponimator_training.network.skin_torch import thin_skin

B, P, N = 2, 2, 5
NEVER_ZERO = {"contact"}
"""Draws joints together that touch in the truth: no truth reaches it."""


@pytest.fixture
def truth():
    """Windows of two bodies 40 cm apart: some joints touch, none coincide; both stand still in the last two frames."""
    rng = np.random.default_rng(0)
    rotations = matrix_from_axis_angle(rng.normal(scale=0.2, size=(B, P, N, BODY_JOINT_COUNT, 3)))
    translations = rng.normal(scale=0.02, size=(B, P, N, 3))
    translations[:, 1, :, 2] += 0.4
    rotations[:, :, -1], translations[:, :, -1] = rotations[:, :, -2], translations[:, :, -2]
    betas = rng.normal(scale=0.5, size=(B, P, 10))
    features = torch.tensor(pack(rotations, translations), dtype=torch.float32)
    rest = default_body().skeleton().rest_joints(betas)[:, :, :BODY_JOINT_COUNT]
    rest_joints = torch.tensor(rest, dtype=torch.float32)
    joints = bodies_from_features(features, rest_joints[:, :, None].expand(-1, -1, N, -1, -1)).joints
    return features, joints, rest_joints, torch.tensor(betas, dtype=torch.float32)


def animator_terms(truth, predicted, skin=None):
    features, joints, rest_joints, betas = truth
    return animator_losses(predicted, features, joints, rest_joints, betas=betas, skin=skin)


def generator_case(truth):
    features, joints, rest_joints, _ = truth
    pose = torch.cat([features[:, :, 0], rest_joints.flatten(2)], dim=-1)
    return pose, joints[:, :, 0]


@pytest.fixture(scope="module")
def skin():
    body = default_body()
    return thin_skin(body.template, body.shape_basis, body.skin_weights, count=30)


def test_the_animators_terms_are_nothing_at_the_truth(truth, skin):
    terms = animator_terms(truth, truth[0], skin)
    assert set(terms) == {field.name for field in fields(AnimatorWeights)}
    for name in set(terms) - NEVER_ZERO:
        assert float(terms[name]) == pytest.approx(0.0, abs=1e-9), name


def test_the_animators_terms_are_something_beside_the_truth(truth, skin):
    torch.manual_seed(0)
    terms = animator_terms(truth, truth[0] + 0.1 * torch.randn_like(truth[0]), skin)
    for name, term in terms.items():
        assert float(term) > 1e-5, name


def test_feet_that_stand_in_the_truth_are_told_how_far_they_move(truth):
    moving = truth[0].clone()
    moving[:, :, -1, -1] += 0.03  # both slide 3 cm along z in the frame in which they stand
    assert float(animator_terms(truth, moving)["planted"]) == pytest.approx(0.03**2, rel=1e-3)


def test_the_generators_terms_are_nothing_at_the_truth_and_something_beside_it(truth):
    torch.manual_seed(0)
    pose, joints = generator_case(truth)
    at_truth = generator_losses(pose, pose, joints)
    beside = generator_losses(pose + 0.1 * torch.randn_like(pose), pose, joints)
    assert set(at_truth) == {field.name for field in fields(GeneratorWeights)}
    for name in set(at_truth) - NEVER_ZERO:
        assert float(at_truth[name]) == pytest.approx(0.0, abs=1e-9), name
    for name, term in beside.items():
        assert float(term) > 1e-6, name


@pytest.mark.parametrize("predicted", ["truth", "zeros", "beside"])
def test_gradients_are_finite_even_where_6d_is_no_rotation(truth, predicted, skin):
    start = {"truth": truth[0], "zeros": torch.zeros_like(truth[0]), "beside": truth[0] + 0.3}[predicted]
    leaf = start.clone().requires_grad_(True)
    weighted_total(animator_terms(truth, leaf, skin), asdict(AnimatorWeights())).backward()
    assert leaf.grad is not None
    assert torch.isfinite(leaf.grad).all()
    pose, joints = generator_case(truth)
    leaf = (torch.zeros_like(pose) if predicted == "zeros" else pose.clone()).requires_grad_(True)
    weighted_total(generator_losses(leaf, pose, joints), asdict(GeneratorWeights())).backward()
    assert leaf.grad is not None
    assert torch.isfinite(leaf.grad).all()


def test_contact_pulls_together_only_what_touches_in_the_truth():
    joints = torch.zeros(1, P, BODY_JOINT_COUNT, 3)
    joints[:, 1, :, 0] = 5.0
    joints[:, 0] += torch.arange(BODY_JOINT_COUNT).float()[:, None] * torch.tensor([0.0, 1.0, 0.0])
    joints[:, 1] += torch.arange(BODY_JOINT_COUNT).float()[:, None] * torch.tensor([0.0, 1.0, 0.0])
    true_joints = joints.clone()
    true_joints[:, 1, 3] = true_joints[:, 0, 3] + torch.tensor([0.09, 0.0, 0.0])
    predicted = true_joints.clone()
    predicted[:, 1, 3] = true_joints[:, 0, 3] + torch.tensor([0.3, 0.0, 0.0])
    assert float(meeting_errors(predicted, true_joints)["contact"]) == pytest.approx(0.3**2, rel=1e-4)
    true_joints[:, 1, 3] = true_joints[:, 0, 3] + torch.tensor([0.11, 0.0, 0.0])
    assert float(meeting_errors(predicted, true_joints)["contact"]) == 0.0


def test_distances_of_joints_predicted_far_apart_do_not_matter():
    near, far = torch.zeros(1, P, BODY_JOINT_COUNT, 3), torch.zeros(1, P, BODY_JOINT_COUNT, 3)
    near[:, 1, :, 0], far[:, 1, :, 0] = 0.5, 1.5
    assert float(meeting_errors(far, near)["distance"]) == 0.0
    assert float(meeting_errors(near, far)["distance"]) == pytest.approx(1.0, rel=1e-3)


def test_relative_orientation_knows_no_common_turn():
    roots = torch.tensor(matrix_from_axis_angle(np.random.default_rng(0).normal(size=(1, P, 3)))).float()
    common = torch.tensor(matrix_about_y(0.7)).float()
    own = roots.clone()
    own[:, 1] = common @ roots[:, 1]
    # R_B R_Aᵀ is told in the world: it is unchanged where both turn about the axis of their relative turn.
    upright = torch.stack([torch.eye(3), torch.tensor(matrix_about_y(2.0)).float()])[None]
    assert float(relative_orientation_error(common @ upright, upright)) == pytest.approx(0.0, abs=1e-10)
    assert float(relative_orientation_error(own, roots)) == pytest.approx(4 * (1 - np.cos(0.7)), rel=1e-4)


def test_velocity_does_not_see_a_constant_error_and_feet_see_only_feet(truth):
    shifted = truth[0].clone()
    shifted[..., FEATURE_COUNT - 3] += 0.3
    terms = animator_terms(truth, shifted)
    assert float(terms["velocity"]) == pytest.approx(0.0, abs=1e-9)
    assert float(terms["joints"]) == pytest.approx(0.09, rel=1e-3)
    head = truth[0].clone()
    head[:, :, ::2, 12 * 6 : 13 * 6] += 0.3  # the neck carries the head only
    terms = animator_terms(truth, head)
    assert float(terms["velocity"]) > 1e-6
    assert float(terms["feet"]) == pytest.approx(0.0, abs=1e-9)


def test_the_total_is_the_weighted_sum():
    terms = {"features": torch.tensor(2.0), "contact": torch.tensor(4.0)}
    assert float(weighted_total(terms, asdict(AnimatorWeights(features=3.0, contact=0.25)))) == pytest.approx(7.0)
