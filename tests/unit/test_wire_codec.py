"""Round trips of every message, defaults, and the JSON encoding for debugging."""

from __future__ import annotations

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ponimator_runtime import errors, wire
from ponimator_runtime.wire import limits

INT64 = st.integers(-(2**63), 2**63 - 1)
NATURAL = st.integers(0, 2**63 - 1)
SESSION = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
NAME = TEXT.filter(bool)
ENCODINGS = list(wire.Encoding)


def reals(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


def names(count: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(tuple(f"joint_{index}" for index in range(count)))


def pose(rotation: tuple[float, ...] = (0, 0, 0, 1), translation: tuple[float, ...] = (0, 0, 0)) -> wire.Pose:
    return wire.pose_from_arrays(np.tile(rotation, (22, 1)), translation)


QUATERNION = st.sampled_from([(0, 0, 0, 1), (1, 0, 0, 0), (0.5, -0.5, 0.5, 0.5), (0, 0.6, 0, -0.8)])
COORDINATE = reals(-1e4, 1e4)
TRIPLE = st.tuples(COORDINATE, COORDINATE, COORDINATE)
POSE = st.builds(pose, QUATERNION, TRIPLE)
ROOT = st.builds(wire.Root, position=TRIPLE, yaw_rad=reals(-10, 10))
SUBJECT = st.builds(wire.Subject, pose=st.none() | POSE, root=st.none() | ROOT)
POSED = st.builds(wire.Subject, pose=POSE)
CHARACTER = st.builds(
    wire.Character, name=NAME, betas=st.none() | st.lists(reals(-10, 10), min_size=10, max_size=10).map(tuple)
)
REQUEST = st.one_of(
    st.builds(wire.Hello, request_id=NATURAL, protocol=st.just(1), client=TEXT),
    st.builds(
        wire.OpenSession,
        request_id=NATURAL,
        characters=st.tuples(CHARACTER, CHARACTER),
        rate_hz=st.integers(10, 120),
        session=st.none() | SESSION,
    ),
    st.builds(
        wire.Interact,
        request_id=NATURAL,
        session=SESSION,
        characters=st.tuples(POSED, SUBJECT),
        text=st.none() | TEXT,
        anchor_time=st.none() | reals(0, 1),
        duration_s=st.none() | reals(0.1, 3600),
        blend_in_s=reals(0, 5),
        seed=st.none() | NATURAL,
        steps=st.none() | st.integers(1, 1000),
        max_distance_m=reals(0, 100),
    ),
    st.builds(
        wire.Cancel,
        request_id=NATURAL,
        session=SESSION,
        interaction=st.none() | NATURAL,
        blend_out_s=reals(0, 5),
    ),
    st.builds(
        lambda start, count: wire.Resend(request_id=1, session="s", start=start, stop=start + count),
        st.integers(0, 2**40),
        st.integers(1, limits.MAX_RESEND_FRAMES),
    ),
    st.builds(wire.Ping, request_id=NATURAL, client_time_ns=INT64),
    st.builds(wire.Stats, request_id=NATURAL),
    st.builds(wire.CloseSession, request_id=NATURAL, session=SESSION),
)
SKELETON = st.builds(
    wire.Skeleton,
    session=SESSION,
    joints=names(55),
    parents=st.just(tuple(range(-1, 54))),
    rest_joints=st.floats(-3, 3, width=32).map(lambda x: wire.rest_joints_bytes(np.full((2, 55, 3), x))),
    names=st.tuples(NAME, NAME),
)
MILLISECONDS = reals(0, 1e6)
QUANTILES = st.builds(wire.Quantiles, p50=MILLISECONDS, p95=MILLISECONDS, p99=MILLISECONDS, count=NATURAL)
LIMITS = st.builds(wire.Limits, max_sessions=NATURAL)
MODEL = st.builds(wire.ModelInfo, name=NAME, version=TEXT)
REPLY = st.one_of(
    st.builds(
        wire.HelloOk,
        request_id=NATURAL,
        protocol=st.just(1),
        server=TEXT,
        models=st.lists(MODEL, max_size=3).map(tuple),
        limits=LIMITS,
        stream=NAME,
    ),
    st.builds(wire.SessionOpened, request_id=NATURAL, session=SESSION, topic=NAME, skeleton=SKELETON),
    st.builds(
        wire.InteractionAccepted,
        request_id=NATURAL,
        interaction=NATURAL,
        apply_frame=NATURAL,
        timing_ms=st.dictionaries(TEXT, MILLISECONDS, max_size=3),
    ),
    st.builds(wire.Cancelled, request_id=NATURAL, apply_frame=NATURAL),
    st.builds(wire.Resent, request_id=NATURAL, start=NATURAL, stop=NATURAL, blocks=NATURAL),
    st.builds(wire.Pong, request_id=NATURAL, client_time_ns=INT64, server_receive_ns=INT64, server_send_ns=INT64),
    st.builds(
        wire.StatsReply,
        request_id=NATURAL,
        counters=st.dictionaries(TEXT, NATURAL, max_size=3),
        latency_ms=st.dictionaries(TEXT, QUANTILES, max_size=3),
    ),
    st.builds(wire.SessionClosed, request_id=NATURAL, session=SESSION),
    st.builds(wire.Error, request_id=st.none() | NATURAL, code=st.sampled_from(wire.Code), message=TEXT),
)
JOINT = st.integers(0, 54)
CONTACT = st.builds(wire.Contact, start=NATURAL, stop=NATURAL, a=JOINT, b=JOINT)


def motion(count: int = 3, **changes: object) -> wire.Motion:
    """A block of both bodies at rest; translations count up, so that axes cannot be swapped unseen."""
    fields: dict[str, object] = {
        "session": "s", "interaction": 1, "revision": 0, "start": 10, "rate_hz": 30, "time_ns": 0,
        "rotations": np.tile(np.float32([0, 0, 0, 1]), (2, count, 55, 1)),
        "translations": np.arange(2 * count * 3).reshape(2, count, 3),
        "foot_contacts": np.arange(2 * count * 4).reshape(2, count, 4) % 2 == 0,
    }  # fmt: skip
    return wire.motion_from_arrays(**{**fields, **changes})


STREAM = st.one_of(
    SKELETON,
    st.builds(
        motion,
        count=st.integers(1, 12),
        interaction=NATURAL,
        time_ns=INT64,
        contacts=st.lists(CONTACT, max_size=4),
        anchor=st.none() | NATURAL,
        final=st.booleans(),
    ),
    st.builds(
        wire.Status,
        session=SESSION,
        state=st.sampled_from(wire.State),
        time_ns=INT64,
        interaction=st.none() | NATURAL,
        frame=st.none() | NATURAL,
        code=st.none() | st.sampled_from(wire.Code),
        message=TEXT,
    ),
    st.builds(wire.Heartbeat, session=SESSION, time_ns=INT64, play_frame=NATURAL, buffered_s=reals(-60, 60)),
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("messages", "decode"),
    [(REQUEST, wire.decode_request), (REPLY, wire.decode_reply), (STREAM, wire.decode_stream)],
    ids=["request", "reply", "stream"],
)
def test_every_message_survives_the_round_trip(messages, decode, encoding):
    @settings(max_examples=60, deadline=None)
    @given(messages)
    def round_trip(message):
        data = wire.encode(message, encoding)
        assert decode(data, encoding=encoding) == message
        assert decode(memoryview(data), encoding=encoding) == message
        assert wire.encoding_of(data) is encoding

    round_trip()


def request_bytes(message_type: str, **fields: object) -> bytes:
    """A request as a client of another language would pack it."""
    return msgpack.packb({"type": message_type, "request_id": 7, **fields})


def test_defaults_are_the_protocols():
    opened = wire.decode_request(request_bytes("open_session", characters=[{"name": "A"}, {"name": "B"}]))
    assert (opened.rate_hz, opened.profile, opened.session) == (30, "balanced", None)
    asked = wire.decode_request(request_bytes("interact", session="s", text="hug"))
    assert asked == wire.Interact(request_id=7, session="s", text="hug")
    assert (asked.anchor_time, asked.duration_s, asked.blend_in_s, asked.max_distance_m) == (None, 6.0, 0.3, 3.0)
    assert (asked.seed, asked.steps, asked.characters) == (None, None, (wire.Subject(), wire.Subject()))
    endless = wire.decode_request(request_bytes("interact", session="s", text="hug", duration_s=None))
    assert endless.duration_s is None
    cancel = wire.decode_request(request_bytes("cancel", session="s"))
    assert (cancel.blend_out_s, cancel.interaction) == (0.3, None)


@pytest.mark.parametrize(
    ("poses", "given_time", "meant"), [(2, None, 0.0), (1, None, 0.5), (0, None, 0.5), (2, 0.3, 0.3)]
)
def test_anchor_time_follows_from_what_is_given(poses, given_time, meant):
    subjects = tuple(wire.Subject(pose=pose() if index < poses else None) for index in range(2))
    message = wire.Interact(request_id=1, session="s", characters=subjects, anchor_time=given_time)
    assert wire.anchor_time_of(message) == meant


def test_json_says_arrays_in_base64_and_is_told_from_msgpack():
    data = wire.encode(wire.Interact(request_id=1, session="s", characters=(wire.Subject(pose=pose()),) * 2), "json")
    assert b'"translation":"AAAAAAAAAAAAAAAA"' in data
    assert wire.encoding_of(b" " + data) is wire.Encoding.JSON


def test_what_cannot_travel_is_refused_at_encoding():
    with pytest.raises(errors.MalformedMessage):
        wire.encode(wire.Ping(request_id=1, client_time_ns=2**70))
    with pytest.raises(errors.MalformedMessage):
        wire.encode(wire.Interact(request_id=1, session="s", text="\ud800"))


def test_topic_names_the_session():
    assert wire.topic_from_session("s-1") == "session/s-1"
