"""What is measured of a sentence as a possible answer: overlap, nearness, likeness, place, and the kind of thing it holds."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from server.answer.expected import EXPECTATIONS, Expected, candidates, in_unit, own_name, points_back
from server.answer.terms import Terms

Floats = NDArray[np.float32]

# Measured of every sentence, all sentences of a passage at once.
_FOR_ALL = (
    "words", "bigrams", "both", "with_heading", "previous", "next", "missing_in_passage", "share_of_best", "alone_in_passage",
    "discriminating", "cosine", "cosine_below_best", "cosine_standardised", "position", "first", "last", "length", "short",
    "passage_share", "rank", "pairs", "pairs_of_best", "rare_pairs", "characters", "covers_pairs",
)  # fmt: skip
# Measured of the sentences that remain after a first choice.
_FOR_SOME = (
    "run", "window", "has_candidate", "in_unit", "near_candidate", "touching_candidate", "candidates", "left_end", "right_start",
    "left_run", "right_run", "gap", "previous_both", "next_both", "previous_candidate", "next_candidate", "heads_list",
    "own_name", "previous_own_name", "next_own_name", "points_back", "next_points_back", "after_best", "before_best",
    "best_has_candidate", "best_points_back", "best_own_name", "near_previous",
    "novel", "quoted", "pronoun", "subject", "question_mark", "digits", "listed",
)  # fmt: skip
_BY_KIND = ("has_candidate", "near_candidate", "position", "length", "cosine", "both")
FEATURES: tuple[str, ...] = (
    *_FOR_ALL, *_FOR_SOME, *(f"{kind}:{name}" for kind in EXPECTATIONS for name in ("is", *_BY_KIND)),
)  # fmt: skip

_COLUMN = {name: at for at, name in enumerate(_FOR_ALL)}
# Characters.
_WINDOW = 30
_NEAR = 12.0
_PRONOUN = re.compile(r"^(?:他们?|她们?|它们?|该|此|其|这|那|当时|之后|后来|随后|另外|此外|同时|并|而|但)")
_MARKS = re.compile(r"[\W_]")
_DIGIT = re.compile(r"\d")
_OCCURRENCES = 3


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
    """Features of every sentence of a passage, float32 [sentences, len(_FOR_ALL)], and which terms it holds."""

    values: Floats
    rows: NDArray[np.bool_]


def pairs_of(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters of a text, marks and white space left out."""
    plain = _MARKS.sub("", text)
    return frozenset(map("".join, pairwise(plain)))


def _pair_columns(question: str, sentences: Sequence[str]) -> list[Floats]:
    """Overlap by pairs of characters, function words included: plain, relative, by rarity in the passage; by characters."""
    asked = _question_pairs(question)
    held = [asked & pairs_of(text) for text in sentences]
    counts = Counter(pair for pairs in held for pair in pairs)
    rarity = {pair: math.log1p(len(sentences) / count) for pair, count in counts.items()}
    total = math.fsum(rarity.values()) or 1.0
    share = np.array([len(pairs) for pairs in held], np.float32) / max(len(asked), 1)
    rare = np.array([sum(rarity[pair] for pair in pairs) / total for pairs in held], np.float32)
    characters = frozenset(_plain(question))
    single = [len(characters.intersection(text)) / max(len(characters), 1) for text in sentences]
    covered = np.full(len(sentences), len(counts) / max(len(asked), 1), np.float32)
    relative = share / max(float(share.max(initial=0)), 1e-6)
    return [np.asarray(column, np.float32) for column in (share, relative, rare, single, covered)]


