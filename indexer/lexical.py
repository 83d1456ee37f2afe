"""BM25 over precomputed sparse matrices.

The weight of every (term, chunk) pair is computed when the index is built (eager scoring, Lù 2024, arXiv:2407.03618),
so a query only adds up the postings of its terms. Formula and parameters are those of rank_bm25.BM25Okapi, and so is
the ranking wherever its inverse document frequency is positive; where a term stands in half of the chunks or more,
which makes that one zero or negative, a small positive floor keeps the term harmless instead of harmful.
"""

from collections.abc import Iterable, Iterator, Sequence
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

    def document_frequency(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """In how many chunks each term stands, int64 [len(terms)]."""
        columns = self._columns(term_hashes(terms))
        safe = np.maximum(columns, 0)
        return np.where(columns < 0, 0, self.starts[safe + 1] - self.starts[safe]) if len(self.terms) else columns * 0

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """BM25 score of every chunk, float32 [size]; a repeated query term counts as often as it is given."""
        total = np.zeros(self.size, np.float32)
        columns, repeats = np.unique(self._columns(term_hashes(terms)), return_counts=True)
        for column, repeat in zip(columns.tolist(), repeats.tolist(), strict=True):
            if column >= 0:
                start, end = self.starts[column], self.starts[column + 1]
                total[self.chunks[start:end]] += self.weights[start:end] * np.float32(repeat)
        return total

    def matches(
        self, terms: Sequence[str], ordinals: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """How much each term adds to the BM25 score of some chunks, float32 [len(terms), len(ordinals)], 0 where it does
        not stand, and the inverse document frequency of each term, float64 [len(terms)]; one that the index does not
        know counts as the rarest."""
        weights = np.zeros((len(terms), len(ordinals)), np.float32)
        frequencies = np.zeros(len(terms), np.int64)
        for row, column in enumerate(self._columns(term_hashes(terms)).tolist()):
            if column < 0:
                continue
            start, end = self.starts[column], self.starts[column + 1]
            frequencies[row] = end - start
            postings = self.chunks[start:end]
            at = np.minimum(np.searchsorted(postings, ordinals), end - start - 1)
            weights[row] = np.where(postings[at] == ordinals, self.weights[start:end][at], np.float32(0))
        return weights, inverse_document_frequency(frequencies, self.size)

    def postings(self, terms: Sequence[str]) -> Iterator[NDArray[np.int32]]:
        """The chunks in which each term stands, ascending, int32, for each term."""
        for column in self._columns(term_hashes(terms)).tolist():
            start, end = (self.starts[column], self.starts[column + 1]) if column >= 0 else (0, 0)
            yield self.chunks[start:end]

    def alternative_scores(self, groups: Sequence[Sequence[tuple[str, float]]]) -> NDArray[np.float32]:
        """Scores of every chunk, float32 [size], for groups of terms of which one is enough.

        Each group is a list of terms with weights and adds the largest of weight times BM25 weight.
        """
        total = np.zeros(self.size, np.float32)
        for group in groups:
            largest = np.zeros(self.size, np.float32)
            columns = self._columns(term_hashes([term for term, _ in group])).tolist()
            for column, (_, weight) in zip(columns, group, strict=True):
                if column >= 0:
                    start, end = self.starts[column], self.starts[column + 1]
                    chunks = self.chunks[start:end]
                    largest[chunks] = np.maximum(largest[chunks], self.weights[start:end] * np.float32(weight))
            total += largest
        return total

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
