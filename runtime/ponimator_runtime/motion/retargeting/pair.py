"""Two rigs that follow the two bodies of the stream, frame by frame: all stages in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.motion.canonical import facing_yaw
from ponimator_runtime.motion.retargeting.feet import FootLock, FootPlace, free_foot, planted_of, stand
from ponimator_runtime.motion.retargeting.fitting import FittedRig
from ponimator_runtime.motion.retargeting.limb import reach
from ponimator_runtime.motion.retargeting.posing import Posed, RigPose, SourceBody, body_posed
from ponimator_runtime.motion.retargeting.rig import LIMBS
from ponimator_runtime.motion.retargeting.root_motion import Root
from ponimator_runtime.motion.retargeting.touching import Hand, HandGoal, TouchNow, TouchWeights, hand_goals
from ponimator_runtime.motion.retargeting.turning import TINY, cross, eased, softly_limited, turn, turn_vector, unit
from ponimator_runtime.motion.skeleton import BODY_JOINT_COUNT

NEAR_M, FAR_M = 1.0, 3.0
"""Pairs nearer than NEAR_M stand closer by as much as their arms are shorter, or farther; beyond FAR_M none does."""
PASSES = 6
LEAN_RAD = 0.6
"""The spine bends by less than this to help a hand."""
SHIFT_SHARE, CROUCH_SHARE = 0.2, 0.35
"""The hips go along the ground, and down, by less than these shares of a leg to help a hand; the feet stay."""
WRIST_RAD = 1.3
"""A hand keeps its direction in the world, but turns by less than this in its wrist for it."""
_PARTNER_SHARE = 0.5
"""Of what a hand lacks to a body the partner makes this share: one bends down to be reached."""
_LEAST_LEVER_M = 0.1
_ELBOW_GUIDE = np.array([0.0, 0.0, 1.0])
_SPINE = ("spine1", "spine2", "spine3")
_PERSONS = range(2)


class Stage(Enum):
    """How much is done."""

    BODY = "body"
    FEET = "feet"
    HANDS = "hands"


@dataclass(frozen=True, kw_only=True, slots=True)
class PairFrame:
    """Both bodies of the stream in one frame.

    Attributes:
        rotations_xyzw: root to world, others to their parent, (2, 55, 4).
        translations: γ, (2, 3) m.
        foot_contacts: left heel, left toe, right heel, right toe, (2, 4).
        touches: contacts that last, begin soon or ended just now.
    """

    rotations_xyzw: Float[np.ndarray, "2 55 4"]
    translations: Float[np.ndarray, "2 3"]
    foot_contacts: Bool[np.ndarray, "2 4"]
    touches: Sequence[TouchNow] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PairPosed:
    """Both rigs in one frame.

    Attributes:
        bodies: posed, in the world.
        roots: the ground below each body.
        goals: where touching hands had to come.
    """

    bodies: tuple[Posed, Posed]
    roots: tuple[Root, Root]
    goals: dict[Hand, HandGoal]

    def poses(self) -> tuple[RigPose, RigPose]:
        """What an engine sets on its bones, the actors at the world's origin."""
        return self.bodies[0].local(), self.bodies[1].local()


