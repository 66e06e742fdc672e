"""Side by side: two who walk or stand as one, an arm round the other or hand in hand. Person A gives the lead."""

from __future__ import annotations

import numpy as np

from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])
_SIDE_GAP_M = 0.35
"""How far they stand beside each other before one steps in: arms hang between."""


def _shoulders_apart(stage: Stage) -> float:
    """Distance between the middles of two who stand shoulder at shoulder, m."""
    return sum(abs(float(p.bone("left_collar")[0] + p.bone("left_shoulder")[0])) for p in stage.puppets)


def _step_in(stage: Stage, over: int) -> tuple[float, float]:
    """Brings them beside each other, then one (mostly A) close; returns when that one starts and is there, s.

    The one whose arm goes `over` stands a little behind the other.
    """
    behind = stage.uniform(0.09, 0.14) * (-1.0 if over == A else 1.0)
    arrive = stage.stand_beside(_shoulders_apart(stage) + stage.uniform(0.13, 0.16) + _SIDE_GAP_M, ahead=behind)
    comer = A if stage.chance(0.7) else B
    start = arrive + stage.uniform(0.0, 0.3)
    # A stands at B's left and so comes to the right.
    walk = stage.step(comer, start, stage.uniform(-0.03, 0.03), sideways=-_SIDE_GAP_M if comer == A else _SIDE_GAP_M)
    return start, walk.stop


def _raise_shoulder_at_shoulder(stage: Stage, over: int, touch: float, release: float) -> None:
    """Raises the curtain with the near shoulders just beside each other, however the trunks lean.

    Who is higher than the one whose arm goes `over` bends the knees a little.
    """
    stage.raise_curtain()
    inside = (stage.time >= touch) & (stage.time <= release)
    way = stage.shoulder(A, "right") - stage.shoulder(B, "left")
    nearest = float(np.sum(way * stage.facing(B, (1.0, 0.0, 0.0)), axis=-1)[inside].min())
    above = float(way[inside, 1].mean()) * (1.0 if over == B else -1.0)
    held = pulse(stage.time, touch - 0.6, touch, release, release + 0.6)
    stage.crouch[1 - over] += float(np.clip(above + (0.06 if over == B else 0.03), 0.0, 0.14)) * held
    stage.move_apart(stage.uniform(0.16, 0.18) + (0.03 if over == B else 0.0) - nearest)
    stage.raise_curtain()


def _step_out(stage: Stage, after: float) -> None:
    """One goes some way aside again, so that the arms hang free."""
    leaver = A if stage.chance(0.6) else B
    stage.step(
        leaver,
        after,
        stage.uniform(-0.2, 0.3),
        sideways=stage.uniform(0.3, 0.5) * (1.0 if leaver == A else -1.0),
        turn_rad=stage.uniform(0.0, 0.5) * (1.0 if leaver == B else -1.0),
    )


def _arm_round_shoulders(stage: Stage, person: int, timing: Reach) -> None:
    """The near arm goes behind the partner's neck, its hand on the far shoulder."""
    side, far = ("right", "right") if person == A else ("left", "left")
    sign = 1.0 if side == "left" else -1.0
    stage.reach(
        person,
        side,
        timing,
        palm_at=stage.on_body(1 - person, stage.touch[1 - person].shoulder_top(far)),
        fingers=stage.facing(person, (sign * 0.75, -0.25, 0.6)),
        palm_normal=stage.facing(person, (-sign * 0.3, -1.0, 0.1)),
        onto="body",
        elbow=(0.2, -0.1, -1.0),
        bend=(0.0, 0.15, -0.6),
        hover=0.06,
    )


def _arm_round_waist(stage: Stage, person: int, timing: Reach) -> None:
    """The near arm goes behind the partner's back, its hand on the small of it."""
    side = "right" if person == A else "left"
    sign = 1.0 if side == "left" else -1.0
    waist = stage.touch[1 - person].trunk("spine1", out=sign * stage.uniform(-0.06, 0.0), up=0.0, back=True)
    stage.reach(
        person,
        side,
        timing,
        palm_at=stage.on_body(1 - person, waist),
        fingers=stage.facing(person, (sign, -0.2, 0.0)),
        palm_normal=stage.facing(person, (0.0, 0.0, 1.0)),
        onto="body",
        elbow=(-0.3, -0.5, -1.0),
        bend=(0.0, 0.0, -0.45),
        hover=0.06,
    )


