"""Where an ONNX graph multiplies activations with weights, and which of these products stand at its ends.

Told by what depends on what, never by a node's name. It knows operators; it must never know a network.
"""

from __future__ import annotations

from collections.abc import Iterable

import onnx

DENSE = ("Gemm", "MatMul")


def dense_layers(model: onnx.ModelProto) -> dict[str, onnx.NodeProto]:
    """Every product of activations with weights, by the node's name; products of two activations are none."""
    of_inputs = values_behind(model, [value.name for value in model.graph.input])
    return {
        node.name: node
        for node in model.graph.node
        if node.op_type in DENSE and node.input[0] in of_inputs and node.input[1] not in of_inputs
    }


def first_layers(model: onnx.ModelProto) -> set[str]:
    """Names of the dense layers that no other stands before: the input projections."""
    dense = dense_layers(model)
    behind_any = values_behind(model, [node.output[0] for node in dense.values()])
    return {name for name, node in dense.items() if node.input[0] not in behind_any}


def last_layers(model: onnx.ModelProto) -> set[str]:
    """Names of the dense layers that no other stands behind: the output heads."""
    dense = dense_layers(model)
    last = set()
    for name, node in dense.items():
        behind = values_behind(model, [node.output[0]])
        if not any(other.input[0] in behind for other in dense.values()):
            last.add(name)
    return last


def constant_nodes(model: onnx.ModelProto) -> set[str]:
    """Names of the nodes that depend on no input: what they give is computed once, when the graph is loaded."""
    of_inputs = values_behind(model, [value.name for value in model.graph.input])
    return {node.name for node in model.graph.node if not of_inputs.intersection(node.output)}


def nodes_behind(model: onnx.ModelProto, names: Iterable[str]) -> set[str]:
    """Names of the nodes that depend on the outputs of these nodes, without these."""
    chosen = set(names)
    behind = values_behind(model, [value for node in model.graph.node if node.name in chosen for value in node.output])
    return {node.name for node in model.graph.node if behind.intersection(node.input)}


def nodes_before(model: onnx.ModelProto, names: Iterable[str]) -> set[str]:
    """Names of the nodes that these nodes depend on, without these."""
    chosen, before = set(names), set()
    needed: set[str] = set()
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            before.add(node.name)
        if node.name in chosen or node.name in before:
            needed.update(node.input)
    return before


def values_behind(model: onnx.ModelProto, names: Iterable[str]) -> set[str]:
    """Every value that depends on these, and these; nodes stand in the order in which they run."""
    behind = set(names)
    for node in model.graph.node:
        if behind.intersection(node.input):
            behind.update(node.output)
    return behind
