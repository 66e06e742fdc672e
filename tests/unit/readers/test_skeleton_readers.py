"""BVH and ASF/AMC: a skeleton whose truth is known comes back on the body; what was guessed is said."""

from pathlib import Path

import numpy as np
import pytest
from tests.unit.readers.published import (
    BVH_NAMES,
    Z_UP,
    farthest_off,
    joints_of,
    turned,
    write_acclaim,
    write_bvh,
)

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import JOINT_INDEX, Skeleton
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.bvh import read_bvh
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.extraction import Extractor
from ponimator_training.data.readers.acclaim import read_acclaim
from ponimator_training.data.readers.joint_map import joint_map, read_joint_map
from ponimator_training.data.readers.paired_clip import PairedClip
from ponimator_training.data.readers.skeleton_pair import paired_skeletons

TWO_CM = 0.02
CMU_UNIT_M = 0.0254 / 0.45
CMU = Path(__file__).resolve().parents[4] / "shared" / "data" / "cmu"
needs_cmu = pytest.mark.skipif(not CMU.is_dir(), reason="the CMU pair is not beside the repository")


def bvh_clip(folder: Path, motion: Motion, skeleton: Skeleton, **how) -> PairedClip:
    read = [
        read_bvh(write_bvh(folder / f"take_{person + 1}.bvh", motion, person, skeleton, **how)) for person in range(2)
    ]
    return paired_skeletons(*read, skeleton, name="take")


@pytest.mark.parametrize(("scale", "unit"), [(1.0, "metres"), (100.0, "centimetres"), (1 / CMU_UNIT_M, "CMU units")])
def test_a_bvh_pair_comes_back_on_the_body(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, scale: float, unit: str
) -> None:
    clip = bvh_clip(tmp_path, resampled(truth, 30.0), skeleton, scale=scale)
    motion = clip.at_model_rate()
    assert motion.frame_count == truth.frame_count
    assert farthest_off(motion, truth, skeleton) < TWO_CM
    said = " ".join(clip.notes)
    assert unit in said
    assert "30 Hz (from the header)" in said
    assert "T-pose" in said
    assert "up axis +y" in said


