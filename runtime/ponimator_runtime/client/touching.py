"""Which joints touch at a place of the playout, which are about to, and which have just parted.

The fade of inverse kinematics needs both, before and after. Pure: it knows no socket and no clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from ponimator_runtime.client.playout import HeldFrame, Playout

CONTACT_AHEAD_S: Final = 0.25
"""So far ahead and back contacts are told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownContact:
    """Joint `a` of the first person and joint `b` of the second.

    Attributes:
        touches: in the frame shown.
        starts_in_s: until they touch; 0 where they do or did.
        ended_s: since they parted; 0 where they touch or are going to.
    """

    a: int
    b: int
    touches: bool
    starts_in_s: float
    ended_s: float


def shown_contacts(playout: Playout, shown: HeldFrame, place: float) -> tuple[ShownContact, ...]:
    """The contacts about a place of the playout, in the order of `a`, `b` and time.

    Args:
        playout: what is held.
        shown: the frame whose contacts hold, the last one not behind the place.
        place: the frame that is due, with its fraction.
    """
    rate_hz = shown.block.rate_hz
    reach = CONTACT_AHEAD_S * rate_hz
    first = min(shown.number, math.floor(place - reach) - 1)
    runs: dict[tuple[int, int], list[tuple[int, int]]] = {}
    before: HeldFrame | None = None
    for held in playout.held_frames(first, math.ceil(place + reach) + 1):
        for contact in held.block.contacts:
            if not contact.start <= held.number < contact.stop:
                continue
            known = runs.setdefault((contact.a, contact.b), [])
            if known and known[-1][1] > held.number:
                continue  # said twice
            goes_on = known and before is not None and known[-1][1] == before.number + 1 and before.joins(held)
            start = known.pop()[0] if goes_on else held.number
            known.append((start, held.number + 1))
        before = held
    return tuple(
        ShownContact(
            a=a,
            b=b,
            touches=start <= shown.number < stop,
            starts_in_s=max(0.0, start - place) / rate_hz,
            ended_s=0.0 if start <= shown.number < stop else max(0.0, place - stop) / rate_hz,
        )
        for (a, b), known in sorted(runs.items())
        for start, stop in known
        if start <= shown.number < stop or 0 <= place - stop <= reach or 0 <= start - place <= reach
    )
