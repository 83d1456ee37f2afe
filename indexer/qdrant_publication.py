"""A published generation, written to Qdrant: into a collection of its own, to which the alias is switched when it is whole."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from qdrant_client import grpc as q

from indexer import qdrant_layout as layout
from indexer.errors import ZhengwenError
from indexer.generations import Generation
from indexer.qdrant_nodes import Nodes
from indexer.qdrant_points import BATCH, points_of

# How many batches of points are under way.
_UNDER_WAY = 4
# Seconds that a batch, and the last optimisation, are waited for.
_WRITING, _SETTLING = 120.0, 600.0

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Placement:
    """How a collection is spread over the nodes: shards, and copies of each. A node may be lost for each copy but one."""

    alias: str = "zhengwen"
    shards: int = 1
    replicas: int = 1


def published_collection(nodes: Nodes, alias: str) -> str | None:
    """The collection that the alias names, None when there is none. Raises ClusterUnavailable."""
    aliases = nodes.collections("ListAliases", q.ListAliasesRequest()).aliases
    return next((str(each.collection_name) for each in aliases if each.alias_name == alias), None)


def mirror(
    generation: Generation, nodes: Nodes, placement: Placement, parts: Sequence[int] = (), progress: Progress | None = None
) -> str:  # fmt: skip
    """Write a generation to the cluster and switch the alias to it; nothing to do where it is there already.

    ``parts`` are the dimensions of the encoders that were joined, none where there is one. What there is for those who may
    not see everything lies in collections of its own, written before the alias is switched.
    A run that was broken off goes on where it stopped. Collections of generations before the one that was current until
    now are removed: readers may still be on that one. Returns the collection's name. Raises ClusterUnavailable, and
    ZhengwenError when the cluster holds something else in the end.
    """
    name = layout.collection_of(placement.alias, generation)
    before = published_collection(nodes, placement.alias)
    if before != name:
        dimensions = tuple(parts) or (generation.identity.dimension,)
        for _, edition in generation.editions():
            _write(nodes, layout.collection_of(placement.alias, edition), edition, dimensions, placement, progress)
        _write(nodes, name, generation, dimensions, placement, progress)
        _switch(nodes, name, placement.alias)
    keep = {generation.name, layout.generation_of(placement.alias, before or "")}
    for collection in nodes.collections("List", q.ListCollectionsRequest()).collections:
        held = layout.generation_of(placement.alias, collection.name)
        if held and held not in keep:
            nodes.collections("Delete", q.DeleteCollection(collection_name=collection.name))
    return name


def _write(
    nodes: Nodes, name: str, generation: Generation, parts: tuple[int, ...], placement: Placement,
    progress: Progress | None,
) -> None:  # fmt: skip
    _create(nodes, name, generation, parts, placement)
    _fill(nodes, name, generation, parts, progress or (lambda *_: None))
    _settle(nodes, name)


def _dense(size: int, graph: bool, many: bool = False) -> Any:
    # Whole numbers of a byte, divided by a scale: half floats hold them to within a thousandth.
    params = q.VectorParams(size=size, distance=q.Distance.Dot, datatype=q.Datatype.Float16, on_disk=True)
    if not graph:
        params.hnsw_config.CopyFrom(q.HnswConfigDiff(m=0))
    if many:
        params.multivector_config.CopyFrom(q.MultiVectorConfig(comparator=q.MultiVectorComparator.MaxSim))
    return params


def _create(nodes: Nodes, name: str, generation: Generation, parts: tuple[int, ...], placement: Placement) -> None:
    graph = generation.manifest.chunks >= layout.APPROXIMATE
    dense = {layout.part_name(part): _dense(size, graph) for part, size in enumerate(parts)}
    # Sentences are only ever compared for chunks that are found already.
    dense[layout.SENTENCES] = _dense(sum(parts), False, many=True)
    # Postings of a large collection are mapped from files; those of a small one are held in memory.
    index = q.SparseIndexConfig(on_disk=graph)
    sparse = {each: q.SparseVectorParams(index=index) for each in (layout.TERMS, layout.DOCUMENT)}
    request = q.CreateCollection(
        collection_name=name, shard_number=placement.shards, replication_factor=placement.replicas,
        # All copies hold a batch before the next is sent: whichever answers later answers the same.
        write_consistency_factor=placement.replicas, on_disk_payload=True,
        vectors_config=q.VectorsConfig(params_map=q.VectorParamsMap(map=dense)),
        sparse_vectors_config=q.SparseVectorConfig(map=sparse),
    )  # fmt: skip
    if not nodes.collections("CollectionExists", q.CollectionExistsRequest(collection_name=name)).result.exists:
        nodes.collections("Create", request)
    # Also where a run that was killed has left a collection: making an index that is there changes nothing.
    kinds = {layout.NUMBER: q.FieldType.FieldTypeInteger} | dict.fromkeys(layout.FIELDS, q.FieldType.FieldTypeKeyword)
    for key, kind in kinds.items():
        field = q.CreateFieldIndexCollection(collection_name=name, wait=True, field_name=key, field_type=kind)
        nodes.points("CreateFieldIndex", field, _WRITING)


def _fill(nodes: Nodes, name: str, generation: Generation, parts: tuple[int, ...], progress: Progress) -> None:
    size = generation.manifest.chunks
    held = _count(nodes, name)
    # Batches arrive out of order: those that were under way are sent again, which changes nothing.
    first = max(0, held - BATCH * 3 * _UNDER_WAY) if held < size else size
    with ThreadPoolExecutor(_UNDER_WAY) as pool:
        under_way: set[Future[Any]] = set()
        for points in points_of(generation, parts, first):
            request = q.UpsertPoints(collection_name=name, wait=True, points=points)
            under_way.add(pool.submit(nodes.points, "Upsert", request, _WRITING))
            if len(under_way) >= 2 * _UNDER_WAY:
                under_way = _finish(under_way)
            progress("publish", int(points[-1].id.num) + 1, size)
        while under_way:
            under_way = _finish(under_way)
    if (held := _count(nodes, name)) != size:
        raise ZhengwenError(
            f"Qdrant 集合 {name} 有 {held} 个段落，应为 {size}；请删除该集合后重新运行 / it holds another number of chunks: delete it"
        )


def _finish(under_way: set[Future[Any]]) -> set[Future[Any]]:
    done, rest = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return set(rest)


def _count(nodes: Nodes, name: str) -> int:
    return int(nodes.points("Count", q.CountPoints(collection_name=name, exact=True), _WRITING).result.count)


def _settle(nodes: Nodes, name: str) -> None:
    """Wait until the cluster has indexed what it holds, so that the first searches are not the slow ones."""
    until = time.monotonic() + _SETTLING
    while time.monotonic() < until:
        info = nodes.collections("Get", q.GetCollectionInfoRequest(collection_name=name)).result
        if info.status == q.CollectionStatus.Green:
            return
        time.sleep(0.5)


def _switch(nodes: Nodes, name: str, alias: str) -> None:
    actions = [q.AliasOperations(create_alias=q.CreateAlias(collection_name=name, alias_name=alias))]
    if published_collection(nodes, alias):
        actions.insert(0, q.AliasOperations(delete_alias=q.DeleteAlias(alias_name=alias)))
    # Both in one request: there is no moment without.
    nodes.collections("UpdateAliases", q.ChangeAliases(actions=actions))
