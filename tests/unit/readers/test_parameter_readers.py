"""Inter-X, InterHuman and SMPL-X pairs: what is written in the published layout is read back, or refused in words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.readers.published import (
    Z_UP,
    farthest_off,
    inter_human_content,
    smplx_arrays,
    turned,
    write_amass,
    write_inter_x,
    write_pickle,
)

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion_files.smpl_parameters import SmplTarget
from ponimator_training.data.readers.inter_human import SMPLH_REST_PELVIS, read_inter_human
from ponimator_training.data.readers.inter_x import read_inter_x
from ponimator_training.data.readers.smplx_pair import read_smplx_pair

ONE_MM = 1e-3


@pytest.mark.parametrize("turn", [np.eye(3), Z_UP])
def test_inter_x_is_read_back_at_the_model_rate(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget, turn: np.ndarray
) -> None:
    folder = write_inter_x(tmp_path / "motions" / "G003T001A001R002", turned(resampled(truth, 120.0), turn, skeleton))
    clip = read_inter_x(folder, target)
    assert clip.rate_hz == 120.0
    assert clip.kind == "handshake"
    assert clip.name == "G003T001A001R002"
    motion = clip.at_model_rate()
    assert motion.frame_count == truth.frame_count
    assert farthest_off(motion, truth, skeleton) < ONE_MM
    assert any("up axis" in note for note in clip.notes)


def test_inter_x_texts_and_who_starts_come_from_beside_the_motions(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget
) -> None:
    name = "G001T000A000R000"
    folder = write_inter_x(tmp_path / "motions" / name, resampled(truth, 120.0))
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / f"{name}.txt").write_text("They hug.\n\nTwo friends hug.\n")
    write_pickle(tmp_path / "annots" / "interaction_order.pkl", {name: 1})
    clip = read_inter_x(folder, target)
    assert clip.texts == ("They hug.", "Two friends hug.")
    assert farthest_off(clip.at_model_rate(), truth.swapped(), skeleton) < ONE_MM


def test_shapes_of_another_body_become_the_mean_shape(tmp_path: Path, truth: Motion, skeleton: Skeleton) -> None:
    folder = write_inter_x(tmp_path / "clip", truth)
    clip = read_inter_x(folder, SmplTarget(skeleton=skeleton, keeps_shapes=False), rate_hz=10.0)
    assert not clip.betas.any()
    assert not clip.shares_floor
    assert any("mean body" in note for note in clip.notes)
    np.testing.assert_allclose(clip.rotations, truth.rotations, atol=1e-5)


@pytest.mark.parametrize("suffix", [".pkl", ".npz"])
def test_inter_human_is_read_back_with_the_pelvis_in_place(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget, suffix: str
) -> None:
    mean = replace(truth, betas=np.zeros((2, 10)))
    published = turned(resampled(mean, 59.94), Z_UP, skeleton)
    content = inter_human_content(published, SMPLH_REST_PELVIS - skeleton.template[0])
    path = tmp_path / "motions" / f"12{suffix}"
    if suffix == ".pkl":
        write_pickle(path, content)
    else:
        path.parent.mkdir()
        flat = {f"{who}_{key}": value for who in ("person1", "person2") for key, value in content[who].items()}
        np.savez(path, mocap_framerate=59.94, **flat)
    (tmp_path / "annots").mkdir()
    (tmp_path / "annots" / "12.txt").write_text("two people shake hands")
    clip = read_inter_human(path, target)
    assert clip.rate_hz == pytest.approx(59.94)
    assert clip.texts == ("two people shake hands",)
    at_the_same_times = clip.at_model_rate()
    first = resampled(resampled(mean, 59.94), 10.0)
    # A turn to Z up and back leaves the two where they were to each other; the frame's origin may differ by a constant.
    shift = at_the_same_times.translations[0, 0] - first.translations[0, 0]
    moved = replace(first, translations=first.translations + shift)
    assert farthest_off(at_the_same_times, moved, skeleton) < ONE_MM


def test_a_pair_of_smplx_files_is_read_back(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget
) -> None:
    published = turned(resampled(truth, 60.0), Z_UP, skeleton)
    files = [write_amass(tmp_path / f"take_{person + 1}.npz", published, person) for person in range(2)]
    clip = read_smplx_pair(*files, target, name="take")
    assert clip.rate_hz == 60.0
    assert farthest_off(clip.at_model_rate(), truth, skeleton) < ONE_MM


def test_two_persons_that_do_not_fit_are_refused(tmp_path: Path, truth: Motion, target: SmplTarget) -> None:
    first = write_amass(tmp_path / "a_1.npz", truth, 0)
    shorter = write_amass(tmp_path / "a_2.npz", truth.frames(0, 50), 1)
    with pytest.raises(DataError, match="different length, 64 and 50"):
        read_smplx_pair(first, shorter, target, name="a")
    slower = write_amass(tmp_path / "b_2.npz", truth, 1, mocap_frame_rate=np.array(30.0))
    with pytest.raises(DataError, match="different rate, 10 Hz and 30 Hz"):
        read_smplx_pair(first, slower, target, name="a")


def test_a_missing_person_is_named(tmp_path: Path, truth: Motion, target: SmplTarget) -> None:
    folder = write_inter_x(tmp_path / "clip", truth)
    (folder / "P2.npz").unlink()
    with pytest.raises(DataError, match=r"clip: a person is missing.*P2\.npz"):
        read_inter_x(folder, target)
    path = write_pickle(tmp_path / "7.pkl", {"mocap_framerate": 60, "person1": smplx_arrays(truth, 0)})
    with pytest.raises(DataError, match="person2"):
        read_inter_human(path, target)


def test_a_nan_in_the_middle_is_named_with_its_frame(tmp_path: Path, truth: Motion, target: SmplTarget) -> None:
    folder = write_inter_x(tmp_path / "clip", truth)
    arrays = smplx_arrays(truth, 1)
    arrays["pose_body"][31, 4, 1] = np.nan
    np.savez(folder / "P2.npz", **arrays)
    with pytest.raises(DataError, match=r"P2\.npz: frame 31"):
        read_inter_x(folder, target)


def test_files_cut_off_or_of_another_kind_are_named(tmp_path: Path, truth: Motion, target: SmplTarget) -> None:
    whole = write_inter_x(tmp_path / "clip", truth)
    content = (whole / "P1.npz").read_bytes()
    for size in (0, 10, len(content) // 2, len(content) - 5):
        (whole / "P1.npz").write_bytes(content[:size])
        with pytest.raises(DataError, match=r"P1\.npz"):
            read_inter_x(whole, target)
    np.savez(whole / "P1.npz", something=np.zeros(3))
    with pytest.raises(DataError, match=r"no pose.*something"):
        read_inter_x(whole, target)


def test_a_clip_of_two_frames_and_a_wrong_width_are_refused(tmp_path: Path, truth: Motion, target: SmplTarget) -> None:
    folder = write_inter_x(tmp_path / "clip", truth.frames(10, 12))
    with pytest.raises(DataError, match="at least 3 frames"):
        read_inter_x(folder, target)
    arrays = smplx_arrays(truth, 0)
    np.savez(folder / "P1.npz", **(arrays | {"pose_body": arrays["pose_body"][:, :20]}))
    with pytest.raises(DataError, match="63 values a frame"):
        read_inter_x(folder, target)


def test_a_rate_that_is_none_is_refused(tmp_path: Path, truth: Motion, target: SmplTarget) -> None:
    files = [
        write_amass(tmp_path / f"c_{person + 1}.npz", truth, person, mocap_frame_rate=np.array(0.0))
        for person in range(2)
    ]
    with pytest.raises(DataError, match="--rate"):
        read_smplx_pair(*files, target, name="c")
    assert read_smplx_pair(*files, target, name="c", rate_hz=10.0).rate_hz == 10.0


def test_lying_bodies_need_to_be_told_which_way_is_up(
    tmp_path: Path, truth: Motion, skeleton: Skeleton, target: SmplTarget
) -> None:
    half = np.array([[1.0, 0, 0], [0, np.sqrt(0.5), -np.sqrt(0.5)], [0, np.sqrt(0.5), np.sqrt(0.5)]])
    diagonal = half @ np.array([[np.sqrt(0.5), -np.sqrt(0.5), 0], [np.sqrt(0.5), np.sqrt(0.5), 0], [0, 0, 1]])
    folder = write_inter_x(tmp_path / "clip", turned(truth, diagonal, skeleton))
    with pytest.raises(DataError, match="--up"):
        read_inter_x(folder, target)
    assert read_inter_x(folder, replace(target, up="+y"), rate_hz=10.0).rate_hz == 10.0
