"""The playout buffer of the client: revisions, holes and margins, block by block."""

import msgspec
import numpy as np
import pytest

from ponimator_runtime.client.playout import Missing, Playout
from ponimator_runtime.errors import DataError, MalformedMessage
from ponimator_runtime.wire import motion_from_arrays

RATE_HZ = 30
FRAME_NS = 1_000_000_000 // RATE_HZ


def block(start, count=10, *, revision=1, mark=None, final=False, anchor=None):
    rotations = np.zeros((2, count, 55, 4))
    rotations[..., 3] = 1.0
    return motion_from_arrays(
        session="s",
        interaction=1,
        revision=revision,
        start=start,
        rate_hz=RATE_HZ,
        time_ns=start * FRAME_NS,
        rotations=rotations,
        translations=np.full((2, count, 3), revision if mark is None else mark),
        foot_contacts=np.ones((2, count, 4)),
        anchor=anchor,
        final=final,
    )


def marks(playout, start, stop):
    return playout.motion(start, stop).translations[0, :, 0].tolist()


def test_blocks_in_order_have_no_hole():
    playout = Playout()
    assert [playout.add(block(start), 0) for start in (5, 15, 25)] == [None, None, None]
    motion = playout.motion()
    assert (motion.start, motion.frame_count, playout.missing(), playout.gaps) == (5, 30, 0, 0)
    assert motion.foot_contacts.all()


def test_a_hole_is_seen_and_filled():
    playout = Playout()
    playout.add(block(0), 0)
    assert playout.add(block(20), 0) == Missing(start=10, stop=20)
    assert playout.missing() == 10
    with pytest.raises(DataError, match="10 are missing"):
        playout.motion()
    assert playout.add(block(10), 0) is None
    assert (playout.missing(), playout.gaps, playout.motion().frame_count) == (0, 1, 30)


def test_a_higher_revision_replaces_everything_from_its_start():
    playout = Playout()
    for start in (0, 10, 20):
        playout.add(block(start), 0)
    assert playout.add(block(12, 5, revision=2), 0) is None
    assert playout.frame_count == 17
    assert marks(playout, 10, 17) == [1, 1, 2, 2, 2, 2, 2]


def test_an_older_revision_fills_only_what_no_newer_one_covers():
    playout = Playout()
    playout.add(block(0), 0)
    playout.add(block(15, revision=2), 0)
    assert playout.gaps == 1
    assert playout.add(block(10), 0) is None
    assert marks(playout, 8, 17) == [1, 1, 1, 1, 1, 1, 1, 2, 2]
    playout.add(block(25, revision=1), 0)
    assert playout.frame_count == 25


def test_what_comes_twice_changes_nothing():
    playout = Playout()
    playout.add(block(0), 0)
    playout.add(block(10), 0)
    assert playout.add(block(0, mark=9), 0) is None
    assert (playout.doubles, playout.frame_count, playout.next_frame) == (1, 20, 20)
    assert marks(playout, 0, 1) == [1]


def test_after_a_final_block_a_rest_is_no_hole():
    playout = Playout()
    playout.add(block(0, final=True), 0)
    assert playout.add(block(100, revision=2), 0) is None
    assert (playout.gaps, playout.missing()) == (0, 0)


def test_margins_are_against_the_play_time_of_each_frame():
    playout = Playout()
    playout.add(block(30), 30 * FRAME_NS - 50_000_000)
    playout.add(block(40), 40 * FRAME_NS + 2 * FRAME_NS + 1000)
    margins = playout.margins()
    assert margins.late_frames == 3
    assert margins.worst == pytest.approx(-(2 * FRAME_NS + 1000) * 1e-6)
    with pytest.raises(DataError):
        Playout().margins()


def test_what_was_played_can_be_forgotten():
    playout = Playout()
    for start in range(0, 100, 10):
        playout.add(block(start), 0)
    playout.forget_before(95)
    assert (playout.frame_count, playout.missing(), playout.motion().start) == (5, 0, 95)


def test_anchors_are_those_of_the_frames_shown():
    playout = Playout()
    playout.add(block(0, anchor=4), 0)
    playout.add(block(10, anchor=11), 0)
    assert playout.motion().anchors == (4, 11)
    assert playout.motion(5, 20).anchors == (11,)


def test_a_late_revision_replaces_lower_ones_and_never_a_higher_one():
    playout = Playout()
    for start in (0, 10):
        playout.add(block(start), 0)
    playout.add(block(14, revision=3), 0)
    playout.add(block(8, revision=2), 0)
    assert marks(playout, 6, 16) == [1, 1, 2, 2, 2, 2, 2, 2, 3, 3]


def test_a_block_that_cannot_be_read_changes_nothing():
    playout = Playout()
    playout.add(block(0), 0)
    broken = msgspec.structs.replace(block(5, revision=2), translations=b"short")
    with pytest.raises(MalformedMessage):
        playout.add(broken, 0)
    assert (playout.blocks, playout.frame_count, marks(playout, 0, 10)) == (1, 10, [1] * 10)


def test_the_place_is_what_the_newest_block_says():
    playout = Playout()
    assert playout.place_at(0, 0.0) is None
    playout.add(block(30), 0)
    assert playout.place_at(31 * FRAME_NS, 0.0) == pytest.approx(31)
    assert playout.place_at(31 * FRAME_NS, 0.1) == pytest.approx(28)


def test_frames_are_found_beside_a_hole():
    playout = Playout()
    for start in (0, 20):
        playout.add(block(start), 0)
    assert playout.frame_at(-0.5) is None
    assert (playout.frame_at(9.9).number, playout.frame_at(15.0).number, playout.frame_at(99.0).number) == (9, 9, 29)
    assert (playout.frame_behind(9).number, playout.frame_before(20).number) == (20, 9)
    assert (playout.frame_before(0), playout.frame_behind(29)) == (None, None)
    assert [held.number for held in playout.held_frames(8, 22)] == [8, 9, 20, 21]


@pytest.mark.parametrize(("distance", "joined"), [(1, True), (3, True), (4, False)])
def test_frames_within_a_tenth_of_a_second_are_joined_but_not_across_an_end(distance, joined):
    for final in (False, True):
        playout = Playout()
        playout.add(block(0, final=final), 0)
        playout.add(block(9 + distance, revision=2), 0)
        assert playout.frame(9).joins(playout.frame_behind(9)) == (joined and (not final or distance == 1))


def test_frames_that_come_after_their_place_was_shown_are_late():
    playout = Playout()
    playout.add(block(0), 0)
    assert playout.late_frames == 0
    playout.shown_until = 12.5
    playout.add(block(10), 0)
    assert playout.late_frames == 3
