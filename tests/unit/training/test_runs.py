"""A run: killed, resumed, out of time, poisoned; what it leaves behind."""

import itertools
import os
import signal
from dataclasses import replace
from functools import partial

import pytest
import torch
from tests.unit.training.made_training import QUICK, assert_same_state, made_run

from ponimator_runtime.errors import ConfigError
from ponimator_training.checkpoint import build_network, load_checkpoint
from ponimator_training.losses import AnimatorWeights
from ponimator_training.tasks import AnimatorTask


class StopsAfter(AnimatorTask):
    """A task that asks its own process to stop, as Ctrl-C does, once it gave a number of batches."""

    given = 0

    def batch(self, draws):
        self.given += 1
        if self.given == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().batch(draws)


def test_a_run_that_was_stopped_and_resumed_ends_with_identical_weights(tmp_path):
    whole = made_run(tmp_path / "whole").train()
    stopped = made_run(tmp_path / "parts")
    stopped.task = StopsAfter(sampler=stopped.task.sampler, weights=AnimatorWeights(vertices=0.0))
    part = stopped.train()
    assert part.step == 3
    rest = made_run(tmp_path / "parts", resume=True).train()
    assert (whole.step, rest.step) == (6, 6)
    assert_same_state(whole.weights, rest.weights)
    assert_same_state(whole.averaged, rest.averaged)


def test_curves_are_written(tmp_path):
    made_run(tmp_path).train()
    assert list((tmp_path / "curves").glob("events.out.tfevents.*"))


def test_a_run_is_not_written_over_and_not_resumed_with_another_recipe(tmp_path):
    made_run(tmp_path).train()
    with pytest.raises(ConfigError, match="--resume"):
        made_run(tmp_path).train()
    with pytest.raises(ConfigError, match="another recipe"):
        made_run(tmp_path, resume=True, config=replace(QUICK, learning_rate=5.0)).train()


def test_time_ends_a_run_and_the_learning_rate_with_it(tmp_path):
    config = replace(QUICK, decay="cosine")
    run = made_run(tmp_path, steps=100_000, config=config, minutes=0.01)
    checkpoint = run.train()
    assert 0 < checkpoint.step < 100_000
    assert run.learning_rate() == pytest.approx(config.learning_rate * 0.01, rel=0.01)


def test_a_last_step_that_outlasts_the_time_still_ends_with_a_checkpoint(tmp_path, monkeypatch):
    """The progress bar refuses what lies beyond its total; a run of 75 minutes once lost its last ones to that."""
    ticks = itertools.count(step=5.0)
    monkeypatch.setattr("ponimator_training.loop.time.monotonic", lambda: next(ticks))
    checkpoint = made_run(tmp_path, steps=100_000, minutes=0.1, progress=True, checkpoint_minutes=1e6).train()
    assert load_checkpoint(tmp_path / "checkpoint.pt").step == checkpoint.step > 0


def test_a_batch_with_an_infinite_gradient_does_not_poison_the_weights(tmp_path):
    run = made_run(tmp_path)

    class Spoilt(AnimatorTask):
        def batch(self, draws):
            batch = super().batch(draws)
            batch["joints"][0] = float("inf")
            return batch

    run.task = Spoilt(sampler=run.task.sampler, weights=AnimatorWeights(vertices=0.0))
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    assert_same_state(before, run.train().weights)


def test_a_batch_with_an_infinite_gradient_is_the_only_one_that_is_lost(tmp_path):
    run = made_run(tmp_path)

    class SpoiltOnce(AnimatorTask):
        given = 0

        def batch(self, draws):
            batch = super().batch(draws)
            self.given += 1
            if self.given == 2:
                batch["joints"][0] = float("inf")
            return batch

    run.task = SpoiltOnce(sampler=run.task.sampler, weights=AnimatorWeights(vertices=0.0))
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    after = run.train()
    assert all(torch.isfinite(value).all() for value in [*after.weights.values(), *after.averaged.values()])
    assert not torch.equal(before["token.weight"], after.weights["token.weight"])
    assert {int(state["step"]) for state in after.optimizer["state"].values()} == {5}


def test_what_is_released_builds_the_averaged_network_and_no_more(tmp_path):
    whole = made_run(tmp_path).train()
    released = load_checkpoint(tmp_path / "weights.pt")
    assert_same_state(build_network(released).state_dict(), build_network(whole).state_dict())
    assert (released.step, released.provenance, released.optimizer) == (whole.step, whole.provenance, {})
    assert (tmp_path / "weights.pt").stat().st_size < 0.4 * (tmp_path / "checkpoint.pt").stat().st_size


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # dynamo looks at it, and is not to fail on that
def test_a_compiled_run_learns_what_a_plain_one_does(tmp_path, monkeypatch):
    plain = made_run(tmp_path / "plain").train()
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    compiled = made_run(tmp_path / "compiled", compile="on").train()
    assert_same_state(plain.weights, compiled.weights)


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # dynamo looks at it, and is not to fail on that
def test_what_cannot_be_compiled_is_trained_as_it_is_and_said(tmp_path, monkeypatch):
    def broken(_graph, _inputs):
        raise RuntimeError("no compiler here")

    plain = made_run(tmp_path / "plain").train()
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=broken))
    with pytest.warns(UserWarning, match="goes on uncompiled: .*no compiler here"):
        uncompiled = made_run(tmp_path / "broken", compile="on").train()
    assert_same_state(plain.weights, uncompiled.weights)
