"""The kinds of interaction: the script of each, and how people name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ponimator_training.data.synthetic import scripts
from ponimator_training.data.synthetic.stage import Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of interaction.

    Attributes:
        name: in snake case.
        script: plays it on a stage.
        texts: how people name it.
        touches: whether the bodies touch in it.
    """

    name: str
    script: Callable[[Stage], None]
    texts: tuple[str, ...]
    touches: bool = True


KINDS: tuple[Kind, ...] = (
    Kind(
        name="handshake",
        script=scripts.handshake,
        texts=(
            "two people shake hands",
            "handshake",
            "shake hands",
            "they greet each other with a handshake",
            "one person shakes the other's hand",
            "a firm handshake",
            "two people meet and shake hands",
            "shaking hands",
        ),
    ),
    Kind(
        name="high_five",
        script=scripts.high_five,
        texts=(
            "two people high five",
            "high five",
            "they give each other a high five",
            "one person high-fives the other",
            "slap hands above the shoulder",
            "two friends clap their right hands together in the air",
        ),
    ),
    Kind(
        name="double_high_five",
        script=scripts.double_high_five,
        texts=(
            "two people high five with both hands",
            "double high five",
            "high ten",
            "they clap both hands together",
            "a two-handed high five",
            "both hands meet in a high five",
        ),
    ),
    Kind(
        name="hug",
        script=scripts.hug,
        texts=(
            "two people hug",
            "hug",
            "they embrace each other",
            "a warm hug",
            "one person hugs the other",
            "two friends hug each other tightly",
            "embrace",
            "hugging",
        ),
    ),
    Kind(
        name="shoulder_pat",
        script=scripts.shoulder_pat,
        texts=(
            "one person pats the other on the shoulder",
            "shoulder pat",
            "pat on the shoulder",
            "someone pats their friend's shoulder",
            "a comforting pat on the shoulder",
            "one puts a hand on the other's shoulder",
        ),
    ),
    Kind(
        name="push",
        script=scripts.push,
        texts=(
            "one person pushes the other",
            "push",
            "someone shoves the other person and they step back",
            "one pushes the other away with both hands",
            "a shove",
            "two people fight, one pushes the other backwards",
        ),
    ),
    Kind(
        name="bow",
        script=scripts.bow,
        texts=(
            "two people bow to each other",
            "bow",
            "they greet each other with a bow",
            "both bow politely",
            "bowing to each other",
            "a respectful bow",
        ),
        touches=False,
    ),
    Kind(
        name="hold_hands",
        script=scripts.hold_hands,
        texts=(
            "two people hold hands",
            "hold hands",
            "they hold both of each other's hands and sway",
            "holding hands facing each other",
            "take each other by the hands",
            "one takes the other's hands",
        ),
    ),
)
"""Every kind, by the name a person would look for."""
