"""A server among clients that are killed, freeze, lag and send garbage, restarted once: those that live see no fault.

`PONIMATOR_SOAK_S` sets how long (30 s, up to hours by hand), `PONIMATOR_SOAK_SEED` what happens. A failure names both.
"""

import os
import random
import threading
import time

import numpy as np
import pytest
from tests.benchmarks.load_track import Gap, Track, head
from tests.end_to_end.soak_faults import Faults
from tests.end_to_end.soak_invariants import NS_PER_S, Invariant, StreamInvariants
from tests.end_to_end.soak_player import PATIENCE_S, Survivor

from ponimator_runtime.client import Client
from ponimator_runtime.wire import Heartbeat, Motion, State, Status, encode, motion_from_arrays

SOAK_S = float(os.environ.get("PONIMATOR_SOAK_S", "30"))
SEED = int(os.environ.get("PONIMATOR_SOAK_SEED", "1"))
SURVIVORS = 3
LEASE_S = 5.0
RESTART = "restart"
NEVER = ("refused_internal", "requests_failed", "failed", "sessions_failed")
"""Counters that stay at zero whatever clients do."""


def schedule(seed, seconds):
    """When each fault comes, s: all kinds in turn and in any order, one restart about the middle."""
    chance, at_s, faults = random.Random(seed), 1.0, []
    while at_s < seconds:
        for name in chance.sample(Faults.names(), len(Faults.names())):
            faults.append((at_s, name))
            at_s += chance.uniform(0.2, 1.2)
    restart_s = seconds * chance.uniform(0.4, 0.6)
    return sorted([fault for fault in faults if fault[0] < seconds] + [(restart_s, RESTART)])


@pytest.mark.slow
@pytest.mark.timeout(SOAK_S + 4 * PATIENCE_S)
def test_those_who_live_see_no_fault(start_server):
    options = ("--lease-s", str(LEASE_S), "--keep-s", "60")
    server, over, plan = start_server(*options), threading.Event(), schedule(SEED, SOAK_S)
    survivors = [Survivor(server.control, SEED * 100 + n, over, StreamInvariants) for n in range(SURVIVORS)]
    faults = Faults(server.control, server.stream, SEED, victim_s=SOAK_S + PATIENCE_S)
    done, began_s = [], time.monotonic()
    try:
        for survivor in survivors:
            survivor.start()
        for at_s, name in plan:
            if over.wait(max(0.0, began_s + at_s - time.monotonic())):
                break
            done.append(f"{name} at {time.monotonic() - began_s:.1f} s")
            if name == RESTART:
                check_counters(server)
                server.process.kill()
                server.process.wait()
                server = start_server(*options, control=server.control, stream=server.stream)
            else:
                faults.do(name)
            assert server.process.poll() is None, "the server ended"
        over.set()
        for survivor in survivors:
            survivor.join(PATIENCE_S)
        assert_unharmed(survivors)
        assert faults.killed > 0
        assert faults.refused > 0
    except BaseException as error:
        story = ", ".join(done[-12:])
        error.add_note(f"PONIMATOR_SOAK_SEED={SEED} PONIMATOR_SOAK_S={SOAK_S:g}; lately: {story}")
        raise
    finally:
        over.set()
        faults.close()
        for survivor in survivors:
            survivor.join(PATIENCE_S)
    nothing_is_left(server)


def assert_unharmed(survivors):
    for survivor in survivors:
        if survivor.error is not None:
            raise AssertionError(f"{survivor.name} ended before its time") from survivor.error
        assert not survivor.is_alive(), f"{survivor.name} never came to an end"
        assert survivor.violations() == [], survivor.name
        assert survivor.reopened == 1, survivor.name
        assert sum(check.blocks for check in survivor.checks.values()) > 0, survivor.name
        assert len(survivor.checks) == 2, survivor.name


def check_counters(server):
    with Client(server.control, timeout_s=PATIENCE_S) as client:
        counters = client.stats().counters
    assert {name: counters.get(name, 0) for name in NEVER} == dict.fromkeys(NEVER, 0)