def arm_round_shoulder(stage: Stage) -> None:
    """A lays an arm round B's shoulders; they lean, rock, look ahead and at each other."""
    start, beside = _step_in(stage, A)
    touch = beside + stage.uniform(0.0, 0.3)
    release = touch + stage.uniform(1.0, 2.2)
    back = release + stage.uniform(0.9, 1.2)
    _step_out(stage, release + 0.15)
    held = pulse(stage.time, touch - 0.5, touch, release, release + 0.6)
    rock = np.sin(2 * np.pi * stage.uniform(0.3, 0.6) * (stage.time - touch)) * stage.uniform(0.0, 0.07)
    for person, inward in ((A, -1.0), (B, 1.0)):
        stage.roll[person] += (inward * stage.uniform(0.0, 0.06) + rock) * held
        stage.lean[person, :, 0] += 0.4 * rock * held
        stage.head_tilt[person] += inward * stage.uniform(-0.05, 0.3) * held
        stage.twist[person] += inward * stage.uniform(0.1, 0.25) * held
        ahead = stage.point_from(person, (0.0, stage.uniform(1.0, 1.6), 3.0))
        away = stage.uniform(0.8, 2.5)
        stage.look(person, ahead, 1 - pulse(stage.time, touch - away, touch - away + 0.6, release - 0.4, release + 0.3))
    _raise_shoulder_at_shoulder(stage, A, touch, release)
    _arm_round_shoulders(stage, A, Reach(start=start + 0.05, touch=touch, release=release, back=back))
    # B's near arm makes room: its hand lies before the own belly or chest.
    own = stage.puppets[B].at("spine2") + stage.facing(B, (0.03, stage.uniform(-0.12, 0.1), 0.24))
    stage.reach(
        B,
        "left",
        Reach(start=start, touch=beside - 0.1, release=release + 0.3, back=back + 0.3),
        palm_at=own,
        fingers=stage.facing(B, (-1.0, 0.2, 0.1)),
        palm_normal=stage.facing(B, (0.0, -0.2, -1.0)),
        elbow=(0.1, -1.0, 0.1),
    )
    stage.mark(touch, release)


def lean_on(stage: Stage) -> None:
    """B, who limps, hooks an arm round A's neck, A holds B's waist; so they go some slow steps, or stand."""
    start, beside = _step_in(stage, B)
    touch = beside + stage.uniform(0.0, 0.3)
    walks = stage.chance(0.75)
    stop = touch + stage.uniform(1.0, 1.8)
    if walks:
        tempo = stage.uniform(0.48, 0.6)
        walk = stage.step(A, touch + 0.2, stage.uniform(0.5, 1.0), step_s=tempo)
        stage.step(B, touch + 0.2, float(np.linalg.norm(walk.shift)), like=walk)
        stop = walk.stop
    release = stop + stage.uniform(0.1, 0.4)
    back = release + stage.uniform(0.9, 1.2)
    _step_out(stage, release + 0.15)
    held = pulse(stage.time, touch - 0.5, touch, release, release + 0.6)
    # B spares one foot: on its toes, and down a little at every step with it.
    sore, hurt = int(stage.generator.integers(2)), stage.uniform(0.5, 1.0)
    stage.heel_lift[B, sore] += 0.45 * hurt
    stage.foot_shift[B, sore, :, 2] += 0.05
    stage.crouch[B] += 0.02 * hurt
    if walks:
        going = pulse(stage.time, walk.start, walk.start + 0.3, walk.stop - 0.3, walk.stop)
        limp = hurt * going * np.sin(np.pi * (stage.time - walk.start) / walk.step_s + np.pi * sore) ** 2
        stage.crouch[B] += 0.03 * limp
        stage.pitch[B] += 0.06 * limp
    stage.pitch[B] += stage.uniform(0.08, 0.22) * hurt
    stage.roll[B] += stage.uniform(0.05, 0.12) * held
    stage.roll[A] += stage.uniform(-0.02, 0.05) * held
    stage.lean[B, :, 0] += 0.03 * held
    stage.look(B, stage.point_from(B, (0.0, 0.2, 1.0)), stage.uniform(0.5, 1.0) * held)
    stage.look(
        A, stage.point_from(A, (0.0, 0.6, 2.0)), 0.8 * pulse(stage.time, touch, touch + 0.5, release - 0.3, release)
    )
    _raise_shoulder_at_shoulder(stage, B, touch, release)
    timing = Reach(start=start + 0.05, touch=touch, release=release, back=back)
    _arm_round_shoulders(stage, B, timing)
    _arm_round_waist(stage, A, timing)
    stage.mark(touch, release)


