"""Opens `.npz` and pickle files of number arrays as one mapping, whatever wrote them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.restricted_pickle import read_pickle

PICKLE_SUFFIXES = (".pkl", ".pickle", ".p")


def read_number_file(path: Path) -> Mapping[str, Any]:
    """Names and contents of a file; arrays that would have to be unpickled out of an `.npz` are left out.

    Raises:
        DataError: the file is missing, broken, or no mapping.
    """
    if path.suffix.lower() not in PICKLE_SUFFIXES:
        return _read_npz(path)
    content = read_pickle(path)
    if not isinstance(content, Mapping):
        raise DataError(f"{path} should hold a mapping of names to arrays, it holds a {type(content).__name__}.")
    return content


def numbers(content: Mapping[str, Any], *names: str) -> NDArray[np.float64] | None:
    """The array under the first of some names that is there, as float64; None where none is.

    Raises:
        DataError: what is there is no array of numbers.
    """
    for name in names:
        if content.get(name) is None:
            continue
        try:
            return np.asarray(content[name], dtype=np.float64)
        except (TypeError, ValueError) as cause:
            raise DataError(f"'{name}' is no array of numbers: {cause}") from cause
    return None


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    arrays = {}
    try:
        # Opened here, for numpy leaves a file open that it finds broken.
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DataError(f"{path} holds a single array; an .npz of named arrays is needed.")
            for name in archive.files:
                try:
                    arrays[name] = archive[name]
                except ValueError as cause:
                    if "Object arrays" not in str(cause):
                        raise
    except DataError:
        raise
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as cause:
        raise DataError(f"{path} cannot be read as an .npz of number arrays: {cause}") from cause
    return arrays
