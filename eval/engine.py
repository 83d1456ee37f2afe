"""The server's search code as evaluation asks for it: one question, one system, the chunks found and the time by stage.

This is the one place of the evaluation that calls ``server.search``.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from indexer.encoders import Encoder
from indexer.generations import Generation
from server.search import retrieve
from server.search.fuse import reciprocal_rank_fusion
from server.search.query import Query, understand_query
from server.search.reranker import load_reranker
from server.search.retrieve import Retriever
from server.search.retrieve import System as RetrieverSystem
from server.search.strongest import best
from server.settings import Settings

Found = Sequence[tuple[int, float]]
"""Ordinals of chunks with their scores, best first."""

RERANKER = "reranker"
# What the hybrid search can be asked to do without, as the retriever names it.
FEATURES: tuple[str, ...] = retrieve.FEATURES


def reranker_configured() -> bool:
    """Whether the settings name a re-ranker."""
    return bool(Settings().reranker)


class Asked:
    """A question on its way through the stages. ``stages`` holds milliseconds by stage."""

    def __init__(self, text: str) -> None:
        self.stages: dict[str, float] = {}
        with self.stage("understand"):
            self.query: Query = understand_query(text)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        began = time.perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0.0) + 1000 * (time.perf_counter() - began)


def _best(scores: NDArray[np.float32], k: int) -> Found:
    """The ``k`` largest positive scores, largest first, ties by ordinal."""
    found = best(scores, k)
    return list(zip(found.ordinals.tolist(), found.scores.tolist(), strict=True))


class Engine:
    """Searches one generation by system name; see ``eval.systems`` for the names."""

    def __init__(self, generation: Generation, encoder: Encoder) -> None:
        self.generation = generation
        self._retriever = Retriever(generation, encoder, load_reranker(Settings().reranker))

    def ask(self, text: str) -> Asked:
        """Begin a question."""
        return Asked(text)

    def find(self, asked: Asked, system: str, k: int) -> Found:
        """The best ``k`` chunks, as the system ranks them."""
        index = self.generation
        if system == "bm25-words":
            with asked.stage("bm25"):
                return _best(index.words.scores(asked.query.tokens.words), k)
        if system == "bm25-bigrams":
            with asked.stage("bm25"):
                return _best(index.bigrams.scores(asked.query.tokens.bigrams), k)
        if system == "rrf":
            parts = ("bm25-words", "bm25-bigrams", "dense")
            lists = {part: [ordinal for ordinal, _ in self.find(asked, part, k)] for part in parts}
            with asked.stage("fuse"):
                return list(reciprocal_rank_fusion(lists, dict.fromkeys(parts, 1.0)).items())[:k]
        return self._server(asked, system, k)

    def _server(self, asked: Asked, system: str, k: int) -> Found:
        """A search of the server's own: ``bm25``, ``dense``, or ``hybrid`` with or without one of its features."""
        name, _, feature = system.partition("-")
        without = {feature} if feature else set()
        if name == "hybrid" and reranker_configured():
            without.add(RERANKER)
        name = name.removesuffix(f"+{RERANKER}")
        known: RetrieverSystem = next(known for known in get_args(RetrieverSystem) if known == name)
        stages: dict[str, float] = {}
        candidates = self._retriever.search(asked.query, k, known, without=frozenset(without), timings=stages)
        for stage, ms in stages.items():
            asked.stages[stage] = asked.stages.get(stage, 0.0) + ms
        return [(candidate.ordinal, candidate.score) for candidate in candidates]
