"""The terms that carry a question, each with its weight: how rare it is in the index."""

import math
import re
from functools import cached_property, lru_cache

import numpy as np
import rjieba
from numpy.typing import NDArray

from indexer.analyzer import Tokens, analyze, normalise
from indexer.generations import Generation
from server.answer.abbreviations import SAME
from server.search.query import Query

# Words that ask, address or join. Whole words: the 中 of 中国 stays.
STOP = frozenset(
    "请问 请 麻烦 告诉 我 我们 想 想知道 知道 了解 介绍 解释 说明 一下 什么 什么样 什么时候 "
    "什么时间 时候 啥 咋 是 是什么 指 是指 指的是 意思 含义 定义 多少 几 几个 哪 哪些 哪个 "
    "哪一个 哪一 哪位 哪里 哪儿 哪家 哪年 哪天 哪几 哪几个 谁 怎么 怎样 怎么样 如何 为什么 "
    "为何 何时 何 何地 具体 分别 一共 总共 共 共有 达到 有没有 是不是 是否 能否 的 了 吗 呢 "
    "吧 啊 有 和 与 及 以及 把 被 在 里 中 到 要 给 这 那 这个 那个 个 一个 都 "
    "也 还 从 由 为 对 于 以 能 会 做 得 地 着 过 就 而 并 或 或者 且 将 已 已经 曾 "
    "所 等 之 其 他 她 它 多大 多长 多高 多久 多 大概 目前 现在 哪种 哪项 包括 包含 叫 "
    "叫做 钱".split()
)


# What an English question has besides words: the s of a possessive, the possessive whose name stands by itself.
_EMPTY = re.compile(r"^(?:s|how|large|long|many|much|end|state-owned|asset-liability|loss-making|high-tech)$|['’]s$")
_YEAR = re.compile(r"(?:19|20)\d\d年?|年")
# Translations that the dictionary is sure of, and the most that are looked for.
_SURE, _MOST = 0.5, 8


# A deputy does not hold the post.
_POSTS = frozenset("市长 区长 县长 省长 局长 主任 部长 书记 主席 院长 校长 会长 董事长 总经理 厅长 秘书长".split())


def _undeputed(post: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!副){re.escape(post)}")


def holds(text: str, word: str) -> bool:
    """Whether a normalised text has a word; of a post not only its deputy: 市长 does not stand in 副市长."""
    return word in text and (word not in _POSTS or _undeputed(word).search(text) is not None)


def matcher(term: str) -> re.Pattern[str]:
    """Finds a term in normalised text; numbers and Latin words only as a whole."""
    pattern = re.escape(term)
    if term[0].isascii() and term[0].isalnum():
        pattern = r"(?<![\d.a-z])" + pattern
    if term[-1].isascii() and term[-1].isalnum():
        pattern += r"(?![\d.]*[\da-z])"
    return re.compile(pattern)


_NAMED = re.compile(
    r"[\u4e00-\u9fff]{0,8}[〔\[(（【［]\d{4}[〕\])）】］]\d+号|第?[〇零一二三四五六七八九十百千\d]+号(?:建议|提案)?|(?:建议|提案)第?\d+号?"
)


def bare_question(query: Query) -> str:
    """A question, normalised, without the numbers by which it names documents: the search is confined to those already."""
    return _bare(query.text, bool(query.proposals or query.document_numbers or query.serials))


@lru_cache(maxsize=64)
def _bare(written: str, names_number: bool) -> str:
    text = normalise(written)
    bare = _NAMED.sub(" ", text) if names_number else text
    return bare if re.search(r"\w{2}", bare) else text


# Words that count the same things and stand for one another.
_COUNTED_BY = re.compile(r"(?:多少|几)[家户间名位次场回件份起](?!户|数|额|口|期|量|型|税|价)")


def content_tokens(query: Query) -> Tokens:
    """Tokens of the words that carry a question; of an English one as the query has them."""
    if query.language == "en":
        return query.content
    # 位 of 多少位 and 几家 are no subject: the document may count 名 and 户.
    words = rjieba.cut(_COUNTED_BY.sub(" ", bare_question(query)))
    return analyze("".join(" " if word in STOP else word for word in words))


def _alternatives(query: Query) -> dict[str, tuple[str, ...]]:
    """For each word or phrase of an English question that the dictionary has: itself and the Chinese terms it stands for."""
    return {
        " ".join(entry.words): (
            " ".join(entry.words),
            *[term for term, weight in entry.terms if weight >= _SURE][:_MOST],
        )
        for entry in query.translations
    }


