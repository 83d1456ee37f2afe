"""Candidates for a query from one generation: found by words, character bigrams and vectors, put in order by what is
known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexer import vectors
from indexer.analyzer import ANALYZER_VERSION, normalise, possible_coinages
from indexer.encoders import Encoder
from indexer.errors import EncoderMismatch, StoreMismatch
from indexer.generations import Generation
from server.search.candidates import Candidate, Candidates
from server.search.features import features_of
from server.search.fuse import reciprocal_rank_fusion
from server.search.passages import passages_of
from server.search.query import Query
from server.search.rank import ranker
from server.search.reranker import DEPTH as RERANKED
from server.search.reranker import Reranker

System = Literal["hybrid", "bm25", "dense"]
SYSTEMS: tuple[System, ...] = ("hybrid", "bm25", "dense")

# What the hybrid search can be asked to do without, to see what each is worth.
FEATURES: tuple[str, ...] = ("bm25", "dense", "sentences", "dictionary", "ranker")
_ALL: frozenset[str] = frozenset()

# How many candidates each list gives to the ranker; further ones stand below in the order of the lists.
POOL = 60
# How far down a single list is looked through: sentences may lift a chunk that stands low as a whole.
_LONG = 120
# Without the ranker: an English question shares hardly a word with Chinese text, there the vectors lead.
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "zh": {"bm25": 1.0, "dense": 0.1, "translated": 0.1},
    "en": {"bm25": 0.1, "dense": 1.0, "translated": 0.3},
}

Scores = NDArray[np.float32]


def best(scores: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Ordinals of the ``k`` largest positive scores, largest first, ties by ordinal."""
    if allowed is not None:
        scores = np.where(allowed, scores, np.float32(0))
    if k < len(scores):
        threshold = np.partition(scores, -k)[-k]
        pool = np.flatnonzero((scores >= threshold) & (scores > 0))
    else:
        pool = np.flatnonzero(scores > 0)
    return pool[np.lexsort((pool, -scores[pool]))][:k]


