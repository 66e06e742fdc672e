"""The vertices between which contact is told: the skin in named regions, thinned, with a coarse subset to rule out by.

Legend: R vertices of the regions, Q of the coarse subset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import JOINT_NAMES
from ponimator_training.body.mesh import farthest_points
from ponimator_training.body.model import BodyModel
from ponimator_training.body.surface import dominant_joints

_SPACING_M = 0.006
"""Of two vertices nearer than about this, one is enough to tell a contact of 1.3 cm."""
_COARSE_COUNT = 300
_FRAMES_AT_ONCE = 32
"""Posed together; more would only cost memory."""
_STRETCH = 1.5
"""How much further apart neighbouring vertices of a posed body may be than at rest."""

_PARTS = (
    ("head", ("head", "jaw")), ("neck", ("neck",)), ("chest", ("spine3", "collar")), ("belly", ("spine1", "spine2")),
    ("hips", ("pelvis",)), ("upper_arm", ("shoulder",)), ("forearm", ("elbow",)),
    ("hand", ("wrist", "index", "middle", "pinky", "ring", "thumb")), ("thigh", ("hip",)), ("shank", ("knee",)),
    ("foot", ("ankle", "foot")),
)  # fmt: skip


def region_of_joint(name: str) -> str | None:
    """The contact region that a joint's skin belongs to, with its side; None for eyeballs, which touch nothing."""
    side, _, part = name.partition("_") if name.startswith(("left_", "right_")) else ("", "", name)
    stem = part.rstrip("123") if part.rstrip("123") in _PARTS[7][1] else part
    for region, parts in _PARTS:
        if stem in parts:
            return f"{side}_{region}" if side and region != "chest" else region
    return None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ContactRegions:
    """Where a body can be touched.

    Attributes:
        body: whose vertices these are.
        vertices: of all regions, (R,).
        regions: name of each vertex's region, (R,).
        coarse: of these vertices, some that are spread evenly: indices into `vertices`, (Q,).
        cover_m: no vertex lies further from its nearest coarse one in any pose.
    """

    body: BodyModel
    vertices: Int[NDArray[np.int64], "R"]
    regions: tuple[str, ...]
    coarse: Int[NDArray[np.int64], "Q"]
    cover_m: float

    @classmethod
    def of(cls, body: BodyModel) -> ContactRegions:
        """The regions of a body, thinned at rest."""
        joints = dominant_joints(body, np.arange(len(body.template)))
        names = [region_of_joint(name) for name in JOINT_NAMES]
        skin = np.flatnonzero([names[joint] is not None for joint in joints])
        cells = np.floor(body.template[skin] / _SPACING_M).astype(np.int64)
        kept = np.sort(skin[np.unique(cells, axis=0, return_index=True)[1]])
        points = body.template[kept]
        coarse = farthest_points(points, min(_COARSE_COUNT, len(kept)))
        cover = float(cKDTree(points[coarse]).query(points)[0].max())
        regions = tuple(str(names[joint]) for joint in joints[kept])
        return cls(body=body, vertices=kept, regions=regions, coarse=coarse, cover_m=_STRETCH * cover)

    def distances(self, motion: Motion, *, below_m: float) -> Float[NDArray[np.float64], "N"]:
        """Smallest distance between vertices of the two bodies in each frame, m.

        Exact where it is below `below_m`; elsewhere a distance between coarse vertices, which is never below it.
        """
        coarse_a, coarse_b = (self._posed(motion, person, self.vertices[self.coarse]) for person in range(2))
        nearest = np.array([_smallest(a, b, np.inf) for a, b in zip(coarse_a, coarse_b, strict=True)])
        close = np.flatnonzero(nearest - 2 * self.cover_m < below_m)
        for some in np.array_split(close, -(-len(close) // _FRAMES_AT_ONCE) or 1):
            skin_a, skin_b = (self._posed(motion, person, self.vertices, some) for person in range(2))
            for frame, a, b in zip(some, skin_a, skin_b, strict=True):
                nearest[frame] = _smallest(a, b, nearest[frame])
        return nearest

    def _posed(
        self,
        motion: Motion,
        person: int,
        vertices: Int[NDArray[np.int64], "K"],
        frames: Int[NDArray[np.int64], "F"] | slice = slice(None),
    ) -> Float[NDArray[np.float64], "F K 3"]:
        """World vertices of one person in some frames."""
        rotations, translations = motion.rotations[person][frames], motion.translations[person][frames]
        return self.body.pose(rotations, translations, motion.betas[person], vertices).vertices


def _smallest(a: NDArray[np.float64], b: NDArray[np.float64], known: float) -> float:
    """Smallest distance between points of two clouds, at most a distance that is known already.

    Only points within that distance of the other cloud's box are looked at.
    """
    near_a = a[((a > b.min(axis=0) - known) & (a < b.max(axis=0) + known)).all(axis=1)]
    near_b = b[((b > a.min(axis=0) - known) & (b < a.max(axis=0) + known)).all(axis=1)]
    if not len(near_a) or not len(near_b):
        return known
    return min(known, float(cKDTree(near_b).query(near_a, distance_upper_bound=known)[0].min()))
