"""From recordings to motion files, and the commands that write them."""

import dataclasses

import numpy as np
import pytest
from tests.unit.made_recordings import BLOCK_FRAMES, BLOCKS, FIRST_FRAME, RATE_HZ, records, write_recording

from ponimator_runtime.cli import main
from ponimator_runtime.commands.prompts import numbered, run_all, texts_of_file
from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.recording.format import Lane
from ponimator_runtime.recording.performance import performance_of_recording
from ponimator_runtime.recording.reader import read_recording
from ponimator_runtime.wire import Motion, Skeleton, decode_stream, motion_arrays


def blocks_of(recording):
    messages = [decode_stream(record.payload) for record in recording.records if record.lane is Lane.STREAM]
    return [message for message in messages if isinstance(message, Motion)]


@pytest.fixture
def recording(tmp_path):
    write_recording(tmp_path / "made.ponirec", records())
    return read_recording(tmp_path / "made.ponirec")


def test_a_recording_becomes_all_its_frames(recording):
    performance = performance_of_recording(recording)
    assert [person.name for person in performance.persons] == ["Ann", "Ben"]
    assert (performance.frame_count, performance.rate_hz) == (BLOCKS * BLOCK_FRAMES, RATE_HZ)
    for block in blocks_of(recording):
        start = block.start - FIRST_FRAME
        arrays = motion_arrays(block)
        for row, person in enumerate(performance.persons):
            written = person.rotations_xyzw[start : start + block.count]
            np.testing.assert_allclose(written, arrays.rotations[row], atol=1e-6)


def test_frames_that_are_missing_stand_still(recording):
    holed = dataclasses.replace(
        recording,
        records=tuple(
            record
            for record in recording.records
            if record.lane is not Lane.STREAM
            or not isinstance(message := decode_stream(record.payload), Motion)
            or message.start != FIRST_FRAME + 2 * BLOCK_FRAMES
        ),
    )
    performance = performance_of_recording(holed)
    assert performance.frame_count == BLOCKS * BLOCK_FRAMES
    first = 2 * BLOCK_FRAMES
    standing = performance.persons[0].translations[first - 1 : first + BLOCK_FRAMES]
    assert np.ptp(standing, axis=0).max() == 0.0


@pytest.mark.parametrize(("left_out", "told"), [(Motion, "motion"), (Skeleton, "the bodies' skeleton")])
def test_a_recording_without_motion_or_skeleton_is_told(recording, left_out, told):
    kept = tuple(
        record
        for record in recording.records
        if record.lane is not Lane.STREAM or not isinstance(decode_stream(record.payload), left_out)
    )
    with pytest.raises(DataError, match=f"holds no {told}"):
        performance_of_recording(dataclasses.replace(recording, records=kept))


@pytest.mark.parametrize("suffix", [".npz", ".bvh", ".glb"])
def test_convert_writes_what_it_says(recording, suffix, tmp_path, capsys):
    assert main(["convert", str(tmp_path / "made.ponirec"), "--out", str(tmp_path / f"hug{suffix}")]) == 0
    said = capsys.readouterr().out
    names = [f"hug{suffix}"] if suffix == ".glb" else [f"hug_Ann{suffix}", f"hug_Ben{suffix}"]
    for name in names:
        assert name in said
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--out", "x.glb"], "expected a file to read"),
        (["a.fbx", "--out", "x.glb"], "a.fbx: expected a file that ends in"),
        (["a.ponirec", "b.ponirec", "--out", "x.glb"], "name it alone"),
        (["a.bvh", "--out", "x.ponirec"], "--out must end in .npz, .bvh or .glb"),
        (["a.bvh", "--out", "nowhere/x.glb"], "there is no folder nowhere"),
        (["a.bvh", "--out", "x.glb"], "a.bvh cannot be read"),
    ],
)
def test_convert_says_what_is_wrong(arguments, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["convert", *arguments]) in {1, 2}
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "expected --text WORDS, --texts FILE or poses"),
        (["--text", "a", "--texts", "t.txt"], "exclude each other"),
        (["--pose-b", "b.npz", "--text", "a"], "--pose-b needs --pose-a"),
        (["--poses", "b.npz", "--pose-a", "a.npz"], "leave --pose-a and --pose-b out"),
        (["--text", "a", "--anchor-time", "2"], "--anchor-time must lie between 0 and 1"),
        (["--text", "a", "--at-once", "0"], "--at-once must lie between 1 and 16"),
        (["--text", "a", "--out", "x.fbx"], "--out must end in .npz, .bvh or .glb"),
        (["--texts", "nowhere.txt"], "nowhere.txt cannot be read"),
        (["--pose-a", "nowhere.npz"], "nowhere.npz cannot be read"),
    ],
)
def test_interact_says_what_is_wrong_before_it_connects(arguments, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["interact", *arguments, "--control", "tcp://127.0.0.1:1"]) in {1, 2}
    assert told in capsys.readouterr().err


def test_texts_are_read_a_line_each(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("# greetings\n\ntwo people hug\n  a wave \nüber die Straße\n", encoding="utf-8")
    assert texts_of_file(path) == ["two people hug", "a wave", "über die Straße"]


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\xff\xfe\x00", b"x" * 1001])
def test_texts_that_are_none_are_told(content, tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="--texts"):
        texts_of_file(path)


def test_numbered_files_sort_as_they_were_asked_for(tmp_path):
    assert numbered(tmp_path / "hug.glb", 7, 12).name == "hug_007.glb"
    assert numbered(tmp_path / "hug.glb", 7, 12345).name == "hug_00007.glb"


def test_one_that_fails_ends_no_other():
    def run(number, text):
        if text == "bad":
            raise DataError("no such thing")
        return f"{number} done"

    outcomes = {number: outcome for number, _, outcome in run_all(["good", "bad", "good"], run, at_once=2)}
    assert outcomes == {1: "1 done", 2: "failed: no such thing", 3: "3 done"}
