"""Static int8 of a step graph: dense layers multiply integers, everything between them stays fp32.

Scales are fixed at export, one for each layer's input and each weight row, so that a row of a batch never depends on
the others. What is not integer: the input projection and the output heads (the ends of the graph), attention, and as
many of the layers whose rounding moves the prediction most as it takes.
It knows operators; it must never know a network.
Legend beyond the project's: M features out of a dense layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
from jaxtyping import Float
from onnx import helper, numpy_helper

from ponimator_export.dense import dense_layers, first_layers, last_layers
from ponimator_export.to_onnx import save_model
from ponimator_runtime.errors import ModelError
from ponimator_runtime.models.backends.onnx import CPU_PROVIDER

EXACT_SHARES: Final = (0.0, 1 / 6, 1 / 3, 1 / 2)
"""Of all multiplications of the inner dense layers, how many may stay fp32; tried in this order."""
LARGEST_CODE: Final = 64
"""Of a weight, 7 bits: processors before VNNI add two products of 8 by 8 bits in 16, which saturates from 65 on."""
ACTIVATION_CODES: Final = 255
_KEPT_INPUTS: Final = 24
"""Of the calibration's calls, how many the layers' rounding is ranked on."""

Inputs = Mapping[str, np.ndarray]
"""Of one call, by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DenseLayer:
    """A product of activations with constant weights.

    Attributes:
        node: its name.
        activations: name of what it multiplies.
        weight: name of its weights, (M, D).
        multiplications: of one token.
    """

    node: str
    activations: str
    weight: str
    multiplications: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """What the input of a dense layer lies between; 0 lies in it too."""

    lowest: float
    highest: float

    @property
    def scale(self) -> np.float32:
        """What one code is worth."""
        return np.float32(max(self.highest - self.lowest, 1e-6) / ACTIVATION_CODES)

    @property
    def zero(self) -> np.uint8:
        """The code of 0."""
        return np.uint8(np.clip(np.rint(-self.lowest / self.scale), 0, ACTIVATION_CODES))

    def with_values(self, values: np.ndarray) -> Range:
        """The range that holds these too."""
        return Range(
            lowest=min(self.lowest, float(values.min())),
            highest=max(self.highest, float(values.max())),
        )


def quantise(exact: Path, path: Path, inputs: Iterable[Inputs], *, fits: Callable[[Path], bool]) -> tuple[str, ...]:
    """Writes the int8 graph of an fp32 one: the fastest that fits, or else the most exact of those tried.

    Args:
        exact: the fp32 step graph.
        path: of the file to write.
        inputs: of its calls as they come in real sampling loops, at every diffusion time.
        fits: whether what such a file samples is near enough.

    Returns:
        Weights of the inner layers that stay fp32.

    Raises:
        ModelError: it has no dense layer between its ends, or nothing was given to calibrate on.
    """
    model = onnx.load(str(exact))
    layers = inner_layers(model)
    if not layers:
        raise ModelError(f"{exact.name} has no dense layer between its ends that int8 could be used for.")
    ranges, kept = _observed(model, layers, inputs)
    ranked = _most_sensitive_first(model, layers, ranges, kept)
    integer: Sequence[DenseLayer] = layers
    for share in EXACT_SHARES:
        integer = _without_first(ranked, share)
        save_model(with_integers(model, integer, ranges), path)
        if fits(path):
            break
    return tuple(layer.weight for layer in layers if layer not in integer)


def inner_layers(model: onnx.ModelProto) -> tuple[DenseLayer, ...]:
    """The dense layers between the ends that are one Gemm with stored weights (M, D)."""
    ends = first_layers(model) | last_layers(model)
    stored = {weights.name: weights for weights in model.graph.initializer}
    layers = []
    for name, node in dense_layers(model).items():
        turned = any(entry.name == "transB" and entry.i == 1 for entry in node.attribute)
        if name in ends or node.op_type != "Gemm" or not turned or node.input[1] not in stored:
            continue
        size = int(np.prod(stored[node.input[1]].dims))
        layers.append(DenseLayer(node=name, activations=node.input[0], weight=node.input[1], multiplications=size))
    return tuple(layers)


