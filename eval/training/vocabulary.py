"""The vocabulary of the static encoder and the tokenizer that cuts text into it.

A unigram language model (Kudo, 2018, arXiv:1804.10959) over a fixed word list: text is cut where the product of the
word probabilities is highest, as jieba does it. The tokenizer file is read by the ``tokenizers`` library, and so by
sentence-transformers as well.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import rjieba
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from eval.training.dictionary import Entry

UNKNOWN = "[UNK]"
_WORD = re.compile(r"[\u3400-\u9fff〇]+|[a-z]+|\d+")
_HAN = re.compile(r"[\u3400-\u9fff〇]")
_LONGEST = 6  # Characters of the longest Chinese word: longer ones are cut into their parts.
_YEARS = range(1900, 2051)
_NUMBERS = range(1000)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens, the unknown one first, with the share of running text that each makes up: float [len(tokens)]."""

    tokens: tuple[str, ...]
    shares: tuple[float, ...]


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in the texts, cut by jieba; lower case, runs of letters and digits whole."""
    counts: Counter[str] = Counter()
    for text in texts:
        for run in _WORD.findall(text.lower()):
            if _HAN.match(run):
                counts.update(rjieba.cut(run))
            else:
                counts[run] += 1
    return counts


def jieba_counts() -> Counter[str]:
    """The frequencies of jieba's dictionary (MIT): what general Chinese looks like, beyond the training texts."""
    counts: Counter[str] = Counter()
    for line in (files("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, frequency, *_ = line.split(" ")
        counts[word.lower()] += int(frequency)
    return counts


def _shares(counts: Counter[str]) -> dict[str, float]:
    total = sum(counts.values()) or 1
    return {word: count / total for word, count in counts.items()}


def choose(counts: Counter[str], general: Counter[str], entries: Sequence[Entry], han: int, latin: int) -> Vocabulary:
    """The ``han`` most frequent Chinese words, all characters, the ``latin`` most frequent English words, and numbers.

    A word's share is the mean of its shares of the training texts and of general Chinese, so that a vocabulary trained
    on news and law also knows the words of an encyclopedia; dictionary headwords count as seen once more.
    """
    own, other = _shares(counts), _shares(general)
    once = 1 / (sum(counts.values()) or 1)
    share: dict[str, float] = {}
    for word in {*own, *other}:
        share[word] = (own.get(word, 0.0) + other.get(word, 0.0)) / 2
    characters: Counter[str] = Counter()
    glosses: Counter[str] = Counter()
    for entry in entries:
        if 2 <= len(entry.simplified) <= _LONGEST and _WORD.fullmatch(entry.simplified):
            share[entry.simplified] = share.get(entry.simplified, 0.0) + once
        characters.update(c for c in entry.simplified + entry.traditional if _HAN.match(c))
        glosses.update(word for gloss in entry.short for word in re.findall("[a-z]+", gloss.lower()))
    for word, value in list(share.items()):
        for character in word:
            if _HAN.match(character):
                characters[character] += 1
        if re.fullmatch("[a-z]+", word) and glosses[word]:
            share[word] = value + once * glosses[word]
    for word, count in glosses.items():
        share.setdefault(word, once * count)
    words = [word for word in share if 2 <= len(word) <= _LONGEST and _HAN.match(word)]
    words = sorted(words, key=lambda word: (-share[word], word))[:han]
    english = [word for word in share if re.fullmatch("[a-z]{2,20}", word)]
    english = sorted(english, key=lambda word: (-share[word], word))[:latin]
    numbers = [str(n) for n in (*_NUMBERS, *_YEARS)] + [f"{n:02d}" for n in range(10)]
    single = sorted({c for c, n in characters.items() if n >= 1})
    tokens = list(dict.fromkeys([*words, *single, *english, *"abcdefghijklmnopqrstuvwxyz", *numbers]))
    return Vocabulary((UNKNOWN, *tokens), (once, *(max(share.get(token, 0.0), once / 2) for token in tokens)))


def _score(token: str, share: float) -> float:
    """Log-probability for cutting; a word of several characters never loses to its parts."""
    return math.log(share) if len(token) > 1 else math.log(min(share, 1e-3)) - 2.0


def build_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """NFKC, lower case, runs of Chinese characters, letters or digits, each cut into tokens of the vocabulary."""
    scores = [(token, _score(token, share)) for token, share in zip(vocabulary.tokens, vocabulary.shares, strict=True)]
    tokenizer = Tokenizer(Unigram(scores, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}]+"), "removed"),
            pre_tokenizers.Split(Regex(r"[0-9]+|[a-z]+|[^0-9a-z]+"), "isolated"),
        ]
    )
    return tokenizer


def parts(tokens: Sequence[str]) -> list[list[int]]:
    """For each token the tokens inside it, itself left out: 冠状病毒 holds 冠, 状, 病, 毒, 冠状 and 病毒.

    Parts of English words are the words of four letters or more that they begin with.
    """
    place = {token: i for i, token in enumerate(tokens)}
    found: list[list[int]] = []
    for token in tokens:
        inner: list[int] = []
        if token != UNKNOWN and _HAN.match(token):
            if len(token) == 1:
                inner = [place[token]]
            else:
                spans = [token[i:j] for i in range(len(token)) for j in range(i + 1, len(token) + 1)]
                inner = [place[span] for span in spans if span in place and span != token]
        elif token.isalpha() and token.isascii() and len(token) > 4:
            inner = [place[token[:j]] for j in range(4, len(token)) if token[:j] in place]
        found.append(inner)
    return found
