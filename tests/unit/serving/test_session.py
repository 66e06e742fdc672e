"""A session with clock and worker in the test's hand: what a client sees of triggers, chains, cancels and delays."""

from itertools import pairwise

import numpy as np
import pytest

from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.pose import InteractivePose, still_motion
from ponimator_runtime.motion.rotations import angle_between, matrix_from_quaternion
from ponimator_runtime.motion.stitch import decaying_hold
from ponimator_runtime.serving.config import PACES
from ponimator_runtime.serving.director import MAX_PENDING
from ponimator_runtime.serving.planning import SETTLE_S
from ponimator_runtime.wire import (
    Cancelled,
    Code,
    Heartbeat,
    InteractionAccepted,
    Profile,
    Resend,
    Root,
    Skeleton,
    State,
    Subject,
    pose_from_arrays,
    rest_joints_array,
)

UPRIGHT = np.tile([0.0, 0.0, 0.0, 1.0], (22, 1))


def pose_at(x, y, z):
    return pose_from_arrays(UPRIGHT, [x, y, z])


def largest_steps(motion):
    """Largest change from frame to frame: m, and radians of any joint."""
    matrices = matrix_from_quaternion(motion.rotations_xyzw.astype(np.float64))
    return np.abs(np.diff(motion.translations, axis=1)).max(), angle_between(matrices[:, 1:], matrices[:, :-1]).max()


def test_a_subscriber_gets_the_skeleton_first_and_a_heartbeat_every_second(theatre):
    theatre.session.tick()
    assert isinstance(theatre.messages[0], Skeleton)
    theatre.play(5)
    beats = [message for message in theatre.messages if isinstance(message, Heartbeat)]
    assert len(beats) == 6
    assert {round(b.time_ns - a.time_ns, -8) for a, b in pairwise(beats)} == {10**9}


def test_six_seconds_are_two_windows_without_hole_or_jump(theatre):
    accepted = theatre.begin(duration_s=6.0, seed=1)
    theatre.play(8)
    motion = theatre.playout.motion(accepted.apply_frame)
    assert motion.frame_count == 180
    assert theatre.metrics.counted("windows_chained") == 1
    assert theatre.blocks()[-1].final
    assert theatre.states() == [(State.ACCEPTED, 1), (State.PLAYING, 1), (State.FINISHED, 1)]
    metres, radians = largest_steps(motion)
    assert metres < 0.02
    assert radians < 0.1
    assert np.abs(motion.translations[:, -1] - motion.translations[:, -2]).max() < 1e-3
    assert theatre.playout.margins().late_frames == 0


def test_quaternions_are_unit_and_never_change_sides(theatre):
    accepted = theatre.begin(duration_s=6.0)
    theatre.play(7)
    quaternions = theatre.playout.motion(accepted.apply_frame).rotations_xyzw
    assert np.abs(np.linalg.norm(quaternions, axis=-1) - 1).max() < 1e-6
    assert (np.sum(quaternions[:, 1:] * quaternions[:, :-1], axis=-1) > 0).all()


@pytest.mark.parametrize(("anchor_time", "offset"), [(0.0, 0), (0.5, 42), (1.0, 87)])
def test_the_anchor_stands_where_it_was_asked_for(theatre, anchor_time, offset):
    accepted = theatre.begin(anchor_time=anchor_time)
    theatre.play(6)
    assert theatre.playout.motion(accepted.apply_frame).anchors == (accepted.apply_frame + offset,)


def test_the_same_seed_gives_the_same_motion_and_another_one_another(new_theatre):
    def played(seed):
        theatre = new_theatre()
        accepted = theatre.begin(seed=seed)
        theatre.play(7)
        return theatre.playout.motion(accepted.apply_frame).rotations_xyzw

    np.testing.assert_array_equal(played(7), played(7))
    assert not np.array_equal(played(7), played(8))


def test_two_live_poses_begin_as_they_are(theatre):
    accepted = theatre.begin(text=None, characters=(Subject(pose=pose_at(5, 1, 5)), Subject(pose=pose_at(5, 1, 6))))
    theatre.play(1)
    motion = theatre.playout.motion(accepted.apply_frame, accepted.apply_frame + 1)
    np.testing.assert_allclose(motion.translations[:, 0], [[5, 1, 5], [5, 1, 6]], atol=1e-6)
    assert motion.anchors == (accepted.apply_frame,)


