"""What this machine does at most: operations of a large matrix product, bytes of weights, by number of threads.

Each is the best of several trials of several engines: a limit must not be lower than what somebody reaches. It knows
the machine; it must never know a network.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from machine import last_cache_bytes
from onnx import TensorProto, helper, numpy_helper
from roofline import Rates

from ponimator_runtime.errors import MissingExtra, ProviderUnavailable
from ponimator_runtime.models.backends.execution import Arithmetic, Execution, Provider
from ponimator_runtime.models.backends.graph import GraphFolder

M, N, K = 1024, 1024, 4096
"""Of the product: long enough that what stands around it costs little, small enough for the caches."""
_OPERATIONS = 2 * M * N * K
_TRIALS = 10
_MEMORY_ROWS, _MEMORY_COLUMNS = 16_384, 4_096
"""Of fp32 weights that lie in memory, 256 MiB."""
_CACHE_COLUMNS = 1_024
_ZERO_POINT = 128
_OPSET = 20

Trial = Callable[[], object]


def measured_rates(threads: int) -> Rates:
    """What the machine does at most on a number of threads."""
    torch.set_num_threads(threads)
    cache_bytes = last_cache_bytes()
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        # A quarter of the cache: others on the same machine use it too.
        cache_rows = cache_bytes // 4 // _CACHE_COLUMNS // np.dtype(np.float32).itemsize
        return Rates(
            operations_per_s={
                arithmetic: max(_OPERATIONS / _least_s(trial) for trial in trials)
                for arithmetic, trials in _products(Path(folder), threads).items()
            },
            memory_bytes_per_s=_bytes_per_s(_MEMORY_ROWS, _MEMORY_COLUMNS),
            cache_bytes_per_s=_bytes_per_s(cache_rows, _CACHE_COLUMNS),
            cache_bytes=cache_bytes,
        )


def better(one: Rates, other: Rates) -> Rates:
    """The most of two measurements: while others use the machine, one alone may be far too low."""
    return Rates(
        operations_per_s={
            arithmetic: max(rate, other.operations_per_s[arithmetic])
            for arithmetic, rate in one.operations_per_s.items()
        },
        memory_bytes_per_s=max(one.memory_bytes_per_s, other.memory_bytes_per_s),
        cache_bytes_per_s=max(one.cache_bytes_per_s, other.cache_bytes_per_s),
        cache_bytes=one.cache_bytes,
    )


def _least_s(trial: Trial) -> float:
    trial()
    times_s = []
    for _ in range(_TRIALS):
        start_s = time.perf_counter()
        trial()
        times_s.append(time.perf_counter() - start_s)
    return min(times_s)


def _bytes_per_s(rows: int, columns: int) -> float:
    """The better of reading weights once (matrix · vector) and STREAM's triad a = b + s·c (McCalpin 1995)."""
    weights, vector = torch.rand(rows, columns), torch.rand(columns)
    a, b, c = torch.rand(rows * columns).chunk(3)
    read = weights.nbytes / _least_s(lambda: torch.mv(weights, vector))
    triad = 3 * c.nbytes / _least_s(lambda: torch.add(b[: len(c)], c, alpha=3.0, out=a[: len(c)]))
    return max(read, triad)


def _products(folder: Path, threads: int) -> dict[str, list[Trial]]:
    """Ways to make the product, by arithmetic."""
    left, right = torch.rand(M, K), torch.rand(K, N)
    left_bf16, right_bf16 = left.bfloat16(), right.bfloat16()
    trials: dict[str, list[Trial]] = {
        "fp32": [lambda: left @ right],
        "bf16": [lambda: left_bf16 @ right_bf16],
        "int8": [],
    }
    fp32, int8 = folder / "fp32.onnx", folder / "int8.onnx"
    _write_product(fp32, quantised=False)
    _write_product(int8, quantised=True)
    integers = np.random.default_rng(0).integers(0, 256, (M, K), dtype=np.uint8)
    for arithmetic, path, value, executions in (
        ("fp32", fp32, left.numpy(), (Execution(threads=threads), _openvino(threads, Arithmetic.FP32))),
        ("bf16", fp32, left.numpy(), (_openvino(threads, Arithmetic.BF16),)),
        ("int8", int8, integers, (Execution(threads=threads), _openvino(threads, Arithmetic.FP32))),
    ):
        trials[arithmetic] += _engine_trials(path, value, executions)
    return trials


def _openvino(threads: int, arithmetic: Arithmetic) -> Execution:
    return Execution(provider=Provider.OPENVINO, threads=threads, arithmetic=arithmetic)


def _engine_trials(path: Path, value: np.ndarray, executions: tuple[Execution, ...]) -> Iterator[Trial]:
    """The product in each engine that is installed."""
    for execution in executions:
        try:
            graph = GraphFolder(path=path.parent, execution=execution).load(path.name, ("x",), ("y",))
        except (MissingExtra, ProviderUnavailable):
            continue
        yield lambda graph=graph: graph(value)


def _write_product(path: Path, *, quantised: bool) -> None:
    """A graph y = x · weights; of integers, where quantised."""
    weights = np.random.default_rng(0).integers(-127, 128, (K, N), dtype=np.int8)
    x_kind = TensorProto.UINT8 if quantised else TensorProto.FLOAT
    nodes, initializers = [], []
    left, right = "x", "weights"
    if quantised:
        initializers += [_constant("scale", np.float32(0.01)), _constant("x_zero", np.uint8(_ZERO_POINT))]
        initializers += [_constant("weights", weights), _constant("weights_zero", np.int8(0))]
        nodes.append(helper.make_node("DequantizeLinear", ["x", "scale", "x_zero"], ["x_real"]))
        nodes.append(helper.make_node("DequantizeLinear", ["weights", "scale", "weights_zero"], ["weights_real"]))
        left, right = "x_real", "weights_real"
    else:
        initializers.append(_constant("weights", weights.astype(np.float32)))
    nodes.append(helper.make_node("MatMul", [left, right], ["y"]))
    graph = helper.make_graph(
        nodes,
        "product",
        [helper.make_tensor_value_info("x", x_kind, [M, K])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [M, N])],
        initializers,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=10), str(path))


def _constant(name: str, value: np.ndarray | np.generic) -> TensorProto:
    return numpy_helper.from_array(np.asarray(value), name)
