"""Poses to start from, out of any file; each stands where it stood in the file."""

import pickle

import numpy as np
import pytest
from tests.unit.motion_files.test_round_trips import FRAMES, RATE_HZ, person

from ponimator_runtime.commands.live_poses import bodies_of_files, poses_on
from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.models.body import load_body_surface
from ponimator_runtime.models.bundle import embedded_folder
from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS
from ponimator_runtime.motion_files.formats import save_performance
from ponimator_runtime.motion_files.performance import Performance
from ponimator_runtime.motion_files.poses import read_bodies
from ponimator_runtime.wire import Skeleton, pose_arrays, rest_joints_bytes

AT_S = 0.5


@pytest.fixture(scope="module")
def surface():
    return load_body_surface(embedded_folder() / "lite" / "body.npz")


@pytest.fixture
def performance(surface):
    persons = (person("Ann", 1, surface.skeleton), person("Ben", 2, surface.skeleton))
    return Performance(persons=persons, rate_hz=RATE_HZ)


def assert_same(body, person_motion, frame):
    expected = matrix_from_quaternion(person_motion.rotations_xyzw[frame, :22])
    np.testing.assert_allclose(body.rotations, expected, atol=1e-5)
    np.testing.assert_allclose(body.pelvis, person_motion.pelvis_positions[frame], atol=1e-5)


@pytest.mark.parametrize("suffix", [".npz", ".bvh"])
def test_an_instant_of_one_person(suffix, performance, surface, tmp_path):
    _, ben = save_performance(tmp_path / f"hug{suffix}", performance, surface)
    (body,) = read_bodies(ben, surface, at_s=AT_S)
    assert_same(body, performance.persons[1], round(AT_S * RATE_HZ))


def test_an_instant_of_both(performance, surface, tmp_path):
    (path,) = save_performance(tmp_path / "hug.glb", performance, surface)
    for body, person_motion in zip(read_bodies(path, surface), performance.persons, strict=True):
        assert_same(body, person_motion, 0)


@pytest.mark.parametrize("at_s", [-0.5, FRAMES / RATE_HZ])
def test_an_instant_outside_of_the_file_is_told(at_s, performance, surface, tmp_path):
    (path,) = save_performance(tmp_path / "hug.glb", performance, surface)
    with pytest.raises(DataError, match=r"hug\.glb: expected an instant of its 0\.80 s"):
        read_bodies(path, surface, at_s=at_s)


def estimate(persons):
    """Upright, as a camera sees it: Y down."""
    root = np.tile([np.pi, 0.0, 0.0], (persons, 1))
    places = np.array([[0.0, 0.1, 3.0], [0.6, 0.1, 3.0]])[:persons]
    return {
        "global_orient": root,
        "body_pose": np.zeros((persons, 63)),
        "betas": np.zeros((persons, 10)),
        "transl": places,
    }


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
@pytest.mark.parametrize("persons", [1, 2])
def test_estimates_of_images_stand_upright_on_the_floor(suffix, persons, surface, tmp_path):
    path = tmp_path / f"estimate{suffix}"
    if suffix == ".npz":
        np.savez(path, **estimate(persons))
    else:
        path.write_bytes(pickle.dumps({"humans": estimate(persons)} if persons > 1 else estimate(persons)))
    bodies = read_bodies(path, surface)
    assert len(bodies) == persons
    rest = surface.skeleton.rest_joints(np.zeros(10))
    for body in bodies:
        joints = joint_positions(body.rotations, body.pelvis - rest[0], rest)
        assert joints[15, 1] > joints[0, 1] > joints[10, 1] > 0.0  # head, pelvis, foot, floor
        assert joints[:, 1].min() < 0.06
    if persons > 1:
        assert np.linalg.norm(bodies[0].pelvis - bodies[1].pelvis) == pytest.approx(0.6, abs=1e-6)


def skeleton_message(rest_joints):
    return Skeleton(
        session="s", joints=JOINT_NAMES, parents=PARENTS, rest_joints=rest_joints_bytes(rest_joints), names=("A", "B")
    )


def test_poses_on_other_bodies_keep_the_pelvis_where_it_was(performance, surface, tmp_path):
    (path,) = save_performance(tmp_path / "hug.glb", performance, surface)
    bodies = bodies_of_files(path, None, None, surface, at_s=0.0)
    rest = surface.skeleton.rest_joints(np.array([np.full(10, 0.7), np.zeros(10)]))
    for body, pose, rest_pelvis in zip(bodies, poses_on(bodies, skeleton_message(rest)), rest[:, 0], strict=True):
        arrays = pose_arrays(pose)
        np.testing.assert_allclose(rest_pelvis + arrays.translation, body.pelvis, atol=1e-5)
        np.testing.assert_allclose(matrix_from_quaternion(arrays.rotations), body.rotations, atol=1e-5)


def test_one_pose_alone_leaves_the_other_open(performance, surface, tmp_path):
    ann, _ = save_performance(tmp_path / "hug.bvh", performance, surface)
    bodies = bodies_of_files(None, ann, None, surface, at_s=0.0)
    first, second = poses_on(bodies, skeleton_message(surface.skeleton.rest_joints(np.zeros((2, 10)))))
    assert first is not None
    assert second is None


def test_files_of_the_wrong_number_of_persons_are_told(performance, surface, tmp_path):
    (both,) = save_performance(tmp_path / "hug.glb", performance, surface)
    one, _ = save_performance(tmp_path / "hug.bvh", performance, surface)
    with pytest.raises(ConfigError, match=r"holds 1: use --pose-a"):
        bodies_of_files(one, None, None, surface, at_s=0.0)
    with pytest.raises(ConfigError, match=r"--pose-b: .* holds 2: use --poses"):
        bodies_of_files(None, one, both, surface, at_s=0.0)


def test_a_type_that_is_none_is_told(surface, tmp_path):
    with pytest.raises(DataError, match=r"\.npz, \.bvh, \.glb, \.pkl"):
        read_bodies(tmp_path / "pose.json", surface)
