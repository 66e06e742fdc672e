"""What is written comes back: joints within a millimetre of where they were, in every file type."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.bodies import small_skeleton

from ponimator_runtime.errors import DataError
from ponimator_runtime.models.body import load_body_surface
from ponimator_runtime.models.bundle import embedded_folder
from ponimator_runtime.motion.rotations import (
    matrix_from_axis_angle,
    matrix_from_quaternion,
    quaternion_from_axis_angle,
)
from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS
from ponimator_runtime.motion_files.amass import save_amass
from ponimator_runtime.motion_files.bvh import read_bvh
from ponimator_runtime.motion_files.euler import zxy_from_matrix
from ponimator_runtime.motion_files.formats import SUFFIXES, read_performance, save_performance
from ponimator_runtime.motion_files.glb_container import read_glb
from ponimator_runtime.motion_files.performance import Performance, PersonMotion, path_of_person

FRAMES, RATE_HZ = 24, 30.0
TOLERANCE_M = 1e-3


@pytest.fixture(scope="module")
def surface():
    return load_body_surface(embedded_folder() / "lite" / "body.npz")


def person(name, seed, skeleton, *, scale=0.6):
    """Somebody who turns all joints, more than once around in the root."""
    rng = np.random.default_rng(seed)
    time = np.arange(FRAMES)[:, None, None] / RATE_HZ
    vectors = rng.normal(scale=scale, size=(1, 55, 3)) * np.sin(3 * time + rng.uniform(0, 6, size=(1, 55, 3)))
    vectors[:, 0] = [0.0, 0.0, 0.0]
    vectors[:, 0, 1] = np.linspace(0, 7, FRAMES)
    betas = rng.normal(scale=0.5, size=10)
    return PersonMotion(
        name=name,
        rotations_xyzw=quaternion_from_axis_angle(vectors),
        translations=rng.normal(size=3) + 0.5 * time[:, 0],
        rest_joints=skeleton.rest_joints(betas),
        betas=betas,
    )


@pytest.fixture
def performance(surface):
    return Performance(
        persons=(person("Ann", 1, surface.skeleton), person("Ben", 2, surface.skeleton)), rate_hz=RATE_HZ, anchors=(7,)
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_joints_come_back_within_a_millimetre(suffix, performance, surface, tmp_path):
    back = read_performance(save_performance(tmp_path / f"hug{suffix}", performance, surface), surface)
    assert [p.name for p in back.persons] == ["Ann", "Ben"]
    assert (back.rate_hz, back.frame_count) == (RATE_HZ, FRAMES)
    for read, written in zip(back.persons, performance.persons, strict=True):
        distance_m = np.linalg.norm(read.joint_positions() - written.joint_positions(), axis=-1)
        assert distance_m.max() < TOLERANCE_M


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_body_of_other_bones_than_the_shape_says_keeps_its_bones(suffix, surface, tmp_path):
    other = Performance(persons=(person("Dwarf", 3, small_skeleton()),), rate_hz=RATE_HZ)
    back = read_performance(save_performance(tmp_path / f"dwarf{suffix}", other, surface), surface)
    distance_m = np.linalg.norm(back.persons[0].joint_positions() - other.persons[0].joint_positions(), axis=-1)
    assert distance_m.max() < TOLERANCE_M


@pytest.mark.parametrize("suffix", [".npz", ".glb"])
def test_anchors_come_back(suffix, performance, surface, tmp_path):
    assert read_performance(save_performance(tmp_path / f"a{suffix}", performance, surface), surface).anchors == (7,)


def test_shapes_come_back_as_betas(performance, surface, tmp_path):
    back = read_performance(save_performance(tmp_path / "hug.npz", performance, surface), surface)
    np.testing.assert_allclose(back.persons[1].betas, performance.persons[1].betas, atol=1e-6)


def test_amass_names_shapes_and_order(performance, tmp_path):
    save_amass(tmp_path / "a.npz", performance.persons[0], rate_hz=RATE_HZ)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        assert archive["poses"].shape == (FRAMES, 165)
        assert archive["trans"].shape == (FRAMES, 3)
        assert (str(archive["surface_model_type"]), str(archive["gender"])) == ("smplx", "neutral")
        assert float(archive["mocap_frame_rate"]) == RATE_HZ
        parts = ("root_orient", "pose_body", "pose_jaw", "pose_eye", "pose_hand")
        assert [archive[part].shape[1] for part in parts] == [3, 63, 3, 6, 90]
        np.testing.assert_array_equal(np.concatenate([archive[part] for part in parts], axis=1), archive["poses"])


def test_a_file_of_the_body_alone_has_flat_hands(surface, tmp_path):
    np.savez(tmp_path / "smplh.npz", poses=np.full((FRAMES, 156), 0.1), trans=np.zeros((FRAMES, 3)), fps=60.0)
    (read,) = read_performance([tmp_path / "smplh.npz"], surface).persons
    assert np.array_equal(read.rotations_xyzw[:, 22:], np.broadcast_to([0.0, 0, 0, 1], (FRAMES, 33, 4)))
    assert not np.allclose(read.rotations_xyzw[:, 21], [0.0, 0, 0, 1])


def test_bvh_has_the_hierarchy_degrees_and_frame_time_that_programs_expect(performance, surface, tmp_path):
    path, _ = save_performance(tmp_path / "hug.bvh", performance, surface)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[1]) == ("HIERARCHY", "ROOT pelvis")
    assert "Frame Time: 0.03333333" in lines
    assert f"Frames: {FRAMES}" in lines
    first = [float(value) for value in lines[-FRAMES].split()]
    assert len(first) == 3 + 3 * 55
    np.testing.assert_allclose(first[:3], 100 * performance.persons[0].pelvis_positions[0], atol=1e-4)
    motion = read_bvh(path)
    joints = [name for name in motion.names if not name.endswith("_end")]
    assert sorted(joints) == sorted(JOINT_NAMES)
    for joint, parent in enumerate(PARENTS[1:], start=1):
        above = motion.parents[motion.names.index(JOINT_NAMES[joint])]
        assert motion.names[above] == JOINT_NAMES[parent]
    # The rest pose stands on the floor.
    offset = float(lines[3].split()[2])
    lowest = performance.persons[0].rest_joints[:, 1].min() - performance.persons[0].rest_joints[0, 1]
    assert offset / 100 + lowest == pytest.approx(0.025, abs=1e-6)


def test_bvh_angles_make_no_jump_where_the_body_makes_none(performance, surface, tmp_path):
    path, _ = save_performance(tmp_path / "hug.bvh", performance, surface)
    values = np.loadtxt(path.read_text(encoding="utf-8").splitlines()[-FRAMES:])
    assert np.abs(np.diff(values[:, 3:6], axis=0)).max() < 45  # the root turns by 17 degrees a frame


@settings(max_examples=50)
@given(st.lists(st.tuples(*[st.floats(-7, 7)] * 3), min_size=1, max_size=6))
def test_euler_angles_make_the_rotation_again(vectors):
    matrix = matrix_from_axis_angle(np.array(vectors)[:, None])
    assert_made_again(matrix, zxy_from_matrix(matrix))


@pytest.mark.parametrize("x", [np.pi / 2, -np.pi / 2, np.pi / 2 - 1e-9])
def test_euler_angles_in_gimbal_lock(x):
    angles = np.array([[[0.3, 1.2, 0.1]], [[0.4, x, 0.2]], [[0.5, x, -0.4]]])
    matrix = from_zxy(angles)
    assert_made_again(matrix, zxy_from_matrix(matrix), tolerance=1e-6)


def from_zxy(angles):
    axes = np.eye(3)
    turns = [matrix_from_axis_angle(angles[..., column, None] * axes[axis]) for column, axis in enumerate((2, 0, 1))]
    return turns[0] @ turns[1] @ turns[2]


def assert_made_again(matrix, angles, tolerance=1e-7):
    np.testing.assert_allclose(from_zxy(angles), matrix, atol=tolerance)


def test_gltf_has_two_skins_and_one_animation(performance, surface, tmp_path):
    (path,) = save_performance(tmp_path / "hug.glb", performance, surface)
    glb = read_glb(path)
    assert [skin["name"] for skin in glb.tree["skins"]] == ["Ann", "Ben"]
    assert all(len(skin["joints"]) == 55 for skin in glb.tree["skins"])
    (animation,) = glb.tree["animations"]
    assert len(animation["channels"]) == 2 * 56
    weights = glb.array(glb.tree["meshes"][0]["primitives"][0]["attributes"]["WEIGHTS_0"])
    np.testing.assert_allclose(weights.astype(np.float64).sum(axis=1), 1.0, atol=2e-7)


def test_gltf_skin_stands_where_the_body_does(performance, surface, tmp_path):
    """Skinning by the file's own matrices makes the vertices that our own skinning makes."""
    (path,) = save_performance(tmp_path / "hug.glb", performance, surface)
    glb, frame = read_glb(path), 11
    for number, read in enumerate(read_performance([path], surface).persons):
        attributes = glb.tree["meshes"][number]["primitives"][0]["attributes"]
        rest, joints, weights = (glb.array(attributes[name]) for name in ("POSITION", "JOINTS_0", "WEIGHTS_0"))
        inverse = glb.array(glb.tree["skins"][number]["inverseBindMatrices"]).reshape(55, 4, 4).transpose(0, 2, 1)
        world = np.tile(np.eye(4), (55, 1, 1))
        world[:, :3, 3] = read.joint_positions()[frame]
        for joint, parent in enumerate(PARENTS):
            x, y, z, w = read.rotations_xyzw[frame, joint]
            own = np.array(
                [
                    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
                ]
            )
            world[joint, :3, :3] = own if parent < 0 else world[parent, :3, :3] @ own
        moved = (world @ inverse)[joints]
        homogeneous = np.concatenate([rest, np.ones((len(rest), 1))], axis=1)
        vertices = np.einsum("vk,vkij,vj->vi", weights, moved, homogeneous)[:, :3]
        written = performance.persons[number]
        expected = surface.posed(
            matrix_from_quaternion(written.rotations_xyzw[frame]), written.translations[frame], written.betas
        )
        assert np.abs(vertices - expected).max() < TOLERANCE_M


