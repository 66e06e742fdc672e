"""Two VMC performers, read back by an OSC parser that is not ours; names and frame are those of VMC's specification."""

import dataclasses

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from tests.unit.bodies import small_skeleton

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.frames import canonical_from_unity_position, canonical_from_unity_quaternion
from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.rotations import matrix_from_quaternion, quaternion_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS
from ponimator_runtime.vmc.osc import MAX_DATAGRAM_BYTES, bundles, message
from ponimator_runtime.vmc.performer import BONES, pose_messages
from ponimator_runtime.vmc.stage import Stage
from ponimator_runtime.vmc.targets import Targets
from ponimator_runtime.wire import Skeleton, encode, motion_from_arrays, rest_joints_bytes

# Unity's HumanBodyBones without LastBone, as Unity's scripting reference lists them.
HUMAN_BODY_BONES = [
    "Hips",
    "LeftUpperLeg",
    "RightUpperLeg",
    "LeftLowerLeg",
    "RightLowerLeg",
    "LeftFoot",
    "RightFoot",
    "Spine",
    "Chest",
    "UpperChest",
    "Neck",
    "Head",
    "LeftShoulder",
    "RightShoulder",
    "LeftUpperArm",
    "RightUpperArm",
    "LeftLowerArm",
    "RightLowerArm",
    "LeftHand",
    "RightHand",
    "LeftToes",
    "RightToes",
    "LeftEye",
    "RightEye",
    "Jaw",
    "LeftThumbProximal",
    "LeftThumbIntermediate",
    "LeftThumbDistal",
    "LeftIndexProximal",
    "LeftIndexIntermediate",
    "LeftIndexDistal",
    "LeftMiddleProximal",
    "LeftMiddleIntermediate",
    "LeftMiddleDistal",
    "LeftRingProximal",
    "LeftRingIntermediate",
    "LeftRingDistal",
    "LeftLittleProximal",
    "LeftLittleIntermediate",
    "LeftLittleDistal",
    "RightThumbProximal",
    "RightThumbIntermediate",
    "RightThumbDistal",
    "RightIndexProximal",
    "RightIndexIntermediate",
    "RightIndexDistal",
    "RightMiddleProximal",
    "RightMiddleIntermediate",
    "RightMiddleDistal",
    "RightRingProximal",
    "RightRingIntermediate",
    "RightRingDistal",
    "RightLittleProximal",
    "RightLittleIntermediate",
    "RightLittleDistal",
]

NS_PER_S = 1_000_000_000
RATE_HZ = 30


def messages_of(datagrams):
    """All messages of some datagrams, read by python-osc."""
    return [content for datagram in datagrams for content in OscBundle(datagram)]


def person(seed):
    rng = np.random.default_rng(seed)
    turns = quaternion_from_axis_angle(rng.normal(scale=0.4, size=(55, 3)))
    return turns, rng.normal(size=3), small_skeleton().rest_joints(np.zeros(10))


def skeleton_bytes(session):
    rest = np.stack([small_skeleton().rest_joints(np.zeros(10))] * 2)
    return encode(
        Skeleton(
            session=session,
            joints=JOINT_NAMES,
            parents=PARENTS,
            rest_joints=rest_joints_bytes(rest),
            names=("Ann", "Ben"),
        )
    )


def block_bytes(session, *, interaction, height, start=0, time_ns=0, final=False):
    turns = np.zeros((2, 30, 55, 4), dtype=np.float32)
    turns[..., 3] = 1.0
    places = np.zeros((2, 30, 3), dtype=np.float32)
    places[..., 1] = height
    return encode(
        motion_from_arrays(
            session=session,
            interaction=interaction,
            revision=interaction,
            start=start,
            rate_hz=RATE_HZ,
            time_ns=time_ns,
            rotations=turns,
            translations=places,
            foot_contacts=np.zeros((2, 30, 4), dtype=bool),
            contacts=(),
            anchor=None,
            final=final,
        )
    )


def hips_height(datagrams):
    (hips,) = [m.params for m in messages_of(datagrams) if m.address == "/VMC/Ext/Bone/Pos" and m.params[0] == "Hips"]
    return hips[2]


def test_a_message_is_read_back_by_another_parser():
    read = OscMessage(message("/a/b", "a word", 7, 0.25, "", "four"))
    assert read.address == "/a/b"
    assert list(read.params) == ["a word", 7, 0.25, "", "four"]


@pytest.mark.parametrize("count", [0, 1, 40, 400])
def test_bundles_hold_every_message_once_and_fit_into_a_datagram(count):
    packed = list(bundles(message("/n", number, "x" * (number % 7)) for number in range(count)))
    assert all(len(datagram) <= MAX_DATAGRAM_BYTES for datagram in packed)
    assert [m.params[0] for m in messages_of(packed)] == list(range(count))


