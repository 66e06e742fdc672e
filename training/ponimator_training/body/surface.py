"""The light surface of a body that ships with a model: for drawing, and to test where two bodies touch.

Its vertices are vertices of the full mesh, so skin weights and shape basis stay exact. It knows what the runtime
reads, and nothing of how the runtime uses it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.body.mesh import closed, farthest_points, mesh_edges
from ponimator_training.body.model import BodyModel

SURFACE_VERTEX_COUNT = 1500
CONTACT_VERTEX_COUNT = 500
SURFACE_INFLUENCES = 4
_HAND_DENSITY, _HEAD_AND_FEET_DENSITY, _CONTACT_HAND_DENSITY = 3.0, 1.4, 2.0
"""How much closer vertices stand there than on trunk and limbs."""
_HAND_JOINTS = [
    index
    for index, name in enumerate(JOINT_NAMES)
    if any(part in name for part in ("wrist", "index", "middle", "ring", "pinky", "thumb"))
]
_HEAD_AND_FEET_JOINTS = [
    JOINT_INDEX[name] for name in ("head", "jaw", "left_ankle", "right_ankle", "left_foot", "right_foot")
]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Surface:
    """A light mesh over chosen vertices of a body.

    Attributes:
        vertices: the body's vertices that it uses, (S,).
        faces: triangles over these, (F, 3).
        contact: those of its own vertices that contact tests use, (C,).
    """

    vertices: Int[NDArray[np.int64], "S"]
    faces: Int[NDArray[np.int64], "F 3"]
    contact: Int[NDArray[np.int64], "C"]


def light_surface(
    body: BodyModel, vertex_count: int = SURFACE_VERTEX_COUNT, contact_count: int = CONTACT_VERTEX_COUNT
) -> Surface:
    """Spreads vertices evenly over the skin, closer on hands, and joins neighbours.

    Every skin vertex goes to the nearest chosen one along the mesh; a face whose corners went to three different ones
    becomes a triangle of these (the dual of a Voronoi diagram on the mesh). Eyeballs, no part of the skin, are left out
    and eyes, nostrils and mouth closed, so that the surface bounds a volume.
    """
    skin = _largest_part(body.faces, len(body.template))
    density = _density(body, _HAND_DENSITY, _HEAD_AND_FEET_DENSITY)
    first = int(np.argmax(body.template[skin, 1]))
    chosen = skin[farthest_points(body.template[skin], vertex_count, first=first, density=density[skin])]
    owner = _nearest_along_mesh(body, chosen)
    corners = owner[body.faces[np.isin(body.faces[:, 0], skin)]]
    distinct = (corners != np.roll(corners, 1, axis=1)).all(axis=1)
    faces = closed(_without_doubles(corners[distinct]))

    used, renumbered = np.unique(faces, return_inverse=True)
    chosen, faces = chosen[used], renumbered.reshape(faces.shape)
    contact_density = _density(body, _CONTACT_HAND_DENSITY, 1.0)[chosen]
    contact = farthest_points(body.template[chosen], contact_count, density=contact_density)
    return Surface(vertices=chosen, faces=faces.astype(np.int64), contact=np.sort(contact))


def dominant_joints(body: BodyModel, vertices: Int[NDArray[np.int64], "S"]) -> Int[NDArray[np.int64], "S"]:
    """The joint with the largest skin weight at each of the body's vertices."""
    joints: NDArray[np.int64] = body.skin_weights[vertices].argmax(axis=1)
    return joints


def body_surface(body: BodyModel) -> BodySurface:
    """What the runtime needs of a body: skeleton, light skinned surface, contact vertices, relaxed fingers."""
    surface = light_surface(body)
    weights = body.skin_weights[surface.vertices]
    skin_joints = np.argsort(-weights, axis=1, kind="stable")[:, :SURFACE_INFLUENCES]
    skin_weights = np.take_along_axis(weights, skin_joints, axis=1)
    return BodySurface(
        skeleton=body.skeleton(),
        vertices=body.template[surface.vertices],
        shape_basis=body.shape_basis[surface.vertices],
        faces=surface.faces,
        skin_joints=skin_joints,
        skin_weights=skin_weights / skin_weights.sum(axis=1, keepdims=True),
        contact_vertices=surface.contact,
        contact_joints=dominant_joints(body, surface.vertices[surface.contact]),
        relaxed_fingers=matrix_from_axis_angle(body.relaxed_hands),
    )


def _density(body: BodyModel, hands: float, head_and_feet: float) -> NDArray[np.float64]:
    on_hands = body.skin_weights[:, _HAND_JOINTS].sum(axis=1)
    on_head_and_feet = body.skin_weights[:, _HEAD_AND_FEET_JOINTS].sum(axis=1)
    density: NDArray[np.float64] = 1.0 + (hands - 1.0) * on_hands + (head_and_feet - 1.0) * on_head_and_feet
    return density


def _largest_part(faces: NDArray[np.int64], vertex_count: int) -> NDArray[np.int64]:
    """Vertices of the largest connected part of the mesh."""
    a, b = mesh_edges(faces).T
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(vertex_count, vertex_count))
    part = connected_components(graph, directed=False)[1]
    return np.flatnonzero(part == np.bincount(part[faces[:, 0]]).argmax())


def _nearest_along_mesh(body: BodyModel, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the chosen vertex nearest along the edges to each vertex of the body."""
    a, b = mesh_edges(body.faces).T
    lengths = np.linalg.norm(body.template[a] - body.template[b], axis=1)
    graph = coo_array((lengths, (a, b)), shape=(len(body.template),) * 2).tocsr()
    sources = dijkstra(graph, directed=False, indices=chosen, min_only=True, return_predecessors=True)[2]
    number = np.zeros(len(body.template) + 1, dtype=np.int64)
    number[chosen] = np.arange(len(chosen))
    owner: NDArray[np.int64] = number[sources]
    return owner


def _without_doubles(faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each triangle once, whatever corner it starts with; back to back pairs vanish."""
    start = faces.argmin(axis=1)[:, None]
    turned = np.unique(np.take_along_axis(faces, (start + np.arange(3)) % 3, axis=1), axis=0)
    _, inverse, count = np.unique(np.sort(turned, axis=1), axis=0, return_inverse=True, return_counts=True)
    once: NDArray[np.int64] = turned[count[inverse.ravel()] == 1]
    return once
