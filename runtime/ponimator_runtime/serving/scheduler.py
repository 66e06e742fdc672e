"""The worker: one thread that runs the networks and the array math, most urgent first.

The thread that owns the sockets submits work and collects what is done; it is woken, never blocked.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

_LOG = logging.getLogger(__name__)
URGENT: Final = 0
"""Due time of work that goes before everything else: short, and someone waits for it."""
_STOP: Final = -1
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome(Generic[T]):
    """What became of a piece of work.

    Attributes:
        value: the result; None where it failed.
        error: what it raised, if anything.
        queued_ns: time between submitting and beginning.
    """

    value: T | None
    error: Exception | None
    queued_ns: int


@dataclass(order=True, slots=True)
class _Work:
    due_ns: int
    number: int
    run: Callable[[], Any] = field(compare=False)
    done: Callable[[Outcome[Any]], None] = field(compare=False)
    submitted_ns: int = field(compare=False)


class Scheduler:
    """Runs submitted work on its own thread in the order of due times, and keeps the outcomes to be collected."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """Takes what wakes the collecting thread; it is called from the worker."""
        self._wake = wake
        self._waiting: queue.PriorityQueue[_Work] = queue.PriorityQueue()
        self._finished: queue.SimpleQueue[tuple[_Work, Outcome[Any]]] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        # A daemon: a network run that lasts longer than the server's patience does not keep the process alive.
        self._thread = threading.Thread(target=self._work, name="ponimator-worker", daemon=True)

    def start(self) -> None:
        """Starts the worker."""
        self._thread.start()

    def submit(self, run: Callable[[], T], done: Callable[[Outcome[T]], None], *, due_ns: int) -> None:
        """Queues work; `run` happens on the worker, `done` on the thread that collects."""
        self._waiting.put(
            _Work(due_ns=due_ns, number=next(self._numbers), run=run, done=done, submitted_ns=time.monotonic_ns())
        )

    @property
    def waiting(self) -> int:
        """Pieces of work that have not begun."""
        return self._waiting.qsize()

    def collect(self) -> None:
        """Calls `done` of all work finished by now."""
        while True:
            try:
                work, outcome = self._finished.get_nowait()
            except queue.Empty:
                return
            try:
                work.done(outcome)
            except Exception:  # one session's failure is not the others'
                _LOG.exception("what the worker made could not be used")

    def stop(self, timeout_s: float) -> bool:
        """Ends the worker after the work in hand; False where that takes longer than the time given."""
        self._stopping.set()
        self._waiting.put(_Work(due_ns=_STOP, number=next(self._numbers), run=_nothing, done=_ignored, submitted_ns=0))
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while True:
            work = self._waiting.get()
            if self._stopping.is_set():
                return
            queued_ns = time.monotonic_ns() - work.submitted_ns
            try:
                outcome: Outcome[Any] = Outcome(value=work.run(), error=None, queued_ns=queued_ns)
            except Exception as error:  # the worker outlives whatever one piece of work raises
                _LOG.debug("work failed", exc_info=True)
                outcome = Outcome(value=None, error=error, queued_ns=queued_ns)
            self._finished.put((work, outcome))
            self._wake()


def _nothing() -> None:
    """The work of a stop."""


def _ignored(_: Outcome[Any]) -> None:
    """Nobody waits for a stop's outcome."""
