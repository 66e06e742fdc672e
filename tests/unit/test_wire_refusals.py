"""What the codec refuses, with the code it answers and the request it names."""

from __future__ import annotations

import math

import msgpack
import numpy as np
import pytest

from ponimator_runtime import errors, wire
from ponimator_runtime.wire import limits


def request_bytes(message_type: str, **fields: object) -> bytes:
    """A request as a client of another language would pack it."""
    return msgpack.packb({"type": message_type, "request_id": 7, **fields})


TWO_NAMES = [{"name": "A"}, {"name": "B"}]
LIVE = wire.pose_from_arrays(np.tile((0, 0, 0, 1), (22, 1)), (0, 0, 0))
LIVE_FIELDS = {"rotations": LIVE.rotations, "translation": LIVE.translation}


def interact(**fields: object) -> bytes:
    return request_bytes("interact", **{"session": "s", "text": "hug", **fields})


def posed(**fields: object) -> bytes:
    return interact(characters=[{"pose": {**LIVE_FIELDS, **fields}}, {}])


def float32(*values: float) -> bytes:
    return np.array(values, dtype="<f4").tobytes()


def rotations(*first: float) -> bytes:
    return float32(*first) + LIVE.rotations[16:]


REFUSALS = {
    "unknown type": (request_bytes("dance"), "bad_message", 7),
    "a reply's type": (request_bytes("pong"), "bad_message", 7),
    "type no string": (msgpack.packb({"type": 5, "request_id": 7}), "bad_message", 7),
    "two types": (b"\x83\xa4type\xa5stats\xa4type\xa5dance\xaarequest_id\x07", "bad_message", 7),
    "no type": (msgpack.packb({"request_id": 7}), "bad_message", 7),
    "no map": (msgpack.packb([1, 2]), "bad_message", None),
    "empty": (b"", "bad_message", None),
    "truncated": (interact()[:-2], "bad_message", None),
    "trailing bytes": (request_bytes("stats") + b"\x00", "bad_message", None),
    "list of 4 billion": (b"\xdd\xff\xff\xff\xff", "bad_message", None),
    "map of 4 billion": (b"\xdf\xff\xff\xff\xff", "bad_message", None),
    "text of 4 GB": (b"\x82\xa4type\xa8interact\xa4text\xdb\xff\xff\xff\xff", "bad_message", None),
    "unknown list of 4 billion": (b"\x82\xa4type\xa5stats\xa1x\xdd\xff\xff\xff\xff", "bad_message", None),
    "unknown field nested 60000 deep": (b"\x82\xa4type\xa5stats\xa1x" + b"\x91" * 60000 + b"\xc0", "bad_message", None),
    "text no UTF-8": (interact(text="?").replace(b"\xa1?", b"\xa1\xff"), "bad_message", 7),
    "map key no string": (msgpack.packb({"type": "stats", "request_id": 7, 1: 2}), "bad_message", None),
    "other protocol": (request_bytes("hello", protocol=2), "unsupported_protocol", 7),
    "other protocol, other fields": (request_bytes("hello", protocol=9, client=[1]), "unsupported_protocol", 7),
    "protocol no number": (request_bytes("hello", protocol="1"), "unsupported_protocol", 7),
    "protocol a list": (request_bytes("hello", protocol=[1]), "unsupported_protocol", 7),
    "no protocol": (request_bytes("hello"), "bad_request", 7),
    "unknown encoding": (request_bytes("hello", protocol=1, encoding="xml"), "bad_request", 7),
    "no request_id": (msgpack.packb({"type": "stats"}), "bad_request", None),
    "negative request_id": (msgpack.packb({"type": "stats", "request_id": -1}), "bad_request", None),
    "request_id over 63 bits": (msgpack.packb({"type": "stats", "request_id": 2**64 - 1}), "bad_request", None),
    "request_id true": (msgpack.packb({"type": "stats", "request_id": True}), "bad_request", None),
    "request_id a list": (msgpack.packb({"type": "stats", "request_id": [1]}), "bad_request", None),
    "field missing": (request_bytes("close_session"), "bad_request", 7),
    "field of another type": (request_bytes("close_session", session=4), "bad_request", 7),
    "session with a slash": (request_bytes("close_session", session="a/b"), "bad_request", 7),
    "session with a line end": (request_bytes("close_session", session="a\n"), "bad_request", 7),
    "session of 65 characters": (request_bytes("close_session", session="a" * 65), "bad_request", 7),
    "one character": (request_bytes("open_session", characters=TWO_NAMES[:1]), "bad_request", 7),
    "three characters": (request_bytes("open_session", characters=[*TWO_NAMES, {"name": "C"}]), "bad_request", 7),
    "nameless character": (request_bytes("open_session", characters=[{"name": ""}, {"name": "B"}]), "bad_request", 7),
    "long name": (request_bytes("open_session", characters=[{"name": "n" * 65}, {"name": "B"}]), "bad_request", 7),
    "nine betas": (
        request_bytes("open_session", characters=[{"name": "A", "betas": [0.0] * 9}, {"name": "B"}]),
        "bad_request",
        7,
    ),
    "betas NaN": (
        request_bytes("open_session", characters=[{"name": "A", "betas": [math.nan] * 10}, {"name": "B"}]),
        "bad_request",
        7,
    ),
    "rate 9 Hz": (request_bytes("open_session", characters=TWO_NAMES, rate_hz=9), "bad_request", 7),
    "rate 121 Hz": (request_bytes("open_session", characters=TWO_NAMES, rate_hz=121), "bad_request", 7),
    "rate 29.97 Hz": (request_bytes("open_session", characters=TWO_NAMES, rate_hz=29.97), "bad_request", 7),
    "unknown profile": (request_bytes("open_session", characters=TWO_NAMES, profile="ultra"), "bad_request", 7),
    "neither pose nor text": (interact(text=None), "bad_request", 7),
    "blank text": (interact(text=" \n"), "bad_request", 7),
    "text of 1001 characters": (interact(text="é" * 1001), "bad_request", 7),
    "three subjects": (interact(characters=[{}, {}, {}]), "bad_request", 7),
    "4 billion subjects": (b"\x82\xa4type\xa8interact\xaacharacters\xdd\xff\xff\xff\xff", "bad_message", None),
    "anchor_time over 1": (interact(anchor_time=1.01), "bad_request", 7),
    "anchor_time NaN": (interact(anchor_time=math.nan), "bad_request", 7),
    "duration 0": (interact(duration_s=0.0), "bad_request", 7),
    "duration infinite": (interact(duration_s=math.inf), "bad_request", 7),
    "blend infinite": (interact(blend_in_s=math.inf), "bad_request", 7),
    "seed negative": (interact(seed=-1), "bad_request", 7),
    "seed of 64 bits": (interact(seed=2**64 - 1), "bad_request", 7),
    "no steps": (interact(steps=0), "bad_request", 7),
    "distance NaN": (interact(max_distance_m=math.nan), "bad_request", 7),
    "root of two numbers": (interact(characters=[{"root": {"position": [0, 0]}}, {}]), "bad_request", 7),
    "root infinite": (interact(characters=[{"root": {"position": [0, math.inf, 0]}}, {}]), "bad_request", 7),
    "yaw NaN": (interact(characters=[{"root": {"position": [0, 0, 0], "yaw_rad": math.nan}}, {}]), "bad_request", 7),
    "rotations of 21 joints": (posed(rotations=LIVE.rotations[16:]), "bad_request", 7),
    "translation of 13 bytes": (posed(translation=b"\0" * 13), "bad_request", 7),
    "pose of lists": (posed(translation=[0.0, 0.0, 0.0]), "bad_request", 7),
    "empty resend": (request_bytes("resend", session="s", start=5, stop=5), "bad_request", 7),
    "backward resend": (request_bytes("resend", session="s", start=9, stop=5), "bad_request", 7),
    "endless resend": (request_bytes("resend", session="s", start=0, stop=2**60), "bad_request", 7),
    "pose NaN": (posed(rotations=rotations(math.nan, 0, 0, 1)), "invalid_pose", 7),
    "pose infinite": (posed(rotations=rotations(math.inf, 0, 0, 1)), "invalid_pose", 7),
    "quaternion huge": (posed(rotations=rotations(3e38, 0, 0, 1)), "invalid_pose", 7),
    "quaternion zero": (posed(rotations=rotations(0, 0, 0, 0)), "invalid_pose", 7),
    "quaternion 0.2 % too long": (posed(rotations=rotations(0, 0, 0, 1.002)), "invalid_pose", 7),
    "translation NaN": (posed(translation=float32(0, math.nan, 0)), "invalid_pose", 7),
    "translation 11 km": (posed(translation=float32(0, 0, -11000)), "invalid_pose", 7),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_message_answers_its_code_and_request(name):
    data, code, request_id = REFUSALS[name]
    with pytest.raises(errors.ProtocolError) as refusal:
        wire.decode_request(data)
    reply = wire.error_from_exception(refusal.value)
    assert (reply.code, reply.request_id) == (code, request_id)
    assert wire.decode_reply(wire.encode(reply)) == reply


def test_quaternions_within_the_tolerance_pass():
    assert wire.decode_request(posed(rotations=rotations(0, 0, 0, 1.0009)))


def test_size_is_checked_before_decoding():
    data = memoryview(b"\xc1" * (limits.MAX_REQUEST_BYTES + 1))
    with pytest.raises(errors.MessageTooLarge) as refusal:
        wire.decode_request(data)
    assert wire.code_of(refusal.value) is wire.Code.TOO_LARGE
    with pytest.raises(errors.MalformedMessage):
        wire.decode_request(data[:-1])
    with pytest.raises(errors.MessageTooLarge):
        wire.decode_stream(data, 1000)


@pytest.mark.parametrize(
    ("data", "code", "request_id"),
    [
        (b'{"type":"hello","request_id":3,"protocol":2}', "unsupported_protocol", 3),
        (b'{"type":"dance","request_id":3}', "bad_message", 3),
        (b'{"type":"stats","request_id":3', "bad_message", None),
        (b'{"type":"stats","request_id":3} x', "bad_message", None),
        (b'{"type":"stats","x":' + b"[" * 60000, "bad_message", None),
        (b'{"type":"stats","request_id":99999999999999999999999}', "bad_request", None),
        (b'{"type":"interact","request_id":3,"session":"s","text":"a","blend_in_s":1e999}', "bad_request", 3),
        (b'{"type":"interact","request_id":3,"session":"s","text":"a","blend_in_s":NaN}', "bad_message", None),
        (b'{"type":"interact","request_id":3,"session":"s","text":"\xff"}', "bad_message", 3),
    ],
)
def test_json_is_refused_by_the_same_rules(data, code, request_id):
    with pytest.raises(errors.ProtocolError) as refusal:
        wire.decode_request(data, encoding=wire.Encoding.JSON)
    assert (wire.code_of(refusal.value), refusal.value.request_id) == (code, request_id)


def test_a_client_tells_a_server_of_another_protocol_from_a_broken_one():
    with pytest.raises(errors.UnsupportedProtocol):
        wire.decode_reply(request_bytes("hello_ok", protocol=2, models="renamed"))
    with pytest.raises(errors.SchemaMismatch):
        wire.decode_reply(request_bytes("welcome"))
    with pytest.raises(errors.MalformedMessage):
        wire.decode_reply(request_bytes("cancelled", apply_frame=-1))


@pytest.mark.parametrize(
    ("exception", "code"),
    [
        (errors.RequestRefused("too_far", "7 m"), "too_far"),
        (errors.RequestRefused("no such code", "?"), "internal"),
        (errors.ProtocolError("?"), "bad_message"),
        (errors.ShapeError("?"), "internal"),
        (KeyError("secret"), "internal"),
    ],
)
def test_code_of_other_exceptions(exception, code):
    assert wire.code_of(exception) == code


def test_an_error_reply_says_nothing_of_the_servers_inside():
    reply = wire.error_from_exception(KeyError("secret"), 5)
    assert (reply.request_id, reply.code) == (5, "internal")
    assert "secret" not in reply.message
    assert wire.error_from_exception(errors.RequestRefused("busy", "Ask later."), 5).message == "Ask later."
    long = wire.error_from_exception(errors.BadRequest("x" * 5000, 5))
    assert wire.decode_reply(wire.encode(long)) == long


def test_request_id_is_peeked_from_what_is_no_valid_message():
    assert wire.peek_request_id(request_bytes("dance")) == 7
    assert wire.peek_request_id(b'{"request_id": 7}', wire.Encoding.JSON) == 7
    assert wire.peek_request_id(b"\xc1") is None
