"""The lists that find candidates: words and bigrams, the dictionary's terms, vectors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.generations import Generation
from server.search.asked import Asked
from server.search.candidates import Candidates
from server.search.query import Query

Scores = NDArray[np.float32]
Ordinals = NDArray[np.int64]

# With so many times as many columns as are wanted, hardly two of the best share one.
_COLUMNS = 16


def best(scores: Scores, k: int, allowed: NDArray[np.bool_] | None = None) -> Ordinals:
    """Ordinals of the ``k`` largest positive scores, largest first, ties by ordinal."""
    if allowed is not None:
        scores = np.where(allowed, scores, np.float32(0))
    least = _reached(scores, k)
    pool = np.flatnonzero(scores >= least if least > 0 else scores > 0)
    return pool[np.lexsort((pool, -scores[pool]))][:k]


def _reached(scores: Scores, k: int) -> float:
    """What at least ``k`` scores reach, though perhaps more of them; 0 where they are too few.

    The largest of each column, where the scores are laid out in rows, belong to different chunks. To find them, and the
    ``k``-th of them, takes a tenth of the time of finding the ``k``-th of all.
    """
    columns = _COLUMNS * max(1, k)
    rows = len(scores) // columns
    if rows < 2:
        return float(np.partition(scores, -k)[-k]) if 0 < k <= len(scores) else 0.0
    largest = scores[: rows * columns].reshape(rows, columns).max(axis=0)
    return float(np.partition(largest, -k)[-k])


@dataclass(frozen=True, slots=True)
class Found:
    """One list: the scores of all chunks, float32 [chunks] each, where it has them, and its best chunks, best first."""

    scores: tuple[Scores, ...]
    ordinals: Ordinals


def by_words(asked: Asked, k: int, allowed: NDArray[np.bool_] | None) -> Found:
    """BM25 over words and BM25 over bigrams; their sum orders."""
    words, bigrams = asked.words.scores(), asked.bigrams.scores()
    return Found((words, bigrams), best(words + bigrams, k, allowed))


def by_dictionary(generation: Generation, query: Query, k: int, allowed: NDArray[np.bool_] | None) -> Found:
    """BM25 over the Chinese terms that the words of an English question may stand for."""
    groups = [entry.terms for entry in query.translations]
    found = generation.words.lookup([term for group in groups for term, _ in group])
    scores = found.alternative_scores([[weight for _, weight in group] for group in groups])
    return Found((scores,), best(scores, k, allowed))


def by_vector(generation: Generation, vector: Scores, k: int, allowed: NDArray[np.bool_] | None) -> Found:
    """Cosine of chunks with the query's vector."""
    return Found((), generation.chunk_vectors.search(vector, k, allowed)[0])


def gather(
    generation: Generation, lists: Mapping[str, Found], depth: int, vector: Scores | None, with_sentences: bool = True
) -> Candidates:
    """The best ``depth`` chunks of each list, with every score of each."""
    pool = np.unique(np.concatenate([found.ordinals[:depth] for found in lists.values()]))
    nothing = np.zeros(len(pool))
    words, bigrams = (s[pool].astype(np.float64) for s in lists["bm25"].scores) if "bm25" in lists else (nothing,) * 2
    translated = lists["translated"].scores[0][pool].astype(np.float64) if "translated" in lists else nothing
    chunk = sentence = nothing
    if vector is not None:
        chunk = generation.chunk_vectors.cosines(pool, vector).astype(np.float64)
        sentence = _nearest_sentences(generation, pool, chunk, vector) if with_sentences else chunk
    return Candidates(pool, words, bigrams, translated, chunk, sentence)


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
