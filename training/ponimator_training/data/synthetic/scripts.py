"""The scripts of the kinds of interaction: where the two stand, when they step, what their hands do.

Person A is the one who starts. Distances are told in lengths of an arm, so that they fit every body.
"""

from __future__ import annotations

import numpy as np

from ponimator_training.data.synthetic.curves import minimum_jerk, pulse
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

_UP = np.array([0.0, 1.0, 0.0])


def _mark(stage: Stage, start: float, stop: float) -> None:
    stage.interactive |= (stage.time >= start - 1e-6) & (stage.time <= stop + 1e-6)


def handshake(stage: Stage) -> None:
    """Right hands meet between the two and are shaken."""
    arrive = stage.meet(stage.uniform(1.6, 1.9) * stage.mean_arm(), aside=stage.uniform(-0.02, 0.08))
    lead = stage.uniform(0.1, 0.3)
    touch = arrive + stage.uniform(0.15, 0.45)
    hold = stage.uniform(0.8, 2.0)
    release, back = touch + hold, touch + hold + stage.uniform(0.55, 0.8)
    stage.part(release + 0.3)
    for person in (A, B):
        bent = pulse(stage.time, touch - 0.7, touch, release, back)
        stage.pitch[person] += stage.uniform(0.03, 0.14) * bent
        stage.twist[person] += stage.uniform(0.05, 0.2) * bent
    stage.raise_curtain()
    shoulders = 0.5 * (stage.shoulder(A, "right") + stage.shoulder(B, "right"))
    palms = shoulders - stage.uniform(0.45, 0.65) * stage.mean_arm() * _UP
    shaking = pulse(stage.time, touch, touch + 0.2, release - 0.2, release)
    swing = np.sin(2 * np.pi * stage.uniform(1.6, 2.4) * (stage.time - touch))
    palms = palms + (stage.uniform(0.015, 0.04) * shaking * swing)[:, None] * _UP
    for person in (A, B):
        timing = Reach(
            start=touch - stage.uniform(0.6, 0.85) - (lead if person == A else 0.0),
            touch=touch,
            release=release,
            back=back,
        )
        stage.reach(
            person,
            "right",
            timing,
            palm_at=palms,
            fingers=stage.facing(person, (0.25, -0.05, 1.0)),
            palm_normal=stage.facing(person, (1.0, 0.0, 0.0)),
            elbow=(0.35, -1.0, -0.3),
        )
    _mark(stage, touch, release)


def _high_five_with(stage: Stage, sides: tuple[str, ...]) -> None:
    arrive = stage.meet(stage.uniform(1.5, 1.85) * stage.mean_arm(), aside=stage.uniform(0.0, 0.05))
    touch = arrive + stage.uniform(0.2, 0.5)
    release = touch + stage.uniform(0.12, 0.4)
    back = release + stage.uniform(0.5, 0.8)
    stage.part(back)
    both = len(sides) == 2
    for person in (A, B):
        reached = pulse(stage.time, touch - 0.5, touch, release, back)
        stage.pitch[person] += stage.uniform(0.0, 0.1) * reached
        if not both:
            stage.twist[person] += stage.uniform(0.1, 0.3) * reached
    stage.raise_curtain()
    eyes = 0.5 * (stage.puppets[A].at("head") + stage.puppets[B].at("head"))
    palms = eyes + stage.uniform(-0.12, 0.12) * _UP
    for person in (A, B):
        for side in sides:
            # Seen from A, A's right hand meets B's right hand; with two hands each meets the one in front of it.
            out_of_middle = 0.5 * (stage.touch[A].palm("left").offset[0] + 0.22) if both else 0.0
            sign = 1.0 if (side == "left") == (person == A) else -1.0
            place = palms + sign * out_of_middle * stage.facing(A, (1.0, 0.0, 0.0))
            timing = Reach(start=touch - stage.uniform(0.5, 0.75), touch=touch, release=release, back=back)
            stage.reach(
                person,
                side,
                timing,
                palm_at=place,
                fingers=stage.facing(person, (0.0, 1.0, 0.25)),
                palm_normal=stage.facing(person, (0.0, -0.15, 1.0)),
                elbow=(0.9, -0.8, -0.1),
                bend=(0.1, 0.0, -0.08),
            )
    _mark(stage, touch, release)


def high_five(stage: Stage) -> None:
    """Right palms clap together at the height of the eyes."""
    _high_five_with(stage, ("right",))


def double_high_five(stage: Stage) -> None:
    """Both palms clap together."""
    _high_five_with(stage, ("left", "right"))


