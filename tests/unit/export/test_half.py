"""Fp16 of a step graph: what is halved, what is not, and that it runs where the runtime runs it."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")
pytest.importorskip("torch", reason="exporting needs the export extra (torch)")

from tests.unit.export.made_steps import INNER, made_calls, made_step, stored_types  # noqa: E402 - after the skips

from ponimator_export.half import exact_nodes, halve  # noqa: E402
from ponimator_runtime.errors import ModelError  # noqa: E402
from ponimator_runtime.models.backends.onnx import OnnxGraph  # noqa: E402

FLOAT, HALF = onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16


@pytest.fixture
def exact(tmp_path):
    path = tmp_path / "exact.onnx"
    onnx.save(made_step(), str(path))
    return path


@pytest.fixture
def half(exact, tmp_path):
    path = tmp_path / "half.onnx"
    halve(exact, path)
    return path


def test_inner_weights_are_halved_and_the_ends_keep_theirs(half):
    types = stored_types(onnx.load(str(half)))
    for name in INNER:
        assert types[f"{name}.half"] == types[f"{name}.bias.half"] == HALF
        assert name not in types
    assert [types[name] for name in ("token", "turns", "moves", "clean.bias")] == [FLOAT] * 4


def test_inputs_and_outputs_stay_as_they_were(exact, half):
    before, after = onnx.load(str(exact)).graph, onnx.load(str(half)).graph
    assert list(after.input) == list(before.input)
    assert list(after.output) == list(before.output)


def test_sums_over_many_values_are_exact():
    exact = exact_nodes(made_step())
    assert {"normed", "shares", "projected", "clean_flat", "clean", "head"} <= exact
    assert not {"mixed_flat", "wide", "bent", "back"} & exact


def test_a_value_is_cast_once(half):
    casts = [node.input[0] for node in onnx.load(str(half)).graph.node if node.op_type == "Cast"]
    assert len(casts) == len(set(casts))
    # Read by the normalisation, which is exact, and by the sum after attention, which is not.
    assert "tokens" in casts


def test_it_runs_as_the_runtime_runs_it_and_is_near(exact, half):
    (call,) = made_calls(1)
    answers = [OnnxGraph(path, ("noisy", "shift"), ("clean",))(*call.values())[0] for path in (exact, half)]
    assert answers[1].dtype == np.float32
    assert 0 < np.abs(answers[1] - answers[0]).max() < 0.01 * np.abs(answers[0]).max()


def test_rows_are_the_same_alone(half):
    (call,) = made_calls(1)
    graph = OnnxGraph(half, ("noisy", "shift"), ("clean",))
    alone = [graph(*(values[row : row + 1] for values in call.values()))[0] for row in range(4)]
    assert np.abs(np.concatenate(alone) - graph(*call.values())[0]).max() <= 1e-4


def test_a_weight_that_fp16_cannot_hold_is_refused(tmp_path):
    onnx.save(made_step(largest=1e6), str(tmp_path / "large.onnx"))
    with pytest.raises(ModelError, match="widen"):
        halve(tmp_path / "large.onnx", tmp_path / "half.onnx")
    assert not (tmp_path / "half.onnx").exists()
