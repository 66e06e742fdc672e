"""Who touches what: feet on the floor, bodies on each other, told by a surface."""

import numpy as np
import pytest

from ponimator_runtime.motion.contact import (
    BodyContact,
    Touching,
    body_contacts,
    foot_contacts,
    hand_of_fingers,
    part_distances,
)
from ponimator_runtime.motion.pose import InteractivePose, Motion, still_motion
from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_runtime.motion.skeleton import JOINT_INDEX
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.picture import SheetLayout, contact_sheet
from ponimator_training.body.model import default_body
from ponimator_training.body.surface import body_surface

RATE_HZ = 30.0


@pytest.fixture(scope="module")
def surface() -> BodySurface:
    return body_surface(default_body())


def facing_pair(surface: BodySurface, distance: float) -> InteractivePose:
    """Two T-poses on the floor that face each other along Z, `distance` m between their pelves."""
    rotations = np.broadcast_to(np.eye(3), (2, 22, 3, 3)).copy()
    rotations[1, 0] = matrix_about_y(np.pi)
    pelvis = surface.skeleton.template[0]
    on_floor = -surface.vertices[:, 1].min()
    translations = np.array([[0.0, on_floor, 0.0], [0.0, on_floor, distance]]) - pelvis * [1, 0, 1]
    return InteractivePose(rotations=rotations, translations=translations, betas=np.zeros((2, 10)))


def moved_up(motion: Motion, heights: np.ndarray) -> Motion:
    translations = motion.translations.copy()
    translations[..., 1] += heights
    return Motion(rotations=motion.rotations, translations=translations, betas=motion.betas, rate_hz=RATE_HZ)


def test_feet_that_stand_are_in_contact_and_feet_in_the_air_are_not(surface: BodySurface) -> None:
    standing = still_motion(facing_pair(surface, 1.0), frame_count=10, rate_hz=RATE_HZ)
    assert foot_contacts(standing, surface).all()
    assert not foot_contacts(moved_up(standing, np.full(10, 0.2)), surface).any()


def test_a_sliding_foot_does_not_count_as_planted(surface: BodySurface) -> None:
    standing = still_motion(facing_pair(surface, 1.0), frame_count=10, rate_hz=RATE_HZ)
    translations = standing.translations.copy()
    translations[0, :, 0] += np.arange(10) * 1.0 / RATE_HZ
    sliding = Motion(rotations=standing.rotations, translations=translations, betas=standing.betas, rate_hz=RATE_HZ)
    contacts = foot_contacts(sliding, surface)
    assert not contacts[0].any()
    assert contacts[1].all()


def test_one_frame_alone_has_contacts_too(surface: BodySurface) -> None:
    assert foot_contacts(still_motion(facing_pair(surface, 1.0), frame_count=1, rate_hz=RATE_HZ), surface).all()


def test_bodies_apart_touch_nowhere_and_chest_to_chest_they_do(surface: BodySurface) -> None:
    apart = still_motion(facing_pair(surface, 1.2), frame_count=6, rate_hz=RATE_HZ)
    assert body_contacts(apart, surface) == []
    # The arms of both T-poses are level and lie side by side.
    close = still_motion(facing_pair(surface, 0.12), frame_count=6, rate_hz=RATE_HZ)
    contacts = body_contacts(close, surface)
    assert contacts
    assert all((contact.start, contact.stop) == (0, 6) for contact in contacts)
    assert {contact.joint_a for contact in contacts} & {JOINT_INDEX["spine3"], JOINT_INDEX["spine2"]}


def test_contact_begins_when_they_meet_and_ends_when_they_part(surface: BodySurface) -> None:
    frames = 60
    motion = still_motion(facing_pair(surface, 0.12), frame_count=frames, rate_hz=RATE_HZ)
    translations = motion.translations.copy()
    away = np.clip(np.abs(np.arange(frames) - 30) - 10, 0, None) * 0.03
    translations[1, :, 2] += away
    moving = Motion(rotations=motion.rotations, translations=translations, betas=motion.betas, rate_hz=RATE_HZ)
    contacts = body_contacts(moving, surface)
    assert contacts
    # Both hold still together in frames 20 … 40, and are over 30 cm further apart at both ends.
    assert min(contact.start for contact in contacts) >= 8
    assert max(contact.stop for contact in contacts) <= 54
    assert any(contact.start <= 21 and contact.stop >= 40 for contact in contacts)


def at_distances(surface: BodySurface, distances: list[float]) -> Motion:
    """Two bodies whose distance is told frame by frame, at the rate at which contacts are looked for."""
    motion = still_motion(facing_pair(surface, 0.0), frame_count=len(distances), rate_hz=10.0)
    translations = motion.translations.copy()
    translations[1, :, 2] += distances
    return Motion(rotations=motion.rotations, translations=translations, betas=motion.betas, rate_hz=10.0)