def test_a_pair_that_stands_along_z_is_stood_up(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    """Skeletons whose rest pose stands along Y while they move along Z count from their T-pose."""
    motions = []
    for person in range(2):
        path = write_bvh(tmp_path / f"p{person}.bvh", truth, person, skeleton)
        y_up = read_bvh(path)
        motions.append(y_up.moved(Z_UP, 1.0, "turned"))
    clip = paired_skeletons(*motions, skeleton, name="take")
    assert "up axis +z" in " ".join(clip.notes)
    off = joints_of(clip, skeleton) - motion_joint_positions(truth, skeleton)
    assert np.linalg.norm(off, axis=-1).max() < TWO_CM


def test_without_a_t_pose_nothing_is_dropped(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    clip = bvh_clip(tmp_path, truth, skeleton, t_pose=False)
    assert clip.translations.shape[1] == truth.frame_count
    assert "dropped" not in " ".join(clip.notes)
    assert farthest_off(clip, truth, skeleton) < TWO_CM


def test_an_acclaim_pair_with_bones_of_no_length_comes_back(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    fast = resampled(truth, 120.0).frames(0, 240)
    read = []
    for person in range(2):
        files = tmp_path / f"{person}.asf", tmp_path / f"{person}_01.amc"
        write_acclaim(*files, fast, person, skeleton, scale=1 / CMU_UNIT_M)
        read.append(read_acclaim(*files))
    clip = paired_skeletons(*read, skeleton, name="take")
    assert farthest_off(clip, fast, skeleton) < TWO_CM
    assert "AMC tells no rate" in " ".join(clip.notes)


def test_facing_does_not_depend_on_how_the_skeleton_rests(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    back = np.diag([-1.0, 1.0, -1.0])
    motions = [read_bvh(write_bvh(tmp_path / f"p{person}.bvh", truth, person, skeleton)) for person in range(2)]
    clip = paired_skeletons(*(motion.moved(back, 1.0, "turned") for motion in motions), skeleton, name="take")
    assert farthest_off(clip, turned(truth, back, skeleton), skeleton) < TWO_CM


def test_names_of_other_tools_are_known(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    path = write_bvh(tmp_path / "a.bvh", truth, 0, skeleton)
    text = path.read_text()
    path.write_text(text.replace("JOINT ", "JOINT mixamorig:"))
    found = joint_map(read_bvh(path))
    assert found["left_hip"] == joint_map(read_bvh(write_bvh(path, truth, 0, skeleton)))["left_hip"]
    for joint, name in BVH_NAMES.items():
        text = text.replace(f" {name}\n", f" {joint}\n")
    path.write_text(text)
    motion = read_bvh(path)
    for joint in BVH_NAMES:
        assert motion.names[joint_map(motion)[joint]] == joint


def test_unknown_names_are_told_by_a_joint_map(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    path = write_bvh(tmp_path / "a.bvh", truth, 0, skeleton)
    path.write_text(path.read_text().replace("LeftForeArm", "Bone17"))
    motion = read_bvh(path)
    with pytest.raises(DataError, match=r"left_elbow.*--joint-map"):
        joint_map(motion)
    told = tmp_path / "map.json"
    told.write_text('{"left_elbow": "Bone17"}')
    assert motion.names[joint_map(motion, read_joint_map(told))["left_elbow"]] == "Bone17"
    told.write_text('{"left_elbow": "Bone18"}')
    with pytest.raises(DataError, match="Bone18"):
        joint_map(motion, read_joint_map(told))
    told.write_text('{"third_elbow": "Bone17"}')
    with pytest.raises(DataError, match="third_elbow"):
        read_joint_map(told)
    told.write_text("[1, 2")
    with pytest.raises(DataError, match="JSON"):
        read_joint_map(told)


def test_broken_bvh_files_are_named(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    path = write_bvh(tmp_path / "a.bvh", truth, 0, skeleton)
    whole = path.read_text()
    lines = whole.splitlines()
    broken = {
        "no BVH": "hello",
        "tells 65 frames, there are 60": "\n".join(lines[:-5]),
        "values; a line has another count": whole[:-40],
        "not finite": whole.replace(lines[-3].split()[5], "nan"),
        "cut off": whole.replace("}\nMOTION", "MOTION"),
        "could not convert": whole.replace("OFFSET", "OFFSET x"),
        "no frame rate": whole.replace(f"Frame Time: {1 / truth.rate_hz:.7f}", "Frame Time: 0"),
    }
    for reason, text in broken.items():
        path.write_text(text)
        with pytest.raises(DataError, match=reason) as refusal:
            read_bvh(path)
        assert "a.bvh" in str(refusal.value)


def test_broken_acclaim_files_are_named(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    skeleton_path, motion_path = tmp_path / "a.asf", tmp_path / "a_01.amc"
    write_acclaim(skeleton_path, motion_path, truth.frames(0, 6), 0, skeleton, scale=17.7)
    take, bones = motion_path.read_text(), skeleton_path.read_text()
    for text in (take[: len(take) // 2], take.replace("left_elbow", "third_elbow"), ""):
        motion_path.write_text(text)
        with pytest.raises(DataError, match=r"a_01\.amc"):
            read_acclaim(skeleton_path, motion_path)
    motion_path.write_text(take)
    for text in (bones[: len(bones) // 2], bones.replace("to_left_elbow left_elbow", ""), ""):
        skeleton_path.write_text(text)
        with pytest.raises(DataError, match=r"a\.asf"):
            read_acclaim(skeleton_path, motion_path)


@pytest.fixture(scope="module")
def cmu_clip(skeleton: Skeleton) -> PairedClip:
    return paired_skeletons(
        read_bvh(CMU / "18_01.bvh"), read_bvh(CMU / "19_01.bvh"), skeleton, name="cmu", told_joints=None
    )


@needs_cmu
def test_the_real_pair_says_what_was_guessed(cmu_clip: PairedClip) -> None:
    said = " ".join(cmu_clip.notes)
    assert cmu_clip.translations.shape[1] == 303
    assert "120 Hz" in said
    assert "first frame dropped (T-pose)" in said
    assert "CMU units" in said


@needs_cmu
def test_the_real_pair_keeps_its_bone_directions(cmu_clip: PairedClip, skeleton: Skeleton) -> None:
    joints = joints_of(cmu_clip, skeleton)
    for person, name in enumerate(("18_01.bvh", "19_01.bvh")):
        captured = read_bvh(CMU / name)
        where = joint_map(captured)
        for bone in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
            for side in ("left", "right"):
                start, stop = (f"{side}_{part}" for part in bone)
                own = joints[person, :, JOINT_INDEX[stop]] - joints[person, :, JOINT_INDEX[start]]
                theirs = captured.positions[1:, where[stop]] - captured.positions[1:, where[start]]
                cosine = np.sum(own * theirs, axis=1) / np.linalg.norm(own, axis=1) / np.linalg.norm(theirs, axis=1)
                assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 0.5


@needs_cmu
def test_the_real_pair_shakes_hands_with_its_feet_on_the_floor(
    cmu_clip: PairedClip, surface: BodySurface, regions: ContactRegions
) -> None:
    stretch = Extractor(regions=regions, surface=surface, frames=30).stretches(cmu_clip)[0]
    frames = np.flatnonzero(stretch.interactive)
    assert 4 <= len(frames) <= 15
    assert 8 <= frames[0] < frames[-1] <= 22
    joints = motion_joint_positions(stretch.motion, surface.skeleton)
    right = JOINT_INDEX["right_wrist"]
    between_hands = np.linalg.norm(joints[0, frames, right] - joints[1, frames, right], axis=-1)
    assert between_hands.max() < 0.35
    for person in range(2):
        skin = surface.posed(
            stretch.motion.rotations[person], stretch.motion.translations[person], stretch.motion.betas[person]
        )
        lowest = skin[2:28, :, 1].min(axis=-1)  # the frames around are eased to rest
        assert lowest.min() > -0.025
        assert lowest.max() < 0.035
    heads = joints[:, frames, JOINT_INDEX["head"], 1]
    assert ((heads > 1.2) & (heads < 1.8)).all()
