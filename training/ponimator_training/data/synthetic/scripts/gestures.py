"""Greetings from afar: bodies never touch. Person A starts."""

from __future__ import annotations

import numpy as np

from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage


def wave(stage: Stage) -> None:
    """A waves, B notices and waves back; both wave for a while."""
    distance = stage.uniform(1.4, 3.0)
    arrive = stage.meet(distance, aside=stage.uniform(-0.15, 0.15))
    tempo = [stage.uniform(1.2, 2.1) for _ in (A, B)]
    start = [max(arrive - stage.uniform(0.2, 0.6), 0.3)]
    start.append(start[A] + stage.uniform(0.25, 0.9))
    stop = [start[B] + stage.uniform(1.5, 2.6), start[B] + stage.uniform(1.5, 2.6)]
    stage.part(max(stop))
    high = [stage.uniform(0.0, 1.0) for _ in (A, B)]
    for person in (A, B):
        up = pulse(stage.time, start[person], start[person] + 0.6, stop[person], stop[person] + 0.7)
        stage.twist[person] += stage.uniform(-0.05, 0.12) * up
        stage.roll[person] += (0.02 + 0.05 * high[person]) * up
        stage.head_tilt[person] += stage.uniform(-0.1, 0.15) * up
        stage.lean[person, :, 0] += stage.uniform(0.0, 0.03) * up
        stage.pitch[person] += 0.08 * pulse(
            stage.time, start[person], start[person] + 0.3, start[person] + 0.4, stop[person]
        )
    stage.raise_curtain()
    for person in (A, B):
        side = "right" if stage.chance(0.75) else "left"
        out = 1.0 if side == "left" else -1.0
        begin, end = start[person] + 0.65, stop[person]
        moving = pulse(stage.time, begin - 0.3, begin, end - 0.2, end + 0.1)
        phase = moving * np.sin(2 * np.pi * tempo[person] * (stage.time - begin))
        size = stage.uniform(0.15, 0.3) + 0.15 * high[person]
        upward = 0.15 + 0.6 * high[person]
        place = stage.shoulder(person, side) + stage.puppets[person].arm_length() * (
            stage.facing(person, (out * (0.5 - 0.2 * high[person]), upward, 0.45 - 0.2 * high[person]))
            + (0.5 * size * phase)[:, None] * stage.facing(person, (out, 0.0, 0.0))
        )
        fingers = stage.facing(person, (0.0, 1.0, 0.1)) + (1.6 * size * phase)[:, None] * stage.facing(
            person, (out, 0.0, 0.0)
        )
        stage.reach(
            person,
            side,
            Reach(start=start[person], touch=begin, release=end, back=end + stage.uniform(0.6, 0.9)),
            palm_at=place,
            fingers=fingers,
            palm_normal=stage.facing(person, (0.0, 0.0, 1.0)),
            elbow=(0.6, -1.0, -0.1),
        )
    stage.mark(start[B] + 0.6, min(stop))


def bow(stage: Stage) -> None:
    """Both bend forward, each as deep and as long as they like, B perhaps later; hands slide down or stay still."""
    arrive = stage.meet(stage.uniform(2.4, 3.2) * stage.mean_arm())
    start = arrive + stage.uniform(0.0, 0.5)
    depth = stage.uniform(0.4, 0.85)
    late = stage.uniform(0.0, 0.6) * stage.chance(0.7)
    slow = stage.uniform(0.8, 1.2)
    shared = stage.uniform(0.3, 1.0)
    downs, ups, ends = [], [], []
    for person, delay in ((A, 0.0), (B, late)):
        down = start + delay + slow
        up = down + shared + (late if person == A else 0.0) * stage.uniform(0.6, 1.0)
        end = up + stage.uniform(0.8, 1.2)
        own = np.clip(depth + stage.uniform(-0.12, 0.12), 0.35, 0.9)
        bent = pulse(stage.time, start + delay, down, up, end)
        stage.pitch[person] += own * bent
        stage.crouch[person] += stage.uniform(0.0, 0.02) * bent
        # The eyes go to the floor in a deep bow, and stay on the partner in a small one.
        floor = stage.point_from(person, (0.0, 0.2, stage.uniform(0.6, 1.1)))
        stage.look(person, floor, min(1.0, 1.2 * own) * bent)
        downs.append(down)
        ups.append(up)
        ends.append(end)
    stage.part(max(ends) - 0.2)
    stage.raise_curtain()
    stage.mark(max(downs) - 0.1, min(ups) + 0.1)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="wave",
        script=wave,
        texts=(
            "two people wave at each other",
            "wave",
            "one person waves and the other waves back",
            "they wave hello",
            "waving a hand",
            "someone waves goodbye to a friend",
            "a friendly wave from a distance",
            "both raise a hand and wave",
        ),
        touches=False,
    ),
    Kind(
        name="bow",
        script=bow,
        texts=(
            "two people bow to each other",
            "bow",
            "they greet each other with a bow",
            "both bow politely",
            "bowing to each other",
            "a respectful bow",
            "both bend forward at the waist to greet",
            "a deep Japanese bow",
        ),
        touches=False,
    ),
)
