"""What there is to see at an instant, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ponimator_runtime.client.playout import HeldFrame


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Picture:
    """Two bodies and what is told of them.

    Attributes:
        rotations_xyzw: root to world, others to parent, (2, 55, 4).
        translations: SMPL-X's meaning, (2, 3) m.
        touching: joint of the first and joint of the second person.
        anchor: the interactive pose that they come from or go to, as another picture; None: there is none near.
    """

    rotations_xyzw: Float[np.ndarray, "2 55 4"]
    translations: Float[np.ndarray, "2 3"]
    touching: tuple[tuple[int, int], ...] = ()
    anchor: Picture | None = None


def picture_of(held: HeldFrame, *, anchor: HeldFrame | None = None) -> Picture:
    """A frame as it was received."""
    contacts = (contact for contact in held.block.contacts if contact.start <= held.number < contact.stop)
    return Picture(
        rotations_xyzw=held.arrays.rotations[:, held.row],
        translations=held.arrays.translations[:, held.row],
        touching=tuple((contact.a, contact.b) for contact in contacts),
        anchor=None if anchor is None else picture_of(anchor),
    )