def test_a_message_larger_than_a_datagram_is_sent_whole():
    (datagram,) = bundles([message("/n", "x" * (2 * MAX_DATAGRAM_BYTES))])
    assert len(messages_of([datagram])[0].params[0]) == 2 * MAX_DATAGRAM_BYTES


def test_every_joint_has_the_bone_that_unity_knows():
    assert set(BONES) == set(JOINT_NAMES)
    assert sorted(BONES.values()) == sorted(HUMAN_BODY_BONES)


def test_bones_put_together_stand_where_the_joints_do():
    turns, translation, rest = person(3)
    read = messages_of(bundles(pose_messages(turns, translation, rest)))
    root, *bones = [m.params for m in read]
    assert [m.address for m in read] == ["/VMC/Ext/Root/Pos", *["/VMC/Ext/Bone/Pos"] * 55]
    assert root[0] == "root"
    assert root[2] == 0.0  # on the ground
    local = {bone[0]: np.array(bone[1:]) for bone in bones}
    expected = joint_positions(matrix_from_quaternion(turns), translation, rest)
    where, turn = {}, {}
    for joint, name in enumerate(JOINT_NAMES):
        told = local[BONES[name]]
        offset = canonical_from_unity_position(told[:3])
        own = matrix_from_quaternion(canonical_from_unity_quaternion(told[3:]))
        parent = PARENTS[joint]
        if parent < 0:
            where[joint], turn[joint] = canonical_from_unity_position(np.array(root[1:4])) + offset, own
        else:
            where[joint], turn[joint] = where[parent] + turn[parent] @ offset, turn[parent] @ own
        np.testing.assert_allclose(where[joint], expected[joint], atol=1e-5)


def test_until_somebody_moves_the_performers_say_so():
    for datagrams in Stage().datagrams(5 * NS_PER_S):
        first, second = messages_of(datagrams)
        assert (first.address, list(first.params)) == ("/VMC/Ext/OK", [1, 3, 0, 0])
        assert (second.address, list(second.params)) == ("/VMC/Ext/T", [5.0])


def test_the_session_in_which_an_interaction_began_last_is_on_stage():
    stage, pelvis = Stage(), small_skeleton().template[0, 1]
    for session, height in (("early", 1.0), ("late", 2.0)):
        stage.hear(skeleton_bytes(session), 0)
        stage.hear(block_bytes(session, interaction=1, height=height), 0)
    for datagrams in stage.datagrams(NS_PER_S // 2):
        assert hips_height(datagrams) == pytest.approx(pelvis + 2.0, abs=1e-5)
    stage.hear(block_bytes("early", interaction=1, height=1.0, start=30, time_ns=NS_PER_S), 0)
    assert hips_height(stage.datagrams(NS_PER_S)[0]) == pytest.approx(pelvis + 2.0, abs=1e-5)
    stage.hear(block_bytes("early", interaction=2, height=3.0, start=30, time_ns=NS_PER_S), 0)
    assert hips_height(stage.datagrams(3 * NS_PER_S // 2)[0]) == pytest.approx(pelvis + 3.0, abs=1e-5)


def test_who_rests_stands_for_as_long_as_nothing_comes():
    stage = Stage()
    stage.hear(skeleton_bytes("s"), 0)
    stage.hear(block_bytes("s", interaction=1, height=1.0, final=True), 0)
    for second in range(1, 600, 60):
        read = messages_of(stage.datagrams(second * NS_PER_S)[1])
        assert len(read) == 2 + 1 + 55
        assert read[0].params[3] == 0


def test_bytes_that_are_no_message_change_nothing():
    stage = Stage()
    stage.hear(b"\xc1", 0)
    stage.hear(b"", 0)
    assert len(messages_of(stage.datagrams(0)[0])) == 2


@pytest.mark.parametrize(
    "written", ["", "127.0.0.1", "127.0.0.1:39539", "h:1,1", "h:0,2", "h:1,65536", "h:1,2,3", ":1,2"]
)
def test_targets_that_are_none_are_refused_with_an_example(written):
    with pytest.raises(ConfigError, match=r"HOST:PORT1,PORT2.*127\.0\.0\.1:39539,39540"):
        Targets.read(written)


def test_targets_are_read_as_written():
    assert dataclasses.astuple(Targets.read("studio.local:39539,39540")) == ("studio.local", (39539, 39540))
    assert Targets.read("[::1]:1,2").host == "::1"


def test_a_host_that_nobody_knows_is_told():
    with pytest.raises(ConfigError, match="host no such host"):
        Targets.read("no such host:1,2").addresses()
