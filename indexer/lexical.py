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

import numpy as np
from numpy.typing import NDArray

from indexer.lookup import Lookup
from indexer.mapping import mapped
from indexer.postings import Occurrences, Postings, counted

K1 = 1.5
B = 0.75
# The weight of a term that stands in half of the chunks or more.
IDF_FLOOR = 0.05

Terms = NDArray[np.uint64]
_PARTS = ("terms", "starts", "chunks", "weights", "peaks")


@lru_cache(maxsize=500_000)
def _hash(term: str) -> int:
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def term_hashes(terms: Sequence[str]) -> Terms:
    """64-bit hashes of terms, uint64 [n]. Hashes stand for terms everywhere in the index, so that the vocabulary
    is one sorted array that can be memory-mapped; two of a million terms collide once in 10^7 indexes."""
    return np.fromiter((_hash(term) for term in terms), np.uint64, len(terms))


def inverse_document_frequency(document_frequency: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """log((N - n + 0.5) / (n + 0.5)), at least IDF_FLOOR (Robertson and Spärck Jones, 1976)."""
    idf = np.log((count - document_frequency + 0.5) / (document_frequency + 0.5))
    return np.asarray(np.maximum(idf, IDF_FLOOR))


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """One BM25 field in compressed column form.

    ``terms`` uint64 [t], sorted; ``starts`` int64 [t + 1]; ``chunks`` int32 [postings], ascending for each term;
    ``weights`` float32 [postings]; ``peaks`` float32 [t], the largest weight of each term; ``size`` is the number of chunks.
    """

    terms: Terms
    starts: NDArray[np.int64]
    chunks: NDArray[np.int32]
    weights: NDArray[np.float32]
    peaks: NDArray[np.float32]
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
        peaks = np.maximum.reduceat(weights, postings.starts[:-1]) if len(postings.terms) else np.zeros(0, np.float32)
        return cls(postings.terms, postings.starts, chunks, weights, peaks, count)

    def _columns(self, hashes: Terms) -> NDArray[np.int64]:
        """Column of each term, -1 where it does not occur."""
        if not len(self.terms) or not len(hashes):
            return np.full(len(hashes), -1, np.int64)
        at = np.minimum(np.searchsorted(self.terms, hashes), len(self.terms) - 1)
        return np.where(self.terms[at] == hashes, at, -1)

    def lookup(self, terms: Sequence[str]) -> Lookup:
        """The postings of terms, in the order given."""
        columns = self._columns(term_hashes(terms))
        starts, ends = np.zeros((2, len(columns)), np.int64)
        peaks = np.zeros(len(columns), np.float32)
        known = np.flatnonzero(columns >= 0)
        of_known = columns[known]
        starts[known], ends[known], peaks[known] = (
            self.starts[of_known],
            self.starts[of_known + 1],
            self.peaks[of_known],
        )
        idf = inverse_document_frequency(ends - starts, self.size)
        return Lookup(self.chunks, self.weights, self.size, starts, ends, idf, peaks)

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
        for part in _PARTS:
            np.save(folder / f"{name}.{part}.npy", getattr(self, part), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str, size: int) -> "LexicalIndex":
        """Memory-map what ``save`` wrote."""
        terms, starts, chunks, weights, peaks = (mapped(folder / f"{name}.{part}.npy") for part in _PARTS)
        return cls(terms, starts, chunks, weights, peaks, size)
