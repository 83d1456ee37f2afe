"""Retrieval over a real index, against scores computed in another way."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from indexer.encoders import Encoder
from indexer.errors import EncoderMismatch, StoreMismatch
from indexer.generations import Generation
from server.search.asked import Asked
from server.search.candidates import Candidate
from server.search.passages import passages_of
from server.search.query import Query, understand_query
from server.search.rank import ranker
from server.search.retrieve import _WEIGHTS, FEATURES, POOL, Retriever, System
from server.search.strongest import Found, best
from tests.server.support import DEFINITION_631, PRESS, REPLY_457, REPLY_627, REPORT, OtherEncoder


@pytest.fixture(scope="module")
def retriever(generation: Generation, encoder: Encoder) -> Retriever:
    return Retriever(generation, encoder)


def ranking(scores: NDArray[np.float32], allowed: NDArray[np.bool_] | None = None) -> list[int]:
    """Ordinals of positive scores in order, written plainly."""
    places = [i for i in range(len(scores)) if scores[i] > 0 and (allowed is None or allowed[i])]
    return sorted(places, key=lambda i: (-scores[i], i))


@given(
    hnp.arrays(np.float32, st.integers(0, 40), elements=st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0])),
    st.integers(1, 45),
    st.integers(0, 2**32 - 1),
)
def test_the_best_are_the_first_of_the_whole_ranking(scores: NDArray[np.float32], k: int, bits: int) -> None:
    allowed = np.array([bits >> (i % 32) & 1 for i in range(len(scores))], np.bool_)
    assert best(scores, k).ordinals.tolist() == ranking(scores)[:k]
    assert best(scores, k, allowed).ordinals.tolist() == ranking(scores, allowed)[:k]


def test_the_best_by_hand() -> None:
    scores = np.array([0.0, 2.0, 1.0, 2.0, 3.0], np.float32)
    assert best(scores, 3).ordinals.tolist() == [4, 1, 3]
    assert best(scores, 9).ordinals.tolist() == [4, 1, 3, 2]
    assert best(scores, 2, np.array([1, 1, 1, 0, 0], np.bool_)).ordinals.tolist() == [1, 2]


def by_system(retriever: Retriever, text: str, system: System, k: int = 100) -> list[Candidate]:
    return retriever.search(understand_query(text), k, system)


def test_bm25_adds_both_fields(retriever: Retriever, generation: Generation) -> None:
    query = understand_query("国有资产盘活")
    scores = generation.words.scores(query.tokens.words) + generation.bigrams.scores(query.tokens.bigrams)
    found = retriever.search(query, 100, "bm25")
    assert [candidate.ordinal for candidate in found] == ranking(scores)
    for candidate in found:
        assert candidate.score == pytest.approx(float(scores[candidate.ordinal]))
        assert candidate.scores["bm25"] == candidate.score


def test_dense_is_the_mean_cosine_of_chunk_and_best_sentence(
    retriever: Retriever, generation: Generation, encoder: Encoder
) -> None:
    vector = encoder.encode(["盘活闲置资产"])[0]
    chunks = generation.chunk_vectors.rows(np.arange(generation.manifest.chunks)) @ vector
    starts = generation.sentence_starts.tolist()
    best_sentence = [
        max(float(generation.sentence_cosines(np.array([row]), vector)[0]) for row in range(start, end))
        for start, end in pairwise(starts)
    ]
    expected = (chunks + np.array(best_sentence)) / 2
    found = by_system(retriever, "盘活闲置资产", "dense")
    assert len(found) == generation.manifest.chunks
    assert [c.score for c in found] == pytest.approx([float(expected[c.ordinal]) for c in found], abs=2e-3)
    assert found[0].ordinal == int(expected.argmax())


def rrf_by_hand(lists: Sequence[Sequence[int]], weights: Sequence[float]) -> list[tuple[int, float]]:
    fused: dict[int, float] = {}
    for ranked, weight in zip(lists, weights, strict=True):
        for place, item in enumerate(ranked):
            fused[item] = fused.get(item, 0.0) + weight / (61 + place)
    return sorted(fused.items(), key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("question", ["2025年一季度回笼资金", "funds recovered in the first quarter"])
def test_without_the_ranker_the_lists_are_fused(retriever: Retriever, generation: Generation, question: str) -> None:
    query = understand_query(question)
    chinese = ranking(generation.words.scores(query.tokens.words) + generation.bigrams.scores(query.tokens.bigrams))
    cosines = generation.chunk_vectors.rows(np.arange(generation.manifest.chunks)) @ retriever.encode(query)
    lists = {"bm25": chinese, "dense": np.argsort(-cosines, kind="stable").tolist()}
    weights = [_WEIGHTS[query.language][name] for name in lists]
    pool = {ordinal for found in lists.values() for ordinal in found[:POOL]}
    expected = [pair for pair in rrf_by_hand(list(lists.values()), weights) if pair[0] in pool]
    found = retriever.search(query, POOL, without=frozenset({"ranker", "dictionary"}))
    assert [c.ordinal for c in found] == [ordinal for ordinal, _ in expected[:POOL]]
    assert [c.score for c in found] == pytest.approx([score for _, score in expected[:POOL]])


def test_the_ranker_orders_what_the_lists_found(retriever: Retriever, generation: Generation) -> None:
    query = understand_query("2025年一季度回笼资金")
    vector = retriever.encode(query)
    candidates = retriever.candidates(query, vector)
    assert candidates is not None
    scores = ranker().scores(retriever.features(query, candidates))
    found = retriever.search(query, 8, vector=vector)
    assert [c.score for c in found] == pytest.approx(sorted(scores.tolist(), reverse=True)[:8])
    assert found[0].ordinal == candidates.ordinals[scores.argmax()]


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_can_be_left_out(retriever: Retriever, feature: str) -> None:
    chinese, english = understand_query("盘活闲置资产的思路"), understand_query("funds recovered in 2024")
    assert english.translations
    differs = [
        [(c.ordinal, c.score) for c in retriever.search(query, 20)]
        != [(c.ordinal, c.score) for c in retriever.search(query, 20, without=frozenset({feature}))]
        for query in (chinese, english)
    ]
    # Of the quick search nothing is seen where it is not sure, and it reads no English.
    assert differs == [feature not in ("dictionary", "quick"), feature != "quick"]


@pytest.mark.parametrize(
    ("certain", "question", "asked"),
    [
        (-1.0, "盘活闲置资产的思路", 0),
        (1e9, "盘活闲置资产的思路", 1),
        (-1.0, "funds recovered in 2024", 1),
        (1e9, "什么是631机制", 0),
    ],
)
def test_the_whole_encoder_is_asked_where_the_quick_search_is_not_sure(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, certain: float, question: str, asked: int
) -> None:
    query = understand_query(question)
    whole = [(c.ordinal, c.score) for c in retriever.search(query, 20, without=frozenset({"quick"}))]
    encoded: list[str] = []

    def encode(self: Retriever, query: Query) -> NDArray[np.float32]:
        encoded.append(query.text)
        return whole_encoder(self, query)

    whole_encoder = Retriever.encode
    monkeypatch.setattr(Retriever, "encode", encode)
    monkeypatch.setattr("server.search.retrieve.CERTAIN", certain)
    found = [(c.ordinal, c.score) for c in retriever.search(query, 20)]
    assert encoded == [question] * asked
    assert (found == whole) == bool(asked)


@pytest.mark.parametrize(
    ("scores", "weight", "unsure"),
    [
        ([5.0, 1.0], 10.0, False),
        ([2.9, 1.0], 10.0, True),  # The best holds little of the question.
        ([5.0, 4.6], 10.0, True),  # The next one holds as much, but for a tenth.
        ([5.0, 4.4], 10.0, False),
        ([1.0], 10.0, False),  # Nothing to be mistaken for.
        ([], 10.0, False),
    ],
)
def test_words_alone_can_show_that_a_quick_ranking_is_not_worth_making(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, scores: list[float], weight: float, *, unsure: bool
) -> None:
    quick: list[str] = []

    def encode_quickly(_: Retriever, query: Query) -> None:
        quick.append(query.text)

    found = Found(np.arange(len(scores)), np.array(scores, np.float32))
    monkeypatch.setattr(Asked, "weight", weight)
    monkeypatch.setattr("server.search.lists.strongest", lambda *_: found)
    monkeypatch.setattr(Retriever, "encode_quickly", encode_quickly)
    retriever.search(understand_query("盘活闲置资产的思路"), 8)
    assert quick == ([] if unsure else ["盘活闲置资产的思路"])


def test_a_question_weighs_what_a_chunk_of_its_own_terms_would_score(generation: Generation) -> None:
    asked = Asked.of(understand_query("水库水库除险"), generation)
    fields = ((generation.words, asked.query.tokens.words), (generation.bigrams, asked.query.tokens.bigrams))
    count = generation.manifest.chunks
    by_hand = 0.0
    for index, tokens in fields:
        for token in tokens:
            n = int(index.document_frequency([token])[0])
            by_hand += max(math.log((count - n + 0.5) / (n + 0.5)), 0.05)
    assert asked.weight == pytest.approx(by_hand)


def test_the_quick_vector_is_that_of_the_first_encoder(retriever: Retriever, encoder: Encoder) -> None:
    quick = retriever.encode_quickly(understand_query("盘活闲置资产的思路"))
    assert quick is not None
    first = encoder.parts[0]
    np.testing.assert_allclose(quick[: first.dimension], first.encode(["盘活闲置资产的思路"])[0] * 2**0.5, rtol=1e-6)
    assert not quick[first.dimension :].any()
    # Its product with a passage is the cosine of the first encoder alone.
    passage = encoder.encode(["盘活存量资产"])[0]
    assert quick @ passage == pytest.approx(
        first.encode(["盘活闲置资产的思路"])[0] @ first.encode(["盘活存量资产"])[0], abs=1e-5
    )
    assert retriever.encode_quickly(understand_query("idle assets")) is None


def test_stages_are_timed(retriever: Retriever) -> None:
    timings: dict[str, float] = {}
    retriever.search(understand_query("盘活闲置资产"), 5, timings=timings)
    assert set(timings) == {"encode", "bm25", "dense", "fuse", "rerank"}
    assert all(ms > 0 for ms in timings.values())


@pytest.mark.parametrize("system", ["hybrid", "bm25", "dense"])
@pytest.mark.parametrize("k", [1, 3, 100])
def test_at_most_k_are_found_best_first(retriever: Retriever, system: System, k: int) -> None:
    found = by_system(retriever, "国有资产盘活", system, k)
    assert 1 <= len(found) <= k
    assert [c.ordinal for c in found] == [c.ordinal for c in by_system(retriever, "国有资产盘活", system)][:k]
    assert len({c.ordinal for c in found}) == len(found)


@pytest.mark.parametrize("system", ["hybrid", "bm25", "dense"])
def test_what_is_not_allowed_is_not_ranked(retriever: Retriever, generation: Generation, system: System) -> None:
    allowed = np.zeros(generation.manifest.chunks, np.bool_)
    query = understand_query("国有资产盘活")
    assert retriever.search(query, 5, system, allowed) == []
    allowed[[3, 10, 40, 41, 42, 70]] = True
    found = retriever.search(query, 5, system, allowed)
    assert found
    assert {c.ordinal for c in found} <= {3, 10, 40, 41, 42, 70}


def test_bm25_finds_nothing_for_words_that_stand_nowhere(retriever: Retriever) -> None:
    assert by_system(retriever, "zyzzyva", "bm25") == []


@pytest.mark.parametrize("question", ["什么是631机制", "六三一机制", "６３１机制"])
@pytest.mark.parametrize("system", ["hybrid", "bm25"])
def test_one_number_however_it_is_written(
    retriever: Retriever, generation: Generation, question: str, system: System
) -> None:
    found = passages_of(generation, by_system(retriever, question, system, 1))
    assert found[0].text == DEFINITION_631
    assert found[0].term == "631机制"
    assert found[0].section == ("附件", "注释")


@pytest.mark.parametrize("system", ["hybrid", "bm25"])
def test_wording_decides_between_passages_of_one_number(
    retriever: Retriever, generation: Generation, system: System
) -> None:
    # The number stands in two passages: the definition, and a paragraph that says 执行“631”工作机制.
    found = passages_of(generation, by_system(retriever, "631工作机制", system, 2))
    assert {passage.text == DEFINITION_631 for passage in found} == {True, False}
    assert all("631" in passage.text for passage in found)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("渝国资函〔2025〕313号", REPLY_457),
        ("渝国资函[2025]292号", REPLY_627),
        ("第457号建议", REPLY_457),
        ("0627号提案", REPLY_627),
        ("亩均论英雄改革的五大举措", PRESS),
        ("三重一大", REPORT),
    ],
)
def test_identifiers_and_names_find_their_document(
    retriever: Retriever, generation: Generation, question: str, source: str
) -> None:
    assert passages_of(generation, by_system(retriever, question, "hybrid", 1))[0].document.source == source


def test_an_english_question_finds_chinese_text(retriever: Retriever, generation: Generation) -> None:
    found = passages_of(generation, by_system(retriever, "the three steps of repaying debt ahead of time", "hybrid", 8))
    assert DEFINITION_631 in [passage.text for passage in found]


def test_passages_are_the_text_at_their_place(retriever: Retriever, generation: Generation) -> None:
    found = passages_of(generation, by_system(retriever, "国有资产", "hybrid"))
    assert [passage.rank for passage in found] == list(range(1, len(found) + 1))
    for passage in found:
        assert passage.text == passage.document.text[passage.start : passage.end]
        document_id, place = passage.chunk_id.rsplit("-", 1)
        assert document_id == passage.document.document_id
        chunk = generation.document_by_id(document_id).chunks[int(place)]
        assert (chunk.start, chunk.end, chunk.section) == (passage.start, passage.end, passage.section)
    assert len({passage.chunk_id for passage in found}) == len(found) == generation.manifest.chunks


def test_another_encoder_is_refused(generation: Generation) -> None:
    with pytest.raises(EncoderMismatch, match=r"zhengwen-static\+use-multilingual-v3 .*counting.*zhengwen index"):
        Retriever(generation, OtherEncoder())


def test_the_same_name_with_other_weights_is_refused(generation: Generation, encoder: Encoder) -> None:
    class Retrained(OtherEncoder):
        name = encoder.name
        dimension = encoder.dimension

    with pytest.raises(EncoderMismatch):
        Retriever(generation, Retrained())


def test_another_analyzer_is_refused(own_data_dir: Path, encoder: Encoder) -> None:
    manifest = next((own_data_dir / "generations").glob("*/manifest.json"))
    written = manifest.read_text(encoding="utf-8")
    analyzer = Generation(own_data_dir).manifest.analyzer
    changed = written.replace(f'"analyzer": "{analyzer}"', '"analyzer": "of old"')
    assert changed != written
    manifest.write_text(changed, encoding="utf-8")
    with pytest.raises(StoreMismatch, match=r"of old.*zhengwen index"):
        Retriever(Generation(own_data_dir), encoder)


@pytest.mark.parametrize(
    "question",
    ["第0457号建议的办理情况", "渝国资函〔2025〕313号说了什么", "what does the reply to proposal 627 say", "631机制"],
)
def test_a_question_that_names_a_number_is_ordered_by_its_words(retriever: Retriever, question: str) -> None:
    query = understand_query(question)
    assert query.names_number
    found = retriever.search(query, 10)
    scores = [candidate.scores["bm25"] + candidate.scores["dense"] for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert not understand_query("2025年一季度回笼资金").names_number
