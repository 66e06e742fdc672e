"""What a machine offers a server: cores, memory, a clock, ZeroMQ, ports; each with what to do where it is not enough.

Measured here, judged by pure functions: what is enough can be told without such a machine.
"""

from __future__ import annotations

import ctypes
import errno
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import zmq

from ponimator_runtime.client import Client
from ponimator_runtime.commands.finding import Finding
from ponimator_runtime.errors import PonimatorError
from ponimator_runtime.wire import HelloOk

_CONTROL_GROUP: Final = Path("/sys/fs/cgroup")
_MEMORY_TOLD: Final = Path("/proc/meminfo")
_MIB: Final = 1 << 20
NEEDED_MIB: Final = 512
"""A server with the lite bundle on the CPU holds about 270 MiB at most; the rest is for sessions and the system."""
_WAIT_S: Final = 0.005
_WAITS: Final = 20
MAX_OVERSHOOT_S: Final = 0.05
"""Half of the shortest block: a server that wakes so late sends late."""
MAX_RESOLUTION_S: Final = 0.02
_FINE_S: Final = 0.001
_ANSWER_WITHIN_S: Final = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockFigures:
    """How well this machine tells and keeps time, s.

    Attributes:
        resolution_s: the monotonic clock's step.
        sleep_overshoot_s: how much longer than asked a sleep lasts, of some, sorted.
        poll_overshoot_s: the same of ZeroMQ's poll, which the server waits in.
    """

    resolution_s: float
    sleep_overshoot_s: tuple[float, ...]
    poll_overshoot_s: tuple[float, ...]


