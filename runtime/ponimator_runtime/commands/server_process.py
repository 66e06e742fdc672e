"""The server as a process of its own, on free ports, for a command or a test that needs one for a while."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from ponimator_runtime.errors import ConnectTimeout

READY: Final = "ponimator: serving {bundle}  control {control}  stream {stream}"
"""The line on stdout by which a server says that it is ready, and where."""
_READY_PATTERN: Final = re.compile(
    r"ponimator: serving (?P<bundle>.+)  control (?P<control>\S+)  stream (?P<stream>\S+)"
)
_FREE_PORT: Final = "tcp://127.0.0.1:0"
_START_TIMEOUT_S: Final = 120.0
_STOP_TIMEOUT_S: Final = 10.0


class ServerProcess:
    """A server that runs while this context lasts.

    Attributes:
        bundle: what it serves.
        control: endpoint of the control lane.
        stream: endpoint of the stream lane.
        process: for who wants to send it a signal.
    """

    def __init__(self, options: Sequence[str] = (), *, control: str = _FREE_PORT, stream: str = _FREE_PORT) -> None:
        """Starts it and waits until it says that it is ready.

        Raises:
            ConnectTimeout: it ended before, or took too long; what it complained of is on stderr.
        """
        arguments = ["serve", "--control", control, "--stream", stream, *options]
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
            [sys.executable, "-m", "ponimator_runtime", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            creationflags=_own_group(),
        )
        impatience = threading.Timer(_START_TIMEOUT_S, self.process.kill)
        impatience.start()
        try:
            self.bundle, self.control, self.stream = self._wait_until_ready()
        except BaseException:
            self.process.kill()
            self._close()
            raise
        finally:
            impatience.cancel()

    def stop(self) -> int:
        """Asks it to stop as a person would, and waits; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(_stop_signal())
        try:
            exit_code = self.process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._close()
        return exit_code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_until_ready(self) -> tuple[str, str, str]:
        for line in self.process.stdout or ():
            match = _READY_PATTERN.match(line)
            if match:
                return match["bundle"], match["control"], match["stream"]
        raise ConnectTimeout("The server ended before it was ready; the line above says why.")

    def _close(self) -> None:
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _own_group() -> int:
    """On Windows a group of its own, so that a break sent to the server does not reach us."""
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def _stop_signal() -> int:
    if sys.platform == "win32":
        return signal.CTRL_BREAK_EVENT
    return signal.SIGTERM
