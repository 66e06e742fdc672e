"""Int8 graphs in OpenVINO: the same numbers as in ONNX Runtime, and rows that do not hear of their neighbours."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")
pytest.importorskip("openvino", reason="needs the extra 'openvino'")

from tests.unit.export.made_steps import made_calls, made_step  # noqa: E402 - after the skips

from ponimator_export.quantise import Range, inner_layers, with_integers  # noqa: E402
from ponimator_runtime.models.execution import Execution, Provider  # noqa: E402
from ponimator_runtime.models.onnx import OnnxGraph  # noqa: E402
from ponimator_runtime.models.openvino import OpenVinoGraph  # noqa: E402

NAMES = (("noisy", "shift"), ("clean",))
OPENVINO = Execution(provider=Provider.OPENVINO)
ONE_CODE = 16.0 / 255
"""What a code of the activations stands for in the graph below: where two kernels round apart, they differ by it."""


@pytest.fixture
def path(tmp_path):
    model = made_step()
    ranges = {layer.activations: Range(lowest=-8.0, highest=8.0) for layer in inner_layers(model)}
    onnx.save(with_integers(model, inner_layers(model), ranges), str(tmp_path / "integer.onnx"))
    return tmp_path / "integer.onnx"


def test_it_computes_what_onnx_runtime_computes(path):
    (call,) = made_calls(1)
    expected = OnnxGraph(path, *NAMES)(*call.values())[0]
    found = OpenVinoGraph(path, *NAMES, execution=OPENVINO)(*call.values())[0]
    assert np.abs(found - expected).max() <= ONE_CODE
    assert np.abs(found - expected).mean() <= 0.1 * ONE_CODE


def test_a_row_is_the_same_alone_and_among_others(path):
    (call,) = made_calls(1)
    graph = OpenVinoGraph(path, *NAMES, execution=OPENVINO)
    loud = {name: np.concatenate([values, 30 * values]) for name, values in call.items()}
    together = graph(*loud.values())[0]
    for row in range(len(call["noisy"])):
        alone = graph(*(values[row : row + 1] for values in call.values()))[0]
        np.testing.assert_array_equal(together[row : row + 1], alone)
    assert together.shape == loud["noisy"].shape
