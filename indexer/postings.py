"""Counting tokens: which term stands in which chunk, and how often. A million chunks are counted a slice at a time.

Sorting all tokens at once would take ten times the memory of the index that comes out of it; the counts of a slice take
less than the index, and slices are joined without being sorted again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
"""What stands for terms: see ``indexer.lexical``."""

# A slice ends with the chunk that brings it to this many tokens; its chunks are numbered in 16 bits.
_TOKENS = 1 << 21
_CHUNKS = 1 << 16
_SHIFT = np.uint64(16)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The tokens of a slice of chunks, counted.

    ``terms`` uint64 [t], ascending; ``counts`` int64 [t], in how many chunks each stands; ``chunks`` uint16 [p], counted
    from the start of the slice, ascending for each term, and ``frequencies`` [p], unsigned of the smallest size that holds
    them; ``lengths`` int64 [n], tokens of each chunk.
    """

    terms: Hashes
    counts: NDArray[np.int64]
    chunks: NDArray[np.uint16]
    frequencies: NDArray[Any]
    lengths: NDArray[np.int64]


def occurrences(tokens: Hashes, lengths: NDArray[np.int64]) -> Occurrences:
    """Count tokens, those of one chunk after those of the other; ``lengths`` int64 [n] says how many each chunk has.

    Raises ValueError for more than 65,536 chunks.
    """
    if len(lengths) > _CHUNKS:
        raise ValueError(f"{len(lengths)} chunks are too many for one slice")
    terms = _distinct(tokens)
    # A term and a chunk in one number: sorting numbers is many times as fast as sorting rows. The upper 48 bits of a hash
    # tell the terms of a slice apart, but for one slice in thousands.
    numbers = tokens >> _SHIFT
    if len(_distinct(terms >> _SHIFT)) < len(terms):
        numbers = np.searchsorted(terms, tokens).astype(np.uint64)
    numbers <<= _SHIFT
    numbers |= np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
    numbers.sort()
    firsts = _firsts(numbers)
    frequencies = np.diff(firsts, append=len(numbers))
    postings = numbers[firsts]
    counts = np.diff(_firsts(postings >> _SHIFT), append=len(postings))
    smallest = np.min_scalar_type(int(frequencies.max(initial=0)))
    # The lower 16 bits.
    return Occurrences(terms, counts, postings.astype(np.uint16), frequencies.astype(smallest), lengths)


def _firsts(ascending: NDArray[Any]) -> NDArray[np.int64]:
    """Where each value of a sorted array stands for the first time, int64."""
    if not len(ascending):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], ascending[1:] != ascending[:-1])))


def _distinct(values: Hashes) -> Hashes:
    """The values without their repetitions, ascending. NumPy's own ``unique`` hashes them first, which is slower."""
    ranked = np.sort(values)
    return ranked[_firsts(ranked)]


def counted(token_lists: Iterable[Hashes]) -> Iterator[Occurrences]:
    """Slices of chunks given as the hashed tokens of each, in order. Only the tokens of one slice are held."""
    held: list[Hashes] = []
    tokens = 0
    for each in token_lists:
        held.append(each)
        tokens += len(each)
        if tokens >= _TOKENS or len(held) == _CHUNKS:
            yield _occurrences_of(held)
            held, tokens = [], 0
    if held:
        yield _occurrences_of(held)


def _occurrences_of(token_lists: Sequence[Hashes]) -> Occurrences:
    lengths = np.fromiter(map(len, token_lists), np.int64, len(token_lists))
    return occurrences(np.concatenate(token_lists).astype(np.uint64, copy=False), lengths)


@dataclass(frozen=True, slots=True)
class Postings:
    """Slices put one after the other, in compressed column form.

    ``terms`` uint64 [t], ascending; ``starts`` int64 [t + 1]; ``lengths`` int64 [chunks], tokens of each.
    """

    terms: Hashes
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    slices: Sequence[Occurrences]

    @classmethod
    def of(cls, slices: Sequence[Occurrences]) -> "Postings":
        """The terms of all slices, each term with room for the postings it has in all of them."""
        terms = _distinct(np.concatenate([np.zeros(0, np.uint64), *(each.terms for each in slices)]))
        frequency = np.zeros(len(terms), np.int64)
        for each in slices:
            frequency[_columns(terms, each)] += each.counts
        starts = np.concatenate(([0], np.cumsum(frequency))).astype(np.int64)
        lengths = np.concatenate([np.zeros(0, np.int64), *(each.lengths for each in slices)])
        return cls(terms, starts, lengths, slices)

    def parts(self) -> Iterator["Part"]:
        """The postings of each slice and their places among all."""
        cursor, offset = self.starts[:-1].copy(), 0
        for each in self.slices:
            columns = _columns(self.terms, each)
            first = np.cumsum(each.counts) - each.counts
            places = np.repeat(cursor[columns] - first, each.counts)
            places += np.arange(len(places))
            chunks = each.chunks.astype(np.int32)
            chunks += np.int32(offset)
            yield Part(columns, each.counts, places, chunks, each.frequencies)
            cursor[columns] += each.counts
            offset += len(each.lengths)


def _columns(terms: Hashes, of: Occurrences) -> NDArray[np.int64]:
    """Where the terms of a slice stand among all; one that has all of them has them in the same order."""
    return np.arange(len(terms)) if len(terms) == len(of.terms) else np.searchsorted(terms, of.terms)


@dataclass(frozen=True, slots=True)
class Part:
    """Postings of one slice: ``columns`` int64 [t] of its terms among all, ``counts`` int64 [t] of its postings of each;
    ``places`` int64 [p] of the postings among all, their ``chunks`` int32 [p], and ``frequencies`` [p]."""

    columns: NDArray[np.int64]
    counts: NDArray[np.int64]
    places: NDArray[np.int64]
    chunks: NDArray[np.int32]
    frequencies: NDArray[Any]
