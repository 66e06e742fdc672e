"""What `ponimator doctor` says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: in a word or two.
        told: what was found.
        wrong: whether something is to be done, which `told` says.
    """

    what: str
    told: str
    wrong: bool = False
