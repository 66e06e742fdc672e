"""Maps from names: of rigs that people have, and of what is no humanoid."""

import pytest
from tests.unit.made_rig_names import RIGS, tree

from ponimator_runtime.motion.retargeting.proposal import propose_map, read_name
from ponimator_runtime.motion.retargeting.rig import NEEDED_JOINTS
from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS

EXPECTED = {
    "mixamo": {
        "left_shoulder": "mixamorig:LeftArm",
        "left_collar": "mixamorig:LeftShoulder",
        "left_hip": "mixamorig:LeftUpLeg",
        "left_knee": "mixamorig:LeftLeg",
        "right_pinky3": "mixamorig:RightHandPinky3",
    },
    "ue5": {
        "pelvis": "pelvis",
        "spine2": "spine_03",
        "left_elbow": "lowerarm_l",
        "right_foot": "ball_r",
        "left_index1": "index_01_l",
        "neck": "neck_01",
    },
    "unity": {
        "right_knee": "RightLowerLeg",
        "spine3": "UpperChest",
        "left_thumb1": "LeftThumbProximal",
        "right_pinky2": "RightLittleIntermediate",
    },
    "vroid": {
        "pelvis": "J_Bip_C_Hips",
        "left_collar": "J_Bip_L_Shoulder",
        "left_shoulder": "J_Bip_L_UpperArm",
        "right_foot": "J_Bip_R_ToeBase",
    },
    "vrm1": {
        "left_thumb1": "leftThumbMetacarpal",
        "left_thumb3": "leftThumbDistal",
        "spine2": "chest",
    },
    "rigify": {
        "pelvis": "DEF-spine",
        "left_shoulder": "DEF-upper_arm.L",
        "left_knee": "DEF-shin.L",
        "head": "DEF-spine.006",
        "neck": "DEF-spine.004",
    },
    "blender": {
        "pelvis": "hips",
        "spine1": "spine",
        "spine3": "chest",
        "right_elbow": "forearm.R",
        "left_foot": "toe.L",
    },
    "biped": {
        "pelvis": "Bip01 Pelvis",
        "left_shoulder": "Bip01 L UpperArm",
        "spine3": "Bip01 Spine2",
        "neck": "Bip01 Neck",
        "right_foot": "Bip01 R Toe0",
    },
}


@pytest.mark.parametrize("rig", RIGS)
def test_rigs_that_people_have_are_read(rig):
    proposal = propose_map(*RIGS[rig])
    assert proposal.complete
    assert proposal.score >= 0.8
    assert {joint: proposal.rig_map.bones.get(joint) for joint in EXPECTED[rig]} == EXPECTED[rig]


@pytest.mark.parametrize("rig", RIGS)
def test_no_bone_is_two_joints_and_sides_do_not_mix(rig):
    bones = propose_map(*RIGS[rig]).rig_map.bones
    assert len(set(bones.values())) == len(bones)
    for joint, bone in bones.items():
        side = joint.split("_")[0] if joint.startswith(("left_", "right_")) else ""
        assert read_name(bone)[0] == side


def test_smplx_names_are_themselves():
    proposal = propose_map(JOINT_NAMES, PARENTS)
    assert proposal.score == 1.0
    assert proposal.missing == ()
    assert all(joint == bone for joint, bone in proposal.rig_map.bones.items())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mixamorig:LeftForeArm", ("left", ("fore", "arm"))),
        ("upper_arm.R", ("right", ("upper", "arm"))),
        ("lShldrBend", ("left", ("shldr",))),
        ("leftupperarm", ("left", ("upperarm",))),
        ("CC_Base_R_Thigh", ("right", ("thigh",))),
        ("LHand", ("left", ("hand",))),
        ("spine_03", ("", ("spine",))),
    ],
)
def test_names_are_taken_apart(name, expected):
    assert read_name(name) == expected


def test_a_leg_that_is_missing_is_told():
    names, parents = tree("hips > spine > chest > head", "hips > thigh.L > shin.L > foot.L")
    proposal = propose_map(names, parents)
    assert not proposal.complete
    assert any(line.startswith("right_ankle (needed)") and "foot" in line for line in proposal.missing)
    assert any(line.startswith("left_elbow (needed)") for line in proposal.missing)
    assert proposal.score < 0.5


def test_a_table_is_no_humanoid():
    proposal = propose_map(("table", "leg_1", "leg_2", "drawer"), (-1, 0, 0, 0))
    assert not set(proposal.rig_map.bones) & set(NEEDED_JOINTS)
    assert proposal.score == 0.0
