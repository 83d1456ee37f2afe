"""Metrics against values worked out by hand."""

import math

import pytest

from eval.metrics import METRICS, evaluate, intervals_of, paired_p

QRELS = {"q1": {"a": 1}, "q2": {"a": 2, "b": 1}, "q3": {"c": 1}}
RUN = {
    # The relevant document stands second: DCG = 1/log2(3), ideal 1/log2(2) = 1, so nDCG = 0.6309; MRR = 1/2.
    "q1": {"x": 9.0, "a": 8.0},
    # Both found in the wrong order: DCG = 1/log2(2) + 2/log2(3) = 2.2619, ideal 2/log2(2) + 1/log2(3) = 2.6309.
    "q2": {"b": 2.0, "a": 1.0},
    # q3 has no result and counts as zero.
    "q3": {},
}


def test_by_hand() -> None:
    means = evaluate(QRELS, {"run": RUN})["run"].means
    ndcg = (1 / math.log2(3) + (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)) + 0) / 3
    assert means["nDCG@10"] == pytest.approx(ndcg)
    assert means["nDCG@10"] == pytest.approx((0.63093 + 0.85972 + 0) / 3, abs=1e-5)
    assert means["MRR@10"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert means["recall@10"] == pytest.approx((1 + 1 + 0) / 3)
    assert means["hit_rate@10"] == pytest.approx(2 / 3)


def test_cut_offs() -> None:
    # The relevant documents stand at ranks 11 and 101 of 101; one of the two is within the first hundred.
    ranked = {f"d{rank}": 200.0 - rank for rank in range(1, 102)}
    means = evaluate({"q": {"d11": 1, "d101": 1}}, {"run": {"q": ranked}})["run"].means
    assert means == {"nDCG@10": 0, "MRR@10": 0, "recall@10": 0, "recall@100": 0.5, "hit_rate@10": 0}


def test_queries_a_run_leaves_out_count_as_zero_and_others_not_at_all() -> None:
    run = {"q1": {"a": 1.0}, "unjudged": {"a": 1.0}}
    results = evaluate(QRELS, {"run": run, "nothing": {}})
    assert results["run"].means["nDCG@10"] == pytest.approx(1 / 3)
    assert results["nothing"].means == dict.fromkeys(METRICS, 0.0)


def test_significance_by_hand() -> None:
    # Hits differ by 1 on q1 and by 0 on q2: mean 1/2, standard error 1/2, t = 1 with one degree of freedom. That
    # distribution is Cauchy's: p = 2 (1/2 - atan(1) / pi) = 1/2.
    qrels = {"q1": {"a": 1}, "q2": {"a": 1}}
    first = {"q1": {"a": 1.0}, "q2": {"a": 1.0}}
    second = {"q1": {"x": 1.0}, "q2": {"a": 1.0}}
    results = evaluate(qrels, {"first": first, "second": second})
    assert results["first"].p_values["hit_rate@10"] == 1.0
    assert results["second"].p_values["hit_rate@10"] == pytest.approx(0.5)


def test_equal_systems_do_not_differ() -> None:
    results = evaluate(QRELS, {"one": RUN, "other": RUN})
    assert results["other"].p_values == dict.fromkeys(METRICS, 1.0)
    one_query = {"q1": {"a": 1}}
    results = evaluate(one_query, {"one": {"q1": {"a": 1.0}}, "other": {"q1": {"x": 1.0}}})
    assert results["other"].p_values["nDCG@10"] == 1.0


def test_values_of_each_query() -> None:
    result = evaluate({query: QRELS[query] for query in ("q3", "q2", "q1")}, {"run": RUN})["run"]
    assert result.per_query["nDCG@10"] == pytest.approx({"q3": 0.0, "q2": 0.85972, "q1": 0.63093}, abs=1e-5)
    assert result.per_query["MRR@10"] == {"q3": 0.0, "q2": 1.0, "q1": 0.5}
    assert result.means["MRR@10"] == pytest.approx(1.5 / 3)


def test_intervals_by_hand() -> None:
    # Two queries, 0 and 1: a resample has mean 0 or 1 with probability 1/4 each, so 95 % reach from 0 to 1.
    assert intervals_of({"m": [0.0, 1.0]}) == {"m": (0.0, 1.0)}
    assert intervals_of({"m": [0.25] * 9, "one": [1.0] * 9}) == {"m": (0.25, 0.25), "one": (1.0, 1.0)}
    assert intervals_of({"m": [0.4]}) == {"m": (0.4, 0.4)}
    # Half of 400 hits: the standard error is sqrt(1/4 / 400) = .025, and 1.96 of them are .049.
    low, high = intervals_of({"m": [0.0, 1.0] * 200}, seed=3)["m"]
    assert low == pytest.approx(0.451, abs=0.006)
    assert high == pytest.approx(0.549, abs=0.006)
    assert intervals_of({"m": [0.0, 1.0] * 200}, seed=3)["m"] == (low, high)


def test_paired_p_by_hand() -> None:
    # Differences 1, 1, 1, -1: mean 1/2, standard deviation 1, t = 1 with three degrees of freedom, for which
    # p = 1 - 2/pi (atan(1/sqrt 3) + sqrt 3 / 4), so .391.
    assert paired_p([1, 1, 1, 0], [0, 0, 0, 1]) == pytest.approx(
        1 - 2 / math.pi * (math.atan(1 / math.sqrt(3)) + math.sqrt(3) / 4)
    )
    assert paired_p([0.5, 0.5], [0.5, 0.5]) == 1
    assert paired_p([1.0], [0.0]) == 1
