"""What the runtime loads as a bundle, and what it refuses by name."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="making a bundle needs the export extra (torch)")
pytest.importorskip("onnx", reason="making a bundle needs the export extra (onnx)")

from tests.unit.made_bundles import halving_graph, made_bundle, without_exporter  # noqa: E402

import ponimator_runtime.models.bundle  # noqa: E402 - after the skips
from ponimator_export.bundle import BUNDLE_FILES  # noqa: E402
from ponimator_runtime.errors import BundleNotFound, CardMismatch  # noqa: E402
from ponimator_runtime.models.bundle import file_entry, load_bundle  # noqa: E402
from ponimator_runtime.models.card import CARD_FILE, CARD_FORMAT  # noqa: E402


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
    anchor, joints = np.zeros((4, 2, 135)), np.zeros((4, 2, 22, 3))
    noisy = np.ones((4, 2, 30, 135))
    halved = bundle.animator.denoiser(anchor, joints, np.zeros(4, dtype=np.int64))(noisy, 999)
    np.testing.assert_array_equal(halved, noisy / 2)


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
    with pytest.raises(CardMismatch, match=f"format {CARD_FORMAT + 1}.*Update"):
        load_bundle(str(folder))


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"format": 1}', b"\xff\xfe"])
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
    edited_card(folder, files={name: entry for name, entry in card["files"].items() if name != "animator.onnx"})
    with pytest.raises(CardMismatch, match=r"'animator.onnx' is used but has no hash"):
        load_bundle(str(folder))


@pytest.mark.parametrize("name", ["../body.npz", "/body.npz", "a/body.npz", "..\\body.npz", ""])
def test_a_file_outside_the_bundle_is_refused(folder, name):
    edited_card(folder, body=name)
    with pytest.raises(CardMismatch, match="no plain file name"):
        load_bundle(str(folder))


def test_a_graph_with_other_inputs_is_refused(folder):
    halving_graph(("noisy", "anchor"), (torch.zeros(1, 2, 30, 135), torch.zeros(1, 2, 135)), folder / "animator.onnx")
    accepted(folder, "animator.onnx")
    with pytest.raises(CardMismatch, match=r"animator.onnx takes the inputs"):
        load_bundle(str(folder))


@pytest.mark.parametrize("name", ["animator.onnx", "generator.onnx", "body.npz"])
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
