"""What all builds of the tests share: the tools that `make engines` brought, and one build at a time in a folder.

pytest's workers are processes, and each builds what its own tests need.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / ".engines" / "build"


def _toolchain() -> ModuleType:
    """`engine_plugins` is no package: Unity and Unreal own its folders."""
    spec = importlib.util.spec_from_file_location("toolchain", ROOT / "engine_plugins" / "toolchain.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOLCHAIN = _toolchain()


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Waits until no other process builds what has this name; one that was killed is waited for no more."""
    import fcntl  # Nothing is built where there is none: on Windows.

    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / f"{name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
