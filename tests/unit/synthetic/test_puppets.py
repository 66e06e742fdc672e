"""What the stage is made of: limbs, steps, curves, limits, gaps between skins."""

import numpy as np
import pytest

from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_training.data.synthetic.clearance import SkinParts, gaps
from ponimator_training.data.synthetic.curves import minimum_jerk
from ponimator_training.data.synthetic.footsteps import RootPath, Walk
from ponimator_training.data.synthetic.limb import Limb
from ponimator_training.data.synthetic.limits import degrees_beyond_limits
from ponimator_training.data.synthetic.stage import A, B, Reach, Stage

REST = np.broadcast_to(np.eye(3), (1, 22, 3, 3))


def test_a_limb_reaches_its_target_and_no_further_than_it_can() -> None:
    limb = Limb(upper=np.array([0.3, 0.0, 0.0]), lower=np.array([0.25, 0.0, 0.0]), hinge=np.array([0.0, -1.0, 0.0]))
    start = np.zeros((2, 3))
    target = np.array([[0.1, -0.3, 0.2], [2.0, 0.0, 0.0]])
    upper, lower = limb.solve(start, target, np.array([[0.0, 0.0, -1.0]] * 2))
    end = upper @ limb.upper + lower @ limb.lower
    np.testing.assert_allclose(end[0], target[0], atol=1e-9)
    assert 0.54 < np.linalg.norm(end[1]) <= limb.length


def test_feet_end_a_walk_side_by_side_and_stand_still_between_steps() -> None:
    walk = Walk(start=0.5, shift=np.array([0.2, 1.3]), turn_rad=0.4)
    path = RootPath(place=np.zeros(2), yaw_rad=0.0, walks=(walk,), half_stance_m=0.1)
    time = np.linspace(0, walk.stop + 1, 300)
    soles, _, airborne = path.feet(time)
    moved = np.linalg.norm(np.diff(soles[:, :, [0, 2]], axis=1), axis=-1)
    assert moved[(airborne[:, 1:] == 0) & (airborne[:, :-1] == 0)].max() < 1e-9
    np.testing.assert_allclose(soles[:, -1, [0, 2]].mean(axis=0), walk.shift, atol=1e-9)
    assert np.linalg.norm(soles[0, -1] - soles[1, -1]) == pytest.approx(0.2)


def test_turning_on_the_spot_takes_steps() -> None:
    assert Walk(start=0.0, shift=np.zeros(2), turn_rad=2 * np.pi).steps > Walk(start=0.0, shift=np.zeros(2)).steps


def test_minimum_jerk_starts_and_ends_at_rest() -> None:
    time = np.linspace(0, 3, 3001)
    curve = minimum_jerk(time, 1.0, 2.0)
    assert curve[0] == 0.0
    assert curve[-1] == 1.0
    assert np.abs(np.diff(curve, 2)).max() < 1e-5


@pytest.mark.parametrize(
    ("joint", "vector_deg", "beyond_deg"),
    [
        (4, [140.0, 0.0, 0.0], 0.0),  # a knee bent far
        (4, [170.0, 0.0, 0.0], 20.0),  # and too far
        (16, [0.0, 0.0, -90.0], 0.0),  # a hanging left arm
        (20, [0.0, 0.0, 100.0], 20.0),  # a wrist bent over
        (12, [0.0, 80.0, 0.0], 35.0),  # a neck wrung
    ],
)
def test_joints_past_their_limits_are_told(skin: SkinParts, joint, vector_deg, beyond_deg) -> None:
    rotations = REST.copy()
    rotations[0, joint] = matrix_from_axis_angle(np.radians(vector_deg))
    beyond = degrees_beyond_limits(rotations, skin.surface.skeleton)[0]
    assert beyond[joint] == pytest.approx(beyond_deg, abs=5.0)
    assert np.delete(beyond, joint).max() == 0.0


def test_gaps_are_distances_outside_and_negative_depths_inside(skin: SkinParts) -> None:
    body = skin.posed(REST, np.zeros((1, 3)), np.zeros(10))
    chest = skin.surface.skeleton.rest_joints(np.zeros(10))[9]
    front = float(body.points[0][np.abs(body.points[0][:, :2] - chest[:2]).max(axis=1) < 0.04][:, 2].max())
    asked = np.stack([chest * [1, 1, 0] + [0, 0, front + away] for away in (0.10, 0.02, -0.02)])
    told = gaps(asked[None].astype(np.float32), body)[0]
    np.testing.assert_allclose(told, [0.10, 0.02, -0.02], atol=0.012)
    assert gaps(np.full((1, 1, 3), 5.0, dtype=np.float32), body, reach=0.05)[0, 0] == 0.05


def test_a_hand_that_was_sent_into_a_chest_ends_on_it(skin: SkinParts) -> None:
    time = np.arange(40) / 10.0
    stage = Stage(np.random.default_rng(0), skin, np.zeros((2, 10)), time)
    stage.meet(1.2 * stage.mean_arm())
    stage.raise_curtain()
    chest = stage.on_body(B, stage.touch[B].trunk("spine3", out=0.08, up=0.02))
    stage.reach(
        A,
        "right",
        Reach(start=1.5, touch=2.3, release=3.0, back=3.6),
        palm_at=chest + 0.06 * stage.facing(A, (0.0, 0.0, 1.0)),  # six centimetres deep
        fingers=stage.facing(A, (0.0, 1.0, 0.0)),
        palm_normal=stage.facing(A, (0.0, 0.0, 1.0)),
        onto="body",
        elbow=(0.6, -1.0, 0.0),
    )
    sunk = _hand_gap(stage, skin)
    stage.finish()
    assert sunk < -0.03
    assert -0.008 < _hand_gap(stage, skin) < 0.012


def _hand_gap(stage: Stage, skin: SkinParts) -> float:
    frame = np.array([26])
    hand, chest = (
        skin.posed(puppet.local_rotations(frame), puppet.translation()[frame], puppet.betas) for puppet in stage.puppets
    )
    return float(gaps(hand.points[:, skin.hand("right")], chest).min())
