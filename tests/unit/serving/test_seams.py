"""What the planner promises of seams: no drift, no knock, an approach that is a way and no leap, contacts that last."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.models.bundle import Bundle, load_bundle
from ponimator_runtime.motion.kinematics import motion_joint_positions
from ponimator_runtime.motion.placement import roots_of
from ponimator_runtime.motion.pose import InteractivePose, Motion, concatenated
from ponimator_runtime.motion.rotations import angle_between, matrix_about_y, quaternion_from_matrix
from ponimator_runtime.serving.approach import APART_M, APPROACH_SPEED_M_S
from ponimator_runtime.serving.config import PACES
from ponimator_runtime.serving.generator import MotionGenerator
from ponimator_runtime.serving.interaction import Interaction
from ponimator_runtime.serving.pacing import Pacing
from ponimator_runtime.serving.planner import Planner
from ponimator_runtime.serving.timeline import Plan, Timeline
from ponimator_runtime.wire import Interact, Profile, Root, Subject, pose_from_arrays

UPRIGHT = np.tile([0.0, 0.0, 0.0, 1.0], (22, 1))
OWN_SPEED_M_S = 0.25
"""Of the roots in the windows of the generator that stands in."""


class SwayingAnimator:
    """Stands in for the network: smooth residuals, and an anchor beside them as the network leaves it."""

    def sample(self, noise, anchor, anchor_joints, anchor_index, *, plan):
        time_s = np.arange(noise.shape[2]) / 10.0
        amplitude, phase = 0.04 * noise[:, :, :1], 3.0 * noise[:, :, 1:2]
        residual = amplitude * np.sin(2.0 * time_s[:, None] + phase) + 0.01 * noise[:, :, 2:3]
        residual[..., 133] *= 0.1
        residual[np.arange(len(noise)), :, anchor_index] = 0.0
        return residual

    def residual(self, latent):
        return latent


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("lite")


def swaying(bundle: Bundle, pose: InteractivePose | None = None) -> MotionGenerator:
    """The runtime's own generator around a network that stands in, and a given interactive pose."""
    generator = MotionGenerator(replace(bundle, animator=SwayingAnimator()))
    if pose is not None:
        generator.interactive_pose = lambda wanted, *, steps, generator: pose
    return generator


def facing(skeleton, *, distance: float, yaw_rad: float = 0.0, place=(0.0, 0.0, 0.0)) -> InteractivePose:
    """Two upright bodies face each other, as far apart as said."""
    rotations = np.tile(np.eye(3), (2, 22, 1, 1))
    rotations[0, 0], rotations[1, 0] = matrix_about_y(yaw_rad), matrix_about_y(yaw_rad + np.pi)
    pelves = np.array([[0.0, 0.95, 0.0], [0.0, 0.95, distance]]) @ matrix_about_y(yaw_rad).T + np.array(place)
    pelvis = skeleton.rest_joints(np.zeros((2, 10)))[:, 0]
    return InteractivePose(rotations=rotations, translations=pelves - pelvis, betas=np.zeros((2, 10)))


def given_poses(pose: InteractivePose) -> tuple[Subject, Subject]:
    quaternions = quaternion_from_matrix(pose.rotations)
    first, second = (pose_from_arrays(quaternions[p], pose.translations[p]) for p in range(2))
    return Subject(pose=first), Subject(pose=second)


def interaction(floor_height: float = 0.0, **fields) -> Interaction:
    return Interaction(
        number=1,
        request=Interact(request_id=1, session="s", **fields),
        betas=np.zeros((2, 10)),
        steps=2,
        random_numbers=np.random.default_rng(3),
        floor_height=floor_height,
        received_ns=0,
    )


class Stage:
    """A planner and a timeline whose clock stands still."""

    def __init__(self, generator: MotionGenerator, asked: Interaction, *, rate_hz: int = 30) -> None:
        self.planner, self.asked = Planner(generator, lambda: 0), asked
        pacing = Pacing(PACES[Profile.BALANCED], rate_hz)
        self.timeline = Timeline(rate_hz=rate_hz, pacing=pacing, clock=lambda: 0)

    def begin(self) -> int | None:
        first = self.planner.first_window(self.asked, self.timeline)
        draft = self.planner.first_draft(self.asked, first, self.timeline)
        self.timeline.replace_from(self.timeline.first_unprotected(), draft.frames, interaction=1)
        return first.anchor_offset

    def follow(self) -> None:
        following = self.planner.next_window(self.asked, self.timeline)
        draft = self.planner.next_draft(self.asked, following, self.timeline)
        self.timeline.append(draft.frames, interaction=1)

    @property
    def plan(self) -> Plan:
        return self.timeline.plan

    def shown(self) -> Motion:
        chunks = [chunk.frames.motion.frames(0, chunk.stop - chunk.start) for chunk in self.plan.chunks]
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole = concatenated(whole, chunk)
        return whole