def hug(stage: Stage) -> None:
    """Chest to chest, right arms over, left arms under."""
    fronts = sum(touch.front_depth() for touch in stage.touch)
    arrive = stage.meet(fronts + stage.uniform(-0.01, 0.02), aside=stage.uniform(0.08, 0.11))
    touch = arrive + stage.uniform(0.15, 0.35)
    release = touch + stage.uniform(0.8, 2.0)
    back = release + stage.uniform(0.8, 1.1)
    for person in (A, B):
        if stage.chance(0.75):
            stage.step(person, release + 0.15, -stage.uniform(0.25, 0.6))
        held = pulse(stage.time, touch - 0.6, touch, release, release + 0.6)
        stage.pitch[person] += stage.uniform(0.0, 0.05) * held
        stage.head_tilt[person] += stage.uniform(0.1, 0.3) * held
        stage.roll[person] += stage.uniform(-0.02, 0.06) * held
    stage.raise_curtain()
    for person, partner in ((A, B), (B, A)):
        start = touch - stage.uniform(0.7, 1.0)
        upper_back = stage.touch[partner].trunk("spine3", out=0.03, up=0.04, back=True)
        lower_back = stage.touch[partner].trunk("spine2", out=-0.07, up=0.0, back=True)
        for side, point, elbow, bend in (
            ("right", upper_back, (1.0, 0.35, 0.25), (0.3, 0.2, 0.1)),
            ("left", lower_back, (1.0, -0.45, 0.2), (0.35, 0.0, 0.1)),
        ):
            sign = 1.0 if side == "left" else -1.0
            stage.reach(
                person,
                side,
                Reach(start=start, touch=touch, release=release, back=back),
                palm_at=stage.on_body(partner, point) + 0.01 * stage.facing(person, (0.0, 0.0, 1.0)),
                # Relaxed fingers curl towards the palm, so the hand is tilted a little away from the back.
                fingers=stage.facing(person, (-sign, 0.3 if side == "right" else -0.1, 0.4)),
                palm_normal=stage.facing(person, (0.0, 0.0, -1.0)),
                elbow=elbow,
                bend=bend,
            )
    _mark(stage, touch, release)


def shoulder_pat(stage: Stage) -> None:
    """A's right hand pats B's left shoulder."""
    arrive = stage.meet(stage.uniform(1.15, 1.4) * stage.mean_arm(), aside=stage.uniform(-0.08, 0.05))
    touch = arrive + stage.uniform(0.2, 0.5)
    release = touch + stage.uniform(0.8, 1.8)
    back = release + stage.uniform(0.6, 0.9)
    stage.part(release + 0.3)
    stage.pitch[A] += stage.uniform(0.02, 0.12) * pulse(stage.time, touch - 0.6, touch, release, back)
    stage.twist[A] += stage.uniform(0.1, 0.25) * pulse(stage.time, touch - 0.6, touch, release, back)
    pats = pulse(stage.time, touch, touch + 0.1, release - 0.1, release) * np.sin(
        2 * np.pi * stage.uniform(1.5, 2.2) * (stage.time - touch)
    )
    stage.crouch[B] += 0.006 * np.clip(-pats, 0, None)
    stage.raise_curtain()
    shoulder = stage.on_body(B, stage.touch[B].shoulder_top("left"))
    stage.reach(
        A,
        "right",
        Reach(start=touch - stage.uniform(0.6, 0.9), touch=touch, release=release, back=back),
        palm_at=shoulder + (stage.uniform(0.02, 0.05) * np.clip(pats, 0, None))[:, None] * _UP,
        fingers=stage.facing(A, (0.1, 0.3, 1.0)),
        palm_normal=stage.facing(A, (0.0, -1.0, 0.1)),
        elbow=(0.7, -0.8, 0.0),
        bend=(0.0, 0.16, -0.05),
    )
    _mark(stage, touch, release)