class PairRetargeter:
    """Follows a stream; feed it every frame shown, in order.

    What it remembers: where planted feet stand, and how much each contact counts.
    """

    def __init__(
        self,
        fitted: tuple[FittedRig, FittedRig],
        *,
        stage: Stage = Stage.HANDS,
        floor: float = 0.0,
        approach: bool = True,
    ) -> None:
        """Begins anew.

        Args:
            fitted: the two rigs.
            stage: how much is done.
            floor: height of the ground, m.
            approach: whether near pairs may stand closer together, or farther apart, than in the stream.
        """
        self._fitted, self._stage, self._floor, self._approach = fitted, stage, floor, approach
        self._locks = [[FootLock(), FootLock()] for _ in _PERSONS]
        self._weights = TouchWeights()

    def follow(self, frame: PairFrame, dt_s: float) -> PairPosed:
        """Both rigs in the next frame, `dt_s` after the last one."""
        sources = [
            SourceBody.of_frame(frame.rotations_xyzw[p], frame.translations[p], self._fitted[p].rest_joints)
            for p in _PERSONS
        ]
        shifts = self._shifts(sources)
        bodies = [body_posed(self._fitted[p], sources[p], floor=self._floor, shift=shifts[p]) for p in _PERSONS]
        roots = self._root(bodies[0], sources[0]), self._root(bodies[1], sources[1])
        goals: dict[Hand, HandGoal] = {}
        if self._stage is not Stage.BODY:
            places = [
                [self._foot(bodies[p], sources[p], frame, p, side, shifts[p], dt_s) for side in range(2)]
                for p in _PERSONS
            ]
            weights = self._weights.step(frame.touches if self._stage is Stage.HANDS else (), dt_s)
            bodies, goals = _helped(bodies, places, sources, weights)
        return PairPosed(bodies=(bodies[0], bodies[1]), roots=roots, goals=goals)

    def _shifts(self, sources: Sequence[SourceBody]) -> list[np.ndarray]:
        """By how much each body stands elsewhere than in the stream, along the ground."""
        apart = sources[0].hip_middle - sources[1].hip_middle
        apart[1] = 0.0
        lengths = [fitted.arm_lengths for fitted in self._fitted]
        ratio = (lengths[0][0] + lengths[1][0]) / (lengths[0][1] + lengths[1][1])
        distance = float(np.sqrt(apart @ apart))
        nearness = 1.0 - eased((distance - NEAR_M) / (FAR_M - NEAR_M)) if self._approach else 0.0
        half = 0.5 * (ratio - 1.0) * nearness * apart
        return [half, -half]

    def _foot(
        self,
        posed: Posed,
        source: SourceBody,
        frame: PairFrame,
        person: int,
        side: int,
        shift: Float[np.ndarray, "3"],
        dt_s: float,
    ) -> FootPlace:
        free = free_foot(posed, source, side, floor=self._floor, shift=shift)
        planted = planted_of(frame.foot_contacts[person], side)
        return self._locks[person][side].place(posed.fitted, side, free, planted, floor=self._floor, dt_s=dt_s)

    def _root(self, posed: Posed, source: SourceBody) -> Root:
        """Told by where the body stands in the stream, not by how its hips help a hand."""
        middle = 0.5 * (posed.joint("left_hip") + posed.joint("right_hip"))
        yaw_rad = float(facing_yaw(source.positions[:BODY_JOINT_COUNT]))
        return Root(position=np.array([middle[0], self._floor, middle[2]]), yaw_rad=yaw_rad)


def _helped(
    bodies: Sequence[Posed],
    places: Sequence[Sequence[FootPlace]],
    sources: Sequence[SourceBody],
    weights: dict[tuple[int, int], float],
) -> tuple[list[Posed], dict[Hand, HandGoal]]:
    """Feet at their places and hands at their goals, spines and hips helping where arms are too short."""
    if not weights:
        return [_standing(bodies[p], places[p], _Help(), 0.0) for p in _PERSONS], {}
    # First as if all hands touched by now: how much help that needs, and where everything is then.
    helps, shares = (_Help(), _Help()), [0.0, 0.0]
    touched: list[Posed] | None = None
    for _ in range(PASSES):
        waiting = [_standing(bodies[p], places[p], helps[p], 1.0) for p in _PERSONS]
        goals = hand_goals(waiting, touched or waiting, sources, weights)
        touched = [body.copy() for body in waiting]
        wants: list[list[tuple[float, Posed, np.ndarray, np.ndarray]]] = [[], []]
        for (person, side), goal in goals.items():
            lacking = _touch(touched[person], bodies[person], side, goal.place, 1.0)
            shoulder = waiting[person].joint(LIMBS[2 + side][0])
            to_partner, partner = _PARTNER_SHARE * goal.on_body, 1 - person
            wants[person].append((goal.weight, waiting[person], shoulder, (1.0 - to_partner) * lacking))
            wants[partner].append((goal.weight * goal.on_body, waiting[partner], goal.place, -to_partner * lacking))
        for person in _PERSONS:
            shares[person] = max((weight for weight, _, _, _ in wants[person]), default=0.0)
            helps[person].add(wants[person])
    # Then as much of it as the contacts count by now.
    waiting = [_standing(bodies[p], places[p], helps[p], shares[p]) for p in _PERSONS]
    goals = hand_goals(waiting, touched or waiting, sources, weights)
    posed = [body.copy() for body in waiting]
    for (person, side), goal in goals.items():
        _touch(posed[person], bodies[person], side, goal.place, goal.weight)
    return posed, goals


