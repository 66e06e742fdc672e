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

from ponimator_runtime.motion.kinematics import positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.skeleton import JOINT_COUNT
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.evaluation.played import Played

REACH_M = 0.2
"""Points further from every vertex than this are not looked at; surfaces further apart count as this far."""
_NEAREST_VERTICES = 2
_SMALLEST = 1e-18
_SHAPES_AT_ONCE = 16
"""Poses of the two that are measured together: enough to spare calls, few enough for the cache."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Closeness:
    """Of W windows in F frames each.

    Attributes:
        distance: between the surfaces, 0 where they cross, at most `REACH_M`, (W, F) m.
        depth: of the deepest point of either body inside the other, 0 where they do not cross, (W, F) m.
    """

    distance: Float[np.ndarray, "W F"]
    depth: Float[np.ndarray, "W F"]


class ClosedMesh:
    """Which faces lie around each vertex; of a mesh whose vertices move and whose triangles stay."""

    def __init__(self, faces: Int[np.ndarray, "F 3"], vertex_count: int) -> None:
        """Sorts the corners of the faces by vertex."""
        self.faces = faces
        self._corners = np.argsort(faces.ravel(), kind="stable")  # numbered as in the flat faces
        self._count = np.bincount(faces.ravel(), minlength=vertex_count)
        self._first = np.cumsum(self._count) - self._count

    def around(self, vertices: Int[np.ndarray, "Q K"]) -> tuple[Int[np.ndarray, "M 2"], Int[np.ndarray, "Q"]]:
        """Face and corner (0 to 2) around the K vertices of each row, row after row, and how many each row has."""
        count = self._count[vertices].ravel()
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        corners = self._corners[np.repeat(self._first[vertices.ravel()], count) + within]
        return np.stack([corners // 3, corners % 3], axis=1), count.reshape(vertices.shape).sum(axis=1)

    def normals(
        self, vertices: Float[np.ndarray, "S V 3"], shape: Int[np.ndarray, "K"], chosen: Int[np.ndarray, "K"]
    ) -> Float[np.ndarray, "K 3"]:
        """At some vertices of some shapes, the normals of the faces around them, weighted by the angle there."""
        around, count = self.around(chosen[:, None])
        face, corner = around.T
        shape = np.repeat(shape, count)
        here, following, before = (vertices[shape, self.faces[face, (corner + step) % 3]] for step in range(3))
        forth, back = following - here, before - here
        normal = np.cross(forth, back)
        size = np.sqrt(np.maximum(_dot(forth, forth) * _dot(back, back), _SMALLEST))
        angle = np.arccos(np.clip(_dot(forth, back) / size, -1, 1))
        weight = angle / np.sqrt(np.maximum(_dot(normal, normal), _SMALLEST))
        return np.asarray(np.add.reduceat(weight[:, None] * normal, np.cumsum(count) - count, axis=0))


def signed_distances(
    points: Float[np.ndarray, "S Q 3"], vertices: Float[np.ndarray, "S V 3"], mesh: ClosedMesh
) -> Float[np.ndarray, "S Q"]:
    """Distance of the points to the closed mesh in each of S shapes, m.

    Negative inside it, `REACH_M` where it is out of reach.
    """
    distance = np.full(points.shape[:2], REACH_M)
    shape, point, nearest = _nearest_vertices(points, vertices)
    if len(shape) == 0:
        return distance
    queried = points[shape, point]
    # The nearest triangle around these vertices, then the nearest point on it.
    around, count = mesh.around(nearest)
    first = np.cumsum(count) - count
    corners = mesh.faces[around[:, 0]]
    squared = _squared_distances(np.repeat(queried, count, axis=0), vertices[np.repeat(shape, count)[:, None], corners])
    winners = np.flatnonzero(squared == np.repeat(np.minimum.reduceat(squared, first), count))
    corners = corners[winners[np.searchsorted(winners, first)]]
    triangles = vertices[shape[:, None], corners]
    shares = _nearest_shares(queried, triangles)
    offset = queried - _mixed(shares, triangles)
    length = np.sqrt(_dot(offset, offset))
    normals = mesh.normals(vertices, np.repeat(shape, 3), corners.ravel()).reshape(-1, 3, 3)
    inside = _dot(offset, _mixed(shares, normals)) < 0
    distance[shape, point] = np.where(inside, -length, np.minimum(length, REACH_M))
    return distance


def closeness(motion: Played, surface: BodySurface, frames: Int[np.ndarray, "W F"]) -> Closeness:
    """How close the two bodies of each window are, in some of its frames; those that are alike are compared once."""
    mesh, skin_weights = ClosedMesh(surface.faces, len(surface.vertices)), _dense_weights(surface)
    least = np.empty(frames.shape)
    group = max(1, _SHAPES_AT_ONCE // max(frames.shape[1], 1))
    for begin in range(0, len(frames), group):
        windows = np.arange(begin, min(begin + group, len(frames)))
        different, columns = zip(
            *[_different_frames(motion, window, frames[window]) for window in windows], strict=True
        )
        counts = [len(chosen) for chosen in different]
        window, frame = np.repeat(windows, counts), np.concatenate(different)
        bodies = [
            _posed(
                surface,
                skin_weights,
                motion.rotations[window, person, frame],
                motion.translations[window, person, frame],
                motion.betas[window, person],
            )
            for person in range(2)
        ]
        points = np.concatenate([body[:, surface.contact_vertices] for body in bodies])
        signed = signed_distances(points, np.concatenate(bodies[::-1]), mesh)
        nearest = np.split(signed.reshape(2, len(window), -1).min(axis=(0, 2)), np.cumsum(counts)[:-1])
        least[windows] = [part[column] for part, column in zip(nearest, columns, strict=True)]
    return Closeness(distance=np.maximum(least, 0.0), depth=np.maximum(-least, 0.0))


def _posed(
    surface: BodySurface,
    skin_weights: Float[np.ndarray, "V 55"],
    rotations: Float[np.ndarray, "S 22 3 3"],
    translations: Float[np.ndarray, "S 3"],
    betas: Float[np.ndarray, "S 10"],
) -> Float[np.ndarray, "S V 3"]:
    """World vertices of S bodies, each of its own shape: the batched twin of `BodySurface.posed`, m."""
    rest_joints = surface.skeleton.rest_joints(betas)
    to_world = world_rotations(surface.all_rotations(rotations))
    joints = positions_from_world_rotations(to_world, translations, rest_joints)
    offsets = joints - (to_world @ rest_joints[..., None])[..., 0]
    transforms = np.concatenate([to_world, offsets[..., None]], axis=-1).reshape(len(betas), JOINT_COUNT, 12)
    blended = (skin_weights @ transforms).reshape(len(betas), -1, 3, 4)
    rest_vertices = surface.vertices + (surface.shape_basis @ betas.T).transpose(2, 0, 1)
    return np.asarray((blended[..., :3] @ rest_vertices[..., None])[..., 0] + blended[..., 3])


def _dense_weights(surface: BodySurface) -> Float[np.ndarray, "V 55"]:
    weights = np.zeros((len(surface.vertices), JOINT_COUNT))
    np.add.at(weights, (np.arange(len(weights))[:, None], surface.skin_joints), surface.skin_weights)
    return weights


def _nearest_vertices(
    points: Float[np.ndarray, "S Q 3"], vertices: Float[np.ndarray, "S V 3"]
) -> tuple[Int[np.ndarray, "N"], Int[np.ndarray, "N"], Int[np.ndarray, "N K"]]:
    """Points that have K vertices of their shape in reach: which shape, which point, which vertices."""
    low, high = vertices.min(axis=1, keepdims=True) - REACH_M, vertices.max(axis=1, keepdims=True) + REACH_M
    in_box = ((points >= low) & (points <= high)).all(axis=-1)
    found = []
    for shape in np.flatnonzero(in_box.any(axis=1)):
        point = np.flatnonzero(in_box[shape])
        queried, searched = points[shape, point], vertices[shape]
        in_reach = (searched >= queried.min(axis=0) - REACH_M) & (searched <= queried.max(axis=0) + REACH_M)
        near_by = np.flatnonzero(in_reach.all(axis=1))
        if len(near_by) < _NEAREST_VERTICES:
            continue
        spread, nearest = cKDTree(searched[near_by]).query(queried, k=_NEAREST_VERTICES, distance_upper_bound=REACH_M)
        near = np.isfinite(spread[:, -1])
        found.append((np.full(near.sum(), shape), point[near], near_by[nearest[near]]))
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros((0, _NEAREST_VERTICES), dtype=np.int64)
    shapes, points_found, vertices_found = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return shapes, points_found, vertices_found


def _different_frames(
    motion: Played, window: int, frames: Int[np.ndarray, "F"]
) -> tuple[Int[np.ndarray, "D"], Int[np.ndarray, "F"]]:
    """Of the frames one for each pose of the two, and which of these each frame shows."""
    rotations, translations = motion.rotations[window], motion.translations[window]
    place: dict[bytes, int] = {}
    first: list[int] = []
    column: list[int] = []
    for frame in frames:
        pose = rotations[:, frame].tobytes() + translations[:, frame].tobytes()
        if pose not in place:
            place[pose] = len(first)
            first.append(int(frame))
        column.append(place[pose])
    return np.array(first), np.array(column)


def _squared_distances(points: Float[np.ndarray, "M 3"], corners: Float[np.ndarray, "M 3 3"]) -> np.ndarray:
    """Squared distance of each point to its triangle, (M,) m²."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, bc = b - a, c - a, c - b
    ap, bp = points - a, points - b
    d00, d01, d11, d20, d21 = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac), _dot(ap, ab), _dot(ap, ac)
    area = np.maximum(d00 * d11 - d01 * d01, _SMALLEST)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    above = ap - v[:, None] * ab - w[:, None] * ac
    squared = np.where((v >= 0) & (w >= 0) & (v + w <= 1), _dot(above, above), np.inf)
    for start, edge, along, square in ((ap, ab, d20, d00), (ap, ac, d21, d11), (bp, bc, _dot(bp, bc), _dot(bc, bc))):
        share = np.clip(along / np.maximum(square, _SMALLEST), 0, 1)
        off = start - share[:, None] * edge
        squared = np.minimum(squared, _dot(off, off))
    return np.asarray(squared)


