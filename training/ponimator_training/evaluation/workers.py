"""Measures in other processes, or here: the same figures, sooner. The judges travel once, what they measure each time.

It knows no measure. Processes are spawned, as Windows does, and each computes on one thread.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import torch

from ponimator_runtime.errors import ConfigError

JudgesT = TypeVar("JudgesT")
ResultT = TypeVar("ResultT")
Arguments = ParamSpec("Arguments")

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_judges: Any = None
"""What this process measures with, where it is one of the others."""


class Workers(Generic[JudgesT]):
    """Runs measures on judges that every process has; a context manager, its processes end with it."""

    def __init__(self, judges: JudgesT, count: int) -> None:
        """Nothing starts before the first measure is asked.

        Args:
            judges: what every measure is called with first.
            count: of processes; with 1 everything is measured in this one.
        """
        self._judges = judges
        self._pool: ProcessPoolExecutor | None = None
        if count > 1:
            self._pool = ProcessPoolExecutor(
                count,
                mp_context=get_context("spawn"),
                initializer=_begin,
                initargs=(pickle.dumps(judges),),  # as bytes: torch would share tensors by open files
            )

    def __enter__(self) -> Workers[JudgesT]:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the processes; what nobody waits for is not measured any more."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def measure(
        self,
        measured: Callable[Concatenate[JudgesT, Arguments], ResultT],
        *arguments: Arguments.args,
        **keywords: Arguments.kwargs,
    ) -> Future[ResultT]:
        """Asks for `measured(judges, …)`, a function of a module; what it returns comes by `result_of`."""
        if self._pool is None:
            done: Future[ResultT] = Future()
            done.set_result(measured(self._judges, *arguments, **keywords))
            return done
        with _single_threaded_children():
            return self._pool.submit(_measured, measured, arguments, keywords)


def result_of(measurement: Future[ResultT]) -> ResultT:
    """What was measured.

    Raises:
        ConfigError: the process that measured it is gone.
    """
    try:
        return measurement.result()
    except BrokenExecutor as cause:
        raise ConfigError(
            "A process that measures has ended, perhaps for want of memory: ask for fewer --workers."
        ) from cause


def _begin(judges: bytes) -> None:
    """First thing in a new process; Ctrl-C is for the one that started it."""
    global _judges
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    _judges = pickle.loads(judges)  # noqa: S301 - from the process that started this one


def _measured(measured: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:  # noqa: ANN401
    return measured(_judges, *arguments, **keywords)


@contextmanager
def _single_threaded_children() -> Iterator[None]:
    """Children read these variables while they import numpy, before anything can be said to them."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
