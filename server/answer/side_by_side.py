"""The answer to a comparison: each side's value with its own citation, and which document it comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import normalise
from server.answer.cite import Citation
from server.answer.comparison import Side, bears_all, sides_of
from server.answer.direct import direct_value
from server.answer.evidence import Evidence
from server.answer.expected import expected_answer
from server.answer.extract import MAX_ANSWER, Part, cited_parts, frame
from server.answer.finding import find_evidence
from server.answer.parts import parts_of
from server.answer.refuse import refuse
from server.answer.times import times_of
from server.search.query import Query, understand_query
from server.search.retrieve import Retriever

_NOT_FOUND = {"zh": "没有找到依据。", "en": "no evidence was found."}
# Words, marks and the name of the document around a quote, in characters.
_FRAME = 60
# The least share of what is asked about that a sentence with all sides must have to be the answer by itself.
_SPEAKS = 0.5
_CLAUSE = re.compile(r"(?<=[，；：,;:、])")
_WHICH = re.compile(r"(?:哪|谁)[^，。]{0,8}[高低多少大小快慢]|\bwhich\b|\b(?:more|higher|lower|less)\b", re.IGNORECASE)
_FIGURE = re.compile(r"^\D{0,2}(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>\D*)$")


@dataclass(frozen=True, slots=True)
class Compared:
    """A side with the sentence that answers for it, and the value in it; both None where nothing does."""

    side: Side
    evidence: Evidence | None = None
    value: str | None = None


def compare(
    retriever: Retriever, query: Query, count: int, allowed: NDArray[np.bool_] | None, evidence: Sequence[Evidence],
) -> list[Compared]:  # fmt: skip
    """Each side of a question asked by itself; empty where the question compares nothing, one sentence of its ``evidence``
    says it all, or no side has an answer."""
    # 2025年一季度 is not 2025年: times are parted before years are.
    sides = [] if query.names_number or times_of(query) else sides_of(query)
    if sides and evidence and evidence[0].missing is None and _bears_all(query, evidence[0]):
        return []
    if not sides:
        sides = [] if query.names_number else parts_of(query)
    if not sides:
        return []
    found = _told_apart([_answered(retriever, side, count, allowed) for side in sides])
    answered = sum(one.evidence is not None for one in found)
    if answered < len(found) and evidence and _names_all(sides, evidence[0]):
        return []
    return found if answered else []


def _names_all(sides: Sequence[Side], evidence: Evidence) -> bool:
    said = normalise(evidence.quote)
    return all(normalise(side.name) in said for side in sides)


def _told_apart(found: Sequence[Compared]) -> list[Compared]:
    """Sides that share a sentence: each with its own value in it, else the one that it names alone, else none."""
    shared: dict[tuple[str, int], list[Compared]] = {}
    for one in found:
        if one.evidence is not None:
            shared.setdefault((one.evidence.passage.document.document_id, one.evidence.start), []).append(one)
    kept: list[Compared] = []
    for one in found:
        if one.evidence is None:
            kept.append(one)
            continue
        beside = shared[one.evidence.passage.document.document_id, one.evidence.start]
        values = [other.value for other in beside]
        said = normalise(one.evidence.quote)
        named = [other for other in beside if normalise(other.side.name) in said]
        apart = None not in values and len(set(values)) == len(values)
        kept.append(one if len(beside) == 1 or apart or named == [one] else Compared(one.side))
    return kept


def _bears_all(query: Query, evidence: Evidence) -> bool:
    """Whether a sentence names every side and speaks of what is compared."""
    return bears_all(query, evidence) and evidence.focus.said >= _SPEAKS and not evidence.focus.bare


def _answered(
    retriever: Retriever, side: Side, count: int, allowed: NDArray[np.bool_] | None,
) -> Compared:  # fmt: skip
    query = understand_query(side.question)
    found = find_evidence(retriever, query, allowed, count)
    if not found.evidence or refuse(query, found.evidence) is not None:
        return Compared(side)
    best = found.evidence[0]
    return Compared(side, best, direct_value(expected_answer(query), found.terms, best.quote))


def _around(quote: str, value: str | None, room: int) -> str:
    """The clauses of a quote around a value, as many as there is room for; the first ones where there is no value."""
    if len(quote) <= room:
        return quote
    clauses = _CLAUSE.split(quote)
    first = last = next((at for at, clause in enumerate(clauses) if value and value in clause), 0)
    while True:
        length = len("".join(clauses[first : last + 1]))
        if first > 0 and length + len(clauses[first - 1]) <= room:
            first -= 1
        elif last + 1 < len(clauses) and length + len(clauses[last + 1]) <= room:
            last += 1
        else:
            break
    text = "".join(clauses[first : last + 1])[: max(room, 1)]
    return f"{'…' if first else ''}{text.rstrip('，；：,;:、')}{'…' if last + 1 < len(clauses) else ''}"


def _verdict(query: Query, found: Sequence[Compared]) -> str:
    """Which value is the larger, where the question asks and both are figures in one unit."""
    figures = [_FIGURE.match(normalise(one.value)) if one.value else None for one in found]
    if len(found) != 2 or not _WHICH.search(query.text) or figures[0] is None or figures[1] is None:
        return ""
    if figures[0]["unit"].strip() != figures[1]["unit"].strip():
        return ""
    one, other = (float(figure["number"].replace(",", "")) for figure in (figures[0], figures[1]))
    sign = "＞" if one > other else "＜" if one < other else "＝"
    label = "Compared" if query.language == "en" else "比较"
    return f"{label}：{found[0].side.name} {found[0].value} {sign} {found[1].side.name} {found[1].value}"


def compose_comparison(query: Query, found: Sequence[Compared]) -> tuple[str, list[Citation]]:
    """The sides in the question's order, each with its value, its document and its citation; what was not found is said."""
    verdict = _verdict(query, found)
    room = (MAX_ANSWER - len(verdict) - 1) // len(found) - _FRAME
    lines: list[str] = []
    citations: list[Citation] = []
    colon = ": " if query.language == "en" else "："
    for one in found:
        if one.evidence is None:
            lines.append(f"{one.side.name}{colon}{_NOT_FOUND[query.language]}")
            continue
        e = one.evidence
        part = Part(e.passage, e.start, e.end, _around(e.quote, one.value, room - len(one.value or "")), one.value)
        cited = cited_parts([part], len(citations) + 1)
        several = True
        line = f"{one.side.name}{colon}{frame(query, cited, part, part.shown, several)}"
        if len("\n".join([*lines, line])) > MAX_ANSWER - len(verdict) - 1:
            part = replace(part, shown=_around(e.quote, one.value, max(20, room // 2)))
            line = f"{one.side.name}{colon}{frame(query, cited, part, part.shown, several)}"
        lines.append(line)
        citations.extend(cited)
    return "\n".join([*lines, *([verdict] if verdict else [])])[:MAX_ANSWER], citations
