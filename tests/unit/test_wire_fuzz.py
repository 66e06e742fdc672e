"""Whatever bytes come, only errors of the tree leave the codec, and it takes no more memory than they are worth.

Hypothesis finds and shrinks; a hundred thousand mutations of golden messages, from one seed, are for breadth.
"""

from __future__ import annotations

import contextlib
import json
import random
import tracemalloc
from collections import Counter
from pathlib import Path

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ponimator_runtime import errors, wire
from ponimator_runtime.wire.limits import MAX_REPLY_BYTES, MAX_REQUEST_BYTES, MAX_STREAM_BYTES

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


SEED, INPUTS = 20_260, 100_000
MOST_TIMES_INPUT, MOST_BESIDES = 20, 64 * 1024
"""Memory of a decoder: a number of two characters in JSON becomes a float and its place in a list, 32 bytes."""
HUGE = [kind + size for kind in LENGTHS_DECLARED for size in (b"\xff" * 4, b"\x7f" + b"\xff" * 3, b"\x00\x10\x00\x00")]
HUGE += [kind + b"\xff\xff" for kind in (b"\xc5", b"\xc8", b"\xda", b"\xdc", b"\xde")]
NESTED = {
    wire.Encoding.MSGPACK: [b"\x91", b"\x81\xa1x", b"\x81", b"\xdc\x00\x01"],
    wire.Encoding.JSON: [b"[", b'{"x":'],
}
NUMBERS = [True, -1, 2**63, 2**64 - 1, -(2**63), 1e308, 5e-324]
ODD = [*NUMBERS, None, "", "\0", "é" * 70, "a" * 2000, [], {}, [[]], {"type": "ping"}]
ODD_TEXT = [*rb'NaN 1e999 -0 "\ud800" // 1. " [[[[[[[[['.split(), b"9" * 400, b"\xff", b"\xed\xa0\x80", b"\0"]


def in_json(data: bytes) -> bytes:
    for decode in DECODERS:
        with contextlib.suppress(errors.SchemaMismatch):
            return wire.encode(decode(data), wire.Encoding.JSON)
    raise AssertionError("no decoder knows this golden message")


SEEDS = {wire.Encoding.MSGPACK: GOLDEN, wire.Encoding.JSON: [in_json(data) for data in GOLDEN]}


class Mutations:
    """Inputs without end from golden messages of one encoding, each mutation as often as the others."""

    def __init__(self, seed: int, encoding: wire.Encoding) -> None:
        self._random = random.Random(f"{seed} {encoding}")
        self._encoding, self._golden = encoding, SEEDS[encoding]
        self.kinds = [
            self.bits,
            self.cut,
            self.spliced,
            self.inserted,
            self.nested,
            self.doubled,
            self.mistyped,
            self.noise,
        ]

    def next(self) -> tuple[str, bytes]:
        kind = self._random.choice(self.kinds)
        return kind.__name__, kind(self._random.choice(self._golden))

    def bits(self, golden: bytes) -> bytes:
        data = bytearray(golden)
        # Most of a long message are numbers that anything fits: half of the flips go to where its fields begin.
        reach = len(data) if self._random.random() < 0.5 else min(len(data), 200)
        for _ in range(self._random.randrange(1, 9)):
            data[self._random.randrange(reach)] ^= 1 << self._random.randrange(8)
        return bytes(data)

    def cut(self, golden: bytes) -> bytes:
        return golden[: self._random.randrange(len(golden))]

    def spliced(self, golden: bytes) -> bytes:
        other = self._random.choice(self._golden)
        return golden[: self._random.randrange(len(golden))] + other[self._random.randrange(len(other)) :]

    def inserted(self, golden: bytes) -> bytes:
        """A length that no message has, or text that no number is, over or between what is there."""
        at, new = self._random.randrange(len(golden)), self._random.choice(self._strange())
        return golden[:at] + new + golden[at + self._random.choice((0, 1, len(new))) :]

    def nested(self, golden: bytes) -> bytes:
        depth = self._random.choice((10, 100, 2_000)) if self._random.random() < 0.98 else 15_000
        at = self._random.randrange(min(len(golden), 200))
        return golden[:at] + self._random.choice(NESTED[self._encoding]) * depth + golden[at:]

    def doubled(self, golden: bytes) -> bytes:
        """A field twice or more, with its own value, another's, or one of its own kind."""
        fields = list(self._fields(golden).items())
        for _ in range(self._random.randrange(1, 4)):
            name = self._random.choice(fields)[0]
            value = self._random.choice((self._random.choice(fields)[1], self._random.choice(ODD)))
            fields.insert(self._random.randrange(len(fields) + 1), (name, value))
        return self._packed(fields)

    def mistyped(self, golden: bytes) -> bytes:
        fields = self._fields(golden)
        fields[self._random.choice(sorted(fields))] = self._random.choice(ODD)
        return self._packed(list(fields.items()))

    def noise(self, _: bytes) -> bytes:
        return self._random.randbytes(self._random.randrange(200))

    def _strange(self) -> list[bytes]:
        return HUGE if self._encoding is wire.Encoding.MSGPACK else ODD_TEXT

    def _fields(self, golden: bytes) -> dict[str, object]:
        return msgpack.unpackb(golden) if self._encoding is wire.Encoding.MSGPACK else json.loads(golden)

    def _packed(self, fields: list[tuple[str, object]]) -> bytes:
        if self._encoding is wire.Encoding.MSGPACK:
            head = b"\xde" + len(fields).to_bytes(2, "big")
            return head + b"".join(msgpack.packb(name) + msgpack.packb(value) for name, value in fields)
        return ("{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in fields) + "}").encode()


