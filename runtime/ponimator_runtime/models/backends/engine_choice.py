"""Which engine of a bundle fits the GPU and the packages at hand, and why the others do not.

An engine holds the kernels of one GPU generation in the format of one version of one package. It reads the card only:
no GPU and no package is needed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ponimator_runtime.errors import CardMismatch, MissingExtra, ProviderUnavailable
from ponimator_runtime.models.backends.engine_package import EXTRA, Gpu
from ponimator_runtime.models.card import EngineFile, ModelCard


def engine_for(card: ModelCard, graph: str, *, gpu: Gpu, installed: Mapping[str, str]) -> EngineFile:
    """The engine of a graph that this GPU runs with these packages.

    Args:
        card: of the bundle.
        graph: ONNX file of the bundle.
        gpu: at hand.
        installed: version of each of `PACKAGES` that is there.

    Raises:
        ProviderUnavailable: none was built, or for another GPU, package or version.
        MissingExtra: no package that runs engines is installed.
        CardMismatch: the graph is another than when the engine was built.
    """
    build = f"build one with `ponimator export --tensorrt {gpu.generation or 'GPU'}`"
    engines = [engine for engine in card.engines if engine.graph == graph]
    if not engines:
        raise ProviderUnavailable(
            f"The bundle '{card.name}' has no engine of {graph}: {build}, or take --provider cuda."
        )
    of_gpu = [engine for engine in engines if gpu.capability in engine.capabilities]
    if not of_gpu:
        raise ProviderUnavailable(
            f"Engines of {graph} were built for {_each(_built_for(engine) for engine in engines)}; "
            f"this GPU is {gpu}: {build}, or take --provider cuda."
        )
    if not installed:
        raise MissingExtra("The provider 'engine'", EXTRA)
    of_version = [engine for engine in of_gpu if installed.get(engine.package) == engine.version]
    if not of_version:
        raise ProviderUnavailable(
            f"The engine of {graph} for {of_gpu[0].gpu} was built by "
            f"{_each(f'{engine.package} {engine.version}' for engine in of_gpu)}; installed "
            f"{_each(f'{name} {version}' for name, version in installed.items())}, and engines run with the version "
            f"that built them: install that, or {build}."
        )
    present = card.files[graph].sha256
    of_graph = [engine for engine in of_version if engine.graph_sha256 == present]
    if not of_graph:
        raise CardMismatch(
            f"{of_version[0].file} was built from a {graph} with SHA-256 {of_version[0].graph_sha256[:12]}…, "
            f"the bundle's has {present[:12]}…: {build}."
        )
    return of_graph[0]


def _built_for(engine: EngineFile) -> str:
    return f"{engine.gpu} ({', '.join(f'{capability / 10:.1f}' for capability in engine.capabilities)})"


def _each(texts: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(texts))
