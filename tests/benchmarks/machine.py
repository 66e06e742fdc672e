"""What figures were taken on: machine, versions, commit and bundle, as every report of a benchmark says them.

It knows where such facts stand; it measures nothing.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ponimator_runtime.models.card import CARD_FILE

PACKAGES = ("numpy", "onnx", "onnxruntime", "openvino", "torch")
ASSUMED_CACHE_BYTES = 32 << 20
"""Of the last level, where the machine does not say."""
_CPU_INFO = Path("/proc/cpuinfo")
_LAST_CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index3/size")
_TELLING_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_bf16", "amx_int8")
"""What the rate of a matrix product depends on."""


def machine() -> dict[str, object]:
    """The processor, its matrix instructions and caches, and the system."""
    told = _cpu_info()
    flags = told.get("flags", "").split()
    return {
        "cpu": told.get("model name") or platform.processor() or platform.machine(),
        "cores": cores(),
        "matrix_instructions": [flag for flag in _TELLING_FLAGS if flag in flags],
        "last_cache_mib": last_cache_bytes() / 2**20,
        "os": platform.system(),
        "python": platform.python_version(),
    }


def cores() -> int:
    """That this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def last_cache_bytes() -> int:
    """Of the last level of the first core."""
    if not _LAST_CACHE.is_file():
        return ASSUMED_CACHE_BYTES
    return int(_LAST_CACHE.read_text().strip().removesuffix("K")) * 1024


def load_average() -> float | None:
    """Processes that wanted a core in the last minute: above zero before a run, others were at work."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def versions() -> dict[str, str]:
    """Of the packages that compute, where they are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> dict[str, object]:
    """Of the working tree, and whether files in it differ from the commit."""
    revision, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    return {"revision": revision, "changed": None if changes is None else bool(changes)}


def bundle_hash(folder: Path) -> str:
    """Of a bundle's card, which holds the hashes of all its other files."""
    return hashlib.sha256((folder / CARD_FILE).read_bytes()).hexdigest()


def _cpu_info() -> dict[str, str]:
    """What Linux says of the first core."""
    if not _CPU_INFO.is_file():
        return {}
    first = _CPU_INFO.read_text().split("\n\n")[0]
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _git(*arguments: str) -> str | None:
    found = subprocess.run(
        ["git", *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        check=False,
    )
    return found.stdout.strip() if found.returncode == 0 else None
