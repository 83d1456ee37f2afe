"""The very figure or date that a question asks for, to be said first: 114.6亿元, then the sentence it stands in."""

import re
from collections.abc import Sequence

from indexer.analyzer import normalise
from server.answer.expected import Expected, candidates, in_unit
from server.answer.terms import Terms

# A value is said first only when it stands this much nearer to the question's words than any other.
_CLEARLY = 1.25
_FADES = 10.0
# What stands right before the words that ask is what the value is of: so many characters, so much more weight.
_ASKED_ABOUT, _FOCUS = 6, 3.0
_ASKED_TWICE = re.compile(r"多少|百分之几|几[个户家项条]|多大|如何|哪[一]?[年天月]")
_CLAUSE = re.compile(r"[，,。；;：:、（(]")
# A clause that the value does not share with the words asked for is another's.
_OTHER_CLAUSE = 0.6
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


def direct_value(expected: Expected, terms: Terms, quote: str) -> str | None:
    """The one value in a sentence that the question asks for, as it is written there; None where that is not clear.

    Only for questions that ask for one figure in a named unit, or one date.
    """
    if expected.kind not in ("number", "date") or len(_ASKED_TWICE.findall(expected.question)) > 1:
        return None
    text = normalise(quote)
    if len(text) != len(quote):
        return None  # Offsets would not be those of the quote.
    if expected.kind == "number" and not in_unit(expected, text):
        return None
    pattern = expected.unit if expected.kind == "number" and expected.unit is not None else None
    spots = [match.span() for match in pattern.finditer(text)] if pattern else candidates(expected, text)
    spots = [spot for spot in spots if text[slice(*spot)] not in expected.question]
    places = [
        (match.start(), float(weight) * (_FOCUS if term in expected.left[-_ASKED_ABOUT:] else 1.0))
        for term, weight in zip(terms.names, terms.weights.tolist(), strict=True)
        for match in re.finditer(re.escape(term), text)
    ]
    ordered = sorted(((_nearness(text, spot, places), spot) for spot in spots), reverse=True)
    if not ordered or (len(ordered) > 1 and ordered[0][0] < _CLEARLY * ordered[1][0]):
        return None
    start, end = ordered[0][1]
    value = quote[start:end].strip()
    return value if any(c.isdigit() for c in value) or expected.kind == "date" else None
