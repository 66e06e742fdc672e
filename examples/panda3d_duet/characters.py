"""The two characters as plain arrays: a rig, a skin on it, and a colour for each part of it. It knows no engine."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ponimator_runtime.motion.retargeting.rig import Rig
from ponimator_runtime.motion.rotations import quaternion_from_matrix

FILE = Path(__file__).resolve().parent / "characters.npz"
PREFIX = "mixamorig:"
COLOURS = {
    "small": ((0.93, 0.72, 0.58), (0.55, 0.27, 0.12), (0.88, 0.45, 0.16), (0.32, 0.34, 0.42), (0.16, 0.14, 0.14)),
    "giant": ((0.62, 0.43, 0.32), (0.12, 0.10, 0.09), (0.16, 0.46, 0.62), (0.52, 0.47, 0.38), (0.16, 0.14, 0.14)),
}
"""Red, green and blue of skin, hair, shirt, trousers, shoes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CharacterModel:
    """A skinned character in its bind pose: Y up, facing +Z, metres, soles at y = 0.

    Attributes:
        rig: of B bones.
        vertices: (V, 3) m.
        normals: (V, 3).
        faces: (F, 3) triangles, counterclockwise from outside.
        face_parts: which of the colours each triangle has, (F,).
        colours: red, green, blue, (5, 3).
        vertex_bones: the bones that move each vertex, (V, 4).
        vertex_weights: how much, parts of 255, (V, 4).
    """

    rig: Rig
    vertices: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    face_parts: np.ndarray
    colours: np.ndarray
    vertex_bones: np.ndarray
    vertex_weights: np.ndarray


def load_character(name: str) -> CharacterModel:
    """The one of that name in `characters.npz`: `small` or `giant`."""
    with np.load(FILE, allow_pickle=False) as arrays:
        rig = Rig(
            names=tuple(arrays["bone_names"].tolist()),
            parents=tuple(arrays["bone_parents"].tolist()),
            bind_rotations_xyzw=quaternion_from_matrix(arrays[f"{name}_bone_rotations"].astype(np.float64)),
            bind_positions=arrays[f"{name}_bone_positions"].astype(np.float64),
        )
        vertices, faces = arrays[f"{name}_vertices"].astype(np.float64), arrays[f"{name}_faces"].astype(np.int64)
        return CharacterModel(
            rig=rig,
            vertices=vertices,
            normals=vertex_normals(vertices, faces),
            faces=faces,
            face_parts=arrays[f"{name}_face_parts"],
            colours=np.array(COLOURS[name]),
            vertex_bones=arrays[f"{name}_vertex_bones"].astype(np.int64),
            vertex_weights=arrays[f"{name}_vertex_weights"].astype(np.int64),
        )


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals, (V, 3): the mean of the triangles about a vertex, by area."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    summed = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(summed, faces[:, corner], np.cross(b - a, c - a))
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)
