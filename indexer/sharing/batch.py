"""A batch of chunks to analyse and to encode, and what comes of it. The same batch gives the same result wherever it is
computed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import analyze, coinage, normalise
from indexer.cached import CachedVectors
from indexer.encoders import Encoder
from indexer.lexical import Terms, term_hashes
from indexer.sentences import sentence_spans
from indexer.static_model import quantise

Tokens = list[tuple[str, Terms, Terms]]
"""Key, words and bigrams of contents."""
Vectors = list[tuple[str, CachedVectors]]
"""Key and vectors of contents."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a chunk is indexed with: its breadcrumb, its text and, for a glossary entry, the term; ``key`` names them.

    ``tokens`` and ``vectors``: which of the two are wanted.
    """

    key: str
    crumb: str
    text: str
    term: str | None
    tokens: bool
    vectors: bool


Batch = tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """Tokens and vectors of those contents of a batch for which they are wanted, in its order."""

    tokens: Tokens
    vectors: Vectors


Computing = Callable[[Iterable[Batch]], Iterator[Computed]]
"""Computes batches. The results come in any order: each says of which contents it is."""


def analysed(batch: Batch) -> Tokens:
    """Tokens of the contents that want them."""
    found: Tokens = []
    for content in batch:
        if content.tokens:
            tokens = analyze(content.crumb + "\n" + content.text)
            head = (coinage(normalise(content.term)),) if content.term else ()
            found.append((content.key, term_hashes((*tokens.words, *head)), term_hashes(tokens.bigrams)))
    return found


def spans_of(content: Content) -> NDArray[np.int32]:
    """Spans of the sentences of a content, int32 [s, 2], counted from the start of its text."""
    return np.array(sentence_spans(content.text), np.int32).reshape(-1, 2)


def encoded(encoder: Encoder, batch: Batch) -> Vectors:
    """Vectors of the contents that want them."""
    wanted = [content for content in batch if content.vectors]
    if not wanted:
        return []
    spans = [spans_of(content) for content in wanted]
    # The first part is the breadcrumb: it colours the passage and is no evidence.
    passages = [
        [content.crumb, *(content.text[start:end] for start, end in within.tolist())]
        for content, within in zip(wanted, spans, strict=True)
    ]
    wholes, parts = encoder.encode_passages(passages)
    found: Vectors = []
    at = 0
    for content, passage, within, whole in zip(wanted, passages, spans, wholes, strict=True):
        sentences, scales = quantise(parts[at + 1 : at + len(passage)])
        found.append((content.key, CachedVectors(whole.astype(np.float16), sentences, scales, within)))
        at += len(passage)
    return found


def compute(encoder: Encoder, batch: Batch) -> Computed:
    """Tokens and vectors of a batch."""
    return Computed(analysed(batch), encoded(encoder, batch))


def compute_here(encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Computed]:
    """Batches computed in this process: while one is encoded, which NumPy does without holding up Python, it is
    analysed, and the one before is kept by whoever takes the results."""
    with ThreadPoolExecutor(1) as background:
        before: tuple[Tokens, Future[Vectors]] | None = None
        for batch in batches:
            vectors = background.submit(encoded, encoder, batch)
            tokens = analysed(batch)
            if before:
                yield Computed(before[0], before[1].result())
            before = tokens, vectors
        if before:
            yield Computed(before[0], before[1].result())
