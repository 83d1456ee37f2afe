"""The vectors of a chunk as the store keeps them: as they are published, so that publishing only gathers them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.static_model import quantise


@dataclass(frozen=True, slots=True)
class CachedVectors:
    """Of a chunk: passage vector, float16 [d]; sentence vectors, int8 [s, d], and their scales, float32 [s]; spans of the
    sentences from the start of the chunk, int32 [s, 2], None where an older version did not keep them."""

    passage: NDArray[np.float16]
    sentences: NDArray[np.int8]
    scales: NDArray[np.float32]
    spans: NDArray[np.int32] | None

    def blobs(self) -> tuple[bytes, bytes, bytes, bytes | None]:
        """The columns passage, sentences, scales, spans."""
        spans = None if self.spans is None else self.spans.tobytes()
        return self.passage.tobytes(), self.sentences.tobytes(), self.scales.tobytes(), spans

    @classmethod
    def of(
        cls, dimension: int, passage: bytes, sentences: bytes, scales: bytes | None, spans: bytes | None
    ) -> "CachedVectors":
        """The inverse of ``blobs``. Without scales the sentences are half floats, as an older version kept them."""
        whole = np.frombuffer(passage, np.float16)
        within = None if spans is None else np.frombuffer(spans, np.int32).reshape(-1, 2)
        if scales is None:
            halves = np.frombuffer(sentences, np.float16).reshape(-1, dimension)
            return cls(whole, *quantise(halves.astype(np.float32)), within)
        rows = np.frombuffer(sentences, np.int8).reshape(-1, dimension)
        return cls(whole, rows, np.frombuffer(scales, np.float32), within)
