"""How blocks arrive, and how much later than the server's clock it is therefore wise to play.

Pure: it knows no socket and reads no clock.
"""

from __future__ import annotations

from collections import deque
from typing import Final

MAX_DELAY_S: Final = 0.5
_KEPT_SLACKS: Final = 32
_JITTER_SHARE: Final = 1 / 16
"""Of each new difference in the moving average, as of RTP (RFC 3550, 6.4.1)."""
_JITTERS_OF_SAFETY: Final = 3.0
_SETTLING_NS: Final = 2_000_000_000


class Arrivals:
    """The slack of the blocks that came last.

    Attributes:
        jitter_s: by how much the slack changes from one block to the next, on average.
    """

    def __init__(self) -> None:
        """No block has come."""
        self.jitter_s = 0.0
        self._slacks_s: deque[float] = deque(maxlen=_KEPT_SLACKS)
        self._last: tuple[int, float] | None = None
        self._subscribed_ns: int | None = None

    def subscribed(self, at_ns: int) -> None:
        """A subscription begins: what plays already, or was asked for again, comes first, and after its time."""
        self._subscribed_ns = at_ns

    def add(self, *, slack_s: float, revision: int, arrival_ns: int) -> None:
        """Takes a block in that brought new frames behind all others; `slack_s` before the first of them is needed."""
        settling = self._subscribed_ns is not None and arrival_ns - self._subscribed_ns < _SETTLING_NS
        if slack_s < 0 and settling:
            return
        # A server sends the first blocks of a revision all at once: only within one revision, and only a fall, is a
        # change of the slack the network's. Twice, for a rise follows each fall.
        if self._last is not None and self._last[0] == revision:
            fall_s = max(0.0, self._last[1] - slack_s)
            self.jitter_s += (2 * fall_s - self.jitter_s) * _JITTER_SHARE
        self._last = (revision, slack_s)
        self._slacks_s.append(slack_s)

    @property
    def wanted_delay_s(self) -> float:
        """How much later than the server's clock to play."""
        if not self._slacks_s:
            return 0.0
        return min(max(_JITTERS_OF_SAFETY * self.jitter_s - min(self._slacks_s), 0.0), MAX_DELAY_S)
