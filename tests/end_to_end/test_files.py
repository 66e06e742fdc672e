"""From a running server to the files that people take home, and from files back to live poses."""

import subprocess
import sys

import numpy as np
import pytest

from ponimator_runtime.commands.saving import BODY_BUNDLE, body_of
from ponimator_runtime.motion_files.formats import read_performance

PATIENCE_S = 180


def ponimator(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "ponimator_runtime", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def surface():
    return body_of(BODY_BUNDLE)


@pytest.fixture(scope="module")
def hug(server, tmp_path_factory):
    """A hug of a second, as glTF."""
    path = tmp_path_factory.mktemp("hug") / "hug.glb"
    said = ponimator("record", "--text", "two people hug", "--seconds", 1, "--seed", 3, "--out", path,
                     "--control", server.control)  # fmt: skip
    assert f"written      {path}" in said
    assert sorted(file.name for file in path.parent.iterdir()) == ["hug.glb"]  # no recording is left beside it
    return path


def test_a_session_is_recorded_as_gltf_and_converted_to_all_others(hug, surface, tmp_path):
    recorded = read_performance([hug], surface)
    assert ([person.name for person in recorded.persons], recorded.frame_count) == (["Ann", "Ben"], 30)
    for suffix in (".npz", ".bvh"):
        ponimator("convert", hug, "--out", tmp_path / f"hug{suffix}")
        pair = [tmp_path / f"hug_{name}{suffix}" for name in ("Ann", "Ben")]
        back = read_performance(pair, surface)
        for first, second in zip(back.persons, recorded.persons, strict=True):
            assert np.linalg.norm(first.joint_positions() - second.joint_positions(), axis=-1).max() < 1e-3


def test_live_poses_from_a_file_are_where_the_interaction_begins(server, hug, surface, tmp_path):
    out = tmp_path / "on.glb"
    said = ponimator("interact", "--poses", hug, "--at-s", 0.5, "--seconds", 1, "--seed", 1, "--out", out,
                     "--control", server.control)  # fmt: skip
    assert "from poses" in said
    before, after = read_performance([hug], surface), read_performance([out], surface)
    for given, shown in zip(before.persons, after.persons, strict=True):
        distance_m = np.linalg.norm(shown.pelvis_positions[0] - given.pelvis_positions[15])
        assert distance_m < 0.03


def test_one_pose_and_a_text_make_a_partner(server, hug, surface, tmp_path):
    ponimator("convert", hug, "--out", tmp_path / "hug.bvh")
    out = tmp_path / "on.npz"
    ponimator("interact", "--pose-a", tmp_path / "hug_Ann.bvh", "--text", "two people hug", "--seconds", 1,
              "--out", out, "--control", server.control)  # fmt: skip
    assert read_performance([tmp_path / "on_Ann.npz", tmp_path / "on_Ben.npz"], surface).frame_count == 30


def test_many_texts_become_a_file_each(server, surface, tmp_path):
    (tmp_path / "t.txt").write_text("two people hug\n# no text\ntwo people shake hands\n", encoding="utf-8")
    said = ponimator("interact", "--texts", tmp_path / "t.txt", "--at-once", 2, "--seconds", 1,
                     "--out", tmp_path / "it.glb", "--control", server.control)  # fmt: skip
    assert "2 played, 0 failed" in said
    for name in ("it_001.glb", "it_002.glb"):
        assert read_performance([tmp_path / name], surface).frame_count == 30
