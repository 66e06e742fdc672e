"""What both networks are trained for, term by term, on features in real units (supplement of the paper, losses).

Every term is a mean, so that weights keep their meaning at any batch size. Distances are in metres, velocities in
metres per frame. Ours, where the paper is silent: the relative orientation is that of the two roots, and its Frobenius
norm is squared, which is smooth at the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_INDEX, PARENTS
from ponimator_runtime.motion.window import FEATURE_COUNT, ROTATION_FEATURES
from ponimator_training.network.kinematics_torch import positions_from_world_rotations, unpack, world_rotations
from ponimator_training.network.rotations_torch import matrix_from_rotation_6d
from ponimator_training.network.skin_torch import ThinSkin

CONTACT_DISTANCE_M = 0.10
"""Joints of two persons that are closer than this in the truth touch."""
PLANTED_SPEED_M = 0.005
"""A foot that moves less than this from frame to frame stands."""
NEAR_DISTANCE_M = 1.0
"""Joints predicted farther apart than this do not meet, and their exact distance does not matter."""

_FEET = [JOINT_INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]
_SMALLEST_SQUARE = 1e-8
"""Keeps the slope of a distance finite where two joints coincide, m²."""

Terms = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnimatorWeights:
    """Weight of each term; published figures, but for two of ours.

    `feet` is what the velocity of the feet weighs more; `planted` weighs the velocity of feet that stand still in the
    truth, of which an even mean over all feet and frames sees little: it is what slides.
    """

    features: float = 1.0
    joints: float = 1.0
    vertices: float = 1.0
    velocity: float = 1.0
    contact: float = 0.5
    distance: float = 1.0
    orientation: float = 0.1
    feet: float = 3.0
    planted: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorWeights:
    """Weight of each term; published figures."""

    features: float = 1.0
    joints: float = 1.0
    contact: float = 1.0
    distance: float = 0.5
    orientation: float = 0.01
    bones: float = 10.0


@dataclass(frozen=True, slots=True)
class Bodies:
    """What features say in the world: joints (B, P, *N, 22, 3) m and rotations to world (B, P, *N, 22, 3, 3)."""

    joints: Float[Tensor, "B P *N 22 3"]
    rotations: Float[Tensor, "B P *N 22 3 3"]


def bodies_from_features(features: Float[Tensor, "B P *N 135"], rest_joints: Float[Tensor, "B P *N 22 3"]) -> Bodies:
    """Forward kinematics of features."""
    local_rotations, translation = unpack(features)
    rotations = world_rotations(local_rotations)
    return Bodies(positions_from_world_rotations(rotations, translation, rest_joints), rotations)


def animator_losses(
    predicted: Float[Tensor, "B P N 135"],
    truth: Float[Tensor, "B P N 135"],
    true_joints: Float[Tensor, "B P N 22 3"],
    rest_joints: Float[Tensor, "B P 22 3"],
    *,
    betas: Float[Tensor, "B P 10"] | None = None,
    skin: ThinSkin | None = None,
) -> Terms:
    """The terms of the animator, unweighted; `vertices` only with a skin and its shapes."""
    rest_of_frame = rest_joints[:, :, None].expand(-1, -1, predicted.shape[2], -1, -1)
    bodies = bodies_from_features(predicted, rest_of_frame)
    true_root = root_rotations(truth)
    terms = {
        "features": feature_error(predicted, truth),
        "joints": (bodies.joints - true_joints).square().sum(-1).mean(),
        **meeting_errors(bodies.joints, true_joints),
        "orientation": relative_orientation_error(bodies.rotations[..., 0, :, :], true_root),
    }
    velocity_error = (bodies.joints.diff(dim=2) - true_joints.diff(dim=2)).square().sum(-1)  # (B, P, N - 1, 22)
    terms["velocity"] = velocity_error.mean()
    # Indexing with a list would copy it to the device in every step, and wait for that.
    terms["feet"] = torch.stack([velocity_error[..., joint] for joint in _FEET]).mean()
    feet_speed, true_feet_speed = (
        torch.stack([joints[..., joint, :] for joint in _FEET]).diff(dim=3).square().sum(-1)
        for joints in (bodies.joints, true_joints)
    )  # (4, B, P, N - 1), squared
    terms["planted"] = _masked_mean(feet_speed, true_feet_speed < PLANTED_SPEED_M**2)
    if skin is not None and betas is not None:
        true_rotations = world_rotations(unpack(truth)[0])
        points = skin.posed(bodies.rotations, bodies.joints, rest_joints, betas)
        true_points = skin.posed(true_rotations, true_joints, rest_joints, betas)
        terms["vertices"] = (points - true_points).square().sum(-1).mean()
    return terms


def generator_losses(
    predicted: Float[Tensor, "B P 201"], truth: Float[Tensor, "B P 201"], true_joints: Float[Tensor, "B P 22 3"]
) -> Terms:
    """The terms of the generator, unweighted."""
    rest_joints = _rest_joints_of(predicted)
    bodies = bodies_from_features(predicted[..., :FEATURE_COUNT], rest_joints)
    rest_error = (predicted - truth)[..., FEATURE_COUNT:].square().mean()
    return {
        "features": feature_error(predicted[..., :FEATURE_COUNT], truth[..., :FEATURE_COUNT]) + rest_error,
        "joints": (bodies.joints - true_joints).square().sum(-1).mean(),
        **meeting_errors(bodies.joints, true_joints),
        "orientation": relative_orientation_error(bodies.rotations[..., 0, :, :], root_rotations(truth)),
        "bones": (bone_lengths(rest_joints) - bone_lengths(_rest_joints_of(truth))).square().mean(),
    }


def weighted_total(terms: Terms, weights: Mapping[str, float]) -> Tensor:
    """The sum of the terms that are there, each times its weight."""
    return torch.stack([weights[name] * term for name, term in terms.items()]).sum()


def feature_error(predicted: Float[Tensor, "B P *N 135"], truth: Float[Tensor, "B P *N 135"]) -> Float[Tensor, ""]:
    """Mean square error of the rotation features plus that of the translation."""
    square = (predicted - truth).square()
    return square[..., :ROTATION_FEATURES].mean() + square[..., ROTATION_FEATURES:].mean()


def root_rotations(features: Float[Tensor, "B P *N D"]) -> Float[Tensor, "B P *N 3 3"]:
    """The roots' rotations, which are to world already."""
    return matrix_from_rotation_6d(features[..., :6])