def test_roots_place_a_text_in_the_world_and_its_floor(theatre):
    roots = (Root(position=(10.0, 3.0, 0.0)), Root(position=(12.0, 3.0, 0.0), yaw_rad=1.0))
    accepted = theatre.begin(characters=tuple(Subject(root=root) for root in roots), anchor_time=0.0)
    theatre.play(1)
    translations = theatre.playout.motion(accepted.apply_frame, accepted.apply_frame + 1).translations[:, 0]
    np.testing.assert_allclose(translations, [[10.6, 3.9, 0.0], [11.4, 3.9, 0.0]], atol=1e-5)


def test_a_text_alone_happens_where_the_characters_are(theatre):
    theatre.begin(text=None, characters=(Subject(pose=pose_at(5, 0.9, 5)), Subject(pose=pose_at(5, 0.9, 6))))
    theatre.play(8)
    accepted = theatre.begin()
    theatre.play(1)
    motion = theatre.playout.motion(accepted.apply_frame)
    assert np.abs(motion.translations[:, :, [0, 2]] - [5.0, 5.5]).max() < 1.0


def test_an_interaction_takes_over_without_a_jump_from_the_first_unprotected_frame(theatre):
    first = theatre.begin(duration_s=10.0, seed=1)
    theatre.play(2)
    played = theatre.playout.motion(first.apply_frame)
    second = theatre.begin(duration_s=6.0, seed=2, text="they hug")
    theatre.play(8)
    motion = theatre.playout.motion(first.apply_frame)
    kept = second.apply_frame - first.apply_frame
    assert 50 < kept < played.frame_count
    np.testing.assert_array_equal(motion.translations[:, :kept], played.translations[:, :kept])
    assert motion.frame_count == kept + 180
    metres, radians = largest_steps(motion)
    assert metres < 0.05
    assert radians < 0.2  # the generated motions stand up to 1.2 rad apart
    assert {block.revision for block in theatre.blocks() if block.interaction == 2} == {2}
    assert (State.CANCELLED, 1) in theatre.states()
    assert theatre.states()[-1] == (State.FINISHED, 2)


@pytest.mark.parametrize("blend_out_s", [0.0, 0.3, 1.0])
def test_cancel_brings_both_to_rest_in_its_time(theatre, blend_out_s):
    accepted = theatre.begin(duration_s=None)
    theatre.play(2)
    theatre.cancel(blend_out_s=blend_out_s)
    theatre.play(3)
    cancelled = theatre.answers[-1]
    assert isinstance(cancelled, Cancelled)
    motion = theatre.playout.motion(accepted.apply_frame)
    assert theatre.blocks()[-1].final
    assert motion.start + motion.frame_count - cancelled.apply_frame == round(30 * max(blend_out_s, 0.1))
    metres, radians = largest_steps(motion)
    assert metres < 0.05
    assert radians < 0.1
    assert theatre.states()[-1] == (State.CANCELLED, 1)
    with pytest.raises(RequestRefused, match="unknown_interaction"):
        theatre.cancel()


def test_a_hold_comes_to_rest():
    """What `planning.SETTLE_S` promises of `stitch.decaying_hold`."""
    body = InteractivePose(
        rotations=np.tile(np.eye(3), (2, 22, 1, 1)), translations=np.zeros((2, 3)), betas=np.zeros((2, 10))
    )
    motion = still_motion(body, frame_count=2, rate_hz=100.0)
    motion.translations[:, 1] = 0.01
    hold = decaying_hold(motion, frame_count=round(SETTLE_S * 100))
    steps = np.diff(hold.translations[0, :, 0])
    assert steps[0] == pytest.approx(0.01, rel=0.1)
    assert steps[-1] < 0.02 * 0.01


def test_without_end_windows_follow_until_cancelled(theatre):
    theatre.begin(duration_s=None)
    theatre.play(30)
    assert theatre.metrics.counted("windows_chained") >= 9
    assert theatre.playout.missing() == 0
    assert theatre.playout.margins().late_frames == 0
    assert not any(block.final for block in theatre.blocks())


