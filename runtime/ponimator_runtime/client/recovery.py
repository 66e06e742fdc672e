"""When to try again after a server was lost, and the one attempt that is under way.

A client for one thread cannot wait for a server and play on: what has to wait is written as a generator that yields the
seconds it would wait for, and is taken one step further whenever the client is called. It knows no socket.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from typing import Final, TypeVar

Waiting = Generator[float, None, None]
"""Yields how long nothing is going to happen, in seconds, unless a message comes."""
Result = TypeVar("Result")
_FIRST_DELAY_S: Final = 0.1
_LONGEST_DELAY_S: Final = 2.0


class Backoff:
    """Delays that double up to a bound, each cut by chance to between a half and the whole.

    Without the chance, all clients of a server that was restarted would come back at once.
    """

    def __init__(self, random_numbers: random.Random | None = None) -> None:
        """Begins with the shortest delay."""
        self._random = random_numbers or random.Random()
        self._delay_s = _FIRST_DELAY_S

    def next_s(self) -> float:
        """The next delay."""
        delay_s = self._delay_s * self._random.uniform(0.5, 1.0)
        self._delay_s = min(2 * self._delay_s, _LONGEST_DELAY_S)
        return delay_s


def pause(seconds: float) -> Waiting:
    """Waits."""
    until_s = time.monotonic() + seconds
    while (left_s := until_s - time.monotonic()) > 0:
        yield left_s


def finished(waiting: Generator[float, None, Result], wait: Callable[[float], None]) -> Result:
    """Takes it to its end, with `wait` between the steps; what it returns."""
    while True:
        try:
            seconds = next(waiting)
        except StopIteration as end:
            result: Result = end.value
            return result
        wait(seconds)


class Recovery:
    """The way back to a server that was lost, for all sessions of a client.

    Attributes:
        count: how often it succeeded.
        last_s: how long the last one took, from when the loss was noticed.
    """

    def __init__(self, recovering: Callable[[], Waiting], wait: Callable[[float], None]) -> None:
        """The server is there.

        Args:
            recovering: makes an attempt that ends when the server is there again, or raises.
            wait: for a message of the connection, or a time.
        """
        self.count = 0
        self.last_s = 0.0
        self._recovering, self._wait = recovering, wait
        self._attempt: Waiting | None = None
        self._began_s = 0.0

    @property
    def running(self) -> bool:
        """Whether the server is being looked for."""
        return self._attempt is not None

    def begin(self) -> None:
        """The server is lost; nothing where that is known."""
        if self._attempt is None:
            self._attempt, self._began_s = self._recovering(), time.monotonic()

    def go_on(self, at_most_s: float) -> None:
        """One step further, and a wait for what comes next; raises what ended the attempt."""
        if self._attempt is None:
            return
        try:
            wait_s = next(self._attempt)
        except StopIteration:
            self._attempt = None
            self.count += 1
            self.last_s = time.monotonic() - self._began_s
        except BaseException:
            self._attempt = None
            raise
        else:
            if at_most_s > 0:
                self._wait(min(wait_s, at_most_s))

    def finish(self) -> None:
        """Goes on until the server is there again; raises what ended the attempt."""
        while self._attempt is not None:
            self.go_on(_LONGEST_DELAY_S)
