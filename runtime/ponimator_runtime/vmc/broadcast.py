"""Sends the two performers sixty times a second, from a thread of its own: a server hands it bytes and never waits."""

from __future__ import annotations

import logging
import queue
import socket
import threading
import time
from types import TracebackType
from typing import Final, Self

from ponimator_runtime.vmc.stage import Stage
from ponimator_runtime.vmc.targets import Targets

_LOG = logging.getLogger(__name__)
RATE_HZ: Final = 60
_MESSAGES_KEPT: Final = 4096
_NS_PER_S: Final = 1_000_000_000


class Broadcast:
    """A context: while it lasts, what is heard is shown."""

    def __init__(self, targets: Targets) -> None:
        """Looks the host up; raises ConfigError where it is not known."""
        family, self._addresses = targets.addresses()
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._heard: queue.Queue[tuple[bytes, int]] = queue.Queue(_MESSAGES_KEPT)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vmc", daemon=True)

    def hear(self, payload: bytes) -> None:
        """Takes a message of the stream lane; any thread may call it, and none waits."""
        try:
            self._heard.put_nowait((payload, time.monotonic_ns()))
        except queue.Full:
            _LOG.warning("vmc: %d messages wait to be shown; one is left out", _MESSAGES_KEPT)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        stage, began_ns, ticks = Stage(), time.monotonic_ns(), 0
        told = False
        while not self._stopping.is_set():
            self._take_heard(stage)
            for address, datagrams in zip(self._addresses, stage.datagrams(time.monotonic_ns()), strict=True):
                for datagram in datagrams:
                    try:
                        self._socket.sendto(datagram, address)
                    except OSError as error:  # nobody listens, or the network is away: both may change
                        if not told:
                            _LOG.warning("vmc: nothing can be sent to %s:%d: %s", *address, error.strerror)
                        told = True
            # By the clock, not by pauses: so the rate is kept, and a pause that took long is not made up for.
            now_ns = time.monotonic_ns()
            ticks = max(ticks + 1, (now_ns - began_ns) * RATE_HZ // _NS_PER_S)
            self._stopping.wait(max(0.0, (began_ns + ticks * _NS_PER_S // RATE_HZ - now_ns) / _NS_PER_S))

    def _take_heard(self, stage: Stage) -> None:
        while True:
            try:
                payload, arrival_ns = self._heard.get_nowait()
            except queue.Empty:
                return
            stage.hear(payload, arrival_ns)
