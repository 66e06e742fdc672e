"""Talk: two who tell each other something. Person A speaks."""

from __future__ import annotations

import numpy as np

from ponimator_training.data.synthetic.curves import pulse
from ponimator_training.data.synthetic.floorplan import Spot
from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

UP = np.array([0.0, 1.0, 0.0])


def whisper(stage: Stage) -> None:
    """A leans to B's right ear, one hand on B's shoulder, the other shielding the mouth; B listens and reacts."""
    stage.let_arms_hang()
    aside = stage.uniform(0.09, 0.13)
    turned = stage.uniform(0.0, 0.5)
    distance = stage.uniform(0.98, 1.12) * stage.mean_arm()
    arrive = stage.gather(
        Spot(x=aside, z=-0.5 * distance, yaw=stage.uniform(-0.2, 0.0)),
        Spot(x=-aside, z=0.5 * distance, yaw=np.pi + turned),
    )
    touch = arrive + stage.uniform(0.4, 0.7)
    release = min(touch + stage.uniform(1.2, 2.6), 6.4)
    back = release + stage.uniform(0.7, 0.9)
    stage.part(release + 0.6)
    close = pulse(stage.time, touch - 0.6, touch, release, release + 0.8)
    # Whoever is taller bends to the other.
    rise = float(stage.puppets[B].rest[15, 1] - stage.puppets[B].rest[7, 1]) - float(
        stage.puppets[A].rest[15, 1] - stage.puppets[A].rest[7, 1]
    )
    stage.pitch[A] += np.clip(stage.uniform(0.2, 0.28) - 0.9 * rise, 0.08, 0.4) * close
    stage.heel_lift[A] += stage.uniform(0.0, 0.25) * close
    stage.crouch[A] += 0.02 * close
    stage.roll[A] += stage.uniform(0.0, 0.08) * close
    late = stage.uniform(-0.6, -0.3)
    listening = pulse(stage.time, touch + late, touch + late + 0.5, release, release + 0.5)
    stage.head_tilt[B] -= stage.uniform(0.1, 0.25) * listening
    stage.pitch[B] += np.clip(stage.uniform(0.03, 0.1) + 0.7 * rise, 0.02, 0.22) * listening
    stage.roll[B] -= stage.uniform(0.0, 0.05) * listening
    # Then B knows: nods, or draws back in wonder.
    after = pulse(stage.time, release, release + 0.5, release + 0.7, release + 1.3)
    stage.pitch[B] += (stage.uniform(0.05, 0.12) if stage.chance(0.5) else -stage.uniform(0.05, 0.1)) * after
    past_a = stage.point_from(B, (stage.uniform(-0.2, 0.6), 1.3, 1.5))
    stage.look(B, past_a, listening)
    stage.raise_curtain()
    stage.reach(
        A,
        "right",
        Reach(start=touch - stage.uniform(0.6, 0.9), touch=touch, release=release, back=back),
        palm_at=stage.on_body(B, stage.touch[B].trunk("spine3", out=stage.uniform(0.11, 0.15), up=0.07)),
        fingers=stage.facing(A, (0.0, 1.0, -0.2)),
        palm_normal=stage.facing(B, (0.0, 0.1, -1.0)),
        onto="body",
        elbow=(0.9, -0.8, 0.0),
        bend=(0.1, 0.0, -0.15),
    )
    if stage.chance(0.75):
        mouth = stage.on_body(A, stage.touch[A].head(out=0.3, up=-0.45, forward=1.0))
        stage.reach(
            A,
            "left",
            Reach(start=touch - 0.3, touch=touch + 0.4, release=release - 0.2, back=release + 0.6),
            palm_at=mouth + stage.facing(A, (stage.uniform(0.05, 0.08), -0.03, 0.03)),
            fingers=stage.facing(A, (-0.1, 1.0, 0.3)),
            palm_normal=stage.facing(A, (-1.0, 0.0, 0.0)),
            elbow=(0.7, -1.0, -0.1),
        )
    stage.mark(touch, release)


