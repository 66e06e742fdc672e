"""Open Sound Control 1.0: messages of numbers and words as bytes, and bundles of them that fit into a datagram.

Source: Wright, "The Open Sound Control 1.0 Specification" (2002).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

Argument = int | float | str

MAX_DATAGRAM_BYTES: Final = 1400
"""What an Ethernet frame carries in one piece, with some room for tunnels."""
_BUNDLE_HEAD: Final = b"#bundle\0" + struct.pack(">Q", 1)
"""The time tag 1 means: at once."""
_ALIGNMENT: Final = 4
_SIZE: Final = struct.Struct(">i")


def message(address: str, *arguments: Argument) -> bytes:
    """One message; floats travel as 32 bits."""
    tags, content = ",", b""
    for argument in arguments:
        if isinstance(argument, str):
            tags, content = tags + "s", content + _text(argument)
        elif isinstance(argument, int):
            tags, content = tags + "i", content + struct.pack(">i", argument)
        else:
            tags, content = tags + "f", content + struct.pack(">f", argument)
    return _text(address) + _text(tags) + content


def bundles(messages: Iterable[bytes]) -> Iterator[bytes]:
    """The messages in as few datagrams as hold them; none is cut."""
    bundle = _BUNDLE_HEAD
    for content in messages:
        element = _SIZE.pack(len(content)) + content
        if len(bundle) + len(element) > MAX_DATAGRAM_BYTES and bundle != _BUNDLE_HEAD:
            yield bundle
            bundle = _BUNDLE_HEAD
        bundle += element
    if bundle != _BUNDLE_HEAD:
        yield bundle


def _text(text: str) -> bytes:
    """Ends in one to four zero bytes, a multiple of four in all."""
    raw = text.encode()
    return raw + b"\0" * (_ALIGNMENT - len(raw) % _ALIGNMENT)
