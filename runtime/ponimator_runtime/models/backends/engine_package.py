"""The packages that build and run engines, the GPU that is at hand, and the generations of GPUs.

Everything about a package that is only known once it is imported is asked here; nothing else imports one.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, Final, Protocol

from ponimator_runtime.errors import MissingExtra, ProviderUnavailable

EXTRA: Final = "tensorrt"
TENSORRT: Final = "tensorrt"
TENSORRT_RTX: Final = "tensorrt_rtx"
PACKAGES: Final = (TENSORRT, TENSORRT_RTX)
"""Modules that build and run engines, in the order of preference; their APIs are the same as far as we use them."""


class Generation(StrEnum):
    """A generation of NVIDIA GPUs."""

    AMPERE = "ampere"
    ADA = "ada"
    HOPPER = "hopper"
    BLACKWELL = "blackwell"


CAPABILITIES: Final[dict[Generation, tuple[int, ...]]] = {
    Generation.AMPERE: (80, 86, 87),
    Generation.ADA: (89,),
    Generation.HOPPER: (90,),
    Generation.BLACKWELL: (100, 103, 110, 120, 121),
}
"""Compute capabilities of each generation, ten times as large."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gpu:
    """The GPU that engines are to run on.

    Attributes:
        name: of the product.
        capability: compute capability, ten times as large.
    """

    name: str
    capability: int

    @property
    def generation(self) -> Generation | None:
        """None for a GPU of a generation without engines."""
        return next((name for name, held in CAPABILITIES.items() if self.capability in held), None)

    def __str__(self) -> str:
        """For messages."""
        generation = self.generation or "no generation that engines are built for"
        return f"{self.name} ({generation}, compute capability {self.capability / 10:.1f})"


def installed_packages() -> dict[str, str]:
    """Version of each of `PACKAGES` that can be imported.

    Raises:
        ProviderUnavailable: one is installed but broken.
    """
    return {name: module.__version__ for name in PACKAGES if (module := _imported(name)) is not None}


def package(name: str) -> ModuleType:
    """The module of one of `PACKAGES`.

    Raises:
        MissingExtra: it is not installed.
        ProviderUnavailable: it is installed but broken.
    """
    module = _imported(name)
    if module is None:
        raise MissingExtra(f"An engine of {name}", EXTRA)
    return module


def cuda_runtime() -> ModuleType:
    """The module `cuda.bindings.runtime`.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return importlib.import_module("cuda.bindings.runtime")
    except ModuleNotFoundError as cause:
        raise MissingExtra("The provider 'engine'", EXTRA) from cause


def gpu_at_hand() -> Gpu:
    """The first GPU that CUDA shows; `CUDA_VISIBLE_DEVICES` chooses another.

    Raises:
        MissingExtra: the package that asks CUDA is not installed.
        ProviderUnavailable: there is no GPU, or no driver that is new enough.
    """
    cuda = cuda_runtime()
    error, count = cuda.cudaGetDeviceCount()
    if error != cuda.cudaError_t.cudaSuccess or count == 0:
        (_, reason) = cuda.cudaGetErrorString(error)
        told = reason.decode() if count is None else "CUDA shows no device"
        raise ProviderUnavailable(
            f"The provider 'engine' needs an NVIDIA GPU with a driver for CUDA {cuda.CUDART_VERSION // 1000}, "
            f"there is none: {told}. Install or update the driver, or take --provider cpu."
        )
    error, properties = cuda.cudaGetDeviceProperties(0)
    if error != cuda.cudaError_t.cudaSuccess:
        raise ProviderUnavailable(f"The GPU does not say what it is ({error.name}); look at nvidia-smi.")
    return Gpu(name=properties.name.decode().rstrip("\0"), capability=10 * properties.major + properties.minor)


class PackageLog(Protocol):
    """What a package is given to say what it does; this one keeps the errors and says nothing."""

    def words(self) -> str:
        """The first error since it was last asked, for a message."""
        ...


def package_log(tensorrt: ModuleType) -> PackageLog:
    """A log for a package, whose base class comes from the package."""
    base: type[Any] = tensorrt.ILogger
    kept = (base.Severity.INTERNAL_ERROR, base.Severity.ERROR)

    class Log(base):  # type: ignore[misc]
        def __init__(self) -> None:
            base.__init__(self)
            self.errors: list[str] = []

        def log(self, severity: object, message: str) -> None:
            if severity in kept:
                self.errors.append(message)

        def words(self) -> str:
            told, self.errors = self.errors, []
            return told[0].splitlines()[0].rstrip(".") if told else "it does not say why"

    log: PackageLog = Log()
    return log


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
    except (ImportError, OSError) as cause:  # its own libraries are missing or of another machine
        raise ProviderUnavailable(f"{name} is installed but cannot be loaded: {cause}. Install it again.") from cause
