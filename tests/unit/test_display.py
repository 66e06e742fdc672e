"""What a playout shows: four cases, no jump between them, and a delay that never hurries."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.made_playout import NS_PER_S, ORIGIN_NS, Scenario, made_motion, run, scenarios

from ponimator_runtime.client.arrivals import MAX_DELAY_S, Arrivals
from ponimator_runtime.client.display import COMING_BACK_S, DELAY_RATE, HOLD_TAU_S, PlayState
from ponimator_runtime.motion.rotations import angle_between, matrix_from_quaternion

SCENARIOS = scenarios()
SPEED_M_S, TURN_RAD_S = 2.0, 2.5
"""More than the made motion ever has: its swing moves at 1.6 m/s, its joints turn at 1.7 rad/s."""
PEAK_OF_DECAY = 15 / 8
ALONE = ("rest",)
"""A new interaction begins elsewhere: where the game said."""


def shown(scenario):
    return [(ran.step.at_ns, ran.shown) for ran in run(scenario) if ran.shown is not None]


def finely(scenario, begin_s=0.0, end_s=2.5):
    """The same blocks, displayed at 120 Hz."""
    steps = [step for step in scenario.steps if not step.show]
    return Scenario(scenario.about, scenario.rate_hz, steps).show(begin_s, end_s, 1 / 120)


def turn_between(a, b):
    return angle_between(matrix_from_quaternion(a.rotations_xyzw), matrix_from_quaternion(b.rotations_xyzw)).max()


def shift_between(a, b):
    return np.linalg.norm(a.translations - b.translations, axis=-1).max()


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - set(ALONE)))
def test_no_pose_ever_jumps(name):
    """A step is the motion's own, and what a difference that dies away adds."""
    # How far, in m and rad, the motion gets away from what is held of it; where nothing is held, from another revision.
    apart = {"resumed": 0.9, "late": 0.4, "gap": 0.4, "hole": 0.4}.get(name, 0.2)
    for (at_ns, before), (later_ns, after) in pairwise(shown(finely(SCENARIOS[name]))):
        if before.pose is None:
            continue
        passed_s = (later_ns - at_ns) / NS_PER_S
        dying = PEAK_OF_DECAY / COMING_BACK_S
        assert shift_between(before.pose, after.pose) < (SPEED_M_S + apart * dying) * passed_s, (name, after.place)
        assert turn_between(before.pose, after.pose) < (TURN_RAD_S + apart * dying) * passed_s, (name, after.place)


def test_a_new_interaction_behind_a_rest_is_shown_where_it_begins():
    steps = [shift_between(a.pose, b.pose) for (_, a), (_, b) in pairwise(shown(SCENARIOS["rest"])) if a.pose]
    assert sorted(steps)[-2] < 0.1
    assert max(steps) > 2.9


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_delay_never_hurries_while_something_plays(name):
    for (at_ns, before), (later_ns, after) in pairwise(shown(finely(SCENARIOS[name]))):
        if before.state in {PlayState.PLAYING, PlayState.HOLDING}:
            frames = (later_ns - at_ns) / NS_PER_S * SCENARIOS[name].rate_hz
            assert (1 - DELAY_RATE) * frames - 1e-6 <= after.place - before.place <= (1 + DELAY_RATE) * frames + 1e-6


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_quaternions_have_unit_length_and_poses_are_finite(name):
    for _, display in shown(SCENARIOS[name]):
        if display.pose is not None:
            assert np.abs(np.linalg.norm(display.pose.rotations_xyzw, axis=-1) - 1).max() < 1e-6
            assert np.isfinite(display.pose.translations).all()


def in_time(rate_hz=20, frames=20):
    return Scenario("", rate_hz).add_blocks(0, frames, final=True)


def test_on_a_whole_frame_that_frame_is_shown_and_between_two_the_motion_itself():
    scenario = in_time(30, 30).show(0.0, 0.9, 0.01)
    for _, display in shown(scenario):
        rotations, translations = made_motion(np.array([display.place / 30]), phase=0.04)
        np.testing.assert_allclose(display.pose.translations, translations[:, 0], atol=1e-3)
        made = matrix_from_quaternion(rotations[:, 0])
        assert angle_between(matrix_from_quaternion(display.pose.rotations_xyzw), made).max() < 1e-3


def test_the_order_of_the_cases():
    scenario = Scenario("").add_blocks(5, 10).show(0.2, 2.0)
    assert list(dict.fromkeys(d.state for _, d in shown(scenario))) == ["waiting", "playing", "holding"]
    scenario = Scenario("").add_blocks(5, 10, final=True).show(0.2, 2.0)
    assert list(dict.fromkeys(d.state for _, d in shown(scenario))) == ["waiting", "playing", "resting"]


def test_what_is_held_slows_down_and_stands_where_its_velocity_leads():
    displays = [d for _, d in shown(Scenario("").add_blocks(0, 10).show(0.3, 3.0, 0.01)) if d.state == "holding"]
    steps = [shift_between(a.pose, b.pose) for a, b in pairwise(displays)]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(steps))
    assert steps[-1] < 1e-6
    _, last_two = made_motion(np.array([8, 9]) / 20, phase=0.04)
    velocity = (last_two[:, 1] - last_two[:, 0]) * 20
    np.testing.assert_allclose(displays[-1].pose.translations, last_two[:, 1] + HOLD_TAU_S * velocity, atol=1e-5)