def velocity_changes(motion: Motion, skeleton) -> np.ndarray:
    """Mean over joints and bodies, of each frame but the first and the last, m/s."""
    joints = motion_joint_positions(motion, skeleton)
    return np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1).mean(axis=(0, 2)) * motion.rate_hz


@pytest.mark.parametrize("rate_hz", [30, 60, 24])
def test_twenty_chained_windows_at_any_place_never_drift(bundle, rate_hz):
    skeleton = bundle.surface.skeleton
    pose = facing(skeleton, distance=0.8, yaw_rad=2.4, place=(31.0, 3.0, -17.0))
    asked = interaction(3.0, characters=given_poses(pose), duration_s=None)
    stage = Stage(swaying(bundle), asked, rate_hz=rate_hz)
    stage.begin()
    interval = int(np.ceil(rate_hz / 10))
    for _ in range(20):
        stage.follow()
    for before, after in pairwise(stage.plan.chunks):
        last = before.frames.motion.pose_at(before.frames.count + interval - 1)
        anchor = after.frames.motion.pose_at(interval - 1)
        assert np.abs(last.translations - anchor.translations).max() < 0.001
        assert np.degrees(angle_between(last.rotations, anchor.rotations).max()) < 0.1


@pytest.mark.parametrize("rate_hz", [30, 60, 24])
def test_a_seam_changes_velocity_no_more_than_the_motion_does(bundle, rate_hz):
    skeleton = bundle.surface.skeleton
    asked = interaction(characters=given_poses(facing(skeleton, distance=0.8)), duration_s=None)
    stage = Stage(swaying(bundle), asked, rate_hz=rate_hz)
    stage.begin()
    for _ in range(8):
        stage.follow()
    changes = velocity_changes(stage.shown(), skeleton)
    interval, origin = int(np.ceil(rate_hz / 10)), stage.plan.chunks[0].start
    ratios = []
    for chunk in stage.plan.chunks[1:]:
        hand_over = chunk.start - origin
        anchor = hand_over + interval - 1
        at_seam = changes[[hand_over - 2, hand_over - 1, anchor - 1, anchor]]  # changes[k] is of frame k + 1
        around = changes[hand_over - 2 * rate_hz : hand_over - 2], changes[anchor + 1 : anchor + 2 * rate_hz]
        ratios.append(at_seam.max() / max(np.median(side) for side in around))
    assert np.median(ratios) < 2.0
    assert max(ratios) < 2.5


def test_a_late_plan_does_not_play_again_what_it_held_back(bundle):
    skeleton = bundle.surface.skeleton
    asked = interaction(characters=given_poses(facing(skeleton, distance=0.8)), duration_s=None)
    stage = Stage(swaying(bundle), asked)
    stage.begin()
    last = stage.plan.chunks[-1]
    following = stage.planner.next_window(asked, stage.timeline)
    in_time = stage.planner.next_draft(asked, following, stage.timeline)
    late = replace(last, stop=last.stop + 2)  # played on two frames into what was held back
    stage.timeline.plan = Plan(chunks=(late,), version=stage.plan.version + 1)
    draft = stage.planner.next_draft(asked, following, stage.timeline)
    assert draft.frame == late.stop
    np.testing.assert_allclose(
        draft.frames.motion.translations[:, :40], in_time.frames.motion.translations[:, 2:42], atol=0.002
    )


def test_frames_held_back_are_played_where_nothing_follows(bundle):
    skeleton = bundle.surface.skeleton
    asked = interaction(characters=given_poses(facing(skeleton, distance=0.8)), duration_s=3.4)
    stage = Stage(swaying(bundle), asked)
    stage.begin()
    assert stage.plan.ended
    assert stage.plan.stop - stage.plan.chunks[0].start == 102


