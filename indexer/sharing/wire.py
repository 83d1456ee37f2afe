"""Batches and their results as bytes, to be kept in a shared store. What comes back is checked: others wrote it."""

import json
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.cached import CachedVectors
from indexer.lexical import Terms
from indexer.sharing.batch import Batch, Computed, Content, Vectors, spans_of

Array = NDArray[Any]

# Of a vector of length 1, rounded to half floats.
_LONGEST = 1.01
_ERRORS = (ValueError, KeyError, TypeError, EOFError, OSError, zlib.error, zipfile.BadZipFile)


class InvalidResult(Exception):
    """What stands in the shared store is not the result of the batch."""


def batch_to_bytes(batch: Batch) -> bytes:
    """A batch, compressed; any text survives, lone surrogates and NUL too."""
    return zlib.compress(json.dumps([asdict(content) for content in batch]).encode("ascii"))


def batch_of_bytes(data: bytes) -> Batch:
    """The inverse of ``batch_to_bytes``."""
    return tuple(Content(**content) for content in json.loads(zlib.decompress(data)))


def _joined(parts: Sequence[Terms]) -> tuple[Terms, NDArray[np.int64]]:
    return np.concatenate([np.zeros(0, np.uint64), *parts]), np.array([len(part) for part in parts], np.int64)


def result_to_bytes(computed: Computed) -> bytes:
    """The result of a batch as an .npz file. Keys and spans are not in it: they follow from the batch."""
    words, word_counts = _joined([words for _, words, _ in computed.tokens])
    bigrams, bigram_counts = _joined([bigrams for *_, bigrams in computed.tokens])
    vectors = [vectors for _, vectors in computed.vectors]
    buffer = BytesIO()
    arrays = {"words": words, "word_counts": word_counts, "bigrams": bigrams, "bigram_counts": bigram_counts}
    if vectors:
        arrays |= {
            "passages": np.stack([each.passage for each in vectors]),
            "sentences": np.concatenate([each.sentences for each in vectors]),
            "scales": np.concatenate([each.scales for each in vectors]),
        }
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def result_of_bytes(data: bytes, batch: Batch, dimension: int) -> Computed:
    """The result of this batch by an encoder of this dimension. Raises InvalidResult for anything else."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            return _checked(arrays.__getitem__, batch, dimension)
    except _ERRORS as error:
        raise InvalidResult(str(error)) from error


def _checked(given: Callable[[str], Array], batch: Batch, dimension: int) -> Computed:
    analysed = [content.key for content in batch if content.tokens]
    words = _split(given("words"), given("word_counts"), len(analysed))
    bigrams = _split(given("bigrams"), given("bigram_counts"), len(analysed))
    tokens = list(zip(analysed, words, bigrams, strict=True))
    encoded = [content for content in batch if content.vectors]
    if not encoded:
        return Computed(tokens, [])
    spans = [spans_of(content) for content in encoded]
    ends = np.cumsum([len(within) for within in spans]).tolist()
    passages = _like(given("passages"), np.float16, (len(encoded), dimension))
    sentences = _like(given("sentences"), np.int8, (ends[-1], dimension))
    scales = _like(given("scales"), np.float32, (ends[-1],))
    # Vectors have length 1, or 0 where nothing is known of a text. Written so that what is not a number fails too.
    lengths = np.linalg.norm(passages.astype(np.float32), axis=1)
    if not ((lengths < _LONGEST).all() and (scales >= 0).all() and (scales < _LONGEST / 127).all()):
        raise ValueError("vectors that are too long, or no numbers")
    vectors: Vectors = []
    for content, passage, within, end in zip(encoded, passages, spans, ends, strict=True):
        rows = slice(end - len(within), end)
        vectors.append((content.key, CachedVectors(passage, sentences[rows], scales[rows], within)))
    return Computed(tokens, vectors)


def _like(array: Array, dtype: type[np.generic], shape: tuple[int, ...]) -> Array:
    if array.dtype != dtype or array.shape != shape:
        raise ValueError(f"{array.dtype} {array.shape} in place of {np.dtype(dtype)} {shape}")
    return array


def _split(values: Array, counts: Array, rows: int) -> list[Terms]:
    ends = np.cumsum(_like(counts, np.int64, (rows,)))
    if (counts < 0).any():
        raise ValueError("negative counts")
    _like(values, np.uint64, (int(ends[-1]) if rows else 0,))
    return np.split(values, ends[:-1]) if rows else []
