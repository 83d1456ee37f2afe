"""``python -m tests.cluster.agreement DATASET…``: the hybrid search of a data set, embedded and over a Qdrant node.

DATASET is a folder in BEIR layout. Prints, for each, nDCG@10 of both, the overlap of the first ten, and milliseconds.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from eval.datasets import Dataset, load_beir
from eval.indexes import index_corpus
from eval.metrics import evaluate
from indexer.encoders import Encoder, load_encoder
from indexer.generations import Generation
from indexer.qdrant_nodes import Nodes
from indexer.qdrant_publication import Placement, mirror
from server.search.candidates import Candidate
from server.search.qdrant.source import QdrantSource
from server.search.query import understand_query
from server.search.retrieve import Retriever
from tests.cluster.comparing import DEPTH, overlap
from tests.cluster.fetch import fetch
from tests.cluster.running import node

Rankings = dict[str, list[Candidate]]


def _rank(retriever: Retriever, dataset: Dataset) -> tuple[Rankings, float]:
    """The first hundred chunks of each query, and the median in milliseconds."""
    found: Rankings = {}
    times = []
    for query_id, text in dataset.queries.items():
        began = time.perf_counter()
        found[query_id] = retriever.search(understand_query(text), 100)
        times.append(1000 * (time.perf_counter() - began))
    return found, float(np.median(times))


def _of_documents(generation: Generation, rankings: Rankings) -> dict[str, dict[str, float]]:
    """Scores by document: that of its best chunk."""
    sources = {number: document.source for number, document in enumerate(generation.documents())}
    runs: dict[str, dict[str, float]] = {}
    for query_id, candidates in rankings.items():
        scores = runs.setdefault(query_id, {})
        for candidate in candidates:
            scores.setdefault(sources[int(generation.chunk_documents[candidate.ordinal])], candidate.score)
    return runs


def compare(dataset: Dataset, data_dir: Path, encoder: Encoder, url: str, limit: int | None) -> str:
    """One line: how a data set is ranked by both."""
    dataset = dataset.sample(limit, 0)
    generation = index_corpus(data_dir, dataset.documents, encoder, lambda *_: None)
    nodes, alias = Nodes([url]), "agreement"
    began = time.perf_counter()
    mirror(generation, nodes, Placement(alias), [part.dimension for part in encoder.parts])
    written = time.perf_counter() - began
    here, ms_here = _rank(Retriever(generation, encoder), dataset)
    there, ms_there = _rank(QdrantSource(data_dir, nodes, alias).open(lambda one: Retriever(one, encoder)), dataset)
    nodes.close()
    runs = {"embedded": _of_documents(generation, here), "qdrant": _of_documents(generation, there)}
    scores = evaluate(dataset.qrels, runs)
    ndcg = [scores[name].means["nDCG@10"] for name in runs]
    alike = np.mean([overlap(here[query_id], there[query_id]) for query_id in here])
    same = np.mean(
        [here[query_id][:DEPTH] == [] or _ordinals(here[query_id]) == _ordinals(there[query_id]) for query_id in here]
    )
    return (
        f"| {dataset.name} | {generation.manifest.chunks} | {len(here)} | {ndcg[0]:.4f} | {ndcg[1]:.4f} | {alike:.2%} | "
        f"{same:.1%} | {ms_here:.1f} | {ms_there:.1f} | {written:.0f} |"
    )


def _ordinals(candidates: Sequence[Candidate]) -> list[int]:
    return [candidate.ordinal for candidate in candidates[:DEPTH]]


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="queries of each data set")
    parser.add_argument("--keep", type=Path, help="where the indexes are kept for another run")
    arguments = parser.parse_args()
    encoder = load_encoder()
    print(
        "| data set | chunks | queries | nDCG@10 embedded | nDCG@10 Qdrant | overlap | same ten | ms embedded | ms Qdrant | s to write |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    with TemporaryDirectory() as folder, node(fetch(), Path(folder) / "node") as single:
        for path in arguments.datasets:
            place = (arguments.keep or Path(folder)) / path.name
            print(compare(load_beir(path), place, encoder, single.url, arguments.limit), flush=True)


if __name__ == "__main__":
    main()