@pytest.mark.parametrize("distance", [1.6, 2.2, 3.0])
def test_poses_that_stand_apart_walk_to_their_interaction(bundle, distance):
    skeleton = bundle.surface.skeleton
    live = facing(skeleton, distance=distance, yaw_rad=1.0, place=(5.0, 0.0, 2.0))
    made = facing(skeleton, distance=0.7)
    asked = interaction(characters=given_poses(live), text="they hug", duration_s=None)
    stage = Stage(swaying(bundle, made), asked)
    anchor = stage.begin()
    shown = stage.shown()
    pelves = shown.translations + skeleton.rest_joints(np.zeros((2, 10)))[:, None, 0]
    assert np.abs(pelves[:, 0] - live.pelvis_positions(skeleton)).max() < 0.02
    ground = pelves[..., [0, 2]]
    speed = np.linalg.norm(np.diff(ground, axis=1), axis=-1) * 30
    assert speed.max() < APPROACH_SPEED_M_S + OWN_SPEED_M_S
    # There in time for the interactive pose, half-way between the places where they stood.
    assert np.linalg.norm(ground[0, anchor] - ground[1, anchor]) == pytest.approx(0.7, abs=0.01)
    middle = live.pelvis_positions(skeleton)[:, [0, 2]].mean(axis=0)
    np.testing.assert_allclose(ground[:, anchor].mean(axis=0), middle, atol=0.01)


def test_the_way_turns_no_faster_than_a_body_does(bundle):
    skeleton = bundle.surface.skeleton
    made = facing(skeleton, distance=0.7)
    back_to_back = (Root(position=(0.0, 0.0, 0.0), yaw_rad=np.pi), Root(position=(0.0, 0.0, 2.0), yaw_rad=0.0))
    asked = interaction(characters=tuple(Subject(root=root) for root in back_to_back), text="they hug")
    stage = Stage(swaying(bundle, made), asked)
    stage.begin()
    shown = stage.shown()
    yaws = [[root.yaw_rad for root in roots_of(shown.pose_at(frame), skeleton)] for frame in range(shown.frame_count)]
    assert abs(abs(yaws[0][0]) - np.pi) < 0.1
    turned = np.abs(np.diff(np.unwrap(np.array(yaws), axis=0), axis=0)).max() * 30
    assert turned < np.pi + 1.0


def test_poses_near_each_other_are_the_interactive_pose_itself(bundle):
    skeleton = bundle.surface.skeleton
    live = facing(skeleton, distance=APART_M - 0.1)
    stage = Stage(swaying(bundle), interaction(characters=given_poses(live)))
    assert stage.begin() == 0
    np.testing.assert_allclose(stage.shown().translations[:, 0], live.translations, atol=1e-6)


def test_beyond_the_largest_distance_nothing_begins(theatre, surface):
    far = given_poses(facing(surface.skeleton, distance=3.1))
    with pytest.raises(RequestRefused, match="too_far"):
        theatre.interact(characters=far)
    theatre.interact(characters=far, max_distance_m=3.2)


def test_a_trigger_takes_live_poses_on_with_their_velocity(theatre):
    first = theatre.begin(duration_s=10.0, seed=1)
    theatre.play(2)
    second = theatre.begin(duration_s=6.0, seed=2, text="they hug", blend_in_s=0.5)
    theatre.play(4)
    motion = theatre.playout.motion(first.apply_frame)
    kept = second.apply_frame - first.apply_frame
    steps = np.diff(motion.translations, axis=1)
    change = np.abs(np.diff(steps, axis=1)).max(axis=(0, 2))
    assert change[kept - 2 : kept].max() < 1.5 * change.max()
    assert change[kept - 2] < 0.002  # m in a frame, of 1/30 s


def test_what_touches_at_a_seam_goes_on_touching(bundle):
    skeleton = bundle.surface.skeleton
    asked = interaction(characters=given_poses(facing(skeleton, distance=0.25)), duration_s=None)
    stage = Stage(swaying(bundle), asked)
    stage.begin()
    stage.follow()
    first, second = stage.plan.chunks
    at_end = first.frames.touching(first.frames.count - 1)
    assert at_end.pairs
    assert at_end.feet.shape == (2, 4)
    # Ranges are half-open and stay within the frames.
    for chunk in (first, second):
        for contact in chunk.frames.contacts:
            assert 0 <= contact.start < contact.stop <= chunk.frames.motion.frame_count
    assert at_end.pairs & second.frames.touching(0).pairs
