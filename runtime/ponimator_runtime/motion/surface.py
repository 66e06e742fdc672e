"""The body's surface: skinned vertices for drawing, and thinned vertices for telling contact.

Linear blend skinning without pose correctives. It reads no file: the arrays come from whoever owns one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_runtime.motion.kinematics import positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_COUNT, Skeleton


@dataclass(frozen=True, kw_only=True, slots=True)
class BodySurface:
    """A skinned mesh over the 55 joints.

    Attributes:
        skeleton: rest joints of the same body.
        vertices: rest vertices at β = 0, (V, 3) m.
        shape_basis: change of each vertex per unit of β, (V, 3, 10) m.
        faces: triangles, (F, 3).
        skin_joints: the four joints that move each vertex, (V, 4).
        skin_weights: by how much, rows sum to 1, (V, 4).
        contact_vertices: thinned vertices spread over the surface, (C,).
        contact_joints: the joint that moves each of them most, (C,).
        relaxed_fingers: local rotations of the 30 finger joints of a hand at rest, (30, 3, 3).
    """

    skeleton: Skeleton
    vertices: Float[np.ndarray, "V 3"]
    shape_basis: Float[np.ndarray, "V 3 10"]
    faces: Int[np.ndarray, "F 3"]
    skin_joints: Int[np.ndarray, "V 4"]
    skin_weights: Float[np.ndarray, "V 4"]
    contact_vertices: Int[np.ndarray, "C"]
    contact_joints: Int[np.ndarray, "C"]
    relaxed_fingers: Float[np.ndarray, "30 3 3"]

    def all_rotations(self, body_rotations: Float[np.ndarray, "*S 22 3 3"]) -> Float[np.ndarray, "*S 55 3 3"]:
        """The 22 generated joints, neutral jaw and eyes, and relaxed fingers."""
        return with_face_and_fingers(body_rotations, self.relaxed_fingers)

    def weight_matrix(self, subset: Int[np.ndarray, "K"] | None = None) -> Float[np.ndarray, "V 55"]:
        """By how much each joint moves each vertex (all, or a subset)."""
        chosen = slice(None) if subset is None else subset
        joints = self.skin_joints[chosen]
        weights = np.zeros((len(joints), JOINT_COUNT))
        np.add.at(weights, (np.arange(len(joints))[:, None], joints), self.skin_weights[chosen])
        return weights

    def posed(
        self,
        rotations: Float[np.ndarray, "*S J 3 3"],
        translation: Float[np.ndarray, "*S 3"],
        betas: Float[np.ndarray, "10"],
        subset: Int[np.ndarray, "K"] | None = None,
    ) -> Float[np.ndarray, "*S V 3"]:
        """World vertices (all, or a subset) of one body in one or many poses, m; fingers relaxed if 22 joints come."""
        if rotations.shape[-3] == BODY_JOINT_COUNT:
            rotations = self.all_rotations(rotations)
        chosen = slice(None) if subset is None else subset
        rest_vertices = self.vertices[chosen] + self.shape_basis[chosen] @ betas
        return skinned_vertices(
            rest_vertices, self.weight_matrix(subset), self.skeleton.rest_joints(betas), rotations, translation
        )


def with_face_and_fingers(
    body_rotations: Float[np.ndarray, "*S 22 3 3"], finger_rotations: Float[np.ndarray, "30 3 3"]
) -> Float[np.ndarray, "*S 55 3 3"]:
    """All 55 local rotations: jaw and eyes neutral, fingers as given."""
    shape = body_rotations.shape[:-3]
    face = np.broadcast_to(np.eye(3), (*shape, 3, 3, 3))
    fingers = np.broadcast_to(finger_rotations, (*shape, *finger_rotations.shape))
    return np.concatenate([body_rotations, face, fingers], axis=-3)


def skinned_vertices(
    rest_vertices: Float[np.ndarray, "V 3"],
    skin_weights: Float[np.ndarray, "V 55"],
    rest_joints: Float[np.ndarray, "55 3"],
    rotations: Float[np.ndarray, "*S 55 3 3"],
    translation: Float[np.ndarray, "*S 3"],
) -> Float[np.ndarray, "*S V 3"]:
    """Linear blend skinning: each vertex is moved by the weighted mean of its joints' transforms, m."""
    to_world = world_rotations(rotations)
    shape = translation.shape[:-1]
    joints = positions_from_world_rotations(
        to_world, translation, np.broadcast_to(rest_joints, (*shape, *rest_joints.shape))
    )
    offsets = joints - np.einsum("...jik,jk->...ji", to_world, rest_joints)
    transforms = np.concatenate([to_world, offsets[..., None]], axis=-1).reshape(*shape, JOINT_COUNT, 12)
    blended = (skin_weights @ transforms).reshape(*shape, len(rest_vertices), 3, 4)
    return np.einsum("...vik,vk->...vi", blended[..., :3], rest_vertices) + blended[..., 3]


def vertex_normals(vertices: Float[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]) -> Float[np.ndarray, "V 3"]:
    """Outward unit normals at the vertices, the faces around each weighted by their area."""
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    summed = np.zeros_like(vertices)
    np.add.at(summed, faces, normals[:, None])
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)
