"""Sets of documents, said to the engine in few words: by their fields where that nearly does it, and the exceptions by number.

What a question is restricted to is worked out as for the embedded index; a set of documents is what comes of it. The
description is exact whatever the set, so that a field that says too little costs time and hides or shows nothing.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qdrant_client import grpc as q

from indexer import qdrant_layout as layout
from indexer.generations import Generation

Mask = NDArray[np.bool_]
Packed = NDArray[np.uint8]

# A value that fewer documents have is shorter to say by their numbers.
_FEW = 64
# Conditions that are joined at the most.
_MOST = 4


@dataclass(frozen=True, slots=True)
class Base:
    """A condition on fields, and the documents that meet it, a bit each."""

    condition: Any
    documents: Packed


def _is(field: str, value: str) -> Any:
    keywords = q.Match(keywords=q.RepeatedStrings(strings=[value]))
    return q.Condition(field=q.FieldCondition(key=field, match=keywords))


def _numbered(numbers: NDArray[np.int64]) -> Any:
    integers = q.Match(integers=q.RepeatedIntegers(integers=numbers.tolist()))
    return q.Condition(field=q.FieldCondition(key=layout.NUMBER, match=integers))


class DocumentSets:
    """Describes sets of documents of one generation; a value that fewer than ``few`` documents have is not used for it."""

    def __init__(self, generation: Generation, few: int = _FEW) -> None:
        self._size = generation.manifest.documents
        self._all = self._packed(np.ones(self._size, bool))
        held = {name: generation.documents_having(name) for name in layout.FIELDS}
        self._bases = [
            Base(_is(name, value), self._of([number for number, one in of_document.items() if one == value]))
            for name, of_document in held.items()
            for value, count in Counter(of_document.values()).items()
            if count >= few
        ]

    def _packed(self, mask: Mask) -> Packed:
        return np.packbits(mask)

    def _of(self, numbers: list[int]) -> Packed:
        mask = np.zeros(self._size, bool)
        mask[numbers] = True
        return self._packed(mask)

    def filter(self, documents: Mask) -> Any:
        """The filter that lets just these documents pass (bool [documents]); None for all."""
        if documents.all():
            return None
        wanted, current = self._packed(documents), self._all
        chosen: list[Any] = []
        while len(chosen) < _MOST and self._bases:
            amiss = [_count(current & base.documents ^ wanted) for base in self._bases]
            best = int(np.argmin(amiss))
            if amiss[best] >= _count(current ^ wanted):
                break
            chosen.append(self._bases[best].condition)
            current = current & self._bases[best].documents
        excluded, added = self._numbers(current & ~wanted), self._numbers(wanted & ~current)
        if not chosen and len(added) + len(excluded) > np.count_nonzero(documents):
            return q.Filter(must=[_numbered(np.flatnonzero(documents))])
        passing = q.Filter(must=chosen, must_not=[_numbered(excluded)] if len(excluded) else [])
        return q.Filter(should=[q.Condition(filter=passing), _numbered(added)]) if len(added) else passing

    def _numbers(self, packed: Packed) -> NDArray[np.int64]:
        return np.flatnonzero(np.unpackbits(packed, count=self._size)).astype(np.int64)


def _count(packed: Packed) -> int:
    return int(np.bitwise_count(packed).sum())
