"""``python -m tests.cluster.costs``: what a chunk costs in Qdrant: seconds to write, bytes on disk and in memory, to search.

The chunks are synthetic, of the size that real ones have: 250 words, 300 bigrams, eight sentences, vectors of 256 and
512 dimensions.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from indexer.qdrant_nodes import Nodes
from indexer.qdrant_publication import Placement, mirror
from server.search.qdrant.source import QdrantSource
from server.search.retrieve import Retriever
from tests.cluster.comparing import search
from tests.cluster.fetch import fetch
from tests.cluster.running import node
from tests.cluster.synthetic import HashedEncoder, Shape, questions, synthetic

REAL = Shape(250, 300, 8, (256, 512))


def measure(chunks: int, folder: Path) -> str:
    """One line of a table."""
    generation = synthetic(folder / "data", chunks, REAL)
    encoder, count = HashedEncoder(REAL.parts), generation.manifest.chunks
    with node(fetch(), folder / "node") as single:
        empty = single.resident()
        nodes = Nodes([single.url])
        began, own = time.perf_counter(), time.process_time()
        mirror(generation, nodes, Placement("costs"), REAL.parts)
        written, client = time.perf_counter() - began, time.process_time() - own
        # As after a restart: what was only needed to write is gone.
        single.kill()
        single.start()
        reader = QdrantSource(folder / "data", nodes, "costs").open(lambda one: Retriever(one, encoder))
        times = []
        for query in questions(60):
            began = time.perf_counter()
            search(reader, query)
            times.append(1000 * (time.perf_counter() - began))
        nodes.close()
        p50, p95 = np.quantile(times[10:], [0.5, 0.95])
        return (
            f"| {count} | {1000 * written / count:.2f} | {1000 * client / count:.2f} | {single.stored() / count / 1000:.1f} | "
            f"{(single.resident() - empty) / count / 1000:.2f} | {generation.size / count / 1000:.1f} | {p50:.0f} | {p95:.0f} |"
        )


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chunks", nargs="*", type=int, default=[5_000, 20_000])
    print(
        "| chunks | ms to write | of these in the client | kB on disk | kB in memory | kB embedded | p50 ms | p95 ms |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for chunks in parser.parse_args().chunks:
        with TemporaryDirectory() as folder:
            print(measure(chunks, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
