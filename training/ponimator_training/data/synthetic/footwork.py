"""Feet that go somewhere without the root: one is set ahead or aside for a while and put back."""

from __future__ import annotations

import numpy as np

from ponimator_training.data.synthetic.curves import minimum_jerk
from ponimator_training.data.synthetic.stage import Stage

_LIFT_M = 0.05
_HEEL_RAD = 0.25


def set_foot(
    stage: Stage,
    person: int,
    foot: int,
    offset: tuple[float, float],
    *,
    out: tuple[float, float],
    home: tuple[float, float] | None = None,
) -> None:
    """A foot is lifted, set down elsewhere, and put back; the pelvis goes half the way with it.

    Args:
        stage: before its curtain rises.
        person: A or B.
        foot: 0 left, 1 right.
        offset: where to, to the left and ahead, m.
        out: from when to when it is in the air, s.
        home: the same of the way back; None leaves it there.
    """
    shift = np.array([offset[0], 0.0, offset[1]])
    for sign, start, stop in ((1.0, *out), *(((-1.0, *home),) if home else ())):
        moved = sign * minimum_jerk(stage.time, start, stop)
        stage.foot_shift[person, foot] += moved[:, None] * shift
        stage.lean[person] += (
            0.5 * (sign * minimum_jerk(stage.time, start - 0.05, stop + 0.15))[:, None] * np.array(offset)
        )
        phase = np.clip((stage.time - start) / max(stop - start, 1e-6), 0.0, 1.0)
        airborne = np.sin(np.pi * phase) ** 2
        stage.foot_shift[person, foot, :, 1] += _LIFT_M * airborne
        stage.heel_lift[person, foot] += _HEEL_RAD * airborne