def test_files_of_two_takes_are_refused(performance, surface, tmp_path):
    ann, _ = save_performance(tmp_path / "a.bvh", performance, surface)
    short = Performance(persons=(performance.persons[1],), rate_hz=60.0)
    (ben,) = save_performance(tmp_path / "b.bvh", short, surface)
    with pytest.raises(DataError, match=r"b_Ben\.bvh has 24 frames at 60 Hz, a_Ann\.bvh has 24 at 30 Hz"):
        read_performance([ann, ben], surface)


def test_names_that_no_file_may_have(tmp_path):
    assert path_of_person(tmp_path / "h.bvh", ["A/b c", "B"], 0).name == "h_Abc.bvh"
    assert [path_of_person(tmp_path / "h.bvh", ["A", "A"], person).name for person in (0, 1)] == ["h_1.bvh", "h_2.bvh"]
    assert path_of_person(tmp_path / "h.bvh", ["../..", "B"], 0).name == "h_1.bvh"


def glb_bytes(tree, binary=b""):
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"glTF",
        b"PK\x03\x04 no glTF at all",
        glb_bytes([]),
        glb_bytes({}),
        glb_bytes({"asset": {}, "animations": [], "skins": [], "nodes": []}),
        glb_bytes({"asset": {}, "animations": [{"samplers": [{"input": 0}], "channels": []}], "accessors": [{}]}),
        glb_bytes(
            {
                "animations": [{"samplers": [{"input": 0, "output": 0}], "channels": []}],
                "accessors": [{"bufferView": 0, "componentType": 5126, "count": 1 << 40, "type": "VEC4"}],
                "bufferViews": [{"byteOffset": 0}],
            }
        ),
    ],
)
def test_broken_gltf_is_told_not_thrown(content, surface, tmp_path):
    path = tmp_path / "broken.glb"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.glb"):
        read_performance([path], surface)


