"""The stage on which a kind is scripted: two puppets facing each other along Z, and the verbs a script uses.

Person A stands at negative z and faces +Z, person B at positive z and faces −Z. A script first says where they walk
and how the trunks move, then `raise_curtain()` solves the trunks, then it moves the arms, whose targets may sit on the
partner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.data.synthetic.curves import bezier, drift, pulse
from ponimator_training.data.synthetic.footsteps import RootPath, Walk
from ponimator_training.data.synthetic.limb import unit
from ponimator_training.data.synthetic.puppet import SIDES, ArmControls, Puppet, TrunkControls
from ponimator_training.data.synthetic.touch import SurfacePoint, TouchPoints, hand_rotation

A, B = 0, 1
_HANG_POLE = np.array([0.35, 0.0, -1.0])
"""Where the elbow of a hanging arm points: outward (+), and back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """When a hand goes out, touches, lets go and is back, s."""

    start: float
    touch: float
    release: float
    back: float


class Stage:
    """Two puppets, the time, and what has been scripted so far."""

    def __init__(
        self,
        generator: np.random.Generator,
        surface: BodySurface,
        betas: Float[np.ndarray, "P 10"],
        time: Float[np.ndarray, "N"],
    ) -> None:
        """An empty stage for two bodies."""
        self.generator = generator
        self.time = time
        self.puppets = [Puppet(skeleton=surface.skeleton, betas=shape, time=time) for shape in betas]
        self.touch = [TouchPoints(surface, shape) for shape in betas]
        self.interactive: Bool[np.ndarray, "N"] = np.zeros(len(time), dtype=bool)
        count = len(time)
        self.pitch, self.roll, self.twist, self.crouch, self.head_tilt = (np.zeros((2, count)) for _ in range(5))
        self._standing: list[tuple[np.ndarray, float]] = []
        self._walks: list[list[Walk]] = [[], []]
        self._arms_done: set[tuple[int, str]] = set()
        self._facing: list[Float[np.ndarray, "N 3 3"]] = []

    def uniform(self, low: float, high: float) -> float:
        """A random number of this clip."""
        return float(self.generator.uniform(low, high))

    def chance(self, probability: float) -> bool:
        """A random yes or no of this clip."""
        return bool(self.generator.random() < probability)

    def mean_arm(self) -> float:
        """Mean arm length of the two, shoulder to wrist, m."""
        return 0.5 * (self.puppets[A].arm_length() + self.puppets[B].arm_length())

    def meet(self, distance: float, *, aside: float = 0.0) -> float:
        """Brings both to `distance` between the pelves, each `aside` m to their own left; returns when they are there.

        Often they walk up to each other, sometimes one waits, sometimes both are there already.
        """
        who_walks = self.generator.choice(3, p=[0.25, 0.35, 0.4])  # nobody, one, both
        walkers = [] if who_walks == 0 else [int(self.generator.integers(2))] if who_walks == 1 else [A, B]
        start = self.uniform(0.1, 0.9)
        arrive = start
        for person in (A, B):
            toward = np.array([0.0, 1.0 if person == A else -1.0])
            left = np.array([1.0 if person == A else -1.0, 0.0])
            end = -0.5 * distance * toward + aside * left
            walks = []
            if person in walkers:
                shift = self.uniform(0.25, 1.1) * toward + self.uniform(-0.12, 0.12) * left
                walk = Walk(
                    start=start + self.uniform(0.0, 0.25),
                    shift=shift,
                    step_s=self.uniform(0.36, 0.46),
                    first_foot=int(self.generator.integers(2)),
                )
                walks.append(walk)
                arrive = max(arrive, walk.stop)
                end = end - shift
            self._standing.append((end, 0.0 if person == A else np.pi))
            self._walks[person] = walks
        return arrive

    def step(self, person: int, start: float, forward: float, *, sideways: float = 0.0, turn_rad: float = 0.0) -> None:
        """A person steps or walks: `forward` and `sideways` (left) m as they face at the first frame."""
        _, yaw = self._standing[person]
        way = matrix_about_y(yaw) @ np.array([sideways, 0.0, forward])
        walk = Walk(
            start=start,
            shift=way[[0, 2]],
            turn_rad=turn_rad,
            step_s=self.uniform(0.34, 0.44),
            first_foot=int(self.generator.integers(2)),
        )
        self._walks[person].append(walk)

    def part(self, after: float) -> None:
        """Often one or both step back some way after the interaction, before the clip ends."""
        for person in (A, B):
            if self.chance(0.55):
                self.step(person, after + self.uniform(0.0, 0.5), -self.uniform(0.15, 0.6))

    def raise_curtain(self) -> None:
        """Solves trunks, heads and legs of both, with breathing, sway and gaze at the partner."""
        count = len(self.time)
        eyes = []
        for person, puppet in enumerate(self.puppets):
            place, yaw = self._standing[person]
            stance = abs(float(puppet.bone("left_hip")[0])) + self.uniform(0.02, 0.06)
            path = RootPath(place=place, yaw_rad=yaw, walks=tuple(self._walks[person]), half_stance_m=stance)
            breath = 0.012 * np.sin(2 * np.pi * self.uniform(0.2, 0.33) * self.time + self.uniform(0, 6.28))
            sway = drift(self.time, self.generator, channels=5, scale=1.0)
            controls = TrunkControls(
                path=path,
                pitch=self.pitch[person] + breath + 0.02 * sway[:, 0] + self.uniform(-0.02, 0.06),
                roll=self.roll[person] + 0.015 * sway[:, 1],
                twist=self.twist[person] + 0.03 * sway[:, 2],
                crouch=self.crouch[person] + 0.01,
                sway=0.008 * sway[:, 3:5],
                look_at=np.zeros((count, 3)),
                head_tilt=self.head_tilt[person],
            )
            self._facing.append(matrix_about_y(path.root(self.time)[1]))
            # Once for where the eyes are, then again with each looking at the other.
            puppet.pose_trunk(controls, self.touch[person].sole_height)
            eyes.append((puppet.at("head") + np.array([0.0, 0.08, 0.0]), controls))
        for person, puppet in enumerate(self.puppets):
            controls = eyes[person][1]
            controls.look_at = eyes[1 - person][0] + 0.03 * drift(self.time, self.generator, channels=3, scale=1.0)
            puppet.pose_trunk(controls, self.touch[person].sole_height)

    def facing(self, person: int, direction: tuple[float, float, float]) -> Float[np.ndarray, "N 3"]:
        """A direction told as the person faces (left, up, forward), in the world."""
        return self._facing[person] @ np.asarray(direction)

    def on_body(self, person: int, point: SurfacePoint) -> Float[np.ndarray, "N 3"]:
        """Where a surface point of a person is."""
        puppet = self.puppets[person]
        return puppet.at(point.joint) + puppet.turn_of(point.joint) @ point.offset

    def shoulder(self, person: int, side: str) -> Float[np.ndarray, "N 3"]:
        """Where a shoulder joint is while the collar rests."""
        puppet = self.puppets[person]
        collar_and_shoulder = puppet.bone(f"{side}_collar") + puppet.bone(f"{side}_shoulder")
        return puppet.at("spine3") + puppet.turn_of("spine3") @ collar_and_shoulder

    def hanging(self, person: int, side: str) -> Float[np.ndarray, "N 3"]:
        """Where the wrist of a hanging arm is; it swings against the legs while walking."""
        puppet = self.puppets[person]
        sign = 1.0 if side == "left" else -1.0
        shoulder = self.shoulder(person, side)
        forward = self.facing(person, (0.0, 0.0, 1.0))
        stride = np.sum((puppet.at("right_ankle") - puppet.at("left_ankle")) * forward, axis=-1)
        length = puppet.arm_length()
        down = 0.965 + 0.01 * np.sin(self.time + person)
        offset = self.facing(person, (sign * 0.16 * length, 0.0, 0.1 * length)) - length * down[:, None] * np.array(
            [0, 1, 0]
        )
        return shoulder + offset + sign * 0.3 * stride[:, None] * forward

    def reach(
        self,
        person: int,
        side: str,
        timing: Reach,
        *,
        palm_at: Float[np.ndarray, "N 3"],
        fingers: Float[np.ndarray, "N 3"],
        palm_normal: Float[np.ndarray, "N 3"],
        elbow: tuple[float, float, float],
        bend: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> None:
        """One hand goes from hanging to where its palm touches, and back.

        Args:
            person: A or B.
            side: which hand.
            timing: when.
            palm_at: where the middle of the palm shall be while it touches, world.
            fingers: where the fingers shall point meanwhile, world.
            palm_normal: where the palm shall face meanwhile, world.
            elbow: where the elbow points meanwhile: outward, up, forward.
            bend: how the way there bulges out: outward, up, forward, m.
        """
        sign = 1.0 if side == "left" else -1.0
        progress = pulse(self.time, timing.start, timing.touch, timing.release, timing.back)
        hand = hand_rotation(side, fingers, palm_normal)
        palm = self.touch[person].palm(side)
        target = palm_at - hand @ palm.offset
        hanging = self.hanging(person, side)
        control = 0.5 * (hanging + target) + self.facing(person, (sign * bend[0], bend[1], bend[2]))
        hang_pole = self.facing(person, (sign * _HANG_POLE[0], _HANG_POLE[1], _HANG_POLE[2]))
        reach_pole = self.facing(person, (sign * elbow[0], elbow[1], elbow[2]))
        pole = unit(hang_pole) * (1 - progress[:, None]) + unit(reach_pole) * progress[:, None]
        self.puppets[person].pose_arm(
            side,
            ArmControls(wrist=bezier(progress, hanging, control, target), pole=pole, hand=hand, hand_weight=progress),
        )
        self._arms_done.add((person, side))

    def finish(self) -> None:
        """Lets every arm that was not scripted hang."""
        for person, puppet in enumerate(self.puppets):
            for side in SIDES:
                if (person, side) in self._arms_done:
                    continue
                sign = 1.0 if side == "left" else -1.0
                wander = 0.01 * drift(self.time, self.generator, channels=3, scale=1.0)
                controls = ArmControls(
                    wrist=self.hanging(person, side) + wander,
                    pole=self.facing(person, (sign * _HANG_POLE[0], _HANG_POLE[1], _HANG_POLE[2])),
                    hand=np.broadcast_to(np.eye(3), (len(self.time), 3, 3)),
                    hand_weight=np.zeros(len(self.time)),
                )
                puppet.pose_arm(side, controls)
