"""An answer, and what is known of it before it is complete."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from server.answer.cite import Citation
from server.answer.refuse import Refusal
from server.search.passages import Passage
from server.search.query import Language

# Behind a mark with its citations, or a comma: a long sentence comes in clauses.
_BREAK = re.compile(r"(?:[。！？；，]|\n)+[”’」』）)》]*(?: ?\[\d+\])*")

Mode = Literal["extractive", "llm"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with verified citations, or a refusal without any. ``passages`` are what was found either way.

    ``note`` says in one line, for the reader, why a configured model did not write the answer.
    """

    answer_id: str
    question: str
    language: Language
    answered: bool
    refusal: Refusal | None
    answer: str
    citations: Sequence[Citation]
    passages: Sequence[Passage]
    total_ms: float
    mode: Mode = "extractive"
    standalone_question: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that a question found, before there is an answer."""

    passages: Sequence[Passage]
    standalone_question: str | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's text. The complete answer that follows replaces whatever the pieces said."""

    text: str


Event = Found | Delta | Answer


def pieces_of(text: str) -> list[str]:
    """An answer that is known as a whole, in pieces of a sentence or a line; together they are the text."""
    return [
        text[start:end]
        for start, end in pairwise([0, *(m.end() for m in _BREAK.finditer(text)), len(text)])
        if start < end
    ]
