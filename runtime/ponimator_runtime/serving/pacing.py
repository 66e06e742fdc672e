"""How far ahead of the play head frames are sent, and how far ahead they are beyond change.

Pure: it knows neither clock nor socket.
"""

from __future__ import annotations

import math
from typing import Final

from ponimator_runtime.serving.config import Pace

MIN_RESERVE_S: Final = 0.1
_RESPONSES_IN_RESERVE: Final = 1.5
_NEWEST_SHARE: Final = 0.25
"""Weight of the newest measurement in the moving average."""
_MIN_CHAIN_MARGIN_S: Final = 1.0
_WINDOWS_IN_CHAIN_MARGIN: Final = 1.5
_MAX_CHAIN_MARGIN_S: Final = 6.0
"""Two windows: what is planned further ahead is thrown away by the next trigger."""


class Pacing:
    """The lead, the block length and the two adaptive times of one session.

    A response is what passes between choosing the first frame that changes and having its block on the wire.
    """

    def __init__(self, pace: Pace, rate_hz: int) -> None:
        self._pace = pace
        self._rate_hz = rate_hz
        self.response_s = 0.0
        self._window_s = self._expected_s = 0.0
        self.block_frames = max(1, round(pace.block_s * rate_hz))

    @property
    def lead_s(self) -> float:
        """How far ahead of the play head blocks are sent; never less than what is protected."""
        return max(self._pace.lead_s, self.reserve_s + self._pace.block_s)

    @property
    def reserve_s(self) -> float:
        """The protected reserve."""
        return max(MIN_RESERVE_S, _RESPONSES_IN_RESERVE * self.response_s + self._pace.block_s)

    @property
    def reserve_frames(self) -> int:
        """The protected reserve in whole frames."""
        return math.ceil(self.reserve_s * self._rate_hz)

    @property
    def chain_ahead_frames(self) -> int:
        """The next window is asked for when fewer frames than this are planned after the play head."""
        window_s = max(self._window_s, self._expected_s)
        margin_s = min(max(_MIN_CHAIN_MARGIN_S, _WINDOWS_IN_CHAIN_MARGIN * window_s), _MAX_CHAIN_MARGIN_S)
        return math.ceil((self.lead_s + margin_s) * self._rate_hz)

    def add_response(self, duration_s: float) -> None:
        """Learns how long a change took to reach the wire."""
        self.response_s += _NEWEST_SHARE * (duration_s - self.response_s)

    def raise_response(self, duration_s: float) -> None:
        """Learns at once that a change took so long, and came too late."""
        self.response_s = max(self.response_s, duration_s)

    def expect_window(self, duration_s: float) -> None:
        """Learns how long those chained windows take now, of whatever session, that are almost too late."""
        self._expected_s = duration_s

    def add_window(self, duration_s: float) -> None:
        """Learns how long a chained window took that was almost too late, from asking to planning; 0 where it was not.

        Grows at once, shrinks slowly.
        """
        self._window_s = max(duration_s, self._window_s + _NEWEST_SHARE * (duration_s - self._window_s))