def pair_distances(joints: Float[Tensor, "B P *N 22 3"]) -> Float[Tensor, "B *N 22 22"]:
    """Distance of each joint of person A to each of person B, m."""
    a, b = joints[:, 0], joints[:, 1]
    # |a − b|² without the (22, 22, 3) differences would lose the small distances that contact is about.
    square = (a.unsqueeze(-2) - b.unsqueeze(-3)).square().sum(-1)
    return (square + _SMALLEST_SQUARE).sqrt()


def meeting_errors(joints: Float[Tensor, "B P *N 22 3"], true_joints: Float[Tensor, "B P *N 22 3"]) -> Terms:
    """How the two meet.

    `contact`: mean square distance of the joints that touch in the truth: these are drawn together.
    `distance`: mean square error of the distances between joints of the two that are predicted near each other.
    """
    predicted, true = pair_distances(joints), pair_distances(true_joints)
    return {
        "contact": _masked_mean(predicted.square(), true < CONTACT_DISTANCE_M),
        "distance": _masked_mean((predicted - true).square(), predicted.detach() < NEAR_DISTANCE_M),
    }


def relative_orientation_error(roots: Float[Tensor, "B P *N 3 3"], true_roots: Float[Tensor, "B P *N 3 3"]) -> Tensor:
    """Mean squared Frobenius norm of the error of R_B R_Aᵀ."""

    def b_from_a(rotations: Tensor) -> Tensor:
        return rotations[:, 1] @ rotations[:, 0].transpose(-1, -2)

    return (b_from_a(roots) - b_from_a(true_roots)).square().sum((-2, -1)).mean()


def bone_lengths(rest_joints: Float[Tensor, "*S 22 3"]) -> Float[Tensor, "*S 21"]:
    """Length of each bone from its parent, m."""
    bones = rest_joints[..., 1:, :] - rest_joints[..., list(PARENTS[1:BODY_JOINT_COUNT]), :]
    return (bones.square().sum(-1) + _SMALLEST_SQUARE).sqrt()


def _rest_joints_of(features: Float[Tensor, "B P 201"]) -> Float[Tensor, "B P 22 3"]:
    return features[..., FEATURE_COUNT:].unflatten(-1, (BODY_JOINT_COUNT, 3))


def _masked_mean(values: Float[Tensor, "*S"], mask: Bool[Tensor, "*S"]) -> Tensor:
    chosen = mask.to(values.dtype)
    return (values * chosen).sum() / chosen.sum().clamp(min=1.0)
