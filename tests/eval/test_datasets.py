"""Reading BEIR folders and question files, whole and broken."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import load_beir, load_questions, sample_questions
from eval.lines import BadDataset


def test_beir_folder(beir: Path) -> None:
    dataset = load_beir(beir)
    assert dataset.name == "tiny"
    assert [document.document_id for document in dataset.documents] == ["water", "school", "bus", "forest"]
    assert dataset.queries["q1"] == "灌溉水价是多少"
    # The judgment of grade 0 is no relevant document.
    assert dataset.qrels == {"q1": {"water": 1}, "q2": {"bus": 2, "school": 1}, "q3": {"school": 1}}
    assert dataset.missing == 0


def test_title_stands_above_the_text(beir: Path) -> None:
    water, school = load_beir(beir).documents[:2]
    assert water.source.text.startswith("节水办法\n\n农业用水")
    assert water.source.title == "节水办法"
    assert school.source.text.startswith("随迁子女")
    assert school.source.title is None


def test_gzip_byte_order_mark_windows_lines_and_test_split(beir: Path) -> None:
    corpus = (beir / "corpus.jsonl").read_bytes()
    (beir / "corpus.jsonl").unlink()
    (beir / "corpus.jsonl.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + corpus.replace(b"\n", b"\r\n") + b"\r\n"))
    (beir / "qrels").mkdir()
    (beir / "qrels.tsv").rename(beir / "qrels" / "test.tsv")
    dataset = load_beir(beir)
    assert len(dataset.documents) == 4
    assert dataset.documents[0].document_id == "water"
    assert len(dataset.qrels) == 3


def test_judgments_without_header_and_queries_without_judgment(beir: Path) -> None:
    (beir / "qrels.tsv").write_text("q2\tbus\t1.0\n", encoding="utf-8")
    dataset = load_beir(beir)
    assert dataset.qrels == {"q2": {"bus": 1}}
    assert list(dataset.queries) == ["q2"]


def test_judged_documents_outside_the_corpus_are_counted(beir: Path) -> None:
    with (beir / "qrels.tsv").open("a", encoding="utf-8") as file:
        file.write("q1\telsewhere\t1\n")
    assert load_beir(beir).missing == 1


def test_sample_keeps_documents_and_is_drawn_by_seed(beir: Path) -> None:
    dataset = load_beir(beir)
    sample = dataset.sample(2, seed=0)
    assert sample.documents == dataset.documents
    assert len(sample.queries) == 2
    assert list(sample.queries) == [query for query in dataset.queries if query in sample.queries]
    assert sample.qrels.keys() == sample.queries.keys()
    assert sample == dataset.sample(2, seed=0)
    assert len({tuple(dataset.sample(1, seed).queries) for seed in range(20)}) == 3
    assert dataset.sample(None, 0) is dataset
    assert dataset.sample(3, 0) is dataset


@pytest.mark.parametrize(
    ("name", "content", "place", "why"),
    [
        ("corpus.jsonl", '{"_id": "a", "text": "一"}\n{"_id": "b", "text"\n', "line 2", "not a JSON object"),
        ("corpus.jsonl", '["a"]\n', "line 1", "not a JSON object"),
        ("corpus.jsonl", '{"_id": "a", "text": "一"}\n\n{"_id": "a", "text": "二"}\n', "line 3", "_id a is repeated"),
        ("corpus.jsonl", '{"_id": "a"}\n', "line 1", "field text is missing"),
        ("corpus.jsonl", '{"_id": "a", "text": 3}\n', "line 1", "field text is missing or no string"),
        ("corpus.jsonl", '{"_id": "a", "text": "\\ud800"}\n', "line 1", "field text is not valid Unicode"),
        ("corpus.jsonl", '{"_id": "a b", "text": "一"}\n', "line 1", "white space"),
        ("corpus.jsonl", '{"_id": "a", "text": " "}\n', "corpus.jsonl", "holds no document"),
        ("corpus.jsonl", "", "corpus.jsonl", "holds no document"),
        ("queries.jsonl", '{"text": "一"}\n', "line 1", "_id is missing"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1 water 1\n", "line 2", "separated by tabs"),
        ("qrels.tsv", "q1\twater\t1\nq1\tbus\thigh\n", "line 2", "whole score"),
        ("qrels.tsv", "q1\twater\t0.5\nq1\tbus\t0.5\n", "line 2", "whole score"),
        ("qrels.tsv", "q9\twater\t1\n", "line 1", "q9 is not in queries.jsonl"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\twater\t0\n", "qrels.tsv", "no relevant document"),
    ],
)
def test_what_is_broken_is_named(beir: Path, name: str, content: str, place: str, why: str) -> None:
    (beir / name).write_text(content, encoding="utf-8")
    with pytest.raises(BadDataset) as caught:
        load_beir(beir)
    message = str(caught.value)
    assert str(beir / name) in message
    assert place in message
    assert why in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "content", [b"\x1f\x8bgarbage", gzip.compress(b'{"_id": "a", "text": "b"}' * 99)[:-20]], ids=["garbage", "cut off"]
)
def test_damaged_gzip(beir: Path, content: bytes) -> None:
    (beir / "corpus.jsonl").unlink()
    (beir / "corpus.jsonl.gz").write_bytes(content)
    with pytest.raises(BadDataset, match="gzip"):
        load_beir(beir)


def test_other_encoding_is_named_with_its_line(beir: Path) -> None:
    (beir / "queries.jsonl").write_bytes(
        b'{"_id": "q1", "text": "a"}\n' + '{"_id": "q2", "text": "乙"}\n'.encode("gb18030")
    )
    with pytest.raises(BadDataset, match=r"line 2: not UTF-8"):
        load_beir(beir)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_missing_file_is_named(beir: Path, name: str) -> None:
    (beir / name).unlink()
    with pytest.raises(BadDataset, match=name):
        load_beir(beir)


def _question(**changes: Any) -> str:
    row: dict[str, Any] = {
        "question": "水价？",
        "must": [["三角", "0.3元"]],
        "doc": "水.txt",
        "answerable": True,
    } | changes
    return json.dumps({name: value for name, value in row.items() if value is not ...}, ensure_ascii=False) + "\n"


def test_questions(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    refused = _question(id="u1", lang="zh", type="unanswerable", must=[], doc=None, answerable=False)
    path.write_text(_question() + "\n" + refused, encoding="utf-8")
    first, second = load_questions(path)
    assert (first.question_id, first.type, first.doc) == ("q1", "answerable", "水.txt")
    assert first.must == (("三角", "0.3元"),)
    assert (second.question_id, second.lang, second.doc, second.answerable) == ("u1", "zh", None, False)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (_question(question=...), "field question is missing"),
        (_question(answerable="yes"), "answerable is true or false"),
        (_question(must=["三角"]), "must is a list of lists"),
        (_question(must=[[]]), "must is a list of lists"),
        (_question(must=[[""]]), "must is a list of lists"),
        (_question(must=...), "must is a list of lists"),
        (_question(must=[]), "an answerable question needs must"),
        (_question(doc=None), "field doc is missing"),
    ],
)
def test_broken_question_is_named(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(_question() + line, encoding="utf-8")
    with pytest.raises(BadDataset, match="line 2") as caught:
        load_questions(path)
    assert why in str(caught.value)


def test_no_questions(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(BadDataset, match="holds no question"):
        load_questions(path)
    with pytest.raises(BadDataset, match="no such file"):
        load_questions(tmp_path / "absent.jsonl")


def test_sampled_questions_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(_question(id=f"{i:02d}") for i in range(20)), encoding="utf-8")
    questions = load_questions(path)
    sample = [question.question_id for question in sample_questions(questions, 5, seed=1)]
    assert len(sample) == 5
    assert sample == sorted(sample)
    assert sample_questions(questions, None, 1) == questions


def test_judgments_and_queries_as_trec_has_them(beir: Path, tmp_path: Path) -> None:
    trec = tmp_path / "elsewhere.qrels"
    trec.write_text("q1 0 water 1\nq2 0 bus 2\nq2\t0\tschool\t1\nq3 0 school 1\nq3 0 forest -1\n", encoding="utf-8")
    expected = load_beir(beir).qrels
    assert load_beir(beir, trec).qrels == expected
    (beir / "qrels.tsv").unlink()
    trec.rename(beir / "qrels.txt")
    (beir / "queries.jsonl").unlink()
    (beir / "queries.tsv").write_text("q1\t灌溉水价\nq2\t免费\t乘车 \nq3\t入学\n", encoding="utf-8")
    dataset = load_beir(beir)
    assert dataset.qrels == expected
    assert dataset.queries == {"q1": "灌溉水价", "q2": "免费\t乘车", "q3": "入学"}


@pytest.mark.parametrize("line", ["q9", "q9\t", "\t水价", "q 9\t水价"])
def test_a_broken_topic_is_named(beir: Path, line: str) -> None:
    (beir / "queries.jsonl").unlink()
    (beir / "queries.tsv").write_text(f"q1\t灌溉水价\n{line}\n", encoding="utf-8")
    with pytest.raises(BadDataset, match="line 2: expected an id and a query"):
        load_beir(beir)
