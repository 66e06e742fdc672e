"""The stage on which a kind is scripted: two puppets, and the verbs a script uses.

A script first says where the two stand and walk (`meet`, `gather`, `step`, `part`) and how trunks, heads and feet move
(`pitch`, `twist`, `crouch`, … and `look`), then `raise_curtain()` solves all of that, then it moves the arms
(`reach`, `guide`), whose targets may sit on the partner; `finish()` lets the other arms rest and takes hands out of
skin they sank into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_training.data.synthetic.arms import ArmScript, Direction, Hold, Onto, arm_controls
from ponimator_training.data.synthetic.clearance import FAR_M, PosedSkin, SkinParts, gaps
from ponimator_training.data.synthetic.curves import minimum_jerk
from ponimator_training.data.synthetic.floorplan import A, B, Floorplan
from ponimator_training.data.synthetic.life import Life
from ponimator_training.data.synthetic.pressing import GAP_TOLERANCE_M, TOUCHING_GAP_M, press, touches_of
from ponimator_training.data.synthetic.puppet import SIDES, Puppet, TrunkControls
from ponimator_training.data.synthetic.touch import HandPart, SurfacePoint, TouchPoints

__all__ = ["A", "B", "Hold", "Reach", "Stage"]

_PASSES = 5
_STRIDE = 4
_SETTLE_S = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """When a hand goes out, touches, lets go and is back, s."""

    start: float
    touch: float
    release: float
    back: float


class Stage(Floorplan):
    """Two puppets, the time, and what has been scripted so far.

    Attributes (arrays that a script adds to before the curtain rises; P persons, N frames, F feet):
        pitch, roll, twist: of the trunk, as in `TrunkControls`, (P, N) rad.
        crouch: lowering of the pelvis, (P, N) m.
        head_tilt: to the left, (P, N) rad.
        lean: shift of the pelvis over the feet: to the left, ahead, (P, N, 2) m.
        foot_shift: where each foot is beside its place: left, up, ahead, (P, F, N, 3) m.
        heel_lift: how far each foot is turned up about its toes, (P, F, N) rad.
        interactive: frames that may be an anchor, (N,).
    """

    def __init__(
        self,
        generator: np.random.Generator,
        skin: SkinParts,
        betas: Float[np.ndarray, "P 10"],
        time: Float[np.ndarray, "N"],
    ) -> None:
        """An empty stage for two bodies."""
        super().__init__(generator, time)
        self.puppets = [Puppet(skeleton=skin.surface.skeleton, betas=shape, time=time) for shape in betas]
        self.touch = [TouchPoints(skin.surface, shape) for shape in betas]
        self.interactive: Bool[np.ndarray, "N"] = np.zeros(len(time), dtype=bool)
        count = len(time)
        self.pitch, self.roll, self.twist, self.crouch, self.head_tilt = (np.zeros((2, count)) for _ in range(5))
        self.lean = np.zeros((2, count, 2))
        self.foot_shift, self.heel_lift = np.zeros((2, 2, count, 3)), np.zeros((2, 2, count))
        self._skin = skin
        self._glances: list[list[tuple[np.ndarray, np.ndarray]]] = [[], []]
        self._facing: list[Float[np.ndarray, "N 3 3"]] = []
        self._scripts: dict[tuple[int, str], ArmScript] = {}
        self._life = [Life(generator, time) for _ in (A, B)]

    def mean_arm(self) -> float:
        """Mean arm length of the two, shoulder to wrist, m."""
        return 0.5 * (self.puppets[A].arm_length() + self.puppets[B].arm_length())

    def mark(self, start: float, stop: float) -> None:
        """The frames from start to stop, s, may be anchors."""
        self.interactive |= (self.time >= start - 1e-6) & (self.time <= stop + 1e-6)

    def look(self, person: int, target: Float[np.ndarray, "N 3"], weight: Float[np.ndarray, "N"]) -> None:
        """Draws a person's eyes from the partner's face to a point, by a weight over time."""
        self._glances[person].append((target, weight))

    def let_arms_hang(self) -> None:
        """Free arms make no gestures of their own, for kinds in which the two come close."""
        for life in self._life:
            life.let_hang()

    def raise_curtain(self, *, bodies_touch: tuple[float, float] | None = None, keep_clear: bool = True) -> None:
        """Solves trunks, heads and legs of both, with breathing, sway and gaze at the partner.

        Args:
            bodies_touch: from when to when (s) trunks, heads or legs shall touch: the two are brought together.
            keep_clear: move the two apart until trunks, heads and legs are out of each other.
        """
        for person, walk in self._departures:
            # Who walks off looks where the way goes.
            ahead = self.point_from(person, (0.0, 1.4, 4.0))
            self.look(person, ahead, minimum_jerk(self.time, walk.start, walk.start + 1.2))
        stances = [abs(float(puppet.bone("left_hip")[0])) + self.uniform(0.02, 0.06) for puppet in self.puppets]
        self._solve_trunks(stances, gaze=[puppet.rest[15] + np.zeros((len(self.time), 3)) for puppet in self.puppets])
        # Again, with each looking at the other's eyes; then apart (or together) until skins just touch.
        for _ in range(_PASSES):
            eyes = [puppet.at("head") + np.array([0.0, 0.08, 0.0]) for puppet in self.puppets]
            self._solve_trunks(stances, gaze=eyes[::-1])
            if not keep_clear or self._bring_to_touch(bodies_touch):
                break

    def _solve_trunks(self, stances: list[float], gaze: list[Float[np.ndarray, "N 3"]]) -> None:
        self._facing = []
        for person, puppet in enumerate(self.puppets):
            path, life = self.path(person, stances[person]), self._life[person]
            facing = matrix_about_y(path.root(self.time)[1])
            self._facing.append(facing)
            lean = np.einsum("nij,nj->ni", facing, np.insert(self.lean[person], 1, 0.0, axis=-1))
            looked_at = gaze[person] + life.gaze_drift
            for target, weight in self._glances[person]:
                looked_at = looked_at + weight[:, None] * (target - looked_at)
            controls = TrunkControls(
                path=path,
                pitch=self.pitch[person] + life.pitch,
                roll=self.roll[person] + life.roll,
                twist=self.twist[person] + life.twist,
                crouch=self.crouch[person] + life.crouch,
                sway=life.sway + lean[:, [0, 2]],
                look_at=looked_at,
                head_tilt=self.head_tilt[person] + life.head_tilt,
                foot_shift=self.foot_shift[person],
                heel_lift=self.heel_lift[person],
            )
            puppet.pose_trunk(controls, self.touch[person].sole_height)

    def _bring_to_touch(self, touching: tuple[float, float] | None) -> bool:
        """Moves the two along the line between them until they just touch, or no more overlap; True when they do."""
        frames = np.arange(0, len(self.time), _STRIDE)
        near = np.linalg.norm(self.puppets[A].positions[frames, 0] - self.puppets[B].positions[frames, 0], axis=-1)
        frames = frames[near < max(float(near.min()) + 0.25, 0.6)]
        skins = [self._posed_skin(person, frames) for person in (A, B)]
        smallest = gaps(skins[A].points[:, self._skin.core], skins[B], self._skin.core).min(axis=1)
        wanted = TOUCHING_GAP_M - smallest
        if touching is None:
            move = max(0.0, float(wanted.max()))
        else:
            inside = (self.time[frames] >= touching[0] - 0.05) & (self.time[frames] <= touching[1] + 0.05)
            move = float(wanted[inside].max()) if inside.any() else 0.0
        if abs(move) < GAP_TOLERANCE_M or (touching is not None and -move > 0.5 * FAR_M):
            return True
        self.move_apart(move)
        return False

    def facing(self, person: int, direction: Direction) -> Float[np.ndarray, "N 3"]:
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

    def hold(
        self,
        person: int,
        side: str,
        *,
        start: float,
        touch: float,
        place: Float[np.ndarray, "N 3"],
        fingers: Float[np.ndarray, "N 3"],
        palm_normal: Float[np.ndarray, "N 3"],
        elbow: Direction,
        bend: Direction = (0.0, 0.0, 0.0),
        part: HandPart = "palm",
        onto: Onto | None = None,
    ) -> Hold:
        """A hold for `guide`; `elbow` and `bend` are told outward, up, forward as the person faces."""
        sign = 1.0 if side == "left" else -1.0
        return Hold(
            start=start,
            touch=touch,
            place=place,
            fingers=fingers,
            palm_normal=palm_normal,
            elbow=self.facing(person, (sign * elbow[0], elbow[1], elbow[2])),
            bulge=self.facing(person, (sign * bend[0], bend[1], bend[2])),
            ahead=self.facing(person, (0.0, 0.0, 1.0)),
            part=part,
            onto=onto,
        )

    def guide(self, person: int, side: str, holds: Sequence[Hold], *, release: float, back: float) -> None:
        """One hand goes from hold to hold (in order of time), lets the last go at `release`, and is back at `back`."""
        self._scripts[person, side] = ArmScript(holds=list(holds), release=release, back=back)
        self._pose_arm(person, side)

    def reach(
        self,
        person: int,
        side: str,
        timing: Reach,
        *,
        palm_at: Float[np.ndarray, "N 3"],
        fingers: Float[np.ndarray, "N 3"],
        palm_normal: Float[np.ndarray, "N 3"],
        elbow: Direction,
        bend: Direction = (0.0, 0.0, 0.0),
        part: HandPart = "palm",
        onto: Onto | None = None,
        hover: float = 0.0,
        ease: float = 0.0,
    ) -> None:
        """One hand goes from rest to where its palm (or another part) touches, and back.

        Args:
            person: A or B.
            side: which hand.
            timing: when.
            palm_at: where the middle of the palm shall be while it touches, world.
            fingers: where the fingers shall point meanwhile, world.
            palm_normal: where the palm shall face meanwhile, world.
            elbow: where the elbow points meanwhile: outward, up, forward.
            bend: how the way there bulges out: outward, up, forward, m.
            part: what of the hand is brought there.
            onto: what of the partner is touched there, so that the hand neither sinks in nor hovers.
            hover: how far off the skin, m, the hand turns as it shall be before it touches, and stays so after: for
                hands that would brush the skin on their way.
            ease: left between the skins, m: for hands that move in each other.
        """
        hold = self.hold(
            person,
            side,
            start=timing.start if hover == 0.0 else timing.touch - _SETTLE_S,
            touch=timing.touch,
            place=palm_at,
            fingers=fingers,
            palm_normal=palm_normal,
            elbow=elbow,
            bend=bend,
            part=part,
            onto=onto,
        )
        hold.ease = ease
        if hover == 0.0:
            self.guide(person, side, [hold], release=timing.release, back=timing.back)
            return
        above = replace(hold, start=timing.start, touch=timing.touch - 0.5 * _SETTLE_S, onto=None)
        above.place = hold.place - hover * hold.approach()
        left = replace(above, start=timing.release, touch=timing.release + _SETTLE_S)
        hold.bulge = np.zeros_like(hold.bulge)
        self.guide(
            person,
            side,
            [above, hold, left],
            release=timing.release + 0.7 * _SETTLE_S,
            back=max(timing.back, timing.release + 3 * _SETTLE_S),
        )

    def finish(self) -> None:
        """Lets every arm that was not scripted rest, and brings touching hands onto the skin, not into it."""
        for person in (A, B):
            for side in SIDES:
                if (person, side) not in self._scripts:
                    self._scripts[person, side] = ArmScript()
                    self._pose_arm(person, side)
        touches = [t for key, script in self._scripts.items() for t in touches_of(*key, script, self.time)]
        if not touches:
            return
        frames = np.unique(np.concatenate([touch.frames for touch in touches]))
        for _ in range(_PASSES):
            skins = [self._posed_skin(person, frames) for person in (A, B)]
            moved = set()
            for touch in touches:
                rows = np.searchsorted(frames, touch.frames)
                if press(touch, skins[touch.person].at(rows), skins[1 - touch.person].at(rows), self._skin):
                    moved.add((touch.person, touch.side))
            if not moved:
                break
            for key in self._scripts:
                if key in moved:
                    self._pose_arm(*key)

    def _pose_arm(self, person: int, side: str) -> None:
        rest = self._life[person].resting_arm(
            self.puppets[person], side, self._facing[person], self.shoulder(person, side)
        )
        controls = arm_controls(self._scripts[person, side], rest, self.touch[person], side, self.time)
        self.puppets[person].pose_arm(side, controls)

    def _posed_skin(self, person: int, frames: np.ndarray) -> PosedSkin:
        puppet = self.puppets[person]
        return self._skin.posed(puppet.local_rotations(frames), puppet.translation()[frames], puppet.betas)