def test_a_late_window_is_said_and_held_and_then_taken_over_without_a_jump(theatre):
    accepted = theatre.begin(duration_s=8.0)
    theatre.play(4, working=False)
    assert theatre.states()[-1] == (State.LATE, 1)
    theatre.play(7)
    motion = theatre.playout.motion(accepted.apply_frame)
    assert theatre.metrics.counted("late") == 1
    assert theatre.states()[-1] == (State.FINISHED, 1)
    metres, radians = largest_steps(motion)
    assert metres < 0.05
    assert radians < 0.1
    assert theatre.playout.margins().late_frames == 0


def test_an_interaction_whose_windows_come_too_late_still_ends_to_the_frame(theatre):
    accepted = theatre.begin(duration_s=5.0)
    theatre.play(6, working=False)
    theatre.play(1)  # now the window comes, and is of no use any more
    motion = theatre.playout.motion()
    assert (motion.start, motion.frame_count) == (accepted.apply_frame, 150)
    assert [state for state, _ in theatre.states()] == [State.ACCEPTED, State.PLAYING, State.LATE, State.FINISHED]
    assert theatre.blocks()[-1].final
    assert theatre.playout.missing() == 0


def test_a_failing_network_is_told_by_code_and_the_motion_ends(theatre, caplog):
    theatre.begin(duration_s=None)
    theatre.generator.failure = ValueError("a secret of the inside")
    theatre.play(6)
    failed = [m for m in theatre.messages if getattr(m, "state", None) is State.FAILED]
    assert [message.code for message in failed] == [Code.INTERNAL]
    assert "secret" not in failed[0].message
    assert "a secret of the inside" in caplog.text
    assert theatre.blocks()[-1].final
    theatre.generator.failure = None
    assert isinstance(theatre.begin(), InteractionAccepted)


def test_a_failing_first_window_answers_the_trigger(theatre):
    theatre.generator.failure = ValueError("inside")
    theatre.interact()
    theatre.scheduler.run_all()
    assert isinstance(theatre.answers[-1], ValueError)
    assert theatre.states()[-1] == (State.FAILED, 1)


def test_a_trigger_cancelled_before_it_began_is_answered(theatre):
    theatre.interact()
    theatre.cancel()
    assert isinstance(theatre.answers[-1], Cancelled)
    theatre.scheduler.run_all()
    assert theatre.answers[-1].code == Code.UNKNOWN_INTERACTION
    theatre.play(1)
    assert theatre.blocks() == []


def test_too_many_triggers_at_once_are_busy(theatre):
    for _ in range(MAX_PENDING):
        theatre.interact()
    with pytest.raises(RequestRefused, match="busy"):
        theatre.interact()


def test_characters_too_far_apart_are_refused(theatre):
    far = (Subject(pose=pose_at(0, 0.9, 0)), Subject(root=Root(position=(0.0, 0.0, 4.0))))
    with pytest.raises(RequestRefused, match="too_far"):
        theatre.interact(characters=far)
    theatre.interact(characters=far, max_distance_m=5.0)


def test_words_need_a_text_encoder(new_theatre):
    theatre = new_theatre(has_text=False)
    with pytest.raises(RequestRefused, match="not_supported"):
        theatre.interact()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, PACES[Profile.BALANCED].diffusion_steps), ({"steps": 7}, 7), ({"steps": 1000}, 100)],
    ids=["profile", "asked", "clamped"],
)
def test_steps_are_the_profiles_unless_asked(theatre, fields, expected):
    theatre.begin(**fields)
    assert theatre.generator.steps == [expected]


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("rate_hz", [10, 24, 60])
def test_every_profile_and_rate_streams_whole(new_theatre, profile, rate_hz):
    theatre = new_theatre(rate_hz=rate_hz, profile=profile)
    accepted = theatre.begin(duration_s=5.0)
    theatre.play(7)
    assert theatre.playout.motion(accepted.apply_frame).frame_count == 5 * rate_hz
    assert theatre.playout.margins().late_frames == 0


