"""What is measured of every sentence that was found, of all passages at once: overlap, likeness, and where it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from server.answer.terms import Terms

Floats = NDArray[np.float32]

FOR_ALL = (
    "words", "bigrams", "both", "with_heading", "previous", "next", "missing_in_passage", "share_of_best", "alone_in_passage",
    "discriminating", "cosine", "cosine_below_best", "cosine_standardised", "position", "first", "last", "length", "short",
    "passage_share", "rank", "pairs", "pairs_of_best", "rare_pairs", "characters", "covers_pairs",
)  # fmt: skip
COLUMN = {name: at for at, name in enumerate(FOR_ALL)}
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Context:
    """Sentences of one passage, normalised, with their cosines to the question (float32 [sentences]).

    ``heading`` is the title and section path above them. ``rank`` is the passage's, from 1.
    """

    sentences: Sequence[str]
    cosines: Floats
    heading: str
    rank: int
    quoted: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Features of every sentence of a passage, float32 [sentences, len(FOR_ALL)], and which terms it holds.

    ``heading`` says which terms the title and the section path hold, bool [terms]; ``plain`` are the sentences without
    marks and white space; ``best`` is the sentence with the largest share of the terms.
    """

    values: Floats
    rows: NDArray[np.bool_]
    heading: NDArray[np.bool_]
    plain: Sequence[str]
    best: int


def without_marks(text: str) -> str:
    """A text without marks and white space."""
    return _MARKS.sub("", text)


# Questions come back to the same passages.
@lru_cache(maxsize=2048)
def _plain(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(without_marks, sentences))


