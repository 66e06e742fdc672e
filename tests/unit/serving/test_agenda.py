"""What the worker does next: order, company in a network's call, and what gives way; clock and costs are made."""

import numpy as np
import pytest

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.models.backends.execution import Provider
from ponimator_runtime.serving.agenda import Agenda, Demand
from ponimator_runtime.serving.batching import Sampling, alone
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.serving.load import LADDER, Load
from ponimator_runtime.serving.metrics import Metrics

MS = 1_000_000
S = 1000 * MS


class Shop:
    """An agenda whose turns the test takes, and a network that costs made time and remembers its calls."""

    def __init__(self, *, max_batch=1, step_ms=4.0, begin_ms=1.0, end_ms=10.0):
        self.now_ns, self.step_ms, self.begin_ms, self.end_ms = 5 * S, step_ms, begin_ms, end_ms
        self.calls, self.order, self.outcomes, self.finished_ns, self.bad_rows = [], [], {}, {}, set()
        self.most_rows = max_batch
        self.load, self.metrics = Load(), Metrics()
        self.agenda = Agenda(
            self._finished, clock=lambda: self.now_ns, load=self.load, metrics=self.metrics, max_batch=max_batch
        )

    def network(self, rows, steps):
        self.spend(self.step_ms * steps * (0.5 + 0.5 * len(rows)))
        self.calls.append((tuple(rows), steps))
        if self.bad_rows & set(rows):
            raise ValueError("this row has no picture")
        if len(rows) > self.most_rows:
            raise ValueError("too many rows")
        return [np.array(f"latent of {row}") for row in rows]

    def other_network(self, rows, steps):
        return self.network(rows, steps)

    def spend(self, ms):
        self.now_ns += round(ms * MS)

    def _finished(self, piece, outcome):
        piece.done(outcome)

    def window(self, name, *, due_ms, steps=10, chained=True, network=None, dry_ms=None):
        def work():
            self.order.append(f"{name} begins")
            self.spend(self.begin_ms)
            made = yield Sampling(network=network or self.network, row=name, steps=steps)
            self.order.append(f"{name} ends")
            self.spend(self.end_ms)
            return str(made.latent), made.steps

        def done(outcome):
            self.outcomes[name], self.finished_ns[name] = outcome, self.now_ns

        due_ns = self.now_ns + round(due_ms * MS)
        dry_ns = due_ns if dry_ms is None else self.now_ns + round(dry_ms * MS)
        self.agenda.add(work(), done, due_ns=due_ns, demand=Demand(steps=steps, dry_ns=dry_ns, chained=chained))
        return due_ns

    def run(self):
        while self.agenda.run_next():
            pass


def test_who_runs_dry_first_is_served_first():
    shop = Shop()
    for name, due_ms in (("later", 900), ("soon", 300), ("next", 600)):
        shop.window(name, due_ms=due_ms)
    shop.run()
    assert [rows for rows, _ in shop.calls] == [("soon",), ("next",), ("later",)]
    assert {name: outcome.value for name, outcome in shop.outcomes.items()} == {
        name: (f"latent of {name}", 10) for name in ("soon", "next", "later")
    }


def test_alike_windows_are_sampled_in_one_call_in_the_order_of_their_times():
    shop = Shop(max_batch=4)
    for name, due_ms in (("d", 900), ("a", 600), ("c", 800), ("b", 700)):
        shop.window(name, due_ms=due_ms)
    shop.run()
    assert shop.calls == [(("a", "b", "c", "d"), 10)]
    assert shop.metrics.snapshot().histograms["batch_size"].total == 4
    assert [line for line in shop.order if "ends" in line] == ["a ends", "b ends", "c ends", "d ends"]


def test_only_the_same_network_with_the_same_steps_is_shared():
    shop = Shop(max_batch=8)
    shop.window("a", due_ms=5000)
    shop.window("b", due_ms=5001, steps=50)
    shop.window("c", due_ms=5002, network=shop.other_network)
    shop.window("d", due_ms=5003)
    shop.run()
    assert shop.calls[0] == (("a", "d"), 10)
    assert sorted(shop.calls[1:]) == [(("b",), 50), (("c",), 10)]


@pytest.mark.parametrize(("waiting", "sizes"), [(1, [1]), (3, [2, 1]), (7, [4, 2, 1]), (9, [4, 4, 1])])
def test_batches_have_few_different_sizes_and_leave_nobody_out(waiting, sizes):
    shop = Shop(max_batch=6)
    for number in range(waiting):
        shop.window(f"w{number}", due_ms=20_000 + number)
    shop.run()
    assert [len(rows) for rows, _ in shop.calls] == sizes
    assert len(shop.outcomes) == waiting


def test_company_never_makes_the_most_urgent_one_late():
    shop = Shop(max_batch=8)
    shop.window("to learn from", due_ms=9000)
    shop.run()
    shop.calls.clear()
    due_ns = shop.window("urgent", due_ms=130)
    for number in range(7):
        shop.window(f"w{number}", due_ms=5000 + number)
    shop.run()
    assert shop.calls[0] == (("urgent", "w0"), 10)
    assert shop.finished_ns["urgent"] <= due_ns


def test_a_trigger_waits_for_no_more_than_what_is_in_hand():
    shop = Shop(max_batch=4)
    for number in range(4):
        shop.window(f"w{number}", due_ms=2000 + number)
    while len(shop.calls) < 1:
        assert shop.agenda.run_next()
    shop.window("trigger", due_ms=250, chained=False)  # the others are sampled, but not fitted in yet
    shop.run()
    assert next(iter(shop.outcomes)) == "trigger"


