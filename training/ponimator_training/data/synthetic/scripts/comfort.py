"""Comfort: a hand for someone who needs one, and foreheads that lean together. Person A gives it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ponimator_training.data.synthetic.curves import minimum_jerk, pulse
from ponimator_training.data.synthetic.floorplan import Spot
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])


def _come_to_pat(stage: Stage) -> float:
    """Face to face, or A somewhat at B's left; returns when they are there, s."""
    if stage.chance(0.6):
        apart = stage.uniform(1.2, 1.4) * stage.mean_arm()
        return stage.meet(apart, aside=stage.uniform(-0.08, 0.05))
    far, turn = stage.uniform(1.25, 1.4) * stage.mean_arm(), stage.uniform(0.4, 0.9)
    return stage.gather(
        Spot(x=far * np.sin(turn), z=far * np.cos(turn), yaw=turn + np.pi + stage.uniform(-0.1, 0.1)),
        Spot(x=0.0, z=0.0, yaw=stage.uniform(0.0, 0.15)),
    )


def shoulder_pat(stage: Stage) -> None:
    """A's right hand pats the shoulder of a B who hangs the head, some times; B looks up at it."""
    arrive = _come_to_pat(stage)
    touch, beat = arrive + stage.uniform(0.3, 0.6), stage.uniform(0.45, 0.6)
    touches = touch + beat * np.arange(1 + int(stage.generator.integers(1, 4)))
    release = touches[-1] + stage.uniform(0.3, 0.9)
    back = release + stage.uniform(0.6, 0.9)
    stage.part(release + 0.4)
    reached = pulse(stage.time, touch - 0.7, touch, release, back)
    stage.pitch[A] += stage.uniform(0.02, 0.14) * reached
    stage.twist[A] += stage.uniform(0.1, 0.25) * reached
    stage.lean[A, :, 1] += stage.uniform(0.0, 0.04) * reached
    stage.head_tilt[A] += stage.uniform(-0.15, 0.15) * reached
    cheered = touch + stage.uniform(0.2, 1.0)
    sad = 1 - minimum_jerk(stage.time, cheered, cheered + stage.uniform(0.6, 1.2))
    stage.look(B, stage.point_from(B, (0.0, 0.2, 0.7)), stage.uniform(0.3, 1.0) * sad)
    stage.pitch[B] += stage.uniform(0.05, 0.2) * sad
    for at in touches:
        stage.crouch[B] += stage.uniform(0.004, 0.012) * pulse(stage.time, at - 0.05, at + 0.1, at + 0.1, at + 0.35)
    stage.raise_curtain()
    shoulder = stage.on_body(B, stage.touch[B].shoulder_top("left"))
    off = shoulder + 0.07 * UP - 0.06 * stage.facing(A, (0.0, 0.0, 1.0))
    lift = stage.uniform(0.05, 0.12)
    # First above it, then a touch a pat, then off it again.
    hands = (
        (touch - stage.uniform(0.7, 1.0), touch - 0.15, off, (0.1, 0.16, -0.05)),
        *((at - 0.3, at, shoulder, (0.0, 0.0 if at == touch else lift, 0.0)) for at in touches),
        (release, release + 0.3, off, (0.1, 0.05, -0.1)),
    )
    holds = [
        stage.hold(
            A,
            "right",
            start=start,
            touch=at,
            place=place,
            fingers=stage.facing(B, (-0.1, 0.3, -1.0)),
            palm_normal=stage.facing(A, (0.0, -1.0, 0.1)),
            onto="body" if place is shoulder else None,
            elbow=(0.7, -0.8, 0.0),
            bend=bend,
        )
        for start, at, place, bend in hands
    ]
    stage.guide(A, "right", holds, release=release + 0.2, back=back + 0.2)
    for at, until in zip(touches, [*(touches[1:] - 0.3), release], strict=True):
        stage.mark(at, until)


def _lean_heads_together(stage: Stage, held: Float[np.ndarray, "N"], touch: float, release: float) -> None:
    """Raises the curtain with the foreheads on each other: places, hips and the taller one's knees see to it."""
    foreheads = [points.head(out=0.0, up=0.5, forward=1.0) for points in stage.touch]
    middle = int(np.argmin(np.abs(stage.time - 0.5 * (touch + release))))
    inside = (stage.time >= touch) & (stage.time <= release)
    for _ in range(3):
        stage.raise_curtain(keep_clear=False)
        way = stage.on_body(B, foreheads[B]) - stage.on_body(A, foreheads[A])
        aside, above, ahead = (
            np.sum(way * stage.facing(A, axis), axis=-1) for axis in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
        )
        taller = B if above[middle] > 0 else A
        stage.crouch[taller] += min(0.4 * abs(above[middle]), 0.03) * held
        stage.move_apart(-float(ahead[inside].mean()))
        # What sway and breath leave, each takes half of.
        for axis, off in ((0, aside), (1, ahead - ahead[inside].mean())):
            stage.lean[A, :, axis] += 0.5 * held * off
            stage.lean[B, :, axis] += 0.5 * held * off
    stage.raise_curtain(bodies_touch=(touch, release))


