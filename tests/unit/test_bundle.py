"""What the runtime loads as a bundle, and what it refuses by name."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="making a bundle needs the export extra (torch)")
onnx = pytest.importorskip("onnx", reason="making a bundle needs the export extra (onnx)")

from tests.unit.made_bundles import TINY, halving_graph, made_bundle, without_exporter  # noqa: E402

import ponimator_runtime.models.bundle  # noqa: E402 - after the skips
import ponimator_runtime.models.network_graphs  # noqa: E402
from ponimator_export.bundle import BUNDLE_FILES  # noqa: E402
from ponimator_export.graph import step_graph  # noqa: E402
from ponimator_runtime.errors import BundleNotFound, CardMismatch  # noqa: E402
from ponimator_runtime.models.bundle import Bundle, file_entry, load_bundle  # noqa: E402
from ponimator_runtime.models.card import CARD_FILE, CARD_FORMAT  # noqa: E402
from ponimator_training.network.animator import Animator, AnimatorConfig  # noqa: E402


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        without_exporter(patch)
        return made_bundle(tmp_path_factory.mktemp("whole") / "tiny")


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    """A good bundle of one's own, to spoil."""
    return Path(shutil.copytree(whole, tmp_path / "tiny"))


def edited_card(folder: Path, **changed) -> None:
    path = folder / CARD_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


def accepted(folder: Path, name: str) -> None:
    """Puts the present hash of a file into the card, as a wrong export would."""
    entry = file_entry(folder / name)
    files = json.loads((folder / CARD_FILE).read_text())["files"]
    edited_card(folder, files={**files, name: {"sha256": entry.sha256, "bytes": entry.bytes}})


def test_a_whole_bundle_loads(folder):
    bundle = load_bundle(str(folder))
    assert bundle.card.name == "tiny"
    assert bundle.text_encoder is not None
    noisy = np.ones((4, 2, 30, 135))
    halved = animator_denoiser(bundle, np.array([999, 499]))(noisy, 999)
    np.testing.assert_array_equal(halved, noisy / 2)


def animator_denoiser(bundle: Bundle, timesteps: np.ndarray):
    anchor, joints = np.zeros((4, 2, 135)), np.zeros((4, 2, 22, 3))
    return bundle.animator.denoiser(anchor, joints, np.zeros(4, dtype=np.int64), timesteps=timesteps)


class Heard:
    """A graph whose modulations are the diffusion times that they were made for, and what it was asked."""

    def __init__(self, graph):
        self.graph, self.asked = graph, []
        self.input_sizes = graph.input_sizes

    def __call__(self, *values):
        if len(values[-1].shape) == 1:  # conditions: the last input is the K diffusion times
            self.asked.append(values[-1].tolist())
            modulations, *constant = self.graph(*values)
            return modulations + values[-1].astype(np.float32)[:, None, None, None], *constant
        self.asked.append(float(values[1].min()))
        return self.graph(*values)


@pytest.mark.parametrize("room_steps", [1, 2, 3, 100])
def test_conditions_are_made_for_as_many_steps_as_there_is_room_for(folder, monkeypatch, room_steps):
    bundle, timesteps = load_bundle(str(folder)), np.array([900, 700, 500, 300, 100])
    graphs = bundle.animator.graphs
    condition, step = Heard(graphs.condition), Heard(graphs.step)
    float32s_of_step = 4 * np.prod(graphs.step.input_sizes("modulations"))  # of four rows
    monkeypatch.setattr(
        ponimator_runtime.models.network_graphs, "MODULATIONS_BYTES", int(room_steps * 4 * float32s_of_step)
    )
    monkeypatch.setattr(graphs, "condition", condition)
    monkeypatch.setattr(graphs, "step", step)
    denoiser = animator_denoiser(bundle, timesteps)
    for timestep in timesteps:
        denoiser(np.ones((4, 2, 30, 135)), int(timestep))
    assert step.asked == timesteps.tolist()
    assert [timestep for chunk in condition.asked for timestep in chunk] == timesteps.tolist()
    assert max(map(len, condition.asked)) == min(room_steps, len(timesteps))


