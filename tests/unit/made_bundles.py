"""Bundles for tests, made without the exporter and its proof, which the contract tests cover."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

import ponimator_export.bundle
from ponimator_export.bundle import BundleSources, write_bundle
from ponimator_export.graph import Graph
from ponimator_export.provenance import BUILT_IN_BODY, notice
from ponimator_export.report import TOLERANCES, Comparison, ParityReport
from ponimator_runtime.models.bundle import embedded_folder
from ponimator_training.body.model import default_body
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.layers import TransformerSize

TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.1)
NETWORKS = {"animator": Animator(AnimatorConfig(size=TINY)), "generator": Generator(GeneratorConfig(size=TINY))}
LITE = embedded_folder() / "lite"


def halving_graph(graph: Graph, path: Path) -> None:
    """A graph with the inputs and outputs of a network's: a step halves the noisy signal, conditions give zeros."""
    with torch.inference_mode():
        answer = graph.module(*graph.example)
    nodes, shapes = [], []
    for name, value in zip(graph.outputs, answer if isinstance(answer, tuple) else (answer,), strict=True):
        free = ["timesteps", "batch"] if name == "modulations" else ["batch"]
        shapes.append([*free, *value.shape[len(free) :]])
        sources = {"batch": graph.inputs[0], "timesteps": graph.inputs[-1]}
        nodes += [onnx.helper.make_node("Shape", [sources[axis]], [f"{name}.{axis}"], start=0, end=1) for axis in free]
        fixed = onnx.numpy_helper.from_array(np.array(value.shape[len(free) :], dtype=np.int64))
        nodes.append(onnx.helper.make_node("Constant", [], [f"{name}.fixed"], value=fixed))
        sizes = [f"{name}.{axis}" for axis in (*free, "fixed")]
        nodes.append(onnx.helper.make_node("Concat", sizes, [f"{name}.sizes"], axis=0))
        nodes.append(onnx.helper.make_node("ConstantOfShape", [f"{name}.sizes"], [name]))
    if graph.inputs[0] == "noisy":
        half = onnx.numpy_helper.from_array(np.array(0.5, dtype=np.float32))
        nodes = [
            onnx.helper.make_node("Constant", [], ["half"], value=half),
            onnx.helper.make_node("Mul", ["noisy", "half"], list(graph.outputs)),
        ]
    kinds = {torch.float32: onnx.TensorProto.FLOAT, torch.int64: onnx.TensorProto.INT64}
    inputs = [
        onnx.helper.make_tensor_value_info(name, kinds[value.dtype], ["free", *value.shape[1:]])
        for name, value in zip(graph.inputs, graph.example, strict=True)
    ]
    outputs = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in zip(graph.outputs, shapes, strict=True)
    ]
    made = onnx.helper.make_graph(nodes, "halves", inputs, outputs)
    onnx.save(onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10), str(path))


def agreeing(*_, **__) -> ParityReport:
    """What a comparison says when all is well."""
    allowed = (TOLERANCES.network_call, TOLERANCES.sampled_joints_mm)
    return ParityReport(
        comparisons=tuple(
            Comparison(network="animator", what="call", batch=1, difference=0.0, allowed=limit) for limit in allowed
        ),
        call_ms={},
    )


def without_exporter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ponimator_export.bundle, "write_graph", halving_graph)
    patch.setattr(ponimator_export.bundle, "_compared", agreeing)  # nor the clips that it would synthesise


def made_sources(**changed) -> BundleSources:
    parts = {
        "name": "tiny",
        "animator": NETWORKS["animator"],
        "generator": NETWORKS["generator"],
        "body": default_body(),
        "text_encoder": LITE,
        "clips": None,
        "provenance": {},
        "notice": notice(BUILT_IN_BODY),
    }
    return BundleSources(**{**parts, **changed})


def made_bundle(out: Path, **changed) -> Path:
    write_bundle(made_sources(**changed), out, show=lambda text: None)
    return out