def nothing_is_left(server):
    """Sessions and subscriptions of the dead are forgotten, and those of the living after their lease."""
    check_counters(server)
    end_s, counters, pause = time.monotonic() + PATIENCE_S, {}, threading.Event()
    with Client(server.control, timeout_s=PATIENCE_S) as client:
        while time.monotonic() < end_s:
            counters = client.stats().counters
            if (counters["sessions"], counters["subscriptions"]) == (0, 0):
                return
            pause.wait(0.2)
    raise AssertionError(f"sessions or subscriptions of dead clients are kept: {counters}")


RATE_HZ, COUNT = 30, 10


def block(start, *, revision=1, mark=0.0, length=1.0, final=False, late_ns=0):
    rotations = np.zeros((2, COUNT, 55, 4))
    rotations[..., 3] = 1.0
    rotations[1, 4, 7, 3] = length
    return motion_from_arrays(
        session="s",
        interaction=1,
        revision=revision,
        start=start,
        rate_hz=RATE_HZ,
        time_ns=7_000_000_000 + -(-start * NS_PER_S // RATE_HZ) + late_ns,
        rotations=rotations,
        translations=np.full((2, COUNT, 3), mark),
        foot_contacts=np.ones((2, COUNT, 4)),
        final=final,
    )


def heartbeat(time_ns, play_frame, buffered_s=1.0):
    return Heartbeat(session="s", time_ns=time_ns, play_frame=play_frame, buffered_s=buffered_s)


def status(time_ns):
    return Status(session="s", state=State.PLAYING, time_ns=time_ns)


def found(*messages):
    checked = StreamInvariants()
    for message in messages:
        checked.take(message)
    return [violation.invariant for violation in checked.finish()]


SOUND = (
    block(0),
    status(5),
    heartbeat(10, 0),
    block(10),
    block(20),
    block(10),  # sent again
    block(15, revision=2, mark=1.0),
    block(20, mark=0.5),  # of the plan before: it comes too late to count
    heartbeat(10, 3),
    status(5),
    block(25, revision=2, mark=1.0, final=True),
    block(90, revision=3),  # after a rest
)


def test_a_sound_stream_has_no_violation():
    assert found(*SOUND) == []


@pytest.mark.parametrize(
    ("messages", "violated"),
    [
        ([block(0), block(20)], Invariant.HOLE),
        ([block(0), block(12, revision=2)], Invariant.HOLE),
        ([block(0), block(0, mark=1.0)], Invariant.DOUBLE),
        ([block(0), block(5, mark=1.0)], Invariant.DOUBLE),
        ([block(0), block(10, late_ns=-400_000_000)], Invariant.TIME),
        ([block(0), block(10, late_ns=1_000_000)], Invariant.TIME),
        ([heartbeat(10, 5), heartbeat(9, 5)], Invariant.TIME),
        ([heartbeat(10, 5), heartbeat(11, 4)], Invariant.TIME),
        ([status(10), status(9)], Invariant.TIME),
        ([block(0, length=1.01)], Invariant.UNIT),
        ([block(0, length=0.0)], Invariant.UNIT),
        ([block(0, length=np.nan)], Invariant.FINITE),
        ([block(0, mark=np.inf)], Invariant.FINITE),
        ([heartbeat(10, 5, np.nan)], Invariant.FINITE),
    ],
)
def test_each_violation_is_found(messages, violated):
    assert found(*messages) == [violated]


def test_a_hole_that_is_filled_is_none():
    assert found(block(0), block(20), block(10)) == []


def test_a_hole_is_found_in_a_long_stream_too():
    """What is behind is forgotten, with what was wrong with it said once."""
    starts = [start for start in range(0, 200 * RATE_HZ, COUNT) if start != 50]
    checked = StreamInvariants()
    for start in starts:
        checked.take(block(start))
    assert [violation.invariant for violation in checked.violations] == [Invariant.HOLE]
    assert checked.finish() == checked.violations


def test_a_load_s_track_sees_the_same_from_heads_alone():
    track = Track()
    for message in SOUND:
        seen = head(encode(message))
        if isinstance(message, Motion):
            track.add(seen)
    assert (track.gaps, track.overlaps, track.again, track.blocks) == ([], 0, 2, 6)
    track.add(head(encode(block(130, revision=3))))
    track.add(head(encode(block(135, revision=3))))
    assert (track.gaps, track.overlaps) == ([Gap(start=100, stop=130)], 1)