def test_after_coming_back_the_stream_is_shown_as_it_is():
    displays = shown(Scenario("").add_blocks(0, 10).add_blocks(15, 30).show(0.0, 1.3, 0.01))
    back_ns = next(at_ns for (_, a), (at_ns, b) in pairwise(displays) if (a.state, b.state) == ("holding", "playing"))
    beside = {}
    for at_ns, display in displays:
        if display.state is PlayState.PLAYING and at_ns >= back_ns:
            _, translations = made_motion(np.array([display.place / 20]), phase=0.04)
            beside[at_ns - back_ns] = np.abs(display.pose.translations - translations[:, 0]).max()
    assert beside[0] > 0.1
    after = [distance for passed_ns, distance in beside.items() if passed_ns >= COMING_BACK_S * NS_PER_S]
    assert len(after) > 10
    assert max(after) < 2e-3


def test_what_is_shown_does_not_depend_on_when_a_game_looked_before():
    often, seldom = (dict(shown(Scenario("").add_blocks(0, 10).show(0.0, 1.0, every_s))) for every_s in (0.01, 0.05))
    both = [at_ns for at_ns in often if at_ns in seldom]
    assert {often[at_ns].state for at_ns in both} == {PlayState.PLAYING, PlayState.HOLDING}
    assert max(shift_between(often[at_ns].pose, seldom[at_ns].pose) for at_ns in both) < 1e-12


def test_contacts_are_told_ahead_while_they_last_and_for_a_while_after():
    scenario = Scenario("", 20)
    scenario.add_blocks(0, 20, contacts=((8, 12, 21, 20),), final=True).show(0.0, 1.2, 0.013)
    told = [(d.place, d.contacts) for _, d in shown(scenario)]
    assert any(contacts for _, contacts in told)
    for place, contacts in told:
        if place < 3 - 1e-9 or place > 17 + 1e-9:
            assert contacts == ()
            continue
        (contact,) = contacts  # the block's border at 10 does not part it
        assert (contact.a, contact.b, contact.touches) == (21, 20, 8 <= place < 12)
        assert contact.starts_in_s == pytest.approx(max(0.0, 8 - place) / 20)
        assert contact.ended_s == pytest.approx(max(0.0, place - 12) / 20)


def test_contacts_of_a_held_frame_last_as_long_as_it_is_held():
    scenario = Scenario("", 20).add_blocks(0, 10, contacts=((8, 30, 21, 20),)).show(0.3, 2.0)
    held = [d for _, d in shown(scenario) if d.state == "holding"]
    assert held
    assert all(d.contacts[0].touches and d.contacts[0].ended_s == 0 for d in held)


SLACKS = st.lists(st.floats(-0.6, 2.0), min_size=1, max_size=80)


@given(SLACKS)
def test_the_wanted_delay_has_bounds_and_is_enough_for_what_came_last(slacks):
    arrivals = Arrivals()
    for slack_s in slacks:
        arrivals.add(slack_s=slack_s, revision=1, arrival_ns=0)
        assert 0 <= arrivals.wanted_delay_s <= MAX_DELAY_S
    worst_s = -min(slacks[-32:])
    assert arrivals.wanted_delay_s >= min(max(worst_s, 0.0), MAX_DELAY_S)


def test_a_network_that_only_lets_nothing_wait_wants_no_delay():
    arrivals = Arrivals()
    assert arrivals.wanted_delay_s == 0
    for _ in range(100):
        arrivals.add(slack_s=1.0, revision=1, arrival_ns=0)
    assert (arrivals.wanted_delay_s, arrivals.jitter_s) == (0, 0)


def test_the_first_blocks_of_a_revision_are_no_jitter():
    arrivals = Arrivals()
    for revision in range(50):
        for slack_s in (0.2, 0.45, 0.7, 0.95):
            arrivals.add(slack_s=slack_s, revision=revision, arrival_ns=0)
    assert (arrivals.wanted_delay_s, arrivals.jitter_s) == (0, 0)


def test_what_was_asked_for_again_does_not_count_but_lateness_that_lasts_does():
    arrivals = Arrivals()
    arrivals.subscribed(ORIGIN_NS)
    arrivals.add(slack_s=-3.0, revision=1, arrival_ns=ORIGIN_NS + NS_PER_S)
    assert arrivals.wanted_delay_s == 0
    arrivals.add(slack_s=-0.1, revision=1, arrival_ns=ORIGIN_NS + 2 * NS_PER_S)
    assert arrivals.wanted_delay_s == pytest.approx(0.1)


def test_jitter_grows_by_falls_and_dies_away():
    arrivals = Arrivals()
    for slack_s in (1.0, 0.2):
        arrivals.add(slack_s=slack_s, revision=1, arrival_ns=0)
    assert arrivals.jitter_s == pytest.approx(2 * 0.8 / 16)
    arrivals.add(slack_s=1.0, revision=1, arrival_ns=0)
    assert arrivals.jitter_s == pytest.approx(2 * 0.8 / 16 * 15 / 16)
