"""Reads pickles that hold arrays and plain containers, without executing anything that they ask for.

A pickle is a program: each object it makes is a call that it names. Here only the handful of calls that rebuild numpy
arrays are answered, each by a function of this module; every other name is refused before anything is imported.
"""

from __future__ import annotations

import pickle
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError

_LARGEST_BYTES = 2**30
_PLAIN_TYPE = re.compile(r"[<>=|]?[biufcSUO?]\d*")
_BYTE_ENCODINGS = ("latin1", "latin-1", "iso-8859-1")


def read_pickle(path: Path) -> Any:  # noqa: ANN401  whatever the file holds
    """What a pickle holds, if that is arrays, numbers, text and plain containers of these.

    Raises:
        DataError: the pickle is broken, too large, or asks for anything else (torch tensors, functions, classes).
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise DataError(f"{path} is larger than {_LARGEST_BYTES >> 20} MiB: no clip of motion is.")
        with path.open("rb") as file:
            content = _ArrayUnpickler(file, encoding="latin1").load()
            if file.read(1):
                raise DataError("holds more than one pickle, as torch.save and joblib write; save plain numpy arrays.")
            return content
    except DataError as refusal:
        raise DataError(f"{path}: {refusal}") from None
    except (
        pickle.UnpicklingError, OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError,
        MemoryError, OverflowError, RecursionError,
    ) as cause:  # fmt: skip
        raise DataError(f"{path} cannot be read as a pickle of arrays: {type(cause).__name__}: {cause}") from cause


class _ArrayUnpickler(pickle.Unpickler):
    """Knows numpy's arrays and nothing else."""

    def find_class(self, module: str, name: str, /) -> Any:  # noqa: ANN401  as in the base class
        """The stand-in for a name of the list; never an import."""
        if module.split(".")[0] == "torch":
            raise DataError(
                f"holds torch tensors ({module}.{name}), which cannot be read without executing code of the file. "
                "Save numpy arrays instead: tensor.detach().cpu().numpy()."
            )
        known = _KNOWN.get((module.replace("numpy._core", "numpy.core"), name))
        if known is None:
            raise DataError(
                f"asks for {module}.{name}; only numpy arrays and plain containers are read, and nothing was executed."
            )
        return known

    def persistent_load(self, pid: Any, /) -> Any:  # noqa: ANN401  as in the base class
        """Storages outside of the pickle, as torch writes them."""
        raise DataError(
            "keeps its numbers in storages outside of the pickle, as torch.save does. "
            "Save numpy arrays instead: tensor.detach().cpu().numpy()."
        )


class _Maker:
    """A stand-in that a pickle can call, and in no way change."""

    __slots__ = ("_make",)
    _make: Callable[..., object]

    def __init__(self, make: Callable[..., object]) -> None:
        object.__setattr__(self, "_make", make)

    def __setattr__(self, name: str, value: object) -> None:
        raise DataError(f"sets '{name}' of something that is no array.")

    def __call__(self, *arguments: object) -> object:
        return self._make(*arguments)


def _called_array(*_: object) -> NoReturn:
    """Stands in for `numpy.ndarray`, which pickles of arrays name and never call."""
    raise DataError("makes an array in a way that numpy does not write.")


_ARRAY_TYPE = _Maker(_called_array)


def _empty_array(kind: object, shape: object, typecode: object) -> NDArray[Any]:
    """Stands in for numpy's `_reconstruct`: an array whose contents are set next."""
    if kind is not _ARRAY_TYPE or shape != (0,):
        raise DataError("rebuilds an array in a way that numpy does not write.")
    return np.ndarray.__new__(np.ndarray, (0,), "b")


def _dtype(spec: object, *_: object) -> np.dtype[Any]:
    """Stands in for `numpy.dtype`: plain types only."""
    if not isinstance(spec, str) or not _PLAIN_TYPE.fullmatch(spec):
        raise DataError(f"holds an array of type {spec!r}; only plain numbers and text are read.")
    return np.dtype(spec, False, True)  # a copy: the file sets its byte order next


def _scalar(dtype: np.dtype[Any], content: object = None) -> np.generic:
    """Stands in for numpy's `scalar`."""
    if dtype.hasobject or not isinstance(content, bytes | str):
        raise DataError("holds a numpy scalar that is no number.")
    raw = content.encode("latin1") if isinstance(content, str) else content
    number: np.generic = np.frombuffer(raw, dtype=dtype, count=1)[0]
    return number


def _array_from_buffer(buffer: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], order: str) -> NDArray[Any]:
    """Stands in for numpy's `_frombuffer`, with which protocol 5 writes arrays."""
    order_of_file: Any = order if order in ("C", "F") else "C"
    return np.frombuffer(buffer, dtype=dtype).reshape(shape, order=order_of_file)


def _bytes_from_text(text: str, encoding: str) -> bytes:
    """Stands in for `_codecs.encode`, with which protocol 2 writes bytes."""
    if encoding not in _BYTE_ENCODINGS:
        raise DataError(f"asks for the codec {encoding!r}.")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """Stands in for `bytes`, which protocols before 3 call for empty contents."""
    return b""


_KNOWN: dict[tuple[str, str], type | _Maker] = {
    ("numpy", "ndarray"): _ARRAY_TYPE,
    ("numpy", "dtype"): _Maker(_dtype),
    ("numpy.core.multiarray", "_reconstruct"): _Maker(_empty_array),
    ("numpy.core.multiarray", "scalar"): _Maker(_scalar),
    ("numpy.core.numeric", "_frombuffer"): _Maker(_array_from_buffer),
    ("collections", "OrderedDict"): OrderedDict,
    ("_codecs", "encode"): _Maker(_bytes_from_text),
    ("__builtin__", "bytes"): _Maker(_no_bytes),
}
