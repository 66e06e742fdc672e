"""Sessions of ONNX Runtime: one graph, checked against what is to be put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from ponimator_runtime.errors import CardMismatch

CPU_PROVIDER = "CPUExecutionProvider"


class OnnxGraph:
    """One network, ready to run."""

    def __init__(self, path: Path, inputs: tuple[str, ...], outputs: tuple[str, ...], *, threads: int) -> None:
        """Loads a graph.

        Args:
            path: the `.onnx` file.
            inputs: names that the graph must take, in this order.
            outputs: names that the graph must give, in this order.
            threads: CPU threads of one call.

        Raises:
            CardMismatch: the file is no graph, or takes other inputs or gives other outputs.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that spin while they wait take the time of the other sessions and of the game beside us.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=[CPU_PROVIDER])
        except Exception as cause:  # onnxruntime's errors share no base class but Exception
            raise CardMismatch(
                f"{path} cannot be loaded as an ONNX graph: {cause}. Export the bundle again."
            ) from cause
        for kind, nodes, expected in (
            ("takes the inputs", self._session.get_inputs(), inputs),
            ("gives the outputs", self._session.get_outputs(), outputs),
        ):
            found = tuple(node.name for node in nodes)
            if found != expected:
                raise CardMismatch(f"{path} {kind} {found}, expected {expected}. Export the bundle again.")
        self._inputs, self._outputs = inputs, outputs

    def input_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an input's axes, those left out that may have any size."""
        return _fixed_sizes(self._session.get_inputs(), name)

    def output_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an output's axes, those left out that may have any size."""
        return _fixed_sizes(self._session.get_outputs(), name)

    def __call__(self, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """The graph's outputs for inputs in the graph's order."""
        return tuple(self._session.run(self._outputs, dict(zip(self._inputs, values, strict=True))))


def _fixed_sizes(nodes: list[onnxruntime.NodeArg], name: str) -> tuple[int, ...]:
    (shape,) = (node.shape for node in nodes if node.name == name)
    return tuple(size for size in shape if isinstance(size, int))
