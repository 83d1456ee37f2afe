"""Tokens and vectors of chunks, computed once for each content and kept in the store."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from indexer.analyzer import ANALYZER_VERSION, analyze, coinage, normalise
from indexer.document import Document
from indexer.encoders import Encoder
from indexer.lexical import term_hashes
from indexer.reading import breadcrumb
from indexer.sentences import SENTENCES_VERSION, sentence_spans
from indexer.store import Store

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, what is done and what there is to do."""

# Chunks a batch: what is encoded is cached at once, so that an interrupted run loses at most one batch.
_BATCH = 64


def encoder_key(encoder: Encoder) -> str:
    """Under which vectors are cached: they depend on the encoder, and on where sentences are cut."""
    return f"{encoder.name}:{encoder.fingerprint}:{SENTENCES_VERSION}"


def fill_caches(store: Store, encoder: Encoder, progress: Progress) -> int:
    """Analyse and encode the chunks whose content was not seen before. Returns how many were encoded."""
    without_tokens = set(store.missing("tokens", ANALYZER_VERSION))
    without_vectors = set(store.missing("vectors", encoder_key(encoder)))
    todo = without_tokens | without_vectors
    total = len(todo)
    if not total:
        return 0
    done = 0
    pending: list[tuple[str, Document, int]] = []
    for document in store.documents():
        chunks = store.chunks(document.document_id)
        whole = replace(document, chunks=tuple(chunk for chunk, _ in chunks))
        for number, (_, key) in enumerate(chunks):
            if key not in todo:
                continue
            todo.remove(key)  # The same content may stand in several documents.
            pending.append((key, whole, number))
            if len(pending) == _BATCH:
                _fill(store, encoder, pending, without_tokens, without_vectors)
                done += len(pending)
                pending = []
                progress("encode", done, total)
    _fill(store, encoder, pending, without_tokens, without_vectors)
    progress("encode", total, total)
    return len(without_vectors)


def _fill(
    store: Store,
    encoder: Encoder,
    batch: list[tuple[str, Document, int]],
    without_tokens: set[str],
    without_vectors: set[str],
) -> None:
    tokens, vectors, passages = [], [], []
    for key, document, number in batch:
        chunk = document.chunks[number]
        crumb = breadcrumb(document.title, chunk.section)
        if key in without_tokens:
            analysed = analyze(crumb + "\n" + document.text[chunk.start : chunk.end])
            head = (coinage(normalise(chunk.term)),) if chunk.term else ()
            tokens.append((key, term_hashes((*analysed.words, *head)), term_hashes(analysed.bigrams)))
        if key in without_vectors:
            spans = sentence_spans(document.text, chunk.start, chunk.end)
            passages.append((key, [crumb, *(document.text[start:end] for start, end in spans)]))
    if passages:
        wholes, parts = encoder.encode_passages([passage for _, passage in passages])
        at = 0
        for (key, passage), whole in zip(passages, wholes, strict=True):
            # The first part is the breadcrumb: it colours the passage and is no evidence.
            vectors.append((key, whole.astype(np.float16), parts[at + 1 : at + len(passage)].astype(np.float16)))
            at += len(passage)
    with store.transaction():
        store.put_tokens(ANALYZER_VERSION, tokens)
        store.put_vectors(encoder_key(encoder), vectors)
