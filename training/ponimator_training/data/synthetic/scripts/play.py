"""Play: strength tried on each other, in good humour. Person A starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ponimator_training.data.synthetic.curves import drift, pulse
from ponimator_training.data.synthetic.footwork import set_foot
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.limb import unit
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])
LEFT_FOOT, RIGHT_FOOT = 0, 1


def _sign(side: str) -> float:
    return 1.0 if side == "left" else -1.0


def _balance(stage: Stage, person: int, side: str, start: float, stop: float, *, far: float = 1.0) -> None:
    """An arm goes out to the side to keep the balance, and comes back."""
    sign, length = _sign(side), stage.puppets[person].arm_length()
    aside = stage.facing(person, (sign * stage.uniform(0.55, 0.75), -stage.uniform(0.3, 0.6), stage.uniform(-0.1, 0.3)))
    stage.reach(
        person,
        side,
        Reach(
            start=start, touch=start + 0.5, release=max(stop - 0.2, start + 0.55), back=stop + stage.uniform(0.5, 0.9)
        ),
        palm_at=stage.shoulder(person, side) + far * length * aside,
        fingers=stage.facing(person, (sign * 0.8, -0.2, 0.5)),
        palm_normal=stage.facing(person, (0.0, -1.0, 0.2)),
        elbow=(0.5, -0.6, -0.6),
    )


def _hand_on_hip(stage: Stage, person: int, side: str, start: float, stop: float) -> None:
    """The hand that has nothing to do rests on the own hip."""
    sign = _sign(side)
    hip = stage.on_body(person, stage.touch[person].trunk("pelvis", out=0.13 * sign, up=0.06))
    stage.reach(
        person,
        side,
        Reach(start=start, touch=start + 0.6, release=stop, back=stop + stage.uniform(0.6, 0.9)),
        palm_at=hip + stage.facing(person, (0.04 * sign, 0.0, -0.02)),
        fingers=stage.facing(person, (-0.3 * sign, -0.4, 0.8)),
        palm_normal=stage.facing(person, (-sign, -0.2, -0.4)),
        elbow=(1.0, 0.0, -0.6),
        bend=(0.1, 0.0, 0.0),
    )


def push(stage: Stage) -> None:
    """A draws the hands back and pushes B's chest with one or both; B steps back and catches the balance."""
    arrive = stage.meet(stage.uniform(1.5, 1.72) * stage.mean_arm(), aside=stage.uniform(-0.04, 0.04))
    touch = arrive + stage.uniform(0.6, 1.0)
    release = touch + stage.uniform(0.2, 0.4)
    back, strength = release + stage.uniform(0.5, 0.8), stage.uniform(0.5, 1.0)
    both, turned = stage.chance(0.7), stage.uniform(0.1, 0.3)
    stage.step(B, touch + 0.08, -stage.uniform(0.35, 0.5) - 0.4 * strength)
    set_foot(
        stage,
        A,
        LEFT_FOOT if both is stage.chance(0.5) else RIGHT_FOOT,
        (0.0, stage.uniform(0.1, 0.2)),
        out=(touch - 0.45, touch - 0.02),
        home=(back + 0.1, back + 0.5),
    )
    stage.part(back + 0.6)
    thrust = pulse(stage.time, touch - 0.35, release, release + 0.1, back + 0.2)
    wind_up = pulse(stage.time, touch - 0.9, touch - 0.45, touch - 0.4, touch - 0.1)
    stage.pitch[A] += strength * (0.3 * thrust - 0.1 * wind_up)
    stage.lean[A, :, 1] += strength * (0.04 * thrust - 0.03 * wind_up)
    taller = max(0.0, float(stage.puppets[A].rest[15, 1] - stage.puppets[B].rest[15, 1]))
    lowered = pulse(stage.time, touch - 0.8, touch, release + 0.1, back + 0.2)
    stage.crouch[A] += (0.04 + 0.5 * taller) * lowered
    thrown = strength * pulse(stage.time, touch + 0.02, touch + 0.45, touch + 0.6, touch + 1.5)
    stage.pitch[B] -= 0.24 * thrown
    stage.crouch[B] += 0.06 * pulse(stage.time, touch + 0.2, touch + 0.6, touch + 0.8, touch + 1.7)
    if not both:
        stage.twist[A] += turned * (thrust - wind_up)
        stage.twist[B] -= -2 * turned * thrown
    stage.let_arms_hang()
    stage.raise_curtain()
    chest = stage.puppets[B].turn_of("spine3")
    up, out = stage.uniform(0.04, 0.1), stage.uniform(0.09, 0.12)
    for side in ("right", "left") if both else ("right",):
        # B's left is on A's right.
        drawn = stage.hold(
            A,
            side,
            start=touch - stage.uniform(1.0, 1.15),
            touch=touch - 0.42,
            place=stage.shoulder(A, side) + stage.facing(A, (0.0, -0.12, 0.24)),
            fingers=stage.facing(A, (-0.3 * _sign(side), 0.8, 0.6)),
            palm_normal=stage.facing(A, (0.0, -0.5, 1.0)),
            elbow=(0.8, -0.7, -0.3),
        )
        pushing = stage.hold(
            A,
            side,
            start=touch - 0.42,
            touch=touch,
            place=stage.on_body(B, stage.touch[B].trunk("spine3", out=-_sign(side) * out, up=up)),
            # Wrists bend back by no more than this.
            fingers=chest @ np.array([0.3 * _sign(side), 0.8, -0.5]),
            palm_normal=chest @ np.array([0.0, -0.5, -0.8]),
            elbow=(0.8, -0.7, 0.0),
            onto="body",
        )
        # Away from the chest first, then down.
        let_go = replace(drawn, start=release, touch=release + 0.4)
        stage.guide(A, side, [drawn, pushing, let_go], release=release + 0.3, back=back + 0.3)
    for side in ("left", "right"):
        _balance(
            stage, B, side, touch + stage.uniform(0.08, 0.2), touch + stage.uniform(0.9, 1.3), far=0.6 + 0.4 * strength
        )
    stage.mark(touch, release)