def pairs_of(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters of a text, marks and white space left out."""
    return frozenset(map("".join, pairwise(without_marks(text))))


class _Passages:
    """Sentences of several passages, one after the other; sums and maxima by passage, repeated for each sentence.

    Raises ValueError where a passage has no sentence.
    """

    def __init__(self, counts: Sequence[int]) -> None:
        if not all(counts):
            raise ValueError("a passage without sentences")
        self.counts = np.array(counts)
        self.starts = np.concatenate(([0], np.cumsum(self.counts)[:-1]))
        self.of = np.repeat(np.arange(len(counts)), self.counts)
        self.place = np.arange(len(self.of)) - self.starts[self.of]
        self.last = self.place == self.counts[self.of] - 1

    def total(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Sums over the sentences of each passage, float64 [passages, …]."""
        return np.add.reduceat(values, self.starts, axis=0, dtype=np.float64)

    def most(self, values: Floats) -> Floats:
        """For each sentence the largest value of its passage, float32 [sentences]."""
        return np.asarray(np.maximum.reduceat(values, self.starts)[self.of], np.float32)


def measure_all(contexts: Sequence[Context], terms: Terms, question: str) -> list[Measured]:
    """The features that are cheap, of every sentence of some passages, each with one at least. ``question`` is normalised."""
    passages = _Passages([len(context.sentences) for context in contexts])
    sentences = [text for context in contexts for text in context.sentences]
    plain = [_plain(tuple(context.sentences)) for context in contexts]
    size, weights = len(terms.names), terms.weights
    rows = np.array([terms.row(text) for text in sentences], np.bool_).reshape(len(sentences), size)
    headings = np.array([terms.row(context.heading) for context in contexts], np.bool_).reshape(len(contexts), size)
    columns = [
        *_term_columns(rows, headings, passages, terms),
        *_likeness(np.concatenate([context.cosines for context in contexts]), passages),
    ]
    lengths = np.fromiter(map(len, sentences), np.float32, len(sentences))
    ranks = np.log(np.array([context.rank for context in contexts], np.float64))
    held = passages.total(rows) > 0
    columns += [
        passages.place / passages.counts[passages.of], passages.place == 0, passages.last, np.log1p(lengths) / 5, lengths < 8,
        (((held | headings) @ weights) / max(terms.total, 1e-6))[passages.of], ranks[passages.of],
        *_pair_columns(question, [text for texts in plain for text in texts], passages),
    ]  # fmt: skip
    values = np.empty((len(sentences), len(FOR_ALL)), np.float32)
    for at, column in enumerate(columns):
        values[:, at] = column
    made = []
    for at, (start, count) in enumerate(zip(passages.starts.tolist(), passages.counts.tolist(), strict=True)):
        part = values[start : start + count]
        best = int(part[:, COLUMN["both"]].argmax())
        made.append(Measured(part, rows[start : start + count], headings[at], plain[at], best))
    return made


def _term_columns(
    rows: NDArray[np.bool_], headings: NDArray[np.bool_], passages: _Passages, terms: Terms
) -> list[NDArray[np.generic]]:
    """Which share of the question's terms a sentence has, and has beyond its neighbours, heading and passage."""
    weights, total = terms.weights, max(terms.total, 1e-6)
    is_word = np.arange(len(weights)) < terms.words
    word_total, bigram_total = max(float(weights[is_word].sum()), 1e-6), max(float(weights[~is_word].sum()), 1e-6)
    both = np.asarray(rows @ weights / total, np.float32)
    # A sentence goes on from the one before it, which may hold what the question is about.
    before, after = np.zeros_like(rows), np.zeros_like(rows)
    before[1:], after[:-1] = rows[:-1], rows[1:]
    before[passages.starts] = False
    after[passages.last] = False
    frequency = passages.total(rows)
    everywhere = (frequency > 0) | headings
    local = np.where(frequency > 0, np.log1p(passages.counts[:, None] / np.maximum(frequency, 1)), 0.0) * weights
    of = passages.of
    return [
        rows @ (weights * is_word) / word_total, rows @ (weights * ~is_word) / bigram_total, both,
        (rows | headings[of]) @ weights / total, (before & ~rows) @ weights / total, (after & ~rows) @ weights / total,
        (everywhere[of] & ~rows) @ weights / total, both / np.maximum(passages.most(both), 1e-6),
        (rows & (frequency == 1)[of]) @ weights / total,
        np.where(rows, local[of], 0.0).sum(axis=1) / np.maximum(local.sum(axis=1), 1e-6)[of],
    ]  # fmt: skip


def _likeness(cosines: Floats, passages: _Passages) -> list[NDArray[np.generic]]:
    """Cosines: plain, below the best of the passage, and in standard deviations around its mean."""
    cosines, of = np.maximum(cosines, 0.0), passages.of
    mean = passages.total(cosines) / passages.counts
    around = cosines - mean[of]
    spread = np.where(passages.counts > 2, np.sqrt(passages.total(around**2) / passages.counts), 1.0)
    return [cosines, cosines - passages.most(cosines), np.clip(around / np.maximum(spread, 1e-3)[of], -3, 3)]


def _pair_columns(question: str, sentences: Sequence[str], passages: _Passages) -> list[NDArray[np.generic]]:
    """Overlap by pairs of characters, function words included: plain, relative, by rarity in the passage; by characters.

    ``sentences`` are without marks."""
    asked, characters = _question_pairs(question), _question_characters(question)
    most, of = max(len(asked), 1), passages.of
    held = np.array([[pair in text for pair in asked] for text in sentences], np.bool_).reshape(
        len(sentences), len(asked)
    )
    counts = passages.total(held)
    rarity = np.where(counts > 0, np.log1p(passages.counts[:, None] / np.maximum(counts, 1)), 0.0)
    total = rarity.sum(axis=1)
    share = np.asarray(held.sum(axis=1) / most, np.float32)
    rare = np.where(held, rarity[of], 0.0).sum(axis=1) / np.where(total > 0, total, 1.0)[of]
    single = [len(characters.intersection(text)) / max(len(characters), 1) for text in sentences]
    covered = ((counts > 0).sum(axis=1) / most)[of]
    return [share, share / np.maximum(passages.most(share), 1e-6), rare, np.array(single), covered]


@lru_cache(maxsize=64)
def _question_pairs(question: str) -> tuple[str, ...]:
    return tuple(sorted(pairs_of(question)))


@lru_cache(maxsize=64)
def _question_characters(question: str) -> frozenset[str]:
    return frozenset(without_marks(question))


def first_choice(measured: Measured) -> Floats:
    """A rough score for each sentence of a passage, float32 [sentences]: which ones are worth measuring in full."""
    values = measured.values
    own, around, cosine, rank = (values[:, COLUMN[name]] for name in ("both", "passage_share", "cosine", "rank"))
    return np.asarray(own + 0.4 * around + 0.8 * cosine - 0.1 * rank, np.float32)
