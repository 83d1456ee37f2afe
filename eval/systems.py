"""Systems under evaluation. Each ranks whole documents for a query and says how long that took.

``hybrid``, ``bm25`` and ``dense`` are the server's own retriever over an index built by the indexer; ``rank-bm25``
shares no code with them: rank_bm25 over jieba's words, what a user would write in ten lines.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from eval.datasets import CorpusDocument
from indexer.caching import Progress
from indexer.encoders import Encoder
from indexer.generations import Generation
from server.search.query import understand_query
from server.search.retrieve import SYSTEMS as RETRIEVER_SYSTEMS
from server.search.retrieve import Candidate, Retriever
from server.search.retrieve import System as RetrieverSystem

RANK_BM25 = "rank-bm25"
SYSTEMS: tuple[str, ...] = (*RETRIEVER_SYSTEMS, RANK_BM25)

# Distinct documents ranked for each query, as TREC runs and recall@100 want.
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents for one query, best first, with their scores; ``ms`` is the time of the search in milliseconds."""

    documents: tuple[str, ...]
    scores: tuple[float, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class SystemRun:
    """The rankings of one system, by query id."""

    system: str
    rankings: Mapping[str, Ranking]


class System(Protocol):
    """What evaluation asks of a system."""

    name: str

    def rank(self, query: str) -> Ranking:
        """At most DEPTH documents for a query, none twice."""
        ...


class IndexedSystem:
    """The server's retriever; a document stands where its best chunk stands.

    The first search is the one the server would run and the one that is timed. Where its chunks come from fewer than
    DEPTH documents, deeper searches add further documents below; they never reorder what the first has found.
    """

    def __init__(self, retriever: Retriever, system: RetrieverSystem) -> None:
        self.name: str = system
        self._system = system
        self._retriever = retriever
        # Sources are the ids of the data set: see eval.indexes.index_corpus.
        self._ids = [document.source for document in retriever.generation.documents()]

    def _collect(self, candidates: Iterable[Candidate], into: dict[str, float]) -> None:
        numbers = self._retriever.generation.chunk_documents
        for candidate in candidates:
            if len(into) < DEPTH:
                into.setdefault(self._ids[numbers[candidate.ordinal]], candidate.score)

    def rank(self, query: str) -> Ranking:
        began = time.perf_counter()
        understood = understand_query(query)
        vector = None if self._system == "bm25" else self._retriever.encode(understood)
        k = DEPTH
        candidates = self._retriever.search(understood, k, self._system, vector=vector)
        found: dict[str, float] = {}
        self._collect(candidates, found)
        ms = 1000 * (time.perf_counter() - began)
        while len(found) < min(DEPTH, len(self._ids)) and len(candidates) == k:
            k *= 4
            candidates = self._retriever.search(understood, k, self._system, vector=vector)
            self._collect(candidates, found)
        return Ranking(tuple(found), tuple(found.values()), ms)


class RankBM25System:
    """rank_bm25.BM25Okapi over whole documents cut by jieba; equal scores stay in corpus order."""

    name = RANK_BM25

    def __init__(self, documents: Sequence[CorpusDocument]) -> None:
        # Only this system needs them, and jieba takes a second to read its dictionary.
        import jieba
        from rank_bm25 import BM25Okapi

        jieba.setLogLevel(logging.WARNING)
        self._cut = jieba.lcut
        self._ids = [document.document_id for document in documents]
        self._index = BM25Okapi([self._cut(document.source.text) for document in documents])

    def rank(self, query: str) -> Ranking:
        began = time.perf_counter()
        scores = self._index.get_scores(self._cut(query))
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        documents = tuple(self._ids[i] for i in best)
        return Ranking(documents, tuple(scores[best].tolist()), 1000 * (time.perf_counter() - began))


def open_systems(
    names: Sequence[str], documents: Sequence[CorpusDocument], generation: Generation | None, encoder: Encoder
) -> list[System]:
    """The systems named, in that order. Only ``rank-bm25`` does without a ``generation`` of the documents."""
    systems: list[System] = []
    retriever = Retriever(generation, encoder) if generation else None
    for name in names:
        match = next((system for system in RETRIEVER_SYSTEMS if system == name), None)
        if match and retriever:
            systems.append(IndexedSystem(retriever, match))
        else:
            systems.append(RankBM25System(documents))
    return systems


def run_system(system: System, queries: Mapping[str, str], progress: Progress) -> SystemRun:
    """Rank every query, one after the other. The first is run once before: opening files is not searching."""
    system.rank(next(iter(queries.values())))
    rankings: dict[str, Ranking] = {}
    for done, (query_id, text) in enumerate(queries.items()):
        progress(system.name, done, len(queries))
        rankings[query_id] = system.rank(text)
    progress(system.name, len(queries), len(queries))
    return SystemRun(system.name, rankings)