def pull(stage: Stage) -> None:
    """A takes B by one or both wrists and pulls; B leans against it, then gives way and steps after A."""
    arrive = stage.meet(stage.uniform(1.55, 1.75) * stage.mean_arm(), aside=stage.uniform(-0.03, 0.03))
    touch = arrive + stage.uniform(0.4, 0.7)
    yields = touch + stage.uniform(0.7, 1.5)
    far = stage.uniform(0.25, 0.6)
    led = stage.step(A, yields, -far)
    follows = stage.step(B, yields + stage.uniform(0.0, 0.12), far + stage.uniform(-0.05, 0.03))
    release = max(led.stop, follows.stop) - stage.uniform(0.0, 0.25)
    back = release + stage.uniform(0.6, 0.9)
    stage.part(release + 0.4)
    tug, against = stage.uniform(0.12, 0.26), stage.uniform(0.06, 0.18)
    straining = pulse(stage.time, touch, touch + 0.4, yields + 0.1, yields + 0.6)
    jerks = straining * np.sin(2 * np.pi * stage.uniform(0.7, 1.2) * (stage.time - touch))
    dragged = pulse(stage.time, yields - 0.05, yields + 0.45, release, release + 0.7)
    stage.pitch[A] += 0.1 * pulse(stage.time, touch - 0.6, touch, touch, touch + 0.4) - tug * (straining + 0.3 * jerks)
    stage.lean[A, :, 1] -= 0.07 * straining + 0.02 * jerks
    stage.crouch[A] += stage.uniform(0.05, 0.1) * (straining + 0.4 * dragged)
    stage.pitch[B] += -against * (straining - 0.4 * jerks) + stage.uniform(0.1, 0.25) * dragged
    stage.lean[B, :, 1] -= 0.04 * straining - 0.02 * jerks
    stage.crouch[B] += stage.uniform(0.04, 0.09) * straining
    sides = ("left", "right") if stage.chance(0.45) else (("left", "right")[int(stage.chance(0.7))],)
    if len(sides) == 1:
        stage.twist[A] -= _sign(sides[0]) * stage.uniform(0.1, 0.3) * (dragged - 0.5 * straining)
        stage.twist[B] += _sign(sides[0]) * stage.uniform(0.1, 0.3) * (straining + dragged)
    stage.let_arms_hang()
    stage.raise_curtain()
    drop = stage.uniform(0.4, 0.6)
    for side in sides:
        caught = "left" if side == "right" else "right"  # B's left is on A's right.
        own, other = stage.shoulder(A, side), stage.shoulder(B, caught)
        nearer = 0.47 + 0.05 * jerks + 0.08 * dragged
        wrist = other + nearer[:, None] * (own - other) - drop * stage.mean_arm() * UP
        stage.reach(
            B,
            caught,
            Reach(start=touch - 0.75, touch=touch - 0.1, release=release + 0.1, back=back + 0.2),
            palm_at=wrist + stage.facing(B, (0.0, 0.0, 0.06)),
            fingers=stage.facing(B, (0.0, 0.0, 1.0)),
            palm_normal=stage.facing(B, (-_sign(caught), -0.4, 0.0)),
            elbow=(0.5, -1.0, 0.0),
        )
        along = unit(stage.puppets[B].at(f"{caught}_wrist") - stage.puppets[B].at(f"{caught}_elbow"))
        inward = unit(np.cross(UP, _sign(side) * along))
        forearm = stage.on_body(B, stage.touch[B].arm(caught, along=stage.uniform(0.75, 0.9), upper=False))
        stage.reach(
            A,
            side,
            Reach(start=touch - stage.uniform(0.7, 0.9), touch=touch, release=release, back=back),
            palm_at=forearm,
            fingers=0.6 * inward - 0.8 * along,
            palm_normal=np.cross(_sign(side) * inward, along) + 0.3 * inward,
            onto="body",
            elbow=(0.6, -1.0, -0.2),
            bend=(0.0, 0.05, 0.0),
            hover=0.12,
        )
    if len(sides) == 1:
        _balance(stage, B, sides[0], yields - 0.2, release + 0.2, far=stage.uniform(0.5, 0.9))
        if stage.chance(0.5):
            _balance(stage, A, "left" if sides[0] == "right" else "right", touch + 0.1, yields, far=0.7)
    stage.mark(touch, release)


