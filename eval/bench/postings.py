"""A BM25 field built slice by slice: a million chunks are sorted a few thousand at a time.

``LexicalIndex.build`` sorts all tokens at once, which takes ten times the memory of the index that comes out of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lexical import K1, B, LexicalIndex, Terms, inverse_document_frequency

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The tokens of a slice of chunks.

    ``codes`` int64 [t], ascending, a number for each term; ``counts`` int64 [t], in how many chunks it stands;
    ``chunks`` uint16 [p], counted from the start of the slice, ascending for each term, and ``frequencies`` uint16 [p];
    ``lengths`` int32 [n], tokens of each chunk.
    """

    codes: Codes
    counts: NDArray[np.int64]
    chunks: NDArray[np.uint16]
    frequencies: NDArray[np.uint16]
    lengths: NDArray[np.int32]


def occurrences(codes: Codes, chunks: NDArray[np.int64], size: int) -> Occurrences:
    """Count tokens, given as the code of the term, below 2^46, and the chunk of each; ``size`` chunks, at most 65,536."""
    lengths = np.bincount(chunks, minlength=size).astype(np.int32)
    keys = codes * size + chunks
    keys.sort()
    firsts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.zeros(0, np.int64)
    frequencies = np.diff(firsts, append=len(keys)).astype(np.uint16)
    columns, within = np.divmod(keys[firsts], size)
    starts = np.flatnonzero(np.concatenate(([True], columns[1:] != columns[:-1]))) if len(columns) else firsts
    counts = np.diff(starts, append=len(columns))
    return Occurrences(columns[starts], counts, within.astype(np.uint16), frequencies, lengths)


def joined(slices: Sequence[Occurrences], hashes_of: Callable[[Codes], Terms]) -> LexicalIndex:
    """The index of all slices one after the other; ``hashes_of`` gives the hash that stands for each code."""
    codes = np.unique(np.concatenate([each.codes for each in slices]))
    hashes = hashes_of(codes)
    order = np.argsort(hashes)
    column_of = np.empty(len(codes), np.int64)
    column_of[order] = np.arange(len(codes))
    columns = [column_of[np.searchsorted(codes, each.codes)] for each in slices]
    document_frequency = np.zeros(len(codes), np.int64)
    for each, at in zip(slices, columns, strict=True):
        document_frequency[at] += each.counts
    lengths = np.concatenate([each.lengths for each in slices])
    idf = inverse_document_frequency(document_frequency, len(lengths))
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    starts = np.concatenate(([0], np.cumsum(document_frequency))).astype(np.int64)
    chunks, weights = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    cursor, offset = starts[:-1].copy(), 0
    for each, at in zip(slices, columns, strict=True):
        first = np.cumsum(each.counts) - each.counts
        places = np.repeat(cursor[at] - first, each.counts) + np.arange(len(each.chunks))
        numbers = each.chunks.astype(np.int32) + offset
        frequencies = each.frequencies.astype(np.float64)
        chunks[places] = numbers
        weights[places] = np.repeat(idf[at], each.counts) * frequencies * (K1 + 1) / (frequencies + norm[numbers])
        cursor[at] += each.counts
        offset += len(each.lengths)
    return LexicalIndex(hashes[order], starts, chunks, weights, len(lengths))
