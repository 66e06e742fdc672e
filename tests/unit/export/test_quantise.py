"""Int8 of a step graph: where it is used, what it rounds to, and that no row hears of its neighbours."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")
pytest.importorskip("torch", reason="exporting needs the export extra (torch)")

from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: E402 - after the skips
from tests.unit.export.made_steps import INNER, made_calls, made_step, stored_types  # noqa: E402

from ponimator_export.dense import dense_layers, first_layers, last_layers  # noqa: E402
from ponimator_export.quantise import (  # noqa: E402
    ACTIVATION_CODES,
    EXACT_SHARES,
    LARGEST_CODE,
    Range,
    codes_of_rows,
    inner_layers,
    quantise,
    with_integers,
)
from ponimator_export.to_onnx import quiet_exporter  # noqa: E402
from ponimator_runtime.errors import ModelError  # noqa: E402
from ponimator_runtime.models.backends.onnx import OnnxGraph  # noqa: E402

APART = 1e-4
"""Most that a row may differ from the same row alone."""
INT8 = onnx.TensorProto.INT8


@pytest.fixture
def exact(tmp_path):
    path = tmp_path / "exact.onnx"
    onnx.save(made_step(), str(path))
    return path


@pytest.fixture
def integer(exact, tmp_path):
    """Every inner layer in integers."""
    model, path = onnx.load(str(exact)), tmp_path / "integer.onnx"
    ranges = {layer.activations: Range(lowest=-8.0, highest=8.0) for layer in inner_layers(model)}
    onnx.save(with_integers(model, inner_layers(model), ranges), str(path))
    return path


def answered(path, call):
    return OnnxGraph(path, ("noisy", "shift"), ("clean",))(*call.values())[0]


def apart(path) -> float:
    """How far a row is from itself alone, beside a neighbour thirty times as loud."""
    (call,) = made_calls(1)
    loud = {name: np.concatenate([values, 30 * values]) for name, values in call.items()}
    alone = [answered(path, {name: values[row : row + 1] for name, values in call.items()}) for row in range(4)]
    return float(np.abs(answered(path, loud)[:4] - np.concatenate(alone)).max())


# Where


def test_ends_are_told_by_what_stands_before_and_behind_not_by_names():
    for rename in (lambda name: name, lambda name: f"node_{sum(name.encode())}{len(name)}"):
        model = made_step(rename=rename)
        assert first_layers(model) == {rename("projected")}
        assert last_layers(model) == {rename("clean_flat")}
        assert set(dense_layers(model)) == {rename(name) for name in ("projected", "mixed_flat", "wide", "back")} | {
            rename("clean_flat")
        }
        assert tuple(layer.weight for layer in inner_layers(model)) == INNER


def test_the_ends_keep_their_weights(exact, integer):
    before, after = stored_types(onnx.load(str(exact))), stored_types(onnx.load(str(integer)))
    for name in ("token", "turns", "moves", "clean.bias"):
        assert after[name] == before[name] == onnx.TensorProto.FLOAT
    assert sum(kind == INT8 for name, kind in after.items() if name.endswith("weight.codes")) == len(INNER)
    assert not set(INNER) & set(after)


def test_attention_stays_as_it_is(integer):
    products = [node for node in onnx.load(str(integer)).graph.node if node.op_type == "MatMul"]
    assert [list(node.input) for node in products[1:]] == [["mixed", "turned"], ["shares", "mixed"]]


# What it rounds to


def test_codes_are_the_nearest_and_each_row_has_its_own():
    weight = np.random.default_rng(2).normal(size=(7, 30)) * np.logspace(-3, 3, 7)[:, None]
    codes, scale = codes_of_rows(weight.astype(np.float32))
    assert codes.dtype == np.int8
    np.testing.assert_array_equal(np.abs(codes).max(axis=1), LARGEST_CODE)
    assert (np.abs(codes * scale[:, None] - weight) <= 0.501 * scale[:, None]).all()


def test_rows_of_zeros_have_codes():
    codes, scale = codes_of_rows(np.zeros((2, 3), dtype=np.float32))
    assert not codes.any()
    assert (scale > 0).all()


def test_two_products_fit_into_sixteen_bits():
    # What processors without VNNI add up before they widen.
    assert np.iinfo(np.int16).max >= 2 * ACTIVATION_CODES * LARGEST_CODE


@pytest.mark.parametrize("values", [[-3.0, 5.0], [2.0, 5.0], [-4.0, -1.0], [0.0, 0.0]])
def test_a_range_holds_its_values_and_a_code_that_is_exactly_zero(values):
    found = Range(lowest=0.0, highest=0.0).with_values(np.array(values))
    codes = np.clip(np.rint(np.array([*values, 0.0]) / found.scale) + found.zero, 0, ACTIVATION_CODES)
    restored = (codes - float(found.zero)) * found.scale
    assert np.abs(restored - [*values, 0.0]).max() <= found.scale
    assert restored[-1] == 0


@pytest.mark.parametrize("fitting", range(1 + len(EXACT_SHARES)))
def test_the_first_that_fits_is_written_or_the_most_exact(exact, tmp_path, fitting):
    seen: list[tuple[int, float]] = []
    path = tmp_path / "int8.onnx"

    def fits(candidate) -> bool:
        (call,) = made_calls(1)
        wanted, found = answered(exact, call), answered(candidate, call)
        integers = sum(
            kind == INT8 for name, kind in stored_types(onnx.load(str(candidate))).items() if "codes" in name
        )
        seen.append((integers, float(np.abs(found - wanted).mean() / wanted.std())))
        return len(seen) > fitting

    stay = quantise(exact, path, iter(made_calls(40)), fits=fits)
    share = EXACT_SHARES[len(seen) - 1]
    assert len(seen) == min(fitting + 1, len(EXACT_SHARES))
    sizes = {layer.weight: layer.multiplications for layer in inner_layers(onnx.load(str(exact)))}
    assert sum(sizes[name] for name in stay) <= share * sum(sizes.values())
    assert {name for name in INNER if name in stored_types(onnx.load(str(path)))} == set(stay)
    assert seen[-1][0] == len(INNER) - len(stay)
    assert sorted(seen, reverse=True)[0][0] == seen[0][0] == len(INNER)
    assert all(0 < error < 0.02 for _, error in seen)


def test_the_layer_whose_rounding_costs_most_stays_exact(tmp_path):
    """`mix` is small enough to stay; where its input has an outlier, it does, and elsewhere it need not."""
    model = made_step()
    (bias,) = (weights for weights in model.graph.initializer if weights.name == "gain")
    bias.CopyFrom(onnx.numpy_helper.from_array(np.float32([500.0, *np.ones(23)]), "gain"))
    (mix,) = (weights for weights in model.graph.initializer if weights.name == "mix")
    values = onnx.numpy_helper.to_array(mix).copy()
    values[:, 0] /= 500
    mix.CopyFrom(onnx.numpy_helper.from_array(values, "mix"))
    onnx.save(model, str(tmp_path / "outlier.onnx"))
    tried: list[object] = []

    def fits(candidate) -> bool:
        tried.append(candidate)
        return len(tried) == EXACT_SHARES.index(1 / 3) + 1

    assert quantise(tmp_path / "outlier.onnx", tmp_path / "int8.onnx", made_calls(20), fits=fits) == ("mix",)


def test_nothing_to_calibrate_on_is_refused(exact, tmp_path):
    with pytest.raises(ModelError, match="calibrate"):
        quantise(exact, tmp_path / "int8.onnx", [], fits=bool)
    assert not (tmp_path / "int8.onnx").exists()


def test_a_graph_of_ends_only_is_refused(tmp_path):
    value = onnx.helper.make_tensor_value_info("noisy", onnx.TensorProto.FLOAT, ["batch", 3])
    clean = onnx.helper.make_tensor_value_info("clean", onnx.TensorProto.FLOAT, ["batch", 3])
    weights = onnx.numpy_helper.from_array(np.eye(3, dtype=np.float32), "weight")
    node = onnx.helper.make_node("MatMul", ["noisy", "weight"], ["clean"], name="only")
    graph = onnx.helper.make_graph([node], "ends", [value], [clean], [weights])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)]), str(tmp_path / "a.onnx"))
    with pytest.raises(ModelError, match="between its ends"):
        quantise(tmp_path / "a.onnx", tmp_path / "b.onnx", made_calls(1), fits=bool)


# Who else is in the batch


def test_no_row_hears_of_its_neighbours(exact, integer, tmp_path):
    dynamic = tmp_path / "dynamic.onnx"
    with quiet_exporter():  # onnxruntime's quantiser gives advice on the root logger
        quantize_dynamic(str(exact), str(dynamic), op_types_to_quantize=["MatMul", "Gemm"], weight_type=QuantType.QInt8)
    assert apart(dynamic) > 100 * APART  # one scale for all rows of a batch: the loud ones make the others coarse
    assert apart(integer) <= APART
    assert apart(exact) <= APART
