"""The sentences of a passage, read: which of them say something, and what is measured of them."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import normalise
from indexer.document import Document, Heading
from indexer.generations import Generation
from server.answer.measured import Context, Measured, measure_all
from server.answer.terms import Terms, bare_question
from server.search.passages import Passage
from server.search.query import Query

# Fields that stand on lines of their own above the text; they are answered from metadata.
_LETTERHEAD = ("title", "addressee", "issuer", "document_number", "disclosure", "category")
_SUBTITLE = re.compile(r"(?:[-—―–]{2,}[^。；，]*(?:上|报告)|[^。；，]{0,16}在[^。；，]{4,40}会议上)$")
# Characters.
_LONGEST_TITLE = 100
_STATES = re.compile(r"\d.*[。；;]$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage that has been read: its sentences but for headings, and what was measured of them."""

    passage: Passage
    spans: Sequence[tuple[int, int]]
    context: Context
    measured: Measured


def read_sentences(
    query: Query, terms: Terms, passages: Sequence[Passage], generation: Generation, vector: NDArray[np.float32]
) -> list[ReadPassage]:
    """Measure the sentences of passages, all at once; passages that hold nothing but headings are left out."""
    quoted = [normalise(name) for name in query.quoted]
    found: list[tuple[Passage, list[tuple[int, int]], list[int]]] = []
    for passage in passages:
        begin, stop = generation.sentence_starts[passage.ordinal : passage.ordinal + 2].tolist()
        spans = generation.sentence_spans[begin:stop].tolist()
        kept = _kept(passage.document, spans)
        if kept:
            found.append((passage, [spans[at] for at in kept], [begin + at for at in kept]))
    if not found:
        return []
    numbers = np.array([number for _, _, numbers in found for number in numbers])
    cosines = generation.sentence_cosines(numbers, vector)
    contexts, at = [], 0
    for passage, spans, _ in found:
        document = passage.document
        sentences = _normalised(tuple(document.text[start:end] for start, end in spans))
        heading = _heading(document.title, passage.section)
        contexts.append(Context(sentences, cosines[at : at + len(spans)], heading, passage.rank, quoted))
        at += len(spans)
    measured = measure_all(contexts, terms, bare_question(query))
    return [
        ReadPassage(passage, spans, context, one)
        for (passage, spans, _), context, one in zip(found, contexts, measured, strict=True)
    ]


def read_passage(
    query: Query, terms: Terms, passage: Passage, generation: Generation, vector: NDArray[np.float32]
) -> ReadPassage | None:
    """Measure the sentences of one passage; None when it holds nothing but headings."""
    return next(iter(read_sentences(query, terms, [passage], generation, vector)), None)


def _start(heading: Heading) -> int:
    return heading.start


# Passages of one document share their headings.
@lru_cache(maxsize=512)
def _heading(title: str, section: tuple[str, ...]) -> str:
    return normalise("\n".join((title, *section)))


# Questions come back to the same passages.
@lru_cache(maxsize=2048)
def _normalised(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """Each sentence normalised; all at once, which is faster, where no sentence has a line end of its own."""
    together = tuple(normalise("\n".join(sentences)).split("\n"))
    return together if len(together) == len(sentences) else tuple(map(normalise, sentences))


def _letterhead(document: Document) -> list[tuple[int, int]]:
    named = (document.metadata[name] for name in _LETTERHEAD if name in document.metadata)
    return [(field.start, field.end) for field in named if field.start is not None and field.end is not None]


def _kept(document: Document, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Which sentences of a document say something: not those that only name what follows, as a heading, a title or a line
    of the letterhead does."""
    letterhead, title = _letterhead(document), "".join(document.title.split())
    below = max((last + 1 for _, last in letterhead), default=-1)
    return [
        at for at, (start, end) in enumerate(spans)
        if not (end <= below and any(first <= start and end <= last + 1 for first, last in letterhead))
        and not _names(document, title, start, end)
    ]  # fmt: skip


def _names(document: Document, title: str, start: int, end: int) -> bool:
    headings = document.headings
    first = bisect_left(headings, start, key=_start)
    if first < len(headings) and headings[first].start <= end and headings[first].end + 1 >= end:
        # （四）孤儿养育标准为每人每月…元。 stands where a heading stands, and says all there is to say.
        return _STATES.search(document.text, start, end) is None
    if end - start > _LONGEST_TITLE:
        return False
    said = document.text[start:end]
    return "".join(said.split()) in title or _SUBTITLE.match(said) is not None
