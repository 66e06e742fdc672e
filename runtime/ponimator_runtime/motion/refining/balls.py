"""A body told by balls: the largest that fit inside its surface, each moved by one joint.

A ball never stands out of the skin by more than a few millimetres, so bodies whose balls touch do touch: what only
takes balls apart does not part bodies that ought to be in contact. Balls are chosen once per body and shaped once
per β.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from ponimator_runtime.motion.contact import hand_of_fingers
from ponimator_runtime.motion.kinematics import positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT, SHAPE_COUNT
from ponimator_runtime.motion.surface import BodySurface, vertex_normals

BALL_COUNT = 128
_SLACK_M = 0.006
"""A ball may stand out of the skin by this much, so that one vertex of a light mesh does not make it tiny."""
_TOUCHING_M = 0.01
"""A ball tells the skin that is this near to its own surface."""
_LARGEST_M = 0.3
_MOST_VERTICES = 1600
"""Of a finer mesh every so manyth vertex is looked at: tables have a row and a column each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShapedBalls:
    """The balls of two bodies of known shapes.

    Attributes:
        joints: that moves each, the same for both bodies, (Q,).
        offsets: of the centres from their joints at rest, (P, Q, 3) m.
        radii: (P, Q) m.
        rest_joints: of the bodies, (P, 55, 3) m.
    """

    joints: Int[np.ndarray, "Q"]
    offsets: Float[np.ndarray, "P Q 3"]
    radii: Float[np.ndarray, "P Q"]
    rest_joints: Float[np.ndarray, "P 55 3"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PosedBalls:
    """Where the balls of two bodies are over time.

    Attributes:
        centres: (P, N, Q, 3) m.
        radii: (P, Q) m.
        joints: that moves each, (Q,).
        joint_positions: (P, N, 22, 3) m.
        rotations_to_world: of the joints, (P, N, 22, 3, 3).
    """

    centres: Float[np.ndarray, "P N Q 3"]
    radii: Float[np.ndarray, "P Q"]
    joints: Int[np.ndarray, "Q"]
    joint_positions: Float[np.ndarray, "P N 22 3"]
    rotations_to_world: Float[np.ndarray, "P N 22 3 3"]


class BodyBalls:
    """The balls of a body for every shape."""

    def __init__(self, surface: BodySurface, *, count: int = BALL_COUNT) -> None:
        """Chooses the balls that together tell the most skin, at rest and β = 0."""
        at_rest = np.broadcast_to(np.eye(3), (BODY_JOINT_COUNT, 3, 3))
        skin = surface.posed(at_rest, np.zeros(3), np.zeros(SHAPE_COUNT))
        looked_at = np.arange(0, len(skin), -(-len(skin) // _MOST_VERTICES))
        self._vertices = skin[looked_at]
        self._vertex_basis = surface.shape_basis[looked_at]
        self._skeleton = surface.skeleton
        centres, radii = _largest_inside(self._vertices, vertex_normals(skin, surface.faces)[looked_at])
        touching = np.abs(_distances(centres, self._vertices) - radii[:, None]) < _TOUCHING_M
        chosen = _covering(touching, count)
        self._centres, self._radii, self._touching = centres[chosen], radii[chosen], touching[chosen]
        heaviest = surface.skin_weights[looked_at].argmax(axis=1)
        owner = hand_of_fingers()[surface.skin_joints[looked_at, heaviest]]
        self.joints = np.array([np.bincount(owner[row]).argmax() for row in self._touching])
        self._share = self._touching / self._touching.sum(axis=1, keepdims=True)

    def shaped(self, betas: Float[np.ndarray, "P 10"]) -> ShapedBalls:
        """The balls of two bodies: centres move as the skin that they tell does, radii grow with its distance."""
        rest_joints = self._skeleton.rest_joints(betas)
        shifts = np.einsum("vck,pk->pvc", self._vertex_basis, betas)
        centres = self._centres + self._share @ shifts
        apart = np.stack([_distances(own, self._vertices + shift) for own, shift in zip(centres, shifts, strict=True)])
        first_apart = _distances(self._centres, self._vertices)
        growth = np.sum(self._share * apart, axis=-1) / np.sum(self._share * first_apart, axis=-1)
        return ShapedBalls(
            joints=self.joints,
            offsets=centres - rest_joints[:, self.joints],
            radii=self._radii * growth,
            rest_joints=rest_joints,
        )


def posed_balls(
    balls: ShapedBalls, rotations: Float[np.ndarray, "P N 22 3 3"], translations: Float[np.ndarray, "P N 3"]
) -> PosedBalls:
    """The balls of two bodies in motion."""
    to_world = world_rotations(rotations)
    rest_joints = np.broadcast_to(balls.rest_joints[:, None], (*translations.shape[:2], *balls.rest_joints.shape[1:]))
    positions = positions_from_world_rotations(to_world, translations, rest_joints)
    turned = np.einsum("pnqij,pqj->pnqi", to_world[:, :, balls.joints], balls.offsets)
    return PosedBalls(
        centres=positions[:, :, balls.joints] + turned,
        radii=balls.radii,
        joints=balls.joints,
        joint_positions=positions,
        rotations_to_world=to_world,
    )


def _largest_inside(
    vertices: Float[np.ndarray, "V 3"], outward: Float[np.ndarray, "V 3"]
) -> tuple[Float[np.ndarray, "V 3"], Float[np.ndarray, "V"]]:
    """For each vertex the largest ball that touches the skin there from inside: its centre, and its radius.

    A ball of radius r that touches at v reaches q less deep than the slack s if |q − v + r n| ≥ r − s, which is
    r ≤ (|q − v|² − s²) / 2 (n·(v − q) − s) for every q that lies deeper than s under the tangent plane at v.
    """
    squared = _distances(vertices, vertices) ** 2
    under = np.sum(outward * vertices, axis=1)[:, None] - outward @ vertices.T - _SLACK_M
    limit = np.full_like(squared, _LARGEST_M)
    np.divide(squared - _SLACK_M**2, 2 * under, out=limit, where=under > 0)
    radii = np.clip(limit.min(axis=1), 0.0, _LARGEST_M)
    return vertices - radii[:, None] * outward, radii


def _covering(touching: Bool[np.ndarray, "V V"], count: int) -> list[int]:
    """So many rows, each the one that adds the most columns to those before it."""
    left, chosen = np.ones(touching.shape[1], dtype=np.float32), []
    weights = touching.astype(np.float32)
    for _ in range(count):
        chosen.append(int(np.argmax(weights @ left)))
        left[touching[chosen[-1]]] = 0.0
    return chosen


def _distances(a: Float[np.ndarray, "Q 3"], b: Float[np.ndarray, "V 3"]) -> Float[np.ndarray, "Q V"]:
    squared = np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1) - 2 * (a @ b.T)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))
