"""Tokens and vectors of chunks, computed once for each content and kept in the store."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import ANALYZER_VERSION, analyze, coinage, normalise
from indexer.cached import CachedVectors
from indexer.document import Chunk, Document
from indexer.encoders import Encoder, Floats
from indexer.lexical import Terms, term_hashes
from indexer.reading import breadcrumb
from indexer.sentences import SENTENCES_VERSION, sentence_spans
from indexer.static_model import quantise
from indexer.store import Store

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, what is done and what there is to do."""

_Wanted = tuple[str, Document, Chunk]
"""The key of a content, and a chunk that has it, with its document."""

# Chunks a batch: what is encoded is cached at once, so that an interrupted run loses at most two batches.
_BATCH = 64
# Terms whose hashes are remembered, a hundred bytes each.
_TERMS = 1_000_000


def encoder_key(encoder: Encoder) -> str:
    """Under which vectors are cached: they depend on the encoder, and on where sentences are cut."""
    return f"{encoder.name}:{encoder.fingerprint}:{SENTENCES_VERSION}"


def spans_within(text: str, chunk: Chunk) -> NDArray[np.int32]:
    """Spans of the sentences of a chunk, int32 [s, 2], counted from its start: the same wherever its content stands."""
    spans = np.array(sentence_spans(text, chunk.start, chunk.end), np.int32).reshape(-1, 2)
    return spans - np.int32(chunk.start)


class _Hashes(dict[str, int]):
    """Hashes of terms, each computed once: corpora repeat their words, and a look-up costs a tenth of a call."""

    def __missing__(self, term: str) -> int:
        if len(self) >= _TERMS:
            self.clear()
        found = self[term] = int(term_hashes((term,))[0])
        return found

    def of(self, terms: Sequence[str]) -> Terms:
        return np.fromiter(map(self.__getitem__, terms), np.uint64, len(terms))


@dataclass(frozen=True, slots=True)
class _Batch:
    """Chunks that were analysed and are being encoded: the tokens to cache, the passages given to the encoder as their
    sentences, with key and spans, and what comes of it."""

    count: int
    tokens: list[tuple[str, Terms, Terms]]
    passages: list[tuple[str, list[str], NDArray[np.int32]]]
    encoded: Future[tuple[Floats, Floats]] | None


def fill_caches(store: Store, encoder: Encoder, progress: Progress) -> int:
    """Analyse and encode the chunks whose content was not seen before. Returns how many were encoded.

    While a batch is encoded, which NumPy does without holding up Python, the next is analysed.
    """
    without_tokens = set(store.missing("tokens", ANALYZER_VERSION))
    without_vectors = set(store.missing("vectors", encoder_key(encoder)))
    todo = without_tokens | without_vectors
    total = len(todo)
    if not total:
        return 0
    hashes = _Hashes()
    done = 0
    with ThreadPoolExecutor(1) as background:
        before: _Batch | None = None
        for chunks in _batches(_chunks_of(store, todo)):
            batch = _analysed(chunks, without_tokens, without_vectors, hashes)
            if batch.passages:
                given = [passage for _, passage, _ in batch.passages]
                batch = replace(batch, encoded=background.submit(encoder.encode_passages, given))
            if before:
                done += _keep(store, encoder, before)
                progress("encode", done, total)
            before = batch
        if before:
            _keep(store, encoder, before)
    progress("encode", total, total)
    return len(without_vectors)


def _chunks_of(store: Store, todo: set[str]) -> Iterator[_Wanted]:
    """A chunk for each key, with its document."""
    left = set(todo)
    for document in store.documents_holding(todo):
        for chunk, key in store.chunks(document.document_id):
            if key in left:
                left.remove(key)  # The same content may stand in several documents.
                yield key, document, chunk


def _batches(chunks: Iterator[_Wanted]) -> Iterator[list[_Wanted]]:
    while batch := list(islice(chunks, _BATCH)):
        yield batch


def _analysed(
    chunks: Sequence[_Wanted],
    without_tokens: set[str],
    without_vectors: set[str],
    hashes: _Hashes,
) -> _Batch:
    tokens: list[tuple[str, Terms, Terms]] = []
    passages: list[tuple[str, list[str], NDArray[np.int32]]] = []
    for key, document, chunk in chunks:
        crumb = breadcrumb(document.title, chunk.section)
        if key in without_tokens:
            analysed = analyze(crumb + "\n" + document.text[chunk.start : chunk.end])
            head = (coinage(normalise(chunk.term)),) if chunk.term else ()
            tokens.append((key, hashes.of((*analysed.words, *head)), hashes.of(analysed.bigrams)))
        if key in without_vectors:
            spans = spans_within(document.text, chunk)
            text = document.text[chunk.start : chunk.end]
            # The first part is the breadcrumb: it colours the passage and is no evidence.
            passages.append((key, [crumb, *(text[start:end] for start, end in spans.tolist())], spans))
    return _Batch(len(chunks), tokens, passages, None)


def _keep(store: Store, encoder: Encoder, batch: _Batch) -> int:
    """Wait for the vectors of a batch and cache it. Returns how many chunks it has."""
    vectors: list[tuple[str, CachedVectors]] = []
    if batch.encoded:
        wholes, parts = batch.encoded.result()
        at = 0
        for (key, passage, spans), whole in zip(batch.passages, wholes, strict=True):
            sentences, scales = quantise(parts[at + 1 : at + len(passage)])
            vectors.append((key, CachedVectors(whole.astype(np.float16), sentences, scales, spans)))
            at += len(passage)
    with store.transaction():
        store.put_tokens(ANALYZER_VERSION, batch.tokens)
        store.put_vectors(encoder_key(encoder), vectors)
    return batch.count
