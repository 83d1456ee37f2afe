"""Nothing a model writes is believed: each sentence must rest on what it cites, or it goes.

A sentence stands when every id it cites exists; when each figure, date, 文号 and quoted term in it occurs in what it
cites, of the same thing and in the same direction; and when its other words do too: for Chinese by the share of its
character bigrams, across languages by the cosine of the encoder.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import analyze, normalise
from indexer.metadata import DOCUMENT_NUMBER
from server.answer.cite import Citation, cite
from server.answer.llm_facts import Facts, facts_of, misplaced, unstated
from server.answer.llm_markers import Claim
from server.answer.llm_prompt import Source, Span
from server.search.query import language_of

# Share of a Chinese sentence's bigrams that what it cites must hold; official wording is kept or nearly so by any model
# that keeps to its texts, while an invented sentence shares little but names.
_MIN_SHARE = 0.5
# Of a sentence without a marker one source must hold more: small models forget to cite what they copy.
_MIN_SHARE_UNCITED = 0.7
# Cosine between a sentence in another language and the best sentence that it cites.
_MIN_COSINE = 0.3
# Sentences cited for one claim.
_MAX_CITED = 3

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Verified:
    """A sentence that stands, and the verbatim spans it rests on, each with its source."""

    text: str
    support: tuple[tuple[Source, Span], ...]
    new_line: bool


def _bigrams(text: str) -> set[str]:
    return {token for token in analyze(text).bigrams if not token.isascii()}


def _ranked(claim: Claim, spans: Sequence[tuple[Source, Span]], encode: Encode) -> tuple[list[float], float]:
    """How near each span is to the claim, and how much of the claim all of them hold together, both from 0 to 1."""
    own = _bigrams(claim.text)
    if language_of(claim.text) == "zh" and own:
        each = [_bigrams(span.text) for _, span in spans]
        headings = _bigrams("\n".join(part for source, _ in spans for part in source.passage.section))
        whole = len(own & set().union(headings, *each)) / len(own)
        return [len(own & held) / len(own) for held in each], whole
    vectors = encode([claim.text, *(span.text for _, span in spans)])
    cosines: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return cosines, max((c for c, (_, span) in zip(cosines, spans, strict=True) if not span.field), default=0.0)


def _cover(
    claimed: Facts, spans: Sequence[tuple[Source, Span]], nearness: Sequence[float]
) -> list[tuple[Source, Span]]:
    """The fewest spans, nearest first, that state every fact of the claim; at least the nearest sentence."""
    order = sorted(range(len(spans)), key=lambda i: (spans[i][1].field, -nearness[i], i))
    chosen = [order[0]]
    missing = set(unstated(claimed, facts_of(spans[order[0]][1].text), spans[order[0]][1].text))
    for i in order[1:]:
        if not missing or len(chosen) == _MAX_CITED:
            break
        text = "\n".join(spans[j][1].text for j in (*chosen, i))
        left = set(unstated(claimed, facts_of(text), text))
        if len(left) < len(missing):
            chosen.append(i)
            missing = left
    return [spans[i] for i in chosen]


def _facts_alone(claim: Claim, claimed: Facts) -> bool:
    """Whether a short claim is hardly more than a fact: “渝国资函〔2025〕313号。” or “114.6亿元。”"""
    said = claimed.numbers or claimed.dates or any(figure.unit for figure in claimed.figures)
    rest = DOCUMENT_NUMBER.sub("", normalise(claim.text))
    return bool(said) and sum(c.isalpha() for c in rest) <= 4 and not re.search("[不没未非无]", rest)


def verify(claim: Claim, sources: Sequence[Source], encode: Encode) -> Verified | None:
    """The claim with the spans that it rests on, None when it does not stand."""
    by_number = {source.n: source for source in sources}
    if any(n not in by_number for n in claim.ids):
        return None
    if not claim.ids:
        if language_of(claim.text) != "zh":
            return None
        tried = (_stands(claim, [source], encode, _MIN_SHARE_UNCITED) for source in sources)
        return next((verified for verified in tried if verified), None)
    return _stands(claim, [by_number[n] for n in claim.ids], encode, _MIN_SHARE)


def _stands(claim: Claim, cited: Sequence[Source], encode: Encode, min_share: float) -> Verified | None:
    spans = [(source, span) for source in cited for span in source.spans]
    text = "\n".join([span.text for _, span in spans] + [part for source in cited for part in source.passage.section])
    claimed = facts_of(claim.text)
    if unstated(claimed, facts_of(text), text) or _names_an_address(claim.text, text) or misplaced(claim.text, text):
        return None
    nearness, whole = _ranked(claim, spans, encode)
    least = min_share if language_of(claim.text) == "zh" else _MIN_COSINE
    bare = _facts_alone(claim, claimed)
    if whole < least and not bare:
        return None
    if bare:
        # A bare figure says nothing of what it counts: it has to be that of the best evidence, or a field's.
        spans = [(source, span) for source, span in spans if span.best or span.field]
        if not spans or unstated(claimed, facts_of(said := "\n".join(span.text for _, span in spans)), said):
            return None
        nearness, _ = _ranked(claim, spans, encode)
    return Verified(claim.text, tuple(_cover(claimed, spans, nearness)), claim.new_line)


def _names_an_address(text: str, stated: str) -> bool:
    """Whether a sentence holds an address or a link that no source does: a way to carry a question out of the page."""
    plain = normalise(text)
    marks = ("://", "](", "www.", "<", "javascript:")
    return any(mark in plain and mark not in normalise(stated) for mark in marks)


class Numbering:
    """Citations in the order in which they are first used; the same span is one citation."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self._known: dict[tuple[str, int, int], int] = {}

    def marks(self, verified: Verified) -> str:
        """``[1][2]`` for the spans of a sentence. Raises FalseQuote, a defect."""
        marks: list[str] = []
        for source, span in verified.support:
            passage = source.passage
            key = (passage.document.document_id, span.start, span.end)
            if key not in self._known:
                self._known[key] = len(self.citations) + 1
                section = () if span.field else passage.section
                self.citations.append(
                    cite(self._known[key], passage.document, section, span.start, span.end, span.text)
                )
            marks.append(f"[{self._known[key]}]")
        return "".join(dict.fromkeys(marks))
