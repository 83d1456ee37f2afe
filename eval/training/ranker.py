"""Trains the rankers of the candidates: ``python -m eval.training.ranker DATASET… --out server/search/ranker.npz``.

Of each data set the half of the queries whose id hashes to an even number is learned from; the other half is for
reporting (``python -m eval DATASET --half odd``). Question sets know nothing of glossaries, numbers of documents and
short passages: questions drafted from real reports stand beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.datasets import Dataset, load_beir
from eval.drafts.corpus import draft_questions, sample_drafts
from eval.gate.passages import gate_dataset
from eval.halves import half
from eval.indexes import index_corpus
from eval.lines import json_lines
from eval.progress import shown
from eval.training.listwise import Recipe, SentenceList, train
from indexer.caching import Progress
from indexer.document import SourceDocument
from indexer.encoders import load_encoder
from indexer.generations import Generation
from indexer.reading import understand
from server.network import Network
from server.search.query import understand_query
from server.search.rank import MODEL, QUICK, WHOLE, Ranker, save
from server.search.retrieve import Retriever

# Enough to learn from one kind of text; more of it would only outweigh the others.
MOST = 1_800
_REPORTS = 20
# Networks that are averaged: where they have seen nothing alike, their errors differ.
_NETWORKS = 6


def lists_of(
    dataset: Dataset, generation: Generation, retriever: Retriever, progress: Progress
) -> Iterator[tuple[str, tuple[str, ...], SentenceList]]:
    """The candidates of each query as a list to learn from, with the ranker that learns it and the names of its features."""
    sources = [document.source for document in generation.documents()]
    weight = 1 / np.sqrt(len(dataset.queries))
    for done, (query_id, text) in enumerate(dataset.queries.items()):
        progress(dataset.name, done, len(dataset.queries))
        query = understand_query(text)
        judged = dataset.qrels[query_id]
        for ranker, vector in ((WHOLE, retriever.encode(query)), (QUICK, retriever.encode_quickly(query))):
            candidates = None if vector is None else retriever.candidates(query, vector)
            if candidates is None:
                continue
            features = retriever.features(query, candidates)
            right = [judged.get(sources[n], 0) > 0 for n in generation.chunk_documents[candidates.ordinals]]
            columns = np.stack(list(features.values()), axis=1).astype(np.float32)
            yield ranker, tuple(features), SentenceList(columns, np.array(right), weight)


def drafted(reports: Path, count: int, seed: int) -> Dataset:
    """Passages of some reports (``title``, ``text`` a line), asked for by questions drafted from them."""
    records = [record for _, record in json_lines(reports)]
    documents = [
        understand(f"{at}.txt", SourceDocument(str(record["text"]), str(record["title"])))
        for at, record in enumerate(records[:: max(1, len(records) // count)])
    ]
    drafts = sample_drafts([draft for draft in draft_questions(documents, seed) if draft.answerable], MOST, seed)
    return gate_dataset(documents, drafts, ())


def merged(networks: Sequence[Network]) -> Network:
    """One network whose scores are the mean of several over the same standardised features."""
    first = networks[0]
    return replace(
        first,
        inner=np.concatenate([network.inner for network in networks], axis=1),
        bias=np.concatenate([network.bias for network in networks]),
        outer=(np.concatenate([network.outer for network in networks]) / len(networks)).astype(np.float32),
        direct=np.mean([network.direct for network in networks], axis=0, dtype=np.float32),
    )


def main(
    datasets: Annotated[list[Path], typer.Argument(help="BEIR 文件夹 / BEIR folders.")],
    reports: Annotated[
        Path | None, typer.Option(help="真实报告 *.jsonl.gz，从中起草问题 / reports to draft questions from.")
    ] = None,
    out: Annotated[Path, typer.Option(help="写出的模型 / the model written.")] = MODEL,
    work: Annotated[Path, typer.Option(help="放索引的文件夹 / where the indexes go.")] = Path("out/ranker"),
    hidden: Annotated[int, typer.Option(help="隐藏层大小 / size of the hidden layer.")] = 32,
    epochs: Annotated[int, typer.Option(help="遍数 / passes over the queries.")] = 30,
    seed: Annotated[int, typer.Option(help="随机种子 / random seed.")] = 0,
) -> None:
    """训练排序模型 / train the rankers."""
    encoder = load_encoder()
    names: tuple[str, ...] = ()
    lists: dict[str, list[SentenceList]] = {WHOLE: [], QUICK: []}
    with shown() as progress:
        sets = [half(load_beir(folder), "even").sample(MOST, seed) for folder in datasets]
        if reports:
            sets.append(replace(drafted(reports, _REPORTS, seed), name="drafted"))
        for dataset in sets:
            generation = index_corpus(work / dataset.name, dataset.documents, encoder, progress)
            for ranker, found, one in lists_of(dataset, generation, Retriever(generation, encoder), progress):
                names = found
                lists[ranker].append(one)
        networks: dict[str, list[Network]] = {name: [] for name in lists}
        for number in range(_NETWORKS):
            for at, (name, learned) in enumerate(lists.items()):
                progress("train", number * len(lists) + at, _NETWORKS * len(lists))
                networks[name].append(train(learned, Recipe(hidden=hidden, epochs=epochs, seed=seed + number)))
    save({name: Ranker(names, merged(found)) for name, found in networks.items()}, out)
    typer.echo(f"{out}：{len(lists[WHOLE])} 个问题，{len(names)} 个特征 / queries, features")


if __name__ == "__main__":
    typer.run(main)
