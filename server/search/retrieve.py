"""Search over one generation: found by words, character bigrams and vectors, put in order by what is known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import ANALYZER_VERSION, normalise
from indexer.encoders import Encoder
from indexer.errors import EncoderMismatch, StoreMismatch
from indexer.generations import Generation
from server.search.asked import Asked
from server.search.candidates import Candidate, Candidates
from server.search.engine import engine_of
from server.search.features import features_of
from server.search.fuse import reciprocal_rank_fusion
from server.search.passages import passages_of
from server.search.query import Query
from server.search.rank import QUICK, WHOLE, ranker
from server.search.reranker import DEPTH as RERANKED
from server.search.reranker import Reranker
from server.search.strongest import Found, Scores

System = Literal["hybrid", "bm25", "dense"]
SYSTEMS: tuple[System, ...] = ("hybrid", "bm25", "dense")

# What the hybrid search can be asked to do without, to see what each is worth.
FEATURES: tuple[str, ...] = ("bm25", "dense", "sentences", "dictionary", "quick", "ranker")
_ALL: frozenset[str] = frozenset()

# How many candidates each list gives to the ranker; further ones stand below in the order of the lists.
POOL = 60
# How far down a single list is looked through: sentences may lift a chunk that stands low as a whole.
_LONG = 120
# A first passage that leads by this much stays first when the whole encoder is asked as well: see docs/decisions.
CERTAIN = 2.0
# It hardly ever does where the best passage by words has less than this share of what the question weighs, or leads the next
# by less than this share: such a question goes to the whole encoder at once.
_MATCHED, _AHEAD = 0.3, 0.1
# Without the ranker: an English question shares hardly a word with Chinese text, there the vectors lead.
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "zh": {"bm25": 1.0, "dense": 0.1, "translated": 0.1},
    "en": {"bm25": 0.1, "dense": 1.0, "translated": 0.3},
}


class Retriever:
    """Search over one generation.

    Raises EncoderMismatch when the encoder is not the one that built it, StoreMismatch when the analyzer is not.
    """

    def __init__(self, generation: Generation, encoder: Encoder, reranker: Reranker | None = None) -> None:
        self.generation = generation
        self._engine = engine_of(generation)
        self._encoder = encoder
        self._reranker = reranker
        # Questions come back to the same documents. Not a method: an index that nobody reads has to go at once.
        self._titles = lru_cache(maxsize=50_000)(partial(_title, generation))
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

    def encode(self, query: Query) -> Scores:
        """The query's unit vector, float32 [dimension]."""
        vector: Scores = self._encoder.encode([query.text])[0]
        return vector

    def encode_quickly(self, query: Query) -> Scores | None:
        """The query's vector by the first of the encoders that were joined, a fiftieth of the time, the others' parts zero:
        float32 [dimension]. None where there is none, or where it cannot read the question: it knows no English."""
        if not self._encoder.parts or query.language != "zh":
            return None
        vector = np.zeros(self._encoder.dimension, np.float32)
        first = self._encoder.parts[0].encode([query.text])[0]
        # A passage's first part has this length, so that the product is a cosine.
        vector[: len(first)] = first * np.float32(np.sqrt(len(self._encoder.parts)))
        return vector if first.any() else None

    def search(
        self, query: Query, k: int, system: System = "hybrid", allowed: NDArray[np.bool_] | None = None,
        vector: Scores | None = None, without: frozenset[str] = _ALL, timings: dict[str, float] | None = None,
    ) -> list[Candidate]:  # fmt: skip
        """The best ``k`` chunks, best first. ``allowed`` (bool [chunks]) is applied before anything is ranked.

        ``vector`` is the query's, where it is known; ``without`` names FEATURES to leave out; ``timings`` takes the
        milliseconds of each stage.
        """
        return self.search_by(query, k, system, allowed, vector, without, timings)[0]

    def search_by(
        self, query: Query, k: int, system: System = "hybrid", allowed: NDArray[np.bool_] | None = None,
        vector: Scores | None = None, without: frozenset[str] = _ALL, timings: dict[str, float] | None = None,
    ) -> tuple[list[Candidate], Scores | None, bool]:  # fmt: skip
        """``search``, the vector that ranked (None where none was used), and whether it is that of ``encode_quickly``."""
        clock = _Clock(timings)
        asked = self._engine.ask(query)
        depth = max(k, POOL if system == "hybrid" else _LONG)
        lists = self._lexical(asked, system, depth, allowed, without, clock)
        dense = system != "bm25" and "dense" not in without
        ranked: list[Candidate] = []
        if system == "hybrid" and dense and vector is None and without.isdisjoint(("quick", "ranker")):
            ranked, quick = self._search_quickly(asked, lists, k, allowed, without, clock)
            vector = quick if ranked else None
        quickly = bool(ranked)
        if not ranked:
            if dense:
                vector = self.encode(query) if vector is None else vector
                clock.lap("encode")
                lists["dense"] = self._engine.by_vector(vector, max(k, _LONG), allowed)
                clock.lap("dense")
            ranked = self._ranked(asked, lists, system, k, vector if dense else None, without, clock)
        if self._reranker and system == "hybrid" and "reranker" not in without:
            ranked = self._reranked(query, ranked, self._reranker)
        ranked = self._with_rest(query, ranked, lists, k)
        clock.lap("rerank")
        return ranked[:k], vector if dense else None, quickly

    def _lexical(
        self, asked: Asked, system: System, depth: int, allowed: NDArray[np.bool_] | None, without: frozenset[str],
        clock: "_Clock",
    ) -> dict[str, Found]:  # fmt: skip
        lists: dict[str, Found] = {}
        if system != "dense" and "bm25" not in without:
            lists["bm25"] = self._engine.by_words(asked, depth, allowed)
            clock.lap("bm25")
        if system == "hybrid" and asked.query.translations and "dictionary" not in without:
            lists["translated"] = self._engine.by_dictionary(asked, depth, allowed)
            clock.lap("dictionary")
        return lists

    def _search_quickly(
        self, asked: Asked, lists: dict[str, Found], k: int, allowed: NDArray[np.bool_] | None,
        without: frozenset[str], clock: "_Clock",
    ) -> tuple[list[Candidate], Scores | None]:  # fmt: skip
        """The ranking without the expensive encoder, and its vector; empty where that one could put another passage first."""
        if not asked.query.names_number and "bm25" in lists and _surely_unsure(asked, lists["bm25"]):
            return [], None
        vector = self.encode_quickly(asked.query)
        clock.lap("encode")
        if vector is None:
            return [], None
        lists["dense"] = self._engine.by_vector(vector, max(k, _LONG), allowed)
        clock.lap("dense")
        ranked = self._ranked(asked, lists, "hybrid", k, vector, without, clock, QUICK)
        leads = len(ranked) > 1 and ranked[0].score - ranked[1].score >= CERTAIN
        return (ranked if leads or asked.query.names_number else []), vector

    def _ranked(
        self, asked: Asked, lists: Mapping[str, Found], system: System, k: int, vector: Scores | None,
        without: frozenset[str], clock: "_Clock", name: str = WHOLE,
    ) -> list[Candidate]:  # fmt: skip
        """What the lists found, in order."""
        if not any(len(found.ordinals) for found in lists.values()):
            return []
        depth = POOL if system == "hybrid" else max(k, _LONG)
        candidates = self._engine.gather(asked, lists, depth, vector, "sentences" not in without)
        clock.lap("fuse")
        if system == "hybrid" and asked.query.names_number and "bm25" in lists:
            # Numbers are matched exactly: what a passage is like says nothing about which number it holds.
            order = candidates.words + candidates.bigrams + candidates.chunk_cosine
        elif system == "hybrid" and "ranker" not in without:
            order = ranker(name).scores(features_of(asked, candidates, self.generation, self._titles))
        elif system == "hybrid":
            fused = _fused(lists, asked.query)
            order = np.array([fused[ordinal] for ordinal in candidates.ordinals.tolist()])
        elif system == "dense":
            order = (candidates.chunk_cosine + candidates.sentence_cosine) / 2
        else:
            order = candidates.words + candidates.bigrams
        clock.lap("rerank")
        return _ordered(candidates, order, max(k, RERANKED))

    def _with_rest(
        self, query: Query, ranked: list[Candidate], lists: Mapping[str, Found], k: int
    ) -> list[Candidate]:  # fmt: skip
        """What the lists hold beyond the pool, for those who want long rankings, below all others."""
        if not ranked or k <= len(ranked):
            return ranked
        pooled, floor = {candidate.ordinal for candidate in ranked}, ranked[-1].score - 1
        below = ((ordinal, score) for ordinal, score in _fused(lists, query).items() if ordinal not in pooled)
        return ranked + [Candidate(ordinal, floor + score, {}) for ordinal, score in below]

    def _reranked(self, query: Query, ranked: Sequence[Candidate], reranker: Reranker) -> list[Candidate]:
        """The first candidates in the order of the cross-encoder, the others below them as they were."""
        first, rest = ranked[:RERANKED], ranked[RERANKED:]
        if not first:
            return []
        scores = reranker.scores(query.text, [passage.text for passage in passages_of(self.generation, first)])
        # Above all that follows, whatever the scale of the model.
        scores = scores - scores.min() + (rest[0].score if rest else 0) + 1
        order = np.argsort(-scores, kind="stable").tolist()
        return [replace(first[at], score=float(scores[at])) for at in order] + list(rest)

    def candidates(self, query: Query, vector: Scores) -> Candidates | None:
        """What the hybrid search puts in order by a vector, None when nothing was found."""
        asked = self._engine.ask(query)
        lists = self._lexical(asked, "hybrid", POOL, None, _ALL, _Clock(None))
        lists["dense"] = self._engine.by_vector(vector, _LONG, None)
        found = any(len(found.ordinals) for found in lists.values())
        return self._engine.gather(asked, lists, POOL, vector) if found else None

    def features(self, query: Query, candidates: Candidates) -> dict[str, NDArray[np.float64]]:
        """What the ranker sees of the candidates, in service and in training."""
        return features_of(self._engine.ask(query), candidates, self.generation, self._titles)


