"""Sessions of ONNX Runtime: one graph, checked against what is to be put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from ponimator_runtime.errors import CardMismatch

CPU_PROVIDER = "CPUExecutionProvider"


class OnnxGraph:
    """One network, ready to run."""

    def __init__(self, path: Path, inputs: tuple[str, ...], *, threads: int) -> None:
        """Loads a graph.

        Args:
            path: the `.onnx` file.
            inputs: names that the graph must take, in this order.
            threads: CPU threads of one call.

        Raises:
            CardMismatch: the file is no graph, or takes other inputs.
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
        found = tuple(node.name for node in self._session.get_inputs())
        if found != inputs:
            raise CardMismatch(f"{path} takes the inputs {found}, expected {inputs}. Export the bundle again.")
        self._inputs = inputs

    def input_width(self, name: str) -> int:
        """The last, fixed dimension of an input."""
        shapes = {node.name: node.shape for node in self._session.get_inputs()}
        return int(shapes[name][-1])

    def __call__(self, *values: np.ndarray) -> np.ndarray:
        """The graph's only output for inputs in the graph's order."""
        (output,) = self._session.run(None, dict(zip(self._inputs, values, strict=True)))
        return np.asarray(output)