def measure_all(context: Context, terms: Terms, question: str) -> Measured:
    """The features that are cheap: every sentence of every passage has them. ``question`` is normalised."""
    count = len(context.sentences)
    weights, total = terms.weights, max(terms.total, 1e-6)
    rows = np.array([terms.row(text) for text in context.sentences], np.bool_).reshape(count, len(weights))
    held = rows.astype(np.float32)
    heading = np.array(terms.row(context.heading), np.bool_)
    is_word = np.arange(len(weights)) < terms.words
    word_total, bigram_total = max(float(weights[is_word].sum()), 1e-6), max(float(weights[~is_word].sum()), 1e-6)
    word_share = held @ (weights * is_word) / word_total
    bigram_share = held @ (weights * ~is_word) / bigram_total
    both = held @ weights / total
    # A sentence goes on from the one before it, which may hold what the question is about.
    before, after = np.zeros_like(rows), np.zeros_like(rows)
    before[1:], after[:-1] = rows[:-1], rows[1:]
    frequency = rows.sum(axis=0)
    passage = rows.any(axis=0) | heading
    local = np.where(frequency > 0, np.log1p(count / np.maximum(frequency, 1)), 0.0) * weights
    cosines = np.maximum(context.cosines, 0.0)
    spread = float(cosines.std()) if count > 2 else 1.0
    lengths = np.array([len(text) for text in context.sentences], np.float32)
    place = np.arange(count, dtype=np.float32)
    columns = (
        word_share, bigram_share, both, (rows | heading) @ weights / total, (before & ~rows) @ weights / total,
        (after & ~rows) @ weights / total, (passage & ~rows) @ weights / total, both / max(float(both.max(initial=0)), 1e-6),
        (rows & (frequency == 1)) @ weights / total, rows @ local / max(float(local.sum()), 1e-6), cosines,
        cosines - cosines.max(initial=0), np.clip((cosines - cosines.mean()) / max(spread, 1e-3), -3, 3), place / max(count, 1),
        place == 0, place == count - 1, np.log1p(lengths) / 5, lengths < 8, np.full(count, passage @ weights / total),
        np.full(count, np.log(context.rank)),
        *_pair_columns(question, context.sentences),
    )  # fmt: skip
    return Measured(np.stack([np.asarray(column, np.float32) for column in columns], axis=1), rows)


@lru_cache(maxsize=64)
def _plain(question: str) -> str:
    return _MARKS.sub("", question)


@lru_cache(maxsize=64)
def _without(question: str) -> dict[int, None]:
    """For ``str.translate``: takes the characters of a question out."""
    return dict.fromkeys(map(ord, question))


@lru_cache(maxsize=64)
def _question_pairs(question: str) -> frozenset[str]:
    return pairs_of(question)


def first_choice(measured: Measured) -> Floats:
    """A rough score for each sentence of a passage, float32 [sentences]: which ones are worth measuring in full."""
    values = measured.values
    own, around, cosine, rank = (values[:, _COLUMN[name]] for name in ("both", "passage_share", "cosine", "rank"))
    return np.asarray(own + 0.4 * around + 0.8 * cosine - 0.1 * rank, np.float32)


def longest_run(question: str, text: str) -> int:
    """Length of the longest part of a question that stands in a text, in characters."""
    return _longest_part(question, text)[1]


def _longest_part(part: str, text: str) -> tuple[int, int]:
    """Where the longest part of a text that stands in another begins there, and its length."""
    best, start, place = 0, 0, 0
    while start + best < len(part):
        found = text.find(part[start : start + best + 1])
        if found >= 0:
            best, place = best + 1, found
        else:
            start += 1
    return place, best


def _places(terms: Terms, row: NDArray[np.bool_], text: str) -> list[tuple[int, float]]:
    """Where the terms of a sentence stand, with their weights, in order."""
    found: list[tuple[int, float]] = []
    for at in np.flatnonzero(row).tolist():
        term, weight = terms.names[at], float(terms.weights[at])
        place = terms.place(term, text)
        for _ in range(_OCCURRENCES):
            if place < 0:
                break
            found.append((place, weight))
            place = terms.place(term, text, place + 1)
    return sorted(found)


def _window(places: Sequence[tuple[int, float]], total: float) -> float:
    """The largest share of the weight that stands within _WINDOW characters."""
    best = held = 0.0
    begin = 0
    for place, weight in places:
        held += weight
        while place - places[begin][0] > _WINDOW:
            held -= places[begin][1]
            begin += 1
        best = max(best, held)
    return min(best / total, 1.5)


