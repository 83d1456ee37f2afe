"""The lists of an embedded index: its best chunks by words, by a dictionary and by vectors, and every score of some."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.generations import Generation
from indexer.lookup import Lookup
from server.search.asked import Asked
from server.search.candidates import Candidates, Values
from server.search.query import Query
from server.search.strongest import Found, Ordinals, Scores, best, strongest

# Documents that a field looks at in one go: they are numbered in 16 bits there.
_AT_A_TIME = 30_000


def by_words(generation: Generation, asked: Asked, k: int, allowed: NDArray[np.bool_] | None) -> Found:
    """BM25 over words and over bigrams, added up."""
    terms = [term for field in (asked.words, asked.bigrams) for term in field.found.terms(field.repeats) if term]
    return strongest(terms, generation.manifest.chunks, k, allowed)


def translated(generation: Generation, query: Query) -> tuple[Lookup, list[list[float]]]:
    """The Chinese terms that the words of an English question may stand for, and how likely each does, word by word."""
    entries = [entry.terms for entry in query.translations]
    found = generation.words.lookup([term for group in entries for term, _ in group])
    return found, [[weight for _, weight in group] for group in entries]


def by_dictionary(generation: Generation, query: Query, k: int, allowed: NDArray[np.bool_] | None) -> Found:
    """BM25 over the Chinese terms that the words of an English question may stand for."""
    found, groups = translated(generation, query)
    return best(found.alternative_scores(groups), k, allowed)


def alternatives(found: Lookup, groups: Sequence[Sequence[float]], pool: Ordinals) -> Values:
    """Scores of some chunks, float64 [len(pool)], where terms stand in groups of which one term is enough: each group adds
    the largest of factor times weight."""
    weights = found.matches(pool).astype(np.float64)
    total, first = np.zeros(len(pool)), 0
    for group in groups:
        if group:
            total += (weights[first : first + len(group)] * np.array(group)[:, None]).max(axis=0)
        first += len(group)
    return total


def pool_of(lists: Mapping[str, Found], depth: int) -> Ordinals:
    """The best ``depth`` chunks of each list, ascending."""
    return np.unique(np.concatenate([found.ordinals[:depth] for found in lists.values()]))


def weighed(repeats: NDArray[np.int64], found: Lookup, pool: Ordinals) -> Values:
    """BM25 of some chunks in one field, float64 [len(pool)]."""
    scores: Values = repeats.astype(np.float64) @ found.matches(pool)
    return scores


def by_vector(generation: Generation, vector: Scores, k: int, allowed: NDArray[np.bool_] | None) -> Found:
    """Cosine of chunks with the query's vector."""
    return Found(*generation.chunk_vectors.search(vector, k, allowed))


def gather(
    generation: Generation, asked: Asked, lists: Mapping[str, Found], depth: int, vector: Scores | None,
    with_sentences: bool = True,
) -> Candidates:  # fmt: skip
    """The best ``depth`` chunks of each list, with every score of each."""
    pool = pool_of(lists, depth)
    chunk = sentence = nothing = np.zeros(len(pool))
    if vector is not None:
        chunk = generation.chunk_vectors.cosines(pool, vector).astype(np.float64)
        sentence = _nearest_sentences(generation, pool, chunk, vector) if with_sentences else chunk
    lexical = "bm25" in lists
    return Candidates(
        pool,
        weighed(asked.words.repeats, asked.words.found, pool) if lexical else nothing,
        weighed(asked.bigrams.repeats, asked.bigrams.found, pool) if lexical else nothing,
        alternatives(*translated(generation, asked.query), pool) if "translated" in lists else nothing,
        chunk,
        sentence,
    )


def chunks_with(generation: Generation, bigrams: Sequence[str], k: int) -> Ordinals:
    """Up to ``k`` chunks that have all of some bigrams, ascending."""
    found = generation.bigrams.lookup(bigrams).terms()
    terms = sorted((term for term in found if term), key=lambda term: len(term.chunks))
    if not terms or len(terms) < len(found):
        return np.zeros(0, np.int64)
    pool = terms[0].chunks.astype(np.int64)
    for term in terms[1:]:
        pool = pool[term.at(pool) > 0]
    return pool[:k]


def documents_with(generation: Generation, found: Lookup, documents: Ordinals) -> NDArray[np.bool_]:
    """Whether each of some documents, by its number, has all of the terms: bool [len(documents)]."""
    starts = generation.document_starts
    held = [np.zeros(0, bool)]
    for first in range(0, len(documents), _AT_A_TIME):
        some = documents[first : first + _AT_A_TIME]
        held.append(np.asarray(found.within(starts[some], starts[some + 1]).all(axis=0), bool))
    return np.concatenate(held)


def _nearest_sentences(
    generation: Generation, ordinals: Ordinals, chunks: NDArray[np.float64], vector: Scores
) -> NDArray[np.float64]:
    """The highest cosine of each chunk's sentences, float64 [n]; a chunk without sentences has its own."""
    starts, ends = generation.sentence_starts[ordinals], generation.sentence_starts[ordinals + 1]
    counts = (ends - starts).astype(np.int64)
    highest = chunks.copy()
    if counts.sum():
        offsets = np.concatenate(([0], np.cumsum(counts)[:-1]))
        rows = np.arange(counts.sum()) + np.repeat(starts - offsets, counts)
        cosines = generation.sentence_cosines(rows, vector)
        filled = counts > 0
        highest[filled] = np.maximum.reduceat(cosines, offsets[filled])
    return highest