def bare_touch(surface: BodySurface) -> float:
    """The distance of the pelves at which the nearest vertices of the two bodies are 2 cm apart."""
    tried = np.arange(0.1, 0.8, 0.005)
    motion = at_distances(surface, tried.tolist())
    nearest, _ = part_distances(motion, surface, np.arange(len(tried)))
    return float(tried[nearest.min(axis=(1, 2)) < 0.02].max())


def test_distances_below_the_limit_are_those_of_every_vertex_against_every_vertex(surface: BodySurface) -> None:
    motion = at_distances(surface, [0.02, 0.2])
    found, parts = part_distances(motion, surface, np.arange(2))
    owner = hand_of_fingers()[surface.contact_joints]
    cloud_a, cloud_b = (
        surface.posed(motion.rotations[p], motion.translations[p], motion.betas[p], surface.contact_vertices)
        for p in range(2)
    )
    near = 0
    for frame in range(2):
        apart = np.linalg.norm(cloud_a[frame][:, None] - cloud_b[frame], axis=-1)
        for row, column in np.ndindex(len(parts), len(parts)):
            exact = apart[np.ix_(owner == parts[row], owner == parts[column])].min()
            if exact < 0.034:
                assert found[frame, row, column] == pytest.approx(exact, abs=1e-3)
                near += 1
            else:
                assert found[frame, row, column] <= exact + 1e-3
                assert found[frame, row, column] > 0.033
    assert near > 3


def ranges(contacts: list[BodyContact]) -> list[tuple[int, int]]:
    return sorted({(contact.start, contact.stop) for contact in contacts})


def test_what_trembles_about_the_touching_distance_is_one_contact_and_half_open(surface: BodySurface) -> None:
    near, away = bare_touch(surface) - 0.002, 0.3
    trembling = [near + away, near + away, *[near, near + 0.008] * 4, near + away, near + away]
    assert ranges(body_contacts(at_distances(surface, trembling), surface)) == [(2, 10)]


def test_what_comes_between_both_distances_touches_only_if_it_did_before(surface: BodySurface) -> None:
    between = at_distances(surface, [bare_touch(surface) + 0.006] * 5)
    assert body_contacts(between, surface) == []
    distances, parts = part_distances(between, surface, np.arange(1))
    row, column = np.unravel_index(distances[0].argmin(), distances[0].shape)
    pair = int(parts[row]), int(parts[column])
    before = Touching(pairs=frozenset({pair}), feet=np.zeros((2, 4), dtype=bool))
    (contact,) = body_contacts(between, surface, before=before)
    assert contact == BodyContact(start=0, stop=5, joint_a=pair[0], joint_b=pair[1])


def test_a_planted_foot_does_not_flicker(surface: BodySurface) -> None:
    standing = still_motion(facing_pair(surface, 1.0), frame_count=40, rate_hz=RATE_HZ)
    trembling = np.where(np.arange(40) // 5 % 2 == 0, 0.036, 0.044)
    trembling[20:] = 0.2
    contacts = foot_contacts(moved_up(standing, trembling), surface)
    assert contacts[:, :19].all()
    assert not contacts[:, 21:].any()
    lifted = moved_up(standing, np.full(40, 0.044))
    assert not foot_contacts(lifted, surface).any()
    stood = Touching(pairs=frozenset(), feet=np.ones((2, 4), dtype=bool))
    assert foot_contacts(lifted, surface, before=stood).all()


def test_fingers_count_as_the_hand(surface: BodySurface) -> None:
    close = still_motion(facing_pair(surface, 0.02), frame_count=3, rate_hz=RATE_HZ)
    joints = {joint for contact in body_contacts(close, surface) for joint in (contact.joint_a, contact.joint_b)}
    assert JOINT_INDEX["left_wrist"] in joints
    assert max(joints) < 22


def test_a_sheet_has_a_panel_a_frame_and_shows_two_bodies(surface: BodySurface) -> None:
    motion = still_motion(facing_pair(surface, 1.0), frame_count=8, rate_hz=RATE_HZ)
    layout = SheetLayout(columns=3, panel_width=120, panel_height=110)
    sheet = contact_sheet(motion, surface, [0, 2, 4, 7], marked=[4], layout=layout, title="two bodies")
    assert sheet.size == (360, 220 + 28)
    pixels = np.asarray(sheet)[28:138, :120].astype(int)
    blue = (pixels[..., 2] > pixels[..., 0] + 30).sum(axis=0)
    orange = (pixels[..., 0] > pixels[..., 2] + 30).sum(axis=0)
    columns = np.arange(120)
    assert blue.sum() > 100
    assert orange.sum() > 100
    assert (blue * columns).sum() / blue.sum() < (orange * columns).sum() / orange.sum()  # A on the left
