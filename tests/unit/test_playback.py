"""A replayed session is the recorded one, byte by byte at its own times; every later time through is it moved on."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.made_recordings import (
    BLOCKS,
    CLOCK_NS,
    FIRST_FRAME,
    HEADER,
    LEAD_NS,
    RATE_HZ,
    SESSION,
    records,
    skeleton,
    stream,
)
from tests.unit.replay_stage import END_NS, PEOPLE, Stage

from ponimator_runtime.client.playout import Playout
from ponimator_runtime.errors import DataError
from ponimator_runtime.recording.format import Lane, Record
from ponimator_runtime.recording.reader import Recording
from ponimator_runtime.replaying.playback import SILENCE_NS
from ponimator_runtime.replaying.score import NS_PER_S, Score
from ponimator_runtime.wire import (
    Heartbeat,
    Hello,
    Interact,
    InteractionAccepted,
    OpenSession,
    Skeleton,
    State,
    Status,
    decode_stream,
)


@pytest.mark.parametrize("idle_s", [0.0, 5.0])
def test_the_first_time_is_the_recording_at_its_own_times(idle_s):
    stage = Stage()
    stage.pass_time(idle_s)
    stage.arrive()
    stage.pass_time((END_NS + 1) / NS_PER_S)
    assert stage.said == [(CLOCK_NS + time_ns, payload) for time_ns, payload in stream()]


@given(st.floats(0.05, 50.0))
def test_at_any_speed_things_are_said_when_the_clock_shows_their_time(speed):
    stage = Stage(speed=speed)
    stage.arrive()
    stage.pass_time(END_NS / NS_PER_S / speed + 0.01)
    recorded = [payload for payload in stage.payloads if payload in dict.fromkeys(p for _, p in stream())]
    assert recorded == [payload for _, payload in stream()]
    due = {payload: CLOCK_NS + time_ns for time_ns, payload in stream()}
    for time_ns, payload in stage.said:
        if payload in due:
            assert 0 <= time_ns - due[payload] <= speed + 1  # a nanosecond of ours
        else:
            assert isinstance(decode_stream(payload), Heartbeat)


def test_nothing_is_said_before_somebody_listens_and_then_everything():
    stage = Stage(patience_s=10.0)
    stage.ask(Hello, protocol=1)
    stage.ask(OpenSession, characters=PEOPLE)
    stage.pass_time(9.0)
    assert stage.said == []
    stage.subscribe()
    assert stage.payloads == [payload for _, payload in stream()]


def test_who_is_too_late_gets_it_moved_on():
    stage = Stage(patience_s=10.0)
    stage.ask(Hello, protocol=1)
    stage.pass_time(11.0)
    stage.subscribe()
    stage.pass_time(3.0)
    assert isinstance(stage.messages[0], Skeleton)
    (first, *_) = stage.blocks()
    assert first.start > FIRST_FRAME
    assert first.time_ns >= CLOCK_NS + 11 * NS_PER_S


def test_a_second_subscriber_is_greeted_and_hears_the_same():
    stage = Stage()
    stage.arrive()
    stage.pass_time(1.0)
    said = len(stage.said)
    stage.ask(Hello, protocol=1, clients=2)
    assert stage.clock() == CLOCK_NS + NS_PER_S  # nobody's clock was touched
    stage.ask(OpenSession, characters=PEOPLE, clients=2)
    stage.subscribe()
    now_ns = stage.clock()
    plays = [b for b in stage.blocks()[:3] if b.time_ns + b.count * NS_PER_S // RATE_HZ > now_ns]
    assert plays
    assert stage.messages[said:] == [skeleton(), *plays]
    stage.pass_time(3.0)
    after = [payload for payload in stage.payloads[said:] if payload not in stage.payloads[:said]]
    left = [payload for _, payload in stream() if payload not in stage.payloads[:said]]
    assert [payload for payload in after if not isinstance(decode_stream(payload), Heartbeat)] == left


def test_a_new_audience_gets_the_recording_from_its_beginning():
    stage = Stage()
    for _ in range(3):
        stage.said.clear()
        stage.arrive()
        stage.pass_time(1.3)
        stage.leave()
        heard = [payload for _, payload in stream()]
        assert stage.payloads == heard[: len(stage.said)]
        assert len(stage.said) > 4


def check_moved_on(first, later):
    """Same numbers, higher frames and revision, and times that agree with the frames to the nanosecond."""
    assert (later.rotations, later.translations) == (first.rotations, first.translations)
    assert later.revision > first.revision
    assert later.interaction > first.interaction
    moved = later.start - first.start
    assert moved > 0
    assert (later.time_ns - first.time_ns) * RATE_HZ == moved * NS_PER_S
    assert [(c.start, c.stop) for c in later.contacts] == [(c.start + moved, c.stop + moved) for c in first.contacts]
    assert later.anchor == (None if first.anchor is None else first.anchor + moved)
    assert later.final == first.final


def with_short_leads():
    """The same, but for a server that was less ahead with every block after the first."""
    late_ns = LEAD_NS // 2
    for record in records():
        is_later = record.payload in [payload for _, payload in stream()[4:-1]]
        yield Record(lane=record.lane, time_ns=record.time_ns + is_later * late_ns, payload=record.payload)


@pytest.mark.parametrize("made", [records, with_short_leads])
@pytest.mark.parametrize("after_s", [0.3, 0.69, 0.7, 1.25, 1.7, 6.0])
def test_a_later_trigger_begins_again_without_a_hole(after_s, made):
    stage = Stage(made())
    stage.arrive()
    stage.ask(Interact, session=SESSION, text="two people hug")
    stage.pass_time(after_s)
    asked = len(stage.said)
    asked_ns = stage.clock()
    reply = stage.ask(Interact, session=SESSION, text="two people hug")
    assert isinstance(reply, InteractionAccepted)
    assert reply.interaction == 2
    stage.pass_time(4.0)
    later = [block for block in stage.blocks() if block.interaction == 2]
    assert len(later) == BLOCKS
    assert reply.apply_frame == later[0].start
    assert 0 <= later[0].time_ns - LEAD_NS - asked_ns <= NS_PER_S // 10
    for first, again in zip(stage.blocks()[:BLOCKS], later, strict=False):
        if first.interaction == 1:
            check_moved_on(first, again)
    ended = [m for m in stage.messages[asked:] if isinstance(m, Status) and m.state is State.CANCELLED]
    assert len(ended) == (1 if after_s * NS_PER_S < END_NS else 0)
    playout = Playout()
    holes = [playout.add(block, 0) for block in stage.blocks()]
    assert holes == [None] * len(holes)
    assert playout.missing() == 0
    assert playout.final_seen


def test_in_a_loop_it_goes_on_for_ever_in_rising_frames():
    stage = Stage(loop=True)
    stage.arrive()
    stage.pass_time(20.0)
    blocks = stage.blocks()
    assert len(blocks) > 5 * BLOCKS
    for first, again in zip(blocks, blocks[BLOCKS:], strict=False):
        check_moved_on(first, again)
    for earlier, later in pairwise(blocks):
        assert later.start >= earlier.start + earlier.count
    numbers = [message.interaction for message in stage.messages if isinstance(message, Status)]
    assert numbers == sorted(numbers)


def test_a_silent_recording_is_kept_alive_by_heartbeats():
    stage = Stage()
    stage.arrive()
    stage.pass_time(END_NS / NS_PER_S)
    said = len(stage.said)
    stage.pass_time(10.0)
    beats = stage.messages[said:]
    assert len(beats) == 10 * NS_PER_S // SILENCE_NS
    assert all(isinstance(beat, Heartbeat) for beat in beats)
    for (time_ns, _), beat in zip(stage.said[said:], beats, strict=True):
        assert beat.time_ns == time_ns
        played = (time_ns - CLOCK_NS - stream()[3][0] - LEAD_NS) * RATE_HZ // NS_PER_S + FIRST_FRAME
        assert beat.play_frame == played


def test_what_does_not_decode_is_replayed_all_the_same():
    made = records()
    made.insert(4, Record(lane=Lane.STREAM, time_ns=made[4].time_ns, payload=b"\x81\xa4type\xa4news"))
    stage = Stage(made)
    stage.arrive()
    stage.pass_time((END_NS + 1) / NS_PER_S)
    assert stage.payloads == [record.payload for record in made if record.lane is Lane.STREAM]


def test_without_a_skeleton_there_is_nothing_to_replay():
    with pytest.raises(DataError, match="skeleton"):
        Score(Recording(name="made", header=HEADER, records=tuple(records()[1:])))


@given(st.integers(10, 120), st.integers(0, 10**15), st.integers(1, 5))
def test_moved_on_frames_and_times_never_part(rate_hz, later_ns, times):
    score = Score(Recording(name="made", header=HEADER, records=tuple(records())))
    score.rate_hz = rate_hz
    entry = score.entries[3]
    shift = score.shift(times, entry=3, not_before_ns=entry.time_ns + later_ns)
    assert shift.time_ns * rate_hz == shift.frames * NS_PER_S
    assert 0 <= shift.time_ns - later_ns < NS_PER_S
    assert np.sign(shift.frames) == np.sign(later_ns)