@pytest.mark.parametrize("name", BUNDLE_FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(CardMismatch, match=rf"{name} is missing"):
        load_bundle(str(folder))


@pytest.mark.parametrize("name", BUNDLE_FILES)
def test_a_truncated_file_is_refused(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(CardMismatch, match=rf"{name} has {len(content) // 2} bytes.*cut off"):
        load_bundle(str(folder))


@pytest.mark.parametrize("name", BUNDLE_FILES)
def test_one_edited_byte_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(CardMismatch, match=rf"{name}.*SHA-256"):
        load_bundle(str(folder))


def test_a_card_of_a_newer_format_is_refused(folder):
    edited_card(folder, format=CARD_FORMAT + 1)
    with pytest.raises(CardMismatch, match=f"format {CARD_FORMAT + 1}.*update"):
        load_bundle(str(folder))


def test_a_bundle_of_the_former_format_is_to_be_exported_again(folder):
    card = json.loads((folder / CARD_FILE).read_text())
    former = {**card["animator"], "graph": "animator.onnx"}
    del former["graphs"]
    edited_card(folder, format=1, animator=former)
    with pytest.raises(CardMismatch, match=r"made for format 1.*export it again with `ponimator export`"):
        load_bundle(str(folder))


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"format": 2}', b"\xff\xfe"])
def test_a_spoiled_card_is_refused(folder, content):
    (folder / CARD_FILE).write_bytes(content)
    with pytest.raises(CardMismatch, match="card"):
        load_bundle(str(folder))


def test_a_card_with_a_scale_of_another_size_is_refused(folder):
    card = json.loads((folder / CARD_FILE).read_text())
    edited_card(folder, animator={**card["animator"], "residual_scale": [1.0] * 134})
    with pytest.raises(CardMismatch, match="residual_scale should be 135"):
        load_bundle(str(folder))


def test_a_file_without_a_hash_is_refused(folder):
    card = json.loads((folder / CARD_FILE).read_text())
    edited_card(folder, files={name: entry for name, entry in card["files"].items() if name != "animator_step.onnx"})
    with pytest.raises(CardMismatch, match=r"'animator_step.onnx' is used but has no hash"):
        load_bundle(str(folder))


@pytest.mark.parametrize("name", ["../body.npz", "/body.npz", "a/body.npz", "..\\body.npz", ""])
def test_a_file_outside_the_bundle_is_refused(folder, name):
    edited_card(folder, body=name)
    with pytest.raises(CardMismatch, match="no plain file name"):
        load_bundle(str(folder))


def test_a_graph_with_other_inputs_is_refused(folder):
    shutil.copyfile(folder / "generator_condition.onnx", folder / "animator_condition.onnx")
    accepted(folder, "animator_condition.onnx")
    with pytest.raises(CardMismatch, match=r"animator_condition.onnx has the inputs given_pose.*expected anchor"):
        load_bundle(str(folder))


def test_a_graph_with_other_outputs_is_refused(folder):
    model = onnx.load(str(folder / "animator_step.onnx"))
    model.graph.output[0].name = model.graph.node[-1].output[0] = "noise"
    onnx.save(model, str(folder / "animator_step.onnx"))
    accepted(folder, "animator_step.onnx")
    with pytest.raises(CardMismatch, match=r"animator_step.onnx has the outputs noise; expected clean"):
        load_bundle(str(folder))


def test_two_graphs_of_two_networks_are_refused(folder):
    wide = Animator(AnimatorConfig(size=replace(TINY, width=32)))
    halving_graph(step_graph(wide), folder / "animator_step.onnx")
    accepted(folder, "animator_step.onnx")
    with pytest.raises(CardMismatch, match=r"of two networks"):
        load_bundle(str(folder))


@pytest.mark.parametrize("name", ["animator_condition.onnx", "generator_step.onnx", "body.npz"])
def test_a_file_of_another_kind_is_refused(folder, name):
    (folder / name).write_bytes(b"words, no weights")
    accepted(folder, name)
    with pytest.raises(CardMismatch, match=name):
        load_bundle(str(folder))


def test_an_unknown_name_lists_the_known_ones(whole, tmp_path, monkeypatch):
    for name in ("alpha", "beta"):
        shutil.copytree(whole, tmp_path / name)
    monkeypatch.setattr(ponimator_runtime.models.bundle, "embedded_folder", lambda: tmp_path)
    with pytest.raises(BundleNotFound, match=r"No bundle 'gamma'.*alpha, beta"):
        load_bundle("gamma")
    assert load_bundle("alpha").folder == tmp_path / "alpha"
