"""The extractive answer: verbatim words of the documents, each with its citation, in at most MAX_ANSWER characters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.generations import Generation
from indexer.validity import EXPIRED, REPEALED
from server.answer.cite import Citation, cite
from server.answer.evidence import Evidence
from server.answer.fields import LABELS, FieldAnswer
from server.search.passages import Passage
from server.search.query import Query

MAX_ANSWER = 400
_MAX_PARTS = 3
# A further sentence must be nearly as good as the first.
_NEARLY = 0.85
# The longest list that is quoted as a whole, in characters; of a longer one the heads of its items are shown.
_WHOLE_LIST = 260

_ITEM = re.compile(r"(?:^|(?<=[。；：:，,\s]))(?:[一二三四五六七八九十]是|首先|其次|再次|最后)")
_ITEM_END = re.compile(r"[，,。；;：:\n]")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an answer: what is shown, and the span that is cited for it. ``shown`` is made of its words alone."""

    passage: Passage
    start: int
    end: int
    shown: str


def _sentence(evidence: Evidence) -> Part:
    return Part(evidence.passage, evidence.start, evidence.end, evidence.quote)


def _entry(evidence: Evidence) -> Part:
    """A glossary entry as a whole."""
    passage = evidence.passage
    return Part(passage, passage.start, passage.end, passage.text)


def _enumeration(evidence: Evidence) -> Part | None:
    """The whole 一是…二是… list that a sentence belongs to or announces; None when there is no such list."""
    passage = evidence.passage
    text = passage.text
    items = [match.start() for match in _ITEM.finditer(text)]
    if len(items) < 2:
        return None
    at, end = evidence.start - passage.start, evidence.end - passage.start
    if not (at <= items[0] and (end >= items[0] or items[0] - end <= 2)):
        return None
    close = re.search(r"[。\n]|$", text[items[-1] :])
    stop = items[-1] + (close.end() if close else 0)
    whole = text[at:stop].rstrip()
    if len(whole) <= _WHOLE_LIST:
        return Part(passage, passage.start + at, passage.start + at + len(whole), whole)
    heads = []
    for item in items:
        mark = _ITEM_END.search(text, item + 2)
        heads.append(text[item : mark.start() if mark else len(text)].strip())
    announced = text[at : items[0]].strip()
    shown = "；".join(heads)
    shown = f"{announced}{shown}" if len(announced) + len(shown) <= MAX_ANSWER - 20 else shown
    return Part(passage, passage.start + at, passage.start + at + len(whole), shown)


def _following(evidence: Evidence, generation: Generation) -> Part | None:
    """For a short sentence that announces a list by its last mark or as a heading line: the sentence and the next."""
    passage = evidence.passage
    begin, stop = generation.sentence_starts[passage.ordinal : passage.ordinal + 2].tolist()
    spans = generation.sentence_spans[begin:stop].tolist()
    ends = [end for start, end in spans if start >= evidence.end][:1]
    if not ends or ends[0] - evidence.start > MAX_ANSWER - 40:
        return None
    return Part(passage, evidence.start, ends[0], passage.document.text[evidence.start : ends[0]])


def select(query: Query, evidence: Sequence[Evidence], generation: Generation) -> list[Part]:
    """What makes the answer, best first."""
    first = evidence[0]
    if (
        first.passage.term
        and (first.defines or query.kind == "definition")
        and len(first.passage.text) <= MAX_ANSWER - 20
    ):
        return [_entry(first)]
    if query.kind in ("list", "definition", "how", "number"):
        whole = _enumeration(first)
        if whole and (query.kind != "number" or len(whole.shown) <= _WHOLE_LIST):
            return [whole]
    if (
        query.kind == "list"
        and first.quote.endswith(("：", ":", "。"))
        and len(first.quote) < 60
        and not re.search("、", first.quote)
    ):
        longer = _following(first, generation)
        if longer:
            return [longer]
    chosen = [_sentence(first)]
    for candidate in evidence[1:]:
        if len(chosen) == _MAX_PARTS or candidate.score < _NEARLY * first.score:
            break
        if candidate.quote not in (part.shown for part in chosen):
            chosen.append(_sentence(candidate))
    return chosen


def _frame(query: Query, citation: Citation, shown: str) -> str:
    """For an English question: where the Chinese quote stands, in words we know; nothing is translated."""
    shown = re.sub(r"\s*\n\s*", " ", shown)
    out_of_date = citation.status in (REPEALED, EXPIRED) or citation.superseded_by is not None
    if query.language == "zh":
        return f"{shown} [{citation.n}]" + (
            f"（注意：该文件已{citation.status or '有更新版本'}）" if out_of_date else ""
        )
    where = ", ".join(part for part in (f"《{citation.title[:60]}》", citation.document_number, citation.date) if part)
    warning = " (note: this document is no longer in force)" if out_of_date else ""
    return f"From {where}: “{shown}” [{citation.n}]{warning}"


def compose(query: Query, evidence: Sequence[Evidence], generation: Generation) -> tuple[str, list[Citation]]:
    """The answer text and its citations. The first part is cut to fit MAX_ANSWER, further ones must fit whole."""
    shown: list[str] = []
    citations: list[Citation] = []
    for part in select(query, evidence, generation):
        document = part.passage.document
        quote = document.text[part.start : part.end]
        citation = cite(len(citations) + 1, document, part.passage.section, part.start, part.end, quote)
        line = _frame(query, citation, part.shown)
        if not shown and len(line) > MAX_ANSWER:
            kept = part.shown[: len(part.shown) - (len(line) - MAX_ANSWER)]
            line = _frame(query, citation, kept)
        if shown and len("\n".join([*shown, line])) > MAX_ANSWER:
            continue
        shown.append(line)
        citations.append(citation)
    return "\n".join(shown), citations


def compose_fields(query: Query, answers: Sequence[FieldAnswer]) -> tuple[str, list[Citation]]:
    """An answer made of metadata fields, each citing the words it was read from."""
    parts: list[str] = []
    citations: list[Citation] = []
    for found in answers:
        start, end = found.field.start, found.field.end
        if start is None or end is None:
            continue
        citation = cite(len(citations) + 1, found.document, (), start, end, found.document.text[start:end])
        label = LABELS[found.name][query.language == "en"]
        separator = ": " if query.language == "en" else "："
        quote = " ".join(citation.quote.split())
        value = found.field.value
        stated = "" if value in quote else f" ({value})" if query.language == "en" else f"（{value}）"
        part = f"{label}{separator}{quote}{stated} [{citation.n}]"
        if parts and len("\n".join([*parts, part])) > MAX_ANSWER:
            break
        parts.append(part[:MAX_ANSWER])
        citations.append(citation)
    return "\n".join(parts), citations
