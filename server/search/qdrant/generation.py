"""A generation whose postings and vectors lie in Qdrant, and whose documents and vocabulary lie in the data directory."""

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.generations import Generation
from indexer.qdrant_layout import collection_of
from indexer.qdrant_nodes import Nodes, UnknownCollection
from server.search.qdrant.engine import QdrantEngine
from server.search.qdrant.lookup import Vocabulary
from server.search.qdrant.points import Points


class RemoteGeneration(Generation):
    """Reads postings, weights and vectors from a collection; their files stay unread. Every edition has its own.

    ``collection``: what the alias names. Raises NoGeneration, DamagedGeneration, and ClusterUnavailable where the folder and
    the collection are not of one generation.
    """

    def __init__(
        self, data_dir: Path, name: str, nodes: Nodes, alias: str, collection: str, edition: str = ""
    ) -> None:  # fmt: skip
        super().__init__(data_dir, name, edition)
        own = collection_of(alias, self)
        if not edition and own != collection:
            raise UnknownCollection(
                f"{self.folder} 与 Qdrant 集合 {collection} 不是同一代索引，请运行 zhengwen index / "
                "the folder and the collection are not of one generation: run zhengwen index"
            )
        self._nodes, self._alias, self._collection = nodes, alias, collection
        self.points = Points(nodes, own)
        self.words = Vocabulary.of(self.words, 0)
        self.bigrams = Vocabulary.of(self.bigrams, len(self.words.terms))

    def _edition(self, edition: str) -> "RemoteGeneration":
        return RemoteGeneration(self.data_dir, self.name, self._nodes, self._alias, self._collection, edition)

    @cached_property
    def _engine(self) -> QdrantEngine:
        return QdrantEngine(self, self.points)

    def engine(self) -> QdrantEngine:
        """The engine that searches it."""
        return self._engine

    def sentence_cosines(self, rows: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of sentences, by their numbers int64 [n], with a unit vector: float32 [n], right to within 0.01."""
        if not len(rows):
            return np.zeros(0, np.float32)
        owners = np.searchsorted(self.sentence_starts, rows, side="right") - 1
        chunks, of_row = np.unique(owners, return_inverse=True)
        held = self.points.sentences(chunks)
        places = rows - self.sentence_starts[owners]
        vectors = np.stack([held[of][place] for of, place in zip(of_row.tolist(), places.tolist(), strict=True)])
        cosines: NDArray[np.float32] = vectors @ vector
        return cosines
