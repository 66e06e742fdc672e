"""Laws of planted feet: they stay, at the height of the rig's own soles, and nothing jumps when they come or go."""

import numpy as np
import pytest
from tests.unit.made_rigs import Build, fitted
from tests.unit.retargeting_scenes import pair_frame, rest_joints, standing_height

from ponimator_runtime.motion.retargeting.feet import DRIFT_M, FADE_S
from ponimator_runtime.motion.retargeting.pair import PairRetargeter, Stage
from ponimator_runtime.motion.retargeting.rig import LIMBS
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX

DT_S = 1 / 60
BUILDS = (
    Build(legs=0.7),
    Build(legs=1.4, torso=1.2, arm_drop_rad=0.7, leg_spread_rad=0.15, axes_seed=2, yaw_rad=1.0),
    Build(legs=0.9, toes=False, axes_seed=4),
)
HEEL_AND_TOE, TOE_ONLY = (True, True), (False, True)


def swaying(frame: int, left: tuple[bool, bool]):
    """Both sway to and fro by 4 cm, hips and knees bent, and tip on the left foot."""
    time_s = frame * DT_S
    vectors = np.zeros((2, JOINT_COUNT, 3))
    for side in ("left", "right"):
        for part, bend in (("hip", -0.5), ("knee", 1.0), ("ankle", -0.5)):
            vectors[:, JOINT_INDEX[f"{side}_{part}"], 0] = bend
    vectors[:, JOINT_INDEX["left_ankle"], 0] += 0.1 * np.sin(3 * time_s)
    pelves = np.array([[0.0, standing_height() - 0.1, 0.0], [0.0, standing_height() - 0.1, 4.0]])
    pelves[:, 0] += 0.04 * np.sin(2 * time_s)
    pelves[:, 2] += 0.04 * np.cos(2.7 * time_s)
    return pair_frame(vectors, pelves, foot_contacts=np.array([[*left, True, True]] * 2))


def feet_over_time(build: Build, planted, *, stage: Stage = Stage.FEET) -> tuple[np.ndarray, np.ndarray]:
    """Ankles and toes of person A, (N, 2, 3) each, left and right."""
    rig = fitted(rest_joints(), build)
    retargeter = PairRetargeter((rig, rig), stage=stage)
    ankles, toes = [], []
    for frame, left in enumerate(planted):
        body = retargeter.follow(swaying(frame, left), DT_S).bodies[0]
        bones = [rig.bones[limb[2]] for limb in LIMBS[:2]]
        ankles.append(body.positions[bones])
        toes.append(
            [body.positions[bone] + body.rotations[bone] @ toe for bone, toe in zip(bones, rig.toes, strict=True)]
        )
    return np.array(ankles), np.array(toes)


def travelled(places: np.ndarray) -> np.ndarray:
    """Of each foot along the ground, m."""
    return np.linalg.norm(np.diff(places[..., [0, 2]], axis=0), axis=-1).sum(axis=0)


@pytest.mark.parametrize("build", BUILDS)
def test_planted_feet_do_not_slide(build):
    planted = [HEEL_AND_TOE] * 60
    for places in feet_over_time(build, planted):
        assert travelled(places).max() < 1e-6
    before = feet_over_time(build, planted, stage=Stage.BODY)
    assert min(travelled(places).min() for places in before) > 0.05


@pytest.mark.parametrize("build", BUILDS)
def test_planted_soles_stand_on_the_floor(build):
    rig = fitted(rest_joints(), build)
    ankles, toes = feet_over_time(build, [HEEL_AND_TOE] * 20)
    np.testing.assert_allclose(ankles[-1][:, 1], rig.ankle_heights, atol=1e-6)
    np.testing.assert_allclose(toes[-1][:, 1], rig.toe_heights, atol=1e-6)


@pytest.mark.parametrize("build", BUILDS)
def test_a_foot_that_lifts_its_heel_turns_about_its_toe(build):
    _, toes = feet_over_time(build, [HEEL_AND_TOE] * 20 + [TOE_ONLY] * 40)
    assert travelled(toes[20:])[0] < 1e-6


@pytest.mark.parametrize("build", BUILDS)
def test_no_foot_jumps_when_contact_comes_or_goes(build):
    rng = np.random.default_rng(0)
    flags = [(bool(rng.integers(2)), bool(rng.integers(2))) for _ in range(20)]
    planted = [flag for flag in flags for _ in range(int(rng.integers(1, 9)))]
    ankles, _ = feet_over_time(build, planted)
    # Of the fade's steepest place, over what a place may be away from the foot.
    steepest = 1.875 / FADE_S * (DRIFT_M + 0.05) * DT_S
    assert np.linalg.norm(np.diff(ankles, axis=0), axis=-1).max() < steepest


def test_a_place_is_dragged_along_by_a_foot_that_slides_far():
    rig = fitted(rest_joints(), Build())
    retargeter = PairRetargeter((rig, rig), stage=Stage.FEET)
    places = []
    for frame in range(40):
        still = swaying(0, HEEL_AND_TOE)
        still.translations[:, 0] += 0.02 * frame
        places.append(retargeter.follow(still, DT_S).bodies[0].joint("left_ankle"))
    way = np.linalg.norm(places[-1] - places[0])
    assert way == pytest.approx(0.02 * 39 - DRIFT_M, abs=1e-3)


def test_a_pelvis_comes_down_for_legs_that_are_too_short():
    rig = fitted(rest_joints(), Build(legs=0.7))
    vectors = np.zeros((2, JOINT_COUNT, 3))
    for side, sign in (("left", -1.0), ("right", 1.0)):
        vectors[:, JOINT_INDEX[f"{side}_hip"], 0] = 0.55 * sign
        vectors[:, JOINT_INDEX[f"{side}_ankle"], 0] = -0.55 * sign
    pelves = np.array([[0.0, standing_height() - 0.12, 0.0], [0.0, standing_height() - 0.12, 4.0]])
    lunge = pair_frame(vectors, pelves, foot_contacts=np.ones((2, 4), dtype=bool))
    heights, feet = [], []
    for stage in (Stage.BODY, Stage.FEET):
        body = PairRetargeter((rig, rig), stage=stage, approach=False).follow(lunge, DT_S).bodies[0]
        heights.append(body.joint("pelvis")[1])
        feet.append([body.joint("left_ankle")[2], body.joint("right_ankle")[2]])
    assert heights[1] < heights[0] - 0.03
    # The step is as long as the source's: that is what the pelvis came down for.
    stride = (
        2
        * np.sin(0.55)
        * np.linalg.norm(rest_joints()[JOINT_INDEX["left_ankle"]] - rest_joints()[JOINT_INDEX["left_hip"]])
    )
    assert abs(feet[1][0] - feet[1][1]) == pytest.approx(stride, abs=0.03)
    assert abs(feet[0][0] - feet[0][1]) < 0.8 * stride
