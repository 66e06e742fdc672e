"""Greetings: hands that meet. Person A starts; distances are told in lengths of an arm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])


def handshake(stage: Stage) -> None:
    """Right hands meet between the two and are shaken; trunks go along."""
    arrive = stage.meet(stage.uniform(1.55, 1.9) * stage.mean_arm(), aside=stage.uniform(-0.02, 0.08))
    lead = stage.uniform(0.0, 0.5)
    touch = max(arrive, 0.7) + stage.uniform(0.15, 0.5)
    release = touch + stage.uniform(0.8, 2.4)
    stage.part(release + 0.3)
    tempo, size = stage.uniform(1.4, 2.4), stage.uniform(0.015, 0.045)
    shaking = pulse(stage.time, touch, touch + 0.25, release - 0.3, release)
    swing = shaking * np.sin(2 * np.pi * tempo * (stage.time - touch))
    for person in (A, B):
        bent = pulse(stage.time, touch - 0.8, touch, release, release + 0.8)
        stage.pitch[person] += stage.uniform(0.03, 0.18) * bent - 0.25 * size * swing
        stage.twist[person] += stage.uniform(0.05, 0.22) * bent
        stage.lean[person, :, 1] += stage.uniform(0.0, 0.04) * bent
        stage.lean[person, :, 0] -= stage.uniform(0.0, 0.03) * bent
        until = touch + stage.uniform(0.4, 1.2)
        down = stage.point_from(person, (0.0, 0.6, 1.0))
        stage.look(person, down, stage.uniform(0.0, 0.5) * pulse(stage.time, touch - 0.7, touch - 0.3, touch, until))
    stage.raise_curtain()
    shoulders = 0.5 * (stage.shoulder(A, "right") + stage.shoulder(B, "right"))
    palms = shoulders - stage.uniform(0.42, 0.68) * stage.mean_arm() * UP + size * swing[:, None] * UP
    for person in (A, B):
        timing = Reach(
            start=touch - stage.uniform(0.6, 0.9) - (lead if person == A else 0.0),
            touch=touch,
            release=release,
            back=release + stage.uniform(0.55, 0.9),
        )
        stage.reach(
            person,
            "right",
            timing,
            palm_at=palms,
            fingers=stage.facing(person, (0.25, -0.05, 1.0)),
            palm_normal=stage.facing(person, (1.0, 0.0, 0.0)),
            onto="hand",
            elbow=(0.35, -1.0, -0.3),
        )
    stage.mark(touch, release)


def _clap(stage: Stage, sides: tuple[str, ...]) -> None:
    """Wind up, clap palms, follow through."""
    exuberance = stage.uniform(0.0, 1.0)
    arrive = stage.meet(
        stage.uniform(1.5, 1.8) * stage.mean_arm(), aside=stage.uniform(0.05, 0.13) if len(sides) == 1 else 0.0
    )
    touch = max(arrive, 0.7) + stage.uniform(0.2, 0.6)
    release = touch + stage.uniform(0.12, 0.5)
    back = release + stage.uniform(0.5, 0.9)
    stage.part(back - 0.2)
    for person in (A, B):
        wound = pulse(stage.time, touch - 0.85, touch - 0.4, touch - 0.35, touch)
        reached = pulse(stage.time, touch - 0.35, touch, release, back)
        stage.pitch[person] += stage.uniform(0.02, 0.1) * reached - 0.06 * exuberance * wound
        stage.twist[person] += (len(sides) == 1) * (stage.uniform(0.1, 0.25) * reached - 0.15 * wound)
        stage.crouch[person] += (0.02 + 0.05 * exuberance) * wound
        stage.lean[person, :, 1] += stage.uniform(0.0, 0.04) * reached
        stage.heel_lift[person] += (
            exuberance * stage.uniform(0.1, 0.35) * pulse(stage.time, touch - 0.3, touch, release, release + 0.4)
        )
    stage.raise_curtain()
    shoulders = 0.5 * (stage.shoulder(A, "right") + stage.shoulder(B, "right"))
    palms = shoulders + stage.uniform(0.15, 0.5) * stage.mean_arm() * UP
    apart = stage.uniform(0.12, 0.18) if len(sides) == 2 else 0.0
    # Right palms that meet may both face inward a little, as wrists like it.
    inward = stage.uniform(0.3, 0.55) if len(sides) == 1 else 0.0
    for person in (A, B):
        start = touch - stage.uniform(0.75, 0.95)
        for side in sides:
            own = 1.0 if side == "left" else -1.0
            # Seen from A, A's right hand meets B's right hand; with two hands each meets the one in front of it.
            sign = own if person == A else -own
            place = palms + apart * sign * stage.facing(A, (1.0, 0.0, 0.0))
            wound_up = stage.shoulder(person, side) + stage.mean_arm() * stage.facing(
                person, (own * stage.uniform(0.35, 0.5), 0.25 + 0.3 * exuberance, 0.25)
            )
            up, at, elbow = (
                stage.facing(person, (0.0, 1.0, 0.1)),
                stage.facing(person, (inward, -0.1, 1.0)),
                (0.8, -0.8, -0.1),
            )
            ready = stage.hold(
                person, side, start=start, touch=touch - 0.25, place=wound_up, fingers=up, palm_normal=at, elbow=elbow
            )
            clap = stage.hold(
                person,
                side,
                start=touch - stage.uniform(0.4, 0.5),
                touch=touch,
                place=place,
                fingers=up,
                palm_normal=at,
                elbow=elbow,
                onto="hand",
            )
            stage.guide(person, side, [ready, clap], release=release, back=back)
    stage.mark(touch, release)


def high_five(stage: Stage) -> None:
    """Right palms clap together, between the shoulders and above the heads."""
    _clap(stage, ("right",))


def double_high_five(stage: Stage) -> None:
    """Both palms clap together."""
    _clap(stage, ("left", "right"))


def fist_bump(stage: Stage) -> None:
    """Knuckles of the right hands meet at the height of the chest; sometimes the hands fly open after it."""
    arrive = stage.meet(stage.uniform(1.6, 1.95) * stage.mean_arm(), aside=stage.uniform(-0.02, 0.06))
    touch = max(arrive, 0.7) + stage.uniform(0.25, 0.6)
    release = touch + stage.uniform(0.15, 0.7)
    back = release + stage.uniform(0.5, 0.9)
    stage.part(release + 0.3)
    nod = stage.uniform(0.0, 0.04)
    for person in (A, B):
        reached = pulse(stage.time, touch - 0.7, touch, release, back)
        stage.pitch[person] += stage.uniform(0.02, 0.1) * reached + nod * pulse(
            stage.time, touch, touch + 0.2, touch + 0.2, touch + 0.5
        )
        stage.twist[person] += stage.uniform(0.1, 0.28) * reached
        stage.lean[person, :, 1] += stage.uniform(0.0, 0.04) * reached
        stage.lean[person, :, 0] -= stage.uniform(0.0, 0.03) * reached
    stage.raise_curtain()
    shoulders = 0.5 * (stage.shoulder(A, "right") + stage.shoulder(B, "right"))
    fists = shoulders - stage.uniform(0.15, 0.5) * stage.mean_arm() * UP
    explodes, lead, tilt = stage.chance(0.35), stage.uniform(0.0, 0.4), stage.uniform(-0.2, 1.0)
    for person in (A, B):
        pose: dict[str, Any] = {
            "fingers": stage.facing(person, (0.05, 0.05, 1.0)),
            "palm_normal": stage.facing(person, (tilt, -1.0, 0.0)),
            "elbow": (0.7, -1.0, -0.2),
        }
        start = touch - stage.uniform(0.65, 0.9) - (lead if person == A else 0.0)
        holds = [
            stage.hold(person, "right", start=start, touch=touch, place=fists, part="knuckles", onto="hand", **pose)
        ]
        done = release
        if explodes:
            done = release + 0.6
            flown = fists + 0.3 * stage.mean_arm() * stage.facing(person, (-0.5, 0.5, -0.8))
            holds.append(stage.hold(person, "right", start=release, touch=done, place=flown, **pose))
        stage.guide(person, "right", holds, release=done, back=done + back - release)
    stage.mark(touch, release)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="handshake",
        script=handshake,
        texts=(
            "two people shake hands",
            "handshake",
            "shake hands",
            "they greet each other with a handshake",
            "one person shakes the other's hand",
            "a firm handshake",
            "two people meet and shake hands",
            "shaking hands",
            "both grasp each other's right hand and shake it",
        ),
    ),
    Kind(
        name="high_five",
        script=high_five,
        texts=(
            "two people high five",
            "high five",
            "they give each other a high five",
            "one person high-fives the other",
            "a one-handed high five",
            "two friends clap their right hands together in the air",
            "one raises a hand and the other slaps it",
            "high-fiving",
        ),
    ),
    Kind(
        name="double_high_five",
        script=double_high_five,
        texts=(
            "two people high five with both hands",
            "double high five",
            "high ten",
            "they clap both hands together",
            "a two-handed high five",
            "both hands meet in a high five",
            "two friends slap both palms against each other's",
            "give a high ten",
        ),
    ),
    Kind(
        name="fist_bump",
        script=fist_bump,
        texts=(
            "two people bump fists",
            "fist bump",
            "they give each other a fist bump",
            "one person fist-bumps the other",
            "knuckles meet knuckles",
            "two friends greet each other with a fist bump",
            "a quick fist bump",
            "bumping fists",
        ),
    ),
)
