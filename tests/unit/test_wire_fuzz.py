"""Whatever bytes come, only errors of the tree leave the codec."""

from __future__ import annotations

from pathlib import Path

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ponimator_runtime import errors, wire

GOLDEN = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "contract/golden").glob("*.msgpack"))]
DECODERS = (wire.decode_request, wire.decode_reply, wire.decode_stream)
LENGTHS_DECLARED = [b"\xc6", b"\xc9", b"\xdb", b"\xdd", b"\xdf"]


def decode_everywhere(data: bytes) -> None:
    for encoding in wire.Encoding:
        wire.peek_request_id(data, encoding)
        for decode in DECODERS:
            try:
                message = decode(data, encoding=encoding)
            except errors.ProtocolError as error:
                reply = wire.error_from_exception(error)
                assert reply.code is not wire.Code.INTERNAL
                assert wire.decode_reply(wire.encode(reply)) == reply
            else:
                assert decode(wire.encode(message, encoding), encoding=encoding) == message


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(data):
    decode_everywhere(data)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Golden bytes with a few bytes overwritten, inserted or cut."""
    data = bytearray(draw(st.sampled_from(GOLDEN)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, min(len(data), 400)))
        new = draw(st.binary(min_size=1, max_size=5) | st.sampled_from(LENGTHS_DECLARED).map(lambda b: b + b"\xff" * 4))
        match draw(st.sampled_from(["overwrite", "insert", "cut"])):
            case "overwrite":
                data[at : at + len(new)] = new
            case "insert":
                data[at:at] = new
            case "cut":
                del data[at : at + len(new)]
    return bytes(data)


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_mutated_golden_bytes(data):
    decode_everywhere(data)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(),
        st.text(max_size=8),
        st.binary(max_size=16),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def mistyped(draw: st.DrawFn) -> bytes:
    """A golden message with one field of any other value."""
    value = msgpack.unpackb(draw(st.sampled_from(GOLDEN)))
    value[draw(st.sampled_from(sorted(value)))] = draw(VALUES)
    return msgpack.packb(value)


@settings(max_examples=200, deadline=None)
@given(mistyped())
def test_fields_of_any_value(data):
    decode_everywhere(data)


@pytest.mark.parametrize("index", range(len(GOLDEN)))
def test_truncated_golden_bytes(index):
    data = GOLDEN[index]
    for size in {*range(min(len(data), 64)), len(data) - 1}:
        for decode in DECODERS:
            with pytest.raises(errors.ProtocolError):
                decode(data[:size])


@pytest.mark.parametrize("opening", [b"\x91", b"\x81\xa1x", b"\x81"])
@pytest.mark.parametrize("prefix", [b"", b"\x82\xa4type\xa4ping\xa1x", b"\x82\xaarequest_id", b"\x81\xa4type"])
def test_deep_nesting(opening, prefix):
    data = prefix + opening * (60000 // len(opening))
    for decode in DECODERS:
        with pytest.raises(errors.ProtocolError):
            decode(data)
