"""Hands meet whatever the sizes of the two, and come and go softly."""

import numpy as np
import pytest
from tests.contract.make_golden_retarget import frame_from, plain
from tests.unit.made_rigs import Build, fitted
from tests.unit.retargeting_scenes import any_pose, at_rest, golden_case, rest_joints

from ponimator_runtime.motion.contact import BodyContact
from ponimator_runtime.motion.retargeting.limb import reach
from ponimator_runtime.motion.retargeting.pair import PairPosed, PairRetargeter, Stage
from ponimator_runtime.motion.retargeting.posing import SourceBody, body_posed
from ponimator_runtime.motion.retargeting.rig import LIMBS
from ponimator_runtime.motion.retargeting.touching import AHEAD_S, SLEW_HZ, TouchNow, TouchWeights, touches_at
from ponimator_runtime.motion.retargeting.turning import eased, shortest_arc, soft_reach, softly_limited
from ponimator_runtime.motion.skeleton import JOINT_INDEX

WRISTS = JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]
SMALL = Build(legs=0.7, arms=0.7, torso=0.7, arm_drop_rad=0.8, axes_seed=1)
LARGE = Build(legs=1.4, arms=1.4, torso=1.4, fingers=False)
PAIRS = ((SMALL, LARGE), (LARGE, SMALL), (SMALL, SMALL), (Build(arms=0.7), Build(arms=1.4)))


def follow(name: str, builds: tuple[Build, Build], *, stage: Stage = Stage.HANDS) -> list[PairPosed]:
    case = golden_case(name)
    rests = [plain(person["rest_joints"]) for person in case["persons"]]
    rigs = fitted(rests[0], builds[0]), fitted(rests[1], builds[1])
    retargeter = PairRetargeter(rigs, stage=stage, floor=case["floor"])
    return [retargeter.follow(frame_from(frame), frame["dt_s"]) for frame in case["frames"]]


def gaps(followed: list[PairPosed], goals_of: list[PairPosed]) -> list[float]:
    """From every touching wrist to where it has to be, m, in frames in which contact is whole."""
    return [
        float(np.linalg.norm(goal.place - both.bodies[person].joint(LIMBS[2 + side][2])))
        for both, told in zip(followed, goals_of, strict=True)
        for (person, side), goal in told.goals.items()
        if goal.weight == 1.0
    ]


@pytest.mark.parametrize("builds", PAIRS)
@pytest.mark.parametrize("name", ["handshake", "high_five"])
def test_hands_that_meet_in_the_source_meet(name, builds):
    after = follow(name, builds)
    met = gaps(after, after)
    assert met
    assert max(met) < 0.02


def test_without_help_a_small_and_a_large_hand_miss_each_other():
    before, after = (follow("handshake", (SMALL, LARGE), stage=stage) for stage in (Stage.FEET, Stage.HANDS))
    assert min(gaps(before, after)) > 0.1


def test_what_is_between_two_wrists_is_the_sources_in_the_size_of_the_hands():
    case, followed = golden_case("handshake"), follow("handshake", (Build(), Build()))
    rests = [plain(person["rest_joints"]) for person in case["persons"]]
    looked_at = 0
    for stored, both in zip(case["frames"], followed, strict=True):
        if not both.goals or min(goal.weight for goal in both.goals.values()) < 1.0:
            continue
        frame = frame_from(stored)
        sources = [
            SourceBody.of_frame(frame.rotations_xyzw[p], frame.translations[p], rests[p]).positions for p in range(2)
        ]
        (first, second), wrists = sorted(both.goals), []
        for person, side in (first, second):
            wrists.append((both.bodies[person].joint(LIMBS[2 + side][2]), sources[person][WRISTS[side]]))
        np.testing.assert_allclose(wrists[0][0] - wrists[1][0], wrists[0][1] - wrists[1][1], atol=1e-6)
        looked_at += 1
    assert looked_at > 3


def test_hugging_hands_lie_where_the_sources_lie():
    followed = follow("hug", (Build(arms=0.9), Build(torso=1.1)))
    lie = gaps(followed, followed)
    assert lie
    assert np.quantile(lie, 0.95) < 0.02


def test_who_is_called_first_does_not_matter():
    touches = (
        TouchNow(joint_a=WRISTS[0], joint_b=WRISTS[1]),
        TouchNow(joint_a=WRISTS[1], joint_b=JOINT_INDEX["spine3"]),
    )
    swapped_touches = tuple(TouchNow(joint_a=touch.joint_b, joint_b=touch.joint_a) for touch in touches)
    frame, swapped = any_pose(8, touches=touches), any_pose(8, touches=swapped_touches)
    rigs = fitted(rest_joints(), Build()), fitted(rest_joints(), Build(arms=1.2))
    one = PairRetargeter(rigs).follow(frame, 0.1)
    turned_round = type(swapped)(
        rotations_xyzw=swapped.rotations_xyzw[::-1],
        translations=swapped.translations[::-1],
        foot_contacts=swapped.foot_contacts,
        touches=swapped_touches,
    )
    other = PairRetargeter(rigs[::-1]).follow(turned_round, 0.1)
    for a, b in zip(one.bodies, other.bodies[::-1], strict=True):
        # Who of two hands is asked first decides the last thousandths of a place between them.
        assert np.abs(a.positions - b.positions).max() < 0.01