@pytest.mark.parametrize("duration_s", [0.1, 0.2, 0.7, 2.9, 3.0, 3.5, 6.7])
def test_any_duration_is_kept_to_the_frame(theatre, duration_s):
    accepted = theatre.begin(duration_s=duration_s)
    theatre.play(duration_s + 1.5)
    assert theatre.playout.motion(accepted.apply_frame).frame_count == round(30 * duration_s)
    assert theatre.states()[-1] == (State.FINISHED, 1)


def test_resend_gives_the_same_bytes_of_what_is_kept(theatre):
    accepted = theatre.begin(duration_s=3.0)
    theatre.play(4)
    before = theatre.blocks()
    theatre.messages.clear()
    resent = theatre.session.resend(Resend(request_id=5, session="s", start=0, stop=accepted.apply_frame + 20))
    assert (resent.start, resent.stop) == (accepted.apply_frame, accepted.apply_frame + 20)
    assert theatre.blocks() == before[: resent.blocks]
    nothing = theatre.session.resend(Resend(request_id=5, session="s", start=5000, stop=5010))
    assert (nothing.start, nothing.stop, nothing.blocks) == (5000, 5000, 0)


def test_after_a_revision_only_the_newest_plan_is_sent_again(theatre):
    first = theatre.begin(duration_s=8.0)
    theatre.play(2)
    second = theatre.begin(duration_s=4.0)
    theatre.play(2)
    theatre.messages.clear()
    theatre.session.resend(Resend(request_id=5, session="s", start=0, stop=3600))
    old = [block for block in theatre.blocks() if block.interaction == 1]
    new = [block for block in theatre.blocks() if block.interaction == 2]
    assert all(block.start < second.apply_frame for block in old)
    assert (old[0].start, new[0].start) == (first.apply_frame, second.apply_frame)


def test_a_late_joiner_gets_skeleton_and_what_plays(theatre):
    theatre.begin()
    theatre.play(2)
    theatre.messages.clear()
    theatre.session.greet()
    theatre.session.tick()
    assert isinstance(theatre.messages[0], Skeleton)
    blocks, now_ns = theatre.blocks(), theatre.clock()
    assert blocks[0].time_ns <= now_ns < blocks[1].time_ns
    assert [block.start for block in blocks[1:]] == [block.start + block.count for block in blocks[:-1]]


def test_who_joins_again_and_again_has_nothing_sent_to_all_each_time(theatre):
    theatre.begin()
    theatre.play(2)
    theatre.messages.clear()
    for _ in range(100):  # 0.1 s of a loop that subscribes every millisecond
        theatre.session.greet()
        theatre.session.tick()
        theatre.clock.now_ns += 1_000_000
    greetings = sum(isinstance(message, Skeleton) for message in theatre.messages)
    assert 1 <= greetings <= 3
    theatre.clock.now_ns += 1_000_000_000
    assert theatre.session.next_event_ns() <= theatre.clock()
    theatre.messages.clear()
    theatre.session.tick()
    assert any(isinstance(message, Skeleton) for message in theatre.messages)  # the last one is not forgotten


def test_contacts_are_ranges_of_their_block(theatre):
    theatre.begin(text=None, characters=(Subject(pose=pose_at(0, 0.9, 0)), Subject(pose=pose_at(0, 0.9, 0.01))))
    theatre.play(3)
    touching = [(block, contact) for block in theatre.blocks() for contact in block.contacts]
    assert touching
    assert all(block.start <= c.start < c.stop <= block.start + block.count for block, c in touching)


def test_joints_of_the_skeleton_stand_where_the_body_is(theatre):
    theatre.session.tick()
    rest_joints = rest_joints_array(theatre.messages[0])
    accepted = theatre.begin()
    theatre.play(1)
    motion = theatre.playout.motion(accepted.apply_frame)
    matrices = matrix_from_quaternion(motion.rotations_xyzw[0, 0].astype(np.float64))
    joints = joint_positions(matrices, motion.translations[0, 0].astype(np.float64), rest_joints[0].astype(np.float64))
    np.testing.assert_allclose(joints[0], rest_joints[0, 0] + motion.translations[0, 0], atol=1e-6)


def test_a_closed_session_answers_what_is_under_way(theatre):
    theatre.interact()
    theatre.session.close()
    theatre.scheduler.run_all()
    assert theatre.answers[-1].code == Code.UNKNOWN_SESSION
