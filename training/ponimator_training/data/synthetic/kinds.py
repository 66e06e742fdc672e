"""Every kind of interaction, by theme."""

from __future__ import annotations

from ponimator_training.data.synthetic.kind import Kind
from ponimator_training.data.synthetic.scripts import (
    assistance,
    comfort,
    dance,
    embraces,
    fights,
    gestures,
    greetings,
    hand_in_hand,
    play,
    side_by_side,
    talk,
)

KINDS: tuple[Kind, ...] = (
    *greetings.KINDS,
    *gestures.KINDS,
    *embraces.KINDS,
    *comfort.KINDS,
    *assistance.KINDS,
    *side_by_side.KINDS,
    *play.KINDS,
    *fights.KINDS,
    *hand_in_hand.KINDS,
    *dance.KINDS,
    *talk.KINDS,
)