class _Help:
    """How a body helps its hands, or those that touch it: lean of the spine (a rotation vector), way of the hips."""

    def __init__(self) -> None:
        self.lean, self.move = np.zeros(3), np.zeros(3)

    def add(self, wants: Sequence[tuple[float, Posed, np.ndarray, np.ndarray]]) -> None:
        """More of it, from weighted wishes that a point of a posed body went some way."""
        total = sum(weight for weight, _, _, _ in wants)
        for weight, posed, point, way in wants:
            base = posed.joint("spine1") if "spine1" in posed.fitted.bones else posed.joint("pelvis")
            lever, share = point - base, weight / max(total, TINY)
            self.lean = self.lean + share * cross(lever, way) / max(float(lever @ lever), _LEAST_LEVER_M**2)
            self.move = self.move + share * way


def _standing(body: Posed, places: Sequence[FootPlace], help_given: _Help, share: float) -> Posed:
    posed = body.copy()
    fitted = body.fitted
    leg = fitted.leg_scale * fitted.source_leg_length
    along, down = help_given.move * [1.0, 0.0, 1.0], help_given.move * [0.0, 1.0, 0.0]
    # No body grows: hands that are asked up get no help from the hips.
    down[1] = min(down[1], 0.0)
    posed.shift(share * (softly_limited(along, SHIFT_SHARE * leg) + softly_limited(down, CROUCH_SHARE * leg)))
    stand(posed, places)
    spine = [fitted.bones[joint] for joint in _SPINE if joint in fitted.bones]
    if spine:
        by = turn(softly_limited(help_given.lean, LEAN_RAD) * (share / len(spine)))
        for bone in spine:
            posed.turn_bone(bone, by)
    return posed


def _touch(posed: Posed, body: Posed, side: int, goal: Float[np.ndarray, "3"], weight: float) -> Float[np.ndarray, "3"]:
    """Brings a wrist towards its goal as far as the weight says; returns what is lacking to that, m.

    The hand keeps its direction in the world as far as the wrist turns.
    """
    limb = LIMBS[2 + side]
    wrist = posed.fitted.bones[limb[2]]
    now = posed.positions[wrist].copy()
    front = posed.joint_rotation(limb[0]) @ _ELBOW_GUIDE
    wanted = _between(posed.joint(limb[0]), now, goal, weight, front)
    reach(posed, limb, wanted, _ELBOW_GUIDE)
    back = turn_vector(body.rotations[wrist] @ posed.rotations[wrist].T)
    posed.turn_bone(wrist, turn(softly_limited(back, WRIST_RAD)))
    return wanted - posed.positions[wrist]


def _between(
    shoulder: Float[np.ndarray, "3"],
    now: Float[np.ndarray, "3"],
    goal: Float[np.ndarray, "3"],
    weight: float,
    front: Float[np.ndarray, "3"],
) -> Float[np.ndarray, "3"]:
    """A place on the way of a hand to its goal, m; it leads around the shoulder, in front where it is a long way."""
    start, stop = now - shoulder, goal - shoulder
    lengths = [float(np.sqrt(way @ way)) for way in (start, stop)]
    start, stop = unit(start), unit(stop)
    bulge = 2.0 * weight * (1.0 - weight) * (1.0 - float(start @ stop))
    way = unit((1.0 - weight) * start + weight * stop + bulge * front)
    return shoulder + ((1.0 - weight) * lengths[0] + weight * lengths[1]) * way
