"""Which chunks say a text: those that have all of its character bigrams. Names that no dictionary knows are found by it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import analyze
from indexer.generations import Generation


def chunks_saying(generation: Generation, text: str) -> NDArray[np.int32]:
    """Ordinals of the chunks that have all bigrams of a text, ascending, int32 [n]; they need not stand side by side."""
    bigrams = list(dict.fromkeys(analyze(text).bigrams))
    together: NDArray[np.int32] | None = None
    for term in generation.bigrams.lookup(bigrams).terms():
        if term is None:
            return np.zeros(0, np.int32)
        together = term.chunks if together is None else np.intersect1d(together, term.chunks)
    return np.zeros(0, np.int32) if together is None else together


def documents_saying(generation: Generation, groups: Sequence[Sequence[str]]) -> set[int]:
    """Numbers of the documents that say something of every group: one or another way to write it."""
    found: set[int] | None = None
    for group in groups:
        chunks = np.concatenate([np.zeros(0, np.int32), *(chunks_saying(generation, word) for word in group)])
        held = set(generation.chunk_documents[chunks].tolist())
        found = held if found is None else found & held
    return found or set()
