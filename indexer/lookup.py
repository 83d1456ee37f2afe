"""The terms of a query in one field of the index: their postings, and what they add to the score of chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Postings of a term up to this number are looked through, of more looked into.
_SHORT = 6_000


class _Scratch(local):
    """An array of -1 for each thread: whoever writes to it puts -1 back. Making one takes longer than the work for a
    million chunks."""

    def __init__(self) -> None:
        self._numbers = np.zeros(0, np.int16)

    def of(self, size: int) -> NDArray[np.int16]:
        """int16 [size], all -1."""
        if len(self._numbers) < size:
            self._numbers = np.full(size, -1, np.int16)
        return self._numbers[:size]


_SCRATCH = _Scratch()


@dataclass(frozen=True, slots=True)
class Term:
    """The postings of one term of a query: ``chunks`` int32 [n], ascending, and ``weights`` float32 [n], which count
    ``factor`` times; none adds more than ``peak``."""

    chunks: NDArray[np.int32]
    weights: NDArray[np.float32]
    factor: float
    peak: float

    def add(self, total: NDArray[np.float32], adding: Any = np.add) -> None:
        """Add to the score of every chunk, float32 [chunks], what the term adds to it."""
        weights = self.weights if self.factor == 1 else self.weights * np.float32(self.factor)
        # Several times as fast as indexing or bincount, which copy the chunks into wider numbers first.
        adding.at(total, self.chunks, weights)

    def at(self, ordinals: NDArray[Any]) -> NDArray[np.float32]:
        """What the term adds to some chunks, float32 [len(ordinals)]."""
        # Keys of the type of the postings: NumPy would copy these to compare them with another.
        keys = ordinals.astype(self.chunks.dtype)
        where = np.minimum(self.chunks.searchsorted(keys), len(self.chunks) - 1)
        found: NDArray[np.float32] = np.where(self.chunks[where] == keys, self.weights[where], np.float32(0))
        return found if self.factor == 1 else found * np.float32(self.factor)


class Lookup:
    """Terms found in a field. A query looks its terms up once, and what is asked of them is asked of all at a time.

    ``document_frequency`` int64 [terms] and ``idf`` float64 [terms] are those of each term; one that the field does not
    know counts as the rarest.
    """

    def __init__(
        self, chunks: NDArray[np.int32], weights: NDArray[np.float32], size: int, starts: NDArray[np.int64],
        ends: NDArray[np.int64], idf: NDArray[np.float64], peaks: NDArray[np.float32],
    ) -> None:  # fmt: skip
        self._chunks, self._weights, self._size = chunks, weights, size
        self._peaks = peaks
        self.document_frequency = ends - starts
        self.idf = idf
        self._spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
        self._matched: tuple[NDArray[np.int64], NDArray[np.float32]] | None = None

    @cached_property
    def _long(self) -> list[tuple[int, int, int]]:
        """Row, start and end of each term of many postings."""
        return [(row, start, end) for row, (start, end) in enumerate(self._spans) if end - start > _SHORT]

    @cached_property
    def _short(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """The chunks of all terms of few postings, one after the other; of each term, int64 [terms], where its own end
        there, and what added to a place there gives the place in the index."""
        spans = [(start, end if end - start <= _SHORT else start) for start, end in self._spans]
        starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
        sizes = ends - starts
        chunks = [self._chunks[start:end] for start, end in spans]
        here = np.cumsum(sizes)
        return np.concatenate([np.zeros(0, np.int32), *chunks]), here, starts - (here - sizes)

    def terms(self, factors: Sequence[float] | NDArray[np.int64] | None = None) -> list[Term | None]:
        """The postings of each term, times its factor where these are given; None for one that stands nowhere."""
        found: list[Term | None] = []
        counts = [1.0] * len(self._spans) if factors is None else [float(factor) for factor in factors]
        for (start, end), peak, factor in zip(self._spans, self._peaks.tolist(), counts, strict=True):
            term = Term(self._chunks[start:end], self._weights[start:end], factor, factor * peak)
            found.append(term if start < end else None)
        return found

    def scores(self, factors: Sequence[float] | NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """The sum of all terms' weights in every chunk, float32 [size], each term times its factor where these are given."""
        terms = self.terms(factors)
        total = np.zeros(self._size, np.float32)
        for term in filter(None, terms):
            term.add(total)
        return total

    def alternative_scores(self, groups: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        """Scores of every chunk, float32 [size], where the terms stand in groups of which one term is enough.

        ``groups`` holds a factor for each term, group by group; each group adds the largest of factor times weight.
        """
        total, largest = np.zeros((2, self._size), np.float32)
        terms = iter(self.terms([factor for group in groups for factor in group]))
        for group in groups:
            of_group = [term for term in islice(terms, len(group)) if term is not None]
            for term in of_group:
                term.add(largest, np.maximum)
            for term in of_group:
                # Of a chunk that several terms stand in, the first takes what there is.
                total[term.chunks] += largest[term.chunks]
                largest[term.chunks] = 0
        return total

    def _where(
        self, ordinals: NDArray[np.int64], numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]:
        """Postings of the terms of few in some chunks, each of which has a number: the row of each, where it stands in the
        index, and the number of its chunk."""
        chunks, ends, shifts = self._short
        places = _SCRATCH.of(self._size)
        try:
            places[ordinals] = numbers
            at = places[chunks]
        finally:
            places[ordinals] = -1
        here = np.flatnonzero(at >= 0)
        rows = ends.searchsorted(here, side="right")
        return rows, here + shifts[rows], at[here]

    def matches(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        """How much each term adds to the score of some chunks, float32 [terms, len(ordinals)], 0 where it does not stand.

        Asked a second time for the same array, it gives the same answer: the array is not to be changed meanwhile.
        """
        if self._matched is None or self._matched[0] is not ordinals:
            self._matched = ordinals, self._matches(ordinals)
        return self._matched[1]

    def _matches(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        found = np.zeros((len(self.idf), len(ordinals)), np.float32)
        rows, postings, columns = self._where(ordinals, np.arange(len(ordinals)))
        found[rows, columns] = self._weights[postings]
        # Keys of the type of the postings: NumPy would copy these to compare them with another.
        keys = ordinals.astype(np.int32)
        for row, start, end in self._long:
            chunks = self._chunks[start:end]
            where = np.minimum(chunks.searchsorted(keys), end - start - 1)
            np.multiply(self._weights[start:end][where], chunks[where] == keys, out=found[row])
        return found

    def within(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each term stands in a chunk of some ranges, bool [terms, len(begins)]. The ranges, from ``begins`` up to
        but without ``ends``, do not overlap."""
        found = np.zeros((len(self.idf), len(begins)), bool)
        sizes = ends - begins
        offsets = np.cumsum(sizes) - sizes
        inside = np.arange(sizes.sum()) + np.repeat(begins - offsets, sizes)
        rows, _, columns = self._where(inside, np.repeat(np.arange(len(begins)), sizes))
        found[rows, columns] = True
        firsts, beyond = begins.astype(np.int32), ends.astype(np.int32)
        for row, start, end in self._long:
            chunks = self._chunks[start:end]
            where = chunks.searchsorted(firsts)
            # The first of its chunks from the beginning of a range on; past the last one there is none.
            found[row] = (chunks[np.minimum(where, end - start - 1)] < beyond) & (where < end - start)
        return found
