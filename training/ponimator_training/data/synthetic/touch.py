"""Points of a body's surface that hands use and reach for: palms, and places on the trunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.data.synthetic.limb import frame_from

HandPart = Literal["palm", "knuckles", "fingertips"]

_TRUNK = tuple(
    JOINT_INDEX[name]
    for name in ("pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar", "neck", "left_shoulder",
                 "right_shoulder")
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class SurfacePoint:
    """A point that moves with one joint.

    Attributes:
        joint: name of the joint.
        offset: from the joint, in its rest frame, (3,) m.
    """

    joint: str
    offset: Float[np.ndarray, "3"]


class TouchPoints:
    """The touch points of one body shape, found on its rest surface."""

    def __init__(self, surface: BodySurface, betas: Float[np.ndarray, "10"]) -> None:
        """Poses the surface at rest with relaxed fingers once."""
        rest_rotations = np.broadcast_to(np.eye(3), (22, 3, 3))
        self._vertices = surface.posed(rest_rotations, np.zeros(3), betas)
        self._rest = surface.skeleton.rest_joints(betas)
        self._dominant = surface.skin_joints[np.arange(len(surface.vertices)), np.argmax(surface.skin_weights, axis=1)]
        self.sole_height = float(self._rest[JOINT_INDEX["left_ankle"]][1] - self._vertices[:, 1].min())

    def palm(self, side: str) -> SurfacePoint:
        """The middle of the palm (its skin, below the bones of the hand at rest), told from the wrist."""
        wrist, knuckle = self._rest[JOINT_INDEX[f"{side}_wrist"]], self._rest[JOINT_INDEX[f"{side}_middle1"]]
        middle = wrist + 0.7 * (knuckle - wrist)
        hand = [JOINT_INDEX[f"{side}_wrist"], *(i for i, name in enumerate(JOINT_NAMES) if name.startswith(f"{side}_"))]
        skin = self._vertices[np.isin(self._dominant, hand)]
        near = skin[np.linalg.norm(skin[:, [0, 2]] - middle[[0, 2]], axis=1) < 0.025]
        return SurfacePoint(joint=f"{side}_wrist", offset=np.array([middle[0], near[:, 1].min(), middle[2]]) - wrist)

    def hand_part(self, side: str, part: HandPart) -> SurfacePoint:
        """The middle of the palm, the knuckles, or the tip of the middle finger as relaxed fingers hold it."""
        if part == "palm":
            return self.palm(side)
        wrist, knuckle = self._rest[JOINT_INDEX[f"{side}_wrist"]], self._rest[JOINT_INDEX[f"{side}_middle1"]]
        if part == "knuckles":
            return SurfacePoint(joint=f"{side}_wrist", offset=1.25 * (knuckle - wrist))
        fingers = [index for index, name in enumerate(JOINT_NAMES) if name.startswith(f"{side}_middle")]
        skin = self._vertices[np.isin(self._dominant, fingers)]
        tip = skin[np.argmax(np.linalg.norm(skin - wrist, axis=1))]
        return SurfacePoint(joint=f"{side}_wrist", offset=tip - wrist)

    def trunk(self, joint: str, *, out: float, up: float, back: bool = False) -> SurfacePoint:
        """The skin in front of (or behind) a trunk joint, `out` m to its left and `up` m above it."""
        place = self._rest[JOINT_INDEX[joint]] + np.array([out, up, 0.0])
        skin = self._vertices[np.isin(self._dominant, _TRUNK)]
        sideways = np.linalg.norm(skin[:, :2] - place[:2], axis=1)
        near = skin[sideways < max(0.03, float(np.sort(sideways)[12]))]
        depth = near[:, 2].min() if back else near[:, 2].max()
        return SurfacePoint(joint=joint, offset=np.array([place[0], place[1], depth]) - self._rest[JOINT_INDEX[joint]])

    def flank(self, side: str, joint: str, *, up: float, forward: float = 0.0) -> SurfacePoint:
        """The skin at a side of the trunk, `up` m above a trunk joint and `forward` m ahead of it."""
        sign, origin = (1.0 if side == "left" else -1.0), self._rest[JOINT_INDEX[joint]]
        skin = self._vertices[np.isin(self._dominant, _TRUNK)] - origin
        near = skin[np.linalg.norm(skin[:, 1:] - np.array([up, forward]), axis=1) < 0.04]
        return SurfacePoint(joint=joint, offset=np.array([sign * (sign * near[:, 0]).max(), up, forward]))

    def head(self, *, out: float, up: float, forward: float) -> SurfacePoint:
        """The skin of the head in the direction of a vector from its middle (to its left, up, ahead)."""
        joint = self._rest[JOINT_INDEX["head"]]
        skin = self._vertices[self._dominant == JOINT_INDEX["head"]]
        middle = 0.5 * (skin.min(axis=0) + skin.max(axis=0))
        direction = np.array([out, up, forward]) / np.linalg.norm([out, up, forward])
        return SurfacePoint(joint="head", offset=skin[np.argmax((skin - middle) @ direction)] - joint)

    def arm(self, side: str, *, along: float, upper: bool = True) -> SurfacePoint:
        """The middle of an upper arm (or forearm) at a share of its length; the skin lies a radius around it."""
        start, stop = ("shoulder", "elbow") if upper else ("elbow", "wrist")
        joint = f"{side}_{start}"
        bone = self._rest[JOINT_INDEX[f"{side}_{stop}"]] - self._rest[JOINT_INDEX[joint]]
        return SurfacePoint(joint=joint, offset=along * bone)

    def front_depth(self) -> float:
        """How far the trunk reaches in front of the pelvis joint, m."""
        skin = self._vertices[np.isin(self._dominant, _TRUNK)]
        return float(skin[:, 2].max() - self._rest[0, 2])

    def shoulder_top(self, side: str) -> SurfacePoint:
        """The skin on top of a shoulder, between neck and arm, told from the chest."""
        neck, shoulder = self._rest[JOINT_INDEX["neck"]], self._rest[JOINT_INDEX[f"{side}_shoulder"]]
        place = 0.3 * neck + 0.7 * shoulder
        skin = self._vertices[np.isin(self._dominant, _TRUNK)]
        near = skin[np.linalg.norm(skin[:, [0, 2]] - place[[0, 2]], axis=1) < 0.03]
        top = np.array([place[0], near[:, 1].max(), place[2]])
        return SurfacePoint(joint="spine3", offset=top - self._rest[JOINT_INDEX["spine3"]])


def hand_rotation(
    side: str, fingers: Float[np.ndarray, "N 3"], palm_normal: Float[np.ndarray, "N 3"]
) -> Float[np.ndarray, "N 3 3"]:
    """The hand's rotation to world whose fingers point one way and whose palm faces another (first wins)."""
    at_rest = frame_from(np.array([1.0 if side == "left" else -1.0, 0.0, 0.0]), np.array([0.0, -1.0, 0.0]))
    return frame_from(fingers, palm_normal) @ at_rest.T
