"""How a generation lies in Qdrant: a collection for each, and for each of its editions, one point for each chunk, by its
ordinal.

    terms       sparse: BM25 weight of each word and bigram; the index of a word is its column in the field of words, that
                of a bigram its column in the field of bigrams behind all words
    document    sparse, on the first chunk of each document: 1 for every term that stands in any of its chunks
    part0 ...   dense: the chunk's vector, one for each of the encoders that were joined
    sentences   dense, several a chunk: the vectors of its sentences, in order

The weights are those of the embedded index, inverse document frequency included, and columns are no hashes: the scores
are the same, and no two terms are taken for one.
"""

from hashlib import sha256
from itertools import pairwise

import numpy as np

from indexer.generations import Generation

TERMS, DOCUMENT, SENTENCES = "terms", "document", "sentences"
# Payload: the number of a chunk's document, and those of its fields by which searches are restricted.
NUMBER = "number"
FIELDS = ("disclosure", "kind", "proposal_kind", "year", "issuer", "status")
# From so many chunks on, the nearest vectors are found by graphs instead of by looking at all.
APPROXIMATE = 200_000


def part_name(part: int) -> str:
    """The vector of one of the encoders that were joined."""
    return f"part{part}"


def columns_of(parts: tuple[int, ...]) -> list[slice]:
    """Where the parts lie in a joined vector, from their dimensions."""
    return [slice(first, last) for first, last in pairwise(np.cumsum([0, *parts]).tolist())]


def collection_of(alias: str, generation: Generation) -> str:
    """The collection of a generation or of an edition: its name, and the checksum of what it holds, since an index begun
    afresh counts from 000001 again."""
    digest = sha256((generation.folder / "manifest.json").read_bytes()).hexdigest()
    return f"{alias}-{generation.name}-{digest[:12]}"


def generation_of(alias: str, collection: str) -> str | None:
    """Name of the generation that a collection holds; None when it is none of ours."""
    name, _, digest = collection.removeprefix(f"{alias}-").partition("-")
    ours = collection.startswith(f"{alias}-") and name.isdecimal() and len(digest) == 12
    return name if ours else None
