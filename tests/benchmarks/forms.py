"""The ways to run a network that are compared: eager torch as published, and each engine with each precision.

It knows engines, precisions and graph files; sampling loops are in `subjects.py`, times in `timing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ponimator_export.calibration import StepRecorder
from ponimator_export.quantise import quantise
from ponimator_runtime.models.backends.execution import Arithmetic, Execution, Provider
from ponimator_runtime.models.backends.graph import GraphFolder
from ponimator_runtime.models.card import GraphFiles, ModelCard, Precision
from ponimator_runtime.models.network_graphs import NetworkGraphs
from ponimator_runtime.models.networks import AnimatorNetwork, GeneratorNetwork
from ponimator_runtime.models.signatures import ANIMATOR_CONDITIONS, GENERATOR_CONDITIONS

Network = AnimatorNetwork | GeneratorNetwork


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A way to run a network.

    Attributes:
        provider: None = torch, as published.
        precision: of the step graph.
        arithmetic: of fp32 layers.
    """

    provider: Provider | None
    precision: Precision = Precision.FP32
    arithmetic: Arithmetic = Arithmetic.FP32


EAGER = "eager"
REFERENCE = "cpu-fp32"
"""What errors are told against."""
FORMS: dict[str, Form] = {
    EAGER: Form(provider=None),
    REFERENCE: Form(provider=Provider.CPU),
    "cpu-int8": Form(provider=Provider.CPU, precision=Precision.INT8),
    "openvino-fp32": Form(provider=Provider.OPENVINO),
    "openvino-bf16": Form(provider=Provider.OPENVINO, arithmetic=Arithmetic.BF16),
    "openvino-int8": Form(provider=Provider.OPENVINO, precision=Precision.INT8),
    "openvino-int8-bf16": Form(provider=Provider.OPENVINO, precision=Precision.INT8, arithmetic=Arithmetic.BF16),
}


def loaded(kind: str, folder: Path, card: ModelCard, form: Form, threads: int) -> Network:
    """A network of a bundle's folder in a form.

    Args:
        kind: "animator" or "generator".
        folder: with the graphs; the int8 step graph stands beside the fp32 one, as `int8_name` says.
        card: of the bundle.
        form: not the eager one.
        threads: CPU threads of one call.

    Raises:
        MissingExtra: the provider is not installed.
        ProviderUnavailable: it is not there.
    """
    assert form.provider is not None
    execution = Execution(provider=form.provider, threads=threads, arithmetic=form.arithmetic)
    files = graph_files(card, kind)
    if form.precision is Precision.INT8:
        files = GraphFiles(condition=files.condition, step=int8_name(files.step), precision=Precision.INT8)
    conditions = ANIMATOR_CONDITIONS if kind == "animator" else GENERATOR_CONDITIONS
    graphs = NetworkGraphs(GraphFolder(path=folder, execution=execution, card=card), files, conditions)
    return AnimatorNetwork(graphs, card) if kind == "animator" else GeneratorNetwork(graphs, card)


def graph_files(card: ModelCard, kind: str) -> GraphFiles:
    """Of one network."""
    return card.animator.graphs if kind == "animator" else card.generator.graphs


def int8_name(step: str) -> str:
    """The file of a step graph's int8 twin."""
    return f"int8_{step}"


@contextmanager
def recorded_steps(network: Network) -> Iterator[list[dict[str, np.ndarray]]]:
    """The calls of a network's step graph while this lasts."""
    graph = network.graphs.step
    recorder = StepRecorder(graph)
    network.graphs.step = recorder
    try:
        yield recorder.calls
    finally:
        network.graphs.step = graph


def write_int8(network: Network, sample: Callable[[], object], step: Path, out: Path, *, calls: int) -> None:
    """Writes the int8 twin of a step graph as the exporter makes it where every inner layer may be in integers.

    How many may be is a question of trained weights, which these need not be: a shipped bundle may keep some in fp32.

    Args:
        network: that the graph belongs to, in fp32.
        sample: samples with it; ranges of activations are taken from its steps.
        step: the fp32 graph.
        out: the int8 graph.
        calls: of the step graph that are looked at, at most.
    """
    with recorded_steps(network) as recorded:
        sample()
    quantise(step, out, recorded[:: max(1, -(-len(recorded) // calls))], fits=lambda _: True)
