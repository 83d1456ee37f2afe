from zlib import crc32

from eval.datasets import CorpusDocument, Dataset
from eval.halves import half


def test_halves_are_disjoint_and_whole() -> None:
    queries = {f"q{i}": f"问题{i}" for i in range(50)}
    qrels = {query: {"d": 1} for query in queries}
    dataset = Dataset("s", (CorpusDocument("d", "", "水"),), queries, qrels)
    even, odd = half(dataset, "even"), half(dataset, "odd")
    assert {**even.queries, **odd.queries} == queries
    assert not set(even.queries) & set(odd.queries)
    assert all(crc32(query.encode()) % 2 == 0 for query in even.queries)
    assert set(even.qrels) == set(even.queries)
    assert even.documents == dataset.documents
