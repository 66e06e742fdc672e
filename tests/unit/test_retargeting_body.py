"""Laws of the body stage: whatever a rig's axes, stance, heading and size, it does what the source does."""

import numpy as np
import pytest
from tests.unit.made_rigs import Build, fitted, made_rig
from tests.unit.retargeting_scenes import any_pose, at_rest, moved, rest_joints

from ponimator_runtime.errors import ConfigError, ShapeError
from ponimator_runtime.motion.retargeting.pair import PairPosed, PairRetargeter, Stage
from ponimator_runtime.motion.retargeting.rig import LIMBS, Rig, RigMap
from ponimator_runtime.motion.retargeting.touching import TouchNow
from ponimator_runtime.motion.rotations import angle_between, matrix_about_y, matrix_from_quaternion
from ponimator_runtime.motion.skeleton import JOINT_INDEX

SAME = Build(root=False)
A_POSE = Build(arm_drop_rad=0.8, leg_spread_rad=0.15, spine_bones=5, twists=True, axes_seed=3, yaw_rad=2.0)
TINY_M, TINY_RAD = 1e-9, 1e-6


def posed(build: Build, frame, *, stage: Stage = Stage.BODY, **options) -> PairPosed:
    rig = fitted(rest_joints(), build)
    return PairRetargeter((rig, rig), stage=stage, **options).follow(frame, 1 / 60)


def joints_of(body) -> np.ndarray:
    return np.array([body.joint(name) for name in sorted(body.fitted.bones)])


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("seed", range(4))
def test_the_source_itself_as_a_rig_does_what_the_source_does(stage, seed):
    touches = (TouchNow(joint_a=JOINT_INDEX["left_wrist"], joint_b=JOINT_INDEX["right_index2"]),)
    frame = any_pose(seed, touches=touches if stage is Stage.HANDS else ())
    both = posed(SAME, frame, stage=stage)
    for person, pose in enumerate(both.poses()):
        bones = both.bodies[person].fitted.bones
        ours = matrix_from_quaternion(pose.rotations_xyzw[list(bones.values())])
        theirs = matrix_from_quaternion(frame.rotations_xyzw[person][[JOINT_INDEX[joint] for joint in bones]])
        assert angle_between(ours, theirs).max() < TINY_RAD
        np.testing.assert_allclose(pose.hips_position, frame.translations[person] + rest_joints()[0], atol=TINY_M)


def test_a_source_at_rest_brings_an_a_pose_rig_into_t_pose():
    body = posed(A_POSE, at_rest()).bodies[0]
    rest = rest_joints()
    for limb in LIMBS:
        for upper, lower in (limb[:2], limb[1:]):
            ours = body.joint(lower) - body.joint(upper)
            theirs = rest[JOINT_INDEX[lower]] - rest[JOINT_INDEX[upper]]
            np.testing.assert_allclose(ours, theirs, atol=TINY_M)


@pytest.mark.parametrize("stage", [Stage.BODY, Stage.FEET])
def test_axes_heading_and_further_bones_of_a_rig_change_no_place_of_a_joint(stage):
    plain = Build(arm_drop_rad=0.8, leg_spread_rad=0.15)
    for seed in range(3):
        a, b = (posed(build, any_pose(seed), stage=stage).bodies[1] for build in (plain, A_POSE))
        np.testing.assert_allclose(joints_of(a), joints_of(b), atol=1e-8)


@pytest.mark.parametrize("build", [SAME, A_POSE, Build(legs=0.7, arms=1.3)])
def test_turning_the_world_turns_what_comes_out(build):
    touches = (TouchNow(joint_a=JOINT_INDEX["left_wrist"], joint_b=JOINT_INDEX["right_wrist"]),)
    frame, shift = any_pose(5, touches=touches), np.array([3.0, 0.0, -2.0])
    here = posed(build, frame, stage=Stage.HANDS)
    there = posed(build, moved(frame, 0.9, shift), stage=Stage.HANDS)
    for a, b in zip(here.bodies, there.bodies, strict=True):
        np.testing.assert_allclose(a.positions[1:] @ matrix_about_y(0.9).T + shift, b.positions[1:], atol=1e-8)


@pytest.mark.parametrize("scale", [0.6, 1.5])
def test_a_rig_of_another_size_keeps_all_angles(scale):
    frame = any_pose(2)
    poses = [posed(Build(legs=size, arms=size, torso=size, root=False), frame).poses()[0] for size in (1.0, scale)]
    angles = angle_between(*(matrix_from_quaternion(pose.rotations_xyzw) for pose in poses))
    assert angles.max() < TINY_RAD


