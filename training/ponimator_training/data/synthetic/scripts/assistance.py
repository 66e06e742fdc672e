"""Assistance: one gives the other a hand, or a thing. Person A helps."""

from __future__ import annotations

from typing import Any

import numpy as np

from ponimator_training.data.synthetic.curves import minimum_jerk, pulse
from ponimator_training.data.synthetic.floorplan import Spot
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])
_KNEE_RADIUS_M = 0.07
_FOOT_LIFT_M = 0.06


def _kneel_until(stage: Stage, start: float, stop: float) -> None:
    """B is down on one knee and rises over the other foot, which stays, from start to stop."""
    puppet = stage.puppets[B]
    thigh, shin = (float(np.linalg.norm(puppet.bone(f"left_{joint}"))) for joint in ("knee", "ankle"))
    front = int(stage.generator.integers(2))
    down = 1 - minimum_jerk(stage.time, start, stop)
    # The pelvis is a thigh behind the foot in front and the other knee is below it; its toes stay on the floor.
    behind = 0.9 * thigh
    spread = thigh + shin - float(np.sqrt((thigh + shin) ** 2 - behind**2))
    stage.crouch[B] += (shin + stage.touch[B].sole_height - _KNEE_RADIUS_M - spread) * down
    stage.lean[B, :, 1] -= behind * down
    leave = start + 0.4 * (stop - start)
    set_down = minimum_jerk(stage.time, leave, stop)
    stage.foot_shift[B, 1 - front, :, 2] -= (behind + shin + 0.05) * (1 - set_down)
    in_air = np.clip((stage.time - leave) / (stop - leave), 0.0, 1.0)
    stage.foot_shift[B, 1 - front, :, 1] += _FOOT_LIFT_M * np.sin(np.pi * in_air) ** 2
    stage.heel_lift[B, 1 - front] += 1.2 * (1 - minimum_jerk(stage.time, leave, stop))


def _squat_until(stage: Stage, start: float, stop: float) -> None:
    """B squats on the toes and rises from start to stop."""
    leg = sum(float(np.linalg.norm(stage.puppets[B].bone(f"left_{joint}"))) for joint in ("knee", "ankle"))
    down, deep = 1 - minimum_jerk(stage.time, start, stop), stage.uniform(0.42, 0.55)
    stage.crouch[B] += deep * leg * down
    stage.lean[B, :, 1] -= 0.06 * down
    stage.heel_lift[B] += stage.uniform(0.5, 0.8) * down
    stage.pitch[B] += stage.uniform(0.15, 0.35) * down


def pull_up(stage: Stage) -> None:
    """B is down on a knee or squats; A bends, takes the hand and pulls B up, leaning back."""
    kneels = stage.chance(0.6)
    apart = stage.uniform(1.3, 1.5) * stage.mean_arm() + (0.0 if kneels else 0.12)
    arrive = stage.gather(
        Spot(x=stage.uniform(-0.03, 0.06), z=-0.5 * apart, yaw=stage.uniform(-0.1, 0.1)),
        Spot(x=0.0, z=0.5 * apart, yaw=np.pi),
        walkers=(A,) if stage.chance(0.75) else (),
    )
    touch = arrive + stage.uniform(0.7, 1.1)
    start = touch + stage.uniform(0.15, 0.4)
    stop = start + stage.uniform(1.0, 1.5)
    release = stop + stage.uniform(0.0, 0.5)
    back = release + stage.uniform(0.6, 0.9)
    (_kneel_until if kneels else _squat_until)(stage, start, stop)
    stage.step(A, start + 0.15, -stage.uniform(0.12, 0.3))
    effort, bent = stage.uniform(0.6, 1.0), pulse(stage.time, touch - 0.7, touch, start, stop - 0.2)
    stage.pitch[A] += stage.uniform(0.4, 0.6) * bent
    stage.crouch[A] += stage.uniform(0.03, 0.1) * pulse(stage.time, touch - 0.7, touch, start + 0.4, stop)
    pulling = effort * pulse(stage.time, start, 0.5 * (start + stop), stop - 0.2, stop + 0.4)
    stage.pitch[A] -= 0.12 * pulling
    stage.lean[A, :, 1] -= 0.06 * pulling
    stage.twist[A] += stage.uniform(0.1, 0.3) * bent
    stage.pitch[B] += stage.uniform(0.2, 0.35) * pulse(stage.time, start - 0.1, start + 0.3, stop - 0.5, stop)
    stage.raise_curtain()
    reach_out = touch - stage.uniform(0.7, 0.9)
    ends = stage.shoulder(A, "right"), stage.shoulder(B, "right")
    hands = 0.5 * (ends[A] + ends[B]) - (0.08 + 0.12 * minimum_jerk(stage.time, start, stop))[:, None] * UP
    for person in (A, B):
        stage.reach(
            person,
            "right",
            Reach(
                start=reach_out + (0.0 if person == A else stage.uniform(0.0, 0.2)),
                touch=touch,
                release=release,
                back=back,
            ),
            palm_at=hands,
            fingers=stage.facing(person, (0.15, 0.0, 0.6)) + (hands - ends[person]),
            palm_normal=stage.facing(person, (1.0, 0.0, 0.0)),
            onto="hand",
            elbow=(0.4, -1.0, -0.3),
        )
    stage.mark(touch, release)


