"""How alike two rankings are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.audiences import PUBLIC
from indexer.generations import Generation
from server.search.candidates import Candidate
from server.search.filters import chunk_mask
from server.search.query import Query
from server.search.retrieve import Retriever

DEPTH = 10


def overlap(one: Sequence[Candidate], other: Sequence[Candidate]) -> float:
    """The share of the first ten of one ranking that stand among the first ten of the other; 1 where both are empty."""
    first, second = ({candidate.ordinal for candidate in ranking[:DEPTH]} for ranking in (one, other))
    return len(first & second) / max(len(first), len(second), 1) if first or second else 1.0


def search(retriever: Retriever, query: Query, public: bool = False) -> list[Candidate]:
    """The first ten; ``public``: of public documents alone."""
    return retriever.search(query, DEPTH, "hybrid", public_chunks(retriever.generation) if public else None)


def public_chunks(generation: Generation) -> NDArray[np.bool_]:
    """Which chunks belong to documents that say that they are public, bool [chunks]."""
    held = generation.documents_having("disclosure").items()
    return chunk_mask(generation, {number for number, value in held if value in PUBLIC})
