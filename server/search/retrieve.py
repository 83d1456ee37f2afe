"""Candidates for a query from one generation: words, character bigrams and vectors, fused."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexer import vectors
from indexer.analyzer import ANALYZER_VERSION
from indexer.encoders import Encoder
from indexer.errors import EncoderMismatch, StoreMismatch
from indexer.generations import Generation
from server.search.fuse import reciprocal_rank_fusion
from server.search.query import Query

System = Literal["hybrid", "bm25", "dense"]
SYSTEMS: tuple[System, ...] = ("hybrid", "bm25", "dense")

# How many candidates each list gives to the fusion.
DEPTH = 100
# An English question shares hardly a word with Chinese text: there the vectors lead. Measured in docs/decisions.
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "zh": {"bm25": 1.0, "dense": 0.1},
    "en": {"bm25": 0.1, "dense": 1.0},
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may answer. ``score`` orders candidates of one query; ``scores`` are the parts it was made of."""

    ordinal: int
    score: float
    scores: Mapping[str, float]


def best(scores: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Ordinals of the ``k`` largest positive scores, largest first, ties by ordinal."""
    if allowed is not None:
        scores = np.where(allowed, scores, np.float32(0))
    if k < len(scores):
        threshold = np.partition(scores, -k)[-k]
        pool = np.flatnonzero((scores >= threshold) & (scores > 0))
    else:
        pool = np.flatnonzero(scores > 0)
    return pool[np.lexsort((pool, -scores[pool]))][:k]


class Retriever:
    """Search over one generation.

    Raises EncoderMismatch when the encoder is not the one that built it, StoreMismatch when the analyzer is not.
    """

    def __init__(self, generation: Generation, encoder: Encoder) -> None:
        self.generation = generation
        self._encoder = encoder
        built = generation.identity
        same_encoder = (built.encoder, built.dimension) == (encoder.name, encoder.dimension)
        if not same_encoder or built.fingerprint != encoder.fingerprint:
            raise EncoderMismatch(
                f"索引由编码器 {built.encoder} 建立，现在的设置是 {encoder.name}；请运行 zhengwen index 重新编码，或改回 "
                "ZHENGWEN_ENCODER / the index was built with another encoder: run zhengwen index again"
            )
        if built.analyzer != ANALYZER_VERSION:
            raise StoreMismatch(
                f"索引由另一版本的分词规则建立（{built.analyzer}，现为 {ANALYZER_VERSION}），请运行 zhengwen index / "
                "the index was built by another version: run zhengwen index again"
            )

    def encode(self, query: Query) -> NDArray[np.float32]:
        """The query's unit vector, float32 [dimension]."""
        vector: NDArray[np.float32] = self._encoder.encode([query.text])[0]
        return vector

    @cached_property
    def _size(self) -> int:
        return self.generation.manifest.chunks

    def search(
        self, query: Query, k: int, system: System = "hybrid", allowed: NDArray[np.bool_] | None = None,
        vector: NDArray[np.float32] | None = None,
    ) -> list[Candidate]:  # fmt: skip
        """The best ``k`` chunks, best first. ``allowed`` (bool [chunks]) is applied before anything is ranked."""
        depth = max(k, DEPTH)
        lists: dict[str, NDArray[np.int64]] = {}
        by_list: dict[str, dict[int, float]] = {}
        if system != "dense":
            scores = self.generation.words.scores(query.tokens.words)
            scores += self.generation.bigrams.scores(query.tokens.bigrams)
            lists["bm25"] = best(scores, depth, allowed)
            by_list["bm25"] = dict(zip(lists["bm25"].tolist(), scores[lists["bm25"]].tolist(), strict=True))
        if system != "bm25":
            if vector is None:
                vector = self.encode(query)
            ordinals, cosines = vectors.search(self.generation.chunk_vectors, vector, depth, allowed)
            lists["dense"] = ordinals
            by_list["dense"] = dict(zip(ordinals.tolist(), cosines.tolist(), strict=True))
        if len(lists) == 1:
            fused = next(iter(by_list.values()))
        else:
            ranked = {name: ordinals.tolist() for name, ordinals in lists.items()}
            fused = reciprocal_rank_fusion(ranked, _WEIGHTS[query.language])
        return [
            Candidate(ordinal, score, {name: values[ordinal] for name, values in by_list.items() if ordinal in values})
            for ordinal, score in list(fused.items())[:k]
        ]
