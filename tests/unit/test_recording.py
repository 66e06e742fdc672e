"""The file: what was written comes back, whatever ends it, and no flipped byte is taken for a message."""

import io
import struct
import subprocess
import sys
import zlib

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.made_recordings import BLOCK_FRAMES, HEADER, block, records, stream, write_recording

from ponimator_runtime import cli
from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.recording.format import FORMAT, MAGIC, PREAMBLE, Header, Lane, Record, record_bytes
from ponimator_runtime.recording.lines import line_of
from ponimator_runtime.recording.reader import RecordingReader, read_recording
from ponimator_runtime.recording.writer import RecordingWriter
from ponimator_runtime.wire.limits import MAX_REPLY_BYTES, MAX_STREAM_BYTES

HEADER_RECORD = record_bytes(Record(lane=Lane.HEADER, time_ns=0, payload=msgspec.msgpack.encode(HEADER)))
SOME_RECORDS = st.lists(
    st.builds(
        Record,
        lane=st.sampled_from([Lane.REQUEST, Lane.REPLY, Lane.STREAM]),
        time_ns=st.integers(0, 2**64 - 1),
        payload=st.binary(max_size=60),
    ),
    max_size=5,
)


def file_of(made: list[Record]) -> bytes:
    return PREAMBLE + HEADER_RECORD + b"".join(map(record_bytes, made))


def read(data: bytes) -> tuple[list[Record], RecordingReader]:
    reader = RecordingReader(io.BytesIO(data), "made")
    return list(reader), reader


@given(SOME_RECORDS)
def test_what_was_written_comes_back(made):
    found, reader = read(file_of(made))
    assert found == made
    assert reader.header == HEADER
    assert (reader.damage, reader.left_out_bytes) == ("", 0)


@settings(max_examples=20)
@given(SOME_RECORDS)
def test_cut_off_anywhere_the_whole_records_before_it_are_left(made):
    data = file_of(made)
    ends = np.cumsum([len(PREAMBLE) + len(HEADER_RECORD), *(len(record_bytes(record)) for record in made)]).tolist()
    for length in range(len(data) + 1):
        if length < ends[0]:
            with pytest.raises(DataError):
                read(data[:length])
            continue
        whole = sum(end <= length for end in ends[1:])
        found, reader = read(data[:length])
        assert found == made[:whole]
        assert reader.left_out_bytes == length - ends[whole]
        assert bool(reader.damage) == (length > ends[whole])


@given(SOME_RECORDS, st.data())
def test_a_flipped_byte_is_noticed(made, data):
    whole = file_of(made)
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[at] ^= data.draw(st.integers(1, 255))
    ends = np.cumsum([len(PREAMBLE) + len(HEADER_RECORD), *(len(record_bytes(record)) for record in made)]).tolist()
    if at < ends[0]:
        with pytest.raises(DataError):
            read(bytes(flipped))
        return
    intact = sum(end <= at for end in ends[1:])
    found, reader = read(bytes(flipped))
    assert found == made[:intact]
    assert reader.damage
    assert reader.left_out_bytes == len(whole) - ends[intact]


@pytest.mark.parametrize(("lane", "limit"), [(Lane.STREAM, MAX_STREAM_BYTES), (Lane.REPLY, MAX_REPLY_BYTES)])
def test_a_length_over_the_limit_is_damage_and_takes_no_memory(lane, limit):
    class Counted(io.BytesIO):
        most = 0

        def read(self, size=-1):
            self.most = max(self.most, size)
            return super().read(size)

    described = struct.pack("<IQB", limit + 1, 0, lane)
    torn = struct.pack("<I", zlib.crc32(described)) + described
    file = Counted(file_of([]) + torn)
    reader = RecordingReader(file, "made")
    assert list(reader) == []
    assert str(limit) in reader.damage
    assert reader.left_out_bytes == len(torn)
    assert file.most < limit


def test_a_record_at_the_limit_is_none():
    largest = Record(lane=Lane.STREAM, time_ns=1, payload=bytes(MAX_STREAM_BYTES))
    assert read(file_of([largest]))[0] == [largest]


def test_a_lane_of_later_releases_is_passed_over():
    described = struct.pack("<IQB", 3, 7, 200)
    unknown = struct.pack("<I", zlib.crc32(b"new", zlib.crc32(described))) + described + b"new"
    after = records()[:1]
    found, reader = read(file_of([]) + unknown + record_bytes(after[0]))
    assert (found, reader.damage) == (after, "")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no recording"),
        (b"PK\x03\x04 some other file", "no recording"),
        (MAGIC + struct.pack("<I", FORMAT + 1) + HEADER_RECORD, f"format {FORMAT}, got {FORMAT + 1}"),
        (PREAMBLE, "header"),
        (PREAMBLE + record_bytes(records()[0]), "header"),
        (PREAMBLE + record_bytes(Record(lane=Lane.HEADER, time_ns=0, payload=b"\x80")), "header"),
        (
            PREAMBLE
            + record_bytes(
                Record(
                    lane=Lane.HEADER,
                    time_ns=0,
                    payload=msgspec.msgpack.encode(
                        Header(protocol=99, server="", session="s", topic="session/s", server_clock_ns=0)
                    ),
                )
            ),
            "protocol 1, got 99",
        ),
    ],
)
def test_what_is_no_recording_is_said(data, says):
    with pytest.raises(DataError, match=says):
        read(data)


