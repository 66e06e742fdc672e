"""Fights, as they are played. Person A attacks."""

from __future__ import annotations

from functools import partial

import numpy as np
from jaxtyping import Float

from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.footwork import set_foot
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.limb import unit
from ponimator_training.data.synthetic.stage import A, B, Hold, Reach, Stage

LEFT_FOOT, RIGHT_FOOT = 0, 1
_OTHER = {"left": "right", "right": "left"}


def _sign(side: str) -> float:
    return 1.0 if side == "left" else -1.0


def _guard(stage: Stage, person: int, side: str, start: float, *, ready_s: float = 0.5, high: float = 0.0) -> Hold:
    """A hand held up before the own chest or chin."""
    sign, length = _sign(side), stage.puppets[person].arm_length()
    place = stage.shoulder(person, side) + length * stage.facing(person, (-0.05 * sign, high, 0.5))
    return stage.hold(
        person,
        side,
        start=start,
        touch=start + ready_s,
        place=place,
        fingers=stage.facing(person, (-0.3 * sign, 0.8, 0.5)),
        palm_normal=stage.facing(person, (-sign, -0.2, 0.0)),
        elbow=(0.4, -1.0, -0.2),
    )


def _fighting_stance(stage: Stage, person: int, start: float, stop: float, *, back: int = RIGHT_FOOT) -> None:
    """One foot goes behind, the knees bend."""
    until = (stop, stop + 0.45)
    set_foot(stage, person, back, (0.0, -stage.uniform(0.18, 0.28)), out=(start, start + 0.4), home=until)
    stage.crouch[person] += stage.uniform(0.03, 0.08) * pulse(stage.time, start, start + 0.5, *until)
    stage.pitch[person] += stage.uniform(0.03, 0.12) * pulse(stage.time, start, start + 0.5, *until)


def punch_and_block(stage: Stage) -> None:
    """A punches once or twice, B takes each blow on a raised forearm and gives way a little."""
    arrive = stage.meet(stage.uniform(1.55, 1.72) * stage.mean_arm(), aside=stage.uniform(-0.03, 0.03))
    ready = arrive + stage.uniform(0.0, 0.2)
    blows = [ready + stage.uniform(0.9, 1.4)]
    if stage.chance(0.55):
        blows.append(blows[0] + stage.uniform(0.8, 1.1))
    over = blows[-1] + stage.uniform(0.6, 0.9)
    _fighting_stance(stage, A, ready, over + 0.2)
    _fighting_stance(stage, B, ready + stage.uniform(0.1, 0.3), over + stage.uniform(0.1, 0.4))
    stage.part(over + 0.9)
    sides = ("right", "left") if stage.chance(0.6) else ("left", "right")
    for blow, side in zip(blows, sides, strict=False):
        sign, hard = _sign(side), stage.uniform(0.6, 1.0)
        strike = pulse(stage.time, blow - 0.4, blow, blow + 0.1, blow + 0.55)
        wind_up = pulse(stage.time, blow - 0.8, blow - 0.45, blow - 0.4, blow - 0.1)
        stage.twist[A] += -sign * hard * (0.35 * strike - 0.15 * wind_up)
        stage.pitch[A] += hard * 0.14 * strike
        stage.lean[A, :, 1] += hard * (0.07 * strike - 0.03 * wind_up)
        hit = hard * pulse(stage.time, blow - 0.3, blow + 0.15, blow + 0.2, blow + 0.7)
        stage.pitch[B] -= stage.uniform(0.08, 0.2) * hit
        stage.twist[B] += sign * stage.uniform(0.05, 0.2) * hit
        stage.lean[B, :, 1] -= 0.05 * hit
        stage.crouch[B] += 0.03 * hit
    stage.let_arms_hang()
    stage.raise_curtain()
    height, high = stage.uniform(-0.1, 0.3), {p: stage.uniform(-0.25, 0.1) for p in (A, B)}
    for side in ("left", "right"):
        # The fist of one side meets the forearm of the other: B's left is on A's right.
        timed = [blow for blow, fist in zip(blows, sides, strict=False) if fist == side]
        blocks = _blocks(stage, _OTHER[side], timed, ready, height, high[B])
        stage.guide(
            B, _OTHER[side], blocks, release=over + stage.uniform(0.0, 0.3), back=over + stage.uniform(0.8, 1.1)
        )
        forearm = stage.on_body(B, stage.touch[B].arm(_OTHER[side], along=stage.uniform(0.6, 0.8), upper=False))
        punches = _punches(stage, side, timed, ready, forearm, high[A])
        stage.guide(A, side, punches, release=over, back=over + stage.uniform(0.6, 0.9))
    for blow in blows:
        stage.mark(blow, blow + 0.15)


