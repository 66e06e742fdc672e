"""The laws of the timeline: no hole, no double, and what is protected never changes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponimator_runtime.motion.pose import InteractivePose, Motion, still_motion
from ponimator_runtime.serving.config import PACES, Pace
from ponimator_runtime.serving.pacing import MIN_RESERVE_S, Pacing
from ponimator_runtime.serving.planning import PlannedFrames
from ponimator_runtime.serving.timeline import NS_PER_S, Timeline

RATE_HZ = 30
PACE = Pace(diffusion_steps=1, lead_s=1.0, block_s=0.25)


class FakeClock:
    def __init__(self):
        self.now_ns = 5_000_000_000

    def __call__(self):
        return self.now_ns

    def advance(self, seconds):
        self.now_ns += round(seconds * NS_PER_S)


def frames_of(count, *, final=False, mark=0.0, tail=30):
    """Frames that can be told apart: x of person A is `mark` + index, also through the tail."""
    body = InteractivePose(
        rotations=np.tile(np.eye(3), (2, 22, 1, 1)), translations=np.zeros((2, 3)), betas=np.zeros((2, 10))
    )
    motion = still_motion(body, frame_count=count + tail, rate_hz=float(RATE_HZ))
    motion.translations[0, :, 0] = mark + np.arange(count + tail)
    return PlannedFrames(
        motion=motion,
        count=count,
        settling_from=count,
        rotations_xyzw=np.zeros((2, count + tail, 55, 4)),
        foot_contacts=np.zeros((2, count + tail, 4), dtype=bool),
        contacts=(),
        final=final,
    )


def new_timeline(clock=None, pace=PACE, rate_hz=RATE_HZ):
    clock = clock or FakeClock()
    return Timeline(rate_hz=rate_hz, pacing=Pacing(pace, rate_hz), clock=clock), clock


def marks(block):
    frames = block.chunk.frames
    shown = frames.indices(block.start - block.chunk.origin, block.stop - block.chunk.origin)
    return frames.motion.translations[0, shown, 0].tolist()


class Player:
    """A client: keeps frames by number, newer revisions replace from their start on."""

    def __init__(self):
        self.frames = {}
        self.revision = 0

    def take(self, blocks):
        for block in blocks:
            if block.chunk.revision > self.revision:
                self.revision = block.chunk.revision
                self.frames = {frame: value for frame, value in self.frames.items() if frame < block.start}
            for frame, mark in zip(range(block.start, block.stop), marks(block), strict=True):
                assert frame not in self.frames, f"frame {frame} came twice"
                self.frames[frame] = mark


@pytest.mark.parametrize("rate_hz", [10, 24, 30, 60, 120])
def test_a_frame_plays_at_its_time(rate_hz):
    timeline, clock = new_timeline(rate_hz=rate_hz)
    for frame in (0, 1, 7, 1000, 123_457):
        clock.now_ns = timeline.time_ns(frame)
        assert timeline.play_frame() == frame
        clock.now_ns -= 1
        assert timeline.play_frame() == max(0, frame - 1)


def test_the_reserve_is_never_under_its_minimum_and_follows_the_response():
    pacing = Pacing(Pace(diffusion_steps=1, lead_s=0.2, block_s=0.01), RATE_HZ)
    assert pacing.reserve_s == MIN_RESERVE_S
    for _ in range(100):
        pacing.add_response(0.4)
    assert pacing.reserve_s == pytest.approx(1.5 * 0.4 + 0.01, rel=1e-6)
    assert pacing.lead_s > pacing.reserve_s


@pytest.mark.parametrize("pace", PACES.values())
def test_what_is_sent_reaches_beyond_what_is_protected(pace):
    pacing = Pacing(pace, RATE_HZ)
    assert pacing.lead_s >= pacing.reserve_s + pace.block_s
    assert pacing.block_frames >= 1


def test_blocks_are_sent_a_lead_ahead_each_once():
    timeline, clock = new_timeline()
    start = timeline.first_unprotected()
    assert timeline.replace_from(start, frames_of(120, final=True), interaction=1)
    sent = list(timeline.due_blocks())
    assert sent[0].start == start
    assert timeline.time_ns(sent[-1].start) - clock() <= timeline.pacing.lead_s * NS_PER_S
    assert list(timeline.due_blocks()) == []
    while (event_ns := timeline.next_event_ns()) is not None:
        clock.now_ns = event_ns
        blocks = list(timeline.due_blocks())
        assert len(blocks) == 1
        assert timeline.time_ns(blocks[0].start) > clock()
        sent += blocks
    assert [block.start for block in sent[1:]] == [block.stop for block in sent[:-1]]
    assert (sent[-1].stop, sent[-1].final) == (start + 120, True)
    assert not any(block.final for block in sent[:-1])


def test_a_protected_frame_is_refused_and_nothing_changes():
    timeline, clock = new_timeline()
    timeline.replace_from(timeline.first_unprotected(), frames_of(120), interaction=1)
    plan, revision = timeline.plan, timeline.revision
    clock.advance(0.5)
    assert not timeline.replace_from(timeline.first_unprotected() - 1, frames_of(60), interaction=2)
    assert (timeline.plan, timeline.revision) == (plan, revision)


def test_replacing_rewinds_to_the_change_under_a_higher_revision():
    timeline, clock = new_timeline()
    player = Player()
    start = timeline.first_unprotected()
    timeline.replace_from(start, frames_of(120), interaction=1)
    player.take(timeline.due_blocks())
    clock.advance(0.4)
    player.take(timeline.due_blocks())
    protected = {f: v for f, v in player.frames.items() if f < timeline.first_unprotected()}
    at = timeline.first_unprotected()
    assert at < timeline.sent_until
    assert timeline.replace_from(at, frames_of(90, final=True, mark=1000), interaction=2)
    blocks = list(timeline.due_blocks())
    assert (blocks[0].start, blocks[0].chunk.revision, blocks[0].chunk.interaction) == (at, 2, 2)
    player.take(blocks)
    assert {f: player.frames[f] for f in protected} == protected
    assert player.frames[at] == 1000
    assert sorted(player.frames) == list(range(start, timeline.sent_until))


def test_appending_keeps_the_revision():
    timeline, clock = new_timeline()
    player = Player()
    start = timeline.first_unprotected()
    timeline.replace_from(start, frames_of(88), interaction=1)
    timeline.append(frames_of(87, final=True, mark=500), interaction=1)
    assert timeline.revision == 1
    for _ in range(100):
        clock.advance(0.1)
        player.take(timeline.due_blocks())
    assert sorted(player.frames) == list(range(start, start + 175))
    assert player.frames[start + 88] == 500


def test_a_late_window_is_covered_by_the_tail_without_a_hole():
    timeline, clock = new_timeline()
    player = Player()
    start = timeline.first_unprotected()
    timeline.replace_from(start, frames_of(40), interaction=1)
    held = 0
    while timeline.play_frame() < start + 120:
        clock.advance(0.05)
        held += timeline.hold_if_late()
        player.take(timeline.due_blocks())
        assert timeline.plan.stop >= timeline.first_unprotected()
    assert held > 1
    timeline.append(frames_of(20, final=True, mark=900), interaction=1)
    while timeline.next_event_ns() is not None:
        clock.now_ns = max(clock.now_ns, timeline.next_event_ns())
        player.take(timeline.due_blocks())
    assert sorted(player.frames) == list(range(start, timeline.plan.stop))
    in_order = [player.frames[frame] for frame in sorted(player.frames)]
    assert in_order[:70] == list(range(70))  # the tail goes on where the plan ended
    assert set(in_order[70:-20]) == {69.0}  # behind it, its last frame stands
    assert in_order[-20:] == [900.0 + k for k in range(20)]


def test_an_ended_plan_is_never_late():
    timeline, clock = new_timeline()
    timeline.replace_from(timeline.first_unprotected(), frames_of(20, final=True), interaction=1)
    clock.advance(5)
    assert not timeline.hold_if_late()
    assert timeline.plan.ended


def test_a_plan_that_cannot_go_on_ends_in_its_tail():
    timeline, clock = new_timeline()
    timeline.replace_from(timeline.first_unprotected(), frames_of(40), interaction=1)
    timeline.end_in_tail()
    clock.advance(10)
    blocks = list(timeline.due_blocks())
    assert blocks[-1].final
    assert blocks[-1].stop == timeline.plan.stop


def test_what_plays_before_a_frame_comes_from_both_sides_of_a_seam():
    timeline, _ = new_timeline()
    start = timeline.first_unprotected()
    timeline.replace_from(start, frames_of(10), interaction=1)
    timeline.append(frames_of(10, mark=500), interaction=1)
    assert timeline.plan.before(start + 11).motion.translations[0, :, 0].tolist() == [9.0, 500.0]
    assert timeline.plan.before(start) is None
    assert timeline.plan.before(start + 1).motion.frame_count == 1


def test_behind_the_end_stands_the_last_pose():
    timeline, _ = new_timeline()
    start = timeline.first_unprotected()
    timeline.replace_from(start, frames_of(10, final=True), interaction=1)
    before = timeline.plan.before(start + 100)
    assert isinstance(before.motion, Motion)
    assert before.motion.translations[0, :, 0].tolist() == [9.0, 9.0]


def test_what_has_played_is_forgotten_but_for_the_last():
    timeline, clock = new_timeline()
    timeline.replace_from(timeline.first_unprotected(), frames_of(30), interaction=1)
    timeline.append(frames_of(30, final=True), interaction=1)
    clock.advance(10)
    list(timeline.due_blocks())
    timeline.forget_played()
    assert len(timeline.plan.chunks) == 1
    assert timeline.plan.pose_at(timeline.play_frame()) is not None


def test_an_anchor_in_the_settling_end_is_no_anchor():
    timeline, _ = new_timeline()
    start = timeline.first_unprotected()
    timeline.replace_from(start, frames_of(30, final=True), interaction=1, anchor_offset=30)
    assert timeline.plan.chunks[-1].anchor is None
    timeline.replace_from(start, frames_of(30, final=True), interaction=2, anchor_offset=29)
    assert timeline.plan.chunks[-1].anchor == start + 29


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0.01, 1.5)),
        st.tuples(st.just("replace"), st.integers(0, 40)),
        st.tuples(st.just("finish"), st.integers(0, 40)),
        st.tuples(st.just("append"), st.just(0)),
    ),
    min_size=3,
    max_size=40,
)


@given(steps=STEPS)
def test_no_hole_no_double_and_nothing_protected_changes(steps):
    timeline, clock = new_timeline()
    player = Player()
    ends = set()
    for number, (kind, value) in enumerate(steps):
        protected = {f: v for f, v in player.frames.items() if f < timeline.first_unprotected()}
        if kind == "wait":
            clock.advance(value)
            timeline.hold_if_late()
        elif kind == "append":
            if timeline.plan.chunks and not timeline.plan.ended:
                timeline.append(frames_of(20, mark=1000 * number), interaction=1)
        else:
            at = timeline.first_unprotected() + value
            assert timeline.replace_from(at, frames_of(25, final=kind == "finish", mark=1000 * number), interaction=1)
        player.take(timeline.due_blocks())
        timeline.forget_played()
        ends = {e for e in ends if e <= timeline.plan.stop} | ({timeline.plan.stop} if timeline.plan.ended else set())
        assert {f: player.frames[f] for f in protected} == protected
        if not timeline.plan.ended:
            assert timeline.plan.stop >= timeline.play_frame()
    held = sorted(player.frames)
    holes = [later for earlier, later in pairwise(held) if later != earlier + 1]
    # A hole is the rest between an interaction's end and the next one's beginning, and stands nowhere else.
    assert all(frame - 1 not in player.frames and max(f for f in held if f < frame) + 1 in ends for frame in holes)