def _surely_unsure(asked: Asked, words: Found) -> bool:
    """Whether words alone show that the quick ranking would not be certain of its first passage."""
    if len(words.scores) < 2:
        return False
    first, second = words.scores[:2].tolist()
    return bool(first < _MATCHED * asked.weight or second > (1 - _AHEAD) * first)


def _fused(lists: Mapping[str, Found], query: Query) -> dict[int, float]:
    """The lists joined by rank, best first."""
    ranked = {name: found.ordinals.tolist() for name, found in lists.items()}
    return reciprocal_rank_fusion(ranked, _WEIGHTS[query.language])


def _title(generation: Generation, number: int) -> str:
    return normalise(generation.titles[number])


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


def _ordered(candidates: Candidates, order: NDArray[np.float64], k: int) -> list[Candidate]:
    """The first ``k`` candidates by score, ties by ordinal."""
    places = np.lexsort((candidates.ordinals, -order))[:k]
    lexical = (candidates.words + candidates.bigrams)[places].tolist()
    columns = candidates.ordinals[places].tolist(), order[places].tolist(), candidates.chunk_cosine[places].tolist()
    return [
        Candidate(ordinal, score, {"bm25": bm25, "dense": dense})
        for ordinal, score, dense, bm25 in zip(*columns, lexical, strict=True)
    ]
