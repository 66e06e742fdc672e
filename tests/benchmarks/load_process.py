"""What a process takes of the machine: CPU time and resident memory, and how busy the machine is besides; Linux tells.

On other systems nothing is sampled, and what is told of it is None. It knows /proc; it must never know a server.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_PROC = Path("/proc")
_AFTER_NAME = 2
_USER_TICKS, _SYSTEM_TICKS = 13, 14
"""Places in /proc/PID/stat, the process's name counted."""
_IDLE, _IO_WAIT, _STEAL = 3, 4, 7
"""Places in the first line of /proc/stat, its name not counted."""
_WITHOUT_GUESTS = 8
_MINUTE_S = 60.0
_LEAST_FOR_FLATNESS_S = 3 * _MINUTE_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One look: times since some start, s, and resident bytes."""

    at_s: float
    server_s: float
    own_s: float
    busy_s: float
    stolen_s: float
    resident_bytes: int


class ProcessWatch:
    """Samples a process, and us, whenever it is asked."""

    def __init__(self, pid: int) -> None:
        """Takes the first sample."""
        self._pid = pid
        self._samples: list[Sample] = []
        self.sample()

    def sample(self) -> None:
        """Looks once; nothing where the system does not tell, or the process is gone."""
        if not (_PROC / "stat").is_file():
            return
        tick_s, page = 1 / os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
        try:
            stat = (_PROC / str(self._pid) / "stat").read_text()
            resident_pages = int((_PROC / str(self._pid) / "statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            return
        fields = stat.rpartition(")")[2].split()
        ticks = [int(fields[place - _AFTER_NAME]) for place in (_USER_TICKS, _SYSTEM_TICKS)]
        machine = [int(value) for value in (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]][:_WITHOUT_GUESTS]
        busy = sum(machine) - machine[_IDLE] - machine[_IO_WAIT] - machine[_STEAL]
        self._samples.append(
            Sample(
                at_s=time.monotonic(),
                server_s=sum(ticks) * tick_s,
                own_s=time.process_time(),
                busy_s=busy * tick_s,
                stolen_s=machine[_STEAL] * tick_s,
                resident_bytes=resident_pages * page,
            )
        )

    def report(self) -> dict[str, object] | None:
        """Cores taken on average, by whom, and memory; None where nothing could be sampled."""
        if len(self._samples) < 2:
            return None
        first, last = self._samples[0], self._samples[-1]
        span_s = last.at_s - first.at_s
        server, own, busy, stolen = (
            (getattr(last, name) - getattr(first, name)) / span_s
            for name in ("server_s", "own_s", "busy_s", "stolen_s")
        )
        resident_mib = np.array([sample.resident_bytes for sample in self._samples]) / 2**20
        return {
            "server_cores": round(server, 3),
            "generator_cores": round(own, 3),
            "others_cores": round(max(0.0, busy - server - own), 3),
            "stolen_cores": round(stolen, 3),
            "resident_mib": {
                "first": round(float(resident_mib[0]), 1),
                "last": round(float(resident_mib[-1]), 1),
                "max": round(float(resident_mib.max()), 1),
                "by_minute": [round(value, 1) for value in self._minutes(resident_mib)],
            },
            "memory_change_percent": self._change_percent(resident_mib),
        }

    def _minutes(self, resident_mib: np.ndarray) -> list[float]:
        minutes = ((self._times_s() - self._samples[0].at_s) // _MINUTE_S).astype(int)
        return [float(np.median(resident_mib[minutes == minute])) for minute in np.unique(minutes)]

    def _change_percent(self, resident_mib: np.ndarray) -> float | None:
        """The last minute against the second one, medians; None for a run without a minute between them."""
        since_s = self._times_s() - self._samples[0].at_s
        if since_s[-1] < _LEAST_FOR_FLATNESS_S - 1:
            return None
        second = np.median(resident_mib[(since_s >= _MINUTE_S) & (since_s < 2 * _MINUTE_S)])
        last = np.median(resident_mib[since_s >= since_s[-1] - _MINUTE_S])
        return round(float(100 * (last / second - 1)), 2)

    def _times_s(self) -> np.ndarray:
        return np.array([sample.at_s for sample in self._samples])
