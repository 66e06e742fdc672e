"""Work that pauses where a network has to run, so that the pauses of many become one call of the network.

A piece of work is a generator: it yields what it wants sampled, and goes on with what it is sent. It knows neither who
samples nor with whom, and who samples does not know what for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """One row of a network's batch, with all chance in it already drawn: it may be sampled twice.

    Attributes:
        network: samples rows together, with so many diffusion steps; rows of one network and one number of steps may
            be neighbours, and none depends on its own.
        row: what the network takes of this one.
        steps: diffusion steps asked for.
    """

    network: Callable[[Sequence[Any], int], Iterable[np.ndarray]]
    row: Any
    steps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampled:
    """What became of a row.

    Attributes:
        latent: as its network gave it.
        steps: diffusion steps that were taken.
        duration_ns: of the call, with all its rows.
    """

    latent: np.ndarray
    steps: int
    duration_ns: int


Work = Generator[Sampling, Sampled, T]
"""Work that may pause."""


def alone(work: Work[T], clock: Callable[[], int]) -> T:
    """What a piece of work makes without neighbours, in one go and with the steps that it asks for.

    Args:
        work: not yet begun.
        clock: nanoseconds.
    """
    try:
        wanted = next(work)
        while True:
            began_ns = clock()
            (latent,) = wanted.network([wanted.row], wanted.steps)
            wanted = work.send(Sampled(latent=latent, steps=wanted.steps, duration_ns=clock() - began_ns))
    except StopIteration as end:
        result: T = end.value
        return result


def without_pause(run: Callable[[], T]) -> Work[T]:
    """Work that needs no network, or runs it by itself."""
    yield from ()
    return run()