def test_every_cut_of_a_gltf_file_is_told(performance, surface, tmp_path):
    (path,) = save_performance(tmp_path / "hug.glb", performance, surface)
    content = path.read_bytes()
    for length in range(0, len(content), len(content) // 60):
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match=r"hug\.glb"):
            read_performance([path], surface)


def test_a_bvh_of_another_skeleton_is_told_where_to_go(surface, tmp_path):
    path = tmp_path / "capture.bvh"
    path.write_text(
        "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        "End Site\n{\nOFFSET 0 1 0\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.033333\n0 0 0\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError, match=r"22 joints of SMPL-X are not there.*ponimator dataset extract"):
        read_performance([path], surface)


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"poses": np.zeros((2, 165))}, "expected poses, trans and mocap_frame_rate, it has poses"),
        ({"poses": np.zeros((2, 3)), "trans": np.zeros((2, 3)), "fps": 30.0}, r"got \(2, 3\) and"),
        ({"poses": np.zeros((2, 165)), "trans": np.zeros((3, 3)), "fps": 30.0}, r"\(3, 3\)"),
        ({"poses": np.full((2, 165), np.nan), "trans": np.zeros((2, 3)), "fps": 30.0}, "not finite"),
        ({"poses": np.zeros((2, 165)), "trans": np.zeros((2, 3)), "fps": 0.0}, "no frame rate"),
    ],
)
def test_broken_amass_files_are_told(arrays, told, surface, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=told):
        read_performance([tmp_path / "a.npz"], surface)


def test_an_unknown_type_is_told(performance, surface, tmp_path):
    with pytest.raises(DataError, match=r"one of \.npz, \.bvh, \.glb"):
        save_performance(tmp_path / "hug.fbx", performance, surface)
    with pytest.raises(DataError, match=r"one of \.npz, \.bvh, \.glb"):
        read_performance([tmp_path / "hug.fbx"], surface)
