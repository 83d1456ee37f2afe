"""The extractive answer: verbatim sentences, each with its citation, in at most MAX_ANSWER characters."""

from collections.abc import Sequence

from server.answer.cite import Citation, cite
from server.answer.evidence import Evidence
from server.answer.fields import LABELS, FieldAnswer
from server.search.query import Query

MAX_ANSWER = 400
_MAX_SENTENCES = 3
# A further sentence must be nearly as good as the first, or go on where it stops.
_NEARLY = 0.85


def select(query: Query, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that make the answer, best first."""
    chosen = [evidence[0]]
    if evidence[0].passage.term and query.kind == "definition":
        return chosen
    for candidate in evidence[1:]:
        if len(chosen) == _MAX_SENTENCES or candidate.score < _NEARLY * evidence[0].score:
            break
        if candidate.quote not in (e.quote for e in chosen):
            chosen.append(candidate)
    return chosen


def _frame(query: Query, citation: Citation) -> str:
    """For an English question: where the Chinese quote stands, in words we know; nothing is translated."""
    if query.language == "zh":
        return f"{citation.quote} [{citation.n}]"
    where = ", ".join(part for part in (f"《{citation.title[:60]}》", citation.document_number, citation.date) if part)
    return f"From {where}: “{citation.quote}” [{citation.n}]"


def compose(query: Query, chosen: Sequence[Evidence]) -> tuple[str, list[Citation]]:
    """The answer text and its citations. The first quote is cut at MAX_ANSWER, further ones must fit whole."""
    parts: list[str] = []
    citations: list[Citation] = []
    for evidence in chosen:
        document, section = evidence.passage.document, evidence.passage.section
        end = evidence.end
        citation = cite(len(citations) + 1, document, section, evidence.start, end, document.text[evidence.start : end])
        part = _frame(query, citation)
        if not parts and len(part) > MAX_ANSWER:
            end -= len(part) - MAX_ANSWER
            citation = cite(1, document, section, evidence.start, end, document.text[evidence.start : end])
            part = _frame(query, citation)
        if parts and len("\n".join([*parts, part])) > MAX_ANSWER:
            continue
        parts.append(part)
        citations.append(citation)
    return "\n".join(parts), citations


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
        stated = "" if found.field.value in quote else f" ({found.field.value})" if query.language == "en" else f"（{found.field.value}）"
        part = f"{label}{separator}{quote}{stated} [{citation.n}]"
        if parts and len("\n".join([*parts, part])) > MAX_ANSWER:
            break
        parts.append(part[:MAX_ANSWER])
        citations.append(citation)
    return "\n".join(parts), citations


