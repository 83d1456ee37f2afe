import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from indexer.analyzer import analyze
from indexer.chunking import chunk_text
from indexer.cleaning import clean
from indexer.lexical import IDF_FLOOR, K1, B, LexicalIndex, inverse_document_frequency, term_hashes
from indexer.loaders import load

_VOCABULARY = [*"水库渠井河湖", "水库", "313", "渝水利函〔2025〕313号", "a"]


def build(documents: list[list[str]]) -> LexicalIndex:
    return LexicalIndex.build([term_hashes(tokens) for tokens in documents])


def sound(documents: list[list[str]], term: str) -> bool:
    """Whether rank_bm25 weighs the term by the same positive idf as we do: not by our floor, nor by its own."""
    count = sum(term in tokens for tokens in documents)
    if not count:
        return True
    return math.log((len(documents) - count + 0.5) / (count + 0.5)) > IDF_FLOOR and 2 * count < len(documents)


def assert_ranks_like_the_reference(documents: list[list[str]], query: list[str]) -> None:
    expected: NDArray[np.float64] = BM25Okapi(documents).get_scores(query)
    scores = build(documents).scores(query)
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-6)
    # The same ranking wherever the reference itself tells two documents apart by more than rounding.
    order = np.argsort(-scores, kind="stable")
    ranked = expected[order]
    assert (ranked[:-1] >= ranked[1:] - 1e-4 * (1 + abs(ranked[:-1]))).all()


@given(
    st.lists(st.lists(st.sampled_from(_VOCABULARY), max_size=12), min_size=1, max_size=25).filter(any),
    st.lists(st.sampled_from([*_VOCABULARY, "没有"]), max_size=6),
)
def test_scores_equal_rank_bm25_wherever_its_idf_is_sound(documents: list[list[str]], query: list[str]) -> None:
    assert_ranks_like_the_reference(documents, [term for term in query if sound(documents, term)])


def test_ranks_like_rank_bm25_on_a_larger_collection() -> None:
    random = np.random.default_rng(631)
    names = np.array([f"t{i}" for i in range(2000)])
    weights = 1 / np.arange(1, 2001)
    documents = [
        random.choice(names, size=random.integers(1, 200), p=weights / weights.sum()).tolist() for _ in range(600)
    ]
    for _ in range(40):
        query = random.choice(names, size=5).tolist()
        assert_ranks_like_the_reference(documents, [term for term in query if sound(documents, term)])


def test_ranks_like_rank_bm25_on_the_sample_corpus(corpus: Path) -> None:
    documents: list[list[str]] = []
    for file in sorted(corpus.iterdir()):
        text = clean(load(file, 10**7).text).text
        documents.extend(list(analyze(text[chunk.start : chunk.end]).words) for chunk in chunk_text(text))
    for question in ("什么是631机制", "2024年底企业户数压减到多少", "第0457号建议的答复函", "亩均论英雄改革有哪些举措"):
        query = [term for term in analyze(question).words if sound(documents, term)]
        assert query
        assert_ranks_like_the_reference(documents, query)


@given(
    st.lists(st.lists(st.sampled_from("甲乙丙"), max_size=6), max_size=10),
    st.lists(st.sampled_from("甲乙丙丁"), max_size=5),
)
def test_no_score_is_ever_negative(documents: list[list[str]], query: list[str]) -> None:
    scores = build(documents).scores(query)
    assert scores.shape == (len(documents),)
    assert scores.dtype == np.float32
    for score, tokens in zip(scores, documents, strict=True):
        assert score >= 0
        assert (score > 0) == bool(set(tokens) & set(query))


def test_a_score_worked_out_by_hand() -> None:
    documents = [["水", "水", "库"], ["渠"], ["井", "河"], ["湖"], ["渠", "井"]]
    # 水 stands in one of five documents: idf = ln(4.5 / 1.5); the mean length is 9 / 5.
    norm = K1 * (1 - B + B * 3 / 1.8)
    assert build(documents).scores(["水"])[0] == pytest.approx(math.log(3) * 2 * (K1 + 1) / (2 + norm))
    assert build(documents).scores(["水", "水"])[0] == pytest.approx(2 * build(documents).scores(["水"])[0])
    assert build(documents).scores(["水"])[1:].tolist() == [0, 0, 0, 0]


def test_common_terms_have_a_small_positive_weight() -> None:
    idf = inverse_document_frequency(np.array([0, 1, 4, 5, 10]), 10)
    assert idf == pytest.approx([math.log(10.5 / 0.5), math.log(9.5 / 1.5), math.log(6.5 / 4.5), IDF_FLOOR, IDF_FLOOR])
    with_all = build([["水", "甲"], ["水", "乙"], ["水", "丙"]])
    scores = with_all.scores(["水", "甲"])
    assert scores.argmax() == 0
    assert (scores > 0).all()


def test_document_frequencies() -> None:
    index = build([["水", "水"], ["水", "库"], []])
    assert index.document_frequency(["水", "库", "渠"]).tolist() == [2, 1, 0]
    assert index.document_frequency([]).tolist() == []


@pytest.mark.parametrize("documents", [[], [[]], [[], [], []]])
def test_collections_without_terms(documents: list[list[str]], tmp_path: Path) -> None:
    index = build(documents)
    index.save(tmp_path, "words")
    for each in (index, LexicalIndex.load(tmp_path, "words", len(documents))):
        assert each.size == len(documents)
        assert each.scores(["水"]).tolist() == [0] * len(documents)
        assert each.scores([]).tolist() == [0] * len(documents)
        assert each.document_frequency(["水"]).tolist() == [0]