def _near(places: Sequence[tuple[int, float]], spans: Sequence[tuple[int, int]], total: float) -> float:
    """How much of the weight stands near the best candidate; weight fades with distance."""
    best = 0.0
    for start, end in spans[:12]:
        held = sum(weight * math.exp(-max(start - place, place - end, 0) / _NEAR) for place, weight in places)
        best = max(best, held)
    return min(float(best) / total, 1.5)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is seen in a sentence or in one beside it."""

    has: bool = False
    own_name: float = 0.0
    points_back: bool = False


_NOTHING = _Seen()


# Neighbours are looked at again and again.
@lru_cache(maxsize=512)
def _spans_in(text: str, expected: Expected) -> list[tuple[int, int]]:
    return candidates(expected, text)


@lru_cache(maxsize=512)
def _seen_in(text: str, expected: Expected) -> _Seen:
    return _Seen(bool(_spans_in(text, expected)), own_name(expected, text), points_back(text))


def measure(context: Context, at: int, measured: Measured, terms: Terms, expected: Expected) -> Floats:
    """All features of one sentence, float32 [len(FEATURES)]."""
    text = context.sentences[at]
    cheap, count = measured.values[at], len(context.sentences)
    both = _COLUMN["both"]
    question = _plain(expected.question)
    spans = _spans_in(text, expected)
    places = _places(terms, measured.rows[at], text)
    total = max(terms.total, 1e-6)
    left, right = expected.left, expected.right
    touching = bool(left) and any(left[-1:] in text[max(0, start - 3) : start] for start, _ in spans)
    left_at, left_run = _longest_part(left, text)
    right_at, right_run = _longest_part(right, text)
    gap = left_run > 1 and right_run > 1 and 0 < right_at - (left_at + left_run) < _WINDOW
    best = int(measured.values[:, both].argmax())
    of = {i: _seen_in(context.sentences[i], expected) for i in {at - 1, at, at + 1, best} if 0 <= i < count}
    previous, following, top = of.get(at - 1, _NOTHING), of.get(at + 1, _NOTHING), of[best]
    above = _places(terms, measured.rows[at - 1], context.sentences[at - 1]) if at else []
    characters = "".join(filter(str.isalnum, text))
    has, near = float(bool(spans)), _near(places, spans, total)
    some = (
        longest_run(question, text) / max(len(question), 1), _window(places, total), has, in_unit(expected, text), near, touching,
        min(len(spans), 5) / 5, len(left) > 1 and left[-2:] in text, len(right) > 1 and right[:2] in text,
        left_run / max(len(left), 4), right_run / max(len(right), 4), gap,
        measured.values[at - 1, both] if at else 0.0, measured.values[at + 1, both] if at + 1 < count else 0.0,
        previous.has, following.has,
        text.endswith((":", ",")), of[at].own_name, previous.own_name, following.own_name, of[at].points_back, following.points_back,
        at == best + 1, at == best - 1, top.has, top.points_back, top.own_name,
        _window([(place - 40, weight) for place, weight in above[-4:]] + places[:6], total),
        len(characters.translate(_without(question))) / max(len(characters), 1),
        any(name in text for name in context.quoted), _PRONOUN.match(text) is not None,
        longest_run(question[:6], text) / 6, "?" in text, _DIGIT.search(text) is not None, min(text.count("、"), 5) / 5,
    )  # fmt: skip
    by_name = {"has_candidate": has, "near_candidate": near} | {
        name: float(cheap[_COLUMN[name]]) for name in ("position", "length", "cosine", "both")
    }
    own = [1.0, *(by_name[name] for name in _BY_KIND)]
    crossed = np.zeros((len(EXPECTATIONS), len(own)), np.float32)
    crossed[EXPECTATIONS.index(expected.kind)] = own
    return np.concatenate((cheap, np.array(some, np.float32), crossed.ravel()))
