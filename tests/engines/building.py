"""One build at a time in a folder: pytest's workers are processes, and each builds what its own tests need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[2] / ".engines" / "build"


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Waits until no other process builds what has this name; one that was killed is waited for no more."""
    import fcntl  # Nothing is built where there is none: on Windows.

    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / f"{name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
