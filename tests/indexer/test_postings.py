"""Tokens counted slice by slice, against counting them all with a dictionary."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import postings
from indexer.lexical import IDF_FLOOR, K1, B, LexicalIndex
from indexer.postings import counted, occurrences

# Two terms that differ in their lower 16 bits alone, as one pair in 2^48 does by chance.
HASHES = [7, (5 << 16) + 1, (5 << 16) + 2, 2**64 - 1, 2**63, 1 << 20]
CHUNKS = st.lists(st.lists(st.sampled_from(HASHES), max_size=8), max_size=20)


def naive(chunks: list[list[int]]) -> dict[tuple[int, int], float]:
    """The weight of every term in every chunk that it stands in, by the formula."""
    mean = sum(map(len, chunks)) / max(1, len(chunks))
    standing = Counter(term for chunk in chunks for term in set(chunk))
    weights = {}
    for number, chunk in enumerate(chunks):
        for term, frequency in Counter(chunk).items():
            idf = max(math.log((len(chunks) - standing[term] + 0.5) / (standing[term] + 0.5)), IDF_FLOOR)
            norm = K1 * (1 - B + B * len(chunk) / mean)
            weights[term, number] = idf * frequency * (K1 + 1) / (frequency + norm)
    return weights


def assert_is_index_of(index: LexicalIndex, chunks: list[list[int]]) -> None:
    expected = naive(chunks)
    assert index.size == len(chunks)
    assert index.terms.tolist() == sorted({term for term, _ in expected})
    kinds = [array.dtype.name for array in (index.terms, index.starts, index.chunks, index.weights)]
    assert kinds == ["uint64", "int64", "int32", "float32"]
    found = []
    for term, (first, last) in zip(index.terms.tolist(), pairwise(index.starts.tolist()), strict=True):
        found += [(term, chunk) for chunk in index.chunks[first:last].tolist()]
    # In the order of the terms, and of the chunks for each term.
    assert found == sorted(expected)
    np.testing.assert_array_equal(index.weights, np.array([expected[place] for place in found], np.float32))


def lists_of(chunks: list[list[int]]) -> list[np.ndarray[tuple[int], np.dtype[np.uint64]]]:
    return [np.array(chunk, np.uint64) for chunk in chunks]


@given(CHUNKS)
def test_the_index_is_that_of_the_formula(chunks: list[list[int]]) -> None:
    assert_is_index_of(LexicalIndex.build(lists_of(chunks)), chunks)


@given(CHUNKS, st.lists(st.integers(0, 20), max_size=4))
def test_slices_joined_are_the_index_of_all(chunks: list[list[int]], cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(chunks)) for cut in cuts), len(chunks)]
    slices = []
    for first, last in pairwise(edges):
        some = chunks[first:last]
        tokens = np.array([term for chunk in some for term in chunk], np.uint64)
        slices.append(occurrences(tokens, np.array([len(chunk) for chunk in some], np.int64)))
    assert_is_index_of(LexicalIndex.joined(slices), chunks)


@pytest.mark.parametrize(("tokens", "chunks"), [(3, 100), (1000, 2), (1, 1)])
def test_a_slice_ends_when_it_holds_enough(monkeypatch: pytest.MonkeyPatch, tokens: int, chunks: int) -> None:
    monkeypatch.setattr(postings, "_TOKENS", tokens)
    monkeypatch.setattr(postings, "_CHUNKS", chunks)
    texts = [[7, 7], [7, 1 << 20], [], [2**63], [7, 7, 7, 7], [1 << 20]]
    sizes = [len(each.lengths) for each in counted(lists_of(texts))]
    assert sizes == {3: [2, 3, 1], 1000: [2, 2, 2], 1: [1] * 6}[tokens]
    assert_is_index_of(LexicalIndex.build(lists_of(texts)), texts)


def test_tokens_are_read_once_and_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "_TOKENS", 2)
    given: list[int] = []

    def lists() -> Iterator[np.ndarray[tuple[int], np.dtype[np.uint64]]]:
        for number in range(6):
            given.append(number)
            yield np.array([7], np.uint64)

    slices = counted(lists())
    next(slices)
    assert given == [0, 1]


def test_a_term_that_stands_often_in_one_chunk() -> None:
    for often in (255, 256, 70_000):
        chunks = [[7] * often + [1 << 20], [1 << 20], [2**63], [2**63], [2**63]]
        assert_is_index_of(LexicalIndex.build(lists_of(chunks)), chunks)
        [only] = counted(lists_of(chunks))
        assert only.frequencies.max() == often


def test_a_slice_numbers_its_chunks_in_16_bits() -> None:
    lengths = np.zeros(65_536, np.int64)
    lengths[-1] = 1
    assert occurrences(np.array([7], np.uint64), lengths).chunks.tolist() == [65_535]
    with pytest.raises(ValueError, match="too many"):
        occurrences(np.zeros(0, np.uint64), np.zeros(65_537, np.int64))
