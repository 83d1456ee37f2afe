"""Systems under evaluation. Each ranks whole documents for a query and says how long that took.

``rank-bm25`` shares no code with the others (see ``eval.baselines``). ``bm25-words``, ``bm25-bigrams``, ``dense`` and
``bm25`` are parts of the server's search, ``rrf`` is those parts joined by the rule that other systems use, and
``hybrid`` is what the server runs. ``hybrid+reranker`` adds the re-ranker of the settings, ``hybrid-FEATURE`` takes one
feature away.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from eval.baselines import RANK_BM25, RankBM25System
from eval.datasets import CorpusDocument
from eval.engine import FEATURES, RERANKER, Engine, Found, reranker_configured
from eval.rankings import DEPTH, Ranking, SystemRun
from indexer.caching import Progress
from indexer.encoders import Encoder
from indexer.errors import ZhengwenError
from indexer.generations import Generation

DEFAULT: tuple[str, ...] = ("hybrid", "bm25", "dense", RANK_BM25)
LADDER = "ladder"
_RERANKED = f"hybrid+{RERANKER}"
_STEPS = (RANK_BM25, "bm25-words", "bm25-bigrams", "bm25", "dense", "rrf", "hybrid")
_WITHOUT = tuple(f"hybrid-{feature}" for feature in FEATURES)


class UnknownSystem(ZhengwenError):
    """A system that does not exist, or not with these settings."""


def ladder() -> tuple[str, ...]:
    """Every system, from the simplest to the whole, then the whole without one feature each."""
    return (*_STEPS, *([_RERANKED] if reranker_configured() else []), *_WITHOUT)


def system_names(text: str) -> list[str]:
    """The systems that a comma-separated list names, each once; ``ladder`` stands for all. Raises UnknownSystem."""
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    names = list(dict.fromkeys(name for word in wanted for name in (ladder() if word == LADDER else (word,))))
    if _RERANKED in names and not reranker_configured():
        raise UnknownSystem(
            f"--systems {_RERANKED}：没有设置 ZHENGWEN_RERANKER / no re-ranker is configured: set ZHENGWEN_RERANKER"
        )
    choices = (*_STEPS, _RERANKED, *_WITHOUT, LADDER)
    unknown = [name for name in names if name not in choices]
    if unknown or not names:
        raise UnknownSystem(
            f"--systems 没有系统 {', '.join(unknown) or '（空）'}，可选 {', '.join(choices)} / "
            f"no such system, choose from {', '.join(choices)}"
        )
    return names


class System(Protocol):
    """What evaluation asks of a system."""

    name: str

    def rank(self, query: str) -> Ranking:
        """At most DEPTH documents for a query, none twice."""
        ...


class IndexedSystem:
    """A system over the index; a document stands where its best chunk stands.

    The first search is the one the server would run and the one that is timed. Where its chunks come from fewer than
    DEPTH documents, deeper searches add further documents below; they never reorder what the first has found.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self.name = name
        self._engine = engine
        # Sources are the ids of the data set: see eval.indexes.index_corpus.
        self._ids = [document.source for document in engine.generation.documents()]

    def _collect(self, found: Found, into: dict[str, float]) -> None:
        numbers = self._engine.generation.chunk_documents
        for ordinal, score in found:
            if len(into) < DEPTH:
                into.setdefault(self._ids[numbers[ordinal]], score)

    def rank(self, query: str) -> Ranking:
        """The best documents for a query."""
        began = time.perf_counter()
        asked = self._engine.ask(query)
        k = DEPTH
        chunks = self._engine.find(asked, self.name, k)
        documents: dict[str, float] = {}
        self._collect(chunks, documents)
        ms = 1000 * (time.perf_counter() - began)
        stages = dict(asked.stages)
        while len(documents) < min(DEPTH, len(self._ids)) and len(chunks) == k:
            k *= 4
            chunks = self._engine.find(asked, self.name, k)
            self._collect(chunks, documents)
        return Ranking(tuple(documents), tuple(documents.values()), ms, stages)


def open_systems(
    names: Sequence[str], documents: Sequence[CorpusDocument], generation: Generation | None, encoder: Encoder
) -> list[System]:
    """The systems named, in that order. Only ``rank-bm25`` does without a ``generation`` of the documents."""
    engine = Engine(generation, encoder) if generation else None
    return [
        IndexedSystem(engine, name) if engine and name != RANK_BM25 else RankBM25System(documents) for name in names
    ]


def run_system(system: System, queries: Mapping[str, str], progress: Progress) -> SystemRun:
    """Rank every query, one after the other. The first is run once before: opening files is not searching."""
    system.rank(next(iter(queries.values())))
    rankings: dict[str, Ranking] = {}
    for done, (query_id, text) in enumerate(queries.items()):
        progress(system.name, done, len(queries))
        rankings[query_id] = system.rank(text)
    progress(system.name, len(queries), len(queries))
    return SystemRun(system.name, rankings)
