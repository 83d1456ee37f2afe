"""What the project is compared with: systems that share no code with it."""

import logging
import time
from collections.abc import Sequence

import numpy as np

from eval.datasets import CorpusDocument
from eval.rankings import DEPTH, Ranking

RANK_BM25 = "rank-bm25"


class RankBM25System:
    """rank_bm25.BM25Okapi over whole documents cut by jieba; equal scores stay in corpus order."""

    name = RANK_BM25

    def __init__(self, documents: Sequence[CorpusDocument]) -> None:
        # Only this system needs them, and jieba takes a second to read its dictionary.
        import jieba
        from rank_bm25 import BM25Okapi

        jieba.setLogLevel(logging.WARNING)
        self._cut = jieba.lcut
        self._ids = [document.document_id for document in documents]
        self._index = BM25Okapi([self._cut(document.source.text) for document in documents])

    def rank(self, query: str) -> Ranking:
        """The best documents for a query."""
        began = time.perf_counter()
        scores = self._index.get_scores(self._cut(query))
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        documents = tuple(self._ids[i] for i in best)
        return Ranking(documents, tuple(scores[best].tolist()), 1000 * (time.perf_counter() - began))
