"""What clients are told of too much work, and that windows are asked for earlier under it."""

from ponimator_runtime.serving.batching import Sampled
from ponimator_runtime.serving.config import PACES
from ponimator_runtime.serving.dispatch import Dispatch, Rules
from ponimator_runtime.serving.load import LADDER, Waiting
from ponimator_runtime.serving.pacing import Pacing
from ponimator_runtime.wire import (
    Character,
    Code,
    ModelInfo,
    OpenSession,
    Profile,
    State,
    Status,
    decode_reply,
    decode_stream,
    encode,
)

S = 1_000_000_000


def overloaded(load, now_ns):
    """Nothing can be done in time."""
    load.learn_sampling(1.0, steps=10, rows=1)
    load.look([Waiting(dry_ns=now_ns, steps=10, chained=True)], now_ns)


def steps_said(theatre):
    return [m.steps for m in theatre.messages if isinstance(m, Status) and isinstance(m.steps, int)]


def test_a_change_of_steps_is_said_once_and_so_is_its_end(theatre, monkeypatch):
    granted = {"steps": 4}

    def submit_window(work, done, *, due_ns, demand):
        def run():
            try:
                wanted = next(work)
                while True:
                    steps = min(granted["steps"], wanted.steps)
                    (latent,) = wanted.network([wanted.row], steps)
                    wanted = work.send(Sampled(latent=latent, steps=steps, duration_ns=0))
            except StopIteration as end:
                return end.value

        theatre.scheduler.submit(run, done, due_ns=due_ns)

    monkeypatch.setattr(theatre.scheduler, "submit_window", submit_window, raising=False)
    theatre.begin(duration_s=None)
    theatre.play(8)
    assert steps_said(theatre) == [4]
    granted["steps"] = 100
    theatre.play(8)
    assert steps_said(theatre) == [4, PACES[Profile.BALANCED].diffusion_steps]
    said = [m for m in theatre.messages if isinstance(m, Status) and isinstance(m.steps, int)]
    assert [message.code for message in said] == [None, None]
    assert said[-1].state is State.PLAYING
    assert "4 diffusion steps instead of 10" in said[0].message


def test_without_load_nothing_is_said_of_steps(theatre):
    theatre.begin(duration_s=6.0)
    theatre.play(8)
    assert steps_said(theatre) == []


def test_a_status_without_steps_has_no_such_field():
    status = Status(session="s", state=State.PLAYING, time_ns=1)
    assert b"steps" not in encode(status)
    with_steps = Status(session="s", state=State.PLAYING, time_ns=1, steps=5)
    assert decode_stream(encode(with_steps)) == with_steps


def test_poses_are_made_with_fewer_steps_too(theatre, monkeypatch):
    asked = []
    original = theatre.generator.interactive_pose

    def interactive_pose(wanted, *, steps, generator):
        asked.append(steps)
        return original(wanted, steps=steps, generator=generator)

    monkeypatch.setattr(theatre.generator, "interactive_pose", interactive_pose)
    overloaded(theatre.scheduler.load, theatre.clock())
    theatre.begin()
    assert asked == [LADDER[-1]]


def test_what_nobody_waits_for_is_not_made(theatre):
    theatre.interact()
    theatre.cancel()
    theatre.scheduler.run_all()
    assert theatre.generator.steps == []
    assert theatre.answers[-1].code == Code.UNKNOWN_INTERACTION


def test_under_load_triggers_let_chained_windows_go_first(theatre):
    theatre.begin(duration_s=None)
    theatre.interact()
    calm_ns = theatre.scheduler.works[-1][0] - theatre.clock()
    overloaded(theatre.scheduler.load, theatre.clock())
    theatre.interact()
    assert calm_ns < theatre.scheduler.works[-1][0] - theatre.clock() <= S


def test_windows_are_asked_for_earlier_where_others_take_long_but_never_without_end():
    pacing = Pacing(PACES[Profile.BALANCED], 30)
    calm = pacing.chain_ahead_frames
    pacing.expect_window(0.8)
    busy = pacing.chain_ahead_frames
    pacing.expect_window(60.0)
    most = pacing.chain_ahead_frames
    assert calm < busy < most <= calm + 6 * 30
    pacing.expect_window(0.0)
    assert pacing.chain_ahead_frames == calm


class Door:
    """A dispatch around a theatre's house."""

    def __init__(self, theatre):
        self.house, self.replies = theatre.session._house, []
        rules = Rules(
            stream="tcp://127.0.0.1:1",
            model=ModelInfo(name="fake", text=True),
            max_sessions=9,
            max_sessions_per_client=9,
            max_requests_per_s=100.0,
            lease_s=60.0,
        )
        self.dispatch = Dispatch(self.house, rules)

    def open(self, **fields):
        request = OpenSession(request_id=1, characters=(Character(name="a"), Character(name="b")), **fields)
        self.dispatch.receive(encode(request), lambda payload: self.replies.append(decode_reply(payload)))
        return self.replies[-1]


def test_while_there_is_too_much_to_do_new_sessions_are_busy_and_old_ones_come_back(theatre):
    door = Door(theatre)
    opened = door.open()
    overloaded(theatre.scheduler.load, theatre.clock())
    refused = door.open()
    assert refused.code is Code.BUSY
    assert "keep up" in refused.message
    assert door.open(session=opened.session).session == opened.session
    theatre.clock.advance(10)
    assert door.open().topic


def test_the_limit_stands_in_the_metrics(theatre):
    door = Door(theatre)
    overloaded(theatre.scheduler.load, theatre.clock())
    door.dispatch.tick()
    assert theatre.metrics.gauges()["steps_limit"] == LADDER[-1]
