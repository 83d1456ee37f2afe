"""BM25 over precomputed sparse matrices.

The weight of every (term, chunk) pair is computed when the index is built (eager scoring, Lù 2024, arXiv:2407.03618),
so a query only adds up the postings of its terms. Formula and parameters are those of rank_bm25.BM25Okapi, and so is
the ranking wherever its inverse document frequency is positive; where a term stands in half of the chunks or more,
which makes that one zero or negative, a small positive floor keeps the term harmless instead of harmful.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.postings import Occurrences, Postings, counted

K1 = 1.5
B = 0.75
# The weight of a term that stands in half of the chunks or more.
IDF_FLOOR = 0.05
# Postings of a term up to this number are looked through, of more looked into.
_SHORT = 20_000

Terms = NDArray[np.uint64]

_READING = Lock()


@lru_cache(maxsize=500_000)
def _hash(term: str) -> int:
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def term_hashes(terms: Sequence[str]) -> Terms:
    """64-bit hashes of terms, uint64 [n]. Hashes stand for terms everywhere in the index, so that the vocabulary
    is one sorted array that can be memory-mapped; two of a million terms collide once in 10^7 indexes."""
    return np.fromiter((_hash(term) for term in terms), np.uint64, len(terms))


def mapped(path: Path) -> NDArray[Any]:
    """A memory-mapped array without NumPy's memmap class, which makes each of a thousand small slices ten times dearer."""
    # NumPy reads the header with ast, which in Python 3.11 fails now and then when two threads do (gh-106905).
    with _READING:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def inverse_document_frequency(document_frequency: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """log((N - n + 0.5) / (n + 0.5)), at least IDF_FLOOR (Robertson and Spärck Jones, 1976)."""
    idf = np.log((count - document_frequency + 0.5) / (document_frequency + 0.5))
    return np.asarray(np.maximum(idf, IDF_FLOOR))


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """One BM25 field in compressed column form.

    ``terms`` uint64 [t], sorted; ``starts`` int64 [t + 1]; ``chunks`` int32 [postings], ascending for each term;
    ``weights`` float32 [postings]; ``size`` is the number of chunks.
    """

    terms: Terms
    starts: NDArray[np.int64]
    chunks: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int

    @classmethod
    def build(cls, token_lists: Iterable[Terms]) -> "LexicalIndex":
        """Index chunks given as the hashed tokens of each, in chunk order. An empty collection gives an empty index.

        What is given is read once, and not held: beside the index that comes out, this takes about half its size and
        100 MB.
        """
        return cls.joined(list(counted(token_lists)))

    @classmethod
    def joined(cls, slices: Sequence[Occurrences]) -> "LexicalIndex":
        """The index of slices of chunks, one after the other."""
        postings = Postings.of(slices)
        lengths, count = postings.lengths, len(postings.lengths)
        document_frequency = np.diff(postings.starts)
        idf = inverse_document_frequency(document_frequency, count)
        norm = K1 * (1 - B + B * lengths / (lengths.mean() or 1)) if count else np.zeros(0)
        chunks, weights = np.empty(postings.starts[-1], np.int32), np.empty(postings.starts[-1], np.float32)
        for part in postings.parts():
            weight = np.repeat(idf[part.columns], part.counts)
            weight *= part.frequencies
            weight *= K1 + 1
            weight /= part.frequencies + norm[part.chunks]
            chunks[part.places], weights[part.places] = part.chunks, weight
        return cls(postings.terms, postings.starts, chunks, weights, count)

    def _columns(self, hashes: Terms) -> NDArray[np.int64]:
        """Column of each term, -1 where it does not occur."""
        if not len(self.terms) or not len(hashes):
            return np.full(len(hashes), -1, np.int64)
        at = np.minimum(np.searchsorted(self.terms, hashes), len(self.terms) - 1)
        return np.where(self.terms[at] == hashes, at, -1)

    def lookup(self, terms: Sequence[str]) -> "Lookup":
        """The postings of terms, in the order given."""
        columns = self._columns(term_hashes(terms))
        if not len(self.terms):
            return Lookup(self, np.zeros(len(terms), np.int64), np.zeros(len(terms), np.int64))
        known, safe = columns >= 0, np.maximum(columns, 0)
        return Lookup(self, np.where(known, self.starts[safe], 0), np.where(known, self.starts[safe + 1], 0))

    def document_frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """In how many chunks each term stands, int64 [len(terms)]."""
        if not len(self.terms):
            return np.zeros(len(terms), np.int64)
        columns = self._columns(term_hashes(terms))
        safe = np.maximum(columns, 0)
        return np.where(columns < 0, 0, self.starts[safe + 1] - self.starts[safe])

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """BM25 score of every chunk, float32 [size]; a repeated query term counts as often as it is given."""
        repeats = Counter(terms)
        return self.lookup(list(repeats)).scores(list(repeats.values()))

    def save(self, folder: Path, name: str) -> None:
        """Write ``name.*.npy`` below ``folder``."""
        for part in ("terms", "starts", "chunks", "weights"):
            np.save(folder / f"{name}.{part}.npy", getattr(self, part), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str, size: int) -> "LexicalIndex":
        """Memory-map what ``save`` wrote."""
        terms, starts, chunks, weights = (
            mapped(folder / f"{name}.{part}.npy") for part in ("terms", "starts", "chunks", "weights")
        )
        return cls(terms, starts, chunks, weights, size)


class Lookup:
    """Terms found in a field. A query looks its terms up once, and what is asked of them is asked of all at a time.

    ``document_frequency`` int64 [terms] and ``idf`` float64 [terms] are those of each term; one that the field does not
    know counts as the rarest.
    """

    def __init__(self, index: LexicalIndex, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self._index = index
        self.document_frequency = ends - starts
        self.idf = inverse_document_frequency(self.document_frequency, index.size)
        self._spans = list(zip(starts.tolist(), ends.tolist(), strict=True))

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
        chunks = [self._index.chunks[start:end] for start, end in spans]
        here = np.cumsum(sizes)
        return np.concatenate([np.zeros(0, np.int32), *chunks]), here, starts - (here - sizes)

    def _add(self, row: int, factor: float, total: NDArray[np.float32], adding: Any = np.add) -> None:
        start, end = self._spans[row]
        weights = self._index.weights[start:end]
        # Several times as fast as indexing or bincount, which copy the chunks into wider numbers first.
        adding.at(total, self._index.chunks[start:end], weights if factor == 1 else weights * np.float32(factor))

    def scores(self, factors: Sequence[float] | NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """The sum of all terms' weights in every chunk, float32 [size], each term times its factor where these are given."""
        total = np.zeros(self._index.size, np.float32)
        for row, factor in enumerate(np.ones(len(self.idf)) if factors is None else factors):
            self._add(row, factor, total)
        return total

    def alternative_scores(self, groups: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        """Scores of every chunk, float32 [size], where the terms stand in groups of which one term is enough.

        ``groups`` holds a factor for each term, group by group; each group adds the largest of factor times weight.
        """
        total, largest = np.zeros((2, self._index.size), np.float32)
        first = 0
        for group in groups:
            rows = range(first, first + len(group))
            first = rows.stop
            for row, factor in zip(rows, group, strict=True):
                self._add(row, factor, largest, np.maximum)
            for start, end in (self._spans[row] for row in rows):
                # Of a chunk that several terms stand in, the first takes what there is.
                chunks = self._index.chunks[start:end]
                total[chunks] += largest[chunks]
                largest[chunks] = 0
        return total

    def _where(self, places: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]:
        """Postings of the terms of few, of chunks that have a place, int16 [size], of 0 or more: the row of each, where it
        stands in the index, and the place."""
        chunks, ends, shifts = self._short
        at = places[chunks]
        here = np.flatnonzero(at >= 0)
        rows = ends.searchsorted(here, side="right")
        return rows, here + shifts[rows], at[here]

    def matches(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        """How much each term adds to the score of some chunks, float32 [terms, len(ordinals)], 0 where it does not stand."""
        found = np.zeros((len(self.idf), len(ordinals)), np.float32)
        places = np.full(self._index.size, -1, np.int16)
        places[ordinals] = np.arange(len(ordinals))
        rows, postings, columns = self._where(places)
        found[rows, columns] = self._index.weights[postings]
        # Keys of the type of the postings: NumPy would copy these to compare them with another.
        keys = ordinals.astype(np.int32)
        for row, start, end in self._long:
            chunks = self._index.chunks[start:end]
            where = np.minimum(chunks.searchsorted(keys), end - start - 1)
            np.multiply(self._index.weights[start:end][where], chunks[where] == keys, out=found[row])
        return found

    def within(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each term stands in a chunk of some ranges, bool [terms, len(begins)]. The ranges, from ``begins`` up to
        but without ``ends``, do not overlap."""
        found = np.zeros((len(self.idf), len(begins)), bool)
        places = np.full(self._index.size, -1, np.int16)
        sizes = ends - begins
        offsets = np.cumsum(sizes) - sizes
        places[np.arange(sizes.sum()) + np.repeat(begins - offsets, sizes)] = np.repeat(np.arange(len(begins)), sizes)
        rows, _, columns = self._where(places)
        found[rows, columns] = True
        edges = np.concatenate((begins, ends)).astype(np.int32)
        for row, start, end in self._long:
            where = self._index.chunks[start:end].searchsorted(edges)
            found[row] = where[: len(begins)] < where[len(begins) :]
        return found
