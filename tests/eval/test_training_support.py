"""Training of the support, and the folder of reports that it is trained on."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from eval.datasets import load_questions
from eval.lines import BadDataset
from eval.refusal_curve import evidence_for, retriever_of
from eval.reports import main as write_reports
from eval.training.support import Example, errors_table, fit, learn, read_examples
from indexer.encoders import Encoder
from indexer.errors import ZhengwenError
from server.answer.support import MODEL, clues, load_weights, save_weights, support_of
from server.search.query import understand_query

QUESTIONS = Path(__file__).parents[2] / "eval" / "questions"


def example(cosine: float, answerable: bool, settled: bool | None = None) -> Example:
    return Example("made up", "even", "zh", answerable, settled, {"bias": 1.0, "cosine": cosine})


def test_the_bias_alone_is_the_logarithm_of_the_odds() -> None:
    # Three of four are right: the odds are 3, without a ridge on the bias.
    found = fit(np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]), np.ones(4))
    assert found[0] == pytest.approx(np.log(3), abs=1e-6)


def test_it_learns_what_tells_them_apart() -> None:
    weights = learn([example(c / 20, c > 10) for c in range(20)], ("bias", "cosine"))
    assert list(weights) == ["bias", "cosine"]
    assert weights["cosine"] > 0 > weights["bias"]
    assert support_of(weights, {"bias": 1.0, "cosine": 1.0}) > support_of(weights, {"bias": 1.0, "cosine": 0.0})


def test_what_is_refused_anyway_teaches_nothing() -> None:
    others = [example(0.9, True), example(0.1, False), example(0.7, True), example(0.3, False)]
    refused = [example(1.0, False, settled=False)] * 5
    assert learn([*others, *refused], ("bias", "cosine")) == learn(others, ("bias", "cosine"))


def test_one_kind_alone_cannot_be_learned_from() -> None:
    with pytest.raises(ValueError, match="both"):
        learn([example(0.5, True)], ("bias", "cosine"))


def test_both_kinds_of_errors_are_counted() -> None:
    # Without a bias and with a cosine of 0 the support is 0.5.
    rows = [
        example(0.0, True),
        example(0.0, False),
        example(0.0, True, settled=False),
        example(0.0, False, settled=False),
    ]
    table = errors_table(rows, {"zh": {"cosine": 1.0}})
    refused, answered = table.splitlines()[2:]
    assert refused.split(" | ")[1:] == ["2", "refused", *["50.0"] * 6, "100.0", "100.0 |"]
    assert answered.split(" | ")[1:] == ["2", "answered", *["50.0"] * 6, "0.0", "0.0 |"]


def test_weights_are_kept_and_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    save_weights(path, {"zh": {"bias": -1.25, "cosine": 2.0}, "en": {"bias": 0.5}})
    assert load_weights(path) == {"zh": {"bias": -1.25, "cosine": 2.0}, "en": {"bias": 0.5}}
    path.write_bytes(b"broken")
    load_weights.cache_clear()
    with pytest.raises(ZhengwenError, match=r"weights\.npz"):
        load_weights(path)


def test_the_weights_in_use_are_of_clues_that_exist(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "水库.txt").write_text("江城水库简介\n江城水库于1998年建成。坝高120米，库容3亿立方米。\n", "utf-8")
    retriever = retriever_of(tmp_path / "index", folder, encoder)
    query = understand_query("江城水库的坝高是多少米")
    evidence = evidence_for(retriever, query)
    assert evidence
    known = clues(query, evidence[0])
    for weights in load_weights(MODEL).values():
        assert set(weights) <= set(known)
    asked = {"question": query.text, "answerable": True}
    made = read_examples(retriever, retriever, [asked, {**asked, "general": True}], [])
    # No file is a report, so nothing is found there.
    assert [(one.source, one.answerable) for one in made] == [("corpus", True)] * 2 + [("among reports", True)] * 2


def test_reports_become_files(tmp_path: Path) -> None:
    collection, out = tmp_path / "all.jsonl.gz", tmp_path / "out"
    rows = [{"title": "甲省报告", "text": "第一年。"}, {"text": "第二年。"}]
    collection.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "seed.txt").write_text("另一份。", "utf-8")
    write_reports([str(collection), "--out", str(out), "--with", str(beside)])
    assert {path.name: path.read_text("utf-8") for path in out.iterdir()} == {
        "report000.txt": "甲省报告\n\n第一年。", "report001.txt": "第二年。", "seed.txt": "另一份。",
    }  # fmt: skip
    collection.write_bytes(gzip.compress(b'{"title": "x"}\n'))
    with pytest.raises(BadDataset, match="1"):
        write_reports([str(collection), "--out", str(out)])


def test_the_questions_about_reports_are_well_formed() -> None:
    questions = load_questions(QUESTIONS / "reports.jsonl")
    assert len({question.question for question in questions}) == len(questions) >= 100
    # Facts alone, nothing quoted at length.
    assert max(len(text) for question in questions for choices in question.must for text in choices) <= 12