def hand_over(stage: Stage) -> None:
    """A carries a small thing (on both palms: a bigger one), holds it out; B takes it and looks at it."""
    arrive = stage.meet(stage.uniform(1.55, 1.85) * stage.mean_arm(), aside=stage.uniform(0.0, 0.06))
    touch = arrive + stage.uniform(0.4, 0.8)
    release = touch + stage.uniform(0.4, 1.0)
    back = release + stage.uniform(0.6, 0.9)
    stage.part(release + 0.6)
    both, polite = stage.chance(0.35), stage.uniform(0.0, 0.18)
    reached = pulse(stage.time, touch - 0.7, touch, release, back)
    for person in (A, B):
        stage.pitch[person] += (stage.uniform(0.04, 0.12) + polite) * reached
        stage.lean[person, :, 1] += stage.uniform(0.0, 0.04) * reached
        stage.twist[person] += 0.0 if both else stage.uniform(0.05, 0.25) * reached
    thanks = release + stage.uniform(0.3, 0.6)
    stage.pitch[B] += stage.uniform(0.0, 0.25) * pulse(stage.time, thanks, thanks + 0.35, thanks + 0.4, thanks + 0.9)
    stage.raise_curtain(keep_clear=False)
    middle = 0.5 * (stage.puppets[A].at("spine2") + stage.puppets[B].at("spine2")) + stage.uniform(-0.1, 0.08) * UP
    for person in (A, B):
        stage.look(person, middle, 0.9 * pulse(stage.time, touch - 0.6, touch - 0.1, release, release + 0.3))
    kept = stage.point_from(B, (0.0, 1.1, 0.35))
    stage.look(B, kept, pulse(stage.time, release + 0.3, release + 0.7, release + 1.2, release + 1.6))
    stage.raise_curtain()
    early = touch - stage.uniform(0.6, 0.9)
    for side in ("right", "left") if both else ("right",):
        out = 0.11 * (1.0 if side == "left" else -1.0) if both else -0.02
        _give(stage, side, middle + stage.facing(A, (out, 0.0, -0.05)), (early, touch - 0.25, release + 0.1, back))
        theirs = ("left" if side == "right" else "right") if both else "right"
        place = middle + stage.facing(A, (out, 0.03, 0.02))
        _take(stage, theirs, place, (touch - stage.uniform(0.45, 0.6), touch, release))
    stage.mark(touch, release)


def _give(stage: Stage, side: str, place: np.ndarray, times: tuple[float, float, float, float]) -> None:
    """A carries it before the belly, palm up, holds it out there and lets it go."""
    out, there, release, back = times
    sign = 1.0 if side == "left" else -1.0
    carried = stage.puppets[A].at("spine1") + stage.facing(A, (sign * 0.1, 0.05, 0.3))
    holds = [
        stage.hold(
            A,
            side,
            start=start,
            touch=touch,
            place=where,
            fingers=stage.facing(A, (-0.3 * sign, 0.1, 1.0)),
            palm_normal=stage.facing(A, (-0.4 * sign, 1.0, 0.0)),
            elbow=(0.35, -1.0, -0.3),
        )
        for start, touch, where in ((-2.0, -1.0, carried), (out, there, place))
    ]
    stage.guide(A, side, holds, release=release, back=back)


def _take(stage: Stage, side: str, place: np.ndarray, times: tuple[float, float, float]) -> None:
    """B's fingers close on it from above, on A's; then B has it before the chest for a while."""
    out, touch, release = times
    sign = 1.0 if side == "left" else -1.0
    kept = stage.puppets[B].at("spine2") + stage.facing(B, (sign * 0.08, stage.uniform(-0.1, 0.05), 0.3))
    grasp: dict[str, Any] = {"fingers": stage.facing(B, (-0.2 * sign, -0.35, 1.0)), "elbow": (0.5, -1.0, -0.2)}
    holds = [
        stage.hold(
            B,
            side,
            start=out,
            touch=touch,
            place=place,
            palm_normal=stage.facing(B, (-0.6 * sign, -1.0, 0.0)),
            part="fingertips",
            onto="body",
            bend=(0.0, 0.08, 0.0),
            **grasp,
        ),
        stage.hold(
            B,
            side,
            start=release,
            touch=release + 0.7,
            place=kept,
            palm_normal=stage.facing(B, (-1.0 * sign, 0.3, -0.2)),
            bend=(0.0, 0.06, 0.0),
            **grasp,
        ),
    ]
    away = release + stage.uniform(1.2, 3.0)
    stage.guide(B, side, holds, release=away, back=away + 0.9)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="pull_up",
        script=pull_up,
        texts=(
            "one person helps the other up from the ground",
            "pull up",
            "help someone stand up",
            "one takes the kneeling person's hand and pulls them to their feet",
            "someone squats on the ground and is pulled up by a friend",
            "a person gives another a hand to get up",
            "helping up",
            "one lifts the other from their knees",
            "a hand up",
        ),
    ),
    Kind(
        name="hand_over",
        script=hand_over,
        texts=(
            "one person hands an object to the other",
            "hand over",
            "someone gives the other person something and they take it",
            "passing an object from hand to hand",
            "give a present",
            "one offers a small thing on the palm, the other takes it",
            "an object is handed over with both hands",
            "take something from the other's hand",
            "giving and receiving",
        ),
    ),
)
