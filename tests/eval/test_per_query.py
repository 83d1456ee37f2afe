"""The file of queries: what stands in it, and that it is read back."""

import csv
import json
from pathlib import Path

import pytest

from eval.lines import BadDataset
from eval.metrics import evaluate
from eval.per_query import changes, read_results, retrieval_results, write_results
from eval.rankings import Ranking, SystemRun
from eval.runs import scores_of

QRELS = {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {"c": 1}}
QUERIES = {"q1": "水价，多少", "q2": "免费吗", "q3": "报名"}
FIRST = SystemRun(
    "first",
    {"q1": Ranking(("a", "b"), (2.0, 1.0)), "q2": Ranking(("a", "b"), (2.0, 1.0)), "q3": Ranking(("c",), (1.0,))},
)
# q1 is lost (rank 1 -> 2), q2 is won (2 -> 1), q3 stays.
SECOND = SystemRun(
    "second",
    {"q1": Ranking(("b", "a"), (2.0, 1.0)), "q2": Ranking(("b", "a"), (2.0, 1.0)), "q3": Ranking(("c",), (1.0,))},
)
RUNS = (FIRST, SECOND)
RESULTS = retrieval_results(QUERIES, QRELS, RUNS, evaluate(QRELS, {run.system: scores_of(run) for run in RUNS}))


def test_one_result_a_query() -> None:
    assert [(r.query_id, r.query) for r in RESULTS] == list(QUERIES.items())
    lost = RESULTS[0].systems["second"]
    assert (lost.first, lost.top) == (2, ("b", "a"))
    # The relevant document stands second: 1 / log2(3).
    assert lost.metrics["nDCG@10"] == pytest.approx(0.63093, abs=1e-5)
    assert lost.metrics["MRR@10"] == 0.5


def test_losses_and_wins() -> None:
    losses, wins = changes(RESULTS, "first", "second", 20)
    assert [(c.result.query_id, round(c.difference, 3)) for c in losses] == [("q1", -0.369)]
    assert [(c.result.query_id, round(c.difference, 3)) for c in wins] == [("q2", 0.369)]
    assert (wins[0].first.first, wins[0].second.first) == (2, 1)
    assert changes(RESULTS, "first", "first", 20) == ([], [])
    assert changes(RESULTS, "first", "second", 0) == ([], [])


def test_written_and_read_back(tmp_path: Path) -> None:
    write_results(tmp_path, RESULTS)
    read = read_results(tmp_path / "queries.jsonl")
    assert [(r.query_id, r.query) for r in read] == list(QUERIES.items())
    for before, after in zip(RESULTS, read, strict=True):
        assert {name: of.metrics for name, of in before.systems.items()} == {
            name: of.metrics for name, of in after.systems.items()
        }
    with (tmp_path / "queries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert (rows[1]["query"], rows[1]["system"], rows[1]["first"], rows[1]["top"]) == (
        "水价，多少",
        "second",
        "2",
        "b a",
    )


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"id": "q", "query": "问"}, "systems is missing"),
        ({"id": "q", "systems": {}}, "field query is missing"),
        ({"id": "q", "query": "问", "systems": {"a": 1}}, "the metrics of each system"),
        ({"id": "q", "query": "问", "systems": {"a": {"metrics": {"m": "high"}}}}, "the metrics of each system"),
        ({"id": "q", "query": "问", "systems": {"a": {"metrics": {"m": float("nan")}}}}, "the metrics of each system"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, record: dict[str, object], why: str) -> None:
    (tmp_path / "queries.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    with pytest.raises(BadDataset, match="line 1") as caught:
        read_results(tmp_path / "queries.jsonl")
    assert why in str(caught.value)
