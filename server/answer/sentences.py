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
from server.answer.features import Context, Measured
from server.answer.features import measure_all as measure_passage
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
    """A passage that has been read: its sentences but for headings, and what was measured of them.

    ``heading`` says which terms the title and the section path hold, bool [terms].
    """

    passage: Passage
    spans: Sequence[tuple[int, int]]
    context: Context
    measured: Measured
    heading: NDArray[np.bool_]


def read_passage(
    query: Query, terms: Terms, passage: Passage, generation: Generation, vector: NDArray[np.float32]
) -> ReadPassage | None:
    """Measure the sentences of a passage; None when it holds nothing but headings."""
    begin, stop = generation.sentence_starts[passage.ordinal : passage.ordinal + 2].tolist()
    spans = generation.sentence_spans[begin:stop].tolist()
    document, letterhead = passage.document, _letterhead(passage.document)
    kept = [at for at, (start, end) in enumerate(spans) if not _names(document, letterhead, start, end)]
    if not kept:
        return None
    cosines = generation.sentence_cosines(begin + np.array(kept), vector)
    heading, text = _heading(document.title, passage.section), document.text
    context = Context(
        _normalised([text[spans[at][0] : spans[at][1]] for at in kept]), cosines, heading, passage.rank,
        [normalise(name) for name in query.quoted],
    )  # fmt: skip
    return ReadPassage(
        passage,
        [spans[at] for at in kept],
        context,
        measure_passage(context, terms, bare_question(query)),
        np.array(terms.row(heading), np.bool_),
    )


def _start(heading: Heading) -> int:
    return heading.start


# Passages of one document share their headings.
@lru_cache(maxsize=512)
def _heading(title: str, section: tuple[str, ...]) -> str:
    return normalise("\n".join((title, *section)))


def _normalised(sentences: Sequence[str]) -> list[str]:
    """Each sentence normalised; all at once, which is faster, where no sentence has a line end of its own."""
    together = normalise("\n".join(sentences)).split("\n")
    return together if len(together) == len(sentences) else [normalise(sentence) for sentence in sentences]


def is_heading(passage: Passage, start: int, end: int) -> bool:
    """Whether a sentence only names what follows, as a heading, a title or a line of the letterhead: it answers nothing."""
    return _names(passage.document, _letterhead(passage.document), start, end)


def _letterhead(document: Document) -> list[tuple[int, int]]:
    named = (document.metadata[name] for name in _LETTERHEAD if name in document.metadata)
    return [(field.start, field.end) for field in named if field.start is not None and field.end is not None]


def _names(document: Document, letterhead: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    if any(first <= start and end <= last + 1 for first, last in letterhead):
        return True
    headings = document.headings
    first = bisect_left(headings, start, key=_start)
    if first < len(headings) and headings[first].start <= end and headings[first].end + 1 >= end:
        # （四）孤儿养育标准为每人每月…元。 stands where a heading stands, and says all there is to say.
        return _STATES.search(document.text, start, end) is None
    if end - start > _LONGEST_TITLE:
        return False
    said = document.text[start:end]
    return "".join(said.split()) in "".join(document.title.split()) or _SUBTITLE.match(said) is not None
