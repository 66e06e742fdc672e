"""A small step graph made by hand: a projection, two layers, attention between, a residual, a head of two weights."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOKENS, FEATURES, WIDTH = 6, 5, 24
INNER = ("mix", "widen", "narrow")


def made_step(*, rename=lambda name: name, largest: float = 1.0) -> onnx.ModelProto:
    """The graph `noisy` (B, 6, 5), `shift` (B, 1, 24) to `clean` (B, 6, 5); some weights `largest` times as large."""
    rng = np.random.default_rng(0)
    shapes = {
        "token": (FEATURES, WIDTH),
        "mix": (WIDTH, WIDTH),
        "widen": (2 * WIDTH, WIDTH),
        "narrow": (WIDTH, 2 * WIDTH),
        "turns": (FEATURES - 2, WIDTH),
        "moves": (2, WIDTH),
    }
    weights = {name: rng.normal(size=shape).astype(np.float32) / 5 for name, shape in shapes.items()}
    weights["widen"] *= largest
    biases = {f"{name}.bias": rng.normal(size=shapes[name][0]).astype(np.float32) / 5 for name in INNER}
    biases["clean.bias"] = rng.normal(size=FEATURES).astype(np.float32)
    sizes = {
        "flat": np.array([-1, WIDTH]),
        "flat_wide": np.array([-1, 2 * WIDTH]),
        "apart": np.array([-1, TOKENS, WIDTH]),
        "apart_clean": np.array([-1, TOKENS, FEATURES]),
    }
    gain = {"gain": np.ones(WIDTH, dtype=np.float32)}

    def node(kind: str, inputs: list[str], output: str, **attributes: object) -> onnx.NodeProto:
        return helper.make_node(kind, inputs, [output], name=rename(output), **attributes)

    nodes = [
        node("MatMul", ["noisy", "token"], "projected"),
        node("Add", ["projected", "shift"], "tokens"),
        node("LayerNormalization", ["tokens", "gain"], "normed"),
        node("Reshape", ["normed", "flat"], "normed_flat"),
        node("Gemm", ["normed_flat", "mix", "mix.bias"], "mixed_flat", transB=1),
        node("Reshape", ["mixed_flat", "apart"], "mixed"),
        node("Transpose", ["mixed"], "turned", perm=[0, 2, 1]),
        node("MatMul", ["mixed", "turned"], "scores"),
        node("Softmax", ["scores"], "shares", axis=-1),
        node("MatMul", ["shares", "mixed"], "heard"),
        node("Add", ["tokens", "heard"], "told"),
        node("Reshape", ["told", "flat"], "told_flat"),
        node("Gemm", ["told_flat", "widen", "widen.bias"], "wide", transB=1),
        node("Gelu", ["wide"], "bent"),
        node("Gemm", ["bent", "narrow", "narrow.bias"], "back", transB=1),
        node("Add", ["back", "told_flat"], "last"),
        node("Concat", ["turns", "moves"], "head", axis=0),
        node("Gemm", ["last", "head", "clean.bias"], "clean_flat", transB=1),
        node("Reshape", ["clean_flat", "apart_clean"], "clean"),
    ]
    stored = {**weights, **biases, **sizes, **gain}
    made = helper.make_graph(
        nodes,
        "step",
        [
            helper.make_tensor_value_info("noisy", TensorProto.FLOAT, ["batch", TOKENS, FEATURES]),
            helper.make_tensor_value_info("shift", TensorProto.FLOAT, ["batch", 1, WIDTH]),
        ],
        [helper.make_tensor_value_info("clean", TensorProto.FLOAT, ["batch", TOKENS, FEATURES])],
        [numpy_helper.from_array(values, name) for name, values in stored.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def made_calls(count: int, *, rows: int = 4, spread: float = 1.0) -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    return [
        {
            "noisy": (spread * rng.normal(size=(rows, TOKENS, FEATURES))).astype(np.float32),
            "shift": rng.normal(size=(rows, 1, WIDTH)).astype(np.float32),
        }
        for _ in range(count)
    ]


def stored_types(model: onnx.ModelProto) -> dict[str, int]:
    return {weights.name: weights.data_type for weights in model.graph.initializer}
