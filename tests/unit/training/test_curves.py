"""Curves out of a run's TensorBoard files."""

import csv

import numpy as np
from PIL import Image
from tests.unit.training.made_training import made_run

from ponimator_training.curves import curves_of, main


def test_curves_are_read_over_a_resumption_and_written(tmp_path):
    run = tmp_path / "run"
    made_run(run, steps=6).train()
    curves = curves_of(run)
    assert [step for step, _ in curves["train/total"]] == [2, 4, 6]
    assert all(np.isfinite(value) for _, value in curves["train/total"])
    assert main([str(run), "--csv", str(tmp_path / "curves.csv"), "--png", str(tmp_path / "curves.png")]) == 0
    with (tmp_path / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    totals = [float(row["value"]) for row in rows if row["curve"] == "train/total"]
    np.testing.assert_allclose(totals, [value for _, value in curves["train/total"]], rtol=1e-5)
    with Image.open(tmp_path / "curves.png") as picture:
        assert len(picture.getcolors(picture.width * picture.height)) > 10


def test_a_folder_without_curves_is_named(tmp_path, capsys):
    assert main([str(tmp_path), "--csv", str(tmp_path / "curves.csv")]) == 2
    assert str(tmp_path) in capsys.readouterr().err
