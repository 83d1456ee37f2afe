"""Terms of a query in an index whose postings are elsewhere: the vocabulary is at hand, the chunks are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import qdrant_layout as layout
from indexer.lexical import LexicalIndex, inverse_document_frequency, term_hashes
from indexer.lookup import Lookup, Term
from server.search.asked import Asked
from server.search.qdrant.points import Hits, Ordinals, Points, Search, Sparse, among

# Terms told apart by one score: a sum of different powers of two below 2^24 is exact in 32-bit floats.
_BITS = 24


@dataclass(frozen=True, slots=True)
class Vocabulary(LexicalIndex):
    """A lexical field without its postings; ``offset`` is where its columns begin among those of all fields."""

    offset: int = 0

    @classmethod
    def of(cls, field: LexicalIndex, offset: int) -> "Vocabulary":
        """The vocabulary of a field. Its postings stay unread."""
        return cls(
            field.terms, field.starts, np.zeros(0, np.int32), np.zeros(0, np.float32), field.peaks, field.size, offset
        )

    def lookup(self, terms: Sequence[str]) -> "RemoteLookup":
        """The columns of terms, in the order given."""
        columns = self._columns(term_hashes(terms))
        return RemoteLookup(self, np.where(columns < 0, -1, columns + self.offset), self.document_frequency(terms))


class RemoteLookup(Lookup):
    """Terms found in a vocabulary. ``columns`` int64 [terms] among those of all fields, -1 for one that is not known."""

    def __init__(self, index: LexicalIndex, columns: NDArray[np.int64], document_frequency: NDArray[np.int64]) -> None:
        self._index = index
        self.columns = columns
        self.document_frequency = document_frequency
        self.idf = inverse_document_frequency(document_frequency, index.size)
        self.chunks: Chunks | None = None

    def _asked(self) -> "Chunks":
        if self.chunks is None:
            raise TypeError("terms that were looked up outside of an engine know of no chunks")
        return self.chunks

    def terms(self, factors: Sequence[float] | NDArray[np.int64] | None = None) -> list[Term | None]:
        """Not known here: raises TypeError. The engine finds the chunks of highest score."""
        raise TypeError("the postings are not known on this side of the network")

    def matches(self, ordinals: Ordinals) -> NDArray[np.float32]:
        """How much each term adds to the score of some chunks, float32 [terms, len(ordinals)]."""
        return self._asked().weights(self.columns, ordinals)

    def within(self, begins: Ordinals, ends: Ordinals) -> NDArray[np.bool_]:
        """Whether each term stands in the document that begins with some chunks, bool [terms, len(begins)]."""
        return self._asked().present(self.columns, begins)


class Chunks:
    """What one query has learned of chunks and documents."""

    def __init__(self, points: Points, columns: NDArray[np.int64]) -> None:
        self._points = points
        self._columns = np.unique(columns[columns >= 0])
        self._seen: tuple[bytes, NDArray[np.bool_]] | None = None

    def weights(self, columns: NDArray[np.int64], ordinals: Ordinals) -> NDArray[np.float32]:
        """Weight of each column in each chunk, float32 [len(columns), len(ordinals)], 0 where it does not stand."""
        found = np.zeros((len(columns), len(ordinals)), np.float32)
        rows = self._points.terms(ordinals)
        order = np.argsort(columns, kind="stable")
        wanted = columns[order]
        if not len(wanted) or not len(rows):
            return found
        all_columns = np.concatenate([row.columns for row in rows]).astype(np.int64)
        all_weights = np.concatenate([row.weights for row in rows])
        of_row = np.repeat(np.arange(len(rows)), [len(row.columns) for row in rows])
        at = np.minimum(np.searchsorted(wanted, all_columns), len(wanted) - 1)
        here = wanted[at] == all_columns
        found[order[at[here]], of_row[here]] = all_weights[here]
        return found

    def presence(self, begins: Ordinals) -> list[Search]:
        """Searches that tell which terms stand in which documents, named by their first chunks."""
        within, groups = among(begins), self._groups()
        return [Search(layout.DOCUMENT, Sparse(group, _powers(len(group))), len(begins), within) for group in groups]

    def _groups(self) -> list[NDArray[np.uint32]]:
        columns = self._columns.astype(np.uint32)
        return [columns[first : first + _BITS] for first in range(0, len(columns), _BITS)]

    def learn(self, begins: Ordinals, hits: Sequence[Hits]) -> None:
        """Keep what ``presence`` found."""
        rows = [
            (found.at(begins).astype(np.int64) >> np.arange(len(group))[:, None]) & 1
            for group, found in zip(self._groups(), hits, strict=True)
        ]
        seen = np.concatenate(rows).astype(bool) if rows else np.zeros((0, len(begins)), bool)
        self._seen = begins.tobytes(), seen

    def present(self, columns: NDArray[np.int64], begins: Ordinals) -> NDArray[np.bool_]:
        """Whether each column stands in each document, bool [len(columns), len(begins)]."""
        if self._seen is None or self._seen[0] != begins.tobytes():
            self.learn(begins, self._points.search(self.presence(begins), exact=True))
        seen: Any = self._seen
        if not len(self._columns):
            return np.zeros((len(columns), len(begins)), bool)
        at = np.minimum(np.searchsorted(self._columns, columns), len(self._columns) - 1)
        present: NDArray[np.bool_] = seen[1][at] & (self._columns[at] == columns)[:, None]
        return present


def _powers(count: int) -> NDArray[np.float32]:
    return np.exp2(np.arange(count)).astype(np.float32)


def lookups(asked: Asked) -> tuple[RemoteLookup, RemoteLookup]:
    """Words and bigrams of a query that was looked up in vocabularies. Raises TypeError for another."""
    words, bigrams = asked.words.found, asked.bigrams.found
    if not isinstance(words, RemoteLookup) or not isinstance(bigrams, RemoteLookup):
        raise TypeError("the query was looked up in another index")
    return words, bigrams


def connect(asked: Asked, points: Points) -> None:
    """Let the terms of a query ask for chunks; what one field learns, the other need not ask again."""
    words, bigrams = lookups(asked)
    words.chunks = bigrams.chunks = Chunks(points, np.concatenate((words.columns, bigrams.columns)))
