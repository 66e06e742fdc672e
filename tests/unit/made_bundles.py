"""Bundles for tests, made without the exporter and its proof, which the contract tests cover."""

from pathlib import Path

import onnx
import pytest
import torch

import ponimator_export.bundle
from ponimator_export.bundle import BundleSources, write_bundle
from ponimator_export.parity import TOLERANCES, Comparison, ParityReport
from ponimator_export.provenance import BUILT_IN_BODY, notice
from ponimator_runtime.models.bundle import embedded_folder
from ponimator_training.body.model import default_body
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.layers import TransformerSize

TINY = TransformerSize(blocks=2, width=16, heads=2, feed_forward=16, dropout=0.1)
NETWORKS = {"animator": Animator(AnimatorConfig(size=TINY)), "generator": Generator(GeneratorConfig(size=TINY))}
LITE = embedded_folder() / "lite"


def halving_graph(inputs, example, path):
    """A graph with a network's inputs that only halves the first of them."""
    kinds = {torch.float32: onnx.TensorProto.FLOAT, torch.int64: onnx.TensorProto.INT64}
    values = [
        onnx.helper.make_tensor_value_info(name, kinds[value.dtype], ["batch", *value.shape[1:]])
        for name, value in zip(inputs, example, strict=True)
    ]
    output = onnx.helper.make_tensor_value_info("clean", onnx.TensorProto.FLOAT, ["batch", *example[0].shape[1:]])
    half = onnx.helper.make_tensor("half", onnx.TensorProto.FLOAT, [], [0.5])
    node = onnx.helper.make_node("Mul", [inputs[0], "half"], ["clean"])
    graph = onnx.helper.make_graph([node], "halves", values, [output], [half])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10), str(path))


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
    patch.setattr(
        ponimator_export.bundle, "write_graph", lambda step, path: halving_graph(step.inputs, step.example, path)
    )
    patch.setattr(ponimator_export.bundle, "compare", agreeing)


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
