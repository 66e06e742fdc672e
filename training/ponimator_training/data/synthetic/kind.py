"""What a kind of interaction is: its script, and how people name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
