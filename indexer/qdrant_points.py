"""The points of a generation, as they are sent to Qdrant: see ``qdrant_layout``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qdrant_client import grpc as q

from indexer import qdrant_layout as layout
from indexer.generations import Generation
from indexer.lexical import LexicalIndex

# Points sent at a time.
BATCH = 64
# Passes over the postings: each turns those of some chunks from the order of terms into the order of chunks.
_PASSES, _LEAST = 10, 20_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Terms of the chunks from ``begin`` on: those of chunk ``begin + i`` are ``columns`` (uint32, ascending) and
    ``weights`` (float32) from ``bounds[i]`` to ``bounds[i + 1]`` (int64)."""

    begin: int
    columns: NDArray[np.uint32]
    weights: NDArray[np.float32]
    bounds: NDArray[np.int64]

    def of(self, first: int, last: int) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """Columns and weights of the chunks from ``first`` up to but without ``last``."""
        span = slice(*self.bounds[[first - self.begin, last - self.begin]].tolist())
        return self.columns[span], self.weights[span]


def _transposed(
    field: LexicalIndex, offset: int, begin: int, end: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Chunk, column and weight of every posting of some chunks, in no particular order."""
    at = np.flatnonzero((field.chunks >= begin) & (field.chunks < end))
    columns = np.searchsorted(field.starts, at, side="right") - 1 + offset
    return field.chunks[at], columns.astype(np.uint32), field.weights[at]


def rows_of(generation: Generation, begin: int, end: int) -> Rows:
    """The terms of some chunks: words by their columns, bigrams by theirs behind all words."""
    offset = len(generation.words.terms)
    parts = zip(
        _transposed(generation.words, 0, begin, end), _transposed(generation.bigrams, offset, begin, end), strict=True
    )
    chunks, columns, weights = (np.concatenate(pair) for pair in parts)
    order = np.lexsort((columns, chunks))
    counts = np.bincount(chunks - begin, minlength=end - begin)
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return Rows(begin, columns[order], weights[order], bounds)


def _blocks(generation: Generation, first: int) -> Iterator[tuple[int, int]]:
    """Ranges of chunks of whole documents, from the document of a chunk on."""
    size, starts = generation.manifest.chunks, generation.document_starts
    step = max(_LEAST, -(-size // _PASSES))
    begin = int(starts[generation.chunk_documents[first]]) if first < size else size
    while begin < size:
        # The end of the document in which the range would end.
        end = int(starts[np.searchsorted(starts, min(begin + step, size))])
        yield begin, end
        begin = end


def points_of(generation: Generation, parts: tuple[int, ...], first: int = 0) -> Iterator[list[Any]]:
    """The points of the chunks from ``first`` on, in order, at most BATCH at a time; ``parts``: dimensions of the encoders."""
    payloads = _payloads(generation)
    for begin, end in _blocks(generation, first):
        rows = rows_of(generation, begin, end)
        for low in range(max(first, begin), end, BATCH):
            ordinals = np.arange(low, min(low + BATCH, end))
            dense = generation.chunk_vectors.rows(ordinals)
            yield [
                q.PointStruct(
                    id=q.PointId(num=ordinal), payload=payloads[int(generation.chunk_documents[ordinal])],
                    vectors=q.Vectors(vectors=q.NamedVectors(vectors=_vectors(generation, parts, ordinal, row, rows))),
                )
                for ordinal, row in zip(ordinals.tolist(), dense, strict=True)
            ]  # fmt: skip


def _vectors(
    generation: Generation, parts: tuple[int, ...], ordinal: int, dense: NDArray[np.float32], rows: Rows
) -> dict[str, Any]:
    own = {
        layout.part_name(part): q.Vector(dense=q.DenseVector(data=dense[where].tolist()))
        for part, where in enumerate(layout.columns_of(parts))
    }
    columns, weights = rows.of(ordinal, ordinal + 1)
    if len(columns):
        own[layout.TERMS] = _sparse(columns, weights)
    begin, end = generation.sentence_starts[ordinal : ordinal + 2].tolist()
    if begin < end:
        sentences = generation.sentences[begin:end].astype(np.float32) * generation.sentence_scales[begin:end, None]
        several = [q.DenseVector(data=row) for row in sentences.tolist()]
        own[layout.SENTENCES] = q.Vector(multi_dense=q.MultiDenseVector(vectors=several))
    number = int(generation.chunk_documents[ordinal])
    begin, end = generation.document_starts[number : number + 2].tolist()
    if ordinal == begin:
        terms = np.unique(rows.of(begin, end)[0])
        if len(terms):
            own[layout.DOCUMENT] = _sparse(terms, np.ones(len(terms), np.float32))
    return own


def _sparse(columns: NDArray[np.uint32], weights: NDArray[np.float32]) -> Any:
    return q.Vector(sparse=q.SparseVector(indices=columns.tolist(), values=weights.tolist()))


def _payloads(generation: Generation) -> list[dict[str, Any]]:
    """What a point says of its document, by the document's number."""
    payloads: list[dict[str, Any]] = [
        {layout.NUMBER: q.Value(integer_value=number)} for number in range(generation.manifest.documents)
    ]
    for name in layout.FIELDS:
        for number, value in generation.documents_having(name).items():
            payloads[number][name] = q.Value(string_value=value)
    return payloads