def forehead_touch(stage: Stage) -> None:
    """Foreheads lean against each other; hands lie on the neck or shoulders and the waist, or hold each other."""
    arrive = stage.meet(stage.uniform(1.0, 1.1) * stage.mean_arm())
    touch = arrive + stage.uniform(0.5, 0.9)
    release = touch + stage.uniform(0.9, 2.0)
    back = release + stage.uniform(0.7, 1.0)
    held = pulse(stage.time, touch - 0.6, touch, release, release + 0.7)
    for person in (A, B):
        if stage.chance(0.7):
            stage.step(person, release + 0.4, -stage.uniform(0.2, 0.5))
        stage.pitch[person] += stage.uniform(0.18, 0.3) * held
        stage.look(person, np.array([0.0, stage.uniform(0.9, 1.1), 0.0]) + np.zeros((len(stage.time), 3)), held)
    stage.roll += stage.uniform(0.01, 0.04) * held * np.sin(2 * np.pi * 0.3 * (stage.time - touch)) * [[1.0], [-1.0]]
    _lean_heads_together(stage, held, touch, release)
    _hands_of_closeness(stage, touch, release, back)
    stage.mark(touch, release)


def _hands_of_closeness(stage: Stage, touch: float, release: float, back: float) -> None:
    """A's hands on B's shoulders or neck and B's at A's waist, or all held between."""
    held_between, on_neck = stage.chance(0.35), stage.chance(0.5)
    between = 0.5 * (stage.puppets[A].at("spine2") + stage.puppets[B].at("spine2")) - 0.05 * UP
    early, late = touch - stage.uniform(0.0, 0.25), release + 0.3
    for person, partner in ((A, B), (B, A)):
        points, offered = stage.touch[partner], 1.0 if person == A else -1.0
        bend = (0.25, 0.05, -0.3) if person == A else (0.4, 0.1, -0.2)
        for side, theirs in (("left", "right"), ("right", "left")):
            sign = 1.0 if side == "left" else -1.0
            if held_between:
                place = between + stage.facing(person, (sign * 0.13, 0.0, 0.0))
                fingers, palm = (-sign * 0.1, 0.1, 1.0), (-0.25 * sign * offered, offered, 0.0)
                elbow = (0.25, -1.0, -0.3) if person == A else (0.9, -0.7, -0.2)
                bend = (0.0, -0.12 * offered, 0.0)
            elif person == B:
                place = stage.on_body(partner, points.trunk("spine1", out=-sign * 0.13, up=0.0))
                fingers, palm, elbow = (-sign * 0.2, 0.3, 1.0), (-sign, -0.1, 0.3), (0.9, -0.6, -0.4)
            elif on_neck:
                place = stage.on_body(partner, points.head(out=-sign * 0.8, up=-0.6, forward=-0.2))
                fingers, palm, elbow = (0.0, 0.5, 1.0), (-sign, 0.0, 0.1), (0.5, -1.0, 0.0)
            else:
                place = stage.on_body(partner, points.shoulder_top(theirs))
                fingers, palm, elbow = (sign * 0.1, 0.4, 1.0), (0.0, -1.0, 0.1), (0.8, -0.6, 0.0)
            stage.reach(
                person,
                side,
                Reach(start=early - stage.uniform(0.6, 0.9), touch=early, release=late, back=max(back, late + 0.7)),
                palm_at=place,
                fingers=stage.facing(person, fingers),
                palm_normal=stage.facing(person, palm),
                onto="hand" if held_between else "body",
                elbow=elbow,
                bend=bend,
                hover=0.0 if held_between else 0.05,
            )


KINDS: tuple[Kind, ...] = (
    Kind(
        name="shoulder_pat",
        script=shoulder_pat,
        texts=(
            "one person pats the other on the shoulder",
            "shoulder pat",
            "pat on the shoulder",
            "someone pats their friend's shoulder",
            "a comforting pat on the shoulder",
            "one puts a hand on the other's shoulder",
            "a few encouraging pats on the shoulder of someone who hangs their head",
            "a person taps the other's shoulder to cheer them up",
        ),
    ),
    Kind(
        name="forehead_touch",
        script=forehead_touch,
        texts=(
            "two people touch foreheads",
            "forehead touch",
            "they lean their foreheads against each other",
            "foreheads together",
            "forehead to forehead",
            "two people rest their heads against each other, face to face",
            "a tender moment with foreheads pressed together",
            "a couple leans in until their foreheads touch",
            "touching foreheads",
        ),
    ),
)
