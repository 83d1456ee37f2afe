"""The extractive answer: verbatim words of the documents, each with its citation, in at most MAX_ANSWER characters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from indexer.analyzer import normalise
from indexer.generations import Generation
from indexer.validity import EXPIRED, REPEALED
from server.answer.cite import Citation, cite
from server.answer.coinage import asked_coinage, explanations
from server.answer.conflict import rival_figures
from server.answer.demands import demanded_value
from server.answer.direct import direct_value
from server.answer.enumeration import asked_count, enumeration_at, listed_within, lists_within
from server.answer.evidence import Evidence
from server.answer.expected import expected_answer
from server.answer.terms import Terms
from server.search.passages import Passage
from server.search.query import Query

MAX_ANSWER = 400
_MAX_PARTS = 3
# How far below the first a further sentence may score, in the scorer's units: nearer for a question with one answer.
_NEARLY = {"number": 1.0, "date": 1.0, "person": 1.0, "definition": 1.0}
_NEARLY_OTHERS = 1.8
# The longest list that is quoted as a whole, in characters; of a longer one the heads of its items are shown.
_WHOLE_LIST = 260
# Evidence that is looked through for a list of as many items as are asked for.
_LOOKED_THROUGH = 10
_LISTS = ("list", "definition", "how", "open")
_TITLE = 30
# 哪几批 asks for a list, though it counts.
_WHICH = re.compile(r"哪几|哪些|哪[两二三四五六七八九十]|分别是")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an answer: what is shown, and the span that is cited for it. ``shown`` is made of its words alone.

    ``plan`` says whether it begins what is quoted item by item, such as a plan, or goes on with it.
    """

    passage: Passage
    start: int
    end: int
    shown: str
    direct: str | None = None
    plan: Literal["begins", "goes on"] | None = None


def _sentence(evidence: Evidence) -> Part:
    return Part(evidence.passage, evidence.start, evidence.end, evidence.quote)


def _entry(evidence: Evidence) -> Part:
    """A glossary entry as a whole."""
    passage = evidence.passage
    return Part(passage, passage.start, passage.end, passage.text)


def _enumeration(evidence: Evidence, asked: int | None = None) -> Part | None:
    """The whole list that a sentence holds or announces; None when there is none, or none of ``asked`` items."""
    passage, text = evidence.passage, evidence.passage.document.text
    found = enumeration_at(text, evidence.start, evidence.end)
    if found is None or (asked is not None and len(found.items) != asked):
        return None
    start = evidence.start
    whole = text[start : found.end].rstrip()
    part = Part(passage, start, start + len(whole), whole)
    if len(whole) <= _WHOLE_LIST:
        return part
    announced = text[start : found.items[0]].strip()
    shown = "；".join(found.heads(text))
    shown = f"{announced}{shown}" if len(announced) + len(shown) <= MAX_ANSWER - 60 else shown
    return replace(part, shown=shown)


def _following(evidence: Evidence, generation: Generation) -> Part | None:
    """A sentence with the next one of its passage, where both fit."""
    passage = evidence.passage
    begin, stop = generation.sentence_starts[passage.ordinal : passage.ordinal + 2].tolist()
    spans = generation.sentence_spans[begin:stop].tolist()
    ends = [end for start, end in spans if start >= evidence.end][:1]
    if not ends or ends[0] - evidence.start > MAX_ANSWER - 60:
        return None
    return Part(passage, evidence.start, ends[0], passage.document.text[evidence.start : ends[0]])


def _list(query: Query, evidence: Sequence[Evidence], generation: Generation) -> Part | None:
    """A whole list, where the question wants one: first one of as many items as are asked for."""
    first, asked = evidence[0], asked_count(normalise(query.text))
    if asked is not None and asked not in lists_within(first.quote):
        for candidate in evidence[:_LOOKED_THROUGH]:
            # The subject must be the question's own: a list of as many items may be about anything.
            if candidate.coverage >= 0.75 * first.coverage and (whole := _enumeration(candidate, asked)):
                return whole
    if whole := _enumeration(first):
        return whole
    announces = first.quote.endswith(("：", ":", "。")) and len(first.quote) < 60 and listed_within(first.quote) < 2
    return _following(first, generation) if announces and _WHICH.search(query.text) else None


def _rivals(query: Query, evidence: Sequence[Evidence], terms: Terms) -> list[Evidence]:
    if query.kind != "number" or query.years:
        return []
    return rival_figures(expected_answer(query), terms, evidence)


def _further(query: Query, evidence: Sequence[Evidence], terms: Terms) -> list[Part]:
    """The first sentence, those of other documents with another figure for the same, and those nearly as good."""
    first = evidence[0]
    nearly = _NEARLY.get(query.kind, _NEARLY_OTHERS)
    rivals = _rivals(query, evidence, terms)
    chosen = [_sentence(one) for one in (first, *rivals)]
    for candidate in evidence[1:]:
        if len(chosen) == _MAX_PARTS or candidate.score < first.score - nearly:
            break
        if candidate.missing is not None or candidate.year_fit == 0 or candidate.focus.missed:
            continue
        overlaps = any(
            part.start < candidate.end and candidate.start < part.end
            for part in chosen
            if part.passage.document is candidate.passage.document
        )
        if not overlaps:
            chosen.append(_sentence(candidate))
    return chosen


