"""Real engines of random networks and of the shipped bundle, built without a GPU; where there is one, they are run."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="making a bundle needs the export extra (torch)")
pytest.importorskip("onnx", reason="making a bundle needs the export extra (onnx)")
pytest.importorskip("tensorrt_rtx", reason="building engines needs the tensorrt extra (tensorrt-rtx)")

from tests.unit.made_bundles import LITE, agreeing, made_bundle
from tests.unit.made_engines import LateDevice

import ponimator_export.bundle
from ponimator_export import engines
from ponimator_export.advance import write_advance_graph
from ponimator_export.engines import build_engines
from ponimator_export.to_tensorrt import RTX_CAPABILITIES, Target, build_engine
from ponimator_runtime.errors import MissingExtra, ModelError, ProviderUnavailable
from ponimator_runtime.models.backends.engine import EngineGraph, load_engine
from ponimator_runtime.models.backends.engine_choice import engine_for
from ponimator_runtime.models.backends.engine_package import CAPABILITIES, Generation, Gpu, gpu_at_hand
from ponimator_runtime.models.backends.execution import REFERENCE
from ponimator_runtime.models.backends.onnx import OnnxGraph
from ponimator_runtime.models.bundle import file_entry, load_bundle
from ponimator_runtime.models.card import EngineFile, ModelCard, read_card, write_card
from ponimator_runtime.models.signatures import (
    ADVANCE_INPUTS,
    ADVANCE_OUTPUTS,
    ANIMATOR_CONDITIONS,
    CONDITION_OUTPUTS,
    GENERATOR_CONDITIONS,
    STEP_INPUTS,
    STEP_OUTPUTS,
    TIMESTEP,
)

pytestmark = [pytest.mark.tensorrt, pytest.mark.slow]
BUILT_BY_RTX = (Generation.AMPERE, Generation.ADA, Generation.BLACKWELL)


def silent(text: str) -> None:
    pass


def graphs_of(card: ModelCard) -> list[str]:
    return [*card.animator.graphs.names, *card.generator.graphs.names]


def gpu_or_none() -> Gpu | None:
    try:
        return gpu_at_hand()
    except (MissingExtra, ProviderUnavailable):
        return None


GPU = gpu_or_none()


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """Both networks with every graph, the advance graphs among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ponimator_export.bundle, "_compared", agreeing)
        folder = made_bundle(tmp_path_factory.mktemp("exported") / "tiny")
    return with_advance_graphs(folder)


def with_advance_graphs(folder: Path) -> Path:
    card = read_card(folder)
    networks = {}
    for name in ("animator", "generator"):
        network = getattr(card, name)
        advance = f"{name}_advance.onnx"
        write_advance_graph(folder / network.graphs.step, folder / advance)
        graphs = msgspec.structs.replace(network.graphs, advance=advance)
        networks[name] = msgspec.structs.replace(network, graphs=graphs)
    card = msgspec.structs.replace(card, **networks)
    files = {**card.files, **{name: file_entry(folder / name) for name in graphs_of(card)}}
    write_card(msgspec.structs.replace(card, files=files), folder)
    return folder


@pytest.mark.parametrize("generation", BUILT_BY_RTX)
def test_engines_of_both_networks_are_built_without_a_gpu(exported, generation):
    built = build_engines(exported, generation, show=silent)
    card = load_bundle(str(exported)).card
    assert [engine.graph for engine in built] == graphs_of(card)
    assert len(built) == 6
    for engine in built:
        version, capabilities = told_by_header((exported / engine.file).read_bytes())
        assert version == tuple(map(int, engine.version.split(".")))
        assert capabilities == len(engine.capabilities)
        for capability in engine.capabilities:
            gpu = Gpu(name="any", capability=capability)
            assert gpu.generation is generation
            installed = {engine.package: engine.version}
            assert engine_for(card, engine.graph, gpu=gpu, installed=installed) == engine


def told_by_header(engine: bytes) -> tuple[tuple[int, ...], int]:
    """Version, and for how many compute capabilities: all that can be read of an engine without a GPU.

    The layout is not documented; it is that of 1.7, where a capability is a bit and the version four bytes.
    """
    assert engine[:4] == b"vtrt"
    return tuple(engine[24:28]), int.from_bytes(engine[32:36], "little").bit_count()


