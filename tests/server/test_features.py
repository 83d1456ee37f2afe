"""Features of candidates over three short chunks, by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import SourceDocument
from indexer.encoders import Encoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from server.search.asked import Asked
from server.search.candidates import Candidates
from server.search.features import _Documents, features_of
from server.search.query import understand_query
from server.search.retrieve import Retriever

TEXTS = {
    "a": "水库除险加固。水库由县里管。",
    "b": "水渠清淤。",
    "c": "道路养护。",
    "d": "桥梁检修。",
    "e": "停车收费。",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Generation:
    data_dir: Path = tmp_path_factory.mktemp("small")
    with Indexer(data_dir, encoder) as indexer:
        indexer.index_documents((name, SourceDocument(text)) for name, text in TEXTS.items())
    return Generation(data_dir)


def no_titles(_: int) -> str:
    return ""


def candidates(count: int) -> Candidates:
    numbers = np.arange(count, dtype=np.float64)
    return Candidates(np.arange(count), numbers, numbers / 2, numbers * 0, numbers / 10, numbers / 5)


def test_coverage_by_hand(small: Generation) -> None:
    query = understand_query("水库的停车")
    assert query.tokens.words == ("水库", "的", "停车")
    found = features_of(Asked.of(query, small), candidates(5), small, no_titles)
    rare, unknown = math.log(4.5 / 1.5), math.log(5.5 / 0.5)  # one chunk of five, none
    whole = 2 * rare + unknown
    np.testing.assert_allclose(found["words_covered"], [rare / whole, 0, 0, 0, rare / whole])
    # 的 asks, it carries nothing.
    np.testing.assert_allclose(found["words_carried"], [0.5, 0, 0, 0, 0.5])
    np.testing.assert_allclose(found["q_words_known"], [2 * rare / whole] * 5)


def test_scores_are_seen_in_three_ways(small: Generation) -> None:
    found = features_of(Asked.of(understand_query("水库"), small), candidates(5), small, no_titles)
    np.testing.assert_allclose(found["top_words_score"], [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(found["z_words_score"], (np.arange(5) - 2) / math.sqrt(2), rtol=1e-3)
    np.testing.assert_allclose(found["below_chunk_cosine"], [-0.4, -0.3, -0.2, -0.1, 0], atol=1e-12)
    np.testing.assert_allclose(found["q_best_chunk_cosine"], [0.4] * 5)
    np.testing.assert_allclose(found["q_lead_chunk_cosine"], [0.1] * 5)
    np.testing.assert_allclose(found["sentences"], np.log1p([2, 1, 1, 1, 1]))


def test_one_candidate_has_features_without_division_by_nothing(small: Generation) -> None:
    found = features_of(Asked.of(understand_query("没有"), small), candidates(1), small, no_titles)
    assert all(np.isfinite(values).all() and values.shape == (1,) for values in found.values())
    assert found["z_words_score"].tolist() == [0]
    assert found["q_lead_chunk_cosine"].tolist() == [1]


def test_features_have_the_same_names_in_every_language(small: Generation, encoder: Encoder) -> None:
    retriever = Retriever(small, encoder)
    names = []
    for text in ("水库由谁管", "who manages the reservoir", "631"):
        query = understand_query(text)
        found = retriever.candidates(query, retriever.encode(query))
        assert found is not None
        names.append(tuple(retriever.features(query, found)))
    assert len(set(names)) == 1


def test_what_the_document_of_a_candidate_adds(tmp_path: Path, encoder: Encoder) -> None:
    long = "水库管理办法\n\n一、总则\n水库由县里管。\n\n二、养护\n渠道每年清淤两次。\n"
    with Indexer(tmp_path, encoder) as indexer:
        indexer.index_documents(
            [("long", SourceDocument(long, "水库管理办法")), ("other", SourceDocument("道路养护。"))]
        )
    generation = Generation(tmp_path)
    of_document = generation.chunk_documents.tolist()
    assert sorted(of_document.count(number) for number in set(of_document)) == [1, len(of_document) - 1]
    retriever = Retriever(generation, encoder)
    found = retriever.features(understand_query("水库渠道"), candidates(len(of_document)))
    alone = [at for at, number in enumerate(of_document) if of_document.count(number) == 1]
    together = [at for at in range(len(of_document)) if at not in alone]
    # The title holds 水库, not 渠道; the other document neither. Where each word stands once, both weigh alike.
    assert {round(float(found["words_title"][at]), 6) for at in alone} == {0}
    assert len({round(float(found["words_title"][at]), 6) for at in together}) == 1
    assert 0 < found["words_title"][together[0]] < 1
    # Every word of the question stands somewhere in the long document.
    assert found["words_document"][together].tolist() == pytest.approx([1.0] * len(together))
    # The highest cosine among the others of the same document: candidates() gives 0, 0.2, 0.4 …
    near = found["document_near"]
    assert near[alone].tolist() == [0] * len(alone)
    last = together[-1]
    assert near[together[0]] == pytest.approx(last / 5)
    assert near[last] == pytest.approx(together[-2] / 5)


def value_of_others(values: list[float], documents: list[int], at: int) -> float:
    others = [value for i, value in enumerate(values) if i != at and documents[i] == documents[at]]
    return max(others, default=0.0)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([-0.5, 0.0, 0.25, 1.0])), min_size=1, max_size=12))
def test_what_the_others_of_a_document_have(small: Generation, pairs: list[tuple[int, float]]) -> None:
    pairs.sort(key=lambda pair: pair[0])  # Candidates stand in the order of their documents.
    documents, values = [document for document, _ in pairs], [value for _, value in pairs]
    together = _Documents(small, np.zeros(1, np.int64), no_titles)
    together.distinct, together.of_candidate = np.unique(documents, return_inverse=True)
    total, highest = together.gathered(np.array(values))
    assert total.tolist() == pytest.approx(
        [sum(v for v, d in zip(values, documents, strict=True) if d == own) for own in documents]
    )
    assert highest.tolist() == [value_of_others(values, documents, at) for at in range(len(values))]
