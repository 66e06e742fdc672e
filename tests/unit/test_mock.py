"""The mock's replies are a real server's: what was recorded, or an error that says it was not."""

import pytest
from tests.unit.made_recordings import (
    BLOCK_FRAMES,
    BLOCKS,
    CLOCK_NS,
    FIRST_FRAME,
    HEADER,
    SESSION,
    accepted,
    records,
    skeleton,
    stream,
)
from tests.unit.replay_stage import END_NS, PEOPLE, Stage

from ponimator_runtime.recording.format import Lane, Record
from ponimator_runtime.replaying.score import NS_PER_S
from ponimator_runtime.wire import (
    Cancel,
    Cancelled,
    CloseSession,
    Code,
    Encoding,
    Error,
    Hello,
    HelloOk,
    Interact,
    InteractionAccepted,
    OpenSession,
    Ping,
    Pong,
    Resend,
    Resent,
    SessionClosed,
    SessionOpened,
    State,
    Stats,
    StatsReply,
    Status,
    decode_reply,
    encode,
    encoding_of,
)


def test_every_reply_is_a_real_servers():
    stage = Stage()
    hello = stage.ask(Hello, protocol=1)
    assert isinstance(hello, HelloOk)
    assert (hello.models, hello.stream) == (HEADER.models, "tcp://127.0.0.1:1")
    opened = stage.ask(OpenSession, characters=PEOPLE)
    assert isinstance(opened, SessionOpened)
    assert (opened.session, opened.topic, opened.skeleton) == (SESSION, HEADER.topic, skeleton())
    stage.pass_time(1.0)
    pong = stage.ask(Ping, client_time_ns=-5)
    assert isinstance(pong, Pong)
    assert (pong.client_time_ns, pong.server_receive_ns) == (-5, CLOCK_NS + NS_PER_S)
    stats = stage.ask(Stats)
    assert isinstance(stats, StatsReply)
    assert stats.counters["requests"] == 4


def test_the_first_trigger_means_what_was_recorded():
    stage = Stage()
    stage.arrive()
    reply = stage.ask(Interact, session=SESSION, text="two people hug")
    recorded = accepted()
    assert isinstance(reply, InteractionAccepted)
    assert (reply.interaction, reply.apply_frame, reply.timing_ms) == (1, recorded.apply_frame, recorded.timing_ms)
    stage.pass_time((END_NS + 1) / NS_PER_S)
    assert stage.payloads == [payload for _, payload in stream()]


def test_what_was_promised_before_anybody_listened_holds():
    stage = Stage(patience_s=1.0)
    stage.ask(Hello, protocol=1)
    reply = stage.ask(Interact, session=SESSION, text="two people hug")
    stage.pass_time(1.5)
    stage.subscribe()
    stage.pass_time(3.0)
    assert stage.blocks()[0].start == reply.apply_frame
    assert {block.interaction for block in stage.blocks()} == {reply.interaction}


def test_frames_are_said_again_as_they_were():
    stage = Stage()
    stage.arrive()
    stage.pass_time(3.0)
    said = len(stage.said)
    stop = FIRST_FRAME + BLOCK_FRAMES + 1
    reply = stage.ask(Resend, session=SESSION, start=FIRST_FRAME + 2, stop=stop)
    assert isinstance(reply, Resent)
    assert (reply.start, reply.stop, reply.blocks) == (FIRST_FRAME + 2, stop, 2)
    assert stage.payloads[said:] == [payload for _, payload in stream()][3:5]
    nothing = stage.ask(Resend, session=SESSION, start=0, stop=FIRST_FRAME)
    assert (nothing.start, nothing.stop, nothing.blocks) == (0, 0, 0)


def test_what_was_recorded_twice_is_said_again_once():
    """As where a late joiner made the recorded server greet everybody anew."""
    made = records()
    made.insert(6, made[5])
    stage = Stage(made)
    stage.arrive()
    stage.pass_time(3.0)
    assert [payload for payload in stage.payloads if payload == made[5].payload] == [made[5].payload] * 2
    reply = stage.ask(Resend, session=SESSION, start=FIRST_FRAME, stop=FIRST_FRAME + BLOCKS * BLOCK_FRAMES)
    assert reply.blocks == BLOCKS


def test_what_was_not_recorded_cannot_be_cancelled():
    stage = Stage()
    stage.arrive()
    reply = stage.ask(Cancel, session=SESSION)
    assert isinstance(reply, Error)
    assert reply.code is Code.NOT_SUPPORTED


def test_what_was_recorded_can_be_cancelled():
    cancelled = Status(session=SESSION, state=State.CANCELLED, time_ns=CLOCK_NS, interaction=1, frame=40)
    made = records()
    made[-1] = Record(lane=Lane.STREAM, time_ns=END_NS, payload=encode(cancelled))
    stage = Stage(made)
    stage.arrive()
    reply = stage.ask(Cancel, session=SESSION, interaction=1)
    assert isinstance(reply, Cancelled)
    assert reply.apply_frame == 40


def test_a_closed_session_is_silent_and_unknown_until_it_is_opened_anew():
    stage = Stage()
    stage.arrive()
    stage.pass_time(0.7)
    assert isinstance(stage.ask(CloseSession, session=SESSION), SessionClosed)
    said = len(stage.said)
    stage.pass_time(5.0)
    assert len(stage.said) == said
    for request in (Interact, OpenSession):
        fields = {"text": "hug"} if request is Interact else {"characters": PEOPLE}
        reply = stage.ask(request, session=SESSION, **fields)
        assert reply.code is Code.UNKNOWN_SESSION
    assert isinstance(stage.ask(OpenSession, characters=PEOPLE), SessionOpened)
    stage.subscribe()
    stage.pass_time(3.0)
    later = [block for block in stage.blocks() if block.interaction == 2]
    assert len(later) == BLOCKS  # its clock went on: not the recorded bytes


@pytest.mark.parametrize("session", ["another-session", SESSION + "x"])
def test_another_session_is_unknown(session):
    stage = Stage()
    stage.arrive()
    reply = stage.ask(OpenSession, characters=PEOPLE, session=session)
    assert reply.code is Code.UNKNOWN_SESSION


def test_a_recording_in_json_is_replayed_to_who_speaks_json():
    stage = Stage(encoding=Encoding.JSON)
    assert stage.ask(OpenSession, characters=PEOPLE).code is Code.NOT_SUPPORTED
    opened = stage.ask(OpenSession, characters=PEOPLE, encoding=Encoding.JSON)
    assert isinstance(opened, SessionOpened)
    stage.subscribe()
    stage.pass_time((END_NS + 1) / NS_PER_S)
    assert stage.payloads == [payload for _, payload in stream(Encoding.JSON)]
    stage.ask(Interact, session=SESSION, text="hug", encoding=Encoding.JSON)
    stage.pass_time(3.0)
    assert {encoding_of(payload) for payload in stage.payloads} == {Encoding.JSON}


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"{}", bytes(70_000)])
def test_no_bytes_end_it(payload):
    stage = Stage()
    replies = []
    stage.mock.receive(payload, replies.append, clients=1)
    assert isinstance(decode_reply(replies[0], encoding=encoding_of(replies[0])), Error)
    assert isinstance(stage.ask(Hello, protocol=1), HelloOk)


def test_without_an_interaction_none_is_begun():
    stage = Stage([record for record in records()[:2] if record.lane is Lane.STREAM])
    stage.arrive()
    assert stage.ask(Interact, session=SESSION, text="hug").code is Code.NOT_SUPPORTED
