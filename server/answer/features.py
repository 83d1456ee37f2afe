"""What is measured of a sentence as a possible answer, beyond what every sentence has measured: nearness, and what it holds."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from server.answer.expected import EXPECTATIONS, Expected, candidates, in_unit, own_name, points_back
from server.answer.measured import COLUMN, FOR_ALL, Context, Measured, without_marks
from server.answer.terms import Terms

Floats = NDArray[np.float32]

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
    *FOR_ALL, *_FOR_SOME, *(f"{kind}:{name}" for kind in EXPECTATIONS for name in ("is", *_BY_KIND)),
)  # fmt: skip
_CROSSED = [FEATURES.index(name) for name in _BY_KIND]

# Characters.
_WINDOW = 30
_NEAR = 12.0
_PRONOUN = re.compile(r"^(?:他们?|她们?|它们?|该|此|其|这|那|当时|之后|后来|随后|另外|此外|同时|并|而|但)")
_DIGIT = re.compile(r"\d")
_OCCURRENCES = 3


@lru_cache(maxsize=64)
def _plain(question: str) -> str:
    return without_marks(question)


@lru_cache(maxsize=64)
def _characters(question: str) -> frozenset[str]:
    return frozenset(question)


def longest_run(question: str, text: str) -> int:
    """Length of the longest part of a question that stands in a text, in characters."""
    return _longest_part(question, text)[1]


def _longest_part(part: str, text: str) -> tuple[int, int]:
    """Where the longest part of a text that stands in another begins there, and its length."""
    best, start, size, found = 0, 0, len(part), ""
    while start + best < size:
        longer = part[start : start + best + 1]
        if longer in text:
            best, found = best + 1, longer
        else:
            start += 1
    return text.find(found), best


def _places(terms: Terms, row: Sequence[bool], text: str) -> list[tuple[int, float]]:
    """Where the terms of a sentence stand, with their weights, in order."""
    found: list[tuple[int, float]] = []
    place_of = terms.place
    for term, weight in compress(terms.weighted, row):
        place = place_of(term, text)
        for _ in range(_OCCURRENCES):
            if place < 0:
                break
            found.append((place, weight))
            place = place_of(term, text, place + 1)
    found.sort()
    return found


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
    one: Floats = measure_some([(context, measured, at)], terms, expected)[0]
    return one


def measure_some(
    chosen: Sequence[tuple[Context, Measured, int]], terms: Terms, expected: Expected
) -> Floats:  # fmt: skip
    """All features of some sentences, each given with its passage and its place there: float32 [sentences, len(FEATURES)]."""
    features = np.zeros((len(chosen), len(FEATURES)), np.float32)
    some = slice(len(FOR_ALL), len(FOR_ALL) + len(_FOR_SOME))
    for at, (context, measured, place) in enumerate(chosen):
        features[at, : len(FOR_ALL)] = measured.values[place]
        features[at, some] = _measure(context, place, measured, terms, expected)
    first = FEATURES.index(f"{expected.kind}:is")
    features[:, first] = 1.0
    features[:, first + 1 : first + 1 + len(_BY_KIND)] = features[:, _CROSSED]
    return features


def _measure(context: Context, at: int, measured: Measured, terms: Terms, expected: Expected) -> tuple[float, ...]:
    """The features of _FOR_SOME, in their order."""
    sentences, plain, both = context.sentences, measured.plain[at], measured.values[:, COLUMN["both"]]
    text, count = sentences[at], len(sentences)
    question = _plain(expected.question)
    spans = _spans_in(text, expected)
    places = _places(terms, measured.rows[at].tolist(), text)
    total = max(terms.total, 1e-6)
    left, right, best = expected.left, expected.right, measured.best
    touching = bool(left) and any(left[-1] in text[max(0, start - 3) : start] for start, _ in spans)
    left_at, left_run = _longest_part(left, text)
    right_at, right_run = _longest_part(right, text)
    gap = left_run > 1 and right_run > 1 and 0 < right_at - (left_at + left_run) < _WINDOW
    of = {i: _seen_in(sentences[i], expected) for i in {at - 1, at, at + 1, best} if 0 <= i < count}
    own, previous, following, top = of[at], of.get(at - 1, _NOTHING), of.get(at + 1, _NOTHING), of[best]
    above = _places(terms, measured.rows[at - 1].tolist(), sentences[at - 1])[-4:] if at else []
    known = _characters(question)
    return (
        longest_run(question, text) / max(len(question), 1), _window(places, total), bool(spans), in_unit(expected, text),
        _near(places, spans, total), touching,
        min(len(spans), 5) / 5, len(left) > 1 and left[-2:] in text, len(right) > 1 and right[:2] in text,
        left_run / max(len(left), 4), right_run / max(len(right), 4), gap,
        float(both[at - 1]) if at else 0.0, float(both[at + 1]) if at + 1 < count else 0.0, previous.has, following.has,
        text.endswith((":", ",")), own.own_name, previous.own_name, following.own_name, own.points_back, following.points_back,
        at == best + 1, at == best - 1, top.has, top.points_back, top.own_name,
        _window([(place - 40, weight) for place, weight in above] + places[:6], total),
        (len(plain) - sum(map(known.__contains__, plain))) / max(len(plain), 1),
        any(name in text for name in context.quoted), _PRONOUN.match(text) is not None,
        longest_run(question[:6], text) / 6, "?" in text, _DIGIT.search(text) is not None, min(text.count("、"), 5) / 5,
    )  # fmt: skip