def usable_cores(control_group: Path = _CONTROL_GROUP) -> float:
    """Cores that this process may use: those it is bound to, or fewer where a container's quota says so."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (control_group / "cpu.max").read_text().split()
        return min(bound, int(quota) / int(period))
    except (OSError, ValueError):  # no container, or "max": no quota
        return bound


def cores_finding(cores: float, threads: int) -> Finding:
    """Whether the threads of one network run have a core each."""
    told = f"{cores:g} of {os.cpu_count() or 1} are usable, --threads {threads}"
    if cores < 1:
        told += ": less than one is not enough; give the container a whole one, better two"
    elif threads > cores:
        told += f": threads that share a core wait for each other; take at most --threads {int(cores)}"
    if threads > cores:
        return Finding(what="cores", told=told, wrong=True)
    if cores <= 1:
        told += "; the networks and the sockets share it: a second one keeps blocks in time under load"
    return Finding(what="cores", told=told)


def available_memory_mib(told: Path = _MEMORY_TOLD, control_group: Path = _CONTROL_GROUP) -> float | None:
    """Memory that a server could take, no more than a container's limit leaves; None where this system says nothing."""
    if sys.platform == "win32":
        return _windows_memory_mib()
    try:
        line = next(line for line in told.read_text().splitlines() if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return None
    available = int(line.split()[1]) / 1024
    try:
        limit = int((control_group / "memory.max").read_text())
        used = int((control_group / "memory.current").read_text())
    except (OSError, ValueError):
        return available
    return min(available, (limit - used) / _MIB)


def memory_finding(available_mib: float | None) -> Finding:
    """Whether a server fits."""
    if available_mib is None:
        return Finding(what="memory", told=f"this system does not say; a server needs about {NEEDED_MIB} MiB")
    told = f"{available_mib:.0f} MiB are available"
    if available_mib < NEEDED_MIB:
        told += f", a server needs about {NEEDED_MIB}: end other programs, or give the machine or container more"
    return Finding(what="memory", told=told, wrong=available_mib < NEEDED_MIB)


def clock_figures() -> ClockFigures:
    """Measures; takes about a quarter of a second."""
    with zmq.Context() as context, context.socket(zmq.PAIR) as quiet:
        return ClockFigures(
            resolution_s=time.get_clock_info("monotonic").resolution,
            sleep_overshoot_s=_overshoot_s(lambda: time.sleep(_WAIT_S)),
            poll_overshoot_s=_overshoot_s(lambda: quiet.poll(round(1000 * _WAIT_S))),
        )


def clock_finding(figures: ClockFigures) -> Finding:
    """Whether blocks can leave in time."""
    sleep_s, poll_s = statistics.median(figures.sleep_overshoot_s), statistics.median(figures.poll_overshoot_s)
    told = (
        f"monotonic, in steps of {1e6 * figures.resolution_s:g} µs; waits of {1000 * _WAIT_S:g} ms last longer by: "
        f"sleep {1000 * sleep_s:.2f} ms (worst {1000 * max(figures.sleep_overshoot_s):.2f}), "
        f"poll {1000 * poll_s:.2f} ms (worst {1000 * max(figures.poll_overshoot_s):.2f})"
    )
    late = max(sleep_s, poll_s) > MAX_OVERSHOOT_S
    coarse = figures.resolution_s > MAX_RESOLUTION_S
    if late:
        told += ": blocks will leave late; take load off this machine, or give a virtual one cores of its own"
    if coarse:
        told += ": too coarse to place frames; use another machine or clock source"
    elif figures.resolution_s > _FINE_S:
        told += "; Python 3.13 counts finer on Windows"
    return Finding(what="clock", told=told, wrong=late or coarse)


def zeromq_finding(version: str, *, has_curve: bool) -> Finding:
    """Which libzmq runs, and whether it can encrypt."""
    if has_curve:
        return Finding(what="zeromq", told=f"libzmq {version} with CURVE")
    told = (
        f"libzmq {version} without CURVE: keys cannot be used; pip install --force-reinstall pyzmq brings one with it"
    )
    return Finding(what="zeromq", told=told, wrong=True)


def port_findings(control: str, stream: str) -> Iterator[Finding]:
    """Whether a server could listen at both endpoints, or already does."""
    refusals = {"control": _why_not_bound(control), "stream": _why_not_bound(stream)}
    server = _answering(control) if refusals["control"] is not None else None
    served = {"control": control, "stream": "" if server is None else server.stream}
    for name, endpoint in (("control", control), ("stream", stream)):
        refusal = refusals[name]
        if refusal is None:
            yield Finding(what=name, told=f"{endpoint} can be bound")
        elif server is not None and _port(served[name]) == _port(endpoint):
            told = f"{server.server} serves {', '.join(m.name for m in server.models)} at {endpoint}"
            yield Finding(what=name, told=f"{told}; another server needs another port")
        else:
            yield Finding(what=name, told=_told_of_refusal(name, endpoint, refusal), wrong=True)


def _told_of_refusal(name: str, endpoint: str, refusal: zmq.ZMQError) -> str:
    words = f"{endpoint} cannot be bound ({zmq.strerror(refusal.errno or 0).lower()}): "
    if refusal.errno == errno.EADDRINUSE:
        return (
            f"{words}another program has this port, or a server that wants keys; stop it, "
            f"or name another port: ponimator serve --{name} tcp://127.0.0.1:0"
        )
    return f"{words}name an address of this machine and a port that you may use, like tcp://127.0.0.1:0"


def _why_not_bound(endpoint: str) -> zmq.ZMQError | None:
    with zmq.Context() as context, context.socket(zmq.ROUTER) as probe:
        probe.setsockopt(zmq.LINGER, 0)
        probe.setsockopt(zmq.IPV6, int("[" in endpoint))
        try:
            probe.bind(endpoint)
        except zmq.ZMQError as error:
            return error
    return None


def _answering(control: str) -> HelloOk | None:
    try:
        with Client(control, timeout_s=_ANSWER_WITHIN_S, name="ponimator doctor") as client:
            return client.server
    except PonimatorError:
        return None


def _port(endpoint: str) -> str:
    return endpoint.rpartition(":")[2]


def _overshoot_s(wait: Callable[[], object]) -> tuple[float, ...]:
    found = []
    for _ in range(_WAITS):
        began_s = time.perf_counter()
        wait()
        found.append(time.perf_counter() - began_s - _WAIT_S)
    return tuple(sorted(found))


def _windows_memory_mib() -> float | None:
    """As GlobalMemoryStatusEx tells it."""
    if sys.platform == "win32":

        class MemoryStatus(ctypes.Structure):
            _fields_ = (
                ("length", ctypes.c_uint32),
                ("load", ctypes.c_uint32),
                *((name, ctypes.c_uint64) for name in ("total", "available", *"abcde")),
            )

        status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
        if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return status.available / _MIB
    return None