def decode_within_bounds(data: bytes, encoding: wire.Encoding) -> int:
    """How many decoders took it; each answers with a message or an error of the tree, in memory that fits the input."""
    taken = 0
    for decode in DECODERS:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        try:
            decode(data, encoding=encoding)
        except errors.ProtocolError:
            pass
        else:
            taken += 1
        peak = tracemalloc.get_traced_memory()[1] - before
        assert peak <= MOST_TIMES_INPUT * len(data) + MOST_BESIDES, (decode.__name__, peak, len(data))
    wire.peek_request_id(data, encoding)
    return taken


@pytest.fixture
def _traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.usefixtures("_traced")
@pytest.mark.parametrize("encoding", list(wire.Encoding))
def test_a_hundred_thousand_mutations(encoding):
    mutations, seen, taken = Mutations(SEED, encoding), Counter(), Counter()
    for number in range(INPUTS // len(wire.Encoding)):
        kind, data = mutations.next()
        try:
            taken[kind] += decode_within_bounds(data, encoding)
        except BaseException as error:
            error.add_note(f"seed {SEED}, input {number}, {kind}, {encoding}: {data[:400]!r}")
            raise
        seen[kind] += 1
    # The loop does what it says: every mutation had its turn, and some inputs were messages, most were not.
    assert len(seen) == len(mutations.kinds)
    assert min(seen.values()) > INPUTS // 50
    assert taken["bits"] > 100
    assert taken["doubled"] > 100
    assert sum(taken.values()) < sum(seen.values()) / 2


EMOJI = "😀".encode()
CONTACT = b'{"start":1,"stop":2,"a":3,"b":4}'
OPENING, STATS = b'{"type":"open_session","request_id":1,"characters":[{"name":"a","betas":[1', b'{"type":"stats_reply"'
BOMBS = {
    "numbers in a list": (wire.decode_request, "json", OPENING, b",1", b"]}]}"),
    "fields that nobody knows": (wire.decode_request, "json", b'{"type":"stats","x":0', b',"":0', b"}"),
    "one long type": (wire.decode_request, "json", b'{"type":"' + "ß".encode(), EMOJI, b'"}'),
    "nested maps": (wire.decode_request, "msgpack", b"\x81\xa1x", b"\x81\xa1x", b""),
    "counters": (wire.decode_reply, "json", STATS + b',"request_id":1,"counters":{"a":1', b',"b":1', b"}}"),
    "contacts": (wire.decode_stream, "json", b'{"type":"motion","contacts":[' + CONTACT, b"," + CONTACT, b"]}"),
    "nested lists": (wire.decode_stream, "json", b'{"type":"motion","contacts":', b"[", b""),
}
LIMITS = {
    wire.decode_request: MAX_REQUEST_BYTES,
    wire.decode_reply: MAX_REPLY_BYTES,
    wire.decode_stream: MAX_STREAM_BYTES,
}


@pytest.mark.usefixtures("_traced")
@pytest.mark.parametrize("name", BOMBS)
def test_as_much_as_a_message_may_hold_costs_a_bounded_amount(name):
    decode, encoding, before, one, after = BOMBS[name]
    limit = LIMITS[decode]
    data = before + one * ((limit - len(before) - len(after)) // len(one)) + after
    assert limit - len(one) < len(data) <= limit
    decode_within_bounds(data, wire.Encoding(encoding))


@pytest.mark.usefixtures("_traced")
@pytest.mark.parametrize("decode", DECODERS)
def test_what_is_too_large_is_not_even_looked_at(decode):
    data = b"{" + b" " * LIMITS[decode]
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with pytest.raises(errors.MessageTooLarge):
        decode(data, encoding=wire.Encoding.JSON)
    assert tracemalloc.get_traced_memory()[1] - before < 8 * 1024