def test_every_record_has_left_the_process_when_it_is_written(tmp_path):
    path = tmp_path / "made.ponirec"
    writer = RecordingWriter(path, HEADER)
    for count, record in enumerate(records(), 1):
        writer.write(record)
        assert read_recording(path).records == tuple(records()[:count])
        assert path.stat().st_size == writer.byte_count
    writer.close()


def test_the_disk_is_told_at_most_once_a_second(tmp_path, monkeypatch):
    synced, now_ns = [], [0]
    monkeypatch.setattr("ponimator_runtime.recording.writer.os.fsync", lambda _: synced.append(now_ns[0]))
    with RecordingWriter(tmp_path / "made.ponirec", HEADER, clock=lambda: now_ns[0]) as writer:
        for now_ns[0] in range(0, 3_000_000_000, 100_000_000):
            writer.write(records()[0])
    assert synced[:-1] == [1_000_000_000, 2_000_000_000]


def test_a_recording_is_never_overwritten(tmp_path):
    path = write_recording(tmp_path / "made.ponirec")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="never overwrites"):
        RecordingWriter(path, HEADER)
    assert path.read_bytes() == before


def test_a_line_tells_arrays_by_shape_or_in_full():
    motion = block(2)
    payload = [payload for _, payload in stream()][5]
    short = msgspec.json.decode(line_of(Lane.STREAM, 1_500_000_000, payload, full=False))
    assert (short["type"], short["time_s"], short["start"], short["anchor"]) == ("motion", 1.5, motion.start, 43)
    assert short["rotations"]["shape"] == [2, BLOCK_FRAMES, 55, 4]
    full = msgspec.json.decode(line_of(Lane.STREAM, 0, payload, full=True))
    told = np.array(full["rotations"], dtype="<f4")
    assert told.tobytes() == motion.rotations
    assert np.array(full["foot_contacts"], dtype=np.uint8).tobytes() == motion.foot_contacts


def test_a_line_of_what_does_not_decode_says_so():
    told = msgspec.json.decode(line_of(Lane.STREAM, 0, b"\xc1", full=False))
    assert "unreadable" in told
    assert told["bytes"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["record", "--out", "made.ponirec"], "--session"),
        (["record", "--out", "made.ponirec", "--session", "s", "--text", "hug"], "--session"),
        (["record", "--out", "made.fbx", "--session", "s"], ".ponirec"),
        (["record", "--out", "/no/such/folder/made.ponirec", "--session", "s"], "/no/such/folder"),
        (["record", "--out", "made.ponirec", "--session", "s", "--seconds", "0"], "--seconds"),
        (["record", "--out", "made.ponirec", "--text", "hug", "--rate-hz", "500"], "--rate-hz"),
        (["replay"], "FILE"),
        (["replay", "made.ponirec", "--speed", "0"], "--speed"),
        (["replay", "made.ponirec", "--speed", "nan"], "--speed"),
        (["replay", "made.ponirec", "--stream", "tcp://0.0.0.0:0"], "--insecure"),
        (["tap"], "--session"),
        (["tap", "made.ponirec", "--session", "s"], "--session"),
    ],
)
def test_wrong_use_is_one_clear_line(arguments, says, capsys):
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says.lower() in err.lower()


@pytest.mark.parametrize("command", ["replay", "tap"])
def test_no_such_file_is_one_clear_line(command, capsys, tmp_path):
    assert cli.main([command, str(tmp_path / "none.ponirec")]) == 1
    err = capsys.readouterr().err
    assert "none.ponirec" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["record", "replay", "tap"])
def test_no_command_needs_a_model(command):
    """Nor what runs one: an engine developer installs the base package."""
    script = f"""
import sys
sys.modules["onnxruntime"] = sys.modules["tokenizers"] = None  # import raises ModuleNotFoundError
import ponimator_runtime.commands.{command}
print(*[name for name in sys.modules if name.startswith(("onnx", "ponimator_runtime."))])
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 0, told.stderr
    loaded = set(told.stdout.split())
    assert f"ponimator_runtime.commands.{command}" in loaded
    for part in ("diffusion", "models.networks", "models.onnx", "models.bundle", "serving.generator"):
        assert f"ponimator_runtime.{part}" not in loaded
