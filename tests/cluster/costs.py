"""``python -m tests.cluster.costs``: what chunks cost in Qdrant: processor time to write and to search, bytes.

The chunks are synthetic, of the size that real ones have: 250 words, 300 bigrams, eight sentences, vectors of 256 and
512 dimensions.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.qdrant_nodes import Nodes
from indexer.qdrant_publication import Placement, mirror
from server.search.qdrant.source import QdrantSource
from server.search.retrieve import Retriever
from tests.cluster.comparing import search
from tests.cluster.fetch import fetch
from tests.cluster.running import node
from tests.cluster.synthetic import HashedEncoder, Shape, questions, synthetic

REAL = Shape(250, 300, 8, (256, 512))
_SEARCHES = 40


def measure(chunks: int, folder: Path) -> str:
    """One line of a table."""
    generation = synthetic(folder / "data", chunks, REAL)
    encoder, count = HashedEncoder(REAL.parts), generation.manifest.chunks
    with node(fetch(), folder / "node") as single:
        empty, nodes = single.resident(), Nodes([single.url])
        own, theirs = time.process_time(), single.worked()
        mirror(generation, nodes, Placement("costs"), REAL.parts)
        writing = time.process_time() - own, single.worked() - theirs
        # As after a restart: what was only needed to write is gone.
        single.kill()
        single.start()
        reader = QdrantSource(folder / "data", nodes, "costs").open(lambda one: Retriever(one, encoder))
        asked = questions(_SEARCHES + 5)
        for query in asked[:5]:
            search(reader, query)
        own, theirs = time.process_time(), single.worked()
        for query in asked[5:]:
            search(reader, query)
        searching = time.process_time() - own, single.worked() - theirs
        nodes.close()
        stored, resident = single.stored(), single.resident() - empty
    written = " | ".join(f"{1000 * seconds / count:.2f}" for seconds in writing)
    searched = " | ".join(f"{1000 * seconds / _SEARCHES:.1f}" for seconds in searching)
    sizes = f"{stored / 1e6:.0f} | {resident / 1e6:.0f} | {generation.size / 1e6:.0f}"
    return f"| {count} | {written} | {sizes} | {searched} |"


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
