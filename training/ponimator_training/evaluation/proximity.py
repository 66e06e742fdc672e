"""How far two bodies' surfaces are apart, and how deep one is in the other: signed distances to a closed mesh.

Points are the thinned contact vertices of one body, the mesh is the light, closed surface of the other, both ways
round. The nearest point is searched on the triangles around the nearest vertices; which side a point is on is told by
vertex normals weighted by angle (Bærentzen and Aanæs 2005), mixed where the nearest point lies inside a triangle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import cKDTree

from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.evaluation.played import Played

REACH_M = 0.2
"""Points further from every vertex than this are not looked at; surfaces further apart count as this far."""
_NEAREST_VERTICES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Closeness:
    """Of W windows in F frames each.

    Attributes:
        distance: between the surfaces, 0 where they cross, at most `REACH_M`, (W, F) m.
        depth: of the deepest point of either body inside the other, 0 where they do not cross, (W, F) m.
    """

    distance: Float[np.ndarray, "W F"]
    depth: Float[np.ndarray, "W F"]


def rings(faces: Int[np.ndarray, "F 3"], vertex_count: int) -> Int[np.ndarray, "V R"]:
    """The faces around each vertex; rows are filled up by repeating the first."""
    order = np.argsort(faces.ravel(), kind="stable")
    around = np.split(order // 3, np.cumsum(np.bincount(faces.ravel(), minlength=vertex_count))[:-1])
    width = max(len(row) for row in around)
    filled = [np.concatenate([row, np.full(width - len(row), row[0] if len(row) else 0)]) for row in around]
    return np.stack(filled).astype(np.int64)


def signed_distances(
    points: Float[np.ndarray, "Q 3"],
    vertices: Float[np.ndarray, "V 3"],
    faces: Int[np.ndarray, "F 3"],
    ring: Int[np.ndarray, "V R"],
) -> Float[np.ndarray, "Q"]:
    """Distance of each point to a closed mesh, negative inside it, `REACH_M` where it is out of reach, m."""
    distance = np.full(len(points), REACH_M)
    spread, nearest = cKDTree(vertices).query(points, k=_NEAREST_VERTICES, distance_upper_bound=REACH_M)
    near = np.flatnonzero(np.isfinite(spread[:, -1]))
    if len(near) == 0:
        return distance
    candidates = ring[nearest[near]].reshape(len(near), -1)  # (Q', 2 R) faces
    corners = vertices[faces[candidates]]
    shares = _nearest_shares(points[near, None], corners)
    closest = np.einsum("qtc,qtcx->qtx", shares, corners)
    length = np.linalg.norm(points[near, None] - closest, axis=-1)
    best = length.argmin(axis=1)
    row = np.arange(len(near))
    normals = _vertex_normals(vertices, faces)[faces[candidates[row, best]]]  # (Q', 3, 3)
    outward = np.einsum("qc,qcx->qx", shares[row, best], normals)
    inside = np.einsum("qx,qx->q", points[near] - closest[row, best], outward) < 0
    distance[near] = np.where(inside, -length[row, best], np.minimum(length[row, best], REACH_M))
    return distance


def closeness(motion: Played, surface: BodySurface, frames: Int[np.ndarray, "W F"]) -> Closeness:
    """How close the two bodies of each window are, in some of its frames."""
    ring = rings(surface.faces, len(surface.vertices))
    distance, depth = np.full(frames.shape, REACH_M), np.zeros(frames.shape)
    for window, chosen in enumerate(frames):
        bodies = [
            surface.posed(
                motion.rotations[window, person][chosen],
                motion.translations[window, person][chosen],
                motion.betas[window, person],
            )
            for person in range(2)
        ]
        for column, (a, b) in enumerate(zip(*bodies, strict=True)):
            signed = np.concatenate(
                [
                    signed_distances(a[surface.contact_vertices], b, surface.faces, ring),
                    signed_distances(b[surface.contact_vertices], a, surface.faces, ring),
                ]
            )
            distance[window, column] = max(float(signed.min()), 0.0)
            depth[window, column] = max(-float(signed.min()), 0.0)
    return Closeness(distance=distance, depth=depth)


def _nearest_shares(points: Float[np.ndarray, "Q 1 3"], corners: Float[np.ndarray, "Q T 3 3"]) -> np.ndarray:
    """Barycentric shares of the point of each triangle that is nearest to each point, (Q, T, 3)."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    d20, d21 = _dot(ap, ab), _dot(ap, ac)
    area = np.maximum(d00 * d11 - d01 * d01, 1e-18)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    inside = (v >= 0) & (w >= 0) & (v + w <= 1)
    # On an edge otherwise: the nearest of the three.
    on_ab = np.clip(d20 / np.maximum(d00, 1e-18), 0, 1)
    on_ac = np.clip(d21 / np.maximum(d11, 1e-18), 0, 1)
    bc = c - b
    on_bc = np.clip(_dot(points - b, bc) / np.maximum(_dot(bc, bc), 1e-18), 0, 1)
    zero = np.zeros_like(on_ab)
    options = np.stack(
        [
            np.stack([1 - v - w, v, w], axis=-1),
            np.stack([1 - on_ab, on_ab, zero], axis=-1),
            np.stack([1 - on_ac, zero, on_ac], axis=-1),
            np.stack([zero, 1 - on_bc, on_bc], axis=-1),
        ],
        axis=-2,
    )  # (Q, T, 4, 3)
    length = np.linalg.norm(points[:, :, None] - options @ corners, axis=-1)
    length[..., 0] = np.where(inside, length[..., 0], np.inf)
    best = length.argmin(axis=-1)
    return np.take_along_axis(options, best[..., None, None], axis=-2)[..., 0, :]


def _vertex_normals(vertices: Float[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]) -> Float[np.ndarray, "V 3"]:
    """Normals of the faces around each vertex, weighted by the angle that each has there."""
    corners = vertices[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-18)
    summed = np.zeros_like(vertices)
    for corner in range(3):
        forth = corners[:, (corner + 1) % 3] - corners[:, corner]
        back = corners[:, (corner + 2) % 3] - corners[:, corner]
        size = np.linalg.norm(forth, axis=1) * np.linalg.norm(back, axis=1)
        angle = np.arccos(np.clip(_dot(forth, back) / np.maximum(size, 1e-18), -1, 1))
        for axis in range(3):
            summed[:, axis] += np.bincount(faces[:, corner], angle * normal[:, axis], minlength=len(vertices))
    return summed


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(np.sum(a * b, axis=-1))
