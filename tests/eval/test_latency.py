"""Percentiles of times, worked out by hand."""

from eval.latency import latency_of, percentiles
from eval.rankings import Ranking


def test_percentiles_lie_between_the_values() -> None:
    # Of 0, 1, ..., 100 the p-th percentile is p.
    assert percentiles(list(range(101))) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([3.0]) == {"p50": 3, "p95": 3, "p99": 3}


def test_stages_are_told_with_the_queries_that_went_through_them() -> None:
    rankings = [
        Ranking((), (), 5.0, {"bm25": 1.0}),
        Ranking((), (), 9.0, {"bm25": 3.0, "rerank": 4.0}),
        Ranking((), ()),
    ]
    latency = latency_of(rankings)
    assert latency is not None
    assert latency["p50"] == 7
    assert latency["stages"]["bm25"]["p50"] == 2
    assert latency["stages"]["bm25"]["queries"] == 2
    assert latency["stages"]["rerank"] == {"p50": 4, "p95": 4, "p99": 4, "queries": 1}


def test_a_run_of_somebody_else_has_no_times() -> None:
    assert latency_of([Ranking(("a",), (1.0,))]) is None
