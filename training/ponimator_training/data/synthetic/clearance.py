"""Keeps the two bodies out of each other: signed gaps between their skins, fast enough to ask at every take.

A point is told against the nearest vertex of the other light surface and that vertex's normal, which is a few
millimetres off between vertices; what a finished set holds is measured with the exact distance elsewhere.
Legend beyond the project's: V vertices of the surface, K points, F sampled frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial import cKDTree

from ponimator_runtime.motion.kinematics import world_rotations
from ponimator_runtime.motion.skeleton import JOINT_NAMES
from ponimator_runtime.motion.surface import BodySurface, vertex_normals
from ponimator_training.data.synthetic.puppet import SIDES

FAR_M = 0.3
"""Gaps are not told beyond this."""
_SPACING_M = 0.03
"""Of neighbouring vertices of the light surface."""
_DEEPEST_M = 0.12
_TOP_OF_ARM = ("shoulder", "elbow")


@dataclass(frozen=True, kw_only=True, slots=True)
class PosedSkin:
    """A body's skin in F frames.

    Attributes:
        points: (F, V, 3) m, world.
        normals: outward, (F, V, 3).
    """

    points: Float[np.ndarray, "F V 3"]
    normals: Float[np.ndarray, "F V 3"]

    def at(self, rows: Int[np.ndarray, "F2"]) -> PosedSkin:
        """Some of the frames."""
        return PosedSkin(points=self.points[rows], normals=self.normals[rows])


@dataclass(frozen=True, eq=False)
class SkinParts:
    """The surface with its normals, and which vertices belong to which part of the body."""

    surface: BodySurface

    @cached_property
    def owner(self) -> Int[np.ndarray, "V"]:
        """The joint that moves each vertex most."""
        surface = self.surface
        return surface.skin_joints[np.arange(len(surface.vertices)), np.argmax(surface.skin_weights, axis=1)]

    @cached_property
    def normals(self) -> Float[np.ndarray, "V 3"]:
        """Outward, at rest, of the mean shape."""
        return vertex_normals(self.surface.vertices, self.surface.faces)

    @cached_property
    def core(self) -> Int[np.ndarray, "K"]:
        """Everything but the arms."""
        return np.flatnonzero(~self._moved_by(_is_arm))

    def hand(self, side: str) -> Int[np.ndarray, "K"]:
        """A hand with its fingers."""
        return np.flatnonzero(
            self._moved_by(lambda n: n.startswith(f"{side}_") and _is_arm(n) and not n.endswith(_TOP_OF_ARM))
        )

    def arm(self, side: str) -> Int[np.ndarray, "K"]:
        """Upper arm and forearm."""
        return np.flatnonzero(self._moved_by(lambda n: n.startswith(f"{side}_") and n.endswith(_TOP_OF_ARM)))

    def posed(
        self,
        local_rotations: Float[np.ndarray, "F 22 3 3"],
        translation: Float[np.ndarray, "F 3"],
        betas: Float[np.ndarray, "10"],
    ) -> PosedSkin:
        """The skin of a body."""
        rotations = self.surface.all_rotations(local_rotations)
        to_world = world_rotations(rotations)[:, self.owner]
        return PosedSkin(
            points=self.surface.posed(rotations, translation, betas).astype(np.float32),
            normals=np.einsum("fvij,vj->fvi", to_world, self.normals).astype(np.float32),
        )

    def _moved_by(self, chosen: Callable[[str], bool]) -> Bool[np.ndarray, "V"]:
        return np.array([chosen(name) for name in JOINT_NAMES])[self.owner]


def _is_arm(name: str) -> bool:
    side, _, stem = name.partition("_")
    return side in SIDES and (stem in ("shoulder", "elbow", "wrist") or stem[-1].isdigit())


def gaps(
    points: Float[np.ndarray, "F K 3"],
    skin: PosedSkin,
    part: Int[np.ndarray, "K2"] | None = None,
    *,
    reach: float = FAR_M,
) -> Float[np.ndarray, "F K"]:
    """Signed distance of points to the other body's skin (or a part of it), negative inside, at most `reach` m."""
    chosen = slice(None) if part is None else part
    margin = max(reach, _DEEPEST_M)
    result = np.full(points.shape[:2], reach)
    for frame, (cloud, vertices, normals) in enumerate(
        zip(points, skin.points[:, chosen], skin.normals[:, chosen], strict=True)
    ):
        near = np.flatnonzero(
            ((cloud > vertices.min(axis=0) - margin) & (cloud < vertices.max(axis=0) + margin)).all(axis=1)
        )
        if len(near) == 0:
            continue
        some = cloud[near]
        beside = np.flatnonzero(
            ((vertices > some.min(axis=0) - margin) & (vertices < some.max(axis=0) + margin)).all(axis=1)
        )
        if len(beside) == 0:
            continue
        reached, found = cKDTree(vertices[beside], balanced_tree=False).query(some, distance_upper_bound=margin)
        near, some, nearest = (
            near[np.isfinite(reached)],
            some[np.isfinite(reached)],
            beside[found[np.isfinite(reached)]],
        )
        away = some - vertices[nearest]
        distance = np.linalg.norm(away, axis=1)
        side = np.einsum("kx,kx->k", away, normals[nearest])
        # Behind a vertex' plane but far to its side is beside the body, not in it; so is what is behind from afar.
        inside = (side < 0) & ((distance < _SPACING_M) | ((side < -0.8 * distance) & (distance < _DEEPEST_M)))
        outside = np.maximum(np.abs(side), distance - 0.5 * _SPACING_M)
        result[frame, near] = np.minimum(np.where(inside, side, outside), reach)
    return result
