"""How fast a graph could be at best: its operations and bytes, held against what the machine does at most.

**The model** (Williams et al. 2009, "Roofline"). One run of a graph takes at least the longer of two times:

- *arithmetic*: 2·M·N·K operations of every Gemm and MatMul, at the rate that a large product in the same arithmetic
  reaches on the same number of threads. A product counts as int8 where both its factors come out of
  DequantizeLinear, else in the arithmetic of the form (fp32 or bf16). Everything else (norms, GELU, softmax) counts
  as free.
- *memory*: every weight is read once, every input of the graph read and every output written once. Where the weights
  fit into the last cache they come at the cache's bandwidth, else at that of the memory. What is between two
  operators counts as free: a perfect engine keeps it in registers. Its bytes are told beside (`activation_bytes`).

A sampling loop takes at least its condition graph once (again for each part, where the runtime makes the modulations
in parts) and its step graph K times. What Python and DDIM do between counts as free.

Percent of the limit = limit / measured median. It knows graphs and numbers; `rates.py` measures the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, shape_inference

_LARGEST_SHAPE_VALUES = 64
"""Values of an initializer that may tell a shape; larger ones are weights, which shape inference need not carry."""
_DENSE = ("Gemm", "MatMul")


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What one run of a graph computes and moves.

    Attributes:
        float_operations: of products in the arithmetic of the form.
        int8_operations: of products of integers.
        float_weight_bytes: of weights that are stored as fp32.
        small_weight_bytes: of weights that are stored in less.
        edge_bytes: of the graph's inputs and outputs.
        activation_bytes: that operators hand to each other, if each wrote its output once.
    """

    float_operations: int
    int8_operations: int
    float_weight_bytes: int
    small_weight_bytes: int
    edge_bytes: int
    activation_bytes: int

    def weight_bytes(self, arithmetic: str) -> int:
        """That are read where fp32 weights are held in an arithmetic."""
        return self.float_weight_bytes // (2 if arithmetic == "bf16" else 1) + self.small_weight_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """What the machine does at most, on one number of threads.

    Attributes:
        operations_per_s: of a large matrix product, by "fp32", "bf16" and "int8"; what it cannot do is left out.
        memory_bytes_per_s: of weights that lie in memory.
        cache_bytes_per_s: of weights that lie in the last cache.
        cache_bytes: of the last cache.
    """

    operations_per_s: dict[str, float]
    memory_bytes_per_s: float
    cache_bytes_per_s: float
    cache_bytes: int


def limit_s(work: Work, rates: Rates, arithmetic: str) -> float:
    """The least time of one run of a graph whose fp32 layers are computed in an arithmetic, s.

    An arithmetic without a rate counts as fp32: the machine has no faster way.
    """
    fp32 = rates.operations_per_s["fp32"]
    arithmetic_s = work.float_operations / rates.operations_per_s.get(arithmetic, fp32)
    arithmetic_s += work.int8_operations / rates.operations_per_s.get("int8", fp32)
    weight_bytes = work.weight_bytes(arithmetic)
    fits = weight_bytes <= rates.cache_bytes
    moved = weight_bytes + work.edge_bytes
    return max(arithmetic_s, moved / (rates.cache_bytes_per_s if fits else rates.memory_bytes_per_s))


def counted(path: Path, sizes: dict[str, int]) -> Work:
    """The work of an ONNX file.

    Args:
        path: of the file.
        sizes: of its free axes by name, like {"batch": 1}.

    Raises:
        ValueError: a shape cannot be told from these sizes.
    """
    model = onnx.load(str(path))
    weights = {weight.name: weight for weight in model.graph.initializer}
    shapes = _shapes(model, sizes)
    nodes = list(model.graph.node)
    sources = {name: node for node in nodes for name in node.output}
    float_operations = int8_operations = 0
    for node in nodes:
        if node.op_type not in _DENSE:
            continue
        operations = 2 * prod(shapes[node.output[0]].sizes) * _inner_size(node, shapes[node.input[0]].sizes)
        if all(_is_dequantised(sources.get(name)) for name in node.input[:2]):
            int8_operations += operations
        else:
            float_operations += operations
    bytes_of_weights = {name: _stored_bytes(weight.data_type, weight.dims) for name, weight in weights.items()}
    in_fp32 = {name for name, weight in weights.items() if weight.data_type == TensorProto.FLOAT}
    edges = {value.name for value in (*model.graph.input, *model.graph.output)} - set(weights)
    between = {name for node in nodes for name in node.output if name and name not in edges}
    return Work(
        float_operations=float_operations,
        int8_operations=int8_operations,
        float_weight_bytes=sum(bytes_of_weights[name] for name in in_fp32),
        small_weight_bytes=sum(bytes_of_weights[name] for name in set(weights) - in_fp32),
        edge_bytes=sum(shapes[name].bytes for name in edges),
        activation_bytes=sum(shapes[name].bytes for name in between if name in shapes),
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: int
    sizes: tuple[int, ...]

    @property
    def bytes(self) -> int:
        return _stored_bytes(self.kind, self.sizes)


def _shapes(model: onnx.ModelProto, sizes: dict[str, int]) -> dict[str, _Shape]:
    """Of every value, by ONNX's own inference; weights go in as inputs, so that their numbers are not carried."""
    graph = model.graph
    small = [weight for weight in graph.initializer if prod(weight.dims) <= _LARGEST_SHAPE_VALUES]
    large = [weight for weight in graph.initializer if prod(weight.dims) > _LARGEST_SHAPE_VALUES]
    bare = onnx.ModelProto()
    bare.CopyFrom(onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import))
    bare.graph.name = "shapes"
    bare.graph.node.extend(graph.node)
    bare.graph.initializer.extend(small)
    bare.graph.output.extend(graph.output)
    bare.graph.input.extend(graph.input)
    bare.graph.input.extend(helper.make_tensor_value_info(w.name, w.data_type, list(w.dims)) for w in large)
    for value in (*bare.graph.input, *bare.graph.output):
        for axis in value.type.tensor_type.shape.dim:
            if axis.dim_param in sizes:
                axis.dim_value = sizes[axis.dim_param]
    inferred = shape_inference.infer_shapes(bare, check_type=True, strict_mode=True).graph
    found = {weight.name: _Shape(weight.data_type, tuple(weight.dims)) for weight in graph.initializer}
    for value in (*inferred.value_info, *inferred.input, *inferred.output):
        axes = value.type.tensor_type.shape.dim
        if not all(axis.HasField("dim_value") for axis in axes):
            raise ValueError(
                f"The shape of {value.name} is not known with the axes {sizes}: {[axis.dim_param for axis in axes]}."
            )
        found[value.name] = _Shape(value.type.tensor_type.elem_type, tuple(axis.dim_value for axis in axes))
    return found


def _inner_size(node: onnx.NodeProto, left: tuple[int, ...]) -> int:
    """K of a product."""
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return left[0] if transposed else left[-1]


def _is_dequantised(node: onnx.NodeProto | None) -> bool:
    """Whether a value comes from integers."""
    return node is not None and node.op_type == "DequantizeLinear"


def _stored_bytes(kind: int, sizes: tuple[int, ...]) -> int:
    return prod(sizes) * int(np.dtype(helper.tensor_dtype_to_np_dtype(kind)).itemsize)
