"""What documents are to each other: copies, versions, and repealed by."""

from collections.abc import Sequence
from dataclasses import replace

from indexer.document import Document, Field
from indexer.duplicates import Signature, content_hash, versions
from indexer.succession import with_status


def identity(document: Document) -> tuple[str, ...]:
    """Equal for copies. Copies that people gave other fields, another disclosure say, are documents of their own."""
    fields = sorted(f"{name}={field.value}" for name, field in document.metadata.items())
    return (content_hash(document.text), *fields)


def relate(documents: Sequence[Document], signatures: Sequence[Signature]) -> list[Document]:
    """The documents to publish, in order, knowing each other.

    Of exact copies the first stays, with ``other_sources``, one a line; an older near duplicate gets
    ``newer_version``, a repealed document ``status``, ``expires`` and ``superseded_by``, an altered one ``amended_by``: ids
    of documents.
    """
    first: dict[tuple[str, ...], int] = {}
    copies: dict[int, list[str]] = {}
    for i, document in enumerate(documents):
        kept = first.setdefault(identity(document), i)
        if kept != i:
            copies.setdefault(kept, []).append(document.source)
    kept_documents = [documents[i] for i in first.values()]
    related = with_status(
        [
            replace(document, metadata={**document.metadata, "other_sources": Field("\n".join(copies[i]))})
            if i in copies
            else document
            for i, document in zip(first.values(), kept_documents, strict=True)
        ]
    )
    for version in versions(kept_documents, [signatures[i] for i in first.values()]):
        older = related[version.older]
        newer = Field(related[version.newer].document_id)
        related[version.older] = replace(older, metadata={**older.metadata, "newer_version": newer})
    return related
