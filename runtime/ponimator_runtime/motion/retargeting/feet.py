"""Feet that stand: places kept in the world while heel or toe are in contact, and legs that reach them (stage two)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.motion.retargeting.fitting import FittedRig
from ponimator_runtime.motion.retargeting.limb import reach, stretch_allowed
from ponimator_runtime.motion.retargeting.posing import Posed, SourceBody
from ponimator_runtime.motion.retargeting.rig import LIMBS
from ponimator_runtime.motion.retargeting.turning import eased, shortest_arc, turn, turn_vector, unit
from ponimator_runtime.motion.skeleton import JOINT_INDEX

FADE_S = 0.2
"""A foot that is planted, lifted or rolls over goes from what it showed to what it should in this time."""
DRIFT_M = 0.15
"""A place is dragged along where the stream's own foot has slid further than this from it."""
LOW, HIGH = 0.1, 0.4
"""In leg lengths: a foot lifted less than LOW steps where the source's does, from HIGH on its leg keeps its angles."""
MOST_DROP = 0.4
"""The pelvis is lowered by at most this share of a leg."""
_LEAST_RISE = 0.3
_HEEL, _TOE = 1, 2
_KNEE_GUIDE = np.array([0.0, 0.0, -1.0])
_SIDES = ("left", "right")


@dataclass(frozen=True, kw_only=True, slots=True)
class FootPlace:
    """Where a foot is to be.

    Attributes:
        ankle: m.
        rotation: of the ankle's bone to the world.
        lowness: 1 for a foot near the ground, which the pelvis comes down for, to 0.
    """

    ankle: Float[np.ndarray, "3"]
    rotation: Float[np.ndarray, "3 3"]
    lowness: float


@dataclass(kw_only=True, slots=True)
class FootLock:
    """What one foot remembers.

    Attributes:
        planted: heel 1, toe 2, both 3; None before the first frame.
        heel: place of the ankle above a planted heel, m.
        toe: place of the planted toe, m.
        gap: from what should have been shown to what was, when `planted` changed last, m.
        turned: the same as a rotation vector.
        elapsed_s: since then.
    """

    planted: int | None = None
    heel: Float[np.ndarray, "3"] = field(default_factory=lambda: np.zeros(3))
    toe: Float[np.ndarray, "3"] = field(default_factory=lambda: np.zeros(3))
    gap: Float[np.ndarray, "3"] = field(default_factory=lambda: np.zeros(3))
    turned: Float[np.ndarray, "3"] = field(default_factory=lambda: np.zeros(3))
    elapsed_s: float = FADE_S

    def place(
        self, fitted: FittedRig, side: int, free: FootPlace, planted: int, *, floor: float, dt_s: float
    ) -> FootPlace:
        """Goes on by one frame.

        Args:
            fitted: the rig.
            side: 0 left, 1 right.
            free: where the foot would be if it did not stand.
            planted: heel 1, toe 2, both 3.
            floor: height of the ground, m.
            dt_s: since the last frame.
        """
        toes = fitted.toes[side]
        self.elapsed_s += dt_s
        self._drag(free, toes)
        before = self.planted
        if before != planted:
            ankle, rotation = self._shown(fitted, side, free, before or 0)
            self._lock(fitted, side, ankle, ankle + rotation @ toes, planted & ~(before or 0), floor)
            pivot, wanted = self._target(fitted, side, free, planted)
            self.planted = planted
            if before is not None:
                shown_pivot = ankle + rotation @ toes if planted & _TOE else ankle
                self.gap, self.turned, self.elapsed_s = shown_pivot - pivot, turn_vector(rotation @ wanted.T), 0.0
        ankle, rotation = self._shown(fitted, side, free, planted)
        return FootPlace(ankle=ankle, rotation=rotation, lowness=free.lowness)

    def _drag(self, free: FootPlace, toes: Float[np.ndarray, "3"]) -> None:
        for place, follows in ((self.heel, free.ankle), (self.toe, free.ankle + free.rotation @ toes)):
            away = np.array([place[0] - follows[0], place[2] - follows[2]])
            distance = math.sqrt(float(away @ away))
            if distance > DRIFT_M:
                place[[0, 2]] = follows[[0, 2]] + away * (DRIFT_M / distance)

    def _lock(
        self,
        fitted: FittedRig,
        side: int,
        ankle: Float[np.ndarray, "3"],
        toe: Float[np.ndarray, "3"],
        newly: int,
        floor: float,
    ) -> None:
        if newly & _HEEL:
            self.heel = np.array([ankle[0], floor + fitted.ankle_heights[side], ankle[2]])
        if newly & _TOE:
            self.toe = np.array([toe[0], floor + fitted.toe_heights[side], toe[2]])

    def _target(
        self, fitted: FittedRig, side: int, free: FootPlace, planted: int
    ) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3 3"]]:
        """Place of the pivot (the toe where it is planted, else the ankle) and rotation, without what fades."""
        if planted == _HEEL:
            return self.heel, free.rotation
        if planted == _TOE:
            return self.toe, free.rotation
        if planted == _HEEL | _TOE:
            return self.toe, shortest_arc(
                unit(free.rotation @ fitted.toes[side]), self._flat(fitted, side)
            ) @ free.rotation
        return free.ankle, free.rotation

    def _flat(self, fitted: FittedRig, side: int) -> Float[np.ndarray, "3"]:
        """Direction from ankle to toe of a foot that stands on both, headed from one place to the other."""
        down = fitted.toe_heights[side] - fitted.ankle_heights[side]
        length = float(fitted.toes[side] @ fitted.toes[side])
        heading = unit(np.array([self.toe[0] - self.heel[0], 0.0, self.toe[2] - self.heel[2]]))
        return unit(heading * math.sqrt(max(length - down * down, 0.0)) + np.array([0.0, down, 0.0]))

    def _shown(
        self, fitted: FittedRig, side: int, free: FootPlace, planted: int
    ) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3 3"]]:
        """Ankle and rotation, with what fades."""
        pivot, rotation = self._target(fitted, side, free, planted)
        left = 1.0 - eased(self.elapsed_s / FADE_S)
        rotation = turn(self.turned * left) @ rotation
        pivot = pivot + self.gap * left
        return (pivot - rotation @ fitted.toes[side] if planted & _TOE else pivot), rotation


