"""Makes of a step graph one that leads to the next step: guidance, what is known and the solver's update within it.

On a GPU the whole sampling loop then is one graph run K times, and nothing travels to the host between two steps.
It knows operators; it must never know a network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ponimator_export.to_onnx import save_model
from ponimator_runtime.diffusion.plan import COEFFICIENTS
from ponimator_runtime.models.signatures import ADVANCE_INPUTS, ADVANCE_OUTPUTS, CONDITION_OUTPUTS

_PREFIX: Final = "advance."
"""Of every value that is added, so that none meets a name of the step graph."""


def write_advance_graph(step: Path, path: Path) -> None:
    """Writes the advance graph of a step graph.

    Args:
        step: ONNX file with the inputs and outputs of a step; its precision is kept, what is added is fp32.
        path: of the file to write.

    Raises:
        ModelError: the result breaks the ONNX rules.
    """
    model = onnx.load(str(step))
    graph = model.graph
    noisy, *conditions = graph.input
    fixed = [axis.dim_value for axis in noisy.type.tensor_type.shape.dim][1:]
    before, after = _rows_of_latent(fixed), _advanced(fixed)
    nodes = [*before, *graph.node, *after]
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend(nodes)
    free: list[str | int] = ["batch", *fixed]
    sizes: dict[str, list[str | int]] = {"coefficients": [COEFFICIENTS], "guidance": ["guided"]}
    of_condition = dict(zip(CONDITION_OUTPUTS, conditions, strict=True))
    for value in conditions:
        value.type.tensor_type.shape.dim[0].dim_param = "rows"
    for name in ADVANCE_INPUTS:
        made = helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes.get(name, free))
        graph.input.append(of_condition.get(name, made))
    graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, free) for name in ADVANCE_OUTPUTS)
    # Shapes that the exporter noted inside the step name its batch, which is now the rows of all conditions.
    del graph.value_info[:]
    save_model(model, path)


def _rows_of_latent(fixed: list[int]) -> list[onnx.NodeProto]:
    """The latent (B, …) once for each of the R conditions that guide it: (R·B, …), the step's `noisy`."""
    ones = [1] * (len(fixed) + 1)
    return [
        helper.make_node("Shape", ["guidance"], [_PREFIX + "R"]),
        _constant("ones", ones),
        helper.make_node("Concat", [_PREFIX + "R", _PREFIX + "ones"], [_PREFIX + "repeats"], axis=0),
        _constant("first", [0]),
        helper.make_node("Unsqueeze", ["latent", _PREFIX + "first"], [_PREFIX + "one"]),
        helper.make_node("Expand", [_PREFIX + "one", _PREFIX + "repeats"], [_PREFIX + "each"]),
        _constant("rows_shape", [-1, *fixed]),
        helper.make_node("Reshape", [_PREFIX + "each", _PREFIX + "rows_shape"], ["noisy"]),
    ]


def _advanced(fixed: list[int]) -> list[onnx.NodeProto]:
    """From the rows' clean signals to the guided one, with what is known in it, and to the next latent."""
    each = helper.make_node
    weights_shape = [-1, *[1] * (len(fixed) + 1)]
    return [
        _constant("batch_and_fixed", [-1, *fixed]),
        each("Concat", [_PREFIX + "R", _PREFIX + "batch_and_fixed"], [_PREFIX + "apart_shape"], axis=0),
        each("Reshape", ["clean", _PREFIX + "apart_shape"], [_PREFIX + "apart"]),
        _constant("weights_shape", weights_shape),
        each("Reshape", ["guidance", _PREFIX + "weights_shape"], [_PREFIX + "weights"]),
        each("Mul", [_PREFIX + "apart", _PREFIX + "weights"], [_PREFIX + "weighted"]),
        each("ReduceSum", [_PREFIX + "weighted", _PREFIX + "first"], [_PREFIX + "guided"], keepdims=0),
        each("Cast", ["where"], [_PREFIX + "is_known"], to=TensorProto.BOOL),
        each("Where", [_PREFIX + "is_known", "known", _PREFIX + "guided"], ["held"]),
        _constant("parts", [1] * COEFFICIENTS),
        each("Split", ["coefficients", _PREFIX + "parts"], [_PREFIX + letter for letter in "abc"], axis=0),
        each("Mul", ["latent", _PREFIX + "a"], [_PREFIX + "of_latent"]),
        each("Mul", ["held", _PREFIX + "b"], [_PREFIX + "of_held"]),
        each("Mul", ["previous", _PREFIX + "c"], [_PREFIX + "of_previous"]),
        each("Add", [_PREFIX + "of_latent", _PREFIX + "of_held"], [_PREFIX + "of_both"]),
        each("Add", [_PREFIX + "of_both", _PREFIX + "of_previous"], ["next_latent"]),
    ]


def _constant(name: str, values: list[int]) -> onnx.NodeProto:
    tensor = numpy_helper.from_array(np.array(values, dtype=np.int64), _PREFIX + name)
    return helper.make_node("Constant", [], [_PREFIX + name], value=tensor)