def test_bones_without_a_joint_keep_their_place_on_their_parent():
    both = posed(A_POSE, any_pose(1))
    rig_fit = both.bodies[0].fitted
    local = matrix_from_quaternion(both.poses()[0].rotations_xyzw)
    unmapped = [bone for bone in range(rig_fit.rig.bone_count) if bone not in rig_fit.bones.values()]
    assert any("twist" in rig_fit.rig.names[bone] for bone in unmapped)
    assert angle_between(local[unmapped], rig_fit.local_rotations[unmapped]).max() < TINY_RAD


@pytest.mark.parametrize("legs", [0.7, 1.4])
def test_hips_stand_over_the_same_ground_at_the_height_of_the_rigs_legs(legs):
    frame = at_rest()
    body = posed(Build(legs=legs), frame, approach=False).bodies[1]
    middle = 0.5 * (body.joint("left_hip") + body.joint("right_hip"))
    source = frame.translations[1] + rest_joints()[[JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]].mean(axis=0)
    np.testing.assert_allclose(middle[[0, 2]], source[[0, 2]], atol=TINY_M)
    for side in ("left", "right"):
        assert body.joint(f"{side}_ankle")[1] == pytest.approx(body.fitted.ankle_heights[0], abs=2e-3)


def test_near_pairs_with_short_arms_stand_closer_and_far_ones_where_they_are():
    for apart_m, expected_m in ((0.9, 0.9 * 0.7), (3.5, 3.5)):
        both = posed(Build(arms=0.7), at_rest(apart_m=apart_m))
        pelves = [body.joint("pelvis") for body in both.bodies]
        assert abs(pelves[1][2] - pelves[0][2]) == pytest.approx(expected_m, abs=0.01)


def test_a_carrier_above_hips_and_spine_moves_both():
    rig, rig_map = made_rig(rest_joints(), Build())
    names, parents = list(rig.names), list(rig.parents)
    # As in Biped rigs: the spine does not hang on the pelvis but beside it.
    parents[names.index("spine1")] = names.index("root")
    split = Rig(
        names=rig.names,
        parents=tuple(parents),
        bind_rotations_xyzw=rig.bind_rotations_xyzw,
        bind_positions=rig.bind_positions,
    )
    from ponimator_runtime.motion.retargeting.fitting import fit_rig

    ours = fit_rig(split, rig_map, rest_joints())
    whole = fitted(rest_joints(), Build())
    frame = any_pose(3)
    a, b = (PairRetargeter((fit, fit), stage=Stage.BODY).follow(frame, 0.1).bodies[0] for fit in (ours, whole))
    assert ours.carrier == names.index("root")
    np.testing.assert_allclose(joints_of(a), joints_of(b), atol=1e-8)


def test_maps_that_do_not_fit_are_refused_with_what_was_expected():
    rig, rig_map = made_rig(rest_joints(), Build())
    bones = dict(rig_map.bones)
    for change, told in (
        ({"left_knee": None}, "left_knee"),
        ({"left_knee": "no such bone"}, "no such bone"),
        ({"left_knee": "left_ankle"}, "can be only one joint"),
        ({"left_thigh": "left_hip"}, "no SMPL-X joint"),
        ({"left_knee": "right_knee", "right_knee": "left_knee"}, "must hang on"),
    ):
        mapped = {joint: bone for joint, bone in {**bones, **change}.items() if bone is not None}
        with pytest.raises(ConfigError, match=told):
            RigMap(mapped).indices(rig)


def test_rigs_that_are_no_tree_are_refused():
    nowhere = np.zeros((2, 3))
    unturned = np.tile([0.0, 0.0, 0.0, 1.0], (2, 1))
    with pytest.raises(ConfigError, match="stand before"):
        Rig(names=("a", "b"), parents=(1, -1), bind_rotations_xyzw=unturned, bind_positions=nowhere)
    with pytest.raises(ConfigError, match="different names"):
        Rig(names=("a", "a"), parents=(-1, 0), bind_rotations_xyzw=unturned, bind_positions=nowhere)
    with pytest.raises(ConfigError, match="unit quaternions"):
        Rig(names=("a", "b"), parents=(-1, 0), bind_rotations_xyzw=2 * unturned, bind_positions=nowhere)
    with pytest.raises(ShapeError, match="2 bones"):
        Rig(names=("a", "b"), parents=(-1,), bind_rotations_xyzw=unturned, bind_positions=nowhere)
