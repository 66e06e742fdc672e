"""A word, a pose or two poses in; whole, smooth, finite motion of both bodies out."""

import time
from itertools import pairwise

import numpy as np
import pytest

from ponimator_runtime.client import Client
from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.motion.rotations import angle_between, matrix_from_quaternion
from ponimator_runtime.wire import Heartbeat, Motion, Profile, Root, State, Status, pose_from_arrays, rest_joints_array

UPRIGHT = np.tile([0.0, 0.0, 0.0, 1.0], (22, 1))
FACING_BACK = np.concatenate([[[0.0, 1.0, 0.0, 0.0]], UPRIGHT[1:]])


STANDING_M = 1.3
"""Translation of this body when it stands on the floor."""


def standing_pose(x, z, rotations=UPRIGHT):
    return pose_from_arrays(rotations, [x, STANDING_M, z])


def played(session):
    """Everything until the interaction's end is said."""
    return list(session.stream())


def check_whole(motion, frame_count):
    assert motion.frame_count == frame_count
    assert np.isfinite(motion.rotations_xyzw).all()
    assert np.isfinite(motion.translations).all()
    assert np.abs(np.linalg.norm(motion.rotations_xyzw, axis=-1) - 1.0).max() < 1e-5
    assert (np.sum(motion.rotations_xyzw[:, 1:] * motion.rotations_xyzw[:, :-1], axis=-1) > 0).all()
    # Nobody is anywhere else one frame later.
    matrices = matrix_from_quaternion(motion.rotations_xyzw.astype(np.float64))
    assert np.abs(np.diff(motion.translations, axis=1)).max() < 0.2
    assert angle_between(matrices[:, 1:], matrices[:, :-1]).max() < 1.0


def test_a_text_plays_two_chained_windows_without_a_hole(client):
    session = client.open_session(("Ann", "Ben"))
    accepted = session.interact(text="two people shake hands", duration_s=6.0, seed=1)
    messages = played(session)
    check_whole(session.playout.motion(), 180)
    assert session.playout.motion().start == accepted.apply_frame
    assert (session.playout.missing(), session.playout.gaps) == (0, 0)
    assert len(session.playout.motion().anchors) == 1
    states = [message.state for message in messages if isinstance(message, Status) and message.state is not State.LATE]
    assert states == [State.ACCEPTED, State.PLAYING, State.FINISHED]
    assert [message for message in messages if isinstance(message, Motion)][-1].final
    beats = [message.time_ns for message in messages if isinstance(message, Heartbeat)]
    assert len(beats) >= 5
    assert all(later > earlier for earlier, later in pairwise(beats))
    session.close()


@pytest.mark.parametrize("text", [None, "two people hug"], ids=["pose", "pose and text"])
@pytest.mark.parametrize("given", [0, 1])
def test_one_pose_gets_a_partner(client, given, text):
    session = client.open_session()
    poses = [None, None]
    poses[given] = standing_pose(3.0, 2.0)
    accepted = session.interact(text=text, poses=tuple(poses), duration_s=1.0, anchor_time=0.0, seed=2)
    played(session)
    motion = session.playout.motion()
    check_whole(motion, 30)
    assert motion.anchors == (accepted.apply_frame,)
    np.testing.assert_allclose(motion.translations[given, 0], [3.0, STANDING_M, 2.0], atol=1e-4)
    assert np.linalg.norm((motion.translations[1, 0] - motion.translations[0, 0])[[0, 2]]) < 3.0
    session.close()


def test_two_live_poses_are_where_the_motion_begins(client):
    session = client.open_session(profile=Profile.LOW_LATENCY)
    poses = (standing_pose(-4.0, 1.0), standing_pose(-4.0, 1.8, FACING_BACK))
    session.interact(poses=poses, duration_s=1.0, seed=3)
    played(session)
    motion = session.playout.motion()
    check_whole(motion, 30)
    np.testing.assert_allclose(motion.translations[:, 0], [[-4.0, STANDING_M, 1.0], [-4.0, STANDING_M, 1.8]], atol=1e-4)
    session.close()


def test_roots_say_where_a_text_happens(client):
    session = client.open_session()
    roots = (Root(position=(20.0, 0.0, 20.0)), Root(position=(21.0, 0.0, 20.0)))
    session.interact(text="two people shake hands", roots=roots, duration_s=1.0)
    played(session)
    middle = session.playout.motion().translations[:, 0].mean(axis=0)
    assert np.linalg.norm(middle[[0, 2]] - [20.5, 20.0]) < 1.5
    session.close()


