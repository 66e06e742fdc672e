"""The layout of a recording; `docs/recordings.md` says the same for people.

    file   = preamble, record, record, ...          the first record is the header
    record = crc u32 · length u32 · time u64 · lane u8 · payload of `length` bytes          little-endian

`crc` is the CRC-32 of all that follows it in its record. `time` counts nanoseconds since the recording began. Growth: a
lane that a reader does not know is passed over, a field is added to the header with a default; anything else is a new
`FORMAT`.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from msgspec import Struct

from ponimator_runtime.wire.limits import MAX_REPLY_BYTES, MAX_REQUEST_BYTES, MAX_STREAM_BYTES
from ponimator_runtime.wire.replies import ModelInfo

SUFFIX: Final = ".ponirec"
FORMAT: Final = 1
MAGIC: Final = b"\x89PONIREC"
"""Its first byte is no text, so that nothing takes the file for one."""
PREAMBLE: Final = MAGIC + struct.pack("<I", FORMAT)
_CRC: Final = struct.Struct("<I")
_DESCRIPTION: Final = struct.Struct("<IQB")
HEAD_BYTES: Final = _CRC.size + _DESCRIPTION.size


class Lane(IntEnum):
    """Where a payload came from."""

    HEADER = 0
    REQUEST = 1
    """The recorder's own, to the server."""
    REPLY = 2
    STREAM = 3
    """The session's topic, as every subscriber gets it."""


MAX_PAYLOAD_BYTES: Final = MAX_STREAM_BYTES
"""Of a lane that is not known."""
_LIMITS: Final[dict[int, int]] = {
    Lane.HEADER: MAX_REPLY_BYTES,
    Lane.REQUEST: MAX_REQUEST_BYTES,
    Lane.REPLY: MAX_REPLY_BYTES,
    Lane.STREAM: MAX_STREAM_BYTES,
}


class Header(Struct, frozen=True, kw_only=True):
    """What holds for all records.

    Attributes:
        protocol: of the messages.
        server: name and version, as it said of itself.
        session: whose stream this is.
        topic: on the stream lane.
        server_clock_ns: the server's clock when the recording began: what `time` is added to.
        models: that the server had loaded.
        recorder: the program that wrote this.
        recorded_at: date and time, UTC, ISO 8601.
    """

    protocol: int
    server: str
    session: str
    topic: str
    server_clock_ns: int
    models: tuple[ModelInfo, ...] = ()
    recorder: str = ""
    recorded_at: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One message.

    Attributes:
        lane: where it came from.
        time_ns: when it came, since the recording began.
        payload: its bytes as they came.
    """

    lane: Lane
    time_ns: int
    payload: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands before a payload."""

    crc: int
    length: int
    time_ns: int
    lane: int

    @property
    def limit(self) -> int:
        """The most bytes that a payload of this lane has."""
        return _LIMITS.get(self.lane, MAX_PAYLOAD_BYTES)

    def fits(self, payload: bytes) -> bool:
        """Whether head and payload are the ones that were written."""
        return self.crc == _checksum(_DESCRIPTION.pack(self.length, self.time_ns, self.lane), payload)


def head_from_bytes(data: bytes) -> Head:
    """Reads `HEAD_BYTES` bytes; whether they make sense, the checksum tells."""
    (crc,) = _CRC.unpack_from(data)
    length, time_ns, lane = _DESCRIPTION.unpack_from(data, _CRC.size)
    return Head(crc=crc, length=length, time_ns=time_ns, lane=lane)


def record_bytes(record: Record) -> bytes:
    """The record as it stands in the file."""
    description = _DESCRIPTION.pack(len(record.payload), record.time_ns, record.lane)
    return _CRC.pack(_checksum(description, record.payload)) + description + record.payload


def _checksum(description: bytes, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(description))
