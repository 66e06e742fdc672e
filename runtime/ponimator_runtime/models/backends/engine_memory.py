"""Arrays in a GPU's memory, and the few calls of a device that they are made with.

Everything a device does is in one order: one stream. It knows bytes and shapes; it must never know what they mean.
"""

from __future__ import annotations

import ctypes
import math
import weakref
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

import numpy as np

from ponimator_runtime.errors import ModelError, ProviderUnavailable, ShapeError
from ponimator_runtime.models.backends.engine_package import cuda_runtime

ALIGNMENT_BYTES: Final = 256
"""TensorRT reads and writes arrays that begin at multiples of this; CUDA's own allocations do."""


class Device(Protocol):
    """What is asked of a GPU. Sizes are in bytes, addresses are numbers; copies are done in the stream's order."""

    @property
    def stream(self) -> int:
        """Handle of the one stream."""
        ...

    def allocate(self, size: int) -> int:
        """Memory of the device."""
        ...

    def free(self, address: int) -> None:
        """Gives it back, once what uses it is done."""
        ...

    def allocate_pinned(self, size: int) -> int:
        """Memory of the host that the device can copy from while the host goes on."""
        ...

    def free_pinned(self, address: int) -> None:
        """Gives it back."""
        ...

    def upload(self, address: int, pinned: int, size: int) -> None:
        """Begins a copy to the device."""
        ...

    def download(self, pinned: int, address: int, size: int) -> None:
        """Begins a copy to the host."""
        ...

    def copy(self, target: int, source: int, size: int) -> None:
        """Begins a copy within the device."""
        ...

    def synchronize(self) -> None:
        """Waits until all that was begun is done."""
        ...


