"""Filters narrow a search to documents before anything is ranked."""

import numpy as np
import pytest

from indexer.generations import Generation
from server.assistant import Assistant
from server.search.filters import Filters, chunk_mask
from tests.server.support import REPLY_457, REPLY_627, REPORT, SOURCES


def passing(filters: Filters, generation: Generation) -> set[str] | None:
    numbers = filters.documents(generation)
    return None if numbers is None else {generation.document(number).source for number in numbers}


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(kind="建议"), {REPLY_457}),
        (Filters(kind="提案"), {REPLY_627}),
        (Filters(kind="reply"), {REPLY_457, REPLY_627}),
        (Filters(kind="report"), {REPORT}),
        (Filters(kind="no such kind"), set()),
        # One reply says 2025 only in its 文号, the other also in its date.
        (Filters(year="2025"), {REPLY_457, REPLY_627}),
        (Filters(year="2019"), set()),
        (Filters(number="457"), {REPLY_457}),
        (Filters(number="0457"), {REPLY_457}),
        (Filters(number="0627"), {REPLY_627}),
        (Filters(number="渝国资函〔2025〕292号"), {REPLY_627}),
        (Filters(number="0"), set()),
        # One document bears a date, 2025-04-30; those without are taken for older. Nothing is known to be repealed.
        (Filters(as_of="2025-04-29"), set(SOURCES) - {REPLY_627}),
        (Filters(as_of="2025-04-30"), set(SOURCES)),
        (Filters(status="现行有效"), set(SOURCES)),
        (Filters(status="废止"), set()),
        (Filters(kind="提案", number="0457"), set()),
        (Filters(kind="建议", year="2025", number="457"), {REPLY_457}),
    ],
)
def test_documents_that_pass(filters: Filters, sources: set[str], generation: Generation) -> None:
    assert passing(filters, generation) == sources


@pytest.mark.parametrize("issuer", ["重庆市国有资产监督管理委员会", "国有资产监督管理", "重庆市国"])
def test_the_issuer_passes_by_a_part_of_its_name(issuer: str, generation: Generation) -> None:
    # Whether the issuer of the other reply, whose letterhead has the short name, is read is a matter of metadata.
    assert {REPLY_457} <= (passing(Filters(issuer=issuer), generation) or set()) <= {REPLY_457, REPLY_627}


def test_no_filter_lets_everything_pass(generation: Generation) -> None:
    assert Filters().empty
    assert Filters().documents(generation) is None
    assert not Filters(kind="建议").empty
    assert not Filters(number="").empty


def test_the_mask_marks_the_chunks_of_the_documents(generation: Generation) -> None:
    for number in range(len(SOURCES)):
        ordinals = {ordinal for ordinal, _ in generation.chunks_of(number)}
        assert set(np.flatnonzero(chunk_mask(generation, {number})).tolist()) == ordinals
    assert chunk_mask(generation, set(range(len(SOURCES)))).all()
    assert not chunk_mask(generation, set()).any()
    assert chunk_mask(generation, set()).shape == (generation.manifest.chunks,)


@pytest.mark.parametrize("system", ["hybrid", "bm25", "dense"])
def test_search_stays_within_the_filter(assistant: Assistant, system: str) -> None:
    result = assistant.search("国有资产盘活", 100, system, Filters(kind="提案"))  # type: ignore[arg-type]
    assert result.passages
    assert {passage.document.source for passage in result.passages} == {REPLY_627}


def test_a_filter_that_nothing_passes_finds_nothing(assistant: Assistant) -> None:
    assert assistant.search("国有资产盘活", 8, "hybrid", Filters(year="2019")).passages == []
