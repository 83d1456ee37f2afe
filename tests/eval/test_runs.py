"""TREC runs: their format, and that others who read them come to the same figures."""

import math
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from eval.datasets import load_beir
from eval.judgments import write_qrels
from eval.lines import BadDataset
from eval.metrics import evaluate
from eval.rankings import Ranking, SystemRun
from eval.runs import read_trec, scores_of, strictly_descending, write_trec


def test_strictly_descending() -> None:
    scores = strictly_descending([2.5, 2.5, 2.5, 1.0, 3.0, 0.0, 0.0, -1.0])
    assert scores[0] == 2.5
    assert scores[3] == 1.0
    assert all(before > after for before, after in pairwise(scores))
    # Still distinct, and unchanged, in the single precision that trec_eval reads.
    assert np.array_equal(np.array(scores, np.float32).astype(float), scores)
    assert scores[1] == pytest.approx(2.5, rel=1e-6)
    assert strictly_descending([]) == []


def test_trec_lines(tmp_path: Path) -> None:
    run = SystemRun("bm25", {"q1": Ranking(("b", "a"), (0.5, 0.5), 1.0), "q2": Ranking((), (), 1.0)})
    write_trec(tmp_path / "run.trec", run)
    lines = (tmp_path / "run.trec").read_text(encoding="utf-8").splitlines()
    assert lines == ["q1 Q0 b 1 0.5 bm25", "q1 Q0 a 2 0.49999997 bm25"]


def test_judgments_can_be_read_back(beir: Path, tmp_path: Path) -> None:
    dataset = load_beir(beir)
    write_qrels(tmp_path / "qrels.tsv", dataset.qrels)
    (tmp_path / "qrels.tsv").replace(beir / "qrels.tsv")
    assert load_beir(beir).qrels == dataset.qrels


def _read(path: Path) -> dict[str, list[str]]:
    """Documents by query, ordered as a reader does that trusts the scores and breaks ties by document."""
    rows: dict[str, list[tuple[float, str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        query, _, document, _, score, _ = line.split()
        rows.setdefault(query, []).append((-float(np.float32(score)), document))
    return {query: [document for _, document in sorted(ranked)] for query, ranked in rows.items()}


def _ndcg(ranked: list[str], grades: dict[str, int]) -> float:
    """DCG@10 / ideal DCG@10, DCG = sum of grade_i / log2(i + 1), ranks i from 1."""
    gain = sum(grades.get(document, 0) / math.log2(i + 1) for i, document in enumerate(ranked[:10], start=1))
    best = sorted(grades.values(), reverse=True)[:10]
    return gain / sum(grade / math.log2(i + 1) for i, grade in enumerate(best, start=1))


def test_agrees_with_an_independent_computation(tmp_path: Path) -> None:
    draw = random.Random(7)
    documents = [f"d{i}" for i in range(150)]
    qrels = {f"q{i}": {d: draw.randint(1, 3) for d in draw.sample(documents, draw.randint(1, 12))} for i in range(40)}
    rankings: dict[str, Ranking] = {}
    for i in range(40):
        size = 0 if i == 3 else draw.randint(1, 100)
        ranked = tuple(draw.sample(documents, size))
        # Many equal scores: the order is what counts.
        scores = tuple(sorted((draw.randint(-3, 3) / 2 for _ in range(size)), reverse=True))
        rankings[f"q{i}"] = Ranking(ranked, scores, 1.0)
    run = SystemRun("random", rankings)
    write_trec(tmp_path / "random.trec", run)
    read = _read(tmp_path / "random.trec")
    assert all(read.get(query, []) == list(ranking.documents) for query, ranking in rankings.items())

    means = evaluate(qrels, {"random": scores_of(run)})["random"].means
    tops = {query: read.get(query, []) for query in qrels}
    ndcg = [_ndcg(tops[query], grades) for query, grades in qrels.items()]
    first = [
        next((i for i, d in enumerate(tops[query][:10], 1) if d in grades), math.inf) for query, grades in qrels.items()
    ]
    recall = [len(set(tops[query][:100]) & grades.keys()) / len(grades) for query, grades in qrels.items()]
    assert means["nDCG@10"] == pytest.approx(sum(ndcg) / 40)
    assert means["MRR@10"] == pytest.approx(sum(1 / rank for rank in first) / 40)
    assert means["hit_rate@10"] == pytest.approx(sum(rank <= 10 for rank in first) / 40)
    assert means["recall@100"] == pytest.approx(sum(recall) / 40)


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    run = SystemRun("ours", {"q1": Ranking(("b", "a"), (0.5, 0.5)), "q2": Ranking(("c",), (-3.0,))})
    path = tmp_path / "run.trec"
    write_trec(path, run)
    read = read_trec(path)
    assert read.system == "ours"
    assert {query: ranking.documents for query, ranking in read.rankings.items()} == {"q1": ("b", "a"), "q2": ("c",)}
    assert scores_of(read) == scores_of(run)
    assert read.rankings["q1"].ms is None
    assert read_trec(path, "theirs").system == "theirs"


def test_scores_order_a_run_and_ranks_where_they_are_equal(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text("q Q0 low 1 0.1 x\nq\tQ0\tb\t3\t7\tx\n\nq 0 a 2 7 x\n", encoding="utf-8")
    assert read_trec(path).rankings["q"].documents == ("a", "b", "low")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("q Q0 d 1 0.5\n", "line 1: expected the six columns"),
        ("q Q0 d 1 0.5 x\nq Q0 e 2 high x\n", "line 2: expected the six columns"),
        ("q Q0 d 1 nan x\n", "line 1: expected the six columns"),
        ("q Q0 d 1 2 x\nq Q0 d 2 1 x\n", "line 2: document d is repeated"),
        ("", "holds no ranking"),
    ],
)
def test_a_broken_run_is_named(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "run.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadDataset) as caught:
        read_trec(path)
    assert why in str(caught.value)
    assert str(path) in str(caught.value)
