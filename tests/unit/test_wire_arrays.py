"""Motion blocks between numpy and bytes: shapes, finiteness, the wire budget."""

from __future__ import annotations

import math

import msgpack
import numpy as np
import pytest

from ponimator_runtime import errors, wire
from ponimator_runtime.wire import limits


def float32(*values: float) -> bytes:
    return np.array(values, dtype="<f4").tobytes()


def motion(count: int = 3, **changes: object) -> wire.Motion:
    """A block of both bodies at rest; translations count up, so that axes cannot be swapped unseen."""
    fields: dict[str, object] = {
        "session": "s", "interaction": 1, "revision": 0, "start": 10, "rate_hz": 30, "time_ns": 0,
        "rotations": np.tile(np.float32([0, 0, 0, 1]), (2, count, 55, 1)),
        "translations": np.arange(2 * count * 3).reshape(2, count, 3),
        "foot_contacts": np.arange(2 * count * 4).reshape(2, count, 4) % 2 == 0,
    }  # fmt: skip
    return wire.motion_from_arrays(**{**fields, **changes})


def test_motion_arrays_come_back_as_they_were_given():
    block = wire.decode_stream(wire.encode(motion(count=5)))
    arrays = wire.motion_arrays(block)
    assert (block.start, block.count) == (10, 5)
    np.testing.assert_array_equal(arrays.translations, np.arange(30, dtype=np.float32).reshape(2, 5, 3))
    np.testing.assert_array_equal(arrays.foot_contacts, np.arange(40).reshape(2, 5, 4) % 2 == 0)
    assert arrays.rotations.shape == (2, 5, 55, 4)
    assert np.all(arrays.rotations[..., 3] == 1)


@pytest.mark.parametrize("field", ["rotations", "translations", "foot_contacts"])
def test_a_block_with_an_array_of_another_size_is_malformed(field):
    value = msgpack.unpackb(wire.encode(motion()))
    value[field] = value[field][:-1]
    with pytest.raises(errors.MalformedMessage, match=field):
        wire.decode_stream(msgpack.packb(value))


@pytest.mark.parametrize("field", ["rotations", "translations"])
def test_a_block_with_nan_is_malformed(field):
    value = msgpack.unpackb(wire.encode(motion()))
    value[field] = float32(math.nan) + value[field][4:]
    with pytest.raises(errors.MalformedMessage, match="finite"):
        wire.decode_stream(msgpack.packb(value))


def test_building_refuses_other_shapes():
    with pytest.raises(errors.ShapeError):
        motion(rotations=np.zeros((2, 3, 22, 4)))
    with pytest.raises(errors.ShapeError):
        motion(translations=np.zeros((2, limits.MAX_BLOCK_FRAMES + 1, 3)))
    with pytest.raises(errors.ShapeError):
        motion(foot_contacts=np.zeros((2, 4, 3)))
    with pytest.raises(errors.ShapeError):
        wire.pose_from_arrays(np.zeros((55, 4)), (0, 0, 0))


@pytest.mark.parametrize("count", [1, 10])
def test_a_frame_of_both_bodies_fits_the_wire_budget(count):
    contact = wire.Contact(start=2**31, stop=2**31 + 9, a=20, b=21)
    block = motion(count, session="s" * 64, interaction=2**40, start=2**31, time_ns=2**62, contacts=[contact] * 4)
    assert len(wire.encode(block)) <= 2500 * count


def test_the_largest_block_fits_the_stream_limit_in_both_encodings():
    contact = wire.Contact(start=2**62, stop=2**62, a=20, b=21)
    block = motion(limits.MAX_BLOCK_FRAMES, contacts=[contact] * limits.MAX_CONTACTS)
    for encoding in wire.Encoding:
        assert wire.decode_stream(wire.encode(block, encoding), encoding=encoding) == block
