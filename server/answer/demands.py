"""Demands: what some questions want of a sentence, told by rule: the holder of an office, the actor of an act, an explanation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from indexer.analyzer import normalise
from server.answer.actors import Act, act_of, actor
from server.answer.focus import Focused
from server.answer.identity import bears, coined
from server.answer.meanings import explained, meaning_asked, mentions
from server.answer.offices import Holder, holder, office_held, office_of
from server.answer.terms import Terms
from server.search.passages import Passage
from server.search.query import Query

# What it is worth to meet a demand, by the sentence itself or with what stands above it, in the scorer's units; what does not
# meet it comes after.
_MET, _SAID_ABOVE, UNMET = 5.0, 2.0, 3.0
# Characters of a quote that takes in what a sentence goes on from.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Demanded:
    """How a sentence meets what is demanded of it: ``value`` is what it answers with, None where it is the sentence itself.

    ``start`` is where its quote must begin to say so, None where the sentence says it by itself; ``worth`` is
    what speaks for a sentence that meets the demand, in the scorer's units.
    """

    met: bool
    value: str | None = None
    start: int | None = None
    worth: float = _MET

    def on(self, focus: Focused) -> Focused:
        """How the sentence meets the focus of the question, with the demand."""
        return replace(focus, bare=False, off=False, other_measure=False) if self.met else replace(focus, off=True)


Demand = Callable[[Passage, int, int], Demanded]


def demand_of(query: Query, terms: Terms, passages: Sequence[Passage] = ()) -> Demand | None:
    """What a question demands of a sentence ``[start, end)`` of a passage's document; None where it demands nothing.

    ``passages`` are what was found: a term that they have in quotation marks is coined, and wants an explanation.
    """
    if query.language != "zh" or (query.names_number and not query.codes):
        return None
    if (office := office_of(query.text)) is not None:
        return lambda passage, start, end: _held(holder(office, passage, _plain(passage, start, end)))
    if (act := act_of(query.text)) is not None:
        return lambda passage, start, end: _acted(act, terms, passage, start, end)
    names = meaning_asked(query)
    if names and (coined(query) or any(mentions(names, _normalised(passage.text)) for passage in passages)):
        return lambda passage, start, end: _meant(names, passage, start, end)
    return None


@lru_cache(maxsize=1024)
def _normalised(text: str) -> str:
    return normalise(text)


def _plain(passage: Passage, start: int, end: int) -> str:
    return _normalised(passage.document.text[start:end])


def _acted(act: Act, terms: Terms, passage: Passage, start: int, end: int) -> Demanded:
    """Who did it by the sentence itself, or, where it goes on behind a semicolon, by what it goes on from."""
    if (said := actor(act, terms, _plain(passage, start, end))) is not None:
        return Demanded(True, said)
    text = passage.document.text
    if text[max(0, start - 1) : start] not in ("；", ";"):
        return Demanded(False)
    begin = max(text.rfind(mark, 0, start) for mark in "。\n：") + 1
    fits = passage.start <= begin and end - begin <= _LONGEST
    whole = actor(act, terms, _plain(passage, begin, end)) if fits else None
    return Demanded(whole is not None, whole, begin if whole is not None else None)


def _meant(names: Sequence[str], passage: Passage, start: int, end: int) -> Demanded:
    """An explanation; one that does not name the term may be of another thing that is counted alike."""
    plain = _plain(passage, start, end)
    named = any(bears(plain, name) for name in names)
    return Demanded(explained(names, passage, start, end), worth=_MET if named else _SAID_ABOVE)


def _held(found: Holder | None) -> Demanded:
    if found is None:
        return Demanded(False)
    return Demanded(True, found.name, worth=_MET if found.stated else _SAID_ABOVE)


def demanded_value(query: Query, terms: Terms, passage: Passage, start: int, end: int) -> str | None:
    """The name or office in a sentence that a question demands, as it is written there; None where it demands none, or where
    that is not clear."""
    quote = passage.document.text[start:end]
    plain = _normalised(quote)
    if len(plain) != len(quote):
        return None  # Offsets would not be those of the quote.
    demand = demand_of(query, terms)
    met = demand(passage, start, end) if demand is not None else None
    value = met.value if met is not None else office_held(query, plain)
    at = plain.find(value) if value else -1
    return quote[at : at + len(value)].strip() if value and at >= 0 else None
