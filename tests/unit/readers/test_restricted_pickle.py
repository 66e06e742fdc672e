"""Pickles: arrays come through, everything else is refused and nothing runs."""

import contextlib
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion_files.restricted_pickle import read_pickle


class Runs:
    """Asks the reader to call something, as a malicious file does."""

    def __init__(self, function, *arguments) -> None:
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_plain_containers_come_through(tmp_path: Path, protocol: int) -> None:
    content = {
        "betas": np.arange(10.0), "pose": np.asfortranarray(np.ones((2, 3), dtype=np.float32)), "rate": 59.94,
        "names": ["a", ("b", None)], "count": np.int64(7), "ordered": OrderedDict(x=np.array([True])),
        "empty": np.zeros((0, 3)), "text": np.array(["female"]),
    }  # fmt: skip
    path = tmp_path / "arrays.pkl"
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    again = read_pickle(path)
    assert list(again) == list(content)
    np.testing.assert_array_equal(again["betas"], content["betas"])
    np.testing.assert_array_equal(again["pose"], content["pose"])
    assert again["pose"].dtype == np.float32
    assert again["count"] == 7
    assert again["names"] == ["a", ("b", None)]
    assert again["empty"].shape == (0, 3)
    assert again["text"][0] == "female"
    np.testing.assert_array_equal(again["ordered"]["x"], [True])


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_nothing_that_a_file_asks_for_is_executed(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "executed"
    for number, asked in enumerate(
        [
            Runs(os.system, f"touch {mark}"),
            Runs(eval, f"open({str(mark)!r}, 'w')"),
            Runs(exec, f"open({str(mark)!r}, 'w')"),
            Runs(Path.touch, mark),
            Runs(np.save, str(mark), np.zeros(1)),
        ]
    ):
        path = tmp_path / f"asks{number}.pkl"
        path.write_bytes(pickle.dumps({"humans": np.zeros(3), "more": asked}, protocol=protocol))
        with pytest.raises(DataError, match=r"only numpy arrays .* nothing was executed"):
            read_pickle(path)
    assert list(tmp_path.glob("executed*")) == []


def test_the_same_file_would_have_run_without_the_restriction(tmp_path: Path) -> None:
    """The test above cannot pass by accident."""
    mark = tmp_path / "executed"
    pickle.loads(pickle.dumps(Runs(os.system, f"touch {mark}")))  # noqa: S301
    assert mark.exists()


def test_torch_tensors_are_refused_with_what_to_do(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    path = tmp_path / "tensors.pkl"
    path.write_bytes(pickle.dumps({"betas": torch.zeros(10)}))
    with pytest.raises(DataError, match=r"torch tensors.*cpu\(\)\.numpy\(\)"):
        read_pickle(path)
    torch.save({"betas": torch.zeros(10)}, tmp_path / "saved.pkl", _use_new_zipfile_serialization=False)
    with pytest.raises(DataError):
        read_pickle(tmp_path / "saved.pkl")


def test_arrays_larger_than_their_content_are_never_allocated(tmp_path: Path) -> None:
    path = tmp_path / "large.pkl"
    reconstruct = np.zeros(1).__reduce__()[0]
    path.write_bytes(pickle.dumps(Runs(reconstruct, np.ndarray, (10**12,), b"d")))
    with pytest.raises(DataError, match="does not write"):
        read_pickle(path)


def test_a_file_cannot_change_what_the_reader_answers_with(tmp_path: Path) -> None:
    path = tmp_path / "sets.pkl"
    honest = {"betas": np.arange(3.0)}
    for name in ("cnumpy\ndtype\n", "cnumpy\nndarray\n", "cnumpy.core.multiarray\nscalar\n"):
        for state in ("(dS'__call__'\nNs", "(N(dS'_make'\nNst"):
            path.write_bytes(f"{name}{state}b.".encode())
            with pytest.raises(DataError, match=r"sets\.pkl"):
                read_pickle(path)
    path.write_bytes(pickle.dumps(honest, protocol=2))
    np.testing.assert_array_equal(read_pickle(path)["betas"], honest["betas"])


def test_arrays_are_only_made_as_numpy_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "direct.pkl"
    path.write_bytes(pickle.dumps(Runs(np.ndarray, (10**12,))))
    with pytest.raises(DataError, match="does not write"):
        read_pickle(path)


def test_byte_order_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "order.pkl"
    path.write_bytes(pickle.dumps({"big": np.arange(4, dtype=">f8"), "little": np.arange(4, dtype="<i4")}, protocol=2))
    again = read_pickle(path)
    np.testing.assert_array_equal(again["big"], np.arange(4))
    np.testing.assert_array_equal(again["little"], np.arange(4))
    np.testing.assert_array_equal(np.frombuffer(np.float64(1.5).tobytes()), [1.5])  # numpy's own types stay


@pytest.mark.parametrize("cut", [0, 1, 20, 100, -1])
def test_half_written_files_are_named(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "half.pkl"
    path.write_bytes(pickle.dumps({"betas": np.arange(100.0)})[:cut])
    with pytest.raises(DataError, match=r"half\.pkl"):
        read_pickle(path)


def test_bytes_of_anything_never_crash_the_reader(tmp_path: Path) -> None:
    whole = pickle.dumps({"betas": np.arange(30.0), "person1": {"trans": np.zeros((4, 3))}})
    rng = np.random.default_rng(0)
    path = tmp_path / "noise.pkl"
    for _ in range(300):
        noisy = bytearray(whole)
        for place in rng.integers(len(noisy), size=3):
            noisy[place] = rng.integers(256)
        path.write_bytes(bytes(noisy))
        with contextlib.suppress(DataError):
            read_pickle(path)
