"""A client of one thread and a server with another clock: it keeps the time, plays, and reads on past garbage."""

import time

import pytest
from tests.engines.fake_server import CLOCK_AHEAD_NS, FakeServer, Faults

from ponimator_runtime.client import Client, PlayState
from ponimator_runtime.client.clock import FIRST_PINGS
from ponimator_runtime.errors import ProtocolError
from ponimator_runtime.wire import Heartbeat

PATIENCE_S = 60.0


@pytest.fixture
def garbled():
    with FakeServer(Faults(garbage=(b"\xc1", b"\x81\xa4type\xa6motion"))) as server:
        yield server


@pytest.fixture
def session(garbled):
    with Client(garbled.control, timeout_s=PATIENCE_S) as client:
        yield client.open_session()


def until(found):
    end_s = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < end_s


def test_clocks_are_compared_at_first_and_then_once_a_second_without_a_wait(garbled, session):
    assert garbled.asked.count("ping") == FIRST_PINGS
    first_way_ms = session.counters().round_trip_ms
    began_s, calls = time.monotonic(), 0
    while garbled.asked.count("ping") < FIRST_PINGS + 2:
        session.receive(0.0)
        calls += 1
        assert time.monotonic() < began_s + PATIENCE_S
    assert time.monotonic() - began_s > 1.0
    assert calls > 50
    until(lambda: session.receive(0.0) is not None)
    counters = session.counters()
    assert abs(counters.clock_offset_ms - CLOCK_AHEAD_NS * 1e-6) <= first_way_ms + 0.01
    assert 0 < counters.round_trip_ms <= first_way_ms


def test_a_request_hears_its_own_reply_while_a_ping_is_under_way(garbled, session):
    until(lambda: isinstance(session.receive(0.0), Heartbeat))
    until(lambda: session.receive(0.0) or garbled.asked.count("ping") > FIRST_PINGS)
    assert session.resend(0, 1).blocks == 0


def test_a_stream_is_displayed_and_garbage_on_it_is_told_and_counted(session):
    states, told = [], []
    session.interact(text="whatever")
    while PlayState.RESTING not in states:
        try:
            session.receive(0.01)
        except ProtocolError as error:
            told.append(error)
        states.append(session.display().state)
    assert list(dict.fromkeys(states)) == [PlayState.WAITING, PlayState.PLAYING, PlayState.RESTING]
    assert len(told) == session.counters().bad_messages == 2
    assert (session.counters().blocks, session.counters().gaps, session.counters().holds) == (6, 0, 0)


def test_what_is_shown_can_be_asked_for_at_any_time(session):
    accepted = session.interact(text="whatever")
    end_s = time.monotonic() + PATIENCE_S
    while not session.playout.final_seen:
        assert time.monotonic() < end_s
        try:
            session.receive(0.01)
        except ProtocolError:
            continue
    first = session.playout.frame(accepted.apply_frame)
    shown = session.display(first.block.time_ns + 1)
    assert shown.state is PlayState.PLAYING
    assert shown.place == pytest.approx(accepted.apply_frame)
    assert shown.pose.translations == pytest.approx(first.arrays.translations[:, 0], abs=1e-5)
