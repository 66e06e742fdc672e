"""Writes a recording: appends whole records, each of which has left the process when `write` returns.

A killed recorder loses at most the record in hand; a machine that loses its power, about the last two seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.recording.format import PREAMBLE, Header, Lane, Record, record_bytes

_SYNC_NS: Final = 1_000_000_000


class RecordingWriter:
    """A recording that grows.

    Attributes:
        path: of the file.
        byte_count: its length so far.
    """

    def __init__(self, path: Path, header: Header, *, clock: Callable[[], int] = time.monotonic_ns) -> None:
        """Makes the file and writes its header.

        Raises:
            ConfigError: it is there already, or cannot be made.
            DataError: it cannot be written.
        """
        self.path = path
        self.byte_count = 0
        self._clock = clock
        self._synced_ns = clock()
        try:
            # Unbuffered: what `write` was given is the operating system's, whatever becomes of this process.
            self._file = path.open("xb", buffering=0)
        except FileExistsError as error:
            raise ConfigError(f"{path} is there already: a recording never overwrites, name another file") from error
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be made ({error.strerror}): name a file in a folder that is there"
            ) from error
        try:
            self._append(PREAMBLE)
            self.write(Record(lane=Lane.HEADER, time_ns=0, payload=msgspec.msgpack.encode(header)))
        except BaseException:
            self._file.close()
            raise

    def write(self, record: Record) -> None:
        """Appends one record; raises DataError where the disk takes no more."""
        self._append(record_bytes(record))
        now_ns = self._clock()
        if now_ns - self._synced_ns >= _SYNC_NS:
            self._synced_ns = now_ns
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Ends the file."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as error:
            raise DataError(
                f"{self.path} cannot be written any further ({error.strerror}): what it holds up to here can be read"
            ) from error
        self.byte_count += len(data)
