"""Embraces: bodies that come close. Person A starts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ponimator_runtime.motion.skeleton import JOINT_INDEX
from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.puppet import SIDES
from ponimator_training.data.synthetic.stage import A, B, Stage

_LAST_RELEASE_S = 6.5
_NECK, _ANKLE = JOINT_INDEX["neck"], JOINT_INDEX["left_ankle"]
_LIKE_TALL_M = 0.06
"""Whose necks differ in height by more embrace each other at neck and waist."""


def _embrace(stage: Stage, held_s: float, *, sway_rad: float = 0.0) -> None:
    """Arms open, a last step closes the gap, arms close over and under; the same way back."""
    fronts = sum(touch.front_depth() for touch in stage.touch)
    ahead = stage.uniform(0.25, 0.5)
    heights = [float(puppet.rest[_NECK, 1] - puppet.rest[_ANKLE, 1]) for puppet in stage.puppets]
    crossed = abs(heights[A] - heights[B]) < _LIKE_TALL_M
    arrive = stage.meet(fronts + ahead, aside=-stage.uniform(0.07, 0.09) if crossed else -stage.uniform(0.02, 0.05))
    share = stage.uniform(0.0, 1.0) if stage.chance(0.6) else 1.0
    closed = arrive
    for person, part in ((A, share), (B, 1.0 - share)):
        if part > 0.15:
            begin = arrive + (0.0 if person == A else stage.uniform(0.0, 0.2))
            closed = max(closed, stage.step(person, begin, part * ahead).stop)
    touch = closed + stage.uniform(0.0, 0.2)
    release, tempo = min(touch + held_s, _LAST_RELEASE_S), stage.uniform(0.2, 0.4)
    for person in (A, B):
        if person == A or stage.chance(0.6):
            stage.step(person, release + stage.uniform(0.2, 0.45), -stage.uniform(0.3, 0.6))
        held = pulse(stage.time, touch - 0.7, touch, release, release + 0.7)
        # Both sway to the same side of the room, each to the own other side.
        rocking = held * np.sin(2 * np.pi * tempo * (stage.time - touch)) * (1.0 if person == A else -1.0)
        stage.roll[person] += sway_rad * rocking
        stage.lean[person, :, 0] += 0.5 * sway_rad * rocking
        stage.pitch[person] += stage.uniform(0.06, 0.16) * held
        stage.lean[person, :, 1] += stage.uniform(0.03, 0.07) * held
        stage.head_tilt[person] += stage.uniform(-0.2, 0.05) * held
        # Over the partner's left shoulder.
        past = stage.point_from(person, (-stage.uniform(0.2, 0.5), stage.uniform(0.9, 1.5), 1.2))
        stage.look(person, past, pulse(stage.time, touch - 0.6, touch, release, release + 0.6))
    stage.raise_curtain(bodies_touch=(touch, release))
    for person in (A, B):
        for side in SIDES:
            over = side == "right" if crossed else heights[person] > heights[1 - person]
            _wrap(stage, person, side, over=over, touch=touch, release=release)
    stage.mark(touch, release)


def _wrap(stage: Stage, person: int, side: str, *, over: bool, touch: float, release: float) -> None:
    """One arm: opened beside the partner, laid over the shoulder or around the ribs onto the back, opened again."""
    partner, sign = 1 - person, 1.0 if side == "left" else -1.0
    arm = stage.puppets[person].arm_length()
    opened = stage.uniform(0.8, 1.0)
    height = 0.2 if over else -0.3
    beside = stage.shoulder(person, side) + arm * stage.facing(
        person, (sign * 0.6 * opened, height * opened, 0.6 * opened)
    )
    if over:
        point = stage.touch[partner].trunk(
            "spine3", out=-sign * stage.uniform(0.09, 0.13), up=stage.uniform(0.0, 0.06), back=True
        )
        fingers, elbow = (-sign * 0.9, -0.3, 0.3), (1.0, 0.4, 0.0)
    else:
        point = stage.touch[partner].trunk(
            "spine2", out=-sign * stage.uniform(0.15, 0.21), up=stage.uniform(-0.09, -0.03), back=True
        )
        fingers, elbow = (-sign, 0.1, 0.35), (1.0, -0.8, 0.0)
    start, opening = touch - stage.uniform(0.5, 0.7), stage.uniform(0.4, 0.55)
    air: dict[str, Any] = {
        "place": beside,
        "fingers": stage.facing(person, (sign * 0.2, height, 1.0)),
        "palm_normal": stage.facing(person, (-sign * 0.6, -0.7, 0.3)),
        "elbow": (0.7, height, -0.7),
    }
    around = stage.hold(
        person,
        side,
        start=start,
        touch=touch,
        place=stage.on_body(partner, point),
        fingers=stage.facing(person, fingers),
        palm_normal=stage.facing(person, (0.0, -0.35, -1.0)),
        elbow=elbow,
        bend=(0.25, 0.15, 0.2) if over else (0.4, 0.0, 0.2),
        onto="body",
    )
    holds = [
        stage.hold(person, side, start=start - 0.7, touch=start, **air),
        around,
        stage.hold(
            person,
            side,
            start=release,
            touch=release + opening,
            bend=(0.2, 0.1, 0.1) if over else (0.4, 0.0, 0.1),
            **air,
        ),
    ]
    stage.guide(person, side, holds, release=release + opening, back=release + opening + stage.uniform(0.6, 0.9))


def hug(stage: Stage) -> None:
    """A short warm one."""
    _embrace(stage, stage.uniform(0.7, 1.6))


def long_hug(stage: Stage) -> None:
    """They stay in each other's arms and sway a little."""
    _embrace(stage, stage.uniform(2.2, 3.6), sway_rad=stage.uniform(0.01, 0.04))


