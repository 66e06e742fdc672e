"""Body arrays in SMPL-X's `.npz` layout: writes ours so that `smplx.SMPLX` loads it, and reads any such file.

The licensed SMPL-X file is a drop-in: only the numeric arrays that are needed are opened, so nothing is unpickled.
Layout: Pavlakos et al. 2019 and the constructor of `smplx.SMPLX` (smplx 0.1.28).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX, PARENTS, SHAPE_COUNT

HAND_JOINT_COUNT = 15
POSE_FEATURE_COUNT = 9 * (JOINT_COUNT - 1)
"""Pose correctives hang on the rotation matrices of all joints but the root, minus the identity."""
_SHAPE_AND_EXPRESSION_COUNT = 400
"""SMPL-X keeps 300 shape and 100 expression directions; ours fills the first ten."""
_NO_PARENT = np.uint32(2**32 - 1)
_STATIC_LANDMARKS, _CONTOUR_LANDMARKS, _CONTOUR_ANGLES = 51, 17, 79
_NEEDED = ("v_template", "f", "weights", "J_regressor", "shapedirs", "hands_meanl", "hands_meanr", "kintree_table")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BodyArrays:
    """A skinned body in SMPL-X's layout, in its rest pose (T-pose, Y up, facing +Z, metres).

    Attributes:
        template: vertices at β = 0, (V, 3) m.
        shape_basis: change of each vertex per unit of β, (V, 3, 10) m.
        faces: triangles, (F, 3), outside seen counter-clockwise.
        skin_weights: influence of each joint on each vertex, (V, 55), rows sum to one.
        joint_regressor: rest joints = regressor @ vertices, (55, V), rows sum to one.
        relaxed_hands: local rotation vectors of the 30 finger joints at ease, left hand first, (30, 3) rad.
        pose_basis: pose correctives, (V, 3, 486) m per entry of (rotation matrix - identity); None where all are zero.
    """

    template: Float[NDArray[np.float64], "V 3"]
    shape_basis: Float[NDArray[np.float64], "V 3 10"]
    faces: Int[NDArray[np.int64], "F 3"]
    skin_weights: Float[NDArray[np.float64], "V 55"]
    joint_regressor: Float[NDArray[np.float64], "55 V"]
    relaxed_hands: Float[NDArray[np.float64], "30 3"]
    pose_basis: Float[NDArray[np.float32], "V 3 486"] | None = None

    def __post_init__(self) -> None:
        """Refuses arrays that do not belong to one body."""
        V = len(self.template)
        expected = {
            "template": (V, 3),
            "shape_basis": (V, 3, SHAPE_COUNT),
            "skin_weights": (V, JOINT_COUNT),
            "joint_regressor": (JOINT_COUNT, V),
            "relaxed_hands": (2 * HAND_JOINT_COUNT, 3),
        }
        if self.pose_basis is not None:
            expected["pose_basis"] = (V, 3, POSE_FEATURE_COUNT)
        for name, shape in expected.items():
            got = getattr(self, name).shape
            if got != shape:
                raise DataError(f"A body of {V} vertices has {name} of shape {shape}, this one has {got}.")
        if self.faces.ndim != 2 or self.faces.shape[1] != 3 or not 0 <= self.faces.min() <= self.faces.max() < V:
            raise DataError(f"Faces must be triangles over {V} vertices, these have shape {self.faces.shape}.")


def read_smplx_npz(path: Path) -> BodyArrays:
    """Reads a body from an SMPL-X `.npz`, ours or the licensed one, without unpickling anything.

    Raises:
        DataError: where a needed array is missing, no number array, or of another body model's shape.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [key for key in _NEEDED if key not in file.files]
            if missing:
                raise DataError(f"{path} is no SMPL-X file: it has no {', '.join(missing)}.")
            arrays = {key: file[key] for key in _NEEDED}
            pose_basis = _pose_basis(file)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as cause:
        if isinstance(cause, DataError):
            raise
        raise DataError(f"{path} cannot be read as an SMPL-X .npz of number arrays: {cause}") from cause
    parents = arrays["kintree_table"][0][1:].astype(np.int64)
    if tuple(parents) != PARENTS[1:]:
        raise DataError(f"{path} has another skeleton than SMPL-X's {JOINT_COUNT} joints.")
    return BodyArrays(
        template=arrays["v_template"].astype(np.float64),
        shape_basis=arrays["shapedirs"][..., :SHAPE_COUNT].astype(np.float64),
        faces=arrays["f"].astype(np.int64),
        skin_weights=arrays["weights"].astype(np.float64),
        joint_regressor=arrays["J_regressor"].astype(np.float64),
        relaxed_hands=np.concatenate([arrays["hands_meanl"], arrays["hands_meanr"]]).reshape(-1, 3).astype(np.float64),
        pose_basis=pose_basis,
    )


