"""Scenarios of a playout: blocks that come at their times, and displays between them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ponimator_runtime import wire
from ponimator_runtime.client.display import Display, Shown
from ponimator_runtime.client.playout import Missing, Playout
from ponimator_runtime.motion.rotations import quaternion_from_axis_angle

ORIGIN_NS = 7_000_000_000_123
NS_PER_S = 1_000_000_000
_TURN_RAD = 0.8
_FLIPPED_JOINT = 18
"""Its quaternions change their sign at every other frame: the shorter way must be found."""


@dataclass(frozen=True)
class Step:
    """What happens to a playout at a time on the server's clock; one of the three."""

    at_ns: int
    block: wire.Motion | None = None
    show: bool = False


@dataclass
class Scenario:
    """A playout's steps.

    Attributes:
        about: what it is for.
        rate_hz: of its stream.
        steps: in the order in which they were said, until `in_order`.
    """

    about: str
    rate_hz: int = 20
    steps: list[Step] = field(default_factory=list)

    def due_ns(self, frame: int) -> int:
        return ORIGIN_NS - (-frame * NS_PER_S // self.rate_hz)

    def add(self, start, stop, *, early_s, revision=1, interaction=1, final=False, contacts=(), moved_m=0.0):
        """A block of the frames [start, stop) that comes so long before its first frame is due."""
        numbers = np.arange(start, stop)
        rotations, translations = made_motion(numbers / self.rate_hz, phase=0.04 * revision)
        block = wire.motion_from_arrays(
            session="s-0001",
            interaction=interaction,
            revision=revision,
            start=start,
            rate_hz=self.rate_hz,
            time_ns=self.due_ns(start),
            rotations=np.where((numbers % 2 == 1)[None, :, None, None] & _IS_FLIPPED, -rotations, rotations),
            translations=translations + np.array([moved_m, 0.0, 0.0]),
            foot_contacts=(numbers[None, :, None] // 4 + np.arange(4) + np.arange(2)[:, None, None]) % 3 == 0,
            contacts=[wire.Contact(start=max(s, start), stop=min(e, stop), a=a, b=b)
                      for s, e, a, b in contacts if max(s, start) < min(e, stop)],
            final=final,
        )  # fmt: skip
        self.steps.append(Step(self.due_ns(start) - round(early_s * NS_PER_S), block=block))
        return self

    def add_blocks(self, start, stop, *, size=5, early_s=0.3, final=False, **options):
        """Block after block, each as early."""
        for first in range(start, stop, size):
            last = min(first + size, stop)
            self.add(first, last, early_s=early_s, final=final and last == stop, **options)
        return self

    def subscribe(self, at_s):
        self.steps.append(Step(ORIGIN_NS + round(at_s * NS_PER_S)))
        return self

    def show(self, begin_s, end_s, every_s=0.0409):
        """Displays at even distances; the odd numbers keep every place off a whole frame."""
        for at_s in np.arange(begin_s + 0.00137, end_s, every_s):
            self.steps.append(Step(ORIGIN_NS + round(float(at_s) * NS_PER_S), show=True))
        return self

    def in_order(self) -> list[Step]:
        return sorted(self.steps, key=lambda step: step.at_ns)


_IS_FLIPPED = (np.arange(55) == _FLIPPED_JOINT)[None, None, :, None]


def made_motion(times_s, *, phase):
    """Rotations (2, N, 55, 4) and translations (2, N, 3), smooth in time, every joint in another way."""
    persons, joints = np.arange(2)[:, None, None], np.arange(55)[None, None, :]
    angle = _TURN_RAD * np.sin(2.1 * times_s[None, :, None] + 0.7 * joints + 1.3 * persons + phase)
    joint = joints + 1.0 * persons
    axis = np.stack([np.sin(joint), np.cos(1.7 * joint), np.sin(0.3 * joint + 1.0)], axis=-1)
    axis = axis / np.linalg.norm(axis, axis=-1, keepdims=True)
    rotations = quaternion_from_axis_angle(angle[..., None] * axis)
    swing = 1.5 * times_s[None, :, None] + persons + phase
    translations = np.concatenate([np.sin(swing), 1.0 + 0.05 * np.cos(3 * swing), 0.5 * np.cos(swing)], axis=-1)
    return rotations, translations


@dataclass(frozen=True)
class Ran:
    """A step and what came of it."""

    step: Step
    missing: Missing | None
    shown: Shown | None
    playout: Playout
    display: Display
    counters: dict[str, float]


def run(scenario: Scenario) -> list[Ran]:
    """Takes the steps in the order of their times."""
    playout = Playout()
    display, ran = Display(playout), []
    for step in scenario.in_order():
        missing = shown = None
        if step.block is not None:
            missing = playout.add(step.block, step.at_ns)
        elif step.show:
            shown = display.at(step.at_ns)
        else:
            playout.arrivals.subscribed(step.at_ns)
        ran.append(Ran(step, missing, shown, playout, display, counters(playout, display)))
    return ran


def counters(playout: Playout, display: Display) -> dict[str, float]:
    return {
        "blocks": playout.blocks,
        "doubles": playout.doubles,
        "gaps": playout.gaps,
        "late_frames": playout.late_frames,
        "holds": display.holds,
        "held_s": display.held_s,
        "delay_s": display.delay_s,
        "jitter_s": playout.arrivals.jitter_s,
        "buffered_s": playout.buffered_s(),
    }


TOUCH = ((3, 8, 21, 20), (7, 12, 20, 21), (12, 30, 40, 9))


def scenarios() -> dict[str, Scenario]:
    """All of them, by name."""
    late = Scenario("Blocks come later and later: the motion is held, comes back, and the delay grows by 10 % at most.")
    for number, early_s in enumerate((0.1, 0.08, 0.12, -0.11, -0.05, 0.09, -0.16, 0.1)):
        late.add(5 * number, 5 * number + 5, early_s=early_s)
    early_end = Scenario("Everything was sent and the end of it was lost: the motion dies away and stays so.")
    return {
        "steady": Scenario("All in time, 30 Hz: waiting, playing, then the last frame of the interaction rests.", 30)
        .add_blocks(5, 30, contacts=TOUCH, final=True)
        .show(0.05, 1.3),
        "late": late.show(0.0, 2.2),
        "revision": Scenario("A higher revision replaces frames that were not shown yet; no break.")
        .add_blocks(0, 15, contacts=TOUCH)
        .add(9, 14, revision=2, early_s=0.13, contacts=((9, 11, 5, 6),))
        .add(14, 19, revision=2, early_s=0.3, final=True)
        .show(0.0, 1.2),
        "late revision": Scenario(
            "Revisions 3 and 4 begin where frames were shown already, 4 where one rests; blocks of 1 and 2 follow 3."
        )
        .add_blocks(0, 15)
        .add(8, 13, revision=3, early_s=-0.123)
        .add(4, 9, revision=2, early_s=-0.41)
        .add(15, 20, revision=1, early_s=0.2)
        .add(13, 18, revision=3, early_s=0.1, final=True)
        .add(15, 20, revision=4, early_s=-0.31, final=True)
        .show(0.0, 1.5),
        "gap": Scenario(
            "A lost block: held over the hole, which is filled from its middle on, comes back; a hole of one frame is "
            "played over until that frame comes."
        )
        .add_blocks(0, 5)
        .add(11, 14, early_s=0.35)
        .add(7, 9, early_s=-0.055)
        .add(5, 7, early_s=-0.19)
        .add(15, 20, early_s=0.3, final=True)
        .add(14, 15, early_s=-0.02)
        .show(0.0, 1.2),
        "hole": Scenario("A lost block that never comes again: held until the stream goes on behind it.")
        .add_blocks(0, 10)
        .add_blocks(15, 20, final=True)
        .show(0.25, 1.1),
        "rest": Scenario("An interaction behind a rest begins elsewhere: shown as it is, and no gap.")
        .add_blocks(0, 8, size=4, final=True)
        .add_blocks(14, 22, size=4, revision=2, interaction=2, moved_m=3.0, final=True)
        .show(0.1, 1.3),
        "seam": Scenario("A new interaction begins directly behind the last frame of the one before.")
        .add_blocks(0, 8, size=4, final=True, contacts=((6, 9, 1, 2),))
        .add_blocks(8, 16, size=4, revision=2, interaction=2, final=True, contacts=((8, 11, 1, 2),))
        .show(0.1, 1.0),
        "delay falls": Scenario(
            "The first blocks come late while nothing is shown: the delay is taken at once, and falls again slowly "
            "when the smallest slack is forgotten.",
            10,
        )
        .add(0, 1, early_s=-0.25)
        .add(1, 2, early_s=-0.31)
        .add_blocks(2, 37, size=1, early_s=-0.28)
        .show(0.1, 4.1, 0.1009),
        "end lost": early_end.add_blocks(0, 10).show(0.3, 0.7).show(0.7, 3.0, 0.3),
        "resumed": Scenario(
            "After a lost connection: what was missed comes at once, some of it again; late as it is, it does not "
            "count for the delay, for it was asked for."
        )
        .add_blocks(0, 5, early_s=0.2)
        .subscribe(0.801)
        .add(0, 5, early_s=-0.811)
        .add(5, 10, early_s=-0.561)
        .add(10, 15, early_s=-0.311)
        .add(15, 20, early_s=-0.061)
        .add(20, 25, early_s=0.189, final=True)
        .show(0.0, 1.4),
    }  # fmt: skip
