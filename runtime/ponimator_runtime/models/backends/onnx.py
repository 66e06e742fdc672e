"""Graphs that ONNX Runtime runs: on the CPU, which is the reference, or on an NVIDIA GPU.

It knows ONNX Runtime's sessions and providers; it must never know what a network predicts.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import numpy as np

from ponimator_runtime.errors import CardMismatch, MissingExtra, ProviderUnavailable
from ponimator_runtime.models.backends.execution import REFERENCE, Execution, Provider
from ponimator_runtime.models.signatures import check_signature

try:
    import onnxruntime
except ModuleNotFoundError as cause:
    raise MissingExtra("Running networks", "cpu") from cause

_LOG = logging.getLogger(__name__)
CPU_PROVIDER: Final = "CPUExecutionProvider"
_CUDA_PROVIDER: Final = "CUDAExecutionProvider"
_PROVIDERS: Final[dict[Provider, tuple[str, ...]]] = {
    Provider.CPU: (CPU_PROVIDER,),
    Provider.CUDA: (_CUDA_PROVIDER, CPU_PROVIDER),
    # What TensorRT cannot take runs in CUDA: shapes are computed there too.
    Provider.TENSORRT: ("TensorrtExecutionProvider", _CUDA_PROVIDER, CPU_PROVIDER),
}
"""ONNX Runtime's names, the wanted one first."""
_PROVIDER_OPTIONS: Final[dict[str, dict[str, str]]] = {
    # Graphs are tuned for shapes that come again at every step of every window.
    _CUDA_PROVIDER: {"cudnn_conv_algo_search": "HEURISTIC", "use_tf32": "0"},
    # Engines take seconds to build: kept beside the user's other caches, found again by graph and GPU.
    "TensorrtExecutionProvider": {"trt_engine_cache_enable": "1", "trt_timing_cache_enable": "1"},
}
_CAPTURING: Final = {_CUDA_PROVIDER: "enable_cuda_graph", "TensorrtExecutionProvider": "trt_cuda_graph_enable"}
"""The option of each provider that lets it capture CUDA graphs."""
GRAPH_NUMBER: Final = "gpu_graph_id"
NOT_CAPTURED: Final = -1
_SPOILS_FP16: Final = "NchwcTransformer"
"""An optimiser of the CPU provider that ends the process when it meets an fp16 graph (ONNX Runtime 1.32)."""


class OnnxGraph:
    """One network graph in a session of ONNX Runtime.

    Attributes:
        session: of ONNX Runtime.
        device: where its arrays are best kept, "cpu" or "cuda".
    """

    def __init__(
        self, path: Path, inputs: tuple[str, ...], outputs: tuple[str, ...], *, execution: Execution = REFERENCE
    ) -> None:
        """Loads a graph.

        Args:
            path: the `.onnx` file.
            inputs: names that the graph must take, in this order.
            outputs: names that the graph must give, in this order.
            execution: a provider of ONNX Runtime, and CPU threads of one call.

        Raises:
            CardMismatch: the file is no graph, or takes other inputs or gives other outputs.
            ProviderUnavailable: ONNX Runtime has no such provider here.
        """
        self.session = onnx_session(path, execution)
        check_signature(path, "inputs", [node.name for node in self.session.get_inputs()], inputs)
        check_signature(path, "outputs", [node.name for node in self.session.get_outputs()], outputs)
        self.device = "cuda" if _CUDA_PROVIDER in self.session.get_providers() else "cpu"
        self._inputs, self._outputs = inputs, outputs
        self._options = onnxruntime.RunOptions()
        # Arrays of the host lie elsewhere at each call; a captured graph would read where they lay at the first.
        self._options.add_run_config_entry(GRAPH_NUMBER, str(NOT_CAPTURED))

    def input_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an input's axes, those left out that may have any size."""
        return _fixed_sizes(self.session.get_inputs(), name)

    def output_sizes(self, name: str) -> tuple[int, ...]:
        """Sizes of an output's axes, those left out that may have any size."""
        return _fixed_sizes(self.session.get_outputs(), name)

    def __call__(self, *values: np.ndarray) -> tuple[np.ndarray, ...]:
        """The graph's outputs for inputs in the graph's order."""
        feeds = dict(zip(self._inputs, values, strict=True))
        return tuple(self.session.run(self._outputs, feeds, self._options))


def onnx_session(path: Path, execution: Execution = REFERENCE) -> onnxruntime.InferenceSession:
    """A session of ONNX Runtime that really has the provider that was asked for.

    Raises:
        CardMismatch: the file is no ONNX graph.
        ProviderUnavailable: ONNX Runtime has no such provider here, and the CPU may not take over.
    """
    wanted = _PROVIDERS[execution.provider]
    if execution.provider.on_gpu:
        onnxruntime.preload_dlls()  # CUDA's libraries may be packages beside ours, where no loader looks
    offered = onnxruntime.get_available_providers()
    missing = wanted[0] not in offered
    if missing:
        _refuse_unless(execution, f"this onnxruntime {onnxruntime.__version__} offers {', '.join(offered)} only")
    session = _session(path, execution, (CPU_PROVIDER,) if missing else wanted)
    # A provider whose libraries do not load is left out in silence; only the session says which ones it has.
    loaded = session.get_providers()
    if not missing and wanted[0] not in loaded:
        _refuse_unless(
            execution,
            f"ONNX Runtime could not load it and kept {', '.join(loaded)}; its own line on stderr names the library "
            "that is missing",
        )
    return session


def _refuse_unless(execution: Execution, reason: str) -> None:
    """Raises where the CPU may not take over; says in the log that it does where it may."""
    if not execution.fallback:
        raise ProviderUnavailable(
            f"The provider '{execution.provider}' cannot be had: {reason}. Install the extra 'gpu' in an environment "
            "without the extra 'cpu' (`ponimator doctor` tells more), or run with --provider cpu or --fallback."
        )
    _LOG.warning("provider '%s' cannot be had (%s): the CPU takes over", execution.provider, reason)


def _session(path: Path, execution: Execution, providers: tuple[str, ...]) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = execution.threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait take the time of the other sessions and of the game beside us.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    with_options: list[tuple[str, dict[str, str]]] = []
    for name in providers:
        capturing = {_CAPTURING[name]: "1"} if execution.cuda_graphs and name in _CAPTURING else {}
        with_options.append((name, {**_PROVIDER_OPTIONS.get(name, {}), **capturing}))
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=with_options, disabled_optimizers=[_SPOILS_FP16]
        )
    except Exception as cause:  # onnxruntime's errors share no base class but Exception
        raise CardMismatch(f"{path} cannot be loaded as an ONNX graph: {cause}. Export the bundle again.") from cause


def _fixed_sizes(nodes: list[Any], name: str) -> tuple[int, ...]:
    (shape,) = (node.shape for node in nodes if node.name == name)
    return tuple(size for size in shape if isinstance(size, int))
