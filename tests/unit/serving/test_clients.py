"""Limits of one client: how often it may ask, how many sessions it may have, and what is remembered of it."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.serving.clients import Asker, ClientLimits, RequestRate
from ponimator_runtime.serving.dispatch import Dispatch, Rules
from ponimator_runtime.serving.metrics import Metrics
from ponimator_runtime.serving.planner import Planner
from ponimator_runtime.serving.session import House
from ponimator_runtime.wire import Motion, State, Status, decode_stream

ANN, BEN = Asker(connection=b"ann"), Asker(connection=b"ben")
PAIR = [{"name": "Ann"}, {"name": "Ben"}]


@given(st.integers(1, 200), st.lists(st.floats(0.0, 0.7), min_size=1, max_size=200))
def test_never_more_than_a_second_s_worth_and_the_rate(per_s, pauses):
    now_ns = 0
    rate = RequestRate(per_s, lambda: now_ns)
    admitted = []
    for pause in pauses:
        now_ns += round(pause * 1e9)
        if rate.wait_s(b"x") == 0:
            admitted.append(now_ns)
    for first, began_ns in enumerate(admitted):
        for last in range(first, len(admitted)):
            assert last - first + 1 <= per_s + (admitted[last] - began_ns) * 1e-9 * per_s + 1


@given(st.integers(1, 500), st.integers(0, 500))
def test_who_waits_as_told_is_admitted(per_s, flood):
    now_ns = 0
    rate = RequestRate(per_s, lambda: now_ns)
    for _ in range(flood):
        rate.wait_s(b"x")
    wait_s = rate.wait_s(b"x")
    if wait_s > 0:
        now_ns += round(wait_s * 1e9) + 1
        assert rate.wait_s(b"x") == 0


def test_who_asks_within_the_rate_never_waits():
    now_ns = 0
    rate = RequestRate(10, lambda: now_ns)
    for _ in range(1000):
        assert rate.wait_s(b"x") == 0
        now_ns += 100_000_000


def test_one_s_flood_is_not_another_s():
    rate = RequestRate(5, lambda: 0)
    assert [rate.wait_s(b"x") > 0 for _ in range(7)] == [False] * 5 + [True] * 2
    assert rate.wait_s(b"y") == 0


def test_a_million_clients_leave_nothing_behind():
    now_ns = 0
    rate = RequestRate(100, lambda: now_ns)
    most = 0
    for number in range(100_000):
        now_ns += 100_000  # ten thousand new connections a second
        rate.wait_s(number.to_bytes(5, "big"))
        rate.forget_idle()
        most = max(most, len(rate))
    assert most <= 10_200
    now_ns += 2_000_000_000
    rate.forget_idle()
    assert len(rate) == 0


@pytest.fixture
def limits():
    return ClientLimits(max_sessions=2, max_requests_per_s=10, clock=lambda: 0)


def test_sessions_are_counted_by_connection(limits):
    limits.own("a", ANN)
    limits.own("b", ANN)
    with pytest.raises(RequestRefused, match="busy: Expected at most 2 sessions of one client"):
        limits.check_room(ANN)
    limits.check_room(BEN)
    limits.own("a", BEN)  # resumed from another connection
    limits.check_room(ANN)
    limits.disown("a")
    limits.disown("b")
    assert limits.remembered == 0


def test_a_session_stays_with_its_key(limits):
    limits.own("a", Asker(connection=b"1", key=b"k"))
    limits.check_owner("a", Asker(connection=b"2", key=b"k"))
    with pytest.raises(RequestRefused, match="unauthorised"):
        limits.check_owner("a", Asker(connection=b"1", key=b"other"))


class Desk:
    """A dispatch with a clock in the test's hand."""

    def __init__(self, theatre, **rules):
        self.clock, self.scheduler, self.metrics, self.stream = theatre.clock, theatre.scheduler, Metrics(), []
        house = House(
            planner=Planner(theatre.generator, self.clock),
            scheduler=self.scheduler,
            metrics=self.metrics,
            publish=lambda topic, payload: self.stream.append((topic, decode_stream(payload))),
            clock=self.clock,
            keep_s=30.0,
            has_text=True,
        )
        given = {"max_sessions": 8, "max_sessions_per_client": 2, "max_requests_per_s": 10.0, "lease_s": 5.0} | rules
        self.dispatch = Dispatch(house, Rules(stream="tcp://x:1", model={"name": "m"}, **given))

    def ask(self, asker, **fields):
        replies = []
        payload = msgpack.packb({"request_id": 7, **fields})
        self.dispatch.receive(payload, replies.append, asker=asker)
        return msgpack.unpackb(replies[0]) if replies else None


