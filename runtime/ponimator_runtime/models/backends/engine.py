"""Runs engines that were built ahead of time, on the GPU at hand, with `tensorrt` or `tensorrt_rtx`.

It knows engines and device memory; it must never know what a network predicts, nor which engine to take.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from ponimator_runtime.errors import ModelError, ProviderUnavailable, ShapeError
from ponimator_runtime.models.backends.engine_choice import engine_for
from ponimator_runtime.models.backends.engine_memory import (
    ALIGNMENT_BYTES,
    Allocation,
    Device,
    DeviceBuffer,
    cuda_device,
    new_buffer,
)
from ponimator_runtime.models.backends.engine_package import gpu_at_hand, installed_packages, package, package_log
from ponimator_runtime.models.backends.resident import Buffer
from ponimator_runtime.models.card import EngineFile, ModelCard
from ponimator_runtime.models.signatures import check_signature


def load_engine(
    folder: Path, card: ModelCard, graph: str, inputs: tuple[str, ...], outputs: tuple[str, ...]
) -> EngineGraph:
    """The engine of a bundle's graph for the GPU and the packages at hand.

    Args:
        folder: of the bundle, its files checked against the card.
        card: of the bundle.
        graph: ONNX file of the bundle.
        inputs: names that the graph must take, in this order.
        outputs: names that the graph must give, in this order.

    Raises:
        MissingExtra: the packages are not installed.
        ProviderUnavailable: there is no GPU, or no engine for it and the packages.
        CardMismatch: the graph is another than when the engine was built, or takes or gives something else.
    """
    entry = engine_for(card, graph, gpu=gpu_at_hand(), installed=installed_packages())
    return EngineGraph(folder / entry.file, inputs, outputs, entry=entry)


class EngineGraph:
    """One graph as an engine: arrays of the host in and out, or arrays that stay on the device."""

    def __init__(
        self,
        path: Path,
        inputs: tuple[str, ...],
        outputs: tuple[str, ...],
        *,
        entry: EngineFile,
        device: Device | None = None,
        tensorrt: ModuleType | None = None,
    ) -> None:
        """Loads an engine that `engine_for` chose.

        Args:
            path: the engine's file.
            inputs: names that the graph must take, in this order.
            outputs: names that the graph must give, in this order.
            entry: of the engine in the card.
            device: whose memory and stream to use; by default the GPU that all engines share.
            tensorrt: package that runs it; by default the one that built it.

        Raises:
            MissingExtra: its package is not installed.
            ProviderUnavailable: there is no GPU, or it does not take the engine.
            CardMismatch: it takes other inputs or gives other outputs.
        """
        self._inputs, self._outputs = inputs, outputs
        self._device: Device = cuda_device() if device is None else device
        self._tensorrt = package(entry.package) if tensorrt is None else tensorrt
        self._what = f"{entry.file} ({entry.package} {entry.version}, {entry.gpu})"
        # Kept as long as the engine, which calls both.
        self._log = package_log(self._tensorrt)
        self._runtime = self._tensorrt.Runtime(self._log)
        self._engine = self._runtime.deserialize_cuda_engine(path.read_bytes())
        if self._engine is None:
            raise ProviderUnavailable(
                f"{self._what} cannot be loaded: {self._log.words()}. Build it again with "
                f"`ponimator export --tensorrt {entry.gpu}`, or take --provider cuda."
            )
        names = [self._engine.get_tensor_name(place) for place in range(self._engine.num_io_tensors)]
        taken = [name for name in names if self._mode(name) == self._tensorrt.TensorIOMode.INPUT]
        check_signature(path, "inputs", sorted(taken), sorted(inputs))
        check_signature(path, "outputs", sorted(set(names) - set(taken)), sorted(outputs))
        self._dtypes = {name: np.dtype(self._tensorrt.nptype(self._engine.get_tensor_dtype(name))) for name in names}
        self._limits: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        for name in inputs:
            least, _, most = self._engine.get_tensor_profile_shape(name, 0)
            self._limits[name] = tuple(least), tuple(most)
        self._context = self._engine.create_execution_context()
        if self._context is None:
            raise ProviderUnavailable(f"{self._what} finds no room on the GPU: {self._log.words()}.")
        self._busy = threading.Lock()  # the context holds the shapes and addresses of one call
        self._held: dict[str, Allocation] = {}

    def input_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an input's axes, those left out that may have any size."""
        return self._fixed_sizes(name)

    def output_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an output's axes, those left out that may have any size."""
        return self._fixed_sizes(name)

    def __call__(self, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """The graph's outputs for inputs in the graph's order.

        Raises:
            ShapeError: more rows or diffusion times than the engine was built for.
            ModelError: the GPU failed.
        """
        with self._busy:
            given = dict(zip(self._inputs, values, strict=True))
            shapes = {name: value.shape for name, value in given.items()}
            shapes |= self._output_shapes(shapes)
            buffers = {name: self._kept(name, shape) for name, shape in shapes.items()}
            for name, value in given.items():
                buffers[name].upload(value.astype(self._dtypes[name], copy=False))
            self._run(buffers)
            return tuple(buffers[name].download() for name in self._outputs)

    def buffer(self, shape: Sequence[int], dtype: type[np.generic]) -> DeviceBuffer:
        """New memory of its device."""
        return new_buffer(self._device, shape, dtype)

    def bound(self, inputs: Mapping[str, Buffer], outputs: Mapping[str, Buffer]) -> Callable[[], None]:
        """A call with these arrays; it returns before the device is done.

        Raises:
            ShapeError: the engine was not built for these shapes, or gives others.
        """
        with self._busy:
            shapes = self._output_shapes({name: inputs[name].shape for name in self._inputs})
        for name, shape in shapes.items():
            if outputs[name].shape != shape:
                raise ShapeError(f"{self._what} gives {name} of shape {shape}, bound to {outputs[name].shape}")
        for name, buffer in (*inputs.items(), *outputs.items()):
            if buffer.dtype != self._dtypes[name]:
                raise ShapeError(f"{self._what} has {name} in {self._dtypes[name]}, bound to {np.dtype(buffer.dtype)}")
        if any(buffer.address % ALIGNMENT_BYTES for buffer in outputs.values()):
            raise ShapeError(f"{self._what} writes arrays that begin at multiples of {ALIGNMENT_BYTES} bytes only")
        # A row of an array may begin where TensorRT cannot read: it is copied to where it can.
        moved = {
            name: (buffer, new_buffer(self._device, buffer.shape, buffer.dtype))
            for name, buffer in inputs.items()
            if buffer.address % ALIGNMENT_BYTES
        }
        arrays: dict[str, Buffer] = {**inputs, **outputs, **{name: target for name, (_, target) in moved.items()}}

        def call() -> None:
            with self._busy:
                for source, target in moved.values():
                    self._device.copy(target.address, source.address, target.nbytes)
                self._set_shapes({name: arrays[name].shape for name in self._inputs})
                self._run(arrays)

        return call

    def _run(self, buffers: Mapping[str, Buffer]) -> None:
        """Begins the call whose shapes are set."""
        for name, buffer in buffers.items():
            self._context.set_tensor_address(name, buffer.address)
        if not self._context.execute_async_v3(self._device.stream):
            raise ModelError(f"{self._what} failed on the GPU: {self._log.words()}. Look at nvidia-smi, start again.")

    def _output_shapes(self, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """Checks the inputs' shapes and tells the engine; it answers with the outputs'."""
        for name, shape in shapes.items():
            least, most = self._limits[name]
            if len(shape) != len(most) or not all(
                low <= size <= high for low, size, high in zip(least, shape, most, strict=True)
            ):
                raise ShapeError(
                    f"{self._what} takes {name} of shapes from {least} to {most}, got {shape}; build an "
                    "engine for more with `ponimator export --tensorrt`, or ask for less at once."
                )
        self._set_shapes(shapes)
        if unknown := self._context.infer_shapes():
            raise ModelError(f"{self._what} does not know the shape of {', '.join(unknown)}: {self._log.words()}.")
        return {name: tuple(self._context.get_tensor_shape(name)) for name in self._outputs}

    def _set_shapes(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        for name, shape in shapes.items():
            self._context.set_input_shape(name, shape)

    def _kept(self, name: str, shape: tuple[int, ...]) -> DeviceBuffer:
        """Memory for an input or output, the same at each call: it only grows."""
        dtype = self._dtypes[name]
        size = math.prod(shape) * dtype.itemsize
        if name not in self._held or self._held[name].size < size:
            self._held[name] = Allocation(self._device, size)
        return DeviceBuffer(self._held[name], shape, dtype.type)

    def _fixed_sizes(self, name: str) -> tuple[int, ...]:
        return tuple(size for size in self._engine.get_tensor_shape(name) if size >= 0)

    def _mode(self, name: str) -> object:
        return self._engine.get_tensor_mode(name)
