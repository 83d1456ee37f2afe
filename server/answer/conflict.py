"""Different figures for the same subject in different documents: shown side by side, each with its document, never merged."""

from collections.abc import Sequence

from indexer.analyzer import normalise
from server.answer.direct import direct_value
from server.answer.evidence import Evidence
from server.answer.expected import Expected
from server.answer.terms import Terms

# How far below the first a sentence with another figure may score, in the scorer's units, and how much of the question's
# words in the first it must have: both speak of the same thing.
_SCORES, _SHARES = 4.0, 0.9
_MOST = 2
_LOOKED = 12


def rival_figures(expected: Expected, terms: Terms, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Sentences of other documents that give another figure for what the first sentence gives one for, best first.

    Only for questions that ask for one figure and name no year; at most _MOST, one of each document.
    """
    first = evidence[0]
    value = direct_value(expected, terms, first.quote)
    if value is None:
        return []
    seen = {first.passage.document.document_id}
    given = {normalise(value)}
    found: list[Evidence] = []
    for one in evidence[1:_LOOKED]:
        document = one.passage.document.document_id
        if document in seen or one.missing is not None or one.score < first.score - _SCORES:
            continue
        if one.own < _SHARES * first.own or one.coverage < _SHARES * first.coverage:
            continue
        other = direct_value(expected, terms, one.quote)
        if other is None or _unit(other) != _unit(value):
            continue
        seen.add(document)
        if normalise(other) not in given:
            given.add(normalise(other))
            found.append(one)
        if len(found) == _MOST:
            break
    return found


def _unit(value: str) -> str:
    return "".join(c for c in normalise(value) if not (c.isdigit() or c in ".,")).strip()
