"""Where the current generation is, when it lies in Qdrant: the alias of the cluster says it, not the data directory."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar

from indexer.errors import NoGeneration
from indexer.generations import Generation
from indexer.qdrant_layout import generation_of
from indexer.qdrant_nodes import Nodes
from indexer.qdrant_publication import published_collection
from server.search.qdrant.generation import RemoteGeneration

T = TypeVar("T")

# Seconds for which the alias is not looked up again.
_FRESH = 1.0


class QdrantSource:
    """Opens the generation that the alias names. Safe to share between threads. Does what ``indexer.opening.Opener`` does."""

    def __init__(self, data_dir: Path, nodes: Nodes, alias: str) -> None:
        self._data_dir = data_dir
        self._nodes = nodes
        self._alias = alias
        self._lock = Lock()
        self._looked: float | None = None
        self._current = ""

    def published(self) -> tuple[str, int]:
        """The collection that is current. Raises NoGeneration and ClusterUnavailable."""
        with self._lock:
            now = time.monotonic()
            if self._looked is None or now - self._looked > _FRESH:
                found = published_collection(self._nodes, self._alias)
                if found is None or generation_of(self._alias, found) is None:
                    raise NoGeneration(
                        f"Qdrant 中还没有索引 {self._alias}，请先运行 zhengwen index / no index in the cluster yet: run zhengwen index"
                    )
                self._current, self._looked = found, now
            return self._current, 0

    def open(self, make: Callable[[Generation], T]) -> T:
        """What ``make`` makes of the current generation. Raises what ``published``, RemoteGeneration and ``make`` raise."""
        collection = self.published()[0]
        name = generation_of(self._alias, collection) or ""
        return make(RemoteGeneration(self._data_dir, name, self._nodes, self._alias, collection))

    def damage(self, generation: Generation) -> str:
        """Nothing: the cluster sees to its own files."""
        return ""

    def watch(self, generation: Generation) -> None:
        """Nothing to watch."""
