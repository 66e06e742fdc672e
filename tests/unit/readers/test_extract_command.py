"""`ponimator dataset extract`: good clips are written, bad ones named, and it never crashes."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from tests.unit.readers.published import smplx_arrays, write_amass, write_bvh, write_inter_x

from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.data.cli import main
from ponimator_training.data.clips import load_clips
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.extract_command import ExtractCommand
from ponimator_training.data.extraction import Extractor, is_held_out
from ponimator_training.data.readers.catalogue import Source


def bad_clips(root: Path, truth: Motion) -> list[str]:
    """A folder each, in Inter-X's layout."""
    cut = write_inter_x(root / "cut_off", truth) / "P1.npz"
    cut.write_bytes(cut.read_bytes()[:2000])
    write_inter_x(root / "two_frames", truth.frames(0, 2))
    (write_inter_x(root / "person_missing", truth) / "P2.npz").unlink()
    np.savez(write_inter_x(root / "other_length", truth) / "P2.npz", **smplx_arrays(truth.frames(0, 40), 1))
    arrays = smplx_arrays(truth, 0)
    arrays["trans"][20] = np.nan
    np.savez(write_inter_x(root / "with_nan", truth) / "P1.npz", **arrays)
    apart = smplx_arrays(truth, 1)
    apart["trans"][:, 2] += 3
    np.savez(write_inter_x(root / "far_apart", truth) / "P2.npz", **apart)
    return ["cut_off", "two_frames", "person_missing", "other_length", "with_nan", "far_apart"]


def test_bad_clips_are_named_and_the_good_one_is_written(tmp_path: Path, truth: Motion, capsys) -> None:
    bad = bad_clips(tmp_path / "motions", truth)
    write_inter_x(tmp_path / "motions" / "G000T000A001R000", truth)
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "G000T000A001R000.txt").write_text("they shake hands\nhandshake\n")
    out = tmp_path / "set.npz"
    arguments = ["extract", "inter-x", str(tmp_path / "motions"), "--out", str(out), "--rate", "10"]
    assert main([*arguments, "--texts", str(tmp_path / "words")]) == 0
    said = capsys.readouterr().out
    for name in bad:
        assert f"skipped {name}: " in said
    assert "1 of 7 clips extracted, 6 skipped" in said
    assert "up axis +y" in said
    clips = load_clips(out)
    assert len(clips) == 1
    assert clips.kinds == ("handshake",)
    assert clips.texts == (("they shake hands", "handshake"),)
    assert clips.interactive.any()


def test_nothing_extracted_is_an_exit_code_of_its_own(tmp_path: Path, truth: Motion, capsys) -> None:
    bad_clips(tmp_path / "motions", truth)
    arguments = ["extract", "inter-x", str(tmp_path / "motions"), "--out", str(tmp_path / "set.npz"), "--rate", "10"]
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert "0 of 6 clips extracted" in captured.out
    assert "nothing could be extracted" in captured.err
    assert not (tmp_path / "set.npz").exists()


def test_clips_are_held_out_whole(tmp_path: Path, truth: Motion) -> None:
    names = [f"G{number:03d}T000A001R000" for number in range(30)]
    held = [name for name in names if is_held_out(name, 0.5)]
    kept = [name for name in names if name not in held]
    for name in (*held[:1], *kept[:2]):
        write_inter_x(tmp_path / "motions" / name, truth)
    files = [tmp_path / "train.npz", tmp_path / "held.npz"]
    arguments = ["extract", "inter-x", str(tmp_path / "motions"), "--rate", "10", "--frames", "40"]
    assert main([*arguments, "--out", str(files[0]), "--held-out", str(files[1]), "--held-out-share", "0.5"]) == 0
    counts = [len(load_clips(path)) for path in files]
    assert counts[1] >= 2
    assert counts[0] == 2 * counts[1]


def test_pairs_of_files_are_told_by_their_names(tmp_path: Path, truth: Motion, capsys) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    for person in range(2):
        write_amass(folder / f"dance_p{person + 1}.npz", truth, person)
    write_amass(folder / "alone_1.npz", truth, 0)
    write_amass(folder / "solo.npz", truth, 0)
    assert main(["extract", "smplx", str(folder), "--out", str(tmp_path / "set.npz")]) == 0
    said = capsys.readouterr().out
    assert "1 of 3 clips extracted" in said
    assert "skipped alone: a person is missing" in said
    assert "skipped solo: a person is missing" in said


def test_files_are_taken_two_by_two(tmp_path: Path, truth: Motion, skeleton: Skeleton, capsys) -> None:
    files = [str(write_bvh(tmp_path / f"18_0{person}.bvh", truth, person, skeleton)) for person in range(2)]
    assert main(["extract", "bvh", *files, files[0], "--out", str(tmp_path / "set.npz")]) == 0
    said = capsys.readouterr().out
    assert "1 of 2 clips extracted" in said
    assert "unit guessed: centimetres" in said


def test_shapes_are_kept_where_their_body_is_given(tmp_path: Path, truth: Motion) -> None:
    write_inter_x(tmp_path / "motions" / "G000T000A001R000", truth)
    arguments = ["extract", "inter-x", str(tmp_path / "motions"), "--out", str(tmp_path / "set.npz"), "--rate", "10"]
    with as_file(files("ponimator_training.body") / "anny_smplx.npz") as body:
        assert main([*arguments, "--body", str(body)]) == 0
    np.testing.assert_allclose(load_clips(tmp_path / "set.npz").betas[0], truth.betas, atol=1e-6)
    assert main(arguments) == 0
    assert not load_clips(tmp_path / "set.npz").betas.any()


def test_what_no_reader_foresaw_is_named_and_skipped(
    tmp_path: Path, surface: BodySurface, regions: ContactRegions
) -> None:
    def fails() -> NoReturn:
        raise ZeroDivisionError("no frames")

    command = ExtractCommand(format="bvh", paths=(tmp_path,), out=tmp_path / "x.npz")
    report = command.extracted([Source(name="odd", read=fails)], Extractor(regions=regions, surface=surface))
    assert report.skipped == [("odd", "unforeseen ZeroDivisionError: no frames")]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--held-out-share", "2"], "held-out-share"),
        (["--rate", "-1"], "--rate"),
        (["--texts", "nowhere"], "--texts"),
        (["--frames", "10"], "30 frames"),
        (["--joint-map", "nowhere.json"], "joint map"),
    ],
)
def test_settings_that_mean_nothing_are_refused(tmp_path: Path, capsys, more: list[str], reason: str) -> None:
    assert main(["extract", "bvh", str(tmp_path), "--out", str(tmp_path / "x.npz"), *more]) == 2
    assert reason in capsys.readouterr().err


def test_paths_that_hold_nothing_are_named(tmp_path: Path, capsys) -> None:
    assert main(["extract", "amc", str(tmp_path), "--out", str(tmp_path / "x.npz")]) == 2
    assert "No amc clips" in capsys.readouterr().err
    assert main(["extract", "amc", str(tmp_path / "absent"), "--out", str(tmp_path / "x.npz")]) == 2
    assert "absent" in capsys.readouterr().err
