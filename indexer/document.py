"""What the steps of indexing hand to each other. Every span counts Unicode code points of the canonical text."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """A metadata value and the place it was read from.

    ``value`` may be normalised (``2025-04-30`` for 2025年4月30日); ``start``/``end`` delimit what the text says.
    Both are None for a value that was derived, not read.
    """

    value: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: ``rank`` orders the levels (smaller is higher up), ``title`` equals ``text[start:end]``."""

    rank: float
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """What a loader gives: plain text in which ``\\f`` marks a page break, and a title where the format has one.

    A ``\\f`` with text right before and after it stands within a line: the paragraph goes on overleaf.

    ``ocr_pages`` counts pages whose text was recognised from an image; ``notes`` are one-line remarks for the person
    who runs the indexer, such as a page that could not be read.
    """

    text: str
    title: str | None = None
    ocr_pages: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CanonicalText:
    """The one text of a document that everything quotes. ``pages`` holds the offset at which each page starts."""

    text: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """The indexed unit: a span of the canonical text, its section path and, for a glossary entry, the term."""

    start: int
    end: int
    section: tuple[str, ...] = ()
    term: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document that has been read, understood and cut into chunks."""

    document_id: str
    source: str
    title: str
    text: str
    pages: tuple[int, ...] = ()
    metadata: Mapping[str, Field] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    chunks: tuple[Chunk, ...] = ()

    def value(self, *names: str) -> str | None:
        """The value of the first of these fields that the document has, None when it has none of them."""
        return next((self.metadata[name].value for name in names if name in self.metadata), None)
