"""Later documents that may bear on what a reply promises. Whether a promise was kept is for people to judge."""

import calendar
import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import normalise
from indexer.generations import Generation
from server.replies.commitments import Statement
from server.replies.place import origin
from server.replies.reply import Reply, numbered_year
from server.replies.substance import Substance, substance_of
from server.search.passages import Passage
from server.search.versions import DAYS

# The weight of shared words times the cosine of the sentences. Measured on letters among 426 later documents and on 126
# plans among 435: above it, what comes from the same place concerns the promise; of documents that do not say where they
# are from, as news of all countries, only those far above it do.
THRESHOLD = 4.5
UNPLACED = 9.0
# Passages that are read for a promise, and documents that are shown for it.
READ = 12
_SHOWN = 3

Floats = NDArray[np.float32]
Find = Callable[[str, Floats, Set[int]], Sequence[Passage]]
"""The best READ passages for a text and its unit vector, float32 [dimension], among documents given by their numbers."""


@dataclass(frozen=True, slots=True)
class LaterSentence:
    """A sentence of a later document that may bear on a promise: ``passage.document.text[start:end] == quote``.

    ``date`` (YYYY-MM-DD) is that of its document; ``score`` is at least THRESHOLD and orders the sentences of a promise.
    """

    passage: Passage
    date: str
    start: int
    end: int
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class Bearing:
    """A promise and what may bear on it, best first."""

    promise: Statement
    sentences: Sequence[LaterSentence]


def last_day_of(reply: Reply) -> str | None:
    """The day after which a document is surely later than a reply; the last of the year where only that is known."""
    day = reply.document.value(*DAYS) or numbered_year(reply.fields.get("document_number", ""))
    if not day:
        return None
    year, month = day[:4], day[5:7] or "12"
    return day if len(day) == 10 else f"{year}-{month}-{calendar.monthrange(int(year), int(month))[1]}"


def document_days(generation: Generation) -> dict[int, str]:
    """The date by the number of each document that has one: of writing, else of publication, else of coming into force."""
    days: dict[int, str] = {}
    for name in reversed(DAYS):
        days.update(generation.documents_having(name))
    return days


def bearings(reply: Reply, generation: Generation, find: Find, vectors: Floats) -> list[Bearing]:
    """The promises of a reply on which later documents may bear, in the order of the reply.

    ``vectors``: one of each promise, float32 [promises, dimension]. Documents without a date are not known to be later and left out.
    """
    after = last_day_of(reply)
    if after is None:
        return []
    days = document_days(generation)
    number = generation.numbers[reply.document.document_id]
    own = {number, *generation.versions.get(number, ())}
    later = {n for n, day in days.items() if day > after and n not in own}
    if not later:
        return []
    # Letters of one office promise the same in the same words: that says nothing of what became of it.
    repeated = {_letters(statement.text) for statement in (*reply.promised, *reply.done)}
    found = []
    for promise, vector in zip(reply.promised, vectors, strict=True):
        substance = substance_of(promise.text, generation)
        # What holds too little cannot reach the threshold, whatever it is compared with.
        if substance.total < THRESHOLD:
            continue
        best: dict[str, LaterSentence] = {}
        for passage in find(promise.text, vector, later):
            document = passage.document
            where = origin(reply.document, document, passage.text)
            if where == "elsewhere":
                continue
            day = days[generation.numbers[document.document_id]]
            sentence = _best_sentence(passage, day, substance, generation, vector, repeated)
            known = best.get(document.document_id)
            if sentence is None or sentence.score < (THRESHOLD if where == "here" else UNPLACED):
                continue
            if known is None or sentence.score > known.score:
                best[document.document_id] = sentence
        if best:
            ranked = sorted(best.values(), key=lambda one: (-one.score, one.date, one.start))
            found.append(Bearing(promise, ranked[:_SHOWN]))
    return found


def _letters(text: str) -> str:
    return re.sub(r"\W", "", normalise(text))


def _best_sentence(
    passage: Passage, day: str, substance: Substance, generation: Generation, vector: Floats, repeated: Set[str]
) -> LaterSentence | None:
    """The sentence of a passage that shares most with a promise, None when none shares enough."""
    begin, stop = generation.sentence_starts[passage.ordinal : passage.ordinal + 2].tolist()
    if begin == stop:
        return None
    cosines = generation.sentence_cosines(np.arange(begin, stop), vector)
    text = passage.document.text
    best: LaterSentence | None = None
    for (start, end), cosine in zip(generation.sentence_spans[begin:stop].tolist(), cosines.tolist(), strict=True):
        score = substance.shared(normalise(text[start:end])) * cosine
        if score < THRESHOLD or _letters(text[start:end]) in repeated:
            continue
        if best is None or score > best.score:
            best = LaterSentence(passage, day, start, end, text[start:end], score)
    return best
