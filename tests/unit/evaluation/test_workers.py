"""Measures taken here and in other processes."""

import os
from dataclasses import fields

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="evaluating needs the train extra (torch)")

from tests.unit.evaluation.made_clips import made_clips  # noqa: E402 - after the skip

from ponimator_runtime.errors import ConfigError  # noqa: E402
from ponimator_training.body.model import default_body  # noqa: E402
from ponimator_training.body.surface import body_surface  # noqa: E402
from ponimator_training.evaluation.draws import INTERACTIVE_ONLY, Anchors  # noqa: E402
from ponimator_training.evaluation.features import WindowAutoencoder  # noqa: E402
from ponimator_training.evaluation.window_rows import WindowAnswer, WindowJudge  # noqa: E402
from ponimator_training.evaluation.workers import Workers, result_of  # noqa: E402
from ponimator_training.windows import WindowSampler  # noqa: E402


def test_a_row_measures_the_same_here_and_in_other_processes():
    clips, surface = made_clips(0), body_surface(default_body())
    windows = WindowSampler(clips, surface.skeleton, choice=INTERACTIVE_ONLY).windows(np.random.default_rng(0), 6)
    torch.manual_seed(0)
    judge = WindowJudge(
        autoencoder=WindowAutoencoder(30).eval(),
        reference=np.random.default_rng(1).normal(size=(12, 32)),
        surface=surface,
        touching_kinds=frozenset({"push"}),
        surface_windows=2,
    )
    anchors = Anchors(
        betas=windows.betas,
        joints=windows.anchor_joints,
        index=windows.anchor_index,
        kinds=[clips.kinds[clip] for clip in windows.clips],
    )
    answers = [WindowAnswer(features=shift + windows.motion.astype(np.float64)) for shift in (0.0, 0.01)]
    with Workers(judge, 1) as here, Workers(judge, 2) as there:
        asked = [[workers.measure(WindowJudge.measured, it, anchors, 3) for it in answers] for workers in (here, there)]
        for first, second in zip(*asked, strict=True):
            first, second = result_of(first), result_of(second)
            for part in fields(first):
                if part.name == "figures":
                    assert first.figures == pytest.approx(second.figures, rel=1e-5, abs=1e-6, nan_ok=True)
                elif part.name != "refining_s":
                    np.testing.assert_allclose(getattr(first, part.name), getattr(second, part.name), rtol=1e-5)


def test_another_process_that_dies_is_told_and_threads_are_left_as_they_were(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with Workers(7, 2) as workers, pytest.raises(ConfigError, match="fewer --workers"):
        result_of(workers.measure(os._exit))
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "MKL_NUM_THREADS" not in os.environ


def test_what_fails_here_fails_at_once():
    with Workers("not a number", 1) as workers, pytest.raises(ValueError, match="not a number"):
        workers.measure(float)
