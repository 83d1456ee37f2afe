"""Evidence for a question about what is to be done next: the plans of the documents that were found."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.analyzer import normalise
from indexer.document import Document
from indexer.generations import Generation
from server.answer.abbreviations import SAME
from server.answer.evidence import Evidence
from server.answer.identity import missing_name
from server.answer.places import missing_place
from server.answer.plans import Plan, asks_next, pieces_of_plan, plans_of, subject_of
from server.answer.terms import Terms
from server.answer.years import issued_in, years_after
from server.search.passages import Passage
from server.search.query import Query, understand_query

# Documents whose plans are looked at, and shown where the question names no subject.
_DOCUMENTS, _SHOWN = 6, 3
# Characters of an answer for the quotes: the rest is for the names of documents and marks.
_ROOM, _NAME = 350, 50
# The least share of the subject's words that a plan and its headings must have.
_ABOUT = 0.6
# A plan of more characters is one for everything.
_FOR_ALL = 1200
# Characters at the head of an item; above a plan, where it may say whose it is.
_HEAD, _BEFORE = 40, 300
_SCORE = 9.0
# What a mention more weighs, where two plans have all the subject's words.
_OFTEN = 0.01


def planned_evidence(query: Query, passages: Sequence[Passage], generation: Generation) -> list[Evidence]:
    """The announcing sentence and the items of the plan that a question asks for, in order; empty where it asks for none, or
    none that was found is about its subject. Without a subject the beginnings of several documents' plans."""
    if not asks_next(query):
        return []
    subject = subject_of(query)
    terms = Terms(understand_query(subject), generation) if subject else None
    by_document: dict[str, Passage] = {}
    for passage in passages:
        by_document.setdefault(passage.document.document_id, passage)
    found: list[tuple[float, Passage, Plan]] = []
    for passage in list(by_document.values())[:_DOCUMENTS]:
        if _of_another_year(query, passage.document):
            continue
        for plan in plans_of(passage.document):
            at = _at(passage, plan.start, plan.end, generation)
            named = _named(at, plan)
            share = _share(terms, f"{named}\n{_above(at)}\n{at.text}")
            # What is named in the title and at the head of the items says more than what is mentioned; of a plan for everything
            # it alone counts.
            head = _share(terms, named)
            if min(share, head if plan.end - plan.start > _FOR_ALL else 1.0) >= _ABOUT and _identity(query, at):
                found.append((share + head + _OFTEN * _said(terms, at), passage, plan))
    if terms is not None and terms.words and found:
        best = max(share for share, _, _ in found)
        found = [one for one in found if one[0] == best]
    firsts = _first_of_each(found)
    shown = min(len(firsts), _SHOWN)
    room = _ROOM if shown < 2 else _ROOM // shown - _NAME
    return [
        evidence
        for passage, plan in firsts[:_SHOWN]
        for evidence in _evidence(passage, plan, room, generation, whole=shown > 1)
    ]


def _first_of_each(found: Sequence[tuple[float, Passage, Plan]]) -> list[tuple[Passage, Plan]]:
    """The first plan of each document; of copies one."""
    by_document: dict[str, tuple[Passage, Plan]] = {}
    by_words: dict[str, tuple[Passage, Plan]] = {}
    for _, passage, plan in found:
        by_document.setdefault(passage.document.document_id, (passage, plan))
    for passage, plan in by_document.values():
        by_words.setdefault("".join(passage.document.text[plan.start : plan.end].split()), (passage, plan))
    return list(by_words.values())


def _of_another_year(query: Query, document: Document) -> bool:
    issued = issued_in(document)
    asked = {*query.years, *(str(int(year) - 1) for year in query.years if year.isdigit())}
    return bool(asked) and issued is not None and issued not in asked | years_after(query)


def _named(at: Passage, plan: Plan) -> str:
    """The title and the headings above a plan, what announces it and the heads of its items."""
    text = at.document.text
    heads = [text[start : start + _HEAD] for start in plan.items] or [text[plan.start : plan.start + _HEAD]]
    lead = text[slice(*plan.lead)] if plan.lead else ""
    return "\n".join((at.document.title, *at.section, lead, *heads))


def _above(at: Passage) -> str:
    """Who says it: the issuer, and what stands right above."""
    return f"{at.document.value('issuer') or ''}\n{at.document.text[max(0, at.start - _BEFORE) : at.start]}"


def _share(terms: Terms | None, said: str) -> float:
    """Which share of the subject's words a text has; 1 without a subject."""
    if terms is None or not terms.words:
        return 1.0
    found = terms.found(normalise(said))
    weights = {word: terms.weight_of(word) for word in terms.names[: terms.words]}
    return sum(weight for word, weight in weights.items() if word in found) / sum(weights.values())


def _said(terms: Terms | None, at: Passage) -> int:
    """How often a plan says what it is asked about; whose plan it is does not count."""
    whose, text = normalise(f"{at.document.value('issuer') or ''}{at.document.title}"), normalise(at.text)
    words = terms.names[: terms.words] if terms is not None else ()
    subject = (word for word in words if not any(name in whose for name in SAME.get(word, (word,))))
    return sum(text.count(word) for word in subject)


def _identity(query: Query, at: Passage) -> bool:
    """Whether a plan is about the places and coined terms that the question names."""
    return missing_place(query, at, at.start, at.end) is None and missing_name(query, at) is None


def _at(passage: Passage, start: int, end: int, generation: Generation) -> Passage:
    """A passage of the same document for a span of it, under the headings of the span's beginning."""
    if passage.start <= start < passage.end:
        held = passage
    else:
        number = generation.numbers[passage.document.document_id]
        chunks = [(ordinal, chunk) for ordinal, chunk in generation.chunks_of(number) if chunk.start <= start]
        ordinal, chunk = chunks[-1] if chunks else (passage.ordinal, None)
        held = replace(passage, ordinal=ordinal, section=chunk.section if chunk else passage.section)
    return replace(held, term=None, start=start, end=end, text=passage.document.text[start:end])


def _evidence(passage: Passage, plan: Plan, room: int, generation: Generation, whole: bool) -> Iterator[Evidence]:
    """A plan piece by piece, each to be cited; as a ``whole`` where several stand side by side."""
    text = passage.document.text
    pieces = list(pieces_of_plan(plan, text, room))
    shown = "；".join(text[start:end].strip("。；;\n ") for start, end in pieces) if whole else None
    for start, end in [(pieces[0][0], pieces[-1][1])] if whole else pieces:
        at = _at(passage, start, end, generation)
        yield Evidence(at, start, end, text[start:end], _SCORE, 1.0, 1.0, 1.0, defines=False, planned=True, shown=shown)
