"""What waits for the worker, and what it does next: the most urgent, with those that can share its network call.

It owns no thread: whoever calls `run_next` is the worker. Any thread may add to it.
"""

from __future__ import annotations

import itertools
import logging
import threading
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from ponimator_runtime.serving.batching import Sampled, Sampling, Work
from ponimator_runtime.serving.load import Load, Waiting
from ponimator_runtime.serving.metrics import Metrics

_LOG = logging.getLogger(__name__)
_S_PER_NS: Final = 1e-9
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome(Generic[T]):
    """What became of a piece of work.

    Attributes:
        value: the result; None where it failed.
        error: what it raised, if anything.
        queued_ns: how long it waited for its turns.
    """

    value: T | None
    error: Exception | None
    queued_ns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What is known of a window before its work begins.

    Attributes:
        steps: diffusion steps asked for.
        dry_ns: when whoever wants it runs dry, or has waited too long.
        chained: it follows another one; else it comes with its interactive pose.
    """

    steps: int
    dry_ns: int
    chained: bool


@dataclass(order=True, slots=True)
class Piece:
    """Work and how far it is: not begun, waiting for its sampling, or sampled."""

    due_ns: int
    number: int
    work: Work[Any] = field(compare=False)
    done: Callable[[Outcome[Any]], None] = field(compare=False)
    demand: Demand | None = field(compare=False)
    submitted_ns: int = field(compare=False)
    ready_ns: int = field(compare=False)
    queued_ns: int = field(default=0, compare=False)
    busy_ns: int = field(default=0, compare=False)
    sampling: Sampling | None = field(default=None, compare=False)
    sampled: Sampled | None = field(default=None, compare=False)

    @property
    def begun(self) -> bool:
        """Whether it has had a turn."""
        return self.sampling is not None or self.sampled is not None


class Agenda:
    """Pieces of work in the order of their due times."""

    def __init__(
        self,
        finished: Callable[[Piece, Outcome[Any]], None],
        *,
        clock: Callable[[], int],
        load: Load,
        metrics: Metrics,
        max_batch: int,
    ) -> None:
        """Takes who is told what is finished, on the worker, and how many rows one call of a network may have."""
        self._finished = finished
        self._clock = clock
        self._load = load
        self._metrics = metrics
        self._max_batch = max_batch
        self._numbers = itertools.count()
        self._pieces: list[Piece] = []
        self._changed = threading.Condition()
        self._stopping = False

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a turn."""
        return len(self._pieces)

    def add(
        self, work: Work[T], done: Callable[[Outcome[T]], None], *, due_ns: int, demand: Demand | None = None
    ) -> None:
        """Takes work that has not begun; `demand` where it is a window's."""
        now_ns = self._clock()
        piece = Piece(due_ns, next(self._numbers), work, done, demand, submitted_ns=now_ns, ready_ns=now_ns)
        self._put(piece)

    def stop(self) -> None:
        """Nothing that waits is done any more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def wait(self) -> bool:
        """Waits until there is something to do; False where that will never be."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or bool(self._pieces))
            return not self._stopping

    def run_next(self) -> bool:
        """Does one turn: begins or goes on with the most urgent work, or samples for it; False where none waits."""
        with self._changed:
            if self._stopping or not self._pieces:
                return False
            piece = self._pieces[0]
            if piece.sampling is not None:
                self._load.look([_ahead(other, other.demand) for other in self._pieces if other.demand], self._clock())
            self._pieces.remove(piece)
        if piece.sampling is None:
            self._go_on(piece)
            return True
        steps = self._load.granted(piece.sampling.steps)
        self._sample(self._gathered(piece, piece.sampling, steps), steps)
        return True

    def _put(self, piece: Piece) -> None:
        with self._changed:
            insort(self._pieces, piece)
            self._changed.notify()

    def _go_on(self, piece: Piece, error: Exception | None = None) -> None:
        """Runs the work up to its next sampling or its end; where its sampling failed, with that error."""
        began_ns = self._clock()
        piece.queued_ns += began_ns - piece.ready_ns
        try:
            wanted = _resumed(piece.work, piece.sampled, error)
        except StopIteration as end:
            self._finish(piece, end.value, None, began_ns)
        except Exception as raised:  # the worker outlives whatever one piece of work raises
            _LOG.debug("work failed", exc_info=True)
            self._finish(piece, None, raised, began_ns)
        else:
            piece.sampling, piece.sampled = wanted, None
            piece.ready_ns = self._clock()
            piece.busy_ns += piece.ready_ns - began_ns
            self._put(piece)

    def _finish(self, piece: Piece, value: object, error: Exception | None, began_ns: int) -> None:
        now_ns = self._clock()
        if piece.demand is not None and error is None:
            self._load.learn_rest((piece.busy_ns + now_ns - began_ns) * _S_PER_NS, chained=piece.demand.chained)
            if piece.demand.chained:
                self._load.learn_turnaround(
                    (now_ns - piece.submitted_ns) * _S_PER_NS, spare_s=(piece.demand.dry_ns - now_ns) * _S_PER_NS
                )
        self._finished(piece, Outcome(value=value, error=error, queued_ns=piece.queued_ns))

    def _gathered(self, leader: Piece, wanted: Sampling, steps: int) -> list[Piece]:
        """The leader and those next in time that can be sampled with it: 1, 2, 4 … of them.

        Few different sizes, because a GPU prepares itself for each. Work that has not begun is begun for it, as long as
        that leaves the leader half of its time; and no more rows are taken than let the leader be there in time.
        """
        began_ns = self._clock()
        room_ns = leader.due_ns - began_ns
        size = 1
        while 2 * size <= self._max_batch and self._load.sampling_s(steps, 2 * size) <= max(0, room_ns) * _S_PER_NS:
            size *= 2
        together = [leader]
        while len(together) < size:
            may_begin = self._clock() < began_ns + room_ns // 2
            piece = self._take_alike(wanted, steps, may_begin=may_begin)
            if piece is None:
                break
            if piece.sampling is None:
                self._go_on(piece)
            else:
                together.append(piece)
        size = 1 << (len(together).bit_length() - 1)
        for piece in together[size:]:
            self._put(piece)
        return together[:size]

    def _take_alike(self, wanted: Sampling, steps: int, *, may_begin: bool) -> Piece | None:
        """The most urgent piece that waits for the same network with the same steps, or may come to."""

        def fits(piece: Piece) -> bool:
            if piece.sampling is not None:
                return piece.sampling.network == wanted.network and self._load.granted(piece.sampling.steps) == steps
            if piece.begun or piece.demand is None:
                return False
            return may_begin and self._load.granted(piece.demand.steps) == steps

        with self._changed:
            piece = next(filter(fits, self._pieces), None)
            if piece is not None:
                self._pieces.remove(piece)
            return piece

    def _sample(self, together: list[Piece], steps: int) -> bool:
        """One call of a network; where it fails, one for each row, so that none fails for its neighbours.

        Returns:
            Whether every row was sampled, together or alone.
        """
        wanted = [piece.sampling for piece in together if piece.sampling is not None]
        began_ns = self._clock()
        for piece in together:
            piece.queued_ns += began_ns - piece.ready_ns
            piece.ready_ns = began_ns
        try:
            latents = wanted[0].network([sampling.row for sampling in wanted], steps)
        except Exception as error:
            if len(together) == 1:
                self._go_on(together[0], error)
                return False
            _LOG.warning("a batch of %d failed: each is tried alone", len(together), exc_info=True)
            self._metrics.count("batches_split")
            each = [self._sample([piece], steps) for piece in together]
            if all(each):
                # No row was to blame: what runs the networks does not take so many.
                self._max_batch = len(together) // 2
            return all(each)
        now_ns = self._clock()
        duration_ns = now_ns - began_ns
        self._load.learn_sampling(duration_ns * _S_PER_NS, steps=steps, rows=len(together))
        self._metrics.observe("batch_size", len(together))
        self._metrics.measure_ns("step", duration_ns / steps)
        self._metrics.count("steps_reduced", sum(steps < sampling.steps for sampling in wanted))
        for piece, latent in zip(together, latents, strict=True):
            piece.sampling, piece.sampled = None, Sampled(latent=latent, steps=steps, duration_ns=duration_ns)
            piece.ready_ns = now_ns
            self._put(piece)  # in the order of due times: who came in between and is more urgent goes first
        return True


def _resumed(work: Work[Any], sampled: Sampled | None, error: Exception | None) -> Sampling:
    """What work wants next, begun, or gone on with its sample or the error that came instead."""
    if error is not None:
        return work.throw(error)
    return next(work) if sampled is None else work.send(sampled)


def _ahead(piece: Piece, demand: Demand) -> Waiting:
    steps = 0 if piece.sampled is not None else demand.steps
    return Waiting(dry_ns=demand.dry_ns, steps=steps, chained=demand.chained)
