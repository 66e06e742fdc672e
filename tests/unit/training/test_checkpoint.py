"""Checkpoints: whole, broken, half-written."""

import pytest
import torch
from tests.unit.training.made_training import assert_same_state, made_run

from ponimator_runtime.errors import CardMismatch, DataError
from ponimator_training.checkpoint import build_network, load_checkpoint, save_checkpoint
from ponimator_training.network.animator import Animator


def test_a_checkpoint_builds_the_averaged_network_with_its_units(tmp_path):
    made_run(tmp_path).train()
    checkpoint = load_checkpoint(tmp_path / "checkpoint.pt")
    network = build_network(checkpoint)
    assert isinstance(network, Animator)
    assert not network.training
    assert checkpoint.provenance == {"data": "made up"}
    assert_same_state(network.state_dict(), checkpoint.averaged)
    assert float(network.residual_scale.std()) > 0
    last = build_network(checkpoint, averaged=False)
    assert not torch.equal(last.token.weight, network.token.weight)
    torch.testing.assert_close(last.residual_scale, network.residual_scale)


def test_a_broken_checkpoint_is_named(tmp_path):
    made_run(tmp_path).train()
    path = tmp_path / "checkpoint.pt"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"checkpoint\.pt cannot be read"):
        load_checkpoint(path)
    with pytest.raises(DataError, match="cannot be read"):
        load_checkpoint(tmp_path / "missing.pt")
    torch.save({"format": 99}, path)
    with pytest.raises(CardMismatch, match="format"):
        load_checkpoint(path)


def test_a_kill_while_saving_leaves_the_checkpoint_before_it(tmp_path, monkeypatch):
    checkpoint = made_run(tmp_path).train()
    path = tmp_path / "checkpoint.pt"
    before = path.read_bytes()

    def killed(_content, part):
        part.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(checkpoint, path)
    assert path.read_bytes() == before