class Retriever:
    """Search over one generation.

    Raises EncoderMismatch when the encoder is not the one that built it, StoreMismatch when the analyzer is not.
    """

    def __init__(self, generation: Generation, encoder: Encoder, reranker: Reranker | None = None) -> None:
        self.generation = generation
        self._encoder = encoder
        self._reranker = reranker
        # Questions come back to the same documents.
        self._titles = lru_cache(maxsize=50_000)(self._title)
        built = generation.identity
        same_encoder = (built.encoder, built.dimension) == (encoder.name, encoder.dimension)
        if not same_encoder or built.fingerprint != encoder.fingerprint:
            raise EncoderMismatch(
                f"索引由编码器 {built.encoder} 建立，现在的设置是 {encoder.name}；请运行 zhengwen index 重新编码，或改回 "
                "ZHENGWEN_ENCODER / the index was built with another encoder: run zhengwen index again"
            )
        if built.analyzer != ANALYZER_VERSION:
            raise StoreMismatch(
                f"索引由另一版本的分词规则建立（{built.analyzer}，现为 {ANALYZER_VERSION}），请运行 zhengwen index / "
                "the index was built by another version: run zhengwen index again"
            )

    def encode(self, query: Query) -> NDArray[np.float32]:
        """The query's unit vector, float32 [dimension]."""
        vector: NDArray[np.float32] = self._encoder.encode([query.text])[0]
        return vector

    def _title(self, number: int) -> str:
        return normalise(self.generation.titles[number])

    def _with_coinages(self, query: Query) -> Query:
        """The query with the coinages that the index knows as words of their own, quoted in the question or not."""
        possible = possible_coinages(query.text)
        known = self.generation.words.document_frequency(possible) > 0
        found: list[str] = []
        for token, stands in zip(possible, known.tolist(), strict=True):
            # Longest first: what lies within a longer one adds nothing.
            if stands and token not in query.tokens.words and not any(token[1:-1] in longer for longer in found):
                found.append(token)
        if not found:
            return query
        tokens = replace(query.tokens, words=(*query.tokens.words, *found))
        return replace(query, tokens=tokens, content=replace(query.content, words=(*query.content.words, *found)))

    def search(
        self, query: Query, k: int, system: System = "hybrid", allowed: NDArray[np.bool_] | None = None,
        vector: Scores | None = None, without: frozenset[str] = _ALL, timings: dict[str, float] | None = None,
    ) -> list[Candidate]:  # fmt: skip
        """The best ``k`` chunks, best first. ``allowed`` (bool [chunks]) is applied before anything is ranked.

        ``without`` names FEATURES to leave out; ``timings`` takes the milliseconds of each stage.
        """
        clock = _Clock(timings)
        query = self._with_coinages(query)
        if system != "bm25" and "dense" not in without and vector is None:
            vector = self.encode(query)
            clock.lap("encode")
        lists = self._lists(query, system, max(k, _LONG), allowed, vector, without, clock)
        if not any(len(found) for _, found in lists.values()):
            return []
        candidates = self._candidates(lists, POOL if system == "hybrid" else max(k, _LONG), vector, without)
        clock.lap("fuse")
        if system == "hybrid" and query.names_number and "bm25" in lists:
            # Numbers are matched exactly: what a passage is like says nothing about which number it holds.
            order = candidates.words + candidates.bigrams + candidates.chunk_cosine
        elif system == "hybrid" and "ranker" not in without:
            order = ranker().scores(features_of(query, candidates, self.generation, self._titles))
        elif system == "hybrid":
            fused = _fused(lists, query)
            order = np.array([fused[ordinal] for ordinal in candidates.ordinals.tolist()])
        elif system == "dense":
            order = (candidates.chunk_cosine + candidates.sentence_cosine) / 2
        else:
            order = candidates.words + candidates.bigrams
        ranked = _ordered(candidates, order)
        if self._reranker and system == "hybrid" and "reranker" not in without:
            ranked = self._reranked(query, ranked, self._reranker)
        if k > len(ranked):
            # What the lists hold beyond the pool, for those who want long rankings, stands below all others.
            pooled, floor = set(candidates.ordinals.tolist()), ranked[-1].score - 1
            below = ((ordinal, score) for ordinal, score in _fused(lists, query).items() if ordinal not in pooled)
            ranked.extend(Candidate(ordinal, floor + score, {}) for ordinal, score in below)
        clock.lap("rerank")
        return ranked[:k]

    def _reranked(self, query: Query, ranked: Sequence[Candidate], reranker: Reranker) -> list[Candidate]:
        """The first candidates in the order of the cross-encoder, the others below them as they were."""
        first, rest = ranked[:RERANKED], ranked[RERANKED:]
        scores = reranker.scores(query.text, [passage.text for passage in passages_of(self.generation, first)])
        # Above all that follows, whatever the scale of the model.
        scores = scores - scores.min() + (rest[0].score if rest else 0) + 1
        order = np.argsort(-scores, kind="stable").tolist()
        return [replace(first[at], score=float(scores[at])) for at in order] + list(rest)

    def candidates(self, query: Query, vector: Scores) -> Candidates | None:
        """What the hybrid search puts in order, None when nothing was found."""
        lists = self._lists(self._with_coinages(query), "hybrid", POOL, None, vector, _ALL, _Clock(None))
        return self._candidates(lists, POOL, vector, _ALL) if any(len(found) for _, found in lists.values()) else None

    def features(self, query: Query, candidates: Candidates) -> dict[str, NDArray[np.float64]]:
        """What the ranker sees of the candidates, in service and in training."""
        return features_of(self._with_coinages(query), candidates, self.generation, self._titles)

    def _lists(
        self, query: Query, system: System, depth: int, allowed: NDArray[np.bool_] | None, vector: Scores | None,
        without: frozenset[str], clock: "_Clock",
    ) -> dict[str, tuple[tuple[Scores, ...], NDArray[np.int64]]]:  # fmt: skip
        """Each list by name: its scores of all chunks where it has them, and its best chunks."""
        lists: dict[str, tuple[tuple[Scores, ...], NDArray[np.int64]]] = {}
        if system != "dense" and "bm25" not in without:
            words = self.generation.words.scores(query.tokens.words)
            bigrams = self.generation.bigrams.scores(query.tokens.bigrams)
            lists["bm25"] = (words, bigrams), best(words + bigrams, depth, allowed)
            clock.lap("bm25")
        if system == "hybrid" and query.translations and "dictionary" not in without:
            groups = [entry.terms for entry in query.translations]
            found = self.generation.words.lookup([term for group in groups for term, _ in group])
            translated = found.alternative_scores([[weight for _, weight in group] for group in groups])
            lists["translated"] = (translated,), best(translated, depth, allowed)
            clock.lap("dictionary")
        if vector is not None and system != "bm25" and "dense" not in without:
            lists["dense"] = (), vectors.search(self.generation.chunk_vectors, vector, depth, allowed)[0]
            clock.lap("dense")
        return lists

    def _candidates(
        self, lists: Mapping[str, tuple[tuple[Scores, ...], NDArray[np.int64]]], depth: int, vector: Scores | None,
        without: frozenset[str],
    ) -> Candidates:  # fmt: skip
        """The best ``depth`` of each list, with every score of each."""
        pool = np.unique(np.concatenate([found[:depth] for _, found in lists.values()]))
        nothing = np.zeros(len(pool))
        words, bigrams = (s[pool].astype(np.float64) for s in lists["bm25"][0]) if "bm25" in lists else (nothing,) * 2
        translated = lists["translated"][0][0][pool].astype(np.float64) if "translated" in lists else nothing
        chunk = sentence = nothing
        if "dense" in lists and vector is not None:
            chunk, sentence = self._cosines(pool, vector)
        return Candidates(pool, words, bigrams, translated, chunk, chunk if "sentences" in without else sentence)

    def _cosines(self, ordinals: NDArray[np.int64], vector: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Cosine of each chunk and the highest of its sentences, float64 [n] each."""
        chunks = vectors.reconstruct(self.generation.chunk_vectors, ordinals) @ vector
        starts, ends = self.generation.sentence_starts[ordinals], self.generation.sentence_starts[ordinals + 1]
        counts = (ends - starts).astype(np.int64)
        if not counts.sum():
            return chunks.astype(np.float64), chunks.astype(np.float64)
        offsets = np.concatenate(([0], np.cumsum(counts)[:-1]))
        rows = np.arange(counts.sum()) + np.repeat(starts - offsets, counts)
        of_sentences = self.generation.sentence_cosines(rows, vector)
        # A chunk without sentences has its own cosine.
        highest = chunks.copy()
        filled = counts > 0
        highest[filled] = np.maximum.reduceat(of_sentences, offsets[filled])
        return chunks.astype(np.float64), highest.astype(np.float64)


def _fused(lists: Mapping[str, tuple[tuple[Scores, ...], NDArray[np.int64]]], query: Query) -> dict[int, float]:
    """The lists joined by rank, best first."""
    ranked = {name: found.tolist() for name, (_, found) in lists.items()}
    return reciprocal_rank_fusion(ranked, _WEIGHTS[query.language])


class _Clock:
    def __init__(self, timings: dict[str, float] | None) -> None:
        self._timings = timings
        self._began = perf_counter()

    def lap(self, stage: str) -> None:
        """Count the time since the last call for a stage."""
        if self._timings is not None:
            now = perf_counter()
            self._timings[stage] = self._timings.get(stage, 0.0) + 1000 * (now - self._began)
            self._began = now


def _ordered(candidates: Candidates, order: NDArray[np.float64]) -> list[Candidate]:
    """Candidates by score, ties by ordinal."""
    lexical = candidates.words + candidates.bigrams
    return [
        Candidate(
            int(candidates.ordinals[at]), float(order[at]),
            {"bm25": float(lexical[at]), "dense": float(candidates.chunk_cosine[at])},
        )
        for at in np.lexsort((candidates.ordinals, -order))
    ]  # fmt: skip
