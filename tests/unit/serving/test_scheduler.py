"""The worker runs what is most urgent first, keeps what came of it, and survives whatever work raises."""

import threading

import pytest

from ponimator_runtime.serving.metrics import KEPT_MEASUREMENTS, Metrics
from ponimator_runtime.serving.scheduler import URGENT, Scheduler

PATIENCE_S = 30.0


class Desk:
    """A scheduler whose wakes can be waited for."""

    def __init__(self):
        self.woken = threading.Semaphore(0)
        self.scheduler = Scheduler(self.woken.release)
        self.outcomes = []

    def submit(self, run, due_ns=0):
        self.scheduler.submit(run, self.outcomes.append, due_ns=due_ns)

    def wait_for(self, count):
        for _ in range(count):
            assert self.woken.acquire(timeout=PATIENCE_S)
        self.scheduler.collect()


@pytest.fixture
def desk():
    made = Desk()
    yield made
    if made.scheduler._thread.is_alive():
        assert made.scheduler.stop(PATIENCE_S)


def test_the_most_urgent_goes_first_and_equals_in_order(desk):
    for due_ns, name in ((30, "later"), (10, "soon"), (10, "soon too"), (URGENT, "now")):
        desk.submit(lambda name=name: name, due_ns)
    desk.scheduler.start()
    desk.wait_for(4)
    assert [outcome.value for outcome in desk.outcomes] == ["now", "soon", "soon too", "later"]


def test_done_is_called_by_who_collects(desk):
    threads = []
    desk.scheduler.submit(
        lambda: threads.append(threading.current_thread()),
        lambda _: threads.append(threading.current_thread()),
        due_ns=0,
    )
    desk.scheduler.start()
    desk.wait_for(1)
    assert threads == [desk.scheduler._thread, threading.current_thread()]


def test_an_error_is_an_outcome_and_the_next_work_runs(desk):
    def fail():
        raise ValueError("no")

    desk.submit(fail)
    desk.submit(lambda: 5)
    desk.scheduler.start()
    desk.wait_for(2)
    assert isinstance(desk.outcomes[0].error, ValueError)
    assert (desk.outcomes[1].value, desk.outcomes[1].error) == (5, None)


def test_an_error_of_who_collects_does_not_cost_the_next(desk, caplog):
    def refuse(_):
        raise KeyError("cannot use it")

    desk.scheduler.submit(lambda: 1, refuse, due_ns=0)
    desk.submit(lambda: 2, 1)
    desk.scheduler.start()
    desk.wait_for(2)
    assert [outcome.value for outcome in desk.outcomes] == [2]
    assert "cannot use it" in caplog.text


def test_stop_drops_what_has_not_begun(desk):
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert go_on.wait(PATIENCE_S)

    desk.submit(slow)
    desk.submit(lambda: desk.outcomes.append("must not run"), 1)
    desk.scheduler.start()
    assert begun.wait(PATIENCE_S)
    assert not desk.scheduler.stop(0.01)
    go_on.set()
    assert desk.scheduler.stop(PATIENCE_S)
    assert desk.outcomes == []


def test_quantiles_are_of_the_latest_measurements():
    metrics = Metrics()
    for value in range(2 * KEPT_MEASUREMENTS):
        metrics.measure_ns("window", value * 1e6)
    quantiles = metrics.latencies()["window"]
    assert quantiles.count == KEPT_MEASUREMENTS
    assert quantiles.p50 == pytest.approx(1.5 * KEPT_MEASUREMENTS, rel=0.01)
    assert quantiles.p50 < quantiles.p95 < quantiles.p99
    metrics.count("blocks", 3)
    metrics.count("blocks")
    assert (metrics.counters(), metrics.counted("none")) == ({"blocks": 4}, 0)
