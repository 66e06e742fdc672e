"""Estimates, tables by row and by kind, and bars."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="evaluating needs the train extra (torch)")

from ponimator_training.evaluation.bars import Bar  # noqa: E402 - after the skip
from ponimator_training.evaluation.estimates import Estimate, Repeats, estimate, pooled_estimate  # noqa: E402
from ponimator_training.evaluation.kind_rows import KindSamples  # noqa: E402
from ponimator_training.evaluation.pose_rows import PoseMeasures  # noqa: E402
from ponimator_training.evaluation.report import table, table_by_row  # noqa: E402
from ponimator_training.evaluation.window_rows import WindowMeasures  # noqa: E402


def test_an_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        found = estimate(list(rng.normal(3.0, 2.0, size=6)))
        held += abs(found.mean - 3.0) <= (found.half_width or 0.0)
    assert 0.92 < held / 400 < 0.98
    assert estimate([1.5]).half_width is None


def test_repeats_where_a_figure_does_not_apply_are_left_out():
    nan = float("nan")
    assert estimate([1.0, nan, 3.0]) == estimate([1.0, 3.0])
    assert estimate([nan, 2.0]) == Estimate(2.0, None)
    assert np.isnan(estimate([nan, nan]).mean)


def test_pooled_means_of_parts_of_one_size_are_plain_estimates():
    parts = list(np.random.default_rng(0).normal(size=(7, 5)))
    pooled = pooled_estimate(parts, lambda values: float(values.mean()))
    plain = estimate([float(part.mean()) for part in parts])
    assert pooled.mean == pytest.approx(plain.mean)
    assert pooled.half_width == pytest.approx(plain.half_width)


def test_pooled_samples_count_alike_however_many_a_repeat_has():
    pooled = pooled_estimate([np.zeros(3), np.zeros(0), np.ones(1)], lambda values: float(values.mean()))
    assert pooled.mean == 0.25
    assert np.isnan(pooled_estimate([np.zeros(0)], lambda values: float(values.mean())).mean)


# Tables


def window_measures(errors, touches):
    count = len(errors)
    return WindowMeasures(
        figures={},
        codes=np.zeros((count, 2)),
        own_error_mm=np.array(errors),
        speeds=np.tile([0.5, 10.0], (count, 1)),
        touches=np.array(touches),
        depths=np.full((len(touches), 3), 0.02),
    )


def test_kinds_are_told_apart_and_pooled_over_repeats():
    samples = KindSamples()
    for error in (4.0, 8.0):
        samples.add(
            ["push", "bow", "push"],
            window_measures([error, 1.0, error], [1.0, float("nan")]),
            PoseMeasures(figures={}, retrieved=np.array([1.0, 0.0, 0.0])),
        )
    rows = samples.rows()
    assert list(rows) == ["bow", "push"]
    push, bow = rows["push"], rows["bow"]
    assert (push["windows"].mean, bow["windows"].mean) == (4.0, 2.0)
    assert push["own anchor error, mm"].mean == 6.0
    assert push["contact at anchor, %"].mean == 100.0
    assert np.isnan(bow["contact at anchor, %"].mean)
    assert push["penetration p95, cm"].mean == pytest.approx(2.0)
    assert push["foot slide, cm/s"].mean == pytest.approx(5.0)
    assert (push["R-precision top 1, %"].mean, bow["R-precision top 1, %"].mean) == (50.0, 0.0)


def test_a_table_leaves_out_what_does_not_apply():
    repeats = Repeats()
    for value in (1.0, 3.0):
        repeats.add("truth", {"FID": value, "multimodality": float("nan")})
    lines = table(repeats.rows())
    assert lines[0] == "|  | truth |"
    assert lines[2].startswith("| FID | 2.00 ± 12.7")
    assert lines[3] == "| multimodality | – |"


def test_a_table_by_row_tells_the_truth_where_it_is_another():
    ours = {"bow": {"windows": Estimate(5.0, None), "slide": Estimate(2.0, 0.5)}}
    truth = {"bow": {"windows": Estimate(5.0, None), "slide": Estimate(1.0, 0.1)}}
    lines = table_by_row(ours, beside=truth)
    assert lines[0] == "|  | windows | slide |"
    assert lines[2] == "| bow | 5.00 | 2.00 ± 0.50 (1.00) |"


def test_bars_pass_on_their_side_only():
    assert Bar(what="error", limit=15.0, value=14.0).passed
    assert not Bar(what="error", limit=15.0, value=15.0).passed
    assert Bar(what="contact", limit=90.0, value=90.0, at_most=False).passed
    assert not Bar(what="contact", limit=90.0, value=float("nan"), at_most=False).passed
