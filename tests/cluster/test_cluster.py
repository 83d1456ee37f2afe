"""Three nodes, six shards in two copies each: a node dies under load, nobody notices, it comes back.

``ZHENGWEN_TEST_CHUNKS`` makes the collection smaller or larger than 100,000 chunks.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

import numpy as np
import pytest

from indexer.generations import Generation
from indexer.qdrant_nodes import Nodes
from indexer.qdrant_publication import Placement, mirror
from server.search.qdrant.source import QdrantSource
from server.search.query import Query
from server.search.retrieve import Retriever
from tests.cluster.comparing import overlap, public_chunks, search
from tests.cluster.fetch import fetch
from tests.cluster.running import Node, cluster
from tests.cluster.synthetic import HashedEncoder, Shape, questions, synthetic

CHUNKS = int(os.environ.get("ZHENGWEN_TEST_CHUNKS", "100000"))
ALIAS, SHARDS, COPIES = "synthetic", 6, 2
SHAPE = Shape()
Ranking = list[int]


@dataclass
class Running:
    """The cluster with what lies in it, and the same generation in this process."""

    nodes: list[Node]
    collection: str
    generation: Generation

    def retriever(self, *nodes: Node) -> Retriever:
        """A search of its own over some of the nodes, or all: like another process."""
        urls = [node.url for node in nodes or self.nodes]
        source = QdrantSource(self.generation.folder.parent.parent, Nodes(urls), ALIAS)
        return source.open(lambda generation: Retriever(generation, HashedEncoder(SHAPE.parts)))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Everything started and published, once."""
    folder = tmp_path_factory.mktemp("cluster")
    generation = synthetic(folder / "data", CHUNKS, SHAPE)
    with cluster(fetch(), folder) as nodes:
        client = Nodes([node.url for node in nodes])
        began = time.monotonic()
        collection = mirror(generation, client, Placement(ALIAS, SHARDS, COPIES), SHAPE.parts)
        print(f"\n{generation.manifest.chunks} chunks written twice in {time.monotonic() - began:.0f} s")
        client.close()
        yield Running(nodes, collection, generation)


def _ordinals(retriever: Retriever, query: Query) -> Ranking:
    return [candidate.ordinal for candidate in search(retriever, query)]


def test_shards_lie_on_two_nodes_each(running: Running) -> None:
    copies = [running.nodes[i].get(f"/collections/{running.collection}/cluster")["local_shards"] for i in range(3)]
    held = [shard["shard_id"] for shards in copies for shard in shards]
    assert sorted(held) == sorted([*range(SHARDS)] * COPIES)


@pytest.mark.parametrize("public", [False, True], ids=["all", "public"])
def test_the_results_are_those_of_the_embedded_index(running: Running, public: bool) -> None:
    # Vectors of chance lie in no cells: the embedded index looks into all of them, since it is the cluster that is tested.
    for index in running.generation.chunk_vectors._indexes:
        if hasattr(index, "nlist"):
            index.nprobe = index.nlist
    here, there = Retriever(running.generation, HashedEncoder(SHAPE.parts)), running.retriever()
    asked = questions(60)
    alike = [overlap(search(here, query, public), search(there, query, public)) for query in asked]
    print(f"\noverlap of the first ten: mean {np.mean(alike):.4f}, least {min(alike):.1f}")
    assert np.mean(alike) >= 0.95
    if public:
        seen = public_chunks(running.generation)
        assert all(seen[candidate.ordinal] for query in asked[:20] for candidate in search(there, query, True))


def test_a_node_dies_under_load_and_comes_back(running: Running) -> None:
    asked = questions(40)
    readers = [running.retriever() for _ in range(3)]
    expected = [_ordinals(readers[0], query) for query in asked]
    stop, lock = Event(), Lock()
    wrong, seconds = list[int](), list[float]()

    def read(reader: Retriever, first: int) -> None:
        at = first
        while not stop.is_set():
            began = time.monotonic()
            found = _ordinals(reader, asked[at])  # Whatever it raises fails the test below.
            with lock:
                seconds.append(time.monotonic() - began)
                if found != expected[at]:
                    wrong.append(at)
            at = (at + 1) % len(asked)

    def more(requests: int) -> None:
        """Wait until so many more were answered, or a reader failed."""
        until, enough = time.monotonic() + 300, len(seconds) + requests
        while len(seconds) < enough and time.monotonic() < until and not any(load.done() for load in loads):
            time.sleep(0.1)

    victim = running.nodes[1]
    with ThreadPoolExecutor(len(readers)) as pool:
        loads = [pool.submit(read, reader, 11 * i) for i, reader in enumerate(readers)]
        try:
            more(60)
            victim.kill()
            killed = len(seconds)
            more(200)
            restarted = len(seconds)
            victim.start()
            _wait_until_whole(running)
            more(60)
        finally:
            stop.set()
        for load in loads:
            load.result()
    phases = {"all nodes": seconds[:killed], "one dead": seconds[killed:restarted], "coming back": seconds[restarted:]}
    for name, times in phases.items():
        p50, p99 = np.quantile(times, [0.5, 0.99])
        print(f"\n{name}: {len(times)} requests, p50 {p50:.2f} s, p99 {p99:.2f} s, slowest {max(times):.2f} s", end="")
    print(f"\n{len(seconds)} requests, none failed, {len(wrong)} with other results")
    assert restarted - killed >= 200
    assert not wrong
    # What came back answers by itself as it did before.
    assert [_ordinals(running.retriever(victim), query) for query in asked[:10]] == expected[:10]


def _wait_until_whole(running: Running) -> None:
    """Until every node says that all copies of all shards are active."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        told = [node.get(f"/collections/{running.collection}/cluster") for node in running.nodes]
        states = [shard["state"] for one in told for shard in one["local_shards"] + one["remote_shards"]]
        if set(states) == {"Active"} and len(states) == len(running.nodes) * SHARDS * COPIES:
            return
        time.sleep(0.5)
    raise AssertionError(f"the node did not rejoin: {states}")


def test_a_new_generation_replaces_the_old_one_at_once(running: Running, tmp_path: Path) -> None:
    smaller = synthetic(tmp_path, 500, SHAPE)
    client = Nodes([node.url for node in running.nodes])
    first = mirror(smaller, client, Placement("small", 2, COPIES), SHAPE.parts)
    assert mirror(smaller, client, Placement("small", 2, COPIES), SHAPE.parts) == first
    reader = QdrantSource(tmp_path, client, "small").open(lambda one: Retriever(one, HashedEncoder(SHAPE.parts)))
    query = questions(1)[0]
    before = _ordinals(reader, query)
    second = mirror(synthetic(tmp_path, 900, SHAPE), client, Placement("small", 2, COPIES), SHAPE.parts)
    assert second != first
    assert QdrantSource(tmp_path, client, "small").published() == (second, 0)
    # Whoever still reads the old one goes on.
    assert _ordinals(reader, query) == before
    third = mirror(synthetic(tmp_path, 600, SHAPE), client, Placement("small", 2, COPIES), SHAPE.parts)
    held = {each["name"] for each in running.nodes[0].get("/collections")["collections"]}
    assert {second, third, running.collection} <= held
    assert first not in held
