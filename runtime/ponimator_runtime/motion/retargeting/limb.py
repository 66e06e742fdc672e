"""Two-bone inverse kinematics of a posed rig's arm or leg."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.retargeting.posing import Posed
from ponimator_runtime.motion.retargeting.turning import shortest_arc, soft_reach, unit

EXACT_REACH = 0.98
"""Up to this share of its length, or as far as it is stretched already, a limb reaches exactly; beyond, softly."""
_LEAST_FOLD = 1e-3
_GUIDE = 0.1
_GUIDED_BELOW = 0.1
_GUIDED_FROM_RAD = 0.2


def reach(
    posed: Posed, limb: tuple[str, str, str], goal: Float[np.ndarray, "3"], guide: Float[np.ndarray, "3"]
) -> None:
    """Turns a limb's two bones so that its end comes to a place, or as near as it goes; the plane it bends in is kept.

    Args:
        posed: changed in place.
        limb: names of its root, middle and end joint.
        goal: for the end, m.
        guide: where the end goes when the limb bends, seen in the root joint's own frame: only a limb that is nearly
            straight needs to be told.
    """
    root, middle, _ = (posed.fitted.bones[joint] for joint in limb)
    start, bend, end = (posed.joint(joint).copy() for joint in limb)
    upper, lower = bend - start, end - bend
    upper_length, lower_length = _length(upper), _length(lower)
    whole = upper_length + lower_length
    upper, lower = upper / upper_length, lower / lower_length
    to_goal = goal - start
    exact = stretch_allowed(_length(end - start) / whole)
    distance = whole * soft_reach(_length(to_goal) / whole, exact)
    distance = max(distance, abs(upper_length - lower_length) + _LEAST_FOLD * whole)

    cosine = (distance**2 - upper_length**2 - lower_length**2) / (2 * upper_length * lower_length)
    cosine = min(max(cosine, -1.0), 1.0)
    along = min(max(float(lower @ upper), -1.0), 1.0)
    sideways = lower - along * upper
    # A limb that is not bent does not say where it bends to; one that keeps its angle needs no guide.
    unbent = max(0.0, 1.0 - float(sideways @ sideways) / _GUIDED_BELOW**2)
    changed = min(1.0, abs(math.acos(cosine) - math.acos(along)) / _GUIDED_FROM_RAD)
    guided = posed.joint_rotation(limb[0]) @ guide
    guided = guided - float(guided @ upper) * upper
    sideways = unit(sideways + _GUIDE * unbent * changed * guided)
    bent = cosine * upper + math.sqrt(max(0.0, 1.0 - cosine**2)) * sideways
    reached = unit(upper_length * upper + lower_length * bent)
    posed.turn_bone(middle, shortest_arc(lower, bent))
    posed.turn_bone(root, shortest_arc(reached, unit(to_goal)))


def stretch_allowed(now: float) -> float:
    """The share of its length that a limb reaches exactly, from how far it is stretched."""
    return min(max(EXACT_REACH, now), 1.0)


def _length(vector: Float[np.ndarray, "3"]) -> float:
    return math.sqrt(float(vector @ vector))