def test_a_hand_that_touches_nothing_stays_as_it_is():
    frame = any_pose(4)
    rig = fitted(rest_joints(), SMALL)
    feet, hands = (PairRetargeter((rig, rig), stage=stage).follow(frame, 0.1) for stage in (Stage.FEET, Stage.HANDS))
    for a, b in zip(feet.bodies, hands.bodies, strict=True):
        np.testing.assert_array_equal(a.positions, b.positions)


@pytest.mark.parametrize("side", ["begins_in_s", "ended_since_s"])
def test_a_contact_comes_and_goes_without_a_jump(side):
    rig, small = fitted(rest_joints(), LARGE), fitted(rest_joints(), SMALL)
    steps, last = [], None
    for away_s in np.linspace(0.0, AHEAD_S, 41):
        touch = TouchNow(joint_a=WRISTS[0], joint_b=WRISTS[1], **{side: float(away_s)})
        both = PairRetargeter((rig, small)).follow(any_pose(3, scale=0.2, touches=(touch,)), 0.1)
        places = np.concatenate([body.positions for body in both.bodies])
        if last is not None:
            steps.append(np.abs(places - last).max())
        last = places
    without = PairRetargeter((rig, small)).follow(any_pose(3, scale=0.2), 0.1)
    assert np.abs(np.concatenate([body.positions for body in without.bodies]) - last).max() < 1e-6
    assert max(steps) < 0.15


def test_a_contact_that_vanishes_lets_go_as_fast_as_weights_may_fall():
    weights = TouchWeights()
    held = (TouchNow(joint_a=WRISTS[0], joint_b=WRISTS[1]),)
    assert weights.step(held, 0.02) == {WRISTS: 1.0}
    fallen = [weights.step((), 0.02).get(WRISTS, 0.0) for _ in range(6)]
    np.testing.assert_allclose(fallen, [max(0.0, 1 - SLEW_HZ * 0.02 * step) for step in range(1, 7)], atol=1e-9)


def test_fingers_count_as_their_wrist():
    touch = TouchNow(joint_a=JOINT_INDEX["left_index3"], joint_b=JOINT_INDEX["right_thumb1"])
    assert TouchWeights().step((touch,), 0.1) == {WRISTS: 1.0}


def test_a_frame_sees_contacts_a_quarter_second_around():
    contact = BodyContact(start=30, stop=60, joint_a=20, joint_b=21)
    seen = {frame: touches_at([contact], frame, 60.0) for frame in map(float, (15, 16, 30, 59, 60, 73, 74))}
    assert not seen[15]
    assert not seen[74]
    assert seen[16][0].begins_in_s == pytest.approx(14 / 60)
    assert seen[30][0].weight == seen[59][0].weight == 1.0
    assert seen[60][0].ended_since_s == pytest.approx(1 / 60)
    assert 0.0 < seen[73][0].weight < 0.01


@pytest.mark.parametrize("limb", LIMBS)
def test_a_limb_reaches_what_is_in_its_reach_and_keeps_its_length(limb):
    rig = fitted(rest_joints(), SMALL)
    frame = any_pose(6)
    source = SourceBody.of_frame(frame.rotations_xyzw[0], frame.translations[0], rest_joints())
    rng = np.random.default_rng(3)
    for _ in range(20):
        body = body_posed(rig, source, floor=0.0, shift=np.zeros(3))
        root, middle, end = (body.joint(joint).copy() for joint in limb)
        lengths = np.linalg.norm(middle - root), np.linalg.norm(end - middle)
        way = rng.normal(size=3)
        share = rng.uniform(0.1, 1.3)
        goal = root + share * sum(lengths) * way / np.linalg.norm(way)
        reach(body, limb, goal, np.array([0.0, 0.0, 1.0]))
        reached = body.joint(limb[2])
        kept = np.linalg.norm(body.joint(limb[1]) - body.joint(limb[0])), np.linalg.norm(reached - body.joint(limb[1]))
        np.testing.assert_allclose(kept, lengths, atol=1e-9)
        if share < 0.98:
            np.testing.assert_allclose(reached, goal, atol=1e-6)
        else:
            assert np.linalg.norm(reached - goal) <= (max(share - 1.0, 0.0) + 0.021) * sum(lengths)


def test_curves_are_what_they_promise():
    ratios = np.linspace(0.0, 2.0, 2001)
    reached = np.array([soft_reach(ratio, 0.98) for ratio in ratios])
    assert np.all(np.diff(reached) >= 0)
    assert np.diff(reached).max() <= ratios[1] * (1 + 1e-9)
    assert reached.max() <= 1.0
    np.testing.assert_array_equal(reached[ratios <= 0.98], ratios[ratios <= 0.98])
    assert [eased(share) for share in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    long = softly_limited(np.array([30.0, 0.0, 40.0]), 0.5)
    np.testing.assert_allclose(long, [0.3, 0.0, 0.4], atol=1e-12)
    np.testing.assert_allclose(softly_limited(np.array([0.0, 1e-4, 0.0]), 0.5), [0.0, 1e-4, 0.0], rtol=1e-6)
    for start, stop in ((np.eye(3)[0], np.eye(3)[2]), (np.eye(3)[1], -np.eye(3)[1])):
        turn = shortest_arc(start, stop)
        np.testing.assert_allclose(turn @ start, stop, atol=1e-12)
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)


def test_rest_bodies_apart_do_not_touch():
    assert not PairRetargeter((fitted(rest_joints(), SMALL),) * 2).follow(at_rest(), 0.1).goals
