"""BM25 over precomputed sparse matrices.

The weight of every (term, chunk) pair is computed when the index is built (eager scoring, Lù 2024, arXiv:2407.03618),
so a query only adds up the postings of its terms. Formula and parameters are those of rank_bm25.BM25Okapi, and so is
the ranking wherever its inverse document frequency is positive; where a term stands in half of the chunks or more,
which makes that one zero or negative, a small positive floor keeps the term harmless instead of harmful.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        """Index chunks given as the hashed tokens of each, in chunk order. An empty collection gives an empty index."""
        lists = list(token_lists)
        count = len(lists)
        lengths = np.array([len(tokens) for tokens in lists], np.int64)
        if not lengths.sum():
            starts = np.zeros(1, np.int64)
            return cls(np.zeros(0, np.uint64), starts, np.zeros(0, np.int32), np.zeros(0, np.float32), count)
        terms, columns = np.unique(np.concatenate(lists), return_inverse=True)
        pairs = columns.astype(np.int64) * count + np.repeat(np.arange(count), lengths)
        pairs, frequencies = np.unique(pairs, return_counts=True)
        column, chunk = np.divmod(pairs, count)
        document_frequency = np.bincount(column, minlength=len(terms))
        idf = inverse_document_frequency(document_frequency, count)
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        weights = idf[column] * frequencies * (K1 + 1) / (frequencies + norm[chunk])
        starts = np.concatenate(([0], np.cumsum(document_frequency))).astype(np.int64)
        return cls(terms, starts, chunk.astype(np.int32), weights.astype(np.float32), count)

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
        spans = list(zip(range(len(starts)), starts.tolist(), ends.tolist(), strict=True))
        self._long = [span for span in spans if span[2] - span[1] > _SHORT]
        short = [span for span in spans if 0 < span[2] - span[1] <= _SHORT]
        self._rows = np.repeat([row for row, _, _ in short], [end - start for _, start, end in short]).astype(np.intp)
        self._chunks = _joined([index.chunks[start:end] for _, start, end in short], np.int32)
        self._weights = _joined([index.weights[start:end] for _, start, end in short], np.float32)

    def scores(self, factors: Sequence[float] | NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """The sum of all terms' weights in every chunk, float32 [size], each term times its factor where these are given."""
        multiples = np.ones(len(self.idf), np.float32) if factors is None else np.asarray(factors, np.float32)
        total = np.bincount(self._chunks, self._weights * multiples[self._rows], self._index.size).astype(np.float32)
        for row, start, end in self._long:
            total[self._index.chunks[start:end]] += self._index.weights[start:end] * multiples[row]
        return total

    def alternative_scores(self, groups: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        """Scores of every chunk, float32 [size], where the terms stand in groups of which one term is enough.

        ``groups`` holds a factor for each term, group by group; each group adds the largest of factor times weight.
        """
        total = np.zeros(self._index.size, np.float32)
        bounds = np.concatenate(([0], np.cumsum([len(group) for group in groups]))).astype(int)
        ends = np.searchsorted(self._rows, bounds)
        for group, first, begin, end in zip(groups, bounds.tolist(), ends.tolist(), ends[1:].tolist(), strict=False):
            largest = np.zeros(self._index.size, np.float32)
            factors = np.array(group, np.float32)
            np.maximum.at(
                largest, self._chunks[begin:end], self._weights[begin:end] * factors[self._rows[begin:end] - first]
            )
            for row, start, stop in self._long:
                if first <= row < first + len(group):
                    chunks = self._index.chunks[start:stop]
                    largest[chunks] = np.maximum(
                        largest[chunks], self._index.weights[start:stop] * factors[row - first]
                    )
            total += largest
        return total

    def matches(self, ordinals: NDArray[np.int64]) -> NDArray[np.float32]:
        """How much each term adds to the score of some chunks, float32 [terms, len(ordinals)], 0 where it does not stand."""
        found = np.zeros((len(self.idf), len(ordinals)), np.float32)
        places = np.full(self._index.size, -1, np.int16)
        places[ordinals] = np.arange(len(ordinals))
        at = places[self._chunks]
        here = np.flatnonzero(at >= 0)
        found[self._rows[here], at[here]] = self._weights[here]
        for row, start, end in self._long:
            chunks = self._index.chunks[start:end]
            # Keys of the type of the postings: NumPy would copy these to compare them with another.
            where = np.minimum(chunks.searchsorted(ordinals.astype(np.int32)), end - start - 1)
            found[row] = np.where(chunks[where] == ordinals, self._index.weights[start:end][where], np.float32(0))
        return found

    def within(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each term stands in a chunk of some ranges, bool [terms, len(begins)]. The ranges, from ``begins`` up to
        but without ``ends``, do not overlap."""
        found = np.zeros((len(self.idf), len(begins)), bool)
        places = np.full(self._index.size, -1, np.int16)
        sizes = ends - begins
        offsets = np.cumsum(sizes) - sizes
        places[np.arange(sizes.sum()) + np.repeat(begins - offsets, sizes)] = np.repeat(np.arange(len(begins)), sizes)
        at = places[self._chunks]
        here = np.flatnonzero(at >= 0)
        found[self._rows[here], at[here]] = True
        edges = np.concatenate((begins, ends)).astype(np.int32)
        for row, start, end in self._long:
            where = self._index.chunks[start:end].searchsorted(edges)
            found[row] = where[: len(begins)] < where[len(begins) :]
        return found


def _joined(parts: Sequence[NDArray[Any]], kind: type[Any]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
