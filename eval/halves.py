"""Halves of a data set: what is tuned on one is reported on the other."""

from dataclasses import replace
from typing import Literal
from zlib import crc32

from eval.datasets import Dataset

Half = Literal["even", "odd"]


def half_of(query_id: str) -> Half:
    """The half that a query belongs to."""
    return "odd" if crc32(query_id.encode()) % 2 else "even"


def half(dataset: Dataset, which: Half) -> Dataset:
    """The queries whose id has an even, or odd, CRC-32; the corpus stays whole."""
    kept = {query for query in dataset.queries if half_of(query) == which}
    return replace(
        dataset,
        queries={query: text for query, text in dataset.queries.items() if query in kept},
        qrels={query: judged for query, judged in dataset.qrels.items() if query in kept},
    )
