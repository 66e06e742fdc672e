"""Extraction: finds what touches and only that, cuts, eases, and keeps every clip on one side of the split."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import angle_between
from ponimator_runtime.motion.skeleton import JOINT_NAMES
from ponimator_runtime.motion.stitch import resampled
from ponimator_runtime.motion.surface import BodySurface
from ponimator_training.body.model import default_body
from ponimator_training.data.contact_regions import ContactRegions, region_of_joint
from ponimator_training.data.extraction import (
    CONTACT_DISTANCE_M,
    Extractor,
    clip_set,
    eased_to_rest,
    is_held_out,
    stretch_starts,
)
from ponimator_training.data.readers.paired_clip import PairedClip
from ponimator_training.data.synthetic.synthesis import SynthClip
from ponimator_training.windows import WindowSampler


def clip_of(motion: Motion, **told) -> PairedClip:
    fast = resampled(motion, 60.0)
    return PairedClip(
        rotations=fast.rotations, translations=fast.translations, betas=fast.betas, rate_hz=60.0, name="clip", **told
    )


@pytest.fixture(scope="module")
def extractor(surface: BodySurface, regions: ContactRegions) -> Extractor:
    return Extractor(regions=regions, surface=surface)


def test_the_handshake_is_found(extractor: Extractor, handshake: SynthClip) -> None:
    (stretch,) = extractor.stretches(clip_of(handshake.motion, kind="handshake"))
    assert stretch.interactive[handshake.interactive].all()
    touching = np.flatnonzero(stretch.interactive)
    scripted = np.flatnonzero(handshake.interactive)
    assert len(touching) < 2.5 * len(scripted)
    assert touching[0] > scripted[0] - 8
    assert touching[-1] < scripted[-1] + 8
    assert stretch.texts == ("handshake",)


def test_nothing_is_found_where_the_two_stay_apart(extractor: Extractor, handshake: SynthClip) -> None:
    apart = handshake.motion.translations.copy()
    apart[1, :, 2] += 0.5
    with pytest.raises(DataError, match="never touch"):
        extractor.stretches(clip_of(replace(handshake.motion, translations=apart)))


def test_distances_are_those_of_all_vertices(regions: ContactRegions, truth: Motion) -> None:
    """The fast search against every vertex of the regions, frame by frame."""
    frames = truth.frames(10, 40)
    fast = regions.distances(frames, below_m=CONTACT_DISTANCE_M)
    slow = []
    for frame in range(0, 30, 3):
        a, b = (
            default_body()
            .pose(frames.rotations[p][frame], frames.translations[p][frame], frames.betas[p], regions.vertices)
            .vertices
            for p in range(2)
        )
        slow.append(cKDTree(b).query(a)[0].min())
    touching = np.array(slow) < CONTACT_DISTANCE_M
    assert touching.any()
    np.testing.assert_array_equal(fast[::3] < CONTACT_DISTANCE_M, touching)
    np.testing.assert_allclose(fast[::3][touching], np.array(slow)[touching], atol=1e-9)


def test_the_coarse_vertices_cover_the_posed_body(regions: ContactRegions, truth: Motion) -> None:
    for frame in range(0, truth.frame_count, 16):
        skin = default_body().pose(
            truth.rotations[0][frame], truth.translations[0][frame], truth.betas[0], regions.vertices
        )
        nearest = cKDTree(skin.vertices[regions.coarse]).query(skin.vertices)[0]
        assert nearest.max() < regions.cover_m


def test_every_part_of_the_skin_belongs_to_a_region(regions: ContactRegions) -> None:
    assert region_of_joint("left_thumb2") == "left_hand"
    assert region_of_joint("right_hip") == "right_thigh"
    assert region_of_joint("left_collar") == "chest"
    assert [name for name in JOINT_NAMES if region_of_joint(name) is None] == ["left_eye_smplhf", "right_eye_smplhf"]
    for name in ("head", "chest", "left_hand", "right_foot", "hips"):
        assert regions.regions.count(name) > 100


def test_long_clips_are_cut_into_stretches_that_overlap(extractor: Extractor, handshake: SynthClip) -> None:
    short = replace(extractor, frames=40)
    stretches = short.stretches(clip_of(handshake.motion))
    assert len(stretches) >= 2
    clips = clip_set(stretches)
    assert clips.interactive.shape == (len(stretches), 40)
    assert clips.interactive.any(axis=1).all()
    assert clips.kinds == ("unlabelled",) * len(stretches)
    assert WindowSampler(clips, extractor.surface.skeleton).windows(np.random.default_rng(0), 4).motion.shape[0] == 4
    assert stretch_starts(64, 64) == [0]
    assert stretch_starts(100, 64) == [0, 32, 36]
    covered = {frame for start in stretch_starts(301, 64) for frame in range(start, start + 64)}
    assert covered == set(range(301))


def test_clips_a_little_too_short_come_to_rest_and_shorter_ones_are_refused(
    extractor: Extractor, handshake: SynthClip
) -> None:
    frames = np.flatnonzero(handshake.interactive)
    start = max(0, min(int(frames[0]) - 10, 12))
    motion, interactive = handshake.motion.frames(start, start + 50), handshake.interactive[start : start + 50]
    eased, still_interactive = eased_to_rest(motion, interactive, 64)
    assert eased.frame_count == len(still_interactive) == 64
    np.testing.assert_allclose(eased.translations[:, 7:57], motion.translations)
    assert not still_interactive[:7].any()
    assert not still_interactive[57:].any()
    steps = angle_between(eased.rotations[:, 1:], eased.rotations[:, :-1])
    assert steps[:, -1].max() < 0.02
    assert steps[:, 0].max() < 0.02
    assert steps.max() <= angle_between(motion.rotations[:, 1:], motion.rotations[:, :-1]).max() + 1e-6
    with pytest.raises(DataError, match="--frames"):
        extractor.stretches(clip_of(handshake.motion.frames(start, start + 40)))


def test_the_split_hangs_on_the_name_alone() -> None:
    names = [f"G{number:03d}T000A000R000" for number in range(4000)]
    held = [is_held_out(name, 0.1) for name in names]
    assert 0.08 < np.mean(held) < 0.12
    assert held == [is_held_out(name, 0.1) for name in names]
    assert all(is_held_out(name, 0.2) for name, out in zip(names, held, strict=True) if out)
    assert not any(is_held_out(name, 0.0) for name in names)
    assert all(is_held_out(name, 1.0) for name in names)


def test_stretches_hold_a_window(extractor: Extractor) -> None:
    with pytest.raises(ConfigError, match="30 frames"):
        replace(extractor, frames=29)
    with pytest.raises(DataError, match="no stretch"):
        clip_set([])
