"""A bundle in a smaller precision says so, was compared, and is not written where it differs by too much."""

import shutil
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="exporting needs the export extra (torch)")
onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")

from tests.contract.exported import clips, exported_body, sources  # noqa: E402

import ponimator_export.bundle  # noqa: E402 - after the skips
import ponimator_export.quantise  # noqa: E402
from ponimator_export.bundle import REDUCED, write_bundle  # noqa: E402
from ponimator_export.dense import dense_layers, first_layers, last_layers  # noqa: E402
from ponimator_export.to_onnx import write_graph  # noqa: E402
from ponimator_runtime.errors import ModelError  # noqa: E402
from ponimator_runtime.models.bundle import load_bundle  # noqa: E402
from ponimator_runtime.models.card import Precision  # noqa: E402

__all__ = ["clips", "exported_body", "sources"]
pytestmark = pytest.mark.slow  # every test waits for an export


@pytest.fixture(scope="module")
def quiet(sources):
    """The sources, with networks that answer about as loud as trained ones."""
    networks = {}
    for name in ("animator", "generator"):
        network = type(getattr(sources, name))(getattr(sources, name).config)
        network.load_state_dict(getattr(sources, name).state_dict())
        with torch.no_grad():
            for weights in network.parameters():
                weights.mul_(0.5)
        networks[name] = network.eval()
    return replace(sources, **networks)


@pytest.fixture(scope="module")
def write_quiet_graph(tmp_path_factory):
    """Exports each graph of the quiet networks once: what reduces it comes after."""
    exported = tmp_path_factory.mktemp("exported")

    def write_once(graph, path):
        if not (exported / path.name).exists():
            write_graph(graph, exported / path.name)
        shutil.copyfile(exported / path.name, path)

    return write_once


@pytest.fixture(scope="module", params=[Precision.INT8, Precision.FP16])
def reduced(request, quiet, write_quiet_graph, tmp_path_factory):
    """A bundle in a smaller precision, and what its export said."""
    out = tmp_path_factory.mktemp(str(request.param)) / "tiny"
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ponimator_export.bundle, "write_graph", write_quiet_graph)
        write_bundle(replace(quiet, precision=request.param), out, show=said.append)
    return request.param, load_bundle(str(out)), said[-1]


def test_a_reduced_bundle_says_what_it_is_and_was_compared(reduced):
    precision, bundle, table = reduced
    reduced_networks = REDUCED[precision]
    cards = {"animator": bundle.card.animator, "generator": bundle.card.generator}
    for name, card in cards.items():
        assert card.graphs.precision is (precision if name in reduced_networks else Precision.FP32)
        rows = [line for line in table.splitlines() if line.startswith(name)]
        for told in ("joints, mean mm", "joints, 95 % within mm", "rotations, mean °", "t = 999, mean"):
            assert any(told in row for row in rows) == (name in reduced_networks)
        assert any("a row to itself alone" in row and row.endswith("1e-04") for row in rows)
    assert "!" not in table
    assert "joints, mean mm" in bundle.card.provenance["parity"]


def test_the_generator_is_never_in_integers():
    assert REDUCED[Precision.INT8] == ("animator",)


def test_the_heads_of_a_reduced_network_are_exact(reduced):
    precision, bundle, _ = reduced
    model = onnx.load(str(bundle.folder / bundle.card.animator.graphs.step))
    kinds = {weights.name: weights.data_type for weights in model.graph.initializer}
    makers = {value: node for node in model.graph.node for value in node.output}

    def stored(value: str) -> set[int]:
        """Types of the weights that a value is made of."""
        return {kinds[value]} if value in kinds else set().union(*(stored(name) for name in makers[value].input))

    smaller = onnx.TensorProto.INT8 if precision is Precision.INT8 else onnx.TensorProto.FLOAT16
    ends = first_layers(model) | last_layers(model)
    of_layers = {name: stored(node.input[1]) for name, node in dense_layers(model).items()}
    assert len(ends) == 2
    assert all(onnx.TensorProto.FLOAT in of_layers[name] and smaller not in of_layers[name] for name in ends)
    assert any(smaller in types for types in of_layers.values())


def test_spoilt_integers_write_nothing(quiet, write_quiet_graph, tmp_path, monkeypatch):
    monkeypatch.setattr(ponimator_export.bundle, "write_graph", write_quiet_graph)
    codes_of_rows = ponimator_export.quantise.codes_of_rows

    def scaled(weight):
        codes, scale = codes_of_rows(weight)
        return codes, 1.5 * scale

    monkeypatch.setattr(ponimator_export.quantise, "codes_of_rows", scaled)
    shown: list[str] = []
    with pytest.raises(ModelError, match=r"animator.*Nothing was written"):
        write_bundle(replace(quiet, precision=Precision.INT8), tmp_path / "tiny", show=shown.append)
    assert " !" in shown[-1]
    assert list(tmp_path.iterdir()) == []
