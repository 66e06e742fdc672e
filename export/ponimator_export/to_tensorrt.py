"""From an ONNX file to an engine for one generation of GPUs, built ahead of time.

`tensorrt_rtx` builds for every generation that it knows on a machine without a GPU; `tensorrt` builds for the GPU at
hand. The ONNX graph decides the precision: networks are strongly typed.

It knows graphs and packages; it must never know a bundle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ponimator_runtime.errors import MissingExtra, ModelError, ProviderUnavailable
from ponimator_runtime.models.backends.engine_package import (
    CAPABILITIES,
    EXTRA,
    TENSORRT,
    TENSORRT_RTX,
    Generation,
    Gpu,
    package,
    package_log,
)

RTX_CAPABILITIES: Final = (80, 86, 89, 120, 121)
"""Compute capabilities that `tensorrt_rtx` builds for, ten times as large."""

Limits = tuple[int, int, int]
"""Least, usual and most of an axis."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What engines are built for, and by what.

    Attributes:
        generation: of the GPUs.
        capabilities: of those GPUs that the engines will run on.
        package: name of the module that builds.
        version: of that module; the engines run with no other.
    """

    generation: Generation
    capabilities: tuple[int, ...]
    package: str
    version: str


def target_for(generation: Generation, *, installed: Mapping[str, str], at_hand: Gpu | None) -> Target:
    """Who builds for a generation.

    Args:
        generation: of the GPUs.
        installed: version of each package that is there.
        at_hand: the GPU of this machine.

    Raises:
        MissingExtra: no package is installed.
        ProviderUnavailable: none that is installed builds for this generation here.
    """
    if not installed:
        raise MissingExtra("`ponimator export --tensorrt`", EXTRA)
    reasons = []
    if TENSORRT in installed:
        if at_hand is not None and at_hand.generation is generation:
            return Target(
                generation=generation, capabilities=(at_hand.capability,), package=TENSORRT, version=installed[TENSORRT]
            )
        reasons.append(f"{TENSORRT} builds for the GPU at hand, which is {at_hand or 'none'}")
    if TENSORRT_RTX in installed:
        capabilities = tuple(held for held in CAPABILITIES[generation] if held in RTX_CAPABILITIES)
        if capabilities:
            return Target(
                generation=generation, capabilities=capabilities, package=TENSORRT_RTX, version=installed[TENSORRT_RTX]
            )
        known = ", ".join(name for name, held in CAPABILITIES.items() if set(held) & set(RTX_CAPABILITIES))
        reasons.append(f"{TENSORRT_RTX} builds for {known} only")
    raise ProviderUnavailable(
        f"No engine can be built for {generation} here: {'; '.join(reasons)}. Install NVIDIA's package {TENSORRT} on a "
        f"machine with a GPU of the generation {generation} and export there, or serve with --provider cuda."
    )


def build_engine(graph: Path, target: Target, axes: Mapping[str, Limits]) -> bytes:
    """A serialized engine of one ONNX file.

    Args:
        graph: the file.
        target: what it is built for.
        axes: limits of each axis of free size that an input of the graph may have, by its name.

    Raises:
        ModelError: the package cannot read or build it.
    """
    tensorrt = package(target.package)
    log = package_log(tensorrt)
    builder = tensorrt.Builder(log)
    network = builder.create_network(1 << int(tensorrt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = tensorrt.OnnxParser(network, log)
    if not parser.parse(graph.read_bytes()):
        reasons = [parser.get_error(place).desc() for place in range(parser.num_errors)]
        reason = reasons[0].splitlines()[0] if reasons else log.words()
        raise ModelError(
            f"{target.package} cannot read {graph.name}: {reason}. Engines are built from bundles of the precisions "
            "fp32 and fp16; export such a one."
        )
    config = builder.create_builder_config()
    # TF32 keeps 10 bits of fp32's 23, which the bundle's tolerance does not allow; who wants speed exports fp16.
    config.clear_flag(tensorrt.BuilderFlag.TF32)
    if target.package == TENSORRT_RTX:
        config.num_compute_capabilities = len(target.capabilities)
        for place, capability in enumerate(target.capabilities):
            config.set_compute_capability(getattr(tensorrt.ComputeCapability, f"SM{capability}"), place)
    else:
        config.hardware_compatibility_level = tensorrt.HardwareCompatibilityLevel.SAME_COMPUTE_CAPABILITY
    profile = builder.create_optimization_profile()
    for name, limits in _limits(network, graph, axes).items():
        profile.set_shape(name, *zip(*limits, strict=True))
    if config.add_optimization_profile(profile) < 0:
        raise ModelError(f"{target.package} takes no such batches for {graph.name}: {log.words()}.")
    engine = builder.build_serialized_network(network, config)
    if engine is None:
        raise ModelError(f"{target.package} cannot build {graph.name} for {target.generation}: {log.words()}.")
    return bytes(engine)


class _Tensor(Protocol):
    """An input of a parsed network; sizes below 0 are free."""

    name: str
    shape: Sequence[int]

    def get_dimension_name(self, index: int) -> str: ...


class _Network(Protocol):
    """A parsed network."""

    num_inputs: int

    def get_input(self, index: int) -> _Tensor: ...


def _limits(network: _Network, graph: Path, axes: Mapping[str, Limits]) -> dict[str, list[Limits]]:
    """Of every axis of every input."""
    limits: dict[str, list[Limits]] = {}
    for place in range(network.num_inputs):
        tensor = network.get_input(place)
        limits[tensor.name] = []
        for axis, size in enumerate(tensor.shape):
            name = tensor.get_dimension_name(axis)
            if size < 0 and name not in axes:
                raise ModelError(
                    f"{graph.name}: axis {axis} of {tensor.name} may have any size and is called '{name}', expected "
                    f"one of {', '.join(axes)}. Export the bundle again."
                )
            limits[tensor.name].append((size, size, size) if size >= 0 else axes[name])
    return limits