@pytest.fixture
def desk(theatre):
    return Desk(theatre)


def ping(desk, asker):
    return desk.ask(asker, type="ping", client_time_ns=0)


def test_a_flood_is_busy_with_its_request_id_and_when_to_try_again(desk):
    replies = [ping(desk, ANN) for _ in range(12)]
    assert [reply["type"] for reply in replies] == ["pong"] * 10 + ["error"] * 2
    assert (replies[-1]["code"], replies[-1]["request_id"]) == ("busy", 7)
    assert "try again in 0.1" in replies[-1]["message"]
    assert desk.metrics.counted("throttled") == 2
    desk.clock.advance(0.11)
    assert ping(desk, ANN)["type"] == "pong"


def test_a_flood_of_garbage_counts_too(desk):
    codes = []
    for _ in range(12):
        replies = []
        desk.dispatch.receive(b"\xc1" * 100_000, replies.append, asker=ANN)
        codes.append(msgpack.unpackb(replies[0])["code"])
    assert codes == ["too_large"] * 10 + ["busy"] * 2


def test_a_flood_costs_no_other_client_a_frame(desk):
    session = desk.ask(BEN, type="open_session", characters=PAIR)["session"]
    desk.ask(BEN, type="interact", session=session, text="they wave", duration_s=1.0)
    for _ in range(150):
        desk.clock.advance(0.02)
        for _ in range(20):
            ping(desk, ANN)
        desk.scheduler.run_all()
        desk.dispatch.tick()
    frames = {f for _, m in desk.stream if isinstance(m, Motion) for f in range(m.start, m.start + m.count)}
    assert frames == set(range(min(frames), min(frames) + 30))
    assert State.FINISHED in {m.state for _, m in desk.stream if isinstance(m, Status)}
    assert desk.metrics.counted("throttled") > 1000


def test_too_many_sessions_of_one_client_are_busy(desk):
    opened = [desk.ask(ANN, type="open_session", characters=PAIR) for _ in range(3)]
    assert [reply["type"] for reply in opened] == ["session_opened", "session_opened", "error"]
    assert (opened[2]["code"], "close one" in opened[2]["message"]) == ("busy", True)
    assert desk.ask(BEN, type="open_session", characters=PAIR)["type"] == "session_opened"
    desk.ask(ANN, type="close_session", session=opened[0]["session"])
    assert desk.ask(ANN, type="open_session", characters=PAIR)["type"] == "session_opened"


def test_another_key_may_not_touch_a_session(desk):
    ann, eve = Asker(connection=b"1", key=b"ann"), Asker(connection=b"2", key=b"eve")
    session = desk.ask(ann, type="open_session", characters=PAIR)["session"]
    requests = [
        {"type": "open_session", "characters": PAIR, "session": session},
        {"type": "interact", "session": session, "text": "hug"},
        {"type": "cancel", "session": session},
        {"type": "resend", "session": session, "start": 0, "stop": 1},
        {"type": "close_session", "session": session},
    ]
    assert {desk.ask(eve, **request)["code"] for request in requests} == {"unauthorised"}
    again = Asker(connection=b"3", key=b"ann")
    assert desk.ask(again, type="open_session", characters=PAIR, session=session)["session"] == session


def test_all_that_is_known_of_a_client_is_forgotten_after_its_lease(desk):
    for number in range(200):
        asker = Asker(connection=str(number).encode())
        desk.ask(asker, type="open_session", characters=PAIR)
        desk.clock.advance(0.05)
    assert desk.dispatch._clients.remembered > 0
    for _ in range(7):
        desk.clock.advance(1.0)
        desk.dispatch.tick()
    assert desk.dispatch._clients.remembered == 0
    assert desk.metrics.counted("sessions_expired") == 8


def test_subscriptions_cannot_fill_the_memory(desk):
    for number in range(10_000):
        desk.dispatch.subscription(b"\x01" + str(number).encode())
    assert len(desk.dispatch._subscriptions) <= 4096
    for number in range(10_000):
        desk.dispatch.subscription(b"\x00" + str(number).encode())
    assert len(desk.dispatch._subscriptions) == 0
