"""An fp16 step graph for GPUs: weights and activations are fp16, inputs, outputs and the ends of the graph fp32.

It knows operators; it must never know a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ponimator_export.dense import constant_nodes, first_layers, last_layers, nodes_before, nodes_behind
from ponimator_export.to_onnx import save_model
from ponimator_runtime.errors import ModelError

EXACT_OPERATORS: Final = ("LayerNormalization", "Softmax", "Cast")
"""The first two sum many values, of which fp16 would lose the small ones; a cast says itself what it gives."""


def halve(exact: Path, path: Path) -> None:
    """Writes the fp16 graph of an fp32 one.

    Raises:
        ModelError: a weight is too large for fp16.
    """
    model = onnx.shape_inference.infer_shapes(onnx.load(str(exact)), strict_mode=True)
    _Halving(model, exact_nodes(model)).apply()
    # Types and shapes that inference noted are of the fp32 graph.
    del model.graph.value_info[:]
    save_model(model, path)


def exact_nodes(model: onnx.ModelProto) -> set[str]:
    """Names of the nodes that stay fp32: both ends with what leads to them and from them, weights in the making."""
    first, last = first_layers(model), last_layers(model)
    return {
        *first,
        *nodes_before(model, first),
        *last,
        *nodes_behind(model, last),
        *constant_nodes(model),
        *(node.name for node in model.graph.node if node.op_type in EXACT_OPERATORS),
    }


class _Halving:
    """One graph on its way to fp16: casts stand where a value goes from one kind of node to the other, once each."""

    def __init__(self, model: onnx.ModelProto, exact: set[str]) -> None:
        graph = model.graph
        self._graph, self._exact = graph, exact
        self._weights = {weights.name: weights for weights in graph.initializer}
        of_values = {value.name: value.type.tensor_type.elem_type for value in (*graph.input, *graph.value_info)}
        types = of_values | {name: weights.data_type for name, weights in self._weights.items()}
        self._floats = {name for name, kind in types.items() if kind == TensorProto.FLOAT}
        self._floats |= {value.name for value in graph.output}
        self._halves: set[str] = set()
        self._cast: set[str] = set()

    def apply(self) -> None:
        """Puts the casts in and halves the weights that only fp16 nodes read."""
        nodes: list[onnx.NodeProto] = []
        for node in self._graph.node:
            half = node.name not in self._exact
            for place, name in enumerate(node.input):
                if name not in self._floats or half == (name in self._halves):
                    continue
                taken = f"{name}.{'half' if half else 'exact'}"
                if taken not in self._cast:
                    self._cast.add(taken)
                    nodes.extend(self._converted(name, taken, TensorProto.FLOAT16 if half else TensorProto.FLOAT))
                node.input[place] = taken
            nodes.append(node)
            if half:
                self._halves.update(self._floats.intersection(node.output))
        del self._graph.node[:]
        self._graph.node.extend(nodes)
        read = {name for node in nodes for name in node.input}
        for name, weights in self._weights.items():
            if name not in read:
                self._graph.initializer.remove(weights)

    def _converted(self, name: str, taken: str, kind: int) -> Iterator[onnx.NodeProto]:
        """The cast that makes a value from another; none for weights, which are stored in the new type."""
        if name not in self._weights:
            yield helper.make_node("Cast", [name], [taken], name=taken, to=kind)
            return
        values = numpy_helper.to_array(self._weights[name])
        if np.abs(values).max(initial=0.0) > np.finfo(np.float16).max:
            raise ModelError(f"The weight {name} holds {np.abs(values).max():.1e}, more than fp16 can; export fp32.")
        self._graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), taken))
