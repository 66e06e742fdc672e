"""A binary glTF file as a tree of JSON and a buffer of numbers; what stands in them, `gltf_writer` and its reader know.

Source: Khronos glTF 2.0 specification, "GLB File Format" and "Binary Data Storage".
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError

MAX_FILE_BYTES: Final = 1 << 30
_HEADER: Final = struct.Struct("<4sII")
_CHUNK: Final = struct.Struct("<I4s")
_MAGIC, _VERSION = b"glTF", 2
_JSON, _BINARY = b"JSON", b"BIN\0"
_ALIGNMENT: Final = 4
_COMPONENTS: Final = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
_WIDTHS: Final = {kind: width for width, kind in _COMPONENTS.items()}
_CODES: Final[dict[str, int]] = {"uint8": 5121, "uint16": 5123, "uint32": 5125, "float32": 5126}
_TYPES: Final = {code: np.dtype(name) for name, code in _CODES.items()}


class GlbBuilder:
    """Collects arrays and tells how they are found again."""

    def __init__(self) -> None:
        """Is empty."""
        self._binary = bytearray()
        self._views: list[dict[str, Any]] = []
        self._accessors: list[dict[str, Any]] = []

    def add(self, array: NDArray[Any], *, target: int | None = None, bounded: bool = False) -> int:
        """An accessor's number for an array of rows.

        Args:
            array: (N,) or (N, width), of a type that glTF has.
            target: of the view, where a graphics card reads it.
            bounded: whether the file tells the least and greatest of each column, as glTF wants for some.
        """
        rows = np.ascontiguousarray(array)
        width = 1 if rows.ndim == 1 else rows.shape[1]
        self._binary += b"\0" * (-len(self._binary) % _ALIGNMENT)
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self._binary), "byteLength": rows.nbytes}
        if target is not None:
            view["target"] = target
        accessor: dict[str, Any] = {
            "bufferView": len(self._views),
            "componentType": _CODES[rows.dtype.name],
            "count": len(rows),
            "type": _COMPONENTS[width],
        }
        if bounded:
            flat = rows.reshape(len(rows), width)
            accessor |= {"min": flat.min(axis=0).tolist(), "max": flat.max(axis=0).tolist()}
        self._binary += rows.tobytes()
        self._views.append(view)
        self._accessors.append(accessor)
        return len(self._accessors) - 1

    def save(self, path: Path, tree: dict[str, Any]) -> None:
        """Writes the file; `tree` is the JSON without the arrays."""
        whole = tree | {
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": len(self._binary)}],
        }
        text = json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % _ALIGNMENT)
        binary = bytes(self._binary) + b"\0" * (-len(self._binary) % _ALIGNMENT)
        length = _HEADER.size + 2 * _CHUNK.size + len(text) + len(binary)
        path.write_bytes(
            _HEADER.pack(_MAGIC, _VERSION, length)
            + _CHUNK.pack(len(text), _JSON)
            + text
            + _CHUNK.pack(len(binary), _BINARY)
            + binary
        )


class Glb:
    """A file that was read.

    Attributes:
        tree: its JSON.
    """

    def __init__(self, tree: dict[str, Any], binary: bytes) -> None:
        """Takes the two chunks."""
        self.tree = tree
        self._binary = binary

    def array(self, accessor: int) -> NDArray[Any]:
        """The rows of an accessor, (N,) or (N, width); raises DataError, KeyError or IndexError where it makes none."""
        told = self.tree["accessors"][accessor]
        view = self.tree["bufferViews"][told["bufferView"]]
        if view.get("byteStride") or told.get("sparse"):
            raise DataError("arrays that are interleaved or sparse are not read")
        kind, width, count = _TYPES[told["componentType"]], _WIDTHS[told["type"]], int(told["count"])
        start = int(view.get("byteOffset", 0)) + int(told.get("byteOffset", 0))
        if start < 0 or count < 0 or start + count * width * kind.itemsize > len(self._binary):
            raise DataError("an array lies outside of the file")
        flat = np.frombuffer(self._binary, dtype=kind, count=count * width, offset=start)
        return flat if width == 1 else flat.reshape(count, width)


def read_glb(path: Path) -> Glb:
    """Reads a file whole.

    Raises:
        DataError: it is no binary glTF 2.0 file with a buffer of its own.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise DataError(f"{path.name} has {size} bytes, {MAX_FILE_BYTES} are the most that is read.")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): expected a binary glTF file.") from error
    try:
        magic, version, _ = _HEADER.unpack_from(content)
        if (magic, version) != (_MAGIC, _VERSION):
            raise ValueError("its first bytes are others")
        text, place = _chunk(content, _HEADER.size, _JSON)
        binary, _ = _chunk(content, place, _BINARY)
        tree = json.loads(text)
    except (ValueError, struct.error, RecursionError) as error:
        raise DataError(f"{path.name} is no whole binary glTF 2.0 file: {error}.") from error
    if not isinstance(tree, dict):
        raise DataError(f"{path.name}: expected a map in its JSON, got a {type(tree).__name__}.")
    return Glb(tree, binary)


def _chunk(content: bytes, place: int, kind: bytes) -> tuple[bytes, int]:
    """The content of the chunk at a place, and the place behind it."""
    length, found = _CHUNK.unpack_from(content, place)
    start = place + _CHUNK.size
    if found != kind or start + length > len(content):
        raise ValueError(f"expected a chunk {kind.decode().strip(chr(0))} there, whole")
    return content[start : start + length], start + length
