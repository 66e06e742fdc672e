"""The body of a bundle as a file: one home for its keys and types, for who writes it and who reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ponimator_runtime.errors import CardMismatch
from ponimator_runtime.motion.rotations import matrix_from_quaternion, quaternion_from_matrix
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.surface import BodySurface

BODY_FILE = "body.npz"
_FLOATS = ("rest_joints", "joint_shape_basis", "vertices", "vertex_shape_basis", "skin_weights", "relaxed_hands")
_INDICES = ("faces", "skin_joints", "contact_vertices", "contact_joints")


def save_body_surface(surface: BodySurface, path: Path) -> None:
    """Writes a body as small types; `load_body_surface` reads it back within float32."""
    np.savez_compressed(
        path,
        rest_joints=surface.skeleton.template.astype(np.float32),
        joint_shape_basis=surface.skeleton.shape_basis.astype(np.float32),
        vertices=surface.vertices.astype(np.float32),
        vertex_shape_basis=surface.shape_basis.astype(np.float32),
        faces=surface.faces.astype(np.uint16),
        skin_joints=surface.skin_joints.astype(np.uint8),
        skin_weights=surface.skin_weights.astype(np.float32),
        contact_vertices=surface.contact_vertices.astype(np.uint16),
        contact_joints=surface.contact_joints.astype(np.uint8),
        relaxed_hands=quaternion_from_matrix(surface.relaxed_fingers).astype(np.float32),
    )


def load_body_surface(path: Path) -> BodySurface:
    """Reads the body of a bundle.

    Raises:
        CardMismatch: the file is no body.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            floats = {key: archive[key].astype(np.float64) for key in _FLOATS}
            indices = {key: archive[key].astype(np.int64) for key in _INDICES}
    except (OSError, ValueError, KeyError) as cause:
        raise CardMismatch(f"{path} cannot be read as a body: {cause}. Export the bundle again.") from cause
    return BodySurface(
        skeleton=Skeleton(template=floats["rest_joints"], shape_basis=floats["joint_shape_basis"]),
        vertices=floats["vertices"],
        shape_basis=floats["vertex_shape_basis"],
        faces=indices["faces"],
        skin_joints=indices["skin_joints"],
        skin_weights=floats["skin_weights"],
        contact_vertices=indices["contact_vertices"],
        contact_joints=indices["contact_joints"],
        relaxed_fingers=matrix_from_quaternion(floats["relaxed_hands"]),
    )
