"""Dance: two who hold each other and move together. Person A leads."""

from __future__ import annotations

import numpy as np

from ponimator_runtime.motion.skeleton import JOINT_INDEX
from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.scripts.hand_in_hand import EASE_M, LEFT, RIGHT, shift_weight, swing
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])


def sway(stage: Stage) -> None:
    """A's right hand on B's back, B's left on A's shoulder, the other hands joined; they sway and step around."""
    stage.let_arms_hang()
    fronts = sum(touch.front_depth() for touch in stage.touch)
    distance = fronts + stage.uniform(0.14, 0.22)
    arrive = stage.meet(distance, aside=stage.uniform(-0.02, 0.05))
    touch = arrive + stage.uniform(0.5, 0.8)
    release = min(touch + stage.uniform(1.8, 3.6), 6.6)
    back = release + stage.uniform(0.7, 0.9)
    beat, around = stage.uniform(0.42, 0.6), stage.uniform(0.15, 0.45) * (1.0 if stage.chance(0.5) else -1.0)
    start = touch + 0.1
    while stage.chance(0.85) and start + 2 * beat < release - 0.1:
        _step_around(stage, start, around, distance, beat)
        start += 2 * beat
    stage.part(release + 0.35)
    shift_weight(stage, swing(stage, touch, release, 0.25 / beat), 0.05 * stage.uniform(0.4, 1.0))
    for person in (A, B):
        held = pulse(stage.time, touch - 0.6, touch, release, back)
        stage.head_tilt[person] += stage.uniform(-0.15, 0.2) * held
        stage.pitch[person] += stage.uniform(-0.04, 0.03) * held
    stage.raise_curtain()
    shoulders = 0.5 * (stage.shoulder(A, "left") + stage.shoulder(B, "right"))
    out, low = stage.uniform(0.6, 0.8) * stage.mean_arm(), stage.uniform(-0.05, 0.12)
    joined = shoulders + stage.facing(A, (out, -low, 0.0))
    timing = Reach(start=touch - stage.uniform(0.7, 0.9), touch=touch, release=release, back=back)
    for person, side in ((A, "left"), (B, "right")):
        sign = 1.0 if side == "left" else -1.0
        stage.reach(
            person,
            side,
            timing,
            palm_at=joined,
            fingers=stage.facing(person, (sign * 0.55, 0.75, 0.25)),
            palm_normal=stage.facing(person, (-sign * 0.2, 0.0, 1.0)),
            elbow=(0.5, -1.0, -0.2),
            bend=(0.1, 0.0, -0.12),
            onto="hand",
            ease=EASE_M,
        )
    stage.reach(
        A,
        "right",
        timing,
        palm_at=stage.on_body(B, stage.touch[B].flank("left", "spine1", up=stage.uniform(-0.02, 0.06), forward=-0.02)),
        fingers=stage.facing(A, (0.35, 0.0, 1.0)),
        palm_normal=stage.facing(A, (1.0, 0.3, -0.35)),
        onto="body",
        elbow=(1.0, -1.0, -0.2),
        bend=(0.2, 0.0, 0.0),
    )
    beside = stage.facing(A, (-0.75, 0.3, 0.6))
    stage.reach(
        B,
        "left",
        Reach(start=timing.start + 0.15, touch=touch + 0.15, release=release, back=back),
        palm_at=stage.on_body(A, stage.touch[A].arm("right", along=stage.uniform(0.15, 0.4))) + 0.05 * beside,
        fingers=stage.facing(B, (0.0, 0.6, 1.0)),
        palm_normal=-beside,
        onto="body",
        elbow=(1.0, -0.6, 0.0),
        bend=(0.3, 0.3, -0.1),
    )
    stage.mark(touch + 0.15, release)


