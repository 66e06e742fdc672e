"""A network graph that is ready to run, whoever runs it, and the one place that chooses who does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from ponimator_runtime.errors import ProviderUnavailable
from ponimator_runtime.models.backends.execution import REFERENCE, Execution, Provider
from ponimator_runtime.models.backends.resident import ResidentGraph
from ponimator_runtime.models.card import ModelCard


class Graph(Protocol):
    """One graph: arrays in, arrays out, rows of a batch apart from each other."""

    def input_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an input's axes, those left out that may have any size."""
        ...

    def output_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an output's axes, those left out that may have any size."""
        ...

    def __call__(self, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """The graph's outputs for inputs in the graph's order."""
        ...


class RowByRow:
    """A graph whose rows are run one after the other, where what runs it lets a row hear of its neighbours."""

    def __init__(self, graph: Graph, *, shared: int, row_axes: tuple[int, ...]) -> None:
        """Takes a graph, how many of its last inputs all rows share, and where each output has its rows."""
        self._graph, self._shared, self._row_axes = graph, shared, row_axes
        self.input_sizes, self.output_sizes = graph.input_sizes, graph.output_sizes

    def __call__(self, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """The graph's outputs for inputs in the graph's order."""
        of_rows = values[: len(values) - self._shared]
        shared = values[len(of_rows) :]
        answers = [self._graph(*(value[row : row + 1] for value in of_rows), *shared) for row in range(len(of_rows[0]))]
        outputs = zip(*answers, strict=True)
        return tuple(np.concatenate(parts, axis) for parts, axis in zip(outputs, self._row_axes, strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphFolder:
    """Where graphs are loaded from, and what runs them.

    Attributes:
        path: of the folder.
        execution: what runs its graphs.
        card: of the bundle that the folder is; says which engines there are.
    """

    path: Path
    execution: Execution = REFERENCE
    card: ModelCard | None = None

    def load(self, name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Graph:
        """The graph of an ONNX file, run as asked; what runs it is imported when it is wanted.

        Raises:
            CardMismatch: the file is no graph, or takes other inputs or gives other outputs.
            ProviderUnavailable: what should run it is not there.
            MissingExtra: what should run it is not installed.
        """
        execution = self.execution
        if execution.provider is Provider.OPENVINO:
            from ponimator_runtime.models.backends.openvino import OpenVinoGraph

            return OpenVinoGraph(self.path / name, inputs, outputs, execution=execution)
        if execution.provider is Provider.ENGINE:
            from ponimator_runtime.models.backends.engine import load_engine

            if self.card is None:
                raise ProviderUnavailable(f"{self.path} is no bundle: engines are loaded from bundles only.")
            return load_engine(self.path, self.card, name, inputs, outputs)
        from ponimator_runtime.models.backends.onnx import OnnxGraph

        return OnnxGraph(self.path / name, inputs, outputs, execution=execution)

    def load_resident(self, graph: Graph) -> ResidentGraph:
        """Another face of a graph that was loaded here: arrays that stay in the memory of what runs it.

        Raises:
            ProviderUnavailable: what runs it has no memory of its own.
        """
        if self.execution.provider is Provider.ENGINE:
            from ponimator_runtime.models.backends.engine import EngineGraph

            if isinstance(graph, EngineGraph):
                return graph
        from ponimator_runtime.models.backends.onnx import OnnxGraph
        from ponimator_runtime.models.backends.onnx_resident import OnnxResidentGraph

        if not isinstance(graph, OnnxGraph):
            provider = self.execution.provider
            raise ProviderUnavailable(f"The provider '{provider}' keeps no arrays in a memory of its own.")
        return OnnxResidentGraph(graph, captured=self.execution.cuda_graphs)
