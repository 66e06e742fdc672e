"""A process that works beside what is measured, as a game or a recorder would; it ends by itself.

`python tests/benchmarks/neighbour.py SECONDS` works for so long.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

LONGEST_S = 600
"""It ends then, even where nobody ends it."""
_VALUES = 1 << 18
_BEGUN = "at work"


@contextmanager
def neighbour() -> Iterator[None]:
    """One busy core while this lasts."""
    command = [sys.executable, str(Path(__file__)), str(LONGEST_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            yield
        finally:
            process.kill()


def work(seconds: float) -> None:
    """Arithmetic on arrays of the size of a cache, on one thread."""
    values = np.linspace(-1, 1, _VALUES)
    ends_s = time.monotonic() + seconds
    while time.monotonic() < ends_s:
        values = np.sin(values)


if __name__ == "__main__":
    print(_BEGUN, flush=True)
    work(float(sys.argv[1]))