class Allocation:
    """Memory of a device, given back with this object, and as much pinned memory of the host where it is asked for."""

    def __init__(self, device: Device, size: int) -> None:
        """Takes memory of a size in bytes."""
        self.device = device
        self.size = size
        self.address = device.allocate(size)
        self._pinned: int | None = None
        self._uploading = False
        _given_back(self, device.free, self.address)

    def upload(self, offset: int, values: np.ndarray) -> None:
        """Copies values there; the caller may change them right away."""
        if self._uploading:
            self.device.synchronize()  # the copy before may still read the pinned memory
        np.copyto(self._host(offset, values.shape, values.dtype), values)
        self.device.upload(self.address + offset, self._host_address() + offset, values.nbytes)
        self._uploading = True

    def download(self, offset: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
        """A copy for the host, once everything before is done."""
        host = self._host(offset, shape, dtype)
        self.device.download(self._host_address() + offset, self.address + offset, host.nbytes)
        self.device.synchronize()
        self._uploading = False
        return host.copy()

    def _host_address(self) -> int:
        if self._pinned is None:
            self._pinned = self.device.allocate_pinned(self.size)
            _given_back(self, self.device.free_pinned, self._pinned)
        return self._pinned

    def _host(self, offset: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
        """The pinned memory as an array."""
        size = math.prod(shape) * dtype.itemsize
        held = (ctypes.c_uint8 * size).from_address(self._host_address() + offset)
        return np.frombuffer(memoryview(held), dtype=dtype).reshape(shape)


class DeviceBuffer:
    """An array in a device's memory, C-contiguous. One thread at a time may use it."""

    def __init__(
        self, allocation: Allocation, shape: Sequence[int], dtype: type[np.generic], *, offset: int = 0
    ) -> None:
        """Lays an array into memory that is large enough for it, from an offset in bytes on."""
        self._allocation = allocation
        self._offset = offset
        self.shape = tuple(shape)
        self.dtype = dtype

    @property
    def address(self) -> int:
        """Where it begins on the device."""
        return self._allocation.address + self._offset

    @property
    def nbytes(self) -> int:
        """Its size."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    def upload(self, values: np.ndarray) -> None:
        """Copies values of its shape and kind there; the caller may change them right away.

        Raises:
            ShapeError: they are of another shape or kind.
        """
        if values.shape != self.shape or values.dtype != self.dtype:
            raise ShapeError(
                f"a device array of shape {self.shape} and {np.dtype(self.dtype)} got shape {values.shape} and "
                f"{values.dtype}"
            )
        self._allocation.upload(self._offset, values)

    def download(self) -> np.ndarray:
        """A copy of it for the host, once everything before is done."""
        return self._allocation.download(self._offset, self.shape, np.dtype(self.dtype))

    def row(self, index: int) -> DeviceBuffer:
        """One entry of its first axis, in the same memory.

        Raises:
            ShapeError: it has no such entry.
        """
        if not 0 <= index < self.shape[0]:
            raise ShapeError(f"a device array of shape {self.shape} has no row {index}")
        offset = self._offset + index * (self.nbytes // self.shape[0])
        return DeviceBuffer(self._allocation, self.shape[1:], self.dtype, offset=offset)


def new_buffer(device: Device, shape: Sequence[int], dtype: type[np.generic]) -> DeviceBuffer:
    """An array in memory of its own."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    return DeviceBuffer(Allocation(device, size), shape, dtype)


class CudaDevice:
    """The first GPU that CUDA shows."""

    def __init__(self) -> None:
        """Opens a stream on it.

        Raises:
            MissingExtra: the package that calls CUDA is not installed.
            ProviderUnavailable: there is no GPU, or no driver that is new enough.
        """
        self._cuda = cuda = cuda_runtime()
        error, self._stream = cuda.cudaStreamCreateWithFlags(cuda.cudaStreamNonBlocking)
        if error != cuda.cudaError_t.cudaSuccess:
            raise ProviderUnavailable(
                f"CUDA opens no stream: {self._told(error)}. Install or update the driver, or take --provider cpu."
            )

    @property
    def stream(self) -> int:
        """Handle of the one stream."""
        return int(self._stream)

    def allocate(self, size: int) -> int:
        """Memory of the device."""
        (address,) = self._checked(f"{size} bytes of its memory", self._cuda.cudaMalloc(size))
        return int(address)

    def free(self, address: int) -> None:
        """Gives it back, once what uses it is done: CUDA waits for that."""
        self._cuda.cudaFree(address)

    def allocate_pinned(self, size: int) -> int:
        """Memory of the host that the device can copy from while the host goes on."""
        (address,) = self._checked(f"{size} bytes of pinned memory", self._cuda.cudaMallocHost(size))
        return int(address)

    def free_pinned(self, address: int) -> None:
        """Gives it back, once copies from and to it are done."""
        self._cuda.cudaStreamSynchronize(self._stream)
        self._cuda.cudaFreeHost(address)

    def upload(self, address: int, pinned: int, size: int) -> None:
        """Begins a copy to the device."""
        self._begin_copy(address, pinned, size, self._cuda.cudaMemcpyKind.cudaMemcpyHostToDevice)

    def download(self, pinned: int, address: int, size: int) -> None:
        """Begins a copy to the host."""
        self._begin_copy(pinned, address, size, self._cuda.cudaMemcpyKind.cudaMemcpyDeviceToHost)

    def copy(self, target: int, source: int, size: int) -> None:
        """Begins a copy within the device."""
        self._begin_copy(target, source, size, self._cuda.cudaMemcpyKind.cudaMemcpyDeviceToDevice)

    def synchronize(self) -> None:
        """Waits until all that was begun is done."""
        self._checked("its work", self._cuda.cudaStreamSynchronize(self._stream))

    def _begin_copy(self, target: int, source: int, size: int, kind: object) -> None:
        self._checked(f"a copy of {size} bytes", self._cuda.cudaMemcpyAsync(target, source, size, kind, self._stream))

    def _checked(self, what: str, answered: tuple[Any, ...]) -> tuple[Any, ...]:
        """What CUDA answered after its error code."""
        error, *answer = answered
        if error != self._cuda.cudaError_t.cudaSuccess:
            raise ModelError(f"The GPU failed at {what}: {self._told(error)}. Look at nvidia-smi, then start again.")
        return tuple(answer)

    def _told(self, error: object) -> str:
        _, words = self._cuda.cudaGetErrorString(error)
        return str(words.decode())


@lru_cache(maxsize=1)
def cuda_device() -> CudaDevice:
    """The device that every engine of this process shares: one stream holds them in order.

    Raises:
        MissingExtra: the package that calls CUDA is not installed.
        ProviderUnavailable: there is no GPU, or no driver that is new enough.
    """
    return CudaDevice()


def _given_back(holder: object, free: Callable[[int], None], address: int) -> None:
    # Not at exit: CUDA may be gone by then, and takes everything back itself.
    weakref.finalize(holder, free, address).atexit = False
