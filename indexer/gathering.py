"""From the store to what is published: every chunk with its tokens and vectors, in the order of the documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import ANALYZER_VERSION
from indexer.cached import CachedVectors
from indexer.caching import Progress, encoder_key, spans_within
from indexer.document import Chunk, Document
from indexer.encoders import Encoder
from indexer.lexical import LexicalIndex, Terms
from indexer.publication import Content
from indexer.store import Store


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the store holds of all chunks: chunks and their keys by document, and by key their tokens and vectors."""

    chunks: Mapping[str, Sequence[tuple[Chunk, str]]]
    tokens: Mapping[str, tuple[Terms, Terms]]
    vectors: Mapping[str, CachedVectors]

    @classmethod
    def of(cls, store: Store, encoder: Encoder) -> "Prepared":
        """Read it. Everything must be cached already."""
        vectors = store.vectors(encoder_key(encoder), encoder.dimension)
        return cls(store.all_chunks(), store.tokens(ANALYZER_VERSION), vectors)


def gather(prepared: Prepared, related: Sequence[Document], encoder: Encoder, progress: Progress) -> Content:
    """The content of an index of these documents."""
    chunks_of, tokens, cached = prepared.chunks, prepared.tokens, prepared.vectors
    documents: list[Document] = []
    words: list[Terms] = []
    bigrams: list[Terms] = []
    vectors: list[CachedVectors] = []
    spans: list[NDArray[np.int32]] = []
    for document in related:
        progress("publish", len(documents), len(related))
        chunks = chunks_of.get(document.document_id, [])
        documents.append(replace(document, chunks=tuple(chunk for chunk, _ in chunks)))
        for chunk, key in chunks:
            words.append(tokens[key][0])
            bigrams.append(tokens[key][1])
            vectors.append(cached[key])
            within = cached[key].spans
            if within is None:
                within = spans_within(document.text, chunk)
            spans.append(within + np.int32(chunk.start))
    starts = np.concatenate(([0], np.cumsum([len(within) for within in spans]))).astype(np.int64)
    # An edition may hold nothing.
    none = np.zeros((0, encoder.dimension))
    return Content(
        documents, LexicalIndex.build(words), LexicalIndex.build(bigrams),
        np.array([each.passage for each in vectors] or none, np.float16),
        np.concatenate([none.astype(np.int8), *(each.sentences for each in vectors)]),
        np.concatenate([np.zeros((0, 2), np.int32), *spans]), starts, tuple(part.dimension for part in encoder.parts),
        np.concatenate([np.zeros(0, np.float32), *(each.scales for each in vectors)]),
    )  # fmt: skip
