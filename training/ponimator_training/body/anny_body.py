"""Builds the shipped body: anny's adults in SMPL-X's layout, skeleton and rest pose.

Steps: sample adults, re-pose each to the T-pose, principal components of the T-posed vertices as shape basis, and a
joint regressor that fits all samples. `python -m ponimator_training.body.anny_body FILE` writes the file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX, MIRROR, SHAPE_COUNT
from ponimator_training.body import rig
from ponimator_training.body.anny_source import SampledBodies, sample_adults
from ponimator_training.body.hands import relaxed_hand_vectors
from ponimator_training.body.mesh import vertex_areas
from ponimator_training.body.regressor import joint_regressor
from ponimator_training.body.smplx_npz import BodyArrays, write_smplx_npz

_ORIGIN_HEIGHT = 0.77
"""Height of the model's origin as a part of stature: the upper chest, as in SMPL-X, so the pelvis lies below it."""
_MIRROR_X = np.array([-1.0, 1.0, 1.0])


def build_body(out: Path) -> None:
    """Samples anny and writes the body to `out` as an SMPL-X `.npz`; always the same arrays. Takes about a minute.

    Raises:
        MissingExtra: without anny.
    """
    write_smplx_npz(body_from_samples(sample_adults()), out)


def body_from_samples(bodies: SampledBodies) -> BodyArrays:
    """The mean adult with ten shape directions, in the T-pose."""
    carried_by = rig.joint_of_bone(bodies.bone_names, bodies.bone_parents)
    weights = rig.joint_weights(bodies.bone_weights, carried_by)
    weights = rig.smoothed_weights(weights, bodies.faces)
    weights = rig.strongest_influences((weights + weights[bodies.mirror][:, MIRROR]) / 2.0)
    vertices, joints = rest_poses(bodies, weights)
    template = vertices.mean(axis=0)
    basis = shape_basis(vertices, faces=bodies.faces)
    symmetric_basis = (basis + basis[bodies.mirror] * _MIRROR_X[:, None]) / 2.0
    return BodyArrays(
        template=(template + template[bodies.mirror] * _MIRROR_X) / 2.0,
        shape_basis=symmetric_basis,
        faces=bodies.faces,
        skin_weights=weights,
        joint_regressor=joint_regressor(vertices, joints, skin_weights=weights, mirror=bodies.mirror),
        relaxed_hands=relaxed_hand_vectors(),
    )


def rest_poses(
    bodies: SampledBodies, weights: Float[NDArray[np.float64], "V 55"]
) -> tuple[Float[NDArray[np.float64], "S V 3"], Float[NDArray[np.float64], "S 55 3"]]:
    """Vertices and joints of every sampled body in the T-pose, about the model's origin."""
    rest_vertices, rest_joints = np.empty_like(bodies.vertices), np.empty((len(bodies.vertices), JOINT_COUNT, 3))
    for number, vertices in enumerate(bodies.vertices):
        joints = rig.joints_from_bone_heads(bodies.bone_heads[number], bodies.bone_names)
        tips = rig.finger_tips(bodies.bone_tails[number], bodies.bone_names)
        turns = rig.rest_pose_rotations(joints, tips)
        posed = rig.unskinned(vertices, joints=joints, turns=turns, weights=weights)
        reposed = rig.reposed_joints(joints, turns)
        floor, top = posed[:, 1].min(), posed[:, 1].max()
        origin = np.array([0.0, floor + _ORIGIN_HEIGHT * (top - floor), reposed[JOINT_INDEX["left_hip"], 2]])
        rest_vertices[number], rest_joints[number] = posed - origin, reposed - origin
    return rest_vertices, rest_joints


def shape_basis(
    vertices: Float[NDArray[np.float64], "S V 3"], *, faces: Int[NDArray[np.int64], "F 3"]
) -> Float[NDArray[np.float64], "V 3 10"]:
    """Ten principal components of the bodies, each scaled to one standard deviation of the sampled adults.

    Vertices count by the area around them, so that face and hands, finely meshed, do not rule the components. Signs:
    a positive first component makes taller, a positive other one adds volume. What they turn out to mean (strongest
    correlations with anny's parameters over the samples): 0 stature, 1 male, 2 weight, 3 youth, 4 long legs,
    5 to 7 muscle, 8 and 9 ancestry.
    """
    template = vertices.mean(axis=0)
    area = vertex_areas(template, faces)
    deviations = (vertices - template).reshape(len(vertices), -1)
    scale = np.repeat(np.sqrt(area), 3)
    scores = np.linalg.svd(deviations * scale, full_matrices=False)[0][:, :SHAPE_COUNT]
    scores = scores * np.sqrt(len(vertices))  # unit variance over the samples
    basis = (deviations.T @ scores / len(vertices)).reshape(-1, 3, SHAPE_COUNT)
    growth = np.array([_volume_gain(template, faces, basis[..., k]) for k in range(SHAPE_COUNT)])
    growth[0] = np.ptp((template + basis[..., 0])[:, 1]) - np.ptp(template[:, 1])
    signed: NDArray[np.float64] = basis * np.where(growth < 0.0, -1.0, 1.0)
    return signed


def _volume_gain(template: NDArray[np.float64], faces: NDArray[np.int64], change: NDArray[np.float64]) -> float:
    a, b, c = np.moveaxis(template[faces], 1, 0)
    return float(np.einsum("fc,fc->", np.cross(b - a, c - a), change[faces].mean(axis=1)))


if __name__ == "__main__":
    build_body(Path(sys.argv[1]))
