"""Int8 graphs in OpenVINO: the same numbers as in ONNX Runtime, and rows that do not hear of their neighbours."""

import json
import shutil

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="exporting needs the export extra (onnx)")
pytest.importorskip("openvino", reason="needs the extra 'openvino'")

from tests.unit.export.made_steps import made_calls, made_step  # noqa: E402 - after the skips

from ponimator_export.quantise import Range, inner_layers, with_integers  # noqa: E402
from ponimator_runtime.diffusion.plan import ddim_plan  # noqa: E402
from ponimator_runtime.diffusion.schedule import cosine_schedule  # noqa: E402
from ponimator_runtime.models.backends.execution import Execution, Provider  # noqa: E402
from ponimator_runtime.models.backends.onnx import OnnxGraph  # noqa: E402
from ponimator_runtime.models.backends.openvino import OpenVinoGraph  # noqa: E402
from ponimator_runtime.models.bundle import embedded_folder, file_entry, load_bundle  # noqa: E402

pytestmark = pytest.mark.openvino
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


@pytest.fixture
def bundle(tmp_path):
    """The lite bundle, its animator's step in integers of made-up ranges, run by OpenVINO."""
    folder = tmp_path / "lite"
    shutil.copytree(embedded_folder() / "lite", folder)
    step = folder / "animator_step.onnx"
    model = onnx.load(str(step))
    ranges = {layer.activations: Range(lowest=-1.0, highest=1.0) for layer in inner_layers(model)}
    onnx.save(with_integers(model, inner_layers(model), ranges), str(step))
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["animator"]["graphs"]["precision"] = "int8"
    entry = file_entry(step)
    card["files"][step.name] = {"sha256": entry.sha256, "bytes": entry.bytes}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return load_bundle(str(folder), execution=OPENVINO)


def test_a_window_is_the_same_alone_and_among_others(bundle):
    numbers = np.random.default_rng(0)
    standing = np.zeros(135)
    standing[:132].reshape(22, 6)[:, [0, 4]] = 1.0
    anchor = standing + 0.1 * numbers.standard_normal((5, 2, 135))
    conditions = (anchor, numbers.uniform(-0.5, 1.5, (5, 2, 22, 3)), np.arange(5))
    noise = numbers.standard_normal((5, 2, 30, 135))
    plan = ddim_plan(cosine_schedule(), 10)
    together = bundle.animator.sample(noise, *conditions, plan=plan)
    alone = bundle.animator.sample(noise[2:3], *(values[2:3] for values in conditions), plan=plan)
    assert np.abs(together).max() > 0.1
    np.testing.assert_allclose(together[2:3], alone, atol=1e-4)
