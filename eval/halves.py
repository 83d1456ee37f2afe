"""Halves of a data set: what is tuned on one is reported on the other."""

from dataclasses import replace
from typing import Literal
from zlib import crc32

from eval.datasets import Dataset

Half = Literal["even", "odd"]


def half(dataset: Dataset, which: Half) -> Dataset:
    """The queries whose id has an even, or odd, CRC-32; the corpus stays whole."""
    parity = ("even", "odd").index(which)
    kept = {query for query in dataset.queries if crc32(query.encode()) % 2 == parity}
    return replace(
        dataset,
        queries={query: text for query, text in dataset.queries.items() if query in kept},
        qrels={query: judged for query, judged in dataset.qrels.items() if query in kept},
    )
