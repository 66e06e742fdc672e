"""The server's clock as pings tell it: the best at once, later ones without a jump."""

from hypothesis import given
from hypothesis import strategies as st

from ponimator_runtime.client.clock import FIRST_PINGS, ServerClock

SECOND_NS = 1_000_000_000
WAYS_NS = st.integers(0, 50_000_000)


def ping(clock, sent_ns, offset_ns, *, there_ns=1000, back_ns=1000, server_ns=500):
    receive_ns = sent_ns + there_ns + offset_ns
    send_ns = receive_ns + server_ns
    received_ns = send_ns - offset_ns + back_ns
    clock.add(sent_ns=sent_ns, server_receive_ns=receive_ns, server_send_ns=send_ns, received_ns=received_ns)
    return received_ns


def first_pings(clock, offset_ns):
    for number in range(FIRST_PINGS):
        now_ns = ping(clock, number * 10_000, offset_ns)
    return now_ns


def test_before_any_ping_there_is_no_offset():
    assert (ServerClock().offset_ns(5), ServerClock().round_trip_ns) == (0, 0)


@given(st.integers(-(10**15), 10**15), WAYS_NS, WAYS_NS)
def test_one_ping_tells_the_offset_within_half_its_way(offset_ns, there_ns, back_ns):
    clock = ServerClock()
    now_ns = ping(clock, 0, offset_ns, there_ns=there_ns, back_ns=back_ns)
    assert abs(clock.offset_ns(now_ns) - offset_ns) <= (there_ns + back_ns) / 2 + 1
    assert clock.round_trip_ns == there_ns + back_ns


def test_the_first_pings_are_taken_at_once_and_the_quickest_counts():
    clock = ServerClock()
    ping(clock, 0, 0, there_ns=8_000_000)
    assert clock.offset_ns(8_001_500) == 4_000_000 - 500
    now_ns = ping(clock, 9_000_000, 0)
    assert clock.offset_ns(now_ns) == 0
    assert clock.offset_ns(ping(clock, 10_000_000, 0, back_ns=8_000_000)) == 0


@given(st.lists(st.tuples(WAYS_NS, WAYS_NS, st.integers(-(10**9), 10**9)), min_size=1, max_size=60))
def test_later_pings_move_the_clock_by_at_most_5_ms_a_second(samples):
    clock = ServerClock()
    last_ns = first_pings(clock, 0)
    offset_ns = clock.offset_ns(last_ns)
    for number, (there_ns, back_ns, server_offset_ns) in enumerate(samples, start=1):
        now_ns = ping(clock, number * SECOND_NS, server_offset_ns, there_ns=there_ns, back_ns=back_ns)
        for at_ns in (now_ns, now_ns + SECOND_NS // 3):
            moved_ns = clock.offset_ns(at_ns) - offset_ns
            assert abs(moved_ns) <= 0.005 * (at_ns - last_ns) + 2
            last_ns, offset_ns = at_ns, clock.offset_ns(at_ns)


def test_a_drifted_clock_is_followed_once_the_old_samples_are_forgotten():
    clock = ServerClock()
    now_ns = first_pings(clock, 0)
    for number in range(1, 33):
        now_ns = ping(clock, number * SECOND_NS, 1_000_000)
    assert clock.offset_ns(now_ns + SECOND_NS) == 1_000_000


@given(st.integers(0, 10 * SECOND_NS), st.integers(0, 10 * SECOND_NS))
def test_reading_the_clock_changes_nothing(first_ns, second_ns):
    read, unread = ServerClock(), ServerClock()
    for clock in (read, unread):
        first_pings(clock, 0)
        now_ns = ping(clock, SECOND_NS, 10_000_000, there_ns=0, back_ns=0)
    read.offset_ns(now_ns + first_ns)
    assert read.offset_ns(now_ns + second_ns) == unread.offset_ns(now_ns + second_ns)
