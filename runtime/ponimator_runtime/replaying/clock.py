"""The recorded server's clock, set going again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

NS_PER_MS: Final = 1_000_000


class ReplayClock:
    """A server's clock that shows the times of a recording while ours goes on.

    Attributes:
        wall: our monotonic clock, ns.
    """

    def __init__(self, wall: Callable[[], int], *, speed: float) -> None:
        """Stands at 0 until it is set; `speed` times as quick as ours."""
        self.wall = wall
        self._speed = speed
        self._set_ns = 0
        self._set_wall_ns = wall()

    def set(self, time_ns: int) -> None:
        """Makes it show a time now."""
        self._set_ns, self._set_wall_ns = time_ns, self.wall()

    def __call__(self) -> int:
        """The time it shows, ns."""
        return self._set_ns + round((self.wall() - self._set_wall_ns) * self._speed)

    def wall_ns_until(self, time_ns: int) -> int:
        """How long it takes by our clock until it shows a time."""
        return round((time_ns - self()) / self._speed)
