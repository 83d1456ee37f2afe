"""Batches of (query, passage) pairs drawn from the training material.

Pairs that people wrote are used as they are. From a document a query is drawn the way questions relate to passages: a
part of the words of one sentence, often with a question word, often without the sentence being in the passage; through
the dictionary also in English. The encoder sees a text as a bag of tokens, so word order plays no part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from eval.training.corpora import TrainingDocument

Ids = NDArray[np.int32]

_CHINESE_QUESTIONS = (
    "什么 多少 哪些 哪个 如何 怎么 怎么样 为什么 谁 是谁 什么时候 何时 哪里 在哪里 哪一年 几个 吗 是什么 有哪些 怎么办 请问 多久 "
    "由谁 是多少 什么样 哪两个 属于什么 名字 叫什么 需要什么 规定 是否 可以 意思 什么意思"
)
_ENGLISH_QUESTIONS = (
    "what|who|when|where|which|how many|how much|why|how|what is the|who was the|in what year|what did|how does|what are|"
    "when did|where is|what type of|what was the name of|how long|is the|does the|what percentage"
)
PASSAGE_TOKENS = 128  # A longer passage is cut: the mean of its tokens changes little.
QUERY_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Texts:
    """Tokenised records of one source: a query or title (may be empty) and the sentences of the passage."""

    queries: list[Ids]
    passages: list[list[Ids]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Two equally long lists of token ids; rows with the same ``group`` are no negatives of each other."""

    queries: list[Ids]
    passages: list[Ids]
    groups: NDArray[np.int64]


def encode_texts(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Ids]:
    """Token ids without unknown tokens, which carry nothing."""
    found: list[Ids] = []
    for start in range(0, len(texts), 20_000):
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + 20_000]), add_special_tokens=False):
            ids = np.array(encoding.ids, np.int32)
            found.append(ids[ids > 0])
    return found


def tokenised_pairs(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> Texts:
    """Pairs with something left on both sides."""
    queries = encode_texts(tokenizer, [query for query, _ in pairs])
    passages = encode_texts(tokenizer, [passage for _, passage in pairs])
    kept = [i for i in range(len(pairs)) if len(queries[i]) and len(passages[i])]
    return Texts([queries[i] for i in kept], [[passages[i]] for i in kept])


def tokenised_documents(tokenizer: Tokenizer, documents: Sequence[TrainingDocument]) -> Texts:
    """Documents with at least one sentence of four tokens."""
    titles = encode_texts(tokenizer, [document.title for document in documents])
    flat = iter(encode_texts(tokenizer, [sentence for document in documents for sentence in document.sentences]))
    passages = [[ids for ids in (next(flat) for _ in document.sentences) if len(ids)] for document in documents]
    kept = [i for i, sentences in enumerate(passages) if any(len(ids) >= 4 for ids in sentences)]
    return Texts([titles[i] for i in kept], [passages[i] for i in kept])


@dataclass(slots=True)
class Sampler:
    """Draws batches. ``glosses`` maps a Chinese token to the tokens of its English translations."""

    texts: Mapping[str, Texts]
    glosses: Mapping[int, Sequence[Ids]]
    tokenizer: Tokenizer
    draw: np.random.Generator
    _chinese: list[Ids] = field(init=False)
    _english: list[Ids] = field(init=False)

    def __post_init__(self) -> None:
        self._chinese = encode_texts(self.tokenizer, _CHINESE_QUESTIONS.split())
        self._english = encode_texts(self.tokenizer, _ENGLISH_QUESTIONS.split("|"))

    def pairs(self, source: str, size: int, kept: float = 0.85) -> Batch:
        """Pairs as they stand in the data; each token of a long side is kept with this probability."""
        texts = self.texts[source]
        at = self.draw.permutation(len(texts.queries))[:size]
        queries = [self._thin(texts.queries[i][:QUERY_TOKENS], kept) for i in at]
        passages = [self._thin(texts.passages[i][0][: 2 * PASSAGE_TOKENS], kept)[:PASSAGE_TOKENS] for i in at]
        # The same passage under two questions must not be its own negative.
        groups = [hash(texts.passages[i][0].tobytes()) for i in at]
        return Batch(queries, passages, np.array(groups, np.int64))

    def drawn(self, source: str, size: int, english: bool = False) -> Batch:
        """Queries drawn from documents; in runs of eight neighbours, since neighbours are the hardest to tell apart."""
        texts = self.texts[source]
        count = len(texts.queries)
        starts = self.draw.integers(0, count, -(-size // 8))
        at = np.unique((starts[:, None] + np.arange(8)) % count)
        self.draw.shuffle(at)
        queries: list[Ids] = []
        passages: list[Ids] = []
        groups: list[int] = []
        for i in at[:size].tolist():
            query, passage = self._query(texts.queries[i], texts.passages[i], english)
            if len(query) and len(passage):
                queries.append(query)
                passages.append(passage)
                groups.append(i)
        return Batch(queries, passages, np.array(groups, np.int64))

    def _thin(self, ids: Ids, kept: float) -> Ids:
        if len(ids) < 4:
            return ids
        mask = self.draw.random(len(ids)) < kept
        return ids[mask] if mask.any() else ids

    def _query(self, title: Ids, sentences: list[Ids], english: bool) -> tuple[Ids, Ids]:
        long = [i for i, ids in enumerate(sentences) if len(ids) >= 4]
        chosen = long[int(self.draw.integers(len(long)))]
        alone = len(sentences) == 1
        kind = self.draw.random()
        if kind < 0.15 and len(title) and not english:
            return self._thin(title[:QUERY_TOKENS], 0.8), self._window(sentences, chosen, True, title[:0])
        if kind < 0.35 and not alone and not english:
            return sentences[chosen][:QUERY_TOKENS], self._window(sentences, chosen, False, title)
        query = self._thin(sentences[chosen], float(self.draw.uniform(0.2, 0.8)))[: QUERY_TOKENS // 2]
        if len(title) and self.draw.random() < 0.4:
            query = np.concatenate([query, self._thin(title, 0.3)])
        query = self._in_english(query) if english else self._asked(query, self._chinese)
        return query, self._window(sentences, chosen, alone or self.draw.random() < 0.8, title)

    def _asked(self, query: Ids, words: Sequence[Ids]) -> Ids:
        if self.draw.random() < 0.3:
            return query
        return np.concatenate([query, words[int(self.draw.integers(len(words)))]])

    def _in_english(self, query: Ids) -> Ids:
        translated: list[Ids] = []
        for token in query.tolist():
            options = self.glosses.get(token)
            if options:
                translated.append(options[int(self.draw.integers(len(options)))])
        return self._asked(np.concatenate(translated), self._english) if translated else query[:0]

    def _window(self, sentences: list[Ids], chosen: int, included: bool, title: Ids) -> Ids:
        """Neighbouring sentences around the chosen one, with or without it; half of the time below the title."""
        size = int(self.draw.integers(1, 9))
        first = max(0, chosen - int(self.draw.integers(0, size + (not included))))
        picked = [ids for i, ids in enumerate(sentences[first : first + size], first) if included or i != chosen]
        if not picked:
            picked = [ids for i, ids in enumerate(sentences) if i != chosen][:size]
        if len(title) and self.draw.random() < 0.5:
            picked = [title, *picked]
        return np.concatenate(picked)[:PASSAGE_TOKENS] if picked else title[:0]