def _blocks(stage: Stage, side: str, blows: list[float], ready: float, height: float, high: float) -> list[Hold]:
    """B's guard, and the forearm going out against each blow."""
    sign, length = _sign(side), stage.puppets[B].arm_length()
    holds = [_guard(stage, B, side, ready + 0.1, high=high)]
    for blow in blows:
        place = stage.shoulder(B, side) + length * stage.facing(B, (0.08 * sign, 0.2 + height, 0.62))
        raised = stage.hold(
            B,
            side,
            start=blow - stage.uniform(0.4, 0.5),
            touch=blow - 0.02,
            place=place,
            fingers=stage.facing(B, (-0.1 * sign, 1.0, 0.2)),
            palm_normal=stage.facing(B, (-sign, 0.0, -0.4)),
            elbow=(0.5, -1.0, 0.1),
        )
        holds += [raised, _guard(stage, B, side, blow + 0.3, high=high)]
    return holds


def _punches(
    stage: Stage, side: str, blows: list[float], ready: float, target: Float[np.ndarray, "N 3"], high: float
) -> list[Hold]:
    """A's guard, and the fist going out and back."""
    sign = _sign(side)
    holds = [_guard(stage, A, side, ready, high=high)]
    for blow in blows:
        out = stage.hold(
            A,
            side,
            start=blow - 0.4,
            touch=blow,
            place=target,
            fingers=stage.facing(A, (-0.1 * sign, -0.05, 1.0)),
            palm_normal=stage.facing(A, (-0.5 * sign, -1.0, 0.0)),
            elbow=(0.7, -0.8, 0.0),
            part="knuckles",
            onto="body",
        )
        holds += [out, _guard(stage, A, side, blow + 0.15, high=high)]
    return holds


def kick_and_dodge(stage: Stage) -> None:
    """A kicks with one foot, standing on the other; B hops or leans back out of the way."""
    leg = float(
        np.linalg.norm(stage.puppets[A].bone("left_knee")) + np.linalg.norm(stage.puppets[A].bone("left_ankle"))
    )
    arrive = stage.meet(stage.uniform(1.0, 1.2) * leg + 0.2)
    ready = arrive + stage.uniform(0.0, 0.2)
    kick = ready + stage.uniform(1.0, 1.4)
    down = kick + stage.uniform(0.55, 0.75)
    over = down + stage.uniform(0.3, 0.6)
    foot = int(stage.chance(0.6))
    sign = 1.0 if foot == LEFT_FOOT else -1.0
    high, hard = stage.uniform(0.7, 1.25), stage.uniform(0.8, 1.0)
    hops = stage.chance(0.65)
    if hops:
        stage.step(B, kick - stage.uniform(0.45, 0.55), -stage.uniform(0.25, 0.5))
    else:
        _fighting_stance(stage, B, kick - 0.6, over)
    stage.part(over + 0.5)
    # The knee comes up, the shin swings out, the knee draws back, the foot goes down.
    knee = pulse(stage.time, kick - 0.65, kick - 0.2, kick + 0.2, down)
    swing = pulse(stage.time, kick - 0.38, kick - 0.02, kick + 0.1, kick + 0.45)
    drawn = leg * np.array([0.0, 0.3, 0.12])
    kicked = 0.94 * leg * np.array([0.0, 0.0, np.sin(high)]) + leg * np.array([0.0, 1.0 - 0.94 * np.cos(high), 0.0])
    stage.foot_shift[A, foot] += knee[:, None] * drawn + swing[:, None] * (kicked - drawn)
    stage.heel_lift[A, foot] += 0.4 * (knee - swing) - 0.3 * swing
    standing = pulse(stage.time, kick - 0.95, kick - 0.55, down - 0.15, down + 0.35)
    stage.lean[A, :, 0] -= sign * 0.07 * standing
    stage.crouch[A] += 0.03 * standing
    stage.pitch[A] += -stage.uniform(0.15, 0.3) * hard * swing + 0.1 * pulse(
        stage.time, kick - 0.9, kick - 0.5, kick - 0.4, kick
    )
    stage.twist[A] += sign * stage.uniform(0.1, 0.3) * (knee - 2 * swing)
    away = pulse(stage.time, kick - 0.4, kick, kick + 0.2, kick + 0.8)
    stage.pitch[B] += (stage.uniform(0.1, 0.3) if hops else -stage.uniform(0.2, 0.35)) * away
    stage.lean[B, :, 1] -= (0.03 if hops else 0.09) * away
    stage.crouch[B] += 0.05 * away
    stage.twist[B] += stage.uniform(-0.25, 0.25) * away
    stage.let_arms_hang()
    foot_place = stage.point_from(B, (0.0, 0.4, 0.3))
    stage.look(B, foot_place, 0.7 * away)
    stage.raise_curtain()
    for person, start in ((A, ready), (B, kick - stage.uniform(0.45, 0.6))):
        raised = stage.uniform(-0.35, 0.05)
        for side in ("left", "right"):
            guard = _guard(stage, person, side, start + stage.uniform(0.0, 0.1), high=raised)
            stage.guide(person, side, [guard], release=over, back=over + stage.uniform(0.6, 0.9))
    stage.mark(kick - 0.05, kick + 0.15)