def arm_wrestle(stage: Stage) -> None:
    """Right hands clasped upright between them; each leans in and pushes the other's to the side."""
    arrive = stage.meet(stage.uniform(1.75, 1.95) * stage.mean_arm(), aside=stage.uniform(0.02, 0.08))
    touch = arrive + stage.uniform(0.7, 1.0)
    release = touch + stage.uniform(1.4, 2.6)
    back, won = release + stage.uniform(0.6, 0.9), stage.uniform(-1.0, 1.0)
    stage.part(back + 0.4)
    grip = pulse(stage.time, touch, touch + 0.5, release - 0.3, release)
    # To and fro, A's way and B's way, until one wins.
    struggle = 0.35 * drift(stage.time, stage.generator, channels=1, scale=1.0)[:, 0]
    struggle = struggle + 0.25 * np.sin(2 * np.pi * stage.uniform(0.7, 1.1) * stage.time)
    gains = np.clip(struggle + won * pulse(stage.time, release - 0.8, release - 0.2, 9.0, 10.0), -1.0, 1.0) * grip
    held = pulse(stage.time, touch - 0.6, touch, release, back)
    for person, sign in ((A, 1.0), (B, -1.0)):
        set_foot(
            stage,
            person,
            RIGHT_FOOT,
            (0.0, stage.uniform(0.1, 0.18)),
            out=(touch - 0.6, touch - 0.15),
            home=(release + 0.25, release + 0.7),
        )
        stage.pitch[person] += stage.uniform(0.03, 0.12) * held + 0.05 * sign * gains
        stage.twist[person] += stage.uniform(0.05, 0.15) * held + 0.18 * sign * gains
        stage.roll[person] += 0.1 * sign * gains
        stage.lean[person, :, 0] += 0.04 * sign * gains
        stage.crouch[person] += stage.uniform(0.02, 0.07) * held + 0.02 * np.abs(gains)
    stage.let_arms_hang()
    stage.raise_curtain()
    shoulders = 0.5 * (stage.shoulder(A, "right") + stage.shoulder(B, "right"))
    across, tilt = stage.facing(A, (1.0, 0.0, 0.0)), (0.4 * gains)[:, None]
    palms = shoulders - stage.uniform(0.1, 0.3) * stage.mean_arm() * UP + 0.2 * gains[:, None] * across
    for person, sign in ((A, 1.0), (B, -1.0)):
        stage.reach(
            person,
            "right",
            Reach(start=touch - stage.uniform(0.6, 0.9), touch=touch, release=release, back=back),
            palm_at=palms - 0.01 * UP,
            fingers=np.cos(tilt) * stage.facing(person, (0.1, 0.75, 0.65)) + np.sin(tilt) * across,
            palm_normal=sign * (np.cos(tilt) * across - np.sin(tilt) * UP),
            onto="hand",
            elbow=(0.5, -1.0, 0.0),
            hover=0.03,
        )
        if stage.chance(0.75):
            _hand_on_hip(stage, person, "left", touch - stage.uniform(0.1, 0.6), release + stage.uniform(0.0, 0.6))
    stage.mark(touch, release)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="push",
        script=push,
        texts=(
            "one person pushes the other",
            "push",
            "someone shoves the other person and they step back",
            "one pushes the other away with both hands",
            "a shove",
            "one person pushes the other in the chest",
            "pushing someone backwards",
            "someone is pushed and stumbles back",
            "two people fight, one pushes the other backwards",
        ),
    ),
    Kind(
        name="pull",
        script=pull,
        texts=(
            "one person pulls the other by the arm",
            "pull",
            "someone grabs the other's wrist and pulls them along",
            "one drags the other towards themselves",
            "a tug at the arm",
            "one person takes the other by both wrists and pulls",
            "pulling someone closer by the hands",
            "she tugs at her friend's arm until the friend comes along",
            "one resists while the other pulls",
        ),
    ),
    Kind(
        name="arm_wrestle",
        script=arm_wrestle,
        texts=(
            "two people arm wrestle standing up",
            "arm wrestling",
            "arm wrestle",
            "they clasp right hands and try to push each other's arm down",
            "a test of strength with clasped hands",
            "two friends arm wrestle without a table",
            "a standing arm wrestling match",
            "one tries to press the other's clasped hand to the side",
        ),
    ),
)
