"""What one arm does over a clip: it sets out from rest, goes from hold to hold, and comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_training.data.synthetic.curves import bezier, minimum_jerk
from ponimator_training.data.synthetic.limb import unit
from ponimator_training.data.synthetic.limits import weighted_turn
from ponimator_training.data.synthetic.puppet import ArmControls
from ponimator_training.data.synthetic.touch import HandPart, TouchPoints, hand_rotation

Onto = Literal["body", "hand"]
Direction = tuple[float, float, float]


@dataclass(kw_only=True, slots=True)
class Hold:
    """One place where a hand goes and stays until the arm's next hold, or its release.

    Attributes:
        start: when the hand sets out, s.
        touch: when it is there, s.
        place: where the hand's part shall be, (N, 3) m, world; it may move.
        fingers: where the fingers shall point, (N, 3), world.
        palm_normal: where the palm shall face, (N, 3), world.
        elbow: where the elbow points, (N, 3), world.
        bulge: how the way there bulges out, (N, 3) m, world.
        part: the part of the hand that is brought to `place`.
        onto: what is touched there: the partner's body or hand; None touches nothing.
        ahead: where the person faces, (N, 3), world: the axis of `swivel`.
        ease: left between the skins, m: for hands that turn against each other.
        advance: moved along the part's own normal to touch without sinking in, (N,) m; found by pressing.
        swivel: how far the elbow is turned out and up from where it should point, rad; found by pressing.
        tried: depths of the arm in the partner, m, and the swivels they were found at.
        settled: no other swivel is to be tried.
    """

    start: float
    touch: float
    place: Float[np.ndarray, "N 3"]
    fingers: Float[np.ndarray, "N 3"]
    palm_normal: Float[np.ndarray, "N 3"]
    elbow: Float[np.ndarray, "N 3"]
    bulge: Float[np.ndarray, "N 3"]
    ahead: Float[np.ndarray, "N 3"]
    part: HandPart = "palm"
    onto: Onto | None = None
    advance: Float[np.ndarray, "N"] | float = 0.0
    ease: float = 0.0
    swivel: float = 0.0
    tried: list[tuple[float, float]] = field(default_factory=list)
    settled: bool = False

    def approach(self) -> Float[np.ndarray, "N 3"]:
        """Where the touching part of the hand faces."""
        return unit(self.palm_normal if self.part == "palm" else self.fingers)

    def pole(self, side: str) -> Float[np.ndarray, "N 3"]:
        """Where the elbow points after the swivel."""
        turn = matrix_from_axis_angle((self.swivel if side == "left" else -self.swivel) * unit(self.ahead))
        return np.asarray(np.einsum("nij,nj->ni", turn, unit(self.elbow)))


@dataclass(kw_only=True, slots=True)
class ArmScript:
    """All holds of one arm, in order of time.

    Attributes:
        holds: at least one, or none for an arm that rests.
        release: when the last hold is let go, s.
        back: when the arm is at rest again, s.
    """

    holds: list[Hold] = field(default_factory=list)
    release: float = np.inf
    back: float = np.inf

    def until(self, index: int) -> float:
        """When a hold ends, s."""
        return self.holds[index + 1].start if index + 1 < len(self.holds) else self.release


@dataclass(kw_only=True, slots=True)
class RestingArm:
    """An arm that nobody asks anything of, over time.

    Attributes:
        wrist: where the wrist is, (N, 3) m, world.
        pole: where the elbow points, (N, 3), world.
    """

    wrist: Float[np.ndarray, "N 3"]
    pole: Float[np.ndarray, "N 3"]


def arm_controls(
    script: ArmScript, rest: RestingArm, touch: TouchPoints, side: str, time: Float[np.ndarray, "N"]
) -> ArmControls:
    """The arm's way through its holds: each is blended over what came before, at least jerk."""
    wrist, pole = rest.wrist, unit(rest.pole)
    hand = np.broadcast_to(np.eye(3), (len(time), 3, 3))
    weight = np.zeros(len(time))
    for number, hold in enumerate(script.holds):
        progress = minimum_jerk(time, hold.start, hold.touch)
        wanted = hand_rotation(side, hold.fingers, hold.palm_normal)
        moved = np.broadcast_to(hold.advance, time.shape)[:, None] * hold.approach()
        target = hold.place + moved - wanted @ touch.hand_part(side, hold.part).offset
        wrist = bezier(progress, wrist, 0.5 * (wrist + target) + hold.bulge, target)
        pole = unit((1 - progress[:, None]) * pole + progress[:, None] * hold.pole(side))
        hand = wanted if number == 0 else weighted_turn(hand, wanted, progress)
        weight = np.maximum(weight, progress)
    if script.holds and np.isfinite(script.release):
        home = minimum_jerk(time, script.release, script.back)
        wrist = bezier(home, wrist, 0.5 * (wrist + rest.wrist) + script.holds[-1].bulge, rest.wrist)
        pole = unit((1 - home[:, None]) * pole + home[:, None] * unit(rest.pole))
        weight = weight * (1 - home)
    return ArmControls(wrist=wrist, pole=pole, hand=hand, hand_weight=weight)
