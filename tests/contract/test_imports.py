"""The runtime imports whole on a base install: without torch, onnx, training, export or any development tool."""

import subprocess
import sys

ABSENT = (
    "torch",
    "onnx",
    "onnxscript",
    "ponimator_training",
    "ponimator_export",
    "anny",
    "beartype",
    "lightning_fabric",
    "msgpack",
    "safetensors",
    "scipy",
    "smplx",
    "transformers",
)

IMPORT_ALL = """
import importlib, pkgutil, sys

for name in sys.argv[1:]:
    sys.modules[name] = None  # import raises ModuleNotFoundError

import ponimator_runtime

def refuse(name):
    raise ImportError(name)

names = [module.name for module in pkgutil.walk_packages(ponimator_runtime.__path__, "ponimator_runtime.", refuse)]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(*names, sep="\\n")
"""


def import_all(*absent: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *absent], capture_output=True, text=True, timeout=120, check=False
    )


def test_every_runtime_module_imports_on_a_base_install():
    result = import_all(*ABSENT)
    assert result.returncode == 0, result.stderr
    names = set(result.stdout.split())
    assert {"ponimator_runtime.errors", "ponimator_runtime.motion.rotations", "ponimator_runtime.models.text"} <= names


def test_the_check_sees_a_missing_package():
    """Proof that blocking works: numpy is needed, so without it the import must fail."""
    result = import_all("numpy")
    assert result.returncode != 0
    assert "numpy" in result.stderr
