"""From a torch network to one self-contained ONNX file: any batch, weights inside, no trace of the machine.

It knows graphs and files; it must never know what a network predicts.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch

from ponimator_export.graph import Graph
from ponimator_export.translations import TRANSLATIONS
from ponimator_runtime.errors import ModelError

OPSET = 20
_EXPORTER_MODULES = r"(torch|onnxscript|onnx_ir|copyreg)(\.|$)"
_EXPORTER_LOGGERS = ("torch.onnx._internal.exporter._registration", "")
"""Torch tells at every export that torchvision is missing, onnxruntime's quantiser gives advice on the root logger."""


def write_graph(graph: Graph, path: Path) -> None:
    """Exports a part of a network and checks the file.

    Raises:
        ModelError: the exporter gave nothing, or a graph that breaks the ONNX rules.
    """
    with quiet_exporter():
        program = torch.onnx.export(
            graph.module,
            graph.example,
            dynamo=True,
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_shapes=(graph.free_axes,),
            custom_translation_table=TRANSLATIONS,
            verbose=False,
        )
    save_program(program, path)


def save_program(program: torch.onnx.ONNXProgram | None, path: Path) -> None:
    """Writes what the exporter gave, without traces of this machine, and checks it.

    Raises:
        ModelError: the exporter gave nothing, or a graph that breaks the ONNX rules.
    """
    if program is None:
        raise ModelError("Expected an ONNX program from torch.onnx.export, got none.")
    save_model(program.model_proto, path)


def save_model(model: onnx.ModelProto, path: Path) -> None:
    """Writes a graph without traces of this machine, and checks it.

    Raises:
        ModelError: it breaks the ONNX rules.
    """
    strip_traces(model)
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as cause:
        raise ModelError(f"The graph for {path.name} breaks the ONNX rules: {cause}") from cause
    onnx.save(model, str(path))


def strip_traces(model: onnx.ModelProto) -> None:
    """Takes out the Python stack traces and names that the exporter leaves on every part: they name this machine."""
    graph = model.graph
    parts = (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer)
    for part in (*parts, *model.functions):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")


@contextmanager
def quiet_exporter() -> Iterator[None]:
    """Silences what the exporter says about itself while this lasts; warnings of our own networks still come."""
    loggers = [logging.getLogger(name) for name in _EXPORTER_LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=_EXPORTER_MODULES)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
