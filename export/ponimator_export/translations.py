"""How attention and dense layers are written in ONNX, where the exporter's own way costs time at every step.

It knows operators; it must never know a network.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import torch
from onnxscript import opset20 as onnx_op

from ponimator_runtime.errors import ModelError

Value = Any
"""A tensor of the graph that is being written; the exporter's packages name its type differently."""


def attention(
    query: Value,
    key: Value,
    value: Value,
    mask: Value = None,
    dropout: float = 0.0,
    is_causal: bool = False,
    **others: object,
) -> Value:
    """Softmax(q·kᵀ/√Z)·v as five operators; the exporter's own reads shapes at run time to transpose the keys.

    Raises:
        ModelError: a network asks for more than plain attention.
    """
    if mask is not None or dropout or is_causal or any(others.values()):
        raise ModelError("Only plain attention is exported: no mask, no dropout, not causal, of the usual scale.")
    scores = onnx_op.MatMul(query, onnx_op.Transpose(key, perm=[0, 1, 3, 2]))
    scaled = onnx_op.Mul(scores, onnx_op.Constant(value_float=1 / math.sqrt(query.shape[-1])))
    return onnx_op.MatMul(onnx_op.Softmax(scaled, axis=-1), value)


def linear(values: Value, weight: Value, bias: Value = None) -> Value:
    """A dense layer as one Gemm over all tokens, bias within; the exporter's own adds the bias in a second pass."""
    if bias is None:
        return onnx_op.MatMul(values, onnx_op.Transpose(weight, perm=[1, 0]))
    if len(values.shape) == 2:
        return onnx_op.Gemm(values, weight, bias, transB=1)
    *outer, width = values.shape
    if not all(isinstance(size, int) for size in outer[1:]):
        return onnx_op.Add(onnx_op.MatMul(values, onnx_op.Transpose(weight, perm=[1, 0])), bias)
    answer = onnx_op.Gemm(_reshaped(values, -1, width), weight, bias, transB=1)
    return _reshaped(answer, -1, *outer[1:], weight.shape[0])


def _reshaped(values: Value, *sizes: int) -> Value:
    shape: Value = onnx_op.Constant(value_ints=list(sizes))
    return onnx_op.Reshape(values, shape)


TRANSLATIONS: Final[dict[Callable[..., Any], Callable[..., Any]]] = {
    torch.ops.aten.scaled_dot_product_attention.default: attention,
    torch.ops.aten.linear.default: linear,
}