def cheek_kiss(stage: Stage) -> None:
    """They lean in, cheek to cheek, hands left at the sides; the taller bends down to the smaller."""
    stage.let_arms_hang()
    arrive = stage.meet(stage.uniform(0.95, 1.1) * stage.mean_arm())
    touch = max(arrive, 0.8) + stage.uniform(0.4, 0.8)
    release = touch + stage.uniform(0.3, 1.0)
    stage.part(release + 0.4)
    for person in (A, B):
        late = 0.0 if person == A else stage.uniform(0.0, 0.15)
        near = pulse(stage.time, touch - 0.8 + late, touch, release, release + 0.7 + late)
        taller_m = stage.puppets[person].rest[_NECK][1] - stage.puppets[1 - person].rest[_NECK][1]
        stage.pitch[person] += (stage.uniform(0.2, 0.28) + np.clip(1.2 * taller_m, -0.12, 0.3)) * near
        stage.crouch[person] += np.clip(0.4 * taller_m, 0.0, 0.1) * near
        stage.lean[person] += near[:, None] * np.array([-0.065, stage.uniform(0.03, 0.06)])
        stage.roll[person] -= stage.uniform(0.03, 0.06) * near
        stage.twist[person] += stage.uniform(0.0, 0.15) * near
        stage.head_tilt[person] -= stage.uniform(0.0, 0.15) * near
        stage.heel_lift[person] += stage.uniform(0.0, 0.25) * near
        past = stage.point_from(person, (-stage.uniform(0.2, 0.5), 1.5, 1.5))
        stage.look(person, past, near)
    stage.raise_curtain(bodies_touch=(touch, release))
    stage.mark(touch, release)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="hug",
        script=hug,
        texts=(
            "two people hug",
            "hug",
            "they embrace each other",
            "a warm hug",
            "one person hugs the other",
            "two friends hug each other",
            "embrace",
            "hugging",
            "a quick hug as a greeting",
            "they walk up to each other and hug",
        ),
    ),
    Kind(
        name="long_hug",
        script=long_hug,
        texts=(
            "two people hug for a long time",
            "long hug",
            "a long tight embrace",
            "they hold each other in their arms for a while",
            "two people stay in a hug and sway",
            "a hug that does not want to end",
            "one holds the other tight",
            "lingering hug",
        ),
    ),
    Kind(
        name="cheek_kiss",
        script=cheek_kiss,
        texts=(
            "two people kiss each other on the cheek",
            "cheek kiss",
            "they greet each other with a kiss on the cheek",
            "a kiss on the cheek",
            "a peck on the cheek",
            "one person kisses the other's cheek",
            "air kisses cheek to cheek",
            "two people lean in and touch cheeks",
        ),
    ),
)
