"""A drafted question with the span it was drafted from."""

import re
from dataclasses import dataclass
from typing import Any

from indexer.document import Document

_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question about one document. ``document.text[start:end]`` is what it was drafted from.

    ``must`` is one alternatives-list each as in question files; an unanswerable question has none, and its span is
    that of the question it was changed from.
    """

    type: str
    document: Document
    question: str
    must: tuple[tuple[str, ...], ...]
    start: int
    end: int
    lang: str = "zh"

    @property
    def answerable(self) -> bool:
        """Whether the corpus answers it."""
        return bool(self.must)

    @property
    def quote(self) -> str:
        """What it was drafted from."""
        return self.document.text[self.start : self.end]

    def as_json(self, number: int) -> dict[str, Any]:
        """One line of a question file, marked as drafted."""
        return {
            "id": f"draft-{number:04d}", "drafted": True, "lang": self.lang, "type": self.type,
            "doc": self.document.source if self.answerable else None, "question": self.question,
            "must": [list(choices) for choices in self.must], "answerable": self.answerable,
            "from": {"doc": self.document.source, "start": self.start, "end": self.end, "quote": self.quote},
        }  # fmt: skip


def han(text: str) -> int:
    """How many Chinese characters a text has."""
    return len(_HAN.findall(text))


def one_line(text: str) -> str:
    """The text without line breaks; spaces between Chinese characters go too."""
    return re.sub(r"(?<=[\u4e00-\u9fff）”》])\s+(?=[\u4e00-\u9fff（“《])", "", " ".join(text.split()))
