"""Versions of a text, and what replaces what."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal, get_args

from indexer.document import Document
from indexer.duplicates import content_hash
from indexer.errors import UnknownDocument
from indexer.generations import Generation

Relation = Literal["superseded_by", "newer", "amended_by", "copy", "older", "supersedes", "amends"]

# Fields that hold the id of another document, each with the relation seen from there.
_LINKS: tuple[tuple[Relation, Relation], ...] = (("amended_by", "amends"), ("superseded_by", "supersedes"))
# Dates by which a document is placed in time, the first that it has.
DAYS = ("date", "published", "effective")


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """Another document and what it is to the one at hand: ``superseded_by`` repeals it, ``newer`` is a later version.

    ``copy`` has the same text and other fields; ``supersedes`` and ``amends`` are what the one at hand repeals or alters.
    """

    document_id: str
    title: str
    date: str | None
    status: str | None
    relation: Relation


def older_versions(generation: Generation, among: Set[int]) -> set[int]:
    """Those of the documents of which ``among`` holds a newer version."""
    older: set[int] = set()
    for number in generation.versions.keys() & among:
        if next(version for version in generation.versions[number] if version in among) != number:
            older.add(number)
    return older


def replaced_by(document: Document) -> str | None:
    """Id of the document that repeals this one or is its newest version."""
    return document.value("superseded_by", "newer_version")


def sources_of(document: Document) -> list[str]:
    """Paths of the files that hold this document: its own and those of its exact copies."""
    copies = document.value("other_sources")
    return [document.source, *(copies.split("\n") if copies else ())]


def other_versions(generation: Generation, document_id: str) -> list[OtherVersion]:
    """The documents that a document is one click away from, those that replace it first.

    Raises UnknownDocument.
    """
    if document_id not in generation.numbers:
        raise UnknownDocument(f"没有编号为 {document_id[:80]} 的文件 / no such document")
    number = generation.numbers[document_id]
    document = generation.document(number)
    group = generation.versions.get(number, ())
    place = group.index(number) if group else 0
    same = content_hash(document.text) if group else ""
    relations: dict[int, Relation] = {}
    for i, other in enumerate(group):
        if other != number:
            copied = content_hash(generation.document(other).text) == same
            relations[other] = "copy" if copied else "newer" if i < place else "older"
    for link, inverse in _LINKS:
        relations.update(dict.fromkeys(generation.documents_with(link, document_id), inverse))
        if link in document.metadata:
            relations[generation.numbers[document.metadata[link].value]] = link
    order = get_args(Relation)
    position = {other: i for i, other in enumerate(group)}
    found = sorted(relations, key=lambda n: (order.index(relations[n]), position.get(n, len(group)), n))
    return [_version(generation.document(other), relations[other]) for other in found]


def _version(document: Document, relation: Relation) -> OtherVersion:
    return OtherVersion(document.document_id, document.title, document.value(*DAYS), document.value("status"), relation)
