"""One collection of a Qdrant cluster, read: the points nearest to vectors, and what is stored of points."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from qdrant_client import grpc as q

from indexer import qdrant_layout as layout
from indexer.qdrant_nodes import Nodes

Ordinals = NDArray[np.int64]
Floats = NDArray[np.float32]
T = TypeVar("T")

# Chunks of which terms and sentence vectors are remembered: some 5 and 25 kB each.
_ROWS, _SENTENCES = 4_000, 500


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: ``columns`` uint32 [n], distinct, and ``weights`` float32 [n]."""

    columns: NDArray[np.uint32]
    weights: Floats


@dataclass(frozen=True, slots=True)
class Search:
    """The ``limit`` points of highest product of the vector ``using`` with ``query``, of those that ``within`` lets pass."""

    using: str
    query: Sparse | Floats
    limit: int
    within: Any = None

    def request(self, collection: str, exact: bool) -> Any:
        """The request in the terms of the protocol."""
        if isinstance(self.query, Sparse):
            sparse = q.SparseVector(indices=self.query.columns.tolist(), values=self.query.weights.tolist())
            vector = q.VectorInput(sparse=sparse)
        elif self.using == layout.SENTENCES:
            vector = q.VectorInput(multi_dense=q.MultiDenseVector(vectors=[q.DenseVector(data=self.query.tolist())]))
        else:
            vector = q.VectorInput(dense=q.DenseVector(data=self.query.tolist()))
        return q.QueryPoints(
            collection_name=collection, query=q.Query(nearest=vector), using=self.using, filter=self.within,
            limit=self.limit, params=q.SearchParams(exact=exact), with_payload=q.WithPayloadSelector(enable=False),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hits:
    """``ordinals`` int64 [n] and ``scores`` float32 [n], best first, ties by ordinal."""

    ordinals: Ordinals
    scores: Floats

    def at(self, ordinals: Ordinals) -> Floats:
        """The scores of some points, 0 where they were not found: float32 [len(ordinals)]."""
        if not len(self.ordinals):
            return np.zeros(len(ordinals), np.float32)
        order = np.argsort(self.ordinals)
        places = np.minimum(np.searchsorted(self.ordinals, ordinals, sorter=order), len(order) - 1)
        found: Floats = np.where(self.ordinals[order[places]] == ordinals, self.scores[order[places]], np.float32(0))
        return found


class _Recent(Generic[T]):
    """What was asked for last of chunks; these never change within a collection."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[int, T] = OrderedDict()
        self._lock = Lock()

    def get(self, ordinals: Iterable[int]) -> dict[int, T]:
        """What is known of some chunks."""
        with self._lock:
            found = {ordinal: self._held[ordinal] for ordinal in ordinals if ordinal in self._held}
            for ordinal in found:
                self._held.move_to_end(ordinal)
        return found

    def put(self, values: Mapping[int, T]) -> None:
        """Remember these, and forget those that were not asked for the longest."""
        with self._lock:
            self._held.update(values)
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def among(ordinals: Ordinals) -> Any:
    """The condition that a point is one of these."""
    ids = [q.PointId(num=ordinal) for ordinal in ordinals.tolist()]
    return q.Filter(must=[q.Condition(has_id=q.HasIdCondition(has_id=ids))])


class Points:
    """Safe to share between threads. Every method raises ClusterUnavailable."""

    def __init__(self, nodes: Nodes, collection: str) -> None:
        self._nodes = nodes
        self.collection = collection
        info = nodes.collections("Get", q.GetCollectionInfoRequest(collection_name=collection)).result
        sizes = info.config.params.vectors_config.params_map.map
        names = [layout.part_name(part) for part in range(len(sizes)) if layout.part_name(part) in sizes]
        # The columns of a joined vector that each of its parts takes.
        self.parts = layout.columns_of(tuple(int(sizes[name].size) for name in names))
        self._exact = int(info.points_count) < layout.APPROXIMATE
        self._terms = _Recent[Sparse](_ROWS)
        self._sentences = _Recent[Floats](_SENTENCES)

    def search(self, searches: Sequence[Search], exact: bool | None = None) -> list[Hits]:
        """What several searches find, in one request. ``exact``: look at every point that may pass; where it is not said,
        small collections are looked through, of large ones the graphs are followed."""
        if not searches:
            return []
        whole = self._exact if exact is None else exact
        requests = [search.request(self.collection, whole) for search in searches]
        batch = q.QueryBatchPoints(collection_name=self.collection, query_points=requests)
        return [_hits(each.result) for each in self._nodes.points("QueryBatch", batch).result]

    def terms(self, ordinals: Ordinals) -> list[Sparse]:
        """The terms of chunks."""
        return self._remembered(self._terms, ordinals, layout.TERMS, _sparse_of)

    def sentences(self, ordinals: Ordinals) -> list[Floats]:
        """The sentence vectors of chunks, float32 [sentences, dimension] each."""
        return self._remembered(self._sentences, ordinals, layout.SENTENCES, _matrix_of)

    def _remembered(
        self, known: "_Recent[T]", ordinals: Ordinals, name: str, read: Callable[[Any], T]
    ) -> list[T]:  # fmt: skip
        wanted = ordinals.tolist()
        found = known.get(wanted)
        missing = [ordinal for ordinal in wanted if ordinal not in found]
        if missing:
            fetched = {ordinal: read(vectors.get(name)) for ordinal, vectors in self._fetch(missing, name)}
            known.put(fetched)
            found |= fetched
        return [found[ordinal] for ordinal in wanted]

    def _fetch(self, ordinals: list[int], name: str) -> Iterable[tuple[int, Any]]:
        request = q.GetPoints(
            collection_name=self.collection, ids=[q.PointId(num=ordinal) for ordinal in ordinals],
            with_payload=q.WithPayloadSelector(enable=False),
            with_vectors=q.WithVectorsSelector(include=q.VectorsSelector(names=[name])),
        )  # fmt: skip
        for point in self._nodes.points("Get", request).result:
            yield point.id.num, point.vectors.vectors.vectors


def _hits(result: Any) -> Hits:
    ordinals = np.fromiter((point.id.num for point in result), np.int64, len(result))
    scores = np.fromiter((point.score for point in result), np.float32, len(result))
    order = np.lexsort((ordinals, -scores))
    return Hits(ordinals[order], scores[order])


def _sparse_of(vector: Any) -> Sparse:
    if vector is None:
        return Sparse(np.zeros(0, np.uint32), np.zeros(0, np.float32))
    # The older form lays indices and values beside each other.
    sparse = vector.sparse if vector.HasField("sparse") else None
    indices, values = (sparse.indices, sparse.values) if sparse else (vector.indices.data, vector.data)
    columns, weights = np.array(indices, np.uint32), np.array(values, np.float32)
    order = np.argsort(columns)
    return Sparse(columns[order], weights[order])


def _matrix_of(vector: Any) -> Floats:
    if vector is None:
        return np.zeros((0, 0), np.float32)
    if vector.HasField("multi_dense"):
        return np.array([list(row.data) for row in vector.multi_dense.vectors], np.float32)
    return np.array(vector.data, np.float32).reshape(vector.vectors_count, -1)
