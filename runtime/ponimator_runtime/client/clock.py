"""The server's clock, as a client knows it from pings: the best sample at once, later ones without a jump.

Pure: it knows no socket and reads no clock. Times are monotonic nanoseconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

FIRST_PINGS: Final = 8
"""How many pings a connection begins with; their offsets are taken at once."""
PING_PERIOD_S: Final = 1.0
_KEPT_SAMPLES: Final = 32
_SLEW_NS_PER_S: Final = 5_000_000
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sample:
    """One ping: the server's clock minus ours, and how long the way there and back took."""

    offset_ns: int
    way_ns: int


class ServerClock:
    """What to add to our clock to have the server's; for one connection."""

    def __init__(self) -> None:
        """Knows nothing yet: an offset of 0."""
        self._samples: deque[_Sample] = deque(maxlen=_KEPT_SAMPLES)
        self._taken = 0
        self._wanted_ns = self._base_ns = self._based_at_ns = 0

    def add(self, *, sent_ns: int, server_receive_ns: int, server_send_ns: int, received_ns: int) -> None:
        """Takes a ping's four times, the first and the last on our clock."""
        offset_ns = ((server_receive_ns - sent_ns) + (server_send_ns - received_ns)) // 2
        way_ns = (received_ns - sent_ns) - (server_send_ns - server_receive_ns)
        self._base_ns, self._based_at_ns = self.offset_ns(received_ns), received_ns
        self._samples.append(_Sample(offset_ns=offset_ns, way_ns=way_ns))
        self._taken += 1
        self._wanted_ns = self._best().offset_ns
        if self._taken <= FIRST_PINGS:
            self._base_ns = self._wanted_ns

    def offset_ns(self, at_ns: int) -> int:
        """The server's clock minus ours, at a time on ours that is not before the last ping."""
        reach_ns = max(0, at_ns - self._based_at_ns) * _SLEW_NS_PER_S // _NS_PER_S
        return self._base_ns + max(-reach_ns, min(reach_ns, self._wanted_ns - self._base_ns))

    @property
    def round_trip_ns(self) -> int:
        """The way there and back of the best sample, without the server's own time; 0 before the first."""
        return self._best().way_ns if self._samples else 0

    def _best(self) -> _Sample:
        """The shortest way, the newest where several are as short."""
        return min(reversed(self._samples), key=lambda sample: sample.way_ns)