def test_a_root_with_a_floor_of_its_own(client):
    session = client.open_session()
    roots = (Root(position=(0.0, 100.0, 0.0)), Root(position=(0.0, 100.0, 1.0)))
    session.interact(text="two people shake hands", roots=roots, duration_s=1.0)
    for _ in session.stream():
        pass
    pelves = rest_joints_array(session.skeleton)[:, None, 0] + session.playout.motion().translations
    assert ((pelves[..., 1] > 100.5) & (pelves[..., 1] < 101.5)).all()
    session.close()


def test_the_same_seed_gives_the_same_motion(client):
    motions = []
    for _ in range(2):
        session = client.open_session()
        session.interact(text="two people bow", duration_s=1.0, seed=11)
        played(session)
        motions.append(session.playout.motion())
        session.close()
    np.testing.assert_array_equal(motions[0].rotations_xyzw, motions[1].rotations_xyzw)


def test_a_second_trigger_takes_over_and_nothing_protected_changes(client):
    session = client.open_session()
    first = session.interact(text="two people hug", duration_s=8.0, seed=1)
    for message in session.stream():
        if isinstance(message, Status) and message.state is State.PLAYING:
            break
    before = session.playout.motion()
    second = session.interact(text="two people shake hands", duration_s=2.0, seed=2)
    assert second.apply_frame > first.apply_frame
    states = []
    while State.FINISHED not in states:
        message = session.receive()
        states += [message.state] if isinstance(message, Status) else []
    motion = session.playout.motion()
    check_whole(motion, second.apply_frame - first.apply_frame + 60)
    kept = min(before.frame_count, second.apply_frame - first.apply_frame)
    np.testing.assert_array_equal(motion.translations[:, :kept], before.translations[:, :kept])
    assert State.CANCELLED in states
    session.close()


def test_cancel_ends_an_endless_interaction(client):
    session = client.open_session()
    session.interact(text="two people hug", duration_s=None)
    for message in session.stream():
        if isinstance(message, Motion):
            break
    cancelled = session.cancel(blend_out_s=0.5)
    messages = played(session)
    assert messages[-1].state is State.CANCELLED
    while not session.playout.final_seen:
        session.receive()
    motion = session.playout.motion()
    assert motion.start + motion.frame_count == cancelled.apply_frame + 15
    check_whole(motion, motion.frame_count)
    with pytest.raises(RequestRefused, match="unknown_interaction"):
        session.cancel()
    session.close()


def test_resend_brings_the_same_frames_again(client):
    session = client.open_session()
    accepted = session.interact(text="two people hug", duration_s=1.0)
    blocks = [message for message in played(session) if isinstance(message, Motion)]
    resent = session.resend(accepted.apply_frame, accepted.apply_frame + 1000)
    assert (resent.start, resent.stop, resent.blocks) == (blocks[0].start, blocks[0].start + 30, len(blocks))
    again = []
    while len(again) < resent.blocks:
        message = session.receive()
        again += [message] if isinstance(message, Motion) else []
    assert again == blocks
    assert session.playout.doubles == len(blocks)
    session.close()


def test_a_late_joiner_gets_skeleton_and_what_plays(server, client):
    session = client.open_session(("Ann", "Ben"))
    session.interact(text="two people hug", duration_s=4.0)
    for message in session.stream():
        if isinstance(message, Status) and message.state is State.PLAYING:
            break
    with Client(server.control) as second_client:
        joined = second_client.open_session(("Ann", "Ben"), resume=session.id)
        assert joined.id == session.id
        played(joined)
        assert joined.skeleton.names == ("Ann", "Ben")
        assert joined.playout.missing() == 0
        assert joined.playout.final_seen
        assert joined.playout.margins().late_frames < joined.playout.frame_count // 4
    session.close()


def test_ping_tells_the_offset_of_the_clocks(client):
    offset_ns, round_trip_ns = client.ping()
    # Both processes read the same clock of one machine.
    assert abs(offset_ns) <= round_trip_ns
    assert abs(client.server_time_ns() - time.monotonic_ns()) < 1e9


def test_stats_count_and_measure(client):
    session = client.open_session()
    before = client.stats()
    session.interact(text="two people hug", duration_s=1.0)
    played(session)
    after = client.stats()
    assert after.counters["interactions"] == before.counters.get("interactions", 0) + 1
    assert after.counters["frames"] >= before.counters.get("frames", 0) + 30
    quantiles = after.latency_ms["trigger_to_first_block"]
    assert 0 < quantiles.p50 <= quantiles.p95 <= quantiles.p99
    assert quantiles.count >= 1
    assert {"pose", "window", "plan"} <= set(after.latency_ms)
    session.close()
