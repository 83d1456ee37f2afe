"""Made-up chunks that behave like real ones to a search: words of real texts, drawn as often as they stand there.

Texts, sentences and tokens are made together from the numbers of the words, without cutting the texts again: what the
analyzer would make of a text of single words joined. Words stand beside each other by chance: no phrase, no subject.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import rjieba
from numpy.typing import NDArray

from eval.lines import BadDataset
from indexer.analyzer import analyze, normalise
from indexer.lexical import Terms, term_hashes
from indexer.postings import Occurrences, occurrences

SENTENCES = 12
"""Sentences of a chunk."""
_WORDS = (8, 25)
_QUESTION = (8, 24)
# Chunks made at a time.
SLICE = 20_000
# Numerals are cut by rule, with what follows them; a word of one plane is one code of 16 bits a character.
_NUMERALS = frozenset("〇○零一二两三四五六七八九十百千万亿第")
_STOP = "。"


def _plain(word: str) -> bool:
    """Whether the analyzer sees a word alike wherever it stands."""
    return all("\u4e00" <= c <= "\u9fff" for c in word) and _NUMERALS.isdisjoint(word) and normalise(word) == word


def _flat(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each start on, as many as its size, one after the other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - (ends - sizes), sizes) + np.arange(ends[-1] if len(ends) else 0)


@dataclass(frozen=True, slots=True)
class Table:
    """Lists of whole numbers one after the other: ``values`` int64, ``starts`` and ``sizes`` int64 [lists]."""

    values: NDArray[np.int64]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> "Table":
        """Put lists one after the other."""
        sizes = np.array([len(each) for each in lists], np.int64)
        values = np.array([value for each in lists for value in each], np.int64)
        return cls(values, np.cumsum(sizes) - sizes, sizes)

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The lists of these numbers, one after the other."""
        return self.values[_flat(self.starts[numbers], self.sizes[numbers])]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some chunks: their texts; the sentences of each, int32 [SENTENCES * n, 2], offsets in the text; their words and
    bigrams; and the word tokens themselves, numbers in ``Vocabulary.tokens``, int32, with the first of each chunk and the
    end, int64 [n + 1]."""

    texts: Sequence[str]
    spans: NDArray[np.int32]
    words: Occurrences
    bigrams: Occurrences
    tokens: NDArray[np.int32]
    token_starts: NDArray[np.int64]


class Vocabulary:
    """Words with the share each has of a text. Raises BadDataset where there are none."""

    def __init__(self, sentences: Sequence[str]) -> None:
        counts = Counter(word for sentence in sentences for word in rjieba.cut(sentence))
        kept = sorted((word, count) for word, count in counts.items() if _plain(word))
        if not kept:
            raise BadDataset("没有可用的词 / no words to make chunks from")
        self.words = tuple(word for word, _ in kept)
        frequencies = np.array([count for _, count in kept], np.float64)
        self._bounds = np.cumsum(frequencies / frequencies.sum())

    @cached_property
    def _letters(self) -> Table:
        """Code points of each word, then of each with a full stop."""
        words = [*self.words, *(word + _STOP for word in self.words)]
        return Table.of([[ord(letter) for letter in word] for word in words])

    @cached_property
    def _cut(self) -> tuple[tuple[str, ...], Table]:
        cut = [analyze(word).words for word in self.words]
        tokens = tuple(sorted({token for each in cut for token in each}))
        numbers = {token: number for number, token in enumerate(tokens)}
        return tokens, Table.of([[numbers[token] for token in each] for each in cut])

    @property
    def tokens(self) -> tuple[str, ...]:
        """The word tokens that the analyzer makes of the words: the long ones also in parts."""
        return self._cut[0]

    @cached_property
    def _token_hashes(self) -> Terms:
        return term_hashes(self.tokens)

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.int64], Terms]:
        """The number of each letter by its code, and the hash of each pair of letters by their numbers, 0 where it was not
        needed yet: there are ten million pairs, and hashing takes a microsecond."""
        letters = sorted({letter for word in self.words for letter in word})
        numbers = np.zeros(1 << 16, np.int64)
        numbers[[ord(letter) for letter in letters]] = np.arange(len(letters))
        return numbers, np.zeros(len(letters) ** 2, np.uint64)

    def _bigram_hashes(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> Terms:
        """Hashes of pairs of letters, given by their codes."""
        numbers, hashes = self._pairs
        pairs = numbers[first] * int(np.sqrt(len(hashes))) + numbers[second]
        new = np.flatnonzero(hashes[pairs] == 0)
        new = new[np.unique(pairs[new], return_index=True)[1]]
        codes = zip(first[new].tolist(), second[new].tolist(), strict=True)
        hashes[pairs[new]] = term_hashes([chr(one) + chr(other) for one, other in codes])
        found: Terms = hashes[pairs]
        return found

    def _bigrams(self, letters: NDArray[np.int64], edges: NDArray[np.int64]) -> Occurrences:
        """Pairs of neighbours within sentences; ``edges`` int64 [n + 1] are the ends of the chunks among the letters."""
        stop = letters == ord(_STOP)
        first = np.flatnonzero(~stop[:-1] & ~stop[1:])
        lengths = np.diff(np.searchsorted(first, edges))
        return occurrences(self._bigram_hashes(letters[first], letters[first + 1]), lengths)

    def slices(self, count: int, seed: int) -> Iterator[Slice]:
        """``count`` chunks, the same ones for the same seed."""
        for number, start in enumerate(range(0, count, SLICE)):
            yield self._slice(min(SLICE, count - start), np.random.default_rng([seed, number]))

    def _slice(self, size: int, draw: np.random.Generator) -> Slice:
        in_sentence = draw.integers(_WORDS[0], _WORDS[1], size * SENTENCES, endpoint=True)
        words = np.searchsorted(self._bounds, draw.random(in_sentence.sum()), side="right").astype(np.int64)
        np.minimum(words, len(self.words) - 1, out=words)
        # Of each word: the number of its chunk; and with the full stop of its sentence where it is the last.
        chunk_of_word = np.repeat(np.repeat(np.arange(size), SENTENCES), in_sentence)
        written = words.copy()
        written[np.cumsum(in_sentence) - 1] += len(self.words)
        letters = self._letters.rows(written)
        ends_of_words = np.cumsum(self._letters.sizes[written])
        ends = ends_of_words[np.cumsum(in_sentence) - 1]
        edges = np.concatenate(([0], ends[SENTENCES - 1 :: SENTENCES]))
        whole = letters.astype("<u4").tobytes().decode("utf-32-le")
        texts = [whole[first:last] for first, last in pairwise(edges.tolist())]
        starts = np.concatenate(([0], ends[:-1]))
        spans = np.stack((starts, ends), axis=1) - np.repeat(edges[:-1], SENTENCES)[:, None]
        tokens = self._cut[1].rows(words)
        chunk_of_token = np.repeat(chunk_of_word, self._cut[1].sizes[words])
        token_starts = np.searchsorted(chunk_of_token, np.arange(size + 1))
        return Slice(
            texts, spans.astype(np.int32), occurrences(self._token_hashes[tokens], np.diff(token_starts)),
            self._bigrams(letters, edges), tokens.astype(np.int32), token_starts,
        )  # fmt: skip

    def question(self, text: str, draw: np.random.Generator) -> str:
        """A clause cut from one sentence of a text of these words, from word to word: 8 to 24 characters where it holds
        as many."""
        sentences = text.removesuffix(_STOP).split(_STOP)
        words = rjieba.cut(sentences[draw.integers(len(sentences))])
        wanted, first = draw.integers(_QUESTION[0], _QUESTION[1], endpoint=True), draw.integers(max(1, len(words) - 4))
        clause = ""
        for word in words[first:]:
            if len(clause) >= _QUESTION[0] and len(clause) + len(word) > wanted:
                break
            clause += word
        return clause[: _QUESTION[1]]
