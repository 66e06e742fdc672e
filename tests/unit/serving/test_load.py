"""What is foretold of the worker's work, and what follows from it."""

import pytest

from ponimator_runtime.serving.load import LADDER, Load, Waiting

S = 1_000_000_000
NOW = 100 * S


def load_of(*, step_s=0.01, rest_s=0.05, rows=1):
    load = Load()
    load.learn_sampling(10 * step_s, steps=10, rows=rows)
    for _ in range(8):
        load.learn_rest(rest_s, chained=True)
    return load


def windows(count, *, in_s, steps=50):
    return [Waiting(dry_ns=NOW + round(in_s * S), steps=steps, chained=True) for _ in range(count)]


def test_without_measurements_there_is_room_for_everybody():
    load = Load()
    load.look(windows(100, in_s=0.1), NOW)
    assert load.limit == LADDER[0]
    assert load.has_room(10_000, NOW)


@pytest.mark.parametrize(("in_s", "limit"), [(6.0, 100), (4.0, 20), (2.0, 10), (1.1, 5), (0.95, 4), (0.1, 4)])
def test_the_most_steps_that_let_all_be_in_time(in_s, limit):
    load = load_of()
    load.look(windows(10, in_s=in_s), NOW)
    assert load.limit == limit


def test_the_deadline_that_counts_is_each_ones_own():
    load = load_of()
    load.look(windows(1, in_s=0.56) + windows(9, in_s=100.0), NOW)
    assert load.limit == LADDER[1]
    load = load_of()
    load.look(windows(1, in_s=0.61) + windows(9, in_s=100.0), NOW)
    assert load.limit == LADDER[0]


def test_steps_come_back_one_rung_at_a_time_and_only_after_calm():
    load = load_of()
    load.look(windows(10, in_s=1.1), NOW)
    limits = []
    for second in range(1, 13):
        load.look(windows(1, in_s=100.0), NOW + second * S)
        limits.append(load.limit)
    assert limits == [5, 5, 10, 10, 10, 20, 20, 20, 100, 100, 100, 100]


def test_steps_do_not_come_back_where_they_would_just_fit():
    load = load_of()
    load.look(windows(10, in_s=1.1), NOW)
    for second in range(1, 20):
        # With 10 steps all would be done after 1.5 s, just in time.
        now_ns = NOW + second * S
        load.look([Waiting(dry_ns=now_ns + round(1.6 * S), steps=50, chained=True)] * 10, now_ns)
    assert load.limit == 5


def test_after_an_idle_time_the_limit_is_gone():
    load = load_of()
    load.look(windows(10, in_s=1.1), NOW)
    load.look(windows(1, in_s=1000.0), NOW + 60 * S)
    assert load.limit == LADDER[0]


def test_a_session_more_finds_room_only_where_the_lowest_rung_keeps_up():
    load = load_of(rest_s=0.06)  # 0.1 s a window at the lowest rung, of 2.7 s each
    assert load.has_room(22, NOW)
    assert not load.has_room(23, NOW)


def test_while_even_the_lowest_rung_is_late_nobody_new_comes_in():
    load = load_of()
    assert load.has_room(1, NOW)
    load.look(windows(10, in_s=0.1), NOW)
    assert load.overloaded(NOW + 2 * S)
    assert not load.has_room(1, NOW + 2 * S)
    assert load.has_room(1, NOW + 4 * S)


def test_a_slow_first_window_shuts_nobody_out():
    load = Load()
    load.learn_sampling(5.0, steps=10, rows=1)
    load.learn_rest(30.0, chained=True)
    load.learn_rest(30.0, chained=False)
    assert load.has_room(16, NOW)
    for _ in range(20):
        load.learn_sampling(0.04, steps=10, rows=1)
        load.learn_rest(0.05, chained=True)
    assert load.has_room(16, NOW)
    assert not load.has_room(60, NOW)


def test_triggers_that_come_late_shut_nobody_out():
    load = load_of()
    load.look([Waiting(dry_ns=NOW, steps=50, chained=False)], NOW)
    assert load.limit == LADDER[-1]
    assert load.has_room(2, NOW)


def test_what_is_sampled_already_costs_no_steps_more():
    load = load_of()
    load.look([Waiting(dry_ns=NOW + S // 5, steps=0, chained=True)], NOW)
    assert load.limit == LADDER[0]


def test_rows_together_are_never_told_too_cheap():
    load = load_of(rows=2)
    assert load.sampling_s(10, 1) == load.sampling_s(10, 2) == pytest.approx(0.1)
    assert load.sampling_s(10, 8) == pytest.approx(0.4)
    load.learn_sampling(0.2, steps=10, rows=8)
    assert load.sampling_s(10, 8) == pytest.approx(0.2)


def test_turnaround_is_of_windows_that_were_almost_late_and_shrinks_slowly():
    load = Load()
    load.learn_turnaround(1.0, spare_s=0.0)
    load.learn_turnaround(0.2, spare_s=0.0)
    assert load.turnaround_s == pytest.approx(0.8)
    load.learn_turnaround(5.0, spare_s=3.0)
    assert load.turnaround_s == pytest.approx(0.6)
    load.learn_turnaround(2.0, spare_s=-1.0)
    assert load.turnaround_s == pytest.approx(2.0)
