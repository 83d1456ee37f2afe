"""The very figure or date that a question asks for, to be said first: 114.6亿元, then the sentence it stands in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from indexer.analyzer import normalise
from server.answer.expected import Expected, asks_growth, candidates
from server.answer.possible import figures, lists
from server.answer.terms import Terms
from server.answer.totals import named_thing

# A value is said first only when it stands this much nearer to the question's words than any other.
_CLEARLY = 1.25
_FADES = 10.0
# What stands right before the words that ask is what the value is of: so many characters, so much more weight.
_ASKED_ABOUT, _FOCUS = 6, 3.0
_ASKED_TWICE = re.compile(r"多少|百分之几|几[个户家项条]|多大|如何|哪[一]?[年天月]")
_CLAUSE = re.compile(r"[，,。；;：:、（(]")
# A clause that the value does not share with the words asked for is another's.
_OTHER_CLAUSE = 0.6
# Before a figure that tells a change.
_GROWN = re.compile(r"(?:增长|增加|提高|上升|下降|降低|减少|增幅|降幅|增速|升高|多出)(?:为|了|达|约)?\s*$")
# 由2023年底的36.8%降至7.4%: the value that it rose or fell from is that of a year of its own.
_OF_YEAR = re.compile(r"[由从]\s*(?P<when>(?P<year>(?:19|20)\d\d)\s*年|年初)[末底初]?的?[^,，。;；\d]{0,8}$")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# 人均生产总值达到 says nothing of the 生产总值.
_PER_HEAD = re.compile(r"人均[^,，。;；\d]*$")
_EACH = re.compile(r"(?P<things>[^,，。;；:：]*)分别(?:是|为|有|达到?)?")
_DAY = re.compile(r"[日号]$|-\d{1,2}$")
_ASKS_DAY = re.compile(r"哪一?[天日]|几[日号]|what date|which day")
_TO = re.compile(
    r"[^,，。;；]{0,6}(?:降|升|增|减|提高|提升|增加|压减|收窄|上升|下降|扩大)[^,，。;；]{0,3}(?:到|至|为)[^,，。;；\d]{0,8}"
)
# A value stands behind what it is of: 回笼资金114.6亿元.
_BEHIND = 0.4


def _nearness(text: str, spot: tuple[int, int], places: Sequence[tuple[int, float]]) -> float:
    start, end = spot
    near = 0.0
    for place, weight in places:
        distance = max(start - place, place - end, 0)
        between = text[min(place, start) : max(place, end)]
        crossed = len(_CLAUSE.findall(between))
        behind = _BEHIND if place >= end else 1.0
        near += behind * weight * (_FADES / (_FADES + distance)) * _OTHER_CLAUSE**crossed
    return near


def _all(terms: Terms, term: str, text: str) -> Iterator[int]:
    at = terms.place(term, text)
    while at >= 0:
        yield at
        at = terms.place(term, text, at + 1)


def _rises(text: str, spot: tuple[int, int], following: tuple[int, int] | None) -> bool:
    """Whether a value is only the one that rises or falls to the next: 36.8% of 由36.8%降至7.4%."""
    return following is not None and _TO.fullmatch(text[spot[1] : following[0]]) is not None


def _of_its_year(question: str, text: str, spots: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spots without those that a value rises or falls from; such a one alone, where the question asks for its year."""
    years = _YEARS.findall(question)
    kept = []
    for spot, following in zip_longest(spots, spots[1:]):
        if not _rises(text, spot, following):
            kept.append(spot)
            continue
        since = _OF_YEAR.search(text[: spot[0]])
        if since and ([since["year"]] == years if since["year"] else f"{since['when']}" in question):
            return [spot]
    return kept


def _of_its_thing(question: str, text: str, spots: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of 大型、中型泵站分别为6座、35座 the value of the one thing that the question names; all spots where it names none or more."""
    for match in _EACH.finditer(text):
        things = [thing for thing in re.split(r"[、和与及]", match["things"]) if thing]
        values = [spot for spot in spots if spot[0] >= match.end()][: len(things)]
        asked = [named_thing(thing) in question for thing in things]
        if len(values) == len(things) and sum(asked) == 1:
            return [values[asked.index(True)]]
    return list(spots)


def _fitting(expected: Expected, text: str, spots: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spots that fit best, by what stands before them and how exact a date is; all where none does."""
    if expected.kind == "number":
        spots = [
            spot for spot in spots if "人均" in expected.question or not _PER_HEAD.search(text[: spot[0]])
        ] or spots
        grown = [spot for spot in spots if _GROWN.search(text[max(0, spot[0] - 12) : spot[0]])]
        wanted = grown if asks_growth(expected.question) else [spot for spot in spots if spot not in grown]
        if spots and not wanted and not asks_growth(expected.question):
            # 劳动生产率 is no share, though its name ends like one.
            others = sorted(figures(replace(expected, unit=None), text))
            wanted = [spot for spot in others if not _GROWN.search(text[max(0, spot[0] - 12) : spot[0]])]
    else:
        wanted = (
            [spot for spot in spots if _DAY.search(text[slice(*spot)])] if _ASKS_DAY.search(expected.question) else []
        )
    return list(wanted or spots)


def direct_value(expected: Expected, terms: Terms, quote: str) -> str | None:
    """The one value in a sentence that the question asks for, as it is written there; None where that is not clear.

    Only for questions that ask for one figure in a named unit, or one date.
    """
    if expected.kind not in ("number", "date") or lists(expected) or len(_ASKED_TWICE.findall(expected.question)) > 1:
        return None
    text = normalise(quote)
    if len(text) != len(quote):
        return None  # Offsets would not be those of the quote.
    spots = sorted(figures(expected, text) if expected.kind == "number" else candidates(expected, text))
    spots = _of_its_thing(expected.question, text, _of_its_year(expected.question, text, spots))
    spots = _fitting(expected, text, spots)
    places = [
        (at, float(weight) * (_FOCUS if term in expected.left[-_ASKED_ABOUT:] else 1.0))
        for term, weight in zip(terms.names, terms.weights.tolist(), strict=True)
        for at in _all(terms, term, text)
    ]
    ordered = sorted(((_nearness(text, spot, places), spot) for spot in spots), reverse=True)
    if not ordered or (len(ordered) > 1 and ordered[0][0] < _CLEARLY * ordered[1][0]):
        return None
    start, end = ordered[0][1]
    value = quote[start:end].strip()
    return value if any(c.isdigit() for c in value) or expected.kind == "date" else None
