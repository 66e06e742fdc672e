"""Hand in hand: hands that stay joined while bodies move. Person A starts."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.floorplan import Spot
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.puppet import SIDES
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])
LEFT, RIGHT = 0, 1
EASE_M = 0.001
"""Left between joined hands: relaxed fingers are uneven."""


def hold_hands(stage: Stage) -> None:
    """A offers both palms, B lays the own on them; they sway."""
    stage.let_arms_hang()
    arrive = stage.meet(stage.uniform(1.45, 1.75) * stage.mean_arm())
    touch = arrive + stage.uniform(0.35, 0.6)
    release = touch + stage.uniform(1.4, 2.8)
    back = release + stage.uniform(0.6, 0.9)
    stage.part(release + 0.3)
    swaying = swing(stage, touch, release, stage.uniform(0.35, 0.65))
    shift_weight(stage, swaying, 0.06 * stage.uniform(0.3, 1.0))
    stage.raise_curtain()
    chest = 0.5 * (stage.puppets[A].at("spine3") + stage.puppets[B].at("spine3"))
    middle = chest - stage.uniform(0.35, 0.6) * stage.mean_arm() * UP
    swung = (stage.uniform(0.03, 0.09) * swaying)[:, None] * stage.facing(A, (1.0, 0.0, 0.0))
    late, apart = stage.uniform(0.0, 0.3), stage.uniform(0.14, 0.2)
    for person in (A, B):
        start = touch - stage.uniform(0.6, 0.9) - (late if person == A else 0.0)
        for side in SIDES:
            sign = 1.0 if side == "left" else -1.0
            # A's palms face up and a little to each other, B's lie on them: neither wrist is turned to its end.
            palm = (-0.45 * sign, 0.9, 0.0) if person == A else (-0.45 * sign, -0.9, 0.0)
            stage.reach(
                person,
                side,
                Reach(start=start, touch=touch, release=release, back=back),
                palm_at=middle + swung + stage.facing(person, (sign * apart, 0.0, -0.035)),
                fingers=stage.facing(person, (-sign * 0.1, 0.15, 1.0)),
                palm_normal=stage.facing(A, palm if person == A else (-palm[0], palm[1], 0.0)),
                elbow=(0.1, -1.0, -0.3) if person == A else (0.7, -0.8, -0.2),
                onto="hand",
                ease=EASE_M,
            )
    stage.mark(touch, release)


def side_step(stage: Stage) -> None:
    """Side by side, the inner hands joined, they step to one side and back in time."""
    stage.let_arms_hang()
    apart = stage.uniform(1.3, 1.5) * stage.mean_arm()
    inward = stage.uniform(0.0, 0.25)
    arrive = stage.gather(Spot(x=-0.5 * apart, z=0.0, yaw=inward), Spot(x=0.5 * apart, z=0.0, yaw=-inward))
    touch = arrive + stage.uniform(0.3, 0.6)
    release = min(touch + stage.uniform(2.2, 3.8), 6.6)
    back = release + stage.uniform(0.6, 0.8)
    beat, far = stage.uniform(0.4, 0.55), stage.uniform(0.14, 0.26) * (1.0 if stage.chance(0.5) else -1.0)
    start = touch + stage.uniform(0.05, 0.3)
    while start + 2 * beat < release + 0.2:
        for person, turned in ((A, inward), (B, -inward)):
            stage.step(
                person,
                start,
                far * np.sin(turned),
                sideways=far * np.cos(turned),
                step_s=beat,
                first_foot=LEFT if far > 0 else RIGHT,
            )
        start, far = start + 2 * beat + 0.02, -far
    for person, outward in ((A, -1.0), (B, 1.0)):
        if stage.chance(0.6):
            turn = outward * stage.uniform(0.3, 1.4)
            stage.step(
                person,
                release + stage.uniform(0.2, 0.5),
                0.2,
                sideways=outward * stage.uniform(0.1, 0.5),
                turn_rad=turn,
            )
    bounce, joy = np.sin(np.pi * (stage.time - touch) / beat) ** 2, stage.uniform(0.3, 1.0)
    held = pulse(stage.time, touch - 0.2, touch + 0.4, release - 0.3, release + 0.2)
    swaying = held * np.sin(np.pi * (stage.time - touch) / beat)
    for person in (A, B):
        stage.crouch[person] += 0.03 * joy * held * bounce
        stage.twist[person] += 0.12 * joy * swaying
        stage.roll[person] += stage.uniform(0.0, 0.05) * swaying
    stage.raise_curtain()
    inner = 0.5 * (stage.shoulder(A, "left") + stage.shoulder(B, "right"))
    ahead = (stage.uniform(0.0, 0.08) + joy * 0.12 * swaying)[:, None] * stage.facing(A, (0.0, 0.0, 1.0))
    joined = inner + ahead - stage.uniform(0.88, 0.98) * stage.mean_arm() * UP
    for person, side in ((A, "left"), (B, "right")):
        sign = 1.0 if side == "left" else -1.0
        stage.reach(
            person,
            side,
            Reach(start=touch - stage.uniform(0.5, 0.8), touch=touch, release=release, back=back),
            palm_at=joined,
            fingers=stage.facing(person, (sign * 0.25, -1.0, 0.25)),
            # A's hand is in front of B's.
            palm_normal=stage.facing(A, (-0.6, 0.0, -0.8) if person == A else (0.6, 0.0, 0.8)),
            elbow=(0.6, 0.0, -1.0) if person == A else (0.1, 0.0, -1.0),
            onto="hand",
            ease=EASE_M,
        )
    stage.mark(touch, release)


def swing(stage: Stage, touch: float, release: float, tempo: float) -> Float[np.ndarray, "N"]:
    """To A's left and right, `tempo` times a second, while they hold each other."""
    held = pulse(stage.time, touch, touch + 0.5, release - 0.4, release)
    return held * np.sin(2 * np.pi * tempo * (stage.time - touch))


def shift_weight(stage: Stage, swing: Float[np.ndarray, "N"], far: float) -> None:
    """Both, face to face, lean `far` m to the same side, A's left where `swing` > 0, and bend with it."""
    for person, sign in ((A, 1.0), (B, -1.0)):
        stage.lean[person, :, 0] += far * sign * swing
        stage.roll[person] += far * stage.uniform(0.5, 1.5) * sign * swing
        stage.crouch[person] += 0.3 * far * np.abs(swing)
        stage.head_tilt[person] += stage.uniform(0.0, 0.1) * sign * swing


KINDS: tuple[Kind, ...] = (
    Kind(
        name="hold_hands",
        script=hold_hands,
        texts=(
            "two people hold hands",
            "hold hands",
            "they hold both of each other's hands and sway",
            "holding hands facing each other",
            "take each other by the hands",
            "one takes the other's hands",
        ),
    ),
    Kind(
        name="side_step",
        script=side_step,
        texts=(
            "two people stand side by side, hold hands and step to the side and back",
            "side step",
            "they dance next to each other hand in hand",
            "line dance holding hands",
            "both step left and right in time, holding the inner hands",
            "a folk dance side by side",
            "stepping sideways together",
            "dancing hand in hand in a row",
        ),
    ),
)