def with_integers(model: onnx.ModelProto, layers: Sequence[DenseLayer], ranges: Mapping[str, Range]) -> onnx.ModelProto:
    """A copy of a graph in which these layers multiply integers; `ranges` are of their activations, by name."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    chosen = {layer.node: layer for layer in layers}
    nodes = []
    for node in made.graph.node:
        if node.name in chosen:
            nodes += _integer_layer(made.graph, node, ranges[chosen[node.name].activations])
        nodes.append(node)
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    unused = [weights for weights in made.graph.initializer if weights.name not in used]
    for weights in unused:
        made.graph.initializer.remove(weights)
    return made


def codes_of_rows(weight: Float[np.ndarray, "M D"]) -> tuple[np.ndarray, np.ndarray]:
    """Codes (M, D) of weights and what one is worth in each row, (M,)."""
    scale = np.maximum(np.abs(weight).max(axis=1), 1e-12).astype(np.float32) / np.float32(LARGEST_CODE)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale


def _integer_layer(graph: onnx.GraphProto, node: onnx.NodeProto, of_input: Range) -> list[onnx.NodeProto]:
    """Puts codes into a dense layer's place, and gives the nodes that come before it."""
    stored = {weights.name: weights for weights in graph.initializer}
    prefix = f"{node.name}."
    activations, weight, bias = node.input
    codes, row_scale = codes_of_rows(numpy_helper.to_array(stored[weight]))
    # The bias is added to sums of products: its code is worth what a product of codes is.
    product_scale = (of_input.scale * row_scale).astype(np.float32)
    bias_codes = np.rint(numpy_helper.to_array(stored[bias]) / product_scale.astype(np.float64))
    limits = np.iinfo(np.int32)
    values = {
        "input.scale": of_input.scale,
        "input.zero": of_input.zero,
        "weight.codes": codes,
        "weight.scale": row_scale,
        "weight.zero": np.zeros(len(row_scale), dtype=np.int8),
        "bias.codes": np.clip(bias_codes, limits.min, limits.max).astype(np.int32),
        "bias.scale": product_scale,
        "bias.zero": np.zeros(len(row_scale), dtype=np.int32),
    }
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value), prefix + name) for name, value in values.items()
    )
    named = {name: prefix + name for name in (*values, "input.codes", "input", "weight", "bias")}
    input_scale = [named["input.scale"], named["input.zero"]]
    before = [
        helper.make_node("QuantizeLinear", [activations, *input_scale], [named["input.codes"]]),
        helper.make_node("DequantizeLinear", [named["input.codes"], *input_scale], [named["input"]]),
    ]
    for part in ("weight", "bias"):
        coded = [named[f"{part}.codes"], named[f"{part}.scale"], named[f"{part}.zero"]]
        before.append(helper.make_node("DequantizeLinear", coded, [named[part]], axis=0))
    for made in before:
        made.name = made.output[0]
    del node.input[:]
    node.input.extend([named["input"], named["weight"], named["bias"]])
    return before


def _observed(
    model: onnx.ModelProto, layers: Sequence[DenseLayer], inputs: Iterable[Inputs]
) -> tuple[dict[str, Range], list[Inputs]]:
    """Ranges of the layers' activations over all calls, and some of the calls, evenly spread."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    names = list(dict.fromkeys(layer.activations for layer in layers))
    watched.graph.output.extend(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names)
    session = _session(watched)
    ranges = {name: Range(lowest=0.0, highest=0.0) for name in names}
    kept: list[Inputs] = []
    every = 1
    for place, call in enumerate(inputs):
        for name, values in zip(names, session.run(names, dict(call)), strict=True):
            ranges[name] = ranges[name].with_values(values)
        if place % every:
            continue
        kept.append(call)
        if len(kept) == 2 * _KEPT_INPUTS:
            kept, every = kept[::2], 2 * every
    if not kept:
        raise ModelError("Int8 needs calls to calibrate on, none was given.")
    return ranges, kept


def _most_sensitive_first(
    model: onnx.ModelProto, layers: Sequence[DenseLayer], ranges: Mapping[str, Range], calls: Sequence[Inputs]
) -> list[DenseLayer]:
    """The layers by what the rounding of each alone costs for what it saves."""
    exact = _answers(model, calls)

    def cost(layer: DenseLayer) -> float:
        rounded = _answers(with_integers(model, [layer], ranges), calls)
        error = np.mean([np.mean((found - wanted) ** 2) for found, wanted in zip(rounded, exact, strict=True)])
        return float(error) / layer.multiplications

    return sorted(layers, key=cost, reverse=True)


def _without_first(ranked: Sequence[DenseLayer], share: float) -> tuple[DenseLayer, ...]:
    """The layers but the first of them, as many as this share of the multiplications allows."""
    left = share * sum(layer.multiplications for layer in ranked)
    integer = []
    for layer in ranked:
        if layer.multiplications <= left:
            left -= layer.multiplications
        else:
            integer.append(layer)
    return tuple(integer)


def _answers(model: onnx.ModelProto, calls: Sequence[Inputs]) -> list[np.ndarray]:
    session = _session(model)
    return [session.run(None, dict(call))[0] for call in calls]


def _session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=[CPU_PROVIDER])