def _coinage(query: Query, evidence: Sequence[Evidence]) -> list[Part]:
    """What explains each part of a coined term, in order; empty where no document explains them all."""
    names, entry = asked_coinage(query), normalise(evidence[0].passage.term or "")
    # The entry of one part explains no other.
    if not names or all(name in entry for name in names):
        return []
    for one in evidence[:_LOOKED_THROUGH]:
        text = one.passage.document.text
        if spans := explanations(text, names):
            parts = [Part(one.passage, start, end, text[start:end], plan="goes on") for start, end in spans]
            return [replace(parts[0], plan="begins"), *parts[1:]]
    return []


def _plans(evidence: Sequence[Evidence]) -> list[Part]:
    """Plans item by item; the document is named where one begins."""
    seen: set[str] = set()
    parts = []
    for one in evidence:
        document = one.passage.document.document_id
        part = Part(one.passage, one.start, one.end, one.shown or one.quote)
        parts.append(replace(part, plan="goes on" if document in seen else "begins"))
        seen.add(document)
    return parts


def select(query: Query, evidence: Sequence[Evidence], generation: Generation, terms: Terms) -> list[Part]:
    """What makes the answer, best first."""
    first = evidence[0]
    if first.planned:
        return _plans([one for one in evidence if one.planned])
    if explained := _coinage(query, evidence):
        return explained
    if (
        first.passage.term
        and (first.defines or query.kind == "definition")
        and len(first.passage.text) <= MAX_ANSWER - 20
    ):
        return [_entry(first)]
    figure = expected_answer(query).kind in ("number", "date", "person")
    if ((query.kind in _LISTS and not figure) or _WHICH.search(query.text)) and (
        whole := _list(query, evidence, generation)
    ):
        return [whole]
    return _further(query, evidence, terms)


def _same_words(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts of different documents that say the same, together; the others by themselves. Order is kept."""
    groups: list[list[Part]] = []
    for part in parts:
        if part.plan is not None:
            groups.append([part])
            continue
        same = next((g for g in groups if "".join(g[0].shown.split()) == "".join(part.shown.split())), None)
        if same is None:
            groups.append([part])
        elif all(other.passage.document.document_id != part.passage.document.document_id for other in same):
            same.append(part)
    return groups


def _warning(query: Query, citation: Citation) -> str:
    if citation.status not in (REPEALED, EXPIRED) and citation.superseded_by is None:
        return ""
    if query.language == "en":
        return " (note: this document is no longer in force)"
    return f"（注意：该文件已{citation.status or '有更新版本'}）"


def frame(query: Query, cited: Sequence[Citation], part: Part, shown: str, several: bool) -> str:
    """A line of the answer: where the quote stands, in words we know, and its marks; nothing is translated.

    A Chinese answer names the document when ``several`` are joined, with its date, by which figures are told apart.
    """
    shown = re.sub(r"\s*\n\s*", " ", shown)
    marks = "".join(f"[{citation.n}]" for citation in cited)
    first = cited[0]
    if query.language == "zh":
        direct = f"{part.direct}。" if part.direct and part.direct != shown.strip("。；") else ""
        title = first.title if len(first.title) <= _TITLE else first.title[: _TITLE - 1] + "…"
        where = f"《{title}》（{first.date}）：" if several and first.date else f"《{title}》：" if several else ""
        return f"{where}{direct}{shown} {marks}{_warning(query, first)}"
    if part.plan == "goes on":
        return f"“{shown}” {marks}{_warning(query, first)}"
    where = ", ".join(part for part in (f"《{first.title[:60]}》", first.document_number, first.date) if part)
    direct = f"{part.direct}. " if part.direct and part.direct != shown.strip("。；") else ""
    return f"{direct}From {where}: “{shown}” {marks}{_warning(query, first)}"


def cited_parts(parts: Sequence[Part], n: int) -> list[Citation]:
    """Citations of parts, numbered from ``n``."""
    return [
        cite(n + at, part.passage.document, part.passage.section, part.start, part.end,
             part.passage.document.text[part.start : part.end])
        for at, part in enumerate(parts)
    ]  # fmt: skip


def _with_direct(query: Query, parts: Sequence[Part], terms: Terms) -> list[Part]:
    """The first part with the value that it answers with; the first part of every other document likewise."""
    expected = expected_answer(query)
    seen: set[str] = set()
    found = []
    for part in parts:
        document = part.passage.document.document_id
        direct = None
        if document not in seen and expected.kind in ("number", "date"):
            direct = direct_value(expected, terms, part.shown)
        elif document not in seen:
            direct = demanded_value(query, terms, part.passage, part.start, part.end)
        seen.add(document)
        found.append(replace(part, direct=direct))
    return found


def compose(
    query: Query, evidence: Sequence[Evidence], generation: Generation, terms: Terms | None = None
) -> tuple[str, list[Citation]]:
    """The answer text and its citations. The first part is cut to fit MAX_ANSWER, further ones must fit whole.

    ``terms`` are the question's, where they are known.
    """
    terms = Terms(query, generation) if terms is None else terms
    shown: list[str] = []
    citations: list[Citation] = []
    groups = _same_words(_with_direct(query, select(query, evidence, generation, terms), terms))
    several = len({group[0].passage.document.document_id for group in groups}) > 1
    for group in groups:
        cited, part = cited_parts(group, len(citations) + 1), group[0]
        named = several and part.plan != "goes on"
        line = frame(query, cited, part, part.shown, named)
        if not shown and len(line) > MAX_ANSWER:
            kept = part.shown[: max(1, len(part.shown) - (len(line) - MAX_ANSWER))]
            line = frame(query, cited, part, kept, named)
        if shown and len("\n".join([*shown, line])) > MAX_ANSWER:
            continue
        shown.append(line)
        citations.extend(cited)
    return "\n".join(shown), citations