def free_foot(posed: Posed, source: SourceBody, side: int, *, floor: float, shift: Float[np.ndarray, "3"]) -> FootPlace:
    """Where a foot would be if it did not stand: near the ground where the source's foot is, high up by angles."""
    fitted, name = posed.fitted, f"{_SIDES[side]}_ankle"
    ankle = source.positions[JOINT_INDEX[name]] + shift
    height = float(ankle[1]) - floor - fitted.source_ankle_heights[side]
    ankle[1] = floor + fitted.ankle_heights[side] + fitted.leg_scale * height
    lowness = 1.0 - eased((height / fitted.source_leg_length - LOW) / (HIGH - LOW))
    bone = fitted.bones[name]
    return FootPlace(
        ankle=lowness * ankle + (1.0 - lowness) * posed.positions[bone],
        rotation=posed.rotations[bone].copy(),
        lowness=lowness,
    )


def planted_of(contacts: Bool[np.ndarray, "4"], side: int) -> int:
    """Heel 1, toe 2 of one foot, from left heel, left toe, right heel, right toe."""
    return _HEEL * int(contacts[2 * side]) + _TOE * int(contacts[2 * side + 1])


def stand(posed: Posed, places: Sequence[FootPlace]) -> None:
    """Brings both feet to their places, the pelvis lowered where a leg is too short; changes the pose."""
    posed.shift(np.array([0.0, -max(_drop(posed, limb, place) for limb, place in _legs(places)), 0.0]))
    for limb, place in _legs(places):
        reach(posed, limb, place.ankle, _KNEE_GUIDE)
        ankle = posed.fitted.bones[limb[2]]
        posed.turn_bone(ankle, place.rotation @ posed.rotations[ankle].T)


def _legs(places: Sequence[FootPlace]) -> list[tuple[tuple[str, str, str], FootPlace]]:
    return list(zip(LIMBS[:2], places, strict=True))


def _drop(posed: Posed, limb: tuple[str, str, str], place: FootPlace) -> float:
    """By how much a hip has to come down for its foot to reach, m."""
    hip, knee, ankle = (posed.joint(joint) for joint in limb)
    whole = float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
    longest = whole * stretch_allowed(float(np.linalg.norm(ankle - hip)) / whole)
    across = hip - place.ankle
    # Below this a leg that is asked for far too much would pull the pelvis down ever faster.
    rise = math.sqrt(max(longest**2 - float(across[0]) ** 2 - float(across[2]) ** 2, (_LEAST_RISE * longest) ** 2))
    return place.lowness * min(max(float(across[1]) - rise, 0.0), MOST_DROP * whole)
