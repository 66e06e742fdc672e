"""What the benchmarks count and compare is what they say: operations, bytes, limits, the published networks, bars."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from tests.benchmarks.bars import bars
from tests.benchmarks.published import PublishedAnimator, PublishedGenerator, parameter_count, published
from tests.benchmarks.roofline import Rates, Work, counted, limit_s
from tests.benchmarks.timing import Patience, in_turn, spread

from ponimator_export.graph import step_graph
from ponimator_export.to_onnx import write_graph
from ponimator_runtime.motion.window import FEATURE_COUNT, GENERATOR_FEATURE_COUNT, WINDOW_FRAMES
from ponimator_training.network.animator import Animator, AnimatorConfig
from ponimator_training.network.generator import Generator, GeneratorConfig
from ponimator_training.network.layers import TransformerSize

SMALL = TransformerSize(blocks=2, width=32, heads=4, feed_forward=48)
B, P, N = 3, 2, WINDOW_FRAMES


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def stirred(network):
    """No weight is left at zero, and units are not ones, so that nothing is hidden."""
    with torch.no_grad():
        for values in network.state_dict().values():
            values.add_(torch.rand_like(values) * 0.3)
    return network.eval()


def animator_inputs():
    return (
        torch.randn(B, P, N, FEATURE_COUNT),
        torch.randn(B, P, FEATURE_COUNT),
        torch.randn(B, P, 22, 3),
        torch.tensor([0, 15, 29]),
        torch.tensor([0, 500, 999]),
    )


def generator_inputs():
    return (
        torch.randn(B, P, GENERATOR_FEATURE_COUNT),
        torch.tensor([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]),
        torch.randn(B, P, GENERATOR_FEATURE_COUNT),
        torch.randn(B, 384),
        torch.tensor([1.0, 0.0, 0.0]),
        torch.tensor([0, 500, 999]),
    )


@pytest.mark.parametrize(
    ("made", "made_inputs"),
    [
        (lambda: Animator(AnimatorConfig(size=SMALL)), animator_inputs),
        (lambda: Generator(GeneratorConfig(size=SMALL)), generator_inputs),
    ],
    ids=["animator", "generator"],
)
def test_the_published_network_is_the_same_function_as_ours(made, made_inputs):
    network, inputs = stirred(made()), made_inputs()
    with torch.inference_mode():
        expected, found = network(*inputs), published(network)(*inputs)
    assert expected.std() > 0.1
    # Stirred units make large numbers: what rounding does to the largest, the smallest need not stay below.
    torch.testing.assert_close(found, expected, atol=3e-5 * float(expected.abs().max()), rtol=1e-4)


@pytest.mark.parametrize(
    ("theirs", "ours", "config"),
    [(PublishedAnimator, Animator, AnimatorConfig()), (PublishedGenerator, Generator, GeneratorConfig())],
)
def test_at_the_published_size_a_network_has_105_million_parameters(theirs, ours, config):
    with torch.device("meta"):
        count = parameter_count(theirs(config))
        assert count == parameter_count(ours(config))
    assert count == pytest.approx(105e6, rel=0.02)


def saved(path, nodes, inputs, outputs, weights):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, kind, sizes) for name, kind, sizes in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes) for name, sizes in outputs],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), str(path))
    return path


def gemm(path, *, transposed):
    """y = x·w + b, x of (batch, 8), w of (8, 5)."""
    return saved(
        path,
        [helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=int(transposed))],
        [("x", TensorProto.FLOAT, ["batch", 8])],
        [("y", ["batch", 5])],
        {"w": np.ones((5, 8) if transposed else (8, 5), np.float32), "b": np.ones(5, np.float32)},
    )


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("batch", [1, 7])
def test_a_gemm_counts_two_operations_for_each_weight_and_row(tmp_path, transposed, batch):
    work = counted(gemm(tmp_path / "g.onnx", transposed=transposed), {"batch": batch})
    assert work == Work(
        float_operations=2 * batch * 8 * 5,
        int8_operations=0,
        float_weight_bytes=4 * (8 * 5 + 5),
        small_weight_bytes=0,
        edge_bytes=4 * batch * (8 + 5),
        activation_bytes=0,
    )


def test_weights_held_in_bf16_are_half_as_many_bytes(tmp_path):
    work = counted(gemm(tmp_path / "g.onnx", transposed=False), {"batch": 1})
    assert work.weight_bytes("fp32") == 2 * work.weight_bytes("bf16") == 180


def test_a_gemm_of_integers_counts_apart_and_what_only_weights_are_quantised_does_not(tmp_path):
    def made(name, both):
        nodes = [helper.make_node("DequantizeLinear", ["w8", "scale"], ["w"])]
        if both:
            nodes.append(helper.make_node("QuantizeLinear", ["x", "scale"], ["x8"]))
            nodes.append(helper.make_node("DequantizeLinear", ["x8", "scale"], ["xr"]))
        nodes.append(helper.make_node("MatMul", ["xr" if both else "x", "w"], ["y"]))
        weights = {"w8": np.ones((8, 5), np.int8), "scale": np.float32(0.1)}
        inputs, outputs = [("x", TensorProto.FLOAT, ["batch", 8])], [("y", ["batch", 5])]
        return counted(saved(tmp_path / name, nodes, inputs, outputs, weights), {"batch": 3})

    both, weights_only = made("both.onnx", True), made("weights.onnx", False)
    assert (both.float_operations, both.int8_operations) == (0, 2 * 3 * 8 * 5)
    assert (weights_only.float_operations, weights_only.int8_operations) == (2 * 3 * 8 * 5, 0)
    assert both.small_weight_bytes == weights_only.small_weight_bytes == 8 * 5


def test_an_unknown_axis_is_refused(tmp_path):
    with pytest.raises(ValueError, match="batch"):
        counted(gemm(tmp_path / "g.onnx", transposed=False), {"rows": 1})


def test_the_step_of_an_animator_counts_what_the_paper_says_it_computes(tmp_path):
    write_graph(step_graph(Animator(AnimatorConfig(size=SMALL))), tmp_path / "step.onnx")
    work = counted(tmp_path / "step.onnx", {"batch": B})
    W, F, L = SMALL.width, SMALL.feed_forward, B * P * N
    layers = SMALL.blocks * (4 * W * W + 2 * W * F)
    temporal = SMALL.blocks // 2 * 2 * N * W  # scores and values; of two persons nothing is a product of matrices
    assert work.float_operations == 2 * L * (layers + temporal + 2 * FEATURE_COUNT * W)
    assert work.int8_operations == 0
    weights = layers + 2 * FEATURE_COUNT * W
    assert work.float_weight_bytes == pytest.approx(4 * weights, rel=0.1)  # biases come on top
    assert work.float_weight_bytes > 4 * weights


RATES = Rates(
    operations_per_s={"fp32": 100.0, "bf16": 200.0, "int8": 400.0},
    memory_bytes_per_s=10.0,
    cache_bytes_per_s=1000.0,
    cache_bytes=500,
)


def work(**changed):
    nothing = dict.fromkeys(Work.__slots__, 0)
    return Work(**{**nothing, **changed})


@pytest.mark.parametrize(
    ("of_graph", "arithmetic", "expected_s"),
    [
        (work(float_operations=1000), "fp32", 10.0),
        (work(float_operations=1000), "bf16", 5.0),
        (work(float_operations=1000, int8_operations=4000), "fp32", 20.0),
        (work(float_weight_bytes=400), "fp32", 0.4),  # from the cache
        (work(float_weight_bytes=800), "fp32", 80.0),  # from memory
        (work(float_weight_bytes=800), "bf16", 0.4),  # fits the cache as bf16
        (work(small_weight_bytes=600, edge_bytes=100), "fp32", 70.0),
        (work(float_operations=1000, float_weight_bytes=800), "fp32", 80.0),  # the longer of two
    ],
)
def test_a_graph_takes_the_longer_of_arithmetic_and_memory(of_graph, arithmetic, expected_s):
    assert limit_s(of_graph, RATES, arithmetic) == pytest.approx(expected_s)


def test_a_machine_without_bf16_is_held_against_its_fp32():
    without = Rates(
        operations_per_s={"fp32": 100.0}, memory_bytes_per_s=1.0, cache_bytes_per_s=1.0, cache_bytes=RATES.cache_bytes
    )
    assert limit_s(work(float_operations=1000), without, "bf16") == pytest.approx(10.0)


def test_what_is_compared_takes_turns():
    order = []
    things = {name: lambda name=name: order.append(name) for name in "abc"}
    times = in_turn(things, Patience(rounds=4, least_s=0.0))
    assert "".join(order) == "abc" * 4
    assert {name: len(of_thing) for name, of_thing in times.items()} == dict.fromkeys("abc", 4)


def test_quick_things_take_turns_until_the_most_rounds():
    times = in_turn({"a": lambda: None}, Patience(rounds=1, least_s=1e9, most_rounds=6))
    assert len(times["a"]) == 6


def test_spread_is_median_and_tenths():
    assert spread(np.arange(101)) == {"p10": 10.0, "p50": 50.0, "p90": 90.0}


def form(ms, eager_ms=1000.0):
    return {"ms": {"p50": ms}, "times_eager": {"p50": eager_ms / ms}}


def report(**forms):
    """Of the full animator in 50 steps; the int8 form moves joints too far."""
    entry = {"size": "full", "network": "animator", "batch": 1, "steps": 50}
    named = {name.replace("_", "-") + "@2": of_form for name, of_form in forms.items()}
    errors = {
        "openvino-int8": {"animator": {"joint_mm_mean": 9.0, "rotation_deg_mean": 0.1}},
        "openvino-bf16": {"animator": {"joint_mm_mean": 2.0, "rotation_deg_mean": 0.1}},
    }
    return {
        "sampling": [{**entry, "forms": {"eager@2": form(1000.0), **named}}],
        "trained": [{"bundle": "lite", "steps": 50, "forms": errors}],
    }


def verdicts(of_report):
    return [(bar.form, bar.verdict) for bar in bars(of_report)]


def test_bars_hold_the_fastest_form_whose_errors_are_within():
    found = verdicts(report(cpu_fp32=form(400.0), openvino_bf16=form(90.0), openvino_int8=form(20.0)))
    assert found[:4] == [
        ("cpu-fp32@2", "FAIL"),
        ("openvino-bf16@2", "pass"),
        ("openvino-bf16", "pass"),
        ("openvino-bf16", "pass"),
    ]
    assert found[4] == ("openvino-bf16@2", "pass")


def test_a_bar_that_is_missed_says_so():
    found = verdicts(report(cpu_fp32=form(300.0), openvino_bf16=form(501.0)))
    assert found[0] == ("cpu-fp32@2", "pass")
    assert found[1] == ("cpu-fp32@2", "FAIL")


def test_what_was_not_measured_is_not_passed():
    assert {bar.verdict for bar in bars({"sampling": [], "trained": []})} == {"not measured"}
