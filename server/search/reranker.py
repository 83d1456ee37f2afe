"""An optional cross-encoder over the first candidates: any sentence-transformers ``CrossEncoder`` by name or folder."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ZhengwenError, reason_of

# Candidates that are read together with the question; each costs a pass through the model.
DEPTH = 20


class RerankerUnavailable(ZhengwenError):
    """The model that the settings name cannot be loaded."""


class Reranker:
    """Scores question and passage together. Raises RerankerUnavailable."""

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            # torch takes seconds to import: only those who choose such a model wait for it.
            from sentence_transformers import CrossEncoder

            self._model: Any = CrossEncoder(name, device="cpu")
        except Exception as error:  # Whatever the library raises, the reader of the message needs the same advice.
            raise RerankerUnavailable(
                f"重排模型 {name} 无法加载：{reason_of(error)}；请检查 ZHENGWEN_RERANKER（模型名或文件夹）/ re-ranker cannot be loaded"
            ) from error

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """How well each passage answers the question, float32 [len(passages)]; only their order means anything."""
        pairs = [(question, passage) for passage in passages]
        return np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float32).reshape(len(passages))


def load_reranker(name: str | None) -> Reranker | None:
    """The re-ranker of that name, None for none. Raises RerankerUnavailable."""
    return Reranker(name) if name else None
