"""Graphs that OpenVINO runs on the CPU, from the same ONNX files: faster than ONNX Runtime on several threads.

It knows OpenVINO; it must never know what a network predicts.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np

from ponimator_runtime.errors import CardMismatch, MissingExtra
from ponimator_runtime.models.backends.execution import Arithmetic, Execution
from ponimator_runtime.models.signatures import check_signature

if TYPE_CHECKING:
    import openvino

_LOG = logging.getLogger(__name__)
_PRECISIONS: Final = {Arithmetic.FP32: "f32", Arithmetic.BF16: "bf16"}


class OpenVinoGraph:
    """One network graph, compiled for the CPU."""

    def __init__(self, path: Path, inputs: tuple[str, ...], outputs: tuple[str, ...], *, execution: Execution) -> None:
        """Compiles a graph.

        Args:
            path: the `.onnx` file.
            inputs: names that the graph must take, in this order.
            outputs: names that the graph must give, in this order.
            execution: CPU threads of one call, and what fp32 layers are computed in.

        Raises:
            MissingExtra: OpenVINO is not installed.
            CardMismatch: the file is no graph, or takes other inputs or gives other outputs.
        """
        openvino = _openvino()
        try:
            self._model = openvino.Core().compile_model(str(path), "CPU", _settings(execution))
        except RuntimeError as cause:
            raise CardMismatch(
                f"{path} cannot be loaded by OpenVINO: {cause}. Export the bundle again, or run with --provider cpu."
            ) from cause
        check_signature(path, "inputs", [port.any_name for port in self._model.inputs], inputs)
        check_signature(path, "outputs", [port.any_name for port in self._model.outputs], outputs)
        if self.arithmetic != _PRECISIONS[execution.arithmetic]:
            _LOG.warning("this processor has no %s: OpenVINO computes in %s", execution.arithmetic, self.arithmetic)
        self._request = self._model.create_infer_request()
        self._busy = threading.Lock()

    @property
    def arithmetic(self) -> str:
        """What the compiled graph computes fp32 layers in, by OpenVINO's own word."""
        return str(self._model.get_property("INFERENCE_PRECISION_HINT").get_type_name())

    def input_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an input's axes, those left out that may have any size."""
        return _fixed_sizes(self._model.input(name))

    def output_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an output's axes, those left out that may have any size."""
        return _fixed_sizes(self._model.output(name))

    def __call__(self, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """The graph's outputs for inputs in the graph's order."""
        with self._busy:  # a request holds one call's arrays
            answers = self._request.infer(list(values), share_inputs=True)
            return tuple(answers[port] for port in self._model.outputs)


def _openvino() -> ModuleType:
    try:
        import openvino
    except ModuleNotFoundError as cause:
        raise MissingExtra("The provider 'openvino'", "openvino") from cause
    return openvino


def _settings(execution: Execution) -> dict[str, object]:
    return {
        # OpenVINO computes in bf16 unless told, wherever the processor can.
        "INFERENCE_PRECISION_HINT": _PRECISIONS[execution.arithmetic],
        "INFERENCE_NUM_THREADS": execution.threads,
        "NUM_STREAMS": 1,
        # Pinned threads of two servers, or of the game beside us, would wait for the same core.
        "ENABLE_CPU_PINNING": False,
    }


def _fixed_sizes(port: openvino.ConstOutput) -> tuple[int, ...]:
    return tuple(axis.get_length() for axis in port.get_partial_shape() if axis.is_static)