def point_and_look(stage: Stage) -> None:
    """A touches B's arm and points somewhere with the other hand; both look there, B a little later."""
    stage.let_arms_hang()
    apart, inward = stage.uniform(1.25, 1.45) * stage.mean_arm(), stage.uniform(0.5, 0.75)
    arrive = stage.gather(
        Spot(x=-0.5 * apart, z=0.0, yaw=inward), Spot(x=0.5 * apart, z=0.0, yaw=-stage.uniform(0.4, 0.8))
    )
    touch = arrive + stage.uniform(0.4, 0.8)
    point = touch + stage.uniform(0.3, 0.7)
    lower = point + stage.uniform(0.9, 2.0)
    release = lower + stage.uniform(-0.5, 0.1)
    stage.part(release + 0.4)
    target = (
        np.array([stage.uniform(-1.5, 0.6), stage.uniform(0.5, 2.6), stage.uniform(3.0, 5.0)]) + 0 * stage.time[:, None]
    )
    shown = pulse(stage.time, point - 0.5, point, lower, lower + 0.5)
    late = stage.uniform(0.2, 0.5)
    followed = pulse(stage.time, point - 0.5 + late, point + late, lower + 0.2, lower + 0.8)
    stage.look(A, target, 0.95 * shown)
    stage.look(B, target, 0.95 * followed)
    stage.twist[A] -= stage.uniform(0.0, 0.15) * shown
    stage.pitch[A] += stage.uniform(0.0, 0.08) * shown
    stage.twist[B] += stage.uniform(0.0, 0.12) * followed
    stage.lean[B, :, 1] += stage.uniform(0.0, 0.04) * followed
    stage.heel_lift[B] += stage.uniform(0.0, 0.3) * followed * float(stage.chance(0.4))
    stage.raise_curtain()
    stage.guide(B, "right", [], release=0.0, back=0.0)
    beside = stage.facing(B, (-0.95, 0.0, 0.3))
    stage.reach(
        A,
        "left",
        Reach(start=touch - stage.uniform(0.6, 0.8), touch=touch, release=release, back=release + 0.7),
        palm_at=stage.on_body(B, stage.touch[B].arm("right", along=stage.uniform(0.4, 0.7))) + 0.05 * beside,
        fingers=stage.facing(A, (0.3, 1.0, 0.4)),
        palm_normal=-beside,
        onto="body",
        elbow=(0.3, -1.0, -0.3),
        bend=(-0.1, 0.0, 0.0),
    )
    shoulder = stage.shoulder(A, "right")
    ray = target - shoulder
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    wave = stage.uniform(0.0, 0.04) * np.sin(2 * np.pi * stage.uniform(0.8, 1.6) * (stage.time - point))
    stage.reach(
        A,
        "right",
        Reach(start=point - stage.uniform(0.6, 0.8), touch=point, release=lower, back=lower + stage.uniform(0.6, 0.9)),
        palm_at=shoulder + stage.uniform(0.9, 1.1) * stage.puppets[A].arm_length() * ray + wave[:, None] * UP,
        fingers=ray,
        palm_normal=stage.facing(A, (0.7, -0.7, 0.0)),
        elbow=(0.8, -0.8, -0.2),
    )
    stage.mark(touch, release)


def tap_in_passing(stage: Stage) -> None:
    """They walk up to each other from afar, A taps B's arm, sometimes B taps back, and they walk away again."""
    walkers = ((A, B), (A,))[int(stage.chance(0.3))]
    arrive = stage.gather(
        *(
            Spot(x=-side * stage.uniform(0.02, 0.08), z=side * 0.66 * stage.mean_arm(), yaw=turned)
            for side, turned in ((-1.0, stage.uniform(-0.1, 0.1)), (1.0, np.pi + stage.uniform(-0.1, 0.3)))
        ),
        ways=((-0.5, 0.5), (-0.5, 0.5)),
        walkers=walkers,
        far=(1.0, 1.9),
    )
    touch = arrive + stage.uniform(0.15, 0.4)
    release = touch + stage.uniform(0.35, 1.0)
    back = release + stage.uniform(0.5, 0.7)
    for person in (A, B):
        if person == A or stage.chance(0.8):
            stage.walk_off(person, release + stage.uniform(0.25, 0.5))
    answers = stage.chance(0.35)
    reached = pulse(stage.time, touch - 0.5, touch, release, back)
    stage.twist[A] += stage.uniform(0.1, 0.3) * reached
    stage.pitch[A] += stage.uniform(0.03, 0.12) * reached
    start = touch - stage.uniform(0.5, 0.8)
    stage.twist[B] += (stage.uniform(0.1, 0.25) if answers else -stage.uniform(0.0, 0.15)) * pulse(
        stage.time, touch - 0.1, touch + 0.2, release, release + 0.5
    )
    stage.raise_curtain()
    for person, partner in ((A, B), (B, A))[: 2 if answers else 1]:
        stage.guide(partner, "left", [], release=0.0, back=0.0)
        taps = stage.uniform(0.015, 0.04) * np.sin(np.pi * stage.uniform(2.0, 3.5) * (stage.time - touch)) ** 2
        tapping = pulse(stage.time, touch + 0.3, touch + 0.4, release - 0.1, release + 0.1) * taps
        away = stage.facing(partner, (0.7, 0.0, 0.7))
        stage.reach(
            person,
            "right",
            Reach(start=start, touch=touch, release=release, back=back),
            palm_at=stage.on_body(partner, stage.touch[partner].arm("left", along=stage.uniform(0.35, 0.8)))
            + (0.05 + tapping[:, None]) * away,
            fingers=stage.facing(person, (-0.4, 0.9, 0.5)),
            palm_normal=-away,
            onto="body",
            elbow=(0.6, -1.0, -0.1),
            bend=(0.05, 0.05, 0.0),
        )
    # Taps that follow the first touch leave the skin again.
    stage.mark(touch, touch + 0.3)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="whisper",
        script=whisper,
        texts=(
            "one person whispers in the other's ear",
            "whisper",
            "someone leans in and tells a secret",
            "whispering into the ear",
            "telling a secret",
            "one comes close and whispers with a hand on the other's shoulder",
            "sharing gossip ear to ear",
            "a whispered word",
        ),
    ),
    Kind(
        name="point_and_look",
        script=point_and_look,
        texts=(
            "one person points at something and both look there",
            "point",
            "someone shows the other something far away",
            "pointing into the distance",
            "look over there",
            "one takes the other by the arm and points the way",
            "giving directions",
            "both look where one is pointing",
        ),
    ),
    Kind(
        name="tap_in_passing",
        script=tap_in_passing,
        texts=(
            "two people walk up to each other, one taps the other's arm, and they walk away",
            "tap on the arm",
            "they meet in passing with a short touch on the arm",
            "walk up, touch the elbow, walk on",
            "a quick tap on the arm in passing",
            "someone walks up and taps the other to get attention",
            "meet and part",
            "a brief encounter",
        ),
    ),
)
