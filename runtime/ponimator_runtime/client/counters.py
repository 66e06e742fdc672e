"""What a client counts of a session, for whoever looks after the game."""

from __future__ import annotations

from dataclasses import dataclass

from ponimator_runtime.client.clock import ServerClock
from ponimator_runtime.client.display import Display
from ponimator_runtime.client.playout import Playout

_MS_PER_NS = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Since the session was opened, or opened anew; what docs/plugins.md says of each."""

    blocks: int
    doubles: int
    gaps: int
    resends: int
    late_frames: int
    holds: int
    held_s: float
    bad_messages: int
    reconnections: int
    delay_s: float
    jitter_s: float
    buffered_s: float
    clock_offset_ms: float
    round_trip_ms: float


def counters_from(
    playout: Playout,
    display: Display,
    clock: ServerClock,
    *,
    now_ns: int,
    resends: int,
    bad_messages: int,
    reconnections: int,
) -> Counters:
    """All of them, at a time on our clock."""
    return Counters(
        blocks=playout.blocks,
        doubles=playout.doubles,
        gaps=playout.gaps,
        resends=resends,
        late_frames=playout.late_frames,
        holds=display.holds,
        held_s=display.held_s,
        bad_messages=bad_messages,
        reconnections=reconnections,
        delay_s=display.delay_s,
        jitter_s=playout.arrivals.jitter_s,
        buffered_s=playout.buffered_s(),
        clock_offset_ms=clock.offset_ns(now_ns) * _MS_PER_NS,
        round_trip_ms=clock.round_trip_ns * _MS_PER_NS,
    )
