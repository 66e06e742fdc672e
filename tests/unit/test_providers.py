"""Every provider computes what the reference computes, or says by name why it cannot."""

import logging
import sys

import numpy as np
import onnxruntime
import pytest

from ponimator_runtime.errors import CardMismatch, ConfigError, MissingExtra, ProviderUnavailable
from ponimator_runtime.models.backends.execution import REFERENCE, Arithmetic, Execution, Provider
from ponimator_runtime.models.backends.onnx import OnnxGraph, onnx_session
from ponimator_runtime.models.bundle import embedded_folder, load_bundle
from ponimator_runtime.models.signatures import ANIMATOR_CONDITIONS, CONDITION_OUTPUTS, STEP_INPUTS, STEP_OUTPUTS

pytestmark = pytest.mark.openvino
LITE = embedded_folder() / "lite"
STEP = LITE / "animator_step.onnx"
OPENVINO = Execution(provider=Provider.OPENVINO)
OPENVINO_BF16 = Execution(provider=Provider.OPENVINO, arithmetic=Arithmetic.BF16)
ROUNDING_BF16 = 2.0**-8
"""Spacing of bf16 numbers near 1, half of it either way."""


def processor_has_bf16() -> bool:
    openvino = pytest.importorskip("openvino", reason="needs the extra 'openvino'")
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def animator_call(execution: Execution, rows: int = 5) -> np.ndarray:
    """One step of windows that differ from each other, in the middle of sampling."""
    graphs = load_bundle("lite", execution=execution).animator.graphs
    numbers = np.random.default_rng(0)
    # Two standing bodies, bent a little: what the network was not trained for makes numbers of any size.
    standing = np.zeros(135)
    standing[:132].reshape(22, 6)[:, [0, 4]] = 1.0
    anchor = (standing + 0.1 * numbers.standard_normal((5, 2, 135))).astype(np.float32)[:rows]
    joints = numbers.uniform(-0.5, 1.5, (5, 2, 22, 3)).astype(np.float32)[:rows]
    noisy = numbers.standard_normal((5, 2, 30, 135)).astype(np.float32)[:rows]
    index = np.arange(5)[:rows]
    modulations, *constant = graphs.condition(anchor, joints, index, np.array([499]))
    return graphs.step(noisy, modulations[0], *constant)[0]


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    return animator_call(REFERENCE)


def test_openvino_in_fp32_computes_what_onnx_runtime_computes(reference):
    pytest.importorskip("openvino", reason="needs the extra 'openvino'")
    assert np.abs(animator_call(OPENVINO) - reference).max() <= 1e-4


def test_openvino_computes_in_fp32_unless_asked():
    """By itself it takes bf16 wherever the processor has it."""
    pytest.importorskip("openvino", reason="needs the extra 'openvino'")
    assert load_bundle("lite", execution=OPENVINO).animator.graphs.step.arithmetic == "f32"


def test_openvino_computes_in_bf16_when_asked(reference):
    if not processor_has_bf16():
        pytest.skip("this processor has no bf16")
    graphs = load_bundle("lite", execution=OPENVINO_BF16).animator.graphs
    assert graphs.step.arithmetic == "bf16"
    difference = np.abs(animator_call(OPENVINO_BF16) - reference)
    assert difference.max() > 1e-4  # else it computed in fp32
    assert np.sqrt(np.mean(difference**2)) <= 4 * ROUNDING_BF16 * np.sqrt(np.mean(reference**2))


def test_a_processor_without_bf16_is_told(monkeypatch, caplog):
    openvino = pytest.importorskip("openvino", reason="needs the extra 'openvino'")
    as_it_is = openvino.Core.compile_model

    def compiled_in_fp32(core, path, device, settings):
        return as_it_is(core, path, device, {**settings, "INFERENCE_PRECISION_HINT": "f32"})

    monkeypatch.setattr(openvino.Core, "compile_model", compiled_in_fp32)
    with caplog.at_level(logging.WARNING):
        load_bundle("lite", execution=OPENVINO_BF16)
    assert "no bf16" in caplog.text


@pytest.mark.parametrize("execution", [REFERENCE, OPENVINO, OPENVINO_BF16], ids=["cpu", "openvino", "openvino bf16"])
def test_a_row_does_not_depend_on_its_neighbours(execution):
    if execution.provider is Provider.OPENVINO:
        pytest.importorskip("openvino", reason="needs the extra 'openvino'")
    together = animator_call(execution)
    alone = animator_call(execution, rows=1)
    assert np.abs(together[:1] - alone).max() <= 1e-4


def test_openvino_that_is_not_installed_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtra, match=r"ponimator-runtime\[openvino\]"):
        load_bundle("lite", execution=OPENVINO)


def test_openvino_refuses_what_is_no_graph(tmp_path):
    pytest.importorskip("openvino", reason="needs the extra 'openvino'")
    from ponimator_runtime.models.backends.openvino import OpenVinoGraph

    (tmp_path / "rubbish.onnx").write_bytes(b"rubbish")
    with pytest.raises(CardMismatch, match=r"rubbish.onnx cannot be loaded by OpenVINO"):
        OpenVinoGraph(tmp_path / "rubbish.onnx", STEP_INPUTS, STEP_OUTPUTS, execution=OPENVINO)
    with pytest.raises(CardMismatch, match="has the inputs noisy"):
        OpenVinoGraph(STEP, ANIMATOR_CONDITIONS, CONDITION_OUTPUTS, execution=OPENVINO)


needs_no_gpu = pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="this ONNX Runtime has CUDA"
)


@needs_no_gpu
@pytest.mark.parametrize("provider", [Provider.CUDA, Provider.TENSORRT])
def test_a_provider_that_is_not_offered_is_refused(provider):
    with pytest.raises(
        ProviderUnavailable, match=rf"'{provider}' cannot be had: this onnxruntime.*offers.*extra 'gpu'"
    ):
        load_bundle("lite", execution=Execution(provider=provider))


@needs_no_gpu
@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.parametrize("provider", [Provider.CUDA, Provider.TENSORRT])
def test_a_provider_that_is_left_out_in_silence_is_noticed(monkeypatch, provider):
    """As where CUDA's libraries are missing: ONNX Runtime offers the provider and then runs on the CPU."""
    names = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: names)
    with pytest.raises(ProviderUnavailable, match="could not load it and kept CPUExecutionProvider"):
        onnx_session(STEP, Execution(provider=provider))


@needs_no_gpu
def test_the_cpu_takes_over_only_where_it_may(caplog, reference):
    with caplog.at_level(logging.WARNING):
        answer = animator_call(Execution(provider=Provider.CUDA, fallback=True))
    np.testing.assert_array_equal(answer, reference)
    assert "the CPU takes over" in caplog.text


def test_threads_change_no_result(reference):
    assert np.abs(animator_call(Execution(threads=2)) - reference).max() <= 1e-4


def test_settings_that_no_provider_has_are_refused():
    with pytest.raises(ConfigError, match="--threads must lie between 1 and 256, got 0"):
        Execution(threads=0)
    with pytest.raises(ConfigError, match="--arithmetic bf16 needs --provider openvino, got cpu"):
        Execution(arithmetic=Arithmetic.BF16)


def test_a_graph_of_another_network_is_refused():
    with pytest.raises(CardMismatch, match=r"has the inputs noisy.*expected anchor"):
        OnnxGraph(STEP, ANIMATOR_CONDITIONS, CONDITION_OUTPUTS)
