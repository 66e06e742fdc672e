"""What is true of any triangle mesh: edges, areas, holes, evenly spread vertices. It knows no body."""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray


def mesh_edges(faces: Int[NDArray[np.int64], "F 3"]) -> Int[NDArray[np.int64], "E 2"]:
    """Each edge of the triangles once."""
    return np.unique(np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)


def vertex_areas(
    vertices: Float[NDArray[np.float64], "V 3"], faces: Int[NDArray[np.int64], "F 3"]
) -> Float[NDArray[np.float64], "V"]:
    """A third of the area of the faces around each vertex, m²."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    face_areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2.0
    areas: NDArray[np.float64] = np.zeros(len(vertices))
    np.add.at(areas, faces, face_areas[:, None] / 3.0)
    return areas


def farthest_points(
    points: Float[NDArray[np.float64], "V 3"],
    count: int,
    *,
    first: int = 0,
    density: Float[NDArray[np.float64], "V"] | None = None,
) -> Int[NDArray[np.int64], "count"]:
    """Indices of `count` points spread evenly, each the farthest from those before; `density` > 1 draws them closer."""
    scale = np.ones(len(points)) if density is None else density
    chosen = np.full(count, first)
    distance = np.full(len(points), np.inf)
    for number in range(1, count):
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[number - 1]], axis=1))
        chosen[number] = int(np.argmax(distance * scale))
    return chosen


def closed(faces: Int[NDArray[np.int64], "F 3"]) -> Int[NDArray[np.int64], "G 3"]:
    """The triangles with every hole closed by a fan."""
    directed = {(int(a), int(b)) for face in faces for a, b in zip(face, np.roll(face, -1), strict=True)}
    follower = dict(sorted((b, a) for a, b in directed if (b, a) not in directed))
    fans: list[tuple[int, int, int]] = []
    while follower:
        first, corner = follower.popitem()
        rim = []
        while corner != first:
            rim.append(corner)
            corner = follower.pop(corner, first)
        fans += [(first, a, b) for a, b in itertools.pairwise(rim)]
    return np.concatenate([faces, np.array(fans, dtype=np.int64).reshape(-1, 3)])
