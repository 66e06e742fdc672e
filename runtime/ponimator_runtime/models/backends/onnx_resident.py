"""Memory and bound calls of ONNX Runtime's sessions (IO binding), for loops that stay where the networks run."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import onnxruntime

from ponimator_runtime.models.backends.onnx import GRAPH_NUMBER, NOT_CAPTURED, OnnxGraph
from ponimator_runtime.models.backends.resident import Buffer

_DEVICE_ID: Final = 0


class OnnxBuffer:
    """An array that ONNX Runtime allocated, or a part of one."""

    def __init__(
        self, whole: onnxruntime.OrtValue, shape: tuple[int, ...], dtype: type[np.generic], offset: int
    ) -> None:
        """Takes the memory and where in it the array begins, in bytes."""
        self.whole, self._shape, self._dtype, self._offset = whole, shape, dtype, offset

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""
        return self._shape

    @property
    def dtype(self) -> type[np.generic]:
        """Of its numbers."""
        return self._dtype

    @property
    def address(self) -> int:
        """Of its first number in the device's memory."""
        return int(self.whole.data_ptr()) + self._offset

    def upload(self, values: np.ndarray) -> None:
        """Copies values of its shape there."""
        self.whole.update_inplace(np.ascontiguousarray(values, dtype=self.dtype))

    def download(self) -> np.ndarray:
        """A copy of it for the host."""
        copy: np.ndarray = np.array(self.whole.numpy())
        return copy

    def row(self, index: int) -> OnnxBuffer:
        """One entry of its first axis, in the same memory."""
        inner = self.shape[1:]
        stride = math.prod(inner) * np.dtype(self.dtype).itemsize
        return OnnxBuffer(self.whole, inner, self.dtype, self._offset + index * stride)


class OnnxResidentGraph:
    """A graph in a session of ONNX Runtime that reads and writes memory of the session's device."""

    def __init__(self, graph: OnnxGraph, *, captured: bool) -> None:
        """Takes a graph, and whether its calls are to be captured as CUDA graphs."""
        self._graph = graph
        self._numbers = itertools.count() if captured else itertools.repeat(NOT_CAPTURED)

    def buffer(self, shape: Sequence[int], dtype: type[np.generic]) -> OnnxBuffer:
        """New memory of the session's device."""
        whole = onnxruntime.OrtValue.ortvalue_from_shape_and_type(list(shape), dtype, self._graph.device, _DEVICE_ID)
        return OnnxBuffer(whole, tuple(shape), dtype, 0)

    def bound(self, inputs: Mapping[str, Buffer], outputs: Mapping[str, Buffer]) -> Callable[[], None]:
        """A call with these arrays."""
        session, device = self._graph.session, self._graph.device
        binding = session.io_binding()
        for bind, buffers in ((binding.bind_input, inputs), (binding.bind_output, outputs)):
            for name, buffer in buffers.items():
                bind(name, device, _DEVICE_ID, buffer.dtype, list(buffer.shape), buffer.address)
        options = onnxruntime.RunOptions()
        # A captured call reads and writes the addresses it was captured with, so each has a graph of its own.
        options.add_run_config_entry(GRAPH_NUMBER, str(next(self._numbers)))
        kept = (*inputs.values(), *outputs.values())  # a binding holds addresses, not the memory behind them

        def call() -> None:
            _ = kept
            session.run_with_iobinding(binding, options)

        return call
