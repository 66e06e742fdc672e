"""Reads a recording up to its last whole record; what stands behind that is counted, never guessed at.

Sizes are checked before memory is taken, and checksums before a payload is handed out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import msgspec

from ponimator_runtime.errors import DataError
from ponimator_runtime.recording.format import (
    FORMAT,
    HEAD_BYTES,
    MAGIC,
    PREAMBLE,
    Header,
    Lane,
    Record,
    head_from_bytes,
)
from ponimator_runtime.wire.version import PROTOCOL

_KNOWN_LANES: Final = frozenset(Lane)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """A whole recording in memory.

    Attributes:
        name: of its file.
        header: what holds for all records.
        records: in the order in which they were written, without the header's.
        left_out_bytes: behind the last whole record.
        damage: why the reading ended there; empty where it ended with the file.
    """

    name: str
    header: Header
    records: tuple[Record, ...]
    left_out_bytes: int = 0
    damage: str = ""

    @property
    def complaint(self) -> str:
        """What to tell a person of the damage; empty where there is none."""
        return told_damage(self.damage, self.left_out_bytes)


class RecordingReader:
    """The records of a file, one after the other.

    Attributes:
        header: what holds for all records.
        left_out_bytes: behind the last whole record, once all were read.
        damage: why the reading ended there; empty where it ended with the file.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Reads the header of a file that can seek.

        Raises:
            DataError: this is no recording, one of another format or protocol, or its header is not whole.
        """
        self.left_out_bytes = 0
        self.damage = ""
        self._file = file
        preamble = file.read(len(PREAMBLE))
        if not preamble.startswith(MAGIC) or len(preamble) < len(PREAMBLE):
            raise DataError(f"{name} is no recording: expected a file that `ponimator record` wrote.")
        if preamble != PREAMBLE:
            found = int.from_bytes(preamble[len(MAGIC) :], "little")
            raise DataError(
                f"{name}: expected a recording of format {FORMAT}, got {found}: use the release it is from."
            )
        first = self._next()
        if first is None or first.lane is not Lane.HEADER:
            raise DataError(f"{name}: expected a header, got {self.damage or 'none'}: there is nothing to be read.")
        try:
            self.header = msgspec.msgpack.decode(first.payload, type=Header)
        except msgspec.DecodeError as error:
            raise DataError(f"{name}: its header does not decode: {error}.") from error
        if self.header.protocol != PROTOCOL:
            raise DataError(
                f"{name}: expected a recording of protocol {PROTOCOL}, got {self.header.protocol}: use its release."
            )

    def __iter__(self) -> Iterator[Record]:
        while (record := self._next()) is not None:
            yield record

    @property
    def complaint(self) -> str:
        """What to tell a person of the damage; empty where there is none."""
        return told_damage(self.damage, self.left_out_bytes)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next(self) -> Record | None:
        while not self.damage:
            start = self._file.tell()
            head_bytes = self._file.read(HEAD_BYTES)
            if not head_bytes:
                return None
            head = head_from_bytes(head_bytes) if len(head_bytes) == HEAD_BYTES else None
            if head is not None and head.length > head.limit:
                self._end(start, f"a record claims {head.length} bytes where {head.limit} are the most")
                return None
            payload = b"" if head is None else self._file.read(head.length)
            if head is None or len(payload) < head.length:
                self._end(start, "the last record is torn off")
            elif not head.fits(payload):
                self._end(start, "a record is not the one that was written: its checksum differs")
            elif head.lane in _KNOWN_LANES:
                return Record(lane=Lane(head.lane), time_ns=head.time_ns, payload=payload)
        return None

    def _end(self, start: int, damage: str) -> None:
        self.damage = damage
        self.left_out_bytes = self._file.seek(0, 2) - start


def told_damage(damage: str, left_out_bytes: int) -> str:
    """One line for a person."""
    return f"{damage}; {left_out_bytes} bytes at its end are left out" if damage else ""


def open_recording(path: Path) -> RecordingReader:
    """Opens a recording; raises DataError where it is none."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): expected a recording.") from error
    try:
        return RecordingReader(file, path.name)
    except BaseException:
        file.close()
        raise


def read_recording(path: Path) -> Recording:
    """A whole recording; raises DataError where it is none."""
    with open_recording(path) as reader:
        records = tuple(reader)
        return Recording(
            name=path.name,
            header=reader.header,
            records=records,
            left_out_bytes=reader.left_out_bytes,
            damage=reader.damage,
        )
