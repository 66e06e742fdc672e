"""How much the worker can do: what work has cost, whether what waits will be done in time, and what gives way if not.

Under too much work windows are sampled with fewer diffusion steps before anybody's motion runs dry; where even that is
not enough, there is no room for another session. Knows no thread of its own and no clock: times come in.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from ponimator_runtime.motion.window import MODEL_RATE_HZ, WINDOW_FRAMES
from ponimator_runtime.serving.config import MAX_DIFFUSION_STEPS

LADDER: Final = (MAX_DIFFUSION_STEPS, 20, 10, 5, 4)
"""Most diffusion steps of a window, from no limit down; who asks for fewer gets fewer."""
_NEWEST_SHARE: Final = 0.25
"""Weight of the newest measurement in the moving averages."""
_SPARE_S: Final = 0.05
"""What waits has to be done so long before it is needed, by what is foretold."""
_ROOM_S: Final = 0.25
_ROOM_FACTOR: Final = 1.5
"""More steps are granted again only where that would leave so much time, with everything so much dearer."""
_CALM_S: Final = 3.0
"""And only after nothing was short of time for so long: one rung of the ladder each time."""
_FULL: Final = 0.85
"""Share of the worker's time that all sessions may need at the lowest rung."""
_WINDOW_S: Final = (WINDOW_FRAMES - 3) / MODEL_RATE_HZ
"""What a chained window adds to a plan; its last frames are held back for the seam."""
TIGHT_S: Final = 0.3
"""A window that is made so short before it is needed, or shorter, should have been asked for earlier."""
_MEASURED_LEAST: Final = 8
_MEASURED_MOST: Final = 64
"""Chained windows whose median tells what one costs: the first ones find cold memory, and any one a busy machine."""
_S_PER_NS: Final = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A window that is not made yet.

    Attributes:
        dry_ns: when whoever wants it runs dry, or has waited too long.
        steps: diffusion steps asked for; 0 where it is sampled already.
        chained: it follows another one; else it comes with its interactive pose, and costs more.
    """

    dry_ns: int
    steps: int
    chained: bool


class Load:
    """The worker's work: measured, foretold and limited. Any thread may ask it."""

    def __init__(self) -> None:
        """Knows no cost yet: until it has measured some, there is room for everybody."""
        self._lock = threading.Lock()
        self._step_s: dict[int, float] = {}  # of one diffusion step, by rows
        self._rest_s: dict[bool, float] = {}  # beside the sampling, by whether chained
        self._chained_rests_s: deque[float] = deque(maxlen=_MEASURED_MOST)
        self._turnaround_s = 0.0
        self._rung = 0
        self._calm_since_ns = self._overloaded_until_ns = 0

    @property
    def limit(self) -> int:
        """Most diffusion steps that a window gets now."""
        return LADDER[self._rung]

    @property
    def turnaround_s(self) -> float:
        """How long chained windows lately took that were almost too late; 0 where none was."""
        return self._turnaround_s

    def overloaded(self, now_ns: int) -> bool:
        """Whether chained windows come too late even with the fewest steps, or would have a short while ago."""
        return now_ns < self._overloaded_until_ns

    def granted(self, steps: int) -> int:
        """The diffusion steps that who asks for so many gets now."""
        return min(steps, self.limit)

    def learn_sampling(self, duration_s: float, *, steps: int, rows: int) -> None:
        """Takes note of a call of a network."""
        with self._lock:
            known = self._step_s.get(rows, duration_s / steps)
            self._step_s[rows] = known + _NEWEST_SHARE * (duration_s / steps - known)

    def learn_rest(self, duration_s: float, *, chained: bool) -> None:
        """Takes note of what a window has cost beside its sampling."""
        with self._lock:
            known = self._rest_s.get(chained, duration_s)
            self._rest_s[chained] = known + _NEWEST_SHARE * (duration_s - known)
            if chained:
                self._chained_rests_s.append(duration_s)

    def learn_turnaround(self, duration_s: float, *, spare_s: float) -> None:
        """Takes note of how long a chained window took with all its waiting; grows at once, shrinks slowly.

        One that was made long before it was needed only had others before it, and nobody has to ask earlier.
        """
        counted_s = duration_s if spare_s < TIGHT_S else 0.0
        known = self._turnaround_s
        self._turnaround_s = max(counted_s, known + _NEWEST_SHARE * (counted_s - known))

    def sampling_s(self, steps: int, rows: int = 1) -> float:
        """What sampling so many rows together costs; never told too low from other numbers of rows."""
        with self._lock:
            if not self._step_s:
                return 0.0
            fewer = max((known for known in self._step_s if known <= rows), default=None)
            if fewer is None:
                return steps * self._step_s[min(self._step_s)]
            return steps * self._step_s[fewer] * rows / fewer

    def look(self, waiting: Sequence[Waiting], now_ns: int) -> None:
        """Grants as many steps as let what waits, the most urgent first, be done before it is needed."""
        needed = next((rung for rung in range(len(LADDER)) if self._spare_s(waiting, now_ns, rung) >= _SPARE_S), None)
        if needed is None:
            needed = len(LADDER) - 1
            if self._spare_s(waiting, now_ns, needed, chained_only=True) < _SPARE_S:
                self._overloaded_until_ns = now_ns + round(_CALM_S / _S_PER_NS)
        if needed >= self._rung:
            self._rung, self._calm_since_ns = needed, now_ns
            return
        if self._spare_s(waiting, now_ns, self._rung - 1, factor=_ROOM_FACTOR) < _ROOM_S:
            self._calm_since_ns = now_ns
        elif (calm := int((now_ns - self._calm_since_ns) * _S_PER_NS / _CALM_S)) > 0:
            self._rung = max(needed, self._rung - calm)
            self._calm_since_ns = now_ns

    def has_room(self, sessions: int, now_ns: int) -> bool:
        """Whether so many sessions can play at a time without running dry, at the lowest rung if need be."""
        if self.overloaded(now_ns):
            return False
        with self._lock:
            if len(self._chained_rests_s) < _MEASURED_LEAST:
                return True
            step_s = min(known / rows for rows, known in self._step_s.items())
            rest_s = median(self._chained_rests_s)
        return sessions * (LADDER[-1] * step_s + rest_s) <= _FULL * _WINDOW_S

    def _spare_s(
        self,
        waiting: Sequence[Waiting],
        now_ns: int,
        rung: int,
        *,
        factor: float = 1.0,
        chained_only: bool = False,
    ) -> float:
        """The least time left between a window's being made and its being needed."""
        done_s, spare_s = 0.0, float("inf")
        step_s = self.sampling_s(1)
        for window in sorted(waiting, key=lambda window: window.dry_ns):
            cost_s = min(window.steps, LADDER[rung]) * step_s + self._rest_s.get(window.chained, 0.0)
            done_s += factor * cost_s
            if window.chained or not chained_only:
                spare_s = min(spare_s, (window.dry_ns - now_ns) * _S_PER_NS - done_s)
        return spare_s
