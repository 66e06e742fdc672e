"""A signal to stop, as something that a loop looks at: nothing is broken off in the middle."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final

STOP_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """While it lasts, a signal to stop sets the event; signals are a main thread's affair, on another none comes."""
    stopping = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    earlier = {number: signal.signal(number, on_signal) for number in STOP_SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
