"""Chunks that may answer a query."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may answer. ``score`` orders candidates of one query; ``scores`` are the parts it was made of."""

    ordinal: int
    score: float
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chunks that may answer, with the scores of the lists that found them.

    ``ordinals`` int64 [n], ascending; the others float64 [n]: BM25 over words and bigrams, BM25 over the dictionary's
    terms for an English question, cosine of the chunk, and highest cosine of its sentences.
    """

    ordinals: NDArray[np.int64]
    words: Values
    bigrams: Values
    translated: Values
    chunk_cosine: Values
    sentence_cosine: Values