def lead_by_hand(stage: Stage) -> None:
    """A takes B's hand and walks ahead; B follows a little later, drawn by the arm."""
    apart = stage.uniform(1.45, 1.75) * stage.mean_arm()
    arrive = stage.stand_beside(apart, ahead=stage.uniform(-0.05, 0.2))
    touch = arrive + stage.uniform(0.3, 0.6)
    ahead, late = stage.uniform(0.9, 2.0), stage.uniform(0.15, 0.5)
    lead = stage.step(A, touch + stage.uniform(0.1, 0.4), ahead)
    follow = stage.step(B, lead.start + late, ahead + stage.uniform(-0.15, 0.05), like=lead)
    release = follow.stop + stage.uniform(-0.3, 0.3)
    back = release + stage.uniform(0.5, 0.8)
    going = pulse(stage.time, lead.start - 0.1, lead.start + 0.4, lead.stop - 0.4, lead.stop)
    drawn = pulse(stage.time, lead.start, lead.start + late + 0.1, follow.stop - 0.5, follow.stop)
    stage.pitch[A] += stage.uniform(0.03, 0.12) * going
    together = pulse(stage.time, touch - 0.7, touch, lead.start, lead.start + 0.5)
    stage.twist[A] -= stage.uniform(0.1, 0.35) * np.maximum(drawn, together)
    stage.twist[B] += stage.uniform(0.1, 0.3) * together - stage.uniform(0.1, 0.3) * drawn
    stage.pitch[B] += stage.uniform(0.02, 0.1) * drawn
    for person in (A, B):
        stage.look(person, stage.point_from(person, (0.0, 1.2, 2.5)), stage.uniform(0.3, 1.0) * going)
    stage.raise_curtain()
    near = {A: "right", B: "left"}
    ends = [stage.shoulder(person, near[person]) for person in (A, B)]
    half = 0.5 * np.linalg.norm(ends[B] - ends[A], axis=-1)
    bent = stage.uniform(0.86, 0.93) * min(p.arm_length() for p in stage.puppets) + 0.05
    hands = 0.5 * (ends[A] + ends[B]) - np.sqrt(np.clip(bent**2 - half**2, 0.01, None))[:, None] * UP
    swing = stage.uniform(0.0, 0.05) * going * np.sin(np.pi * (stage.time - lead.start) / lead.step_s)
    hands = hands + swing[:, None] * stage.facing(A, (0.0, 0.0, 1.0))
    for person, end, inner in ((A, ends[A], 1.0), (B, ends[B], -1.0)):
        stage.reach(
            person,
            near[person],
            Reach(
                start=touch - stage.uniform(0.6, 0.9) + (0.0 if person == A else 0.15),
                touch=touch,
                release=release,
                back=back,
            ),
            palm_at=hands,
            fingers=hands - end - 0.2 * UP,
            palm_normal=inner * (np.cross(ends[B] - ends[A], UP) + stage.facing(A, (0.2, 0.0, 0.0))),
            onto="hand",
            elbow=(0.6, 0.0, -0.6) if person == A else (0.1, 0.0, -1.0),
        )
    stage.mark(touch, release)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="arm_round_shoulder",
        script=arm_round_shoulder,
        texts=(
            "one person puts an arm around the other's shoulders",
            "arm around the shoulder",
            "two friends stand side by side, one with an arm round the other's shoulders",
            "someone lays an arm around their friend's shoulders",
            "a side hug",
            "side by side like buddies posing for a photo, an arm over the shoulders",
            "one drapes an arm over the other's shoulders",
            "they stand next to each other, one holding the other by the shoulder",
            "sideways embrace",
        ),
    ),
    Kind(
        name="lead_by_hand",
        script=lead_by_hand,
        texts=(
            "one person takes the other by the hand and leads them along",
            "lead by the hand",
            "they walk hand in hand, one ahead of the other",
            "someone pulls their friend along by the hand",
            "taking a person by the hand and walking on together",
            "a parent leads a child by the hand",
            "walking hand in hand",
            "one guides the other, holding their hand",
            "follow me, hand in hand",
        ),
    ),
    Kind(
        name="lean_on",
        script=lean_on,
        texts=(
            "an injured person leans on the other, who supports them",
            "lean on someone",
            "one helps the other, who limps, to walk",
            "a wounded person is supported with an arm around the helper's neck",
            "someone limps along, propped up by a friend",
            "one supports the other's weight while they hobble along",
            "leaning on a helper",
            "carrying half the weight of a hurt comrade",
            "support an injured person",
        ),
    ),
)