def _pose_basis(file: np.lib.npyio.NpzFile) -> NDArray[np.float32] | None:
    """Pose correctives, or None where the file has none or only zeros (then they are not kept in memory)."""
    if "posedirs" not in file.files:
        return None
    directions: NDArray[np.float32] = file["posedirs"].astype(np.float32)
    return directions if directions.any() else None


def write_smplx_npz(body: BodyArrays, path: Path) -> None:
    """Writes a body so that `smplx.SMPLX(path, ext='npz')` loads it; the bytes depend on nothing but the body.

    Expression directions are zero, the hand components are the 45 axes themselves, and all facial landmarks lie on the
    face that is furthest forward on the head (the tip of the nose): this body has no expression.
    """
    V = len(body.template)
    shape_directions = np.zeros((V, 3, _SHAPE_AND_EXPRESSION_COUNT), dtype=np.float32)
    shape_directions[..., :SHAPE_COUNT] = body.shape_basis
    pose_directions = np.zeros((V, 3, POSE_FEATURE_COUNT), dtype=np.float16)
    if body.pose_basis is not None:
        pose_directions = body.pose_basis.astype(np.float16)
    parents = np.array([_NO_PARENT, *PARENTS[1:]], dtype=np.uint32)
    nose = _nose_face(body)
    corner = np.array([1.0, 0.0, 0.0], dtype=np.float32)
    left, right = body.relaxed_hands.reshape(2, 3 * HAND_JOINT_COUNT).astype(np.float32)
    arrays: dict[str, NDArray[np.generic]] = {
        "v_template": body.template.astype(np.float32),
        "f": body.faces.astype(np.uint32),
        "weights": body.skin_weights.astype(np.float32),
        "J_regressor": body.joint_regressor.astype(np.float32),
        "shapedirs": shape_directions,
        "posedirs": pose_directions,
        "kintree_table": np.stack([parents, np.arange(JOINT_COUNT, dtype=np.uint32)]),
        "hands_componentsl": np.eye(3 * HAND_JOINT_COUNT, dtype=np.float32),
        "hands_componentsr": np.eye(3 * HAND_JOINT_COUNT, dtype=np.float32),
        "hands_meanl": left,
        "hands_meanr": right,
        "lmk_faces_idx": np.full(_STATIC_LANDMARKS, nose, dtype=np.int64),
        "lmk_bary_coords": np.tile(corner, (_STATIC_LANDMARKS, 1)),
        "dynamic_lmk_faces_idx": np.full((_CONTOUR_ANGLES, _CONTOUR_LANDMARKS), nose, dtype=np.int64),
        "dynamic_lmk_bary_coords": np.tile(corner, (_CONTOUR_ANGLES, _CONTOUR_LANDMARKS, 1)),
    }
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _nose_face(body: BodyArrays) -> int:
    """A face at the foremost vertex that the head carries."""
    on_head = body.skin_weights.argmax(axis=1) == JOINT_INDEX["head"]
    tip = np.flatnonzero(on_head)[body.template[on_head, 2].argmax()]
    return int(np.flatnonzero((body.faces == tip).any(axis=1))[0])