def test_what_was_saved_is_mapped_into_memory_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "有 空格"
    folder.mkdir()
    index = build([["水", "库"], ["渠"], ["水", "水", "渠"]])
    index.save(folder, "words")
    loaded = LexicalIndex.load(folder, "words", 3)
    for part in ("terms", "starts", "chunks", "weights", "peaks"):
        stored = getattr(loaded, part)
        assert isinstance(stored.base, np.memmap)
        assert not stored.flags.writeable
        assert stored.dtype == getattr(index, part).dtype
        np.testing.assert_array_equal(stored, getattr(index, part))
    assert loaded.scores(["水", "渠"]).tolist() == index.scores(["水", "渠"]).tolist()
    assert sorted(path.name for path in folder.iterdir()) == [
        "words.chunks.npy", "words.peaks.npy", "words.starts.npy", "words.terms.npy", "words.weights.npy",
    ]  # fmt: skip


def test_hashes_do_not_depend_on_the_process() -> None:
    # What `printf 水库 | b2sum -l 64` prints.
    expected = [bytes.fromhex("40f89e395b66422f"), bytes.fromhex("681d2a2efb8939a7")]
    assert [value.to_bytes(8, "little") for value in term_hashes(["a", "水库"]).tolist()] == expected
    assert term_hashes([]).shape == (0,)


DOCUMENTS = [["水库", "水库", "渠"], ["井", "渠"], ["水库"], ["河"], ["湖"], ["湖", "河", "a"]]


@pytest.fixture(params=[20_000, 1], ids=["short", "long"])
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Postings are looked through or looked into, depending on how many they are: both must find the same."""
    monkeypatch.setattr("indexer.lookup._SHORT", request.param)


@pytest.mark.usefixtures("short")
def test_matches_are_the_parts_of_the_score() -> None:
    index = build(DOCUMENTS)
    ordinals = np.array([0, 2, 5])
    found = index.lookup(["水库", "渠", "没有"])
    weights = found.matches(ordinals)
    np.testing.assert_allclose(weights[0], index.scores(["水库"])[ordinals])
    np.testing.assert_allclose(weights.sum(axis=0), index.scores(["水库", "渠"])[ordinals])
    assert weights[2].tolist() == [0, 0, 0]
    # 水库 stands in 2 of 6 chunks, 没有 in none: log((6 - n + 0.5) / (n + 0.5)).
    assert found.idf.tolist() == pytest.approx([math.log(4.5 / 2.5), math.log(4.5 / 2.5), math.log(6.5 / 0.5)])


@pytest.mark.usefixtures("short")
def test_factors_multiply_the_weights_of_terms() -> None:
    found = build(DOCUMENTS).lookup(["水库", "渠"])
    np.testing.assert_allclose(found.scores([2, 0.5]), 2 * found.scores([1, 0]) + 0.5 * found.scores([0, 1]), rtol=1e-6)


def test_an_empty_index_matches_nothing() -> None:
    found = build([]).lookup(["水库"])
    assert found.matches(np.zeros(0, np.int64)).shape == (1, 0)
    assert found.idf.shape == (1,)
    assert found.scores().shape == (0,)


@pytest.mark.usefixtures("short")
def test_a_term_stands_within_ranges_of_chunks() -> None:
    found = build(DOCUMENTS).lookup(["水库", "没有", "河"])
    # 水库 stands in chunks 0 and 2, 河 in 3 and 5.
    held = found.within(np.array([0, 1, 4]), np.array([1, 3, 6]))
    assert held.tolist() == [[True, True, False], [False, False, False], [False, False, True]]


@pytest.mark.usefixtures("short")
def test_of_alternatives_the_best_counts_once() -> None:
    index = build(DOCUMENTS)
    one = {term: index.scores([term]) for term in ("水库", "渠", "河")}
    found = index.lookup(["水库", "渠", "没有", "河"]).alternative_scores([[1.0, 0.5, 1.0], [1.0]])
    np.testing.assert_allclose(found, np.maximum(one["水库"], 0.5 * one["渠"]) + one["河"])
    assert index.lookup([]).alternative_scores([]).tolist() == [0] * 6


@pytest.mark.parametrize("factors", [None, [3, 1, 2, 1]])
def test_scores_of_all_chunks_are_the_sums_over_the_postings(factors: list[int] | None) -> None:
    draw = np.random.default_rng(3)
    names = np.array(["甲", "乙", "丙", "丁", "戊", "己", "庚"])
    texts = [draw.choice(names, draw.integers(0, 9)).tolist() for _ in range(400)]
    index = LexicalIndex.build(term_hashes(text) for text in texts)
    asked = ["甲", "没有", "丙", "庚"]
    expected = np.zeros(400)
    for at, term in enumerate(asked):
        where = np.flatnonzero(index.terms == term_hashes([term])[0])
        for column in where.tolist():
            for place in range(int(index.starts[column]), int(index.starts[column + 1])):
                expected[index.chunks[place]] += float(index.weights[place]) * (factors[at] if factors else 1)
    scores = index.lookup(asked).scores(factors)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    assert [bool(score) for score in scores] == [bool({"甲", "丙", "庚"} & set(text)) for text in texts]
