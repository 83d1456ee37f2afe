"""Which chunks and documents say a text: those that have all of its character bigrams. Names that no dictionary knows are
found by it."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import analyze
from indexer.generations import Generation
from server.search.engine import engine_of


def _bigrams(text: str) -> list[str]:
    return list(dict.fromkeys(analyze(text).bigrams))


def chunks_saying(generation: Generation, text: str, most: int) -> NDArray[np.int64]:
    """Ordinals of up to ``most`` chunks that have all bigrams of a text, ascending, int64 [n]; they need not stand side by
    side."""
    return engine_of(generation).chunks_with(_bigrams(text), most)


def documents_saying(generation: Generation, groups: Sequence[Sequence[str]], documents: Collection[int]) -> set[int]:
    """Those of some documents that say something of every group: one or another way to write it."""
    engine, left = engine_of(generation), np.array(sorted(documents), np.int64)
    for group in groups:
        said = [engine.documents_with(bigrams, left) for word in group if (bigrams := _bigrams(word))]
        left = left[np.logical_or.reduce(said)] if said else left[:0]
    return set(left.tolist())
