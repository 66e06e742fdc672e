"""Where the way of the body goes in the three root modes."""

import numpy as np
import pytest
from tests.unit.made_rigs import Build, fitted
from tests.unit.retargeting_scenes import any_pose, moved, rest_joints

from ponimator_runtime.motion.retargeting.pair import PairRetargeter, Stage
from ponimator_runtime.motion.retargeting.root_motion import RootMode, rooted
from ponimator_runtime.motion.rotations import angle_between, matrix_about_y, matrix_from_quaternion

BUILD = Build(legs=0.8, arm_drop_rad=0.6, axes_seed=5, yaw_rad=1.3)


@pytest.fixture(name="walk")
def _walk():
    """A body that goes along a bow, from many places and headings."""
    rig = fitted(rest_joints(), BUILD)
    retargeter = PairRetargeter((rig, rig), stage=Stage.BODY)
    start = any_pose(1)
    frames = [moved(start, 0.4 * step, np.array([0.3 * step, 0.0, 0.1 * step**2])) for step in range(12)]
    return [retargeter.follow(frame, 0.1) for frame in frames]


def carrier_in_world(pose, actor_rotation, actor_position, rig):
    """Rotation and place of the moved bone, its actor and what it hangs on given."""
    parent = rig.rig.parents[pose.carrier]
    bind = rig.rig.bind_rotations()[parent], rig.rig.bind_positions[parent]
    local = matrix_from_quaternion(pose.rotations_xyzw[pose.carrier])
    return (
        actor_rotation @ bind[0] @ local,
        actor_position + actor_rotation @ (bind[1] + bind[0] @ pose.carrier_position),
    )


def test_the_world_mode_moves_no_actor(walk):
    told = rooted(walk[3].bodies[0], walk[3].roots[0], RootMode.WORLD, walk[2].roots[0])
    assert (told.turn_rad, told.move.tolist()) == (0.0, [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(told.pose.rotations_xyzw, walk[3].poses()[0].rotations_xyzw)


def test_in_place_the_body_stays_above_its_actor_and_faces_the_rigs_front(walk):
    poses = [rooted(both.bodies[0], both.roots[0], RootMode.IN_PLACE).pose for both in walk]
    for pose in poses[1:]:
        np.testing.assert_allclose(pose.carrier_position, poses[0].carrier_position, atol=1e-6)
        turned = angle_between(*(matrix_from_quaternion(one.rotations_xyzw) for one in (pose, poses[0])))
        assert turned.max() < 1e-6


def test_what_each_frame_says_adds_up_to_the_way_in_the_world(walk):
    person, first = 1, walk[0].roots[1]
    position, yaw_rad, before = first.position, first.yaw_rad, None
    for both in walk:
        body = both.bodies[person]
        told = rooted(body, both.roots[person], RootMode.DELTA, before)
        position = position + matrix_about_y(yaw_rad) @ told.move
        yaw_rad += told.turn_rad
        before = both.roots[person]
        rotation, place = carrier_in_world(
            told.pose, matrix_about_y(yaw_rad) @ body.fitted.to_front, position, body.fitted
        )
        carrier = body.fitted.carrier
        np.testing.assert_allclose(place, body.positions[carrier], atol=1e-6)
        assert angle_between(rotation, body.rotations[carrier]) < 1e-6


def test_a_first_frame_moves_nothing(walk):
    told = rooted(walk[0].bodies[0], walk[0].roots[0], RootMode.DELTA)
    assert (told.turn_rad, told.move.tolist()) == (0.0, [0.0, 0.0, 0.0])