def test_triggers_do_not_starve_the_chained():
    shop = Shop()
    due_ns, triggers = shop.window("chained", due_ms=1500), {}
    while "chained" not in shop.outcomes:
        triggers[f"t{len(triggers)}"] = shop.window(f"t{len(triggers)}", due_ms=250, chained=False)
        assert len(triggers) < 300
        shop.spend(20)
        shop.agenda.run_next()
    assert all(triggers[name] <= due_ns for name in shop.outcomes if name != "chained")
    assert shop.agenda.waiting > 0


def test_a_failing_row_fails_alone_and_costs_later_ones_no_company():
    shop = Shop(max_batch=4)
    shop.bad_rows = {"c"}
    for number, name in enumerate("abcd"):
        shop.window(name, due_ms=2000 + number)
    shop.run()
    assert {name: outcome.error is None for name, outcome in shop.outcomes.items()} == {
        "a": True,
        "b": True,
        "c": False,
        "d": True,
    }
    assert "no picture" in str(shop.outcomes["c"].error)
    assert shop.metrics.counted("batches_split") == 1
    for number, name in enumerate("efgh"):
        shop.window(name, due_ms=2000 + number)
    shop.run()
    assert [len(rows) for rows, _ in shop.calls[5:]] == [4]


def test_where_no_row_is_to_blame_later_batches_are_smaller():
    shop = Shop(max_batch=4)
    shop.most_rows = 2
    for number in range(8):
        shop.window(f"w{number}", due_ms=20_000 + number)
    shop.run()
    assert [len(rows) for rows, _ in shop.calls] == [4, 1, 1, 1, 1, 2, 2]
    assert all(outcome.error is None for outcome in shop.outcomes.values())


@pytest.mark.parametrize(("provider", "limit"), [("cpu", 1), ("openvino", 1), ("cuda", 16), ("engine", 16)])
def test_batches_are_as_large_as_the_provider_likes_them_unless_told(provider, limit):
    assert ServeConfig(provider=Provider(provider)).batch_limit == limit
    assert ServeConfig(provider=Provider(provider), max_batch=3).batch_limit == 3
    with pytest.raises(ConfigError, match="--max-batch must lie between"):
        ServeConfig(provider=Provider(provider), max_batch=0)


def test_a_row_that_is_tried_again_is_the_same_row():
    shop = Shop(max_batch=2)
    shop.bad_rows = {"a"}
    shop.window("a", due_ms=2000)
    shop.window("b", due_ms=2001)
    shop.run()
    assert [rows for rows, _ in shop.calls] == [("a", "b"), ("a",), ("b",)]
    assert shop.order.count("b begins") == 1


def test_work_may_catch_what_its_network_raises():
    shop = Shop()

    def work():
        try:
            yield Sampling(network=shop.network, row="bad", steps=1)
        except ValueError:
            return "without it"

    shop.bad_rows = {"bad"}
    shop.agenda.add(work(), lambda outcome: shop.outcomes.update(caught=outcome), due_ns=shop.now_ns)
    shop.run()
    assert shop.outcomes["caught"].value == "without it"


def test_steps_go_down_before_anybody_runs_dry_and_up_again_when_there_is_room():
    shop = Shop()
    shop.window("to learn from", due_ms=9000, steps=50)
    shop.run()
    # Each takes 211 ms with 50 steps: the tenth would come too late.
    due_ns = {f"w{number}": shop.window(f"w{number}", due_ms=1400, steps=50) for number in range(10)}
    shop.run()
    assert all(shop.finished_ns[name] <= due_ns[name] for name in due_ns)
    taken = [shop.outcomes[name].value[1] for name in due_ns]
    assert min(taken) == 20
    reduced = sum(steps < 50 for steps in taken)
    assert shop.metrics.counted("steps_reduced") == reduced > 0
    for _ in range(10):
        shop.spend(1000)
        shop.window("alone", due_ms=1400, steps=50)
        shop.run()
    assert shop.outcomes["alone"].value[1] == 50


def test_nobody_gets_more_steps_than_asked_and_nobody_fewer_than_the_lowest_rung():
    shop = Shop()
    shop.window("to learn from", due_ms=9000)
    shop.run()
    for name, steps in (("two", 2), ("ten", 10), ("fifty", 50)):
        shop.window(name, due_ms=1, steps=steps)
    shop.run()
    assert {name: shop.outcomes[name].value[1] for name in ("two", "ten", "fifty")} == {
        "two": 2,
        "ten": LADDER[-1],
        "fifty": LADDER[-1],
    }


def test_queued_is_all_waiting_and_no_work():
    shop = Shop()
    shop.window("first", due_ms=100)
    shop.window("second", due_ms=200)
    shop.run()
    assert shop.outcomes["first"].queued_ns == 0
    assert shop.outcomes["second"].queued_ns == round((1 + 40 + 10) * MS)


def test_what_is_done_is_forgotten():
    shop = Shop(max_batch=4)
    for round_number in range(50):
        for number in range(8):
            shop.window(f"w{number}", due_ms=1000 + round_number)
        shop.run()
    assert shop.agenda.waiting == 0
    assert len(shop.load._step_s) <= 3


def test_alone_a_window_is_what_it_is_in_company():
    shop = Shop()

    def work():
        made = yield Sampling(network=shop.network, row="x", steps=3)
        return str(made.latent), made.steps

    assert alone(work(), lambda: 0) == ("latent of x", 3)
