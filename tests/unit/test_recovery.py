"""When a lost server is looked for, step by step, and what a stream shows of an end that nobody said."""

import random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponimator_runtime.client.interaction_end import EndWatch
from ponimator_runtime.client.recovery import Backoff, Recovery, finished
from ponimator_runtime.errors import ServerGone
from ponimator_runtime.wire import Heartbeat, Motion, State, Status


@given(st.integers())
def test_delays_grow_to_a_bound_and_differ_by_chance(seed):
    backoff = Backoff(random.Random(seed))
    delays = [backoff.next_s() for _ in range(20)]
    whole = [min(0.1 * 2**count, 2.0) for count in range(20)]
    assert all(full / 2 <= delay <= full for delay, full in zip(delays, whole, strict=True))
    other = Backoff(random.Random(seed + 1))
    assert delays != [other.next_s() for _ in range(20)]


def three_steps():
    yield 1.0
    yield 2.0
    return "there"


def test_finished_waits_between_the_steps_and_returns_the_result():
    waits = []
    assert finished(three_steps(), waits.append) == "there"
    assert waits == [1.0, 2.0]


def test_a_recovery_takes_one_step_a_call_and_never_waits_longer_than_allowed():
    waits = []
    recovery = Recovery(three_steps, waits.append)
    recovery.begin()
    recovery.begin()  # known already
    recovery.go_on(0.0)
    recovery.go_on(0.5)
    assert (waits, recovery.running, recovery.count) == ([0.5], True, 0)
    recovery.go_on(0.5)
    assert (recovery.running, recovery.count) == (False, 1)
    recovery.go_on(0.5)
    assert recovery.count == 1


def test_a_recovery_that_failed_can_begin_again():
    def failing():
        yield 1.0
        raise ServerGone("gone")

    recovery = Recovery(failing, lambda seconds: None)
    for _ in range(2):
        recovery.begin()
        with pytest.raises(ServerGone):
            recovery.finish()
        assert (recovery.running, recovery.count) == (False, 0)


def motion(stop, *, final):
    frames = {"rotations": b"", "translations": b"", "foot_contacts": b""}
    fields = {"interaction": 1, "revision": 1, "rate_hz": 30, "time_ns": 0}
    return Motion(session="s", start=stop - 1, count=1, final=final, **fields, **frames)


def heartbeat(play_frame):
    return Heartbeat(session="s", time_ns=9, play_frame=play_frame, buffered_s=0.0)


class Watched:
    """An end watch beside as much of a playout as it looks at."""

    def __init__(self):
        self.watch, self.playout = EndWatch(30), SimpleNamespace(next_frame=None, final_seen=False)

    def hear(self, message):
        if isinstance(message, Motion):
            self.playout.next_frame, self.playout.final_seen = message.start + message.count, message.final
        return self.watch.hear(message, self.playout)


def test_an_end_that_nobody_said_is_seen_once_a_second_after_it():
    stream = Watched()
    assert stream.hear(motion(60, final=True)) is None
    assert stream.hear(heartbeat(89)) is None
    said = stream.hear(heartbeat(90))
    assert (said.state, said.frame, said.time_ns) == (State.FINISHED, 60, 9)
    assert stream.hear(heartbeat(200)) is None


@pytest.mark.parametrize("state", [State.FINISHED, State.CANCELLED, State.FAILED])
def test_an_end_that_was_said_is_not_said_again(state):
    stream = Watched()
    stream.hear(motion(60, final=True))
    stream.hear(Status(session="s", state=state, time_ns=0))
    assert stream.hear(heartbeat(200)) is None
    stream.hear(motion(60, final=True))  # sent again, nothing new
    assert stream.hear(heartbeat(300)) is None


def test_what_has_no_final_block_goes_on():
    stream = Watched()
    stream.hear(motion(60, final=False))
    assert stream.hear(heartbeat(1000)) is None