def grapple(stage: Stage) -> None:
    """A holds B by the shoulders, B holds A round the ribs; they push to and fro and turn round each other."""
    arrive = stage.meet(stage.uniform(1.8, 1.95) * stage.mean_arm(), aside=stage.uniform(0.02, 0.06))
    touch = arrive + stage.uniform(0.5, 0.8)
    way, begin = (1.0 if stage.chance(0.5) else -1.0), touch + stage.uniform(0.3, 0.6)
    radius, stop = 0.94 * stage.mean_arm(), begin
    for _ in range(1 + int(stage.chance(0.5))):
        turn = way * stage.uniform(0.35, 0.6)
        way_round = {"sideways": -radius * np.sin(turn), "turn_rad": turn}
        led = stage.step(A, stop, radius * (1 - np.cos(turn)), **way_round)
        stage.step(B, stop, radius * (1 - np.cos(turn)), like=led, **way_round)
        stop = led.stop + stage.uniform(0.0, 0.3)
    release = stop + stage.uniform(0.1, 0.4)
    back = release + stage.uniform(0.7, 1.0)
    stage.part(release + 0.4)
    locked = pulse(stage.time, touch - 0.7, touch, release, release + 0.7)
    press = locked * np.sin(2 * np.pi * stage.uniform(0.5, 0.9) * (stage.time - touch))
    for person, sign in ((A, 1.0), (B, -1.0)):
        stage.pitch[person] += stage.uniform(0.25, 0.4) * locked + 0.06 * sign * press
        stage.lean[person, :, 1] += 0.03 * sign * press
        stage.crouch[person] += stage.uniform(0.05, 0.12) * locked
        stage.roll[person] += 0.05 * sign * press
        stage.twist[person] += 0.06 * press
    stage.let_arms_hang()
    stage.raise_curtain()
    grip = partial(stage.reach, onto="body", hover=0.09)
    own = {person: stage.uniform(0.7, 0.9) for person in (A, B)}
    low, late = stage.uniform(-0.06, 0.06), stage.uniform(0.0, 0.3)
    for side in ("left", "right"):
        # From outside round the shoulder, fingers behind it.
        chest, sign = stage.puppets[B].turn_of("spine3"), _sign(_OTHER[side])
        shoulder = stage.shoulder(B, _OTHER[side])
        grip(
            A,
            side,
            Reach(start=touch - own[A], touch=touch, release=release, back=back),
            palm_at=shoulder + chest @ np.array([0.07 * sign, -0.01, 0.0]),
            # Relaxed fingers curl towards the palm, so the hand is turned a little away.
            fingers=unit(shoulder - stage.shoulder(A, side)) + chest @ np.array([0.3 * sign, 0.2, 0.0]),
            palm_normal=chest @ np.array([-sign, -0.1, 0.0]),
            elbow=(0.5, -1.0, 0.0),
            bend=(0.12, 0.0, 0.0),
        )
    for side in ("left", "right"):
        # From outside round the ribs, below the partner's arms.
        chest, sign = stage.puppets[A].turn_of("spine2"), _sign(_OTHER[side])
        ribs = stage.on_body(A, stage.touch[A].trunk("spine2", out=0.13 * sign, up=low))
        grip(
            B,
            side,
            Reach(start=touch - own[B], touch=touch + late, release=release - 0.1, back=back),
            palm_at=ribs + chest @ np.array([0.05 * sign, 0.0, -0.03]),
            fingers=unit(ribs - stage.shoulder(B, side)) + chest @ np.array([0.3 * sign, 0.3, 0.0]),
            palm_normal=chest @ np.array([-sign, 0.0, -0.1]),
            elbow=(0.4, -1.0, 0.0),
            bend=(0.1, -0.05, 0.0),
        )
    stage.mark(touch + late, release - 0.1)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="punch_and_block",
        script=punch_and_block,
        texts=(
            "one person throws a punch and the other blocks it",
            "punch and block",
            "a blocked punch",
            "someone punches, the other parries with the forearm",
            "two people box, one strikes and the other guards",
            "one strikes at the other, who wards off the blow",
            "blocking a punch",
            "a fist is stopped by a raised forearm",
            "sparring: punches are thrown and blocked",
        ),
    ),
    Kind(
        name="kick_and_dodge",
        script=kick_and_dodge,
        texts=(
            "one person kicks and the other dodges",
            "kick and dodge",
            "a kick that misses",
            "someone kicks at the other, who jumps back",
            "one dodges the other's kick",
            "kicking at someone who leaps out of the way",
            "a front kick and a step back to evade it",
            "one person tries to kick the other, but the leg finds only air",
        ),
        touches=False,
    ),
    Kind(
        name="grapple",
        script=grapple,
        texts=(
            "two people grapple",
            "grapple",
            "wrestling",
            "they wrestle, holding each other by the shoulders and the waist",
            "two wrestlers lock up and turn round each other",
            "a clinch, each tries to push the other off balance",
            "they grip each other by the shoulders and ribs and struggle",
            "two people fight at close quarters, arms locked",
        ),
    ),
)
