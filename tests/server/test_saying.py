"""Chunks and documents that have all bigrams of a text, against reading them all."""

from pathlib import Path

import pytest

from indexer.document import SourceDocument
from indexer.encoders import Encoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from server.search import lists
from server.search.saying import chunks_saying, documents_saying

TEXTS = ("方小舟代表提出水库除险。", "方舟与小舟。", "水库由县里管，除险由市里管。", "道路养护。方小舟。", "水渠。")


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Generation:
    data_dir: Path = tmp_path_factory.mktemp("saying")
    with Indexer(data_dir, encoder) as indexer:
        indexer.index_documents((f"{number}.txt", SourceDocument(text)) for number, text in enumerate(TEXTS))
    return Generation(data_dir)


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("方小舟", [0, 3]),
        ("小舟", [0, 1, 3]),
        ("水库除险", [0]),
        ("水库", [0, 2]),
        ("没有的", []),
        ("水", []),
        ("", []),
    ],
)
def test_chunks_with_all_bigrams(generation: Generation, text: str, chunks: list[int]) -> None:
    assert chunks_saying(generation, text, 10).tolist() == chunks
    assert chunks_saying(generation, text, 1).tolist() == chunks[:1]


@pytest.mark.parametrize("at_a_time", [2, 1000])
def test_documents_that_say_one_of_each_group(
    generation: Generation, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(lists, "_AT_A_TIME", at_a_time)
    everything = range(len(TEXTS))
    assert documents_saying(generation, [["水库", "水渠"]], everything) == {0, 2, 4}
    assert documents_saying(generation, [["水库", "水渠"], ["除险"]], everything) == {0, 2}
    assert documents_saying(generation, [["水库"]], [1, 2, 3]) == {2}
    assert documents_saying(generation, [["水"]], everything) == set()
    assert documents_saying(generation, [["水库"]], []) == set()
