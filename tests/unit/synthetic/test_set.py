"""The synthetic set, held to numbers kind by kind: true contact, no penetration, planted feet, smooth motion."""

import numpy as np
import pytest

from ponimator_runtime.errors import DataError
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.body.model import default_body
from ponimator_training.data.cli import USAGE_ERROR, main
from ponimator_training.data.clips import ClipSet, load_clips
from ponimator_training.data.contact_regions import ContactRegions
from ponimator_training.data.synthetic.kinds import KINDS
from ponimator_training.data.synthetic.synthesis import synthesise
from ponimator_training.evaluation.clip_measures import KindMeasures, measured, table

pytestmark = pytest.mark.slow  # nearly every test waits for the set


@pytest.fixture(scope="module")
def measures(clips: ClipSet, surface: BodySurface) -> dict[str, KindMeasures]:
    return {row.kind: row for row in measured(clips, surface, ContactRegions.of(default_body()))}


def test_there_are_many_kinds_and_none_is_named_like_another() -> None:
    assert len(KINDS) >= 24
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    texts = [text.lower() for kind in KINDS for text in kind.texts]
    assert len(set(texts)) == len(texts)
    assert all(len(kind.texts) >= 6 for kind in KINDS)


def test_surfaces_touch_at_the_anchors_of_kinds_that_touch(measures: dict[str, KindMeasures]) -> None:
    touching = [measures[kind.name].touching for kind in KINDS if kind.touches]
    assert np.mean(touching) >= 0.95
    assert min(touching) >= 0.3  # the weakest turns under the arm, where palms slide on each other


def test_bodies_stay_out_of_each_other(measures: dict[str, KindMeasures]) -> None:
    depths = [row.depth_p95_cm for row in measures.values()]
    assert np.percentile(depths, 95) < 2.0
    assert max(depths) < 4.0


def test_planted_feet_do_not_slide(measures: dict[str, KindMeasures]) -> None:
    assert np.mean([row.slide_cm_s for row in measures.values()]) < 1.0


def test_no_joint_is_past_its_limits(measures: dict[str, KindMeasures]) -> None:
    beyond = {row.kind: row.beyond_deg for row in measures.values() if row.beyond_deg > 1.0}
    assert not beyond


def test_motion_is_continuous(measures: dict[str, KindMeasures]) -> None:
    for row in measures.values():
        assert row.jump_m < 0.6, row
        assert row.turn_deg < 120, row


def test_the_table_has_a_row_for_each_kind(measures: dict[str, KindMeasures]) -> None:
    lines = table(list(measures.values())).splitlines()
    assert len(lines) == 2 + len(KINDS)
    assert any(line.startswith("| handshake | 2 |") for line in lines)


def test_every_clip_has_anchors_that_leave_time_before_and_after(clips: ClipSet) -> None:
    for kind, interactive in zip(clips.kinds, clips.interactive, strict=True):
        frames = np.flatnonzero(interactive)
        assert len(frames) >= 1, kind
        assert 3 <= frames[0] <= frames[-1] <= len(interactive) - 3, kind


def test_nobody_sinks_into_the_floor_or_flies(surface: BodySurface, clips: ClipSet) -> None:
    for index, kind in enumerate(clips.kinds):
        motion = clips.motion(index)
        for person in range(2):
            skin = surface.posed(motion.rotations[person], motion.translations[person], motion.betas[person])
            assert np.abs(skin[..., 1].min(axis=-1)).max() < 0.06, kind


def test_knees_and_elbows_bend_the_right_way(clips: ClipSet) -> None:
    """A knee's rotation vector points to +X, a left elbow's to −Y and a right elbow's to +Y, or is small."""
    for index, kind in enumerate(clips.kinds):
        rotations = clips.motion(index).rotations
        for joint, axis, sign in ((4, 0, 1.0), (5, 0, 1.0), (18, 1, -1.0), (19, 1, 1.0)):
            after, before = (axis + 1) % 3, (axis + 2) % 3
            sine = 0.5 * (rotations[:, :, joint, before, after] - rotations[:, :, joint, after, before])
            assert (sign * sine).min() > -0.25, (kind, joint)


def test_both_people_move_with_their_whole_body(surface: BodySurface, clips: ClipSet) -> None:
    """No kind is played by an arm alone: pelvis, chest and head of both move too."""
    for index, kind in enumerate(clips.kinds):
        joints = motion_joint_positions(clips.motion(index), surface.skeleton)
        travelled = np.linalg.norm(np.diff(joints[:, :, [0, 9, 15]], axis=1), axis=-1).sum(axis=1)
        assert travelled.min() > 0.03, kind


def test_the_same_seed_makes_the_same_set_whatever_its_length_and_workers(surface: BodySurface) -> None:
    short, long = synthesise(surface, clips=3, seed=3), synthesise(surface, clips=4, seed=3, workers=2)
    np.testing.assert_array_equal(short.rotation_vectors, long.rotation_vectors[:3])
    assert not np.array_equal(short.translations, synthesise(surface, clips=3, seed=4).translations)


def test_a_set_survives_its_file(clips: ClipSet, tmp_path) -> None:
    clips.save(tmp_path / "set.npz")
    again = load_clips(tmp_path / "set.npz")
    assert again.kinds == clips.kinds
    assert again.texts == clips.texts
    np.testing.assert_allclose(again.motion(2).rotations, clips.motion(2).rotations, atol=1e-6)


def test_a_set_on_the_command_line_needs_every_kind(tmp_path, capsys) -> None:
    assert main(["synth", "--out", str(tmp_path / "set.npz"), "--clips", "3"]) == USAGE_ERROR
    assert f"--clips takes {len(KINDS)} or more" in capsys.readouterr().err


def test_a_set_can_be_measured_and_drawn(clips: ClipSet, tmp_path, capsys) -> None:
    clips.subset([0, 1]).save(tmp_path / "set.npz")
    assert main(["measure", "--data", str(tmp_path / "set.npz"), "--out", str(tmp_path / "table.md")]) == 0
    assert clips.kinds[0] in capsys.readouterr().out
    assert (tmp_path / "table.md").read_text("utf-8").count("\n") == 4
    assert main(["sheet", "--data", str(tmp_path / "set.npz"), "--out", str(tmp_path / "sheets")]) == 0
    assert len(list((tmp_path / "sheets").glob("*.png"))) == 2


def test_files_that_are_no_sets_are_named(tmp_path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        load_clips(tmp_path / "missing.npz")
    np.savez(tmp_path / "other.npz", poses=np.zeros(3))
    with pytest.raises(DataError, match="rotation_vectors"):
        load_clips(tmp_path / "other.npz")


def test_numbers_that_are_not_finite_are_refused(clips: ClipSet, tmp_path) -> None:
    broken = clips.subset([0, 1])
    broken.translations[1, 0, 5, 1] = np.nan
    broken.save(tmp_path / "nan.npz")
    with pytest.raises(DataError, match="translations"):
        load_clips(tmp_path / "nan.npz")