def test_engines_of_two_generations_are_for_no_common_gpu(exported):
    masks = []
    for generation in BUILT_BY_RTX:
        capabilities = tuple(held for held in CAPABILITIES[generation] if held in RTX_CAPABILITIES)
        target = Target(generation=generation, capabilities=capabilities, package="tensorrt_rtx", version="any")
        axes = engines._axes(False, 4, 4, 1)
        engine = build_engine(exported / "generator_condition.onnx", target, axes)
        masks.append(int.from_bytes(engine[32:36], "little"))
    assert masks[0] & masks[1] == masks[0] & masks[2] == masks[1] & masks[2] == 0


def test_the_shipped_bundle_gets_engines(tmp_path):
    folder = Path(shutil.copytree(LITE, tmp_path / "lite"))
    for engine in build_engines(folder, "ada", show=silent):
        weights = (folder / engine.graph).stat().st_size
        assert (folder / engine.file).stat().st_size > 0.9 * weights  # they are in it, in full


def test_a_graph_that_the_package_cannot_read_is_told(exported, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no graph")
    target = Target(generation=Generation.ADA, capabilities=(89,), package="tensorrt_rtx", version="any")
    with pytest.raises(ModelError, match=r"tensorrt_rtx cannot read broken\.onnx: .*fp32 and fp16"):
        build_engine(broken, target, {})
    with pytest.raises(ModelError, match=r"axis 0 of .* called 'batch', expected one of rows"):
        build_engine(exported / "animator_step.onnx", target, {"rows": (1, 2, 3)})


def test_without_a_gpu_an_engine_is_refused_by_what_cuda_says(exported):
    pytest.importorskip("cuda.bindings", reason="running engines needs the tensorrt extra (cuda-bindings)")
    if GPU is not None:
        pytest.skip(f"there is a GPU: {GPU}")
    with pytest.raises(ProviderUnavailable, match=r"needs an NVIDIA GPU .*--provider cpu"):
        gpu_at_hand()
    entry = any_engine(exported, "animator_advance.onnx", 89)
    with pytest.raises(ProviderUnavailable, match=r"\.engine \(tensorrt_rtx .*, ada\) cannot be loaded: .*[Cc]uda"):
        EngineGraph(exported / entry.file, ADVANCE_INPUTS, ADVANCE_OUTPUTS, entry=entry, device=LateDevice())


def any_engine(folder: Path, graph: str, capability: int) -> EngineFile:
    """The bundle's engine of a graph for a GPU, built where it has none."""
    generation = Gpu(name="any", capability=capability).generation
    built = [engine for engine in read_card(folder).engines if engine.gpu == generation]
    built = built or build_engines(folder, str(generation), show=silent)
    return next(engine for engine in built if engine.graph == graph)


@pytest.mark.parametrize("network", ["animator", "generator"])
def test_on_a_gpu_an_engine_gives_what_its_graph_gives(exported, network):
    if GPU is None or GPU.capability not in RTX_CAPABILITIES:
        pytest.skip(f"needs a GPU that tensorrt_rtx builds for, there is {GPU}")
    any_engine(exported, "animator_step.onnx", GPU.capability)
    card = read_card(exported)
    files = getattr(card, network).graphs
    conditions = ANIMATOR_CONDITIONS if network == "animator" else GENERATOR_CONDITIONS
    allowed = card.tolerances.network_call
    for name, inputs, outputs in (
        (files.condition, (*conditions, TIMESTEP), CONDITION_OUTPUTS),
        (files.step, STEP_INPUTS, STEP_OUTPUTS),
    ):
        reference = OnnxGraph(exported / name, inputs, outputs, execution=REFERENCE)
        engine = load_engine(exported, card, name, inputs, outputs)
        for rows in (1, 3, 64, 2):
            values = [random_input(reference, name, rows) for name in inputs]
            for expected, found in zip(reference(*values), engine(*values), strict=True):
                np.testing.assert_allclose(found, expected, atol=allowed, rtol=0)


def random_input(graph: OnnxGraph, name: str, rows: int) -> np.ndarray:
    """Values that an input may take."""
    rng = np.random.default_rng([rows, len(name)])
    if name == TIMESTEP:
        return rng.integers(0, 1000, size=7)
    if name == "anchor_index":
        return rng.integers(0, 30, size=rows)
    return rng.normal(size=(rows, *graph.input_sizes(name))).astype(np.float32)
