"""What the search asks of an index, wherever that index is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from indexer.generations import Generation
from server.search import lists as embedded
from server.search.asked import Asked
from server.search.candidates import Candidates
from server.search.query import Query
from server.search.strongest import Found, Ordinals, Scores

Allowed = NDArray[np.bool_]
T = TypeVar("T")


class Engine(Protocol):
    """Finds chunks and says how well they match. ``allowed`` (bool [chunks]) restricts a list before its best are chosen."""

    def ask(self, query: Query) -> Asked:
        """Look the terms of a query up."""

    def by_words(self, asked: Asked, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest BM25 over words and bigrams."""

    def by_dictionary(self, asked: Asked, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest BM25 over the Chinese terms that an English question may stand for."""

    def by_vector(self, vector: Scores, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest cosine with a unit vector, float32 [dimension]."""

    def gather(
        self,
        asked: Asked,
        lists: Mapping[str, Found],
        depth: int,
        vector: Scores | None,
        with_sentences: bool = True,
    ) -> Candidates:
        """The best ``depth`` chunks of each list, with every score of each."""

    def chunks_with(self, bigrams: Sequence[str], k: int) -> Ordinals:
        """Up to ``k`` chunks that have all of some bigrams, ascending; they need not stand side by side."""

    def documents_with(self, bigrams: Sequence[str], documents: Ordinals) -> Allowed:
        """Whether each of some documents, by its number, has all of some bigrams: bool [len(documents)]."""


class Embedded:
    """The index in the memory and on the disk of this machine."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def ask(self, query: Query) -> Asked:
        """Look the terms of a query up."""
        return Asked.of(query, self._generation)

    def by_words(self, asked: Asked, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest BM25 over words and bigrams."""
        return embedded.by_words(self._generation, asked, k, allowed)

    def by_dictionary(self, asked: Asked, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest BM25 over the Chinese terms that an English question may stand for."""
        return embedded.by_dictionary(self._generation, asked.query, k, allowed)

    def by_vector(self, vector: Scores, k: int, allowed: Allowed | None) -> Found:
        """The ``k`` chunks of highest cosine with a unit vector."""
        return embedded.by_vector(self._generation, vector, k, allowed)

    def gather(
        self,
        asked: Asked,
        lists: Mapping[str, Found],
        depth: int,
        vector: Scores | None,
        with_sentences: bool = True,
    ) -> Candidates:
        """The best ``depth`` chunks of each list, with every score of each."""
        return embedded.gather(self._generation, asked, lists, depth, vector, with_sentences)

    def chunks_with(self, bigrams: Sequence[str], k: int) -> Ordinals:
        """Up to ``k`` chunks that have all of some bigrams."""
        return embedded.chunks_with(self._generation, bigrams, k)

    def documents_with(self, bigrams: Sequence[str], documents: Ordinals) -> Allowed:
        """Whether each of some documents has all of some bigrams."""
        return embedded.documents_with(self._generation, self._generation.bigrams.lookup(bigrams), documents)


@runtime_checkable
class SearchedElsewhere(Protocol):
    """A generation that is searched by another engine than the embedded one."""

    def engine(self) -> Engine:
        """The engine that searches it."""


def engine_of(generation: Generation) -> Engine:
    """The engine that searches a generation."""
    return generation.engine() if isinstance(generation, SearchedElsewhere) else Embedded(generation)


class Source(Protocol):
    """Where the current generation is; safe to share between threads."""

    def published(self) -> tuple[str, int]:
        """What is current, in a form that changes with it; its name first. Raises NoGeneration."""

    def open(self, make: Callable[[Generation], T]) -> T:
        """What ``make`` makes of the current generation. Raises ZhengwenError."""

    def damage(self, generation: Generation) -> str:
        """What is known to be wrong with a generation; empty when nothing is."""

    def watch(self, generation: Generation) -> None:
        """Look after a generation beside other work: ``damage`` tells later what was found."""
