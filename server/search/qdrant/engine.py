"""The search over a Qdrant cluster: candidates are found and compared there, and put in order here."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer import qdrant_layout as layout
from indexer.generations import Generation
from indexer.lookup import Lookup
from server.search.asked import Asked
from server.search.candidates import Candidates, Values
from server.search.engine import Allowed
from server.search.lists import alternatives, documents_with, pool_of, translated, weighed
from server.search.qdrant.documents import DocumentSets
from server.search.qdrant.lookup import Chunks, RemoteLookup, connect, lookups
from server.search.qdrant.points import Hits, Points, Search, Sparse, among
from server.search.query import Query
from server.search.strongest import NOTHING, Found, Ordinals, Scores, ordered

# The cluster adds up all Chinese terms of an English word, of which only the best counts: more are fetched, and then
# ordered as they should be.
_SPARE = 3


class QdrantEngine:
    """Searches one collection; ``generation`` knows the vocabulary and the documents."""

    def __init__(self, generation: Generation, points: Points) -> None:
        self._generation = generation
        self._points = points

    @cached_property
    def _documents(self) -> DocumentSets:
        return DocumentSets(self._generation)

    def ask(self, query: Query) -> Asked:
        """Look the terms of a query up."""
        asked = Asked.of(query, self._generation)
        connect(asked, self._points)
        return asked

    def by_words(self, asked: Asked, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest BM25 over words and bigrams."""
        fields = zip(lookups(asked), (asked.words.repeats, asked.bigrams.repeats), strict=True)
        weighted = [(found.columns, repeats.astype(np.float64)) for found, repeats in fields]
        columns, weights = (np.concatenate(each) for each in zip(*weighted, strict=True))
        return self._by_terms(columns, weights, k, allowed)

    def _by_terms(self, columns: NDArray[np.int64], weights: Values, k: int, allowed: Allowed | None) -> Found:
        known = columns >= 0
        distinct, places = np.unique(columns[known], return_inverse=True)
        if not len(distinct) or (allowed is not None and not allowed.any()):
            return NOTHING
        factors = np.bincount(places, weights[known]).astype(np.float32)
        search = Search(layout.TERMS, Sparse(distinct.astype(np.uint32), factors), k, self._filter(allowed))
        hits = self._points.search([search])[0]
        some = hits.scores > 0
        return _allowed(Found(hits.ordinals[some], hits.scores[some]), allowed)

    def _filter(self, allowed: Allowed | None) -> object:
        if allowed is None:
            return None
        # Chunks are allowed by their documents, all of one or none.
        starts = self._generation.document_starts
        held = starts[:-1] < starts[1:]
        documents = np.zeros(len(held), bool)
        documents[held] = allowed[starts[:-1][held]]
        return self._documents.filter(documents)

    def by_dictionary(self, asked: Asked, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest BM25 over the Chinese terms that an English question may stand for."""
        found, groups = self._translated(asked)
        factors = np.array([weight for group in groups for weight in group], np.float64)
        pool = self._by_terms(found.columns, factors, _SPARE * k, allowed).ordinals
        return ordered(pool, alternatives(found, groups, pool).astype(np.float32), k)

    def _translated(self, asked: Asked) -> tuple[RemoteLookup, list[list[float]]]:
        found, groups = translated(self._generation, asked.query)
        return self._connected(found), groups

    def by_vector(self, vector: Scores, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest cosine with a unit vector, among the best ``k`` of each part."""
        if allowed is not None and not allowed.any():
            return NOTHING
        searches = self._of_parts(vector, k, self._filter(allowed))
        hits = self._points.search(searches)
        if len(hits) < 2:
            return _allowed(Found(hits[0].ordinals, hits[0].scores), allowed) if hits else NOTHING
        pool = np.unique(np.concatenate([each.ordinals for each in hits]))
        return _allowed(ordered(pool, self._cosines(vector, pool).astype(np.float32), k), allowed)

    def _of_parts(self, vector: Scores, limit: int, within: object) -> list[Search]:
        """A search for each part that a vector does not leave zero."""
        return [
            Search(layout.part_name(part), vector[columns], limit, within)
            for part, columns in enumerate(self._points.parts)
            if vector[columns].any()
        ]

    def _cosines(self, vector: Scores, pool: Ordinals) -> Values:
        return _sum(self._points.search(self._of_parts(vector, len(pool), among(pool)), exact=True), pool)

    def gather(
        self,
        asked: Asked,
        lists: Mapping[str, Found],
        depth: int,
        vector: Scores | None,
        with_sentences: bool = True,
    ) -> Candidates:
        """The best ``depth`` chunks of each list, with every score of each."""
        pool = pool_of(lists, depth)
        words, bigrams = lookups(asked)
        begins = self._generation.document_starts[np.unique(self._generation.chunk_documents[pool])]
        # All in one request: which documents hold which terms is asked for by the features, a moment later.
        about = words.chunks.presence(begins) if words.chunks else []
        near = self._of_parts(vector, len(pool), among(pool)) if vector is not None else []
        inner = (
            [Search(layout.SENTENCES, vector, len(pool), among(pool))] if vector is not None and with_sentences else []
        )
        hits = self._points.search([*about, *near, *inner], exact=True)
        if words.chunks:
            words.chunks.learn(begins, hits[: len(about)])
        chunk = _sum(hits[len(about) : len(about) + len(near)], pool)
        sentence = _best_sentence(self._generation, pool, chunk, hits[-1]) if inner else chunk
        nothing = np.zeros(len(pool))
        lexical = "bm25" in lists
        return Candidates(
            pool,
            weighed(asked.words.repeats, words, pool) if lexical else nothing,
            weighed(asked.bigrams.repeats, bigrams, pool) if lexical else nothing,
            alternatives(*self._translated(asked), pool) if "translated" in lists else nothing,
            chunk,
            sentence,
        )

    def chunks_with(self, bigrams: Sequence[str], k: int) -> Ordinals:
        """Up to ``k`` chunks that have all of some bigrams."""
        found = self._connected(self._generation.bigrams.lookup(bigrams))
        if not len(found.columns) or (found.columns < 0).any():
            return np.zeros(0, np.int64)
        columns = np.unique(found.columns)
        asked = Search(layout.TERMS, Sparse(columns.astype(np.uint32), np.ones(len(columns), np.float32)), k, None)
        pool = np.sort(self._points.search([asked])[0].ordinals)
        return pool[(found.matches(pool) > 0).all(axis=0)]

    def documents_with(self, bigrams: Sequence[str], documents: Ordinals) -> Allowed:
        """Whether each of some documents has all of some bigrams."""
        return documents_with(self._generation, self._connected(self._generation.bigrams.lookup(bigrams)), documents)

    def _connected(self, found: Lookup) -> RemoteLookup:
        """Terms of this generation, able to ask for chunks."""
        if not isinstance(found, RemoteLookup):
            raise TypeError("the generation has an embedded vocabulary")
        found.chunks = Chunks(self._points, found.columns)
        return found


def _allowed(found: Found, allowed: Allowed | None) -> Found:
    """What the engine let pass, looked at once more on this side: nothing that is not allowed leaves here."""
    if allowed is None:
        return found
    passing = allowed[found.ordinals]
    return Found(found.ordinals[passing], found.scores[passing])


def _sum(hits: Sequence[Hits], pool: Ordinals) -> Values:
    total: Values = np.zeros(len(pool))
    for each in hits:
        total = total + each.at(pool)
    return total


def _best_sentence(generation: Generation, pool: Ordinals, chunk: Values, hits: Hits) -> Values:
    """The highest cosine of each chunk's sentences; a chunk without sentences has its own."""
    held = generation.sentence_starts[pool + 1] > generation.sentence_starts[pool]
    return np.where(held, hits.at(pool).astype(np.float64), chunk)
