"""Tokens and vectors of chunks, computed once for each content and kept in the store."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import ANALYZER_VERSION
from indexer.document import Chunk
from indexer.encoders import Encoder
from indexer.reading import breadcrumb
from indexer.sentences import SENTENCES_VERSION, sentence_spans
from indexer.sharing.batch import Batch, Content, compute_here
from indexer.sharing.spread import SpreadEncoder
from indexer.store import Store

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, what is done and what there is to do."""

# Chunks a batch: what is encoded is cached at once, so that an interrupted run loses the batches in work at most.
_BATCH = 64


def encoder_key(encoder: Encoder) -> str:
    """Under which vectors are cached: they depend on the encoder, and on where sentences are cut."""
    return f"{encoder.name}:{encoder.fingerprint}:{SENTENCES_VERSION}"


def spans_within(text: str, chunk: Chunk) -> NDArray[np.int32]:
    """Spans of the sentences of a chunk, int32 [s, 2], counted from its start: the same wherever its content stands."""
    spans = np.array(sentence_spans(text, chunk.start, chunk.end), np.int32).reshape(-1, 2)
    return spans - np.int32(chunk.start)


def fill_caches(store: Store, encoder: Encoder, progress: Progress) -> int:
    """Analyse and encode the chunks whose content was not seen before. Returns how many were encoded.

    Every batch is cached whole, in order. So a run that goes on after another was interrupted forms the same batches,
    and its result is the same to the last bit.
    """
    without_tokens = set(store.missing("tokens", ANALYZER_VERSION))
    without_vectors = set(store.missing("vectors", encoder_key(encoder)))
    total = len(without_tokens | without_vectors)
    if not total:
        return 0
    compute = encoder.compute if isinstance(encoder, SpreadEncoder) else partial(compute_here, encoder)
    done = 0
    for computed in compute(_batches(_contents(store, without_tokens, without_vectors))):
        with store.transaction():
            store.put_tokens(ANALYZER_VERSION, computed.tokens)
            store.put_vectors(encoder_key(encoder), computed.vectors)
        done = min(done + _BATCH, total)
        progress("encode", done, total)
    return len(without_vectors)


def _contents(store: Store, without_tokens: set[str], without_vectors: set[str]) -> Iterator[Content]:
    """Each content once, with what of it is not cached yet."""
    left = without_tokens | without_vectors
    for document in store.documents_holding(left):
        for chunk, key in store.chunks(document.document_id):
            if key in left:
                left.remove(key)  # The same content may stand in several documents.
                crumb, text = breadcrumb(document.title, chunk.section), document.text[chunk.start : chunk.end]
                yield Content(key, crumb, text, chunk.term, key in without_tokens, key in without_vectors)


def _batches(contents: Iterator[Content]) -> Iterator[Batch]:
    while batch := tuple(islice(contents, _BATCH)):
        yield batch