class Terms:
    """The terms that carry a question, each with its weight: how rare it is in the index.

    A term of an English question stands for its Chinese translations too.
    """

    def __init__(self, query: Query, generation: Generation) -> None:
        content = content_tokens(query)
        self._others = _alternatives(query) if query.language == "en" else {}
        self._others |= {
            word: (word, *(name for name in SAME[word] if name != word)) for word in content.words if word in SAME
        }
        translated = {word for phrase in self._others for word in (phrase, *phrase.split())}
        words = list(
            dict.fromkeys(word for word in content.words if word not in translated and not _EMPTY.search(word))
        )
        bigrams = [b for b in dict.fromkeys(content.bigrams) if b not in words]
        size = max(1, generation.manifest.chunks)
        self.absent: list[str] = []
        self._weights: dict[str, float] = {}
        # Only terms with an end in ASCII can lie inside a longer one: for the others ``in`` is enough, and much faster.
        self._whole: dict[str, re.Pattern[str]] = {}
        for name, alternatives in self._others.items():
            frequency = int(generation.words.document_frequency(list(alternatives)).sum())
            self._weights[name] = float(np.log(1 + size / (frequency + 0.5)))
            self._whole[name] = matcher(name)
        for terms, index, share in ((words, generation.words, 1.0), (bigrams, generation.bigrams, 0.5)):
            for term, frequency in zip(terms, index.document_frequency(terms).tolist(), strict=True):
                self._weights[term] = share * float(np.log(1 + size / (frequency + 0.5)))
                if term[0].isascii() or term[-1].isascii():
                    self._whole[term] = matcher(term)
                elif term in _POSTS:
                    self._whole[term] = _undeputed(term)
                if not frequency and index is generation.words:
                    self.absent.append(term)
        self.words = len(words) + len(self._others)
        self.names = tuple(self._weights)
        self.total = math.fsum(self._weights.values())

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """Weight of each term of ``names``, words first, float32 [terms]."""
        return np.fromiter(self._weights.values(), np.float32, len(self._weights))

    @cached_property
    def weighted(self) -> tuple[tuple[str, float], ...]:
        """Each term of ``names`` with its weight."""
        return tuple(zip(self.names, self.weights.tolist(), strict=True))

    def weight_of(self, word: str) -> float:
        """The weight of a word; of one that is none of the terms, that of the heaviest: it is rare, or new."""
        return self._weights.get(word, max(self._weights.values(), default=1.0))

    def subject(self, aside: str) -> NDArray[np.bool_]:
        """Which terms are not part of a text, such as the places and years of the question, bool [terms]."""
        return np.array([name not in aside and not _YEAR.fullmatch(name) for name in self.names], np.bool_)

    @cached_property
    def rarest(self) -> str | None:
        """The word of two characters or more, without digits, that weighs most; None when there is none."""
        words = [word for word in self.names[: self.words] if len(word) > 1 and not any(c.isdigit() for c in word)]
        return max(words, key=lambda word: self._weights[word], default=None)

    def found(self, text: str) -> frozenset[str]:
        """Which terms stand in a normalised text."""
        return frozenset(term for term in self.names if self._stands(term, text))

    def _stands(self, term: str, text: str) -> bool:
        if term in text:
            whole = self._whole.get(term)
            if whole is None or whole.search(text) is not None:
                return True
        others = self._others.get(term)
        return others is not None and any(holds(text, other) for other in others[1:])

    def place(self, term: str, text: str, start: int = 0) -> int:
        """Where a term, or another word for it, next stands in a normalised text from ``start`` on; -1 where it does not."""
        others = self._others.get(term)
        if others is None:
            return text.find(term, start)
        return min((at for other in others if (at := text.find(other, start)) >= 0), default=-1)

    def row(self, text: str) -> list[bool]:
        """For each of ``names``, whether it stands in a normalised text."""
        if self._others:
            return [self._stands(term, text) for term in self.names]
        whole = self._whole
        return [term in text and (term not in whole or whole[term].search(text) is not None) for term in self.names]

    def shares_of(self, rows: NDArray[np.bool_]) -> NDArray[np.float32]:
        """The weight of the terms that each row marks as a share of all, 0 when the question has none: float32 [rows]."""
        shares = rows @ self.weights / self.total if self.total else np.zeros(len(rows))
        return np.minimum(shares, 1.0).astype(np.float32)

    def share(self, found: frozenset[str]) -> float:
        """The weight of some terms as a share of all, 0 when the question has none."""
        return math.fsum(self._weights[term] for term in found) / self.total if self.total else 0.0