def push(stage: Stage) -> None:
    """A pushes B's chest with both hands; B steps back and catches the balance."""
    arrive = stage.meet(stage.uniform(1.35, 1.55) * stage.mean_arm(), aside=stage.uniform(-0.04, 0.04))
    touch = arrive + stage.uniform(0.25, 0.6)
    release = touch + stage.uniform(0.25, 0.45)
    back = release + stage.uniform(0.5, 0.8)
    stage.step(B, touch + 0.08, -stage.uniform(0.4, 0.9))
    strength = stage.uniform(0.6, 1.0)
    stage.pitch[A] += strength * (
        0.28 * pulse(stage.time, touch - 0.3, release, release + 0.1, back)
        - 0.08 * pulse(stage.time, touch - 0.9, touch - 0.45, touch - 0.4, touch - 0.1)
    )
    stage.crouch[A] += 0.05 * pulse(stage.time, touch - 0.5, release, release + 0.1, back)
    stage.pitch[B] += -0.22 * strength * pulse(stage.time, touch + 0.05, touch + 0.45, touch + 0.6, touch + 1.5)
    stage.crouch[B] += 0.03 * pulse(stage.time, touch + 0.1, touch + 0.5, touch + 0.7, touch + 1.6)
    stage.raise_curtain()
    for side, out in (("right", 0.09), ("left", -0.09)):
        # B's left is on A's right.
        chest = stage.on_body(B, stage.touch[B].trunk("spine3", out=out, up=0.06))
        stage.reach(
            A,
            side,
            Reach(start=touch - stage.uniform(0.5, 0.7), touch=touch, release=release, back=back),
            palm_at=chest,
            fingers=stage.facing(A, (0.0, 1.0, -0.2)),
            palm_normal=stage.facing(A, (0.0, -0.2, 1.0)),
            elbow=(0.8, -0.8, 0.0),
        )
        sign = 1.0 if side == "left" else -1.0
        startled = stage.puppets[B].at("spine3") + stage.facing(B, (sign * 0.32, -0.12, 0.3))
        stage.reach(
            B,
            side,
            Reach(start=touch + 0.05, touch=touch + 0.5, release=touch + 0.65, back=touch + 1.5),
            palm_at=startled,
            fingers=stage.facing(B, (sign * 0.3, 0.8, 0.7)),
            palm_normal=stage.facing(B, (0.0, -0.6, 0.8)),
            elbow=(0.8, -0.8, -0.2),
        )
    _mark(stage, touch, release)


def bow(stage: Stage) -> None:
    """Both bend forward, B perhaps a little later."""
    arrive = stage.meet(stage.uniform(2.4, 3.2) * stage.mean_arm())
    start = arrive + stage.uniform(0.0, 0.4)
    down = start + stage.uniform(0.8, 1.1)
    up = down + stage.uniform(0.3, 1.0)
    end = up + stage.uniform(0.8, 1.1)
    stage.part(end)
    for person in (A, B):
        late = 0.0 if person == A else stage.uniform(0.0, 0.25)
        stage.pitch[person] += stage.uniform(0.5, 0.95) * pulse(
            stage.time, start + late, down + late, up + late, end + late
        )
    stage.raise_curtain()
    _mark(stage, down, up + 0.1)


def hold_hands(stage: Stage) -> None:
    """A offers both palms, B lays the own on them; they sway."""
    arrive = stage.meet(stage.uniform(1.3, 1.7) * stage.mean_arm())
    touch = arrive + stage.uniform(0.2, 0.5)
    release = touch + stage.uniform(1.4, 2.8)
    back = release + stage.uniform(0.6, 0.9)
    stage.part(release + 0.3)
    tempo, reach_out = stage.uniform(0.4, 0.7), stage.uniform(0.04, 0.1)
    held = minimum_jerk(stage.time, touch, touch + 0.5) - minimum_jerk(stage.time, release - 0.4, release)
    swing = held * np.sin(2 * np.pi * tempo * (stage.time - touch))
    for person, sign in ((A, 1.0), (B, -1.0)):
        stage.roll[person] += 0.08 * sign * swing
    stage.raise_curtain()
    chest = 0.5 * (stage.puppets[A].at("spine3") + stage.puppets[B].at("spine3"))
    middle = chest - stage.uniform(0.35, 0.6) * stage.mean_arm() * _UP
    for person in (A, B):
        for side in ("left", "right"):
            sign = 1.0 if side == "left" else -1.0
            apart = stage.facing(person, (sign * 0.2, 0.0, 0.0))
            swung = (reach_out * swing)[:, None] * stage.facing(A, (1.0, 0.0, 0.0))
            stage.reach(
                person,
                side,
                Reach(start=touch - stage.uniform(0.6, 0.9), touch=touch, release=release, back=back),
                palm_at=middle + apart + swung,
                fingers=stage.facing(person, (-sign * 0.1, 0.05, 1.0)),
                # A offers the palms up, B lays the own palms on them.
                palm_normal=stage.facing(person, (0.0, 1.0 if person == A else -1.0, 0.0)),
                elbow=(0.5, -1.0, -0.2),
            )
    _mark(stage, touch, release)