def turn_under_arm(stage: Stage) -> None:
    """A raises the joined hand, and B turns full circle under it."""
    stage.let_arms_hang()
    arrive = stage.meet(stage.uniform(1.25, 1.4) * stage.mean_arm(), aside=stage.uniform(-0.02, 0.03))
    touch = arrive + stage.uniform(0.5, 0.7)
    raised = touch + stage.uniform(0.6, 0.8)
    turn = stage.step(B, raised - 0.1, 0.0, turn_rad=2 * np.pi * (1.0 if stage.chance(0.6) else -1.0), step_s=0.36)
    lowered = turn.stop + stage.uniform(0.3, 0.5)
    release = lowered + stage.uniform(0.1, 0.3)
    back = release + stage.uniform(0.6, 0.8)
    stage.part(release + 0.2)
    high = pulse(stage.time, touch + 0.1, raised, turn.stop - 0.2, lowered)
    # The less A rises above B, the more B ducks.
    rise = _height(stage, B, "head") - _height(stage, A, "left_shoulder")
    stage.crouch[B] += (0.03 + np.clip(rise - 0.1, 0.0, 0.15)) * high
    stage.pitch[A] += stage.uniform(0.06, 0.12) * high
    stage.heel_lift[A] += stage.uniform(0.1, 0.4) * high
    stage.raise_curtain()
    heads = stage.puppets[A].at("head"), stage.puppets[B].at("head")
    to_a = (heads[A] - heads[B]) * np.array([1.0, 0.0, 1.0])
    to_a /= np.linalg.norm(to_a, axis=-1, keepdims=True)
    # B's hand goes round with B, a little beside and before the own head, and A's goes along.
    top = heads[B] + stage.uniform(0.24, 0.28) * UP + stage.facing(B, (-0.08, 0.0, 0.06)) + 0.04 * to_a
    low = 0.5 * (stage.shoulder(A, "left") + stage.shoulder(B, "right")) - stage.uniform(-0.05, 0.05) * UP
    # On the way up and down the hands keep clear of B's shoulder.
    clear = 0.05 * to_a + stage.facing(A, (0.4, 0.0, 0.0))
    place = low + high[:, None] * (top - low) + (high * (1 - high))[:, None] * clear
    fingers = UP + 0.3 * (1 - high[:, None]) * to_a
    timing = Reach(start=touch - stage.uniform(0.6, 0.8), touch=touch, release=release, back=back)
    stage.reach(
        A,
        "left",
        timing,
        # B's fingertips turn under A's fingers, clear of the thumb.
        palm_at=place - 0.03 * stage.facing(A, (-0.3, 0.0, 1.0)),
        fingers=stage.facing(A, (-0.3, 0.1, 1.0)),
        palm_normal=-fingers,
        elbow=(1.0, -0.4, 0.1),
        onto="hand",
        ease=EASE_M,
    )
    stage.reach(
        B,
        "right",
        timing,
        palm_at=place,
        fingers=fingers,
        palm_normal=(1 - high[:, None]) * stage.facing(B, (1.0, 0.0, 0.3))
        + high[:, None] * stage.facing(B, (0.5, 0.0, 1.0)),
        part="fingertips",
        elbow=(1.0, -0.4, 0.0),
        onto="hand",
        ease=EASE_M,
    )
    belly = stage.on_body(B, stage.touch[B].trunk("spine1", out=0.04, up=0.0))
    stage.reach(
        B,
        "left",
        Reach(start=raised - 0.9, touch=raised - 0.1, release=turn.stop - 0.2, back=turn.stop + 0.7),
        palm_at=belly + stage.facing(B, (0.0, 0.0, stage.uniform(0.03, 0.06))),
        fingers=stage.facing(B, (-1.0, 0.1, 0.2)),
        palm_normal=stage.facing(B, (0.0, 0.0, -1.0)),
        elbow=(0.8, -0.8, -0.4),
    )
    stage.mark(raised, turn.stop - 0.2)


def _height(stage: Stage, person: int, joint: str) -> float:
    """How high a joint is above the floor when a person stands upright, m."""
    rest = stage.puppets[person].rest
    return float(rest[JOINT_INDEX[joint], 1] - rest[JOINT_INDEX["left_ankle"], 1]) + stage.touch[person].sole_height


def _step_around(stage: Stage, start: float, turn_rad: float, distance: float, beat: float) -> None:
    """Both, face to face, step around the middle between them, each with the outer foot first."""
    for person in (A, B):
        stage.step(
            person,
            start,
            0.5 * distance * (1 - np.cos(turn_rad)),
            sideways=-0.5 * distance * np.sin(turn_rad),
            turn_rad=turn_rad,
            step_s=beat,
            first_foot=RIGHT if turn_rad > 0 else LEFT,
        )


KINDS: tuple[Kind, ...] = (
    Kind(
        name="sway",
        script=sway,
        texts=(
            "two people slow dance",
            "slow dance",
            "they waltz together in a closed hold",
            "a couple sways to the music in each other's arms",
            "ballroom dance",
            "one leads the other in a dance, a hand on the partner's back",
            "waltz",
            "dancing close together",
        ),
    ),
    Kind(
        name="turn_under_arm",
        script=turn_under_arm,
        texts=(
            "one person twirls the other under their arm",
            "twirl",
            "a dancer spins under the partner's raised arm",
            "underarm turn",
            "one spins around while holding the other's hand overhead",
            "they dance and one makes the other turn in a circle",
            "a dance spin",
            "twirling the partner around",
        ),
    ),
)
