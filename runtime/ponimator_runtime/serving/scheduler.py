"""The worker: one thread that runs the networks and the array math, most urgent first.

The thread that owns the sockets submits work and collects what is done; it is woken, never blocked. A second worker
would share the interpreter with both: it gains next to nothing (docs/operator.md).
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from ponimator_runtime.serving.agenda import Agenda, Demand, Outcome, Piece
from ponimator_runtime.serving.batching import Work, without_pause
from ponimator_runtime.serving.load import Load
from ponimator_runtime.serving.metrics import Metrics

_LOG = logging.getLogger(__name__)
URGENT: Final = 0
"""Due time of work that goes before everything else: short, and someone waits for it."""
T = TypeVar("T")


class Scheduler:
    """Runs submitted work off the thread that submits, in the order of due times, and keeps the outcomes for it.

    Attributes:
        load: what the worker can do.
    """

    def __init__(
        self,
        wake: Callable[[], None],
        *,
        metrics: Metrics | None = None,
        max_batch: int = 1,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Prepares the worker.

        Args:
            wake: wakes the collecting thread; it is called from the worker.
            metrics: told of the networks' calls.
            max_batch: most windows of one call.
            clock: monotonic nanoseconds.
        """
        self.load = Load()
        self._wake = wake
        self._agenda = Agenda(
            self._finish, clock=clock, load=self.load, metrics=metrics or Metrics(), max_batch=max_batch
        )
        self._finished: queue.SimpleQueue[tuple[Piece, Outcome[Any]]] = queue.SimpleQueue()
        # A daemon: a network run that lasts longer than the server's patience does not keep the process alive.
        self._thread = threading.Thread(target=self._run, name="ponimator-worker", daemon=True)

    def start(self) -> None:
        """Starts the worker."""
        self._thread.start()

    def submit(self, run: Callable[[], T], done: Callable[[Outcome[T]], None], *, due_ns: int) -> None:
        """Queues work without windows; `run` happens on the worker, `done` on the thread that collects."""
        self._agenda.add(without_pause(run), done, due_ns=due_ns)

    def submit_window(self, work: Work[T], done: Callable[[Outcome[T]], None], *, due_ns: int, demand: Demand) -> None:
        """Queues the work of a window, that pauses where it is sampled."""
        self._agenda.add(work, done, due_ns=due_ns, demand=demand)

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a turn."""
        return self._agenda.waiting

    def collect(self) -> None:
        """Calls `done` of all work finished by now."""
        while True:
            try:
                piece, outcome = self._finished.get_nowait()
            except queue.Empty:
                return
            try:
                piece.done(outcome)
            except Exception:  # one session's failure is not the others'
                _LOG.exception("what the worker made could not be used")

    def stop(self, timeout_s: float) -> bool:
        """Ends the worker after the work in hand; False where that takes longer than the time given."""
        self._agenda.stop()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while self._agenda.wait():
            self._agenda.run_next()

    def _finish(self, piece: Piece, outcome: Outcome[Any]) -> None:
        self._finished.put((piece, outcome))
        self._wake()
