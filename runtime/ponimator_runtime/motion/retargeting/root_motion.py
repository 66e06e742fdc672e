"""Where the way of the body goes: into the bones, away, or to the engine that moves the actor."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.retargeting.posing import Posed, RigPose
from ponimator_runtime.motion.rotations import matrix_about_y, quaternion_from_matrix


class RootMode(Enum):
    """What the game moves."""

    WORLD = "world"
    """Nothing: the actor stands at the world's origin, the bones make all the way."""
    IN_PLACE = "in_place"
    """The actor, as it likes: the body stays above the actor's origin and faces its front."""
    DELTA = "delta"
    """The actor, by what each frame says: the bones as in place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """The ground below the body.

    Attributes:
        position: below the middle of the hips, at the floor, (3,) m.
        yaw_rad: of where the body faces, about +Y from +Z.
    """

    position: Float[np.ndarray, "3"]
    yaw_rad: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RootedPose:
    """A pose and what its actor does.

    Attributes:
        pose: in the actor's space.
        move: of the actor since the last frame, in its own last frame of front and left, m; 0 unless the mode is DELTA.
        turn_rad: of the actor about +Y since the last frame; 0 unless the mode is DELTA.
    """

    pose: RigPose
    move: Float[np.ndarray, "3"]
    turn_rad: float


def rooted(posed: Posed, root: Root, mode: RootMode, before: Root | None = None) -> RootedPose:
    """A pose for an actor that is moved in one of three ways.

    An actor that stands at the root and is turned by its yaw shows the body where the stream has it; its rig's own
    front (`FittedRig.to_front`) is taken care of.

    Args:
        posed: in the world.
        root: of the same frame.
        mode: who moves the actor.
        before: root of the frame before; None for a first frame, which moves nothing.
    """
    pose = posed.local()
    if mode is RootMode.WORLD:
        return RootedPose(pose=pose, move=np.zeros(3), turn_rad=0.0)
    fitted = posed.fitted
    world_from_actor = matrix_about_y(root.yaw_rad) @ fitted.to_front
    rotation = world_from_actor.T @ posed.rotations[fitted.carrier]
    position = world_from_actor.T @ (posed.positions[fitted.carrier] - root.position)
    parent = fitted.rig.parents[fitted.carrier]
    if parent >= 0:
        # What the carrier hangs on stays as it is in the bind pose.
        rotation = posed.rotations[parent].T @ rotation
        position = posed.rotations[parent].T @ (position - posed.positions[parent])
    rotations = pose.rotations_xyzw.copy()
    rotations[fitted.carrier] = quaternion_from_matrix(rotation)
    moved = replace(
        pose,
        rotations_xyzw=rotations,
        carrier_position=position,
        hips_position=world_from_actor.T @ (posed.joint("pelvis") - root.position),
    )
    if mode is RootMode.IN_PLACE or before is None:
        return RootedPose(pose=moved, move=np.zeros(3), turn_rad=0.0)
    turned = root.yaw_rad - before.yaw_rad
    return RootedPose(
        pose=moved,
        move=matrix_about_y(-before.yaw_rad) @ (root.position - before.position),
        turn_rad=math.atan2(math.sin(turned), math.cos(turned)),
    )
