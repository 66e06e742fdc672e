"""What `ponimator stats` prints of a server's counters and latencies."""

import json

import pytest

from ponimator_runtime import cli
from ponimator_runtime.commands.stats import as_json, table
from ponimator_runtime.wire import Quantiles, StatsReply


def reply(counters, **latency_ms):
    quantiles = {
        stage: Quantiles(p50=p50, p95=2 * p50, p99=3 * p50, count=count) for stage, (p50, count) in latency_ms.items()
    }
    return StatsReply(request_id=1, counters=counters, latency_ms=quantiles)


BEFORE = reply({"sessions": 1, "blocks": 10})
NOW = reply({"sessions": 2, "blocks": 17, "late": 1}, window=(12.34, 5))


def rows(lines):
    return [line.split() for line in lines]


def test_a_table_has_every_number():
    assert rows(table(NOW)) == [
        ["sessions", "2", "now"],
        ["blocks", "17"],
        ["late", "1"],
        ["latency,", "ms", "p50", "p95", "p99", "of"],
        ["window", "12.3", "24.7", "37.0", "5"],
    ]


def test_a_second_look_tells_what_grew_but_not_of_what_only_stands():
    assert rows(table(NOW, BEFORE))[:3] == [["sessions", "2", "now"], ["blocks", "17", "+7"], ["late", "1", "+1"]]


def test_a_server_that_began_anew_shows():
    assert ["blocks", "10", "-7"] in rows(table(BEFORE, NOW))


def test_the_columns_stand_under_each_other():
    assert len({len(line.partition("now")[0].rstrip()) for line in list(table(NOW))[:3]}) == 1


def test_a_server_without_numbers_has_an_empty_table():
    assert list(table(reply({}))) == []


def test_json_is_one_line_with_everything():
    line = as_json(NOW)
    assert "\n" not in line
    assert json.loads(line) == {
        "counters": {"sessions": 2, "blocks": 17, "late": 1},
        "latency_ms": {"window": {"p50": 12.34, "p95": 24.68, "p99": pytest.approx(37.02), "count": 5}},
    }


@pytest.mark.parametrize("period", ["0", "-1", "nan", "4000", "often"])
def test_a_period_that_is_none_is_refused(period, capsys):
    assert cli.main(["stats", "--watch", "--every-s", period]) == 2
    assert "--every-s" in capsys.readouterr().err
