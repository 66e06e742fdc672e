"""Brings touching hands onto the partner's skin, not into it: each hold moves along the way its hand faces.

All holds are looked at together in a few frames, then all arms that moved are posed again, until none moves. A hold
moves with what it touches, so that a smooth curve through a few frames tells all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from ponimator_training.data.synthetic.arms import ArmScript, Hold
from ponimator_training.data.synthetic.clearance import PosedSkin, SkinParts, gaps

TOUCHING_GAP_M = 0.0015
GAP_TOLERANCE_M = 0.003
_MOST_ADVANCE_M = 0.12
_HAND_REACH_M = 0.15
"""A hand further away than this was not meant to touch, or cannot."""
_ARM_DEPTH_M = 0.01
_SWIVELS_RAD = (0.0, 0.4, -0.4, 0.8)
_SAMPLED_FRAMES = 6
_SMOOTHING_FRAMES = 1.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch:
    """One hold that touches the partner.

    Attributes:
        person: whose hand.
        side: which hand.
        hold: may be moved.
        frames: of the clip, at which it is looked at, (F,).
    """

    person: int
    side: str
    hold: Hold
    frames: Int[np.ndarray, "F"]


def touches_of(person: int, side: str, script: ArmScript, time: Float[np.ndarray, "N"]) -> list[Touch]:
    """The holds of one arm that touch."""
    touches = []
    for number, hold in enumerate(script.holds):
        if hold.onto is None:
            continue
        inside = np.flatnonzero((time >= hold.touch - 1e-6) & (time <= script.until(number) + 1e-6))
        if len(inside) == 0:
            inside = np.array([int(np.argmin(np.abs(time - hold.touch)))])
        sampled = inside[np.unique(np.linspace(0, len(inside) - 1, _SAMPLED_FRAMES).round().astype(int))]
        touches.append(Touch(person=person, side=side, hold=hold, frames=sampled))
    return touches


def press(touch: Touch, own: PosedSkin, partner: PosedSkin, parts: SkinParts) -> bool:
    """Moves one hold out of the skin or onto it, and its elbow out of the partner; whether any of it moved.

    Args:
        touch: what is moved.
        own: the person's skin in the touch's frames.
        partner: the other's skin in the same frames.
        parts: of the surface.
    """
    hold, moved = touch.hold, False
    nearest = gaps(own.points[:, parts.hand(touch.side)], partner, reach=_HAND_REACH_M).min(axis=1)
    # Two hands that meet share the way. A hand out of reach was not meant to touch then, or cannot.
    change = (nearest - TOUCHING_GAP_M - hold.ease) * (0.5 if hold.onto == "hand" else 1.0)
    change = np.where(nearest < _HAND_REACH_M, change, 0.0)
    if np.abs(change).max() > GAP_TOLERANCE_M:
        frame = np.arange(len(hold.place))
        before = np.broadcast_to(hold.advance, frame.shape)
        wanted = np.clip(before[touch.frames] + change, -_MOST_ADVANCE_M, _MOST_ADVANCE_M)
        hold.advance, moved = _smooth(np.interp(frame, touch.frames, wanted)), True
    depth = -float(gaps(own.points[:, parts.arm(touch.side)], partner, reach=0.0).min())
    return _swivelled(hold, depth) or moved


def _swivelled(hold: Hold, depth: float) -> bool:
    """Turns an elbow that sinks in to one side, to the other, further, and at last to where it sank in least."""
    if hold.settled:
        return False
    hold.tried.append((depth, hold.swivel))
    before = hold.swivel
    if depth <= _ARM_DEPTH_M:
        hold.settled = True
    elif len(hold.tried) < len(_SWIVELS_RAD):
        hold.swivel = _SWIVELS_RAD[len(hold.tried)]
    else:
        hold.swivel, hold.settled = min(hold.tried)[1], True
    return hold.swivel != before


def _smooth(values: Float[np.ndarray, "N"]) -> Float[np.ndarray, "N"]:
    """Without corners between the frames that were looked at: a hand may not change its speed at once."""
    weights = np.exp(-0.5 * (np.arange(-3, 4) / _SMOOTHING_FRAMES) ** 2)
    return np.convolve(np.pad(values, 3, mode="edge"), weights / weights.sum(), mode="valid")
