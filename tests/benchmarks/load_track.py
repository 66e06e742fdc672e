"""What a subscriber checks of a stream at little cost: which frames are new, missing, or came twice, from heads alone.

Fields that a head leaves out are passed over without being read. It knows messages; it must never know a socket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import msgspec

from ponimator_runtime.wire import Heartbeat, Status


class MotionHead(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag="motion"):
    """A block without its arrays."""

    interaction: int
    revision: int
    start: int
    count: int
    time_ns: int
    final: bool = False


class SkeletonHead(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type", tag="skeleton"):
    """That a skeleton came."""

    session: str


_HEADS = msgspec.msgpack.Decoder(MotionHead | SkeletonHead | Status | Heartbeat)


def head(data: bytes) -> MotionHead | SkeletonHead | Status | Heartbeat:
    """The head of a message of the stream lane."""
    return _HEADS.decode(data)


class Block(Protocol):
    """What both a head and a whole block say of their frames."""

    @property
    def revision(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def count(self) -> int: ...
    @property
    def final(self) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Absolute frames [start, stop) that had not come when a later block came."""

    start: int
    stop: int


class Track:
    """The frames of one session as they come, revisions applied.

    Attributes:
        blocks: that brought frames.
        again: blocks that were known already, or replaced before they came.
        gaps: frames that were missing when a later block came, but for the rest between interactions.
        overlaps: blocks of the newest revision that brought some known frames and some new ones.
        next_frame: behind the newest one; None before the first block.
    """

    def __init__(self) -> None:
        """Nothing has come."""
        self.blocks = self.again = self.overlaps = 0
        self.gaps: list[Gap] = []
        self.next_frame: int | None = None
        self._revision = -1
        self._ended = True

    def add(self, block: Block) -> bool:
        """Takes a block in; whether it brought frames."""
        stop, expected = block.start + block.count, self.next_frame
        if block.revision < self._revision or (
            block.revision == self._revision and expected is not None and stop <= expected
        ):
            self.again += 1
            return False
        if expected is not None:
            if block.start > expected and not self._ended:
                self.gaps.append(Gap(start=expected, stop=block.start))
            self.overlaps += block.revision == self._revision and block.start < expected
        self.blocks += 1
        self._revision, self.next_frame, self._ended = block.revision, stop, block.final
        return True
