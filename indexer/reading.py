"""From a loaded file to a document: canonical text, fields, outline, chunks."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from indexer import ocr
from indexer.chunking import chunk_text
from indexer.cleaning import clean
from indexer.document import Document, SourceDocument
from indexer.files import document_id_of
from indexer.metadata import letterhead, read_metadata
from indexer.outline import read_outline
from indexer.sidecar import corrected
from indexer.validity import read_validity

# Raise it when the same file would be read into another text, outline, metadata or chunks: all files are read again.
READER_VERSION = "5"


def understand(
    source: str, loaded: SourceDocument, document_id: str | None = None, corrections: Iterable[Path] = ()
) -> Document:
    """Clean, read and cut one loaded document; ``corrections`` are its side-car files, nearest first.

    Raises UnreadableFile when a side-car cannot be read.
    """
    canonical = clean(loaded.text)
    text = canonical.text
    corrections = tuple(corrections)
    metadata = read_metadata(text, clean(loaded.title).text if loaded.title else None, Path(source).stem)
    # A day that people stated is the one from which a term of years is counted.
    validity = read_validity(text, corrected(metadata, text, corrections))
    metadata = corrected(metadata | validity, text, corrections)
    headings = read_outline(text, letterhead(text)[1])
    title = metadata.get("title")
    title_end = title.end if title and title.end is not None else 0
    return Document(
        document_id=document_id or document_id_of(source),
        source=source,
        title=title.value if title else Path(source).stem,
        text=text,
        pages=canonical.pages,
        metadata=metadata,
        headings=tuple(heading for heading in headings if heading.end > title_end),
        chunks=chunk_text(text, headings, title_end),
    )


def reader_version() -> str:
    """Names the code that reads files, and whether it can read scans: installing OCR makes them worth another look."""
    return READER_VERSION + ("+ocr" if ocr.is_installed() else "")


def breadcrumb(title: str, section: Sequence[str]) -> str:
    """What a chunk is indexed with beside its own text."""
    return "\n".join((title, *section))


def content_key(title: str, section: Sequence[str], text: str) -> str:
    """Names what a chunk is indexed with: tokens and vectors are cached under it."""
    return sha256("\0".join((breadcrumb(title, section), text)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
