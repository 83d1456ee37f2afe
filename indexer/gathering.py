"""From the store to what is published: every chunk with its tokens and vectors, in the order of the documents."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import ANALYZER_VERSION
from indexer.cached import CachedVectors
from indexer.caching import Progress, encoder_key, spans_within
from indexer.document import Document
from indexer.encoders import Encoder
from indexer.lexical import LexicalIndex, Terms
from indexer.publication import Content
from indexer.store import Store


def gather(store: Store, related: Sequence[Document], encoder: Encoder, progress: Progress) -> Content:
    """The content of a generation of these documents. Everything they hold must be cached already."""
    chunks_of = store.all_chunks()
    tokens = store.tokens(ANALYZER_VERSION)
    cached = store.vectors(encoder_key(encoder), encoder.dimension)
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
    return Content(
        documents, LexicalIndex.build(words), LexicalIndex.build(bigrams), np.stack([each.passage for each in vectors]),
        np.concatenate([each.sentences for each in vectors]), np.concatenate(spans), starts,
        tuple(part.dimension for part in encoder.parts), np.concatenate([each.scales for each in vectors]),
    )  # fmt: skip
