"""Citations: verbatim quotes with the place they stand in. A quote that is not the text at its span is never returned."""

from bisect import bisect_right
from dataclasses import dataclass

from indexer.document import Document
from server.search.versions import replaced_by


class FalseQuote(Exception):
    """A citation does not say what its document says: a defect of this program, never shown as an answer."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A verified quote: ``document.text[start:end] == quote``."""

    n: int
    document_id: str
    source: str
    title: str
    document_number: str | None
    issuer: str | None
    date: str | None
    status: str | None
    superseded_by: str | None
    section: tuple[str, ...]
    page: int | None
    quote: str
    start: int
    end: int


def page_of(document: Document, offset: int) -> int | None:
    """The page, from 1, on which an offset lies; None where the source had no pages."""
    return bisect_right(document.pages, offset) if document.pages else None


def cite(n: int, document: Document, section: tuple[str, ...], start: int, end: int, quote: str) -> Citation:
    """Build a citation and verify it. Raises FalseQuote."""
    if not (0 <= start < end <= len(document.text)) or document.text[start:end] != quote:
        raise FalseQuote(f"{document.source}[{start}:{end}]")
    return Citation(
        n=n, document_id=document.document_id, source=document.source, title=document.title,
        document_number=document.value("document_number"), issuer=document.value("issuer"),
        date=document.value("date"), status=document.value("status"), superseded_by=replaced_by(document),
        section=section, page=page_of(document, start), quote=quote, start=start, end=end,
    )  # fmt: skip
