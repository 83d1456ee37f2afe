"""The gate: its set, and that it closes when ranking gets worse."""

import json
import random
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from eval.cli import app
from eval.comparison import MARGIN, read_old
from eval.datasets import Question, load_beir
from eval.drafts.corpus import draft_questions
from eval.evaluation import Evaluation, Sampling, rank_all
from eval.gate.check import STORED, SYSTEMS, check_gate, store_numbers
from eval.gate.passages import gate_dataset, passages, write_beir
from eval.lines import BadDataset
from eval.rankings import Ranking, SystemRun
from eval.runs import write_trec
from indexer.document import Document, SourceDocument
from indexer.reading import understand
from tests.eval.support import quiet

SET = STORED / "set"


def _document(text: str, source: str = "水.txt") -> Document:
    return understand(source, SourceDocument(text=text))


@given(st.text(alphabet="水库。\n，“”（） 1", max_size=400))
def test_passages_hold_every_character_once(text: str) -> None:
    document = Document("id", "a.txt", "题", text)
    spans = passages(document)
    assert "".join("".join(document.text[a:b].split()) for a, b in spans) == "".join(document.text.split())
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_queries_are_judged_by_the_passages_they_stand_on(tmp_path: Path) -> None:
    filler = "渠道管护由村集体负责，经费列入预算，每年检查两次，检查结果在村务公开栏公布，接受群众监督，发现问题限期整改到位。"
    first = f"2023年，全市完成渠道防渗改造126.5公里。{filler}{filler}"
    document = _document(f"{first}\n2025年安排资金4000万元。{filler}{filler}")
    asked = Question("s1", "村里多久检查一次渠道？", "number", "zh", "水.txt", (("安排资金4000万元",),), True)
    other = replace(asked, question_id="s2", doc="别的.txt")
    dataset = gate_dataset([document], draft_questions([document], 0), [asked, other])
    texts = {d.document_id: d.text for d in dataset.documents}
    by_text = {dataset.queries[query]: set(judged) for query, judged in dataset.qrels.items()}
    for question, amount in (("2023年，全市完成渠道防渗改造多少公里？", "126.5"), ("2025年安排资金多少万元？", "4000")):
        assert by_text[question] == {name for name, text in texts.items() if amount in text}
    assert dataset.qrels["s1"].keys() == {name for name, text in texts.items() if "4000万元" in text}
    assert "s2" not in dataset.queries
    write_beir(tmp_path / "set", dataset)
    read = load_beir(tmp_path / "set")
    assert (read.documents, read.queries, read.qrels) == (dataset.documents, dataset.queries, dataset.qrels)


def test_the_stored_numbers_are_about_the_stored_set() -> None:
    dataset = load_beir(SET)
    assert 150 <= len(dataset.queries) <= 500
    assert dataset.missing == 0
    stored = read_old(STORED / "report.json")
    assert {result.query_id: result.query for result in stored} == dataset.queries
    report = json.loads((STORED / "report.json").read_text(encoding="utf-8"))
    for name in SYSTEMS:
        values = [result.systems[name].metrics["nDCG@10"] for result in stored]
        assert sum(values) / len(values) == pytest.approx(report["systems"][name]["metrics"]["nDCG@10"], abs=1e-5)


@pytest.fixture(scope="module")
def ranked() -> Evaluation:
    """The gate's queries, ranked by words and bigrams alone: that takes a few seconds."""
    return rank_all(["bm25"], load_beir(SET), Sampling(), None, quiet)


def _shuffled(run: SystemRun, seed: int) -> SystemRun:
    """The same ten documents at the top of each ranking, in another order."""
    draw = random.Random(seed)
    rankings = {}
    for query, ranking in run.rankings.items():
        top = list(ranking.documents[:10])
        draw.shuffle(top)
        rankings[query] = Ranking((*top, *ranking.documents[10:]), ranking.scores)
    return SystemRun(run.system, rankings)


def test_the_gate_closes_on_a_worse_ranking(ranked: Evaluation, tmp_path: Path) -> None:
    dataset = load_beir(SET)
    stored = tmp_path / "stored"
    shutil.copytree(SET, stored / "set")
    store_numbers(ranked, stored)
    assert not (stored / "queries.csv").exists()
    _, same = check_gate(ranked, MARGIN, tmp_path / "same", stored)
    assert not same.fell
    assert same.shared == len(dataset.queries)
    worse = rank_all([], dataset, Sampling(), None, quiet, [_shuffled(ranked.runs[0], 1)])
    _, fallen = check_gate(worse, MARGIN, tmp_path / "worse", stored)
    assert {d.metric for d in fallen.differences if d.fell} == {"nDCG@10", "MRR@10"}
    # From the shell it is the exit code that tells.
    run = tmp_path / "worse.trec"
    write_trec(run, _shuffled(ranked.runs[0], 2))
    arguments = [SET, "--systems", "none", "--run", run, "--out", tmp_path / "out", "--compare", stored / "report.json"]
    assert CliRunner().invoke(app, [str(argument) for argument in arguments]).exit_code == 1


def test_numbers_about_other_queries_are_refused(ranked: Evaluation, tmp_path: Path) -> None:
    few = replace(ranked, results=ranked.results[: len(ranked.results) // 2])
    store_numbers(few, tmp_path)
    with pytest.raises(BadDataset, match="gate --update"):
        check_gate(ranked, MARGIN, tmp_path / "out", tmp_path)
