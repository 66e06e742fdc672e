"""Hands that still meet: where each touching hand has to be, from the source's contacts (stage three).

A hand that touches a hand keeps the source's way between the two wrists, in the size of both hands; a hand that touches
another part keeps its place in the frame of that part, in the size of that body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.contact import BodyContact, hand_of_fingers
from ponimator_runtime.motion.retargeting.limb import stretch_allowed
from ponimator_runtime.motion.retargeting.posing import Posed, SourceBody
from ponimator_runtime.motion.retargeting.rig import LIMBS
from ponimator_runtime.motion.retargeting.turning import eased
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS

AHEAD_S = 0.25
"""A hand begins to come so long before its contact, and lets go in that time behind it."""
SLEW_HZ = 10.0
"""The weight of a contact that comes or goes unannounced changes by at most this much per second."""
_ROUNDS = 12
_OWNER = tuple(int(owner) for owner in hand_of_fingers())
_WRISTS = (JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"])
_NO_WEIGHT = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class TouchNow:
    """A contact as one frame sees it.

    Attributes:
        joint_a: of the first person.
        joint_b: of the second.
        begins_in_s: until it begins; 0 where it has begun.
        ended_since_s: since it ended; 0 while it lasts.
    """

    joint_a: int
    joint_b: int
    begins_in_s: float = 0.0
    ended_since_s: float = 0.0

    @property
    def weight(self) -> float:
        """1 while it lasts, fading to 0 at `AHEAD_S` before and behind."""
        return 1.0 - eased(max(self.begins_in_s, self.ended_since_s) / AHEAD_S)


class TouchWeights:
    """How much each pair of joints counts now: what was told, no faster than `SLEW_HZ`."""

    def __init__(self) -> None:
        self._weights: dict[tuple[int, int], float] = {}
        self._begun = False

    def step(self, touches: Sequence[TouchNow], dt_s: float) -> dict[tuple[int, int], float]:
        """Weight of each pair (joint of the first, joint of the second), fingers as their wrist, in sorted order."""
        wanted: dict[tuple[int, int], float] = {}
        for touch in touches:
            pair = _OWNER[touch.joint_a], _OWNER[touch.joint_b]
            wanted[pair] = max(wanted.get(pair, 0.0), touch.weight)
        step = SLEW_HZ * dt_s if self._begun else 1.0
        self._begun = True
        weights = {}
        for pair in sorted(wanted.keys() | self._weights.keys()):
            before = self._weights.get(pair, 0.0)
            weight = min(max(wanted.get(pair, 0.0), before - step), before + step)
            if weight > _NO_WEIGHT:
                weights[pair] = weight
        self._weights = weights
        return weights


@dataclass(frozen=True, kw_only=True, slots=True)
class HandGoal:
    """Where a wrist has to be.

    Attributes:
        place: m.
        weight: 0 to 1.
        on_body: 1 where it touches other parts than hands, 0 where hands, between for both.
    """

    place: Float[np.ndarray, "3"]
    weight: float
    on_body: float


Hand = tuple[int, int]
"""Person 0 or 1, side 0 (left) or 1 (right)."""


def hand_goals(
    waiting: Sequence[Posed],
    posed: Sequence[Posed],
    sources: Sequence[SourceBody],
    weights: dict[tuple[int, int], float],
) -> dict[Hand, HandGoal]:
    """The goal of every hand that touches.

    Args:
        waiting: both bodies as they are before their arms reach: from there two hands meet.
        posed: both bodies as they are known best: there hands touch other parts.
        sources: both bodies of the stream.
        weights: of each pair of joints.
    """
    found: dict[Hand, list[tuple[float, bool, Float[np.ndarray, "3"]]]] = {}
    for (joint_a, joint_b), weight in weights.items():
        if joint_a in _WRISTS and joint_b in _WRISTS:
            sides = _WRISTS.index(joint_a), _WRISTS.index(joint_b)
            places = _meeting(waiting, sources, sides)
            for person in range(2):
                found.setdefault((person, sides[person]), []).append((weight, True, places[person]))
        else:
            for person, hand, part in ((0, joint_a, joint_b), (1, joint_b, joint_a)):
                if hand in _WRISTS:
                    place = _on_body(posed[1 - person], sources[1 - person], sources[person], hand, part)
                    found.setdefault((person, _WRISTS.index(hand)), []).append((weight, False, place))
    return {hand: _mean_goal(found[hand]) for hand in sorted(found)}


def _mean_goal(wanted: Sequence[tuple[float, bool, Float[np.ndarray, "3"]]]) -> HandGoal:
    """The mean by weight; what a hand wants of another hand goes before what it wants of other parts."""
    of_hands = max((weight for weight, of_hand, _ in wanted if of_hand), default=0.0)
    total, on_body, place, most = 0.0, 0.0, np.zeros(3), 0.0
    for weight, of_hand, goal in wanted:
        share = weight if of_hand else weight * (1.0 - of_hands)
        total, place, most = total + share, place + share * goal, max(most, weight)
        on_body += 0.0 if of_hand else share
    return HandGoal(place=place / total, weight=most, on_body=on_body / total)


def _on_body(
    partner: Posed, partner_source: SourceBody, source: SourceBody, hand: int, part: int
) -> Float[np.ndarray, "3"]:
    while JOINT_NAMES[part] not in partner.fitted.bones:
        part = PARENTS[part]
    offset = partner_source.rotations[part].T @ (source.positions[hand] - partner_source.positions[part])
    name = JOINT_NAMES[part]
    return partner.joint(name) + partner.fitted.body_scale * (partner.joint_rotation(name) @ offset)


def _meeting(
    waiting: Sequence[Posed], sources: Sequence[SourceBody], sides: tuple[int, int]
) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3"]]:
    """Places of both wrists: what is between them shared by the arms' lengths, then drawn into both arms' reach."""
    hands = [sources[person].positions[_WRISTS[sides[person]]] for person in range(2)]
    scale = 0.5 * sum(waiting[person].fitted.hand_scales[sides[person]] for person in range(2))
    between = scale * (hands[0] - hands[1])
    limbs = [LIMBS[2 + side] for side in sides]
    shoulders = [waiting[person].joint(limbs[person][0]) for person in range(2)]
    lengths = [waiting[person].fitted.arm_lengths[0] for person in range(2)]
    wrists = [waiting[person].joint(limbs[person][2]) for person in range(2)]
    share = lengths[0] / (lengths[0] + lengths[1])
    reaches = [_arm_reach(waiting[person], limbs[person]) for person in range(2)]
    place = wrists[0] - share * (wrists[0] - wrists[1] - between)
    for _ in range(_ROUNDS):
        place = _within(place, shoulders[0], reaches[0])
        place = _within(place, shoulders[1] + between, reaches[1])
    # Where the arms do not meet the last word is shared too.
    place = place + share * (_within(place, shoulders[0], reaches[0]) - place)
    return place, place - between


def _arm_reach(posed: Posed, limb: tuple[str, str, str]) -> float:
    """How far an arm reaches exactly, m."""
    shoulder, elbow, wrist = (posed.joint(joint) for joint in limb)
    whole = float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow))
    return whole * stretch_allowed(float(np.linalg.norm(wrist - shoulder)) / whole)


def _within(place: Float[np.ndarray, "3"], centre: Float[np.ndarray, "3"], radius: float) -> Float[np.ndarray, "3"]:
    away = place - centre
    return centre + away * min(1.0, radius / max(float(np.sqrt(away @ away)), 1e-9))


def touches_at(contacts: Sequence[BodyContact], frame: float, rate_hz: float) -> tuple[TouchNow, ...]:
    """The contacts that a frame sees: those that last, begin within `AHEAD_S` or ended within it."""
    seen = []
    for contact in contacts:
        begins_in_s = max(contact.start - frame, 0.0) / rate_hz
        # A frame shows until the next one: the contact ends with its last frame, stop − 1.
        ended_since_s = max(frame - (contact.stop - 1), 0.0) / rate_hz
        if max(begins_in_s, ended_since_s) < AHEAD_S:
            seen.append(
                TouchNow(
                    joint_a=contact.joint_a,
                    joint_b=contact.joint_b,
                    begins_in_s=begins_in_s,
                    ended_since_s=ended_since_s,
                )
            )
    return tuple(seen)
