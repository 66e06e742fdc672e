"""What runs a bundle's graphs: which provider, on how many threads, in which arithmetic.

It names choices; it must never know how a provider is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ponimator_runtime.errors import ConfigError

MAX_THREADS: Final = 256


class Provider(StrEnum):
    """What runs a graph."""

    CPU = "cpu"
    """ONNX Runtime on the CPU, in the precision of the bundle: the reference."""
    OPENVINO = "openvino"
    """OpenVINO on the CPU; the extra `openvino`."""
    CUDA = "cuda"
    """ONNX Runtime on an NVIDIA GPU; the extra `gpu`."""
    TENSORRT = "tensorrt"
    """ONNX Runtime with TensorRT on an NVIDIA GPU; the extra `gpu` and TensorRT's libraries."""
    ENGINE = "engine"
    """Engines that were built ahead of time (`ponimator export --tensorrt`); the extra `tensorrt`."""

    @property
    def on_gpu(self) -> bool:
        """Whether it keeps its arrays in a GPU's memory."""
        return self in {Provider.CUDA, Provider.TENSORRT, Provider.ENGINE}


class Arithmetic(StrEnum):
    """What OpenVINO computes fp32 layers in; every other provider does as the graph says."""

    FP32 = "fp32"
    BF16 = "bf16"


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """How graphs are run.

    Attributes:
        provider: what runs them.
        threads: CPU threads of one call.
        arithmetic: of layers that the graph leaves in fp32; OpenVINO only.
        fallback: whether the CPU may take over where the provider cannot be had.
        cuda_graphs: whether steps that stay on a GPU are captured, so that it never waits for the host; with ONNX
            Runtime only.
    """

    provider: Provider = Provider.CPU
    threads: int = 1
    arithmetic: Arithmetic = Arithmetic.FP32
    fallback: bool = False
    cuda_graphs: bool = False

    def __post_init__(self) -> None:
        """Refuses what no provider can do.

        Raises:
            ConfigError: which setting, what was expected and what came.
        """
        if not 1 <= self.threads <= MAX_THREADS:
            raise ConfigError(f"--threads must lie between 1 and {MAX_THREADS}, got {self.threads}")
        if self.arithmetic is not Arithmetic.FP32 and self.provider is not Provider.OPENVINO:
            raise ConfigError(
                f"--arithmetic {self.arithmetic} needs --provider {Provider.OPENVINO}, got {self.provider}"
            )
        if self.cuda_graphs and self.provider not in {Provider.CUDA, Provider.TENSORRT}:
            raise ConfigError(f"--cuda-graphs needs --provider cuda or tensorrt, got {self.provider}")


REFERENCE: Final = Execution()
"""What every other execution is compared with."""