def _nearest_shares(points: Float[np.ndarray, "Q 3"], corners: Float[np.ndarray, "Q 3 3"]) -> np.ndarray:
    """Barycentric shares of the point of each triangle that is nearest to each point, (Q, 3)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    d20, d21 = _dot(ap, ab), _dot(ap, ac)
    area = np.maximum(d00 * d11 - d01 * d01, _SMALLEST)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    inside = (v >= 0) & (w >= 0) & (v + w <= 1)
    # On an edge otherwise: the nearest of the three.
    on_ab = np.clip(d20 / np.maximum(d00, _SMALLEST), 0, 1)
    on_ac = np.clip(d21 / np.maximum(d11, _SMALLEST), 0, 1)
    bc = c - b
    on_bc = np.clip(_dot(points - b, bc) / np.maximum(_dot(bc, bc), _SMALLEST), 0, 1)
    zero = np.zeros_like(on_ab)
    options = np.stack(
        [
            np.stack([1 - v - w, v, w], axis=-1),
            np.stack([1 - on_ab, on_ab, zero], axis=-1),
            np.stack([1 - on_ac, zero, on_ac], axis=-1),
            np.stack([zero, 1 - on_bc, on_bc], axis=-1),
        ],
        axis=1,
    )  # (Q, 4, 3)
    length = np.linalg.norm(points[:, None] - options @ corners, axis=-1)
    length[:, 0] = np.where(inside, length[:, 0], np.inf)
    best = length.argmin(axis=-1)
    return np.take_along_axis(options, best[:, None, None], axis=1)[:, 0]


def _mixed(shares: Float[np.ndarray, "Q 3"], corners: Float[np.ndarray, "Q 3 3"]) -> np.ndarray:
    """What stands at the three corners, mixed, (Q, 3)."""
    return np.asarray(np.einsum("qc,qcx->qx", shares, corners))


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(np.einsum("...x,...x->...", a, b))
