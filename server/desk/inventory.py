"""What is indexed, counted and listed without opening every document."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from indexer.document import Document
from indexer.generations import Generation
from indexer.places import Place, places, removed_places

# Fields by which documents are counted and narrowed.
COUNTED = ("kind", "status", "disclosure")
# What stands for documents that do not say.
UNKNOWN = ""
_SEARCHED = ("document_number", "proposal_number", "proposer", "issuer")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of documents, and how many there are of this choice."""

    total: int
    documents: list[Document]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which documents are listed. ``text`` stands in the title, the path or a number; ``fields`` by their exact value,
    ``UNKNOWN`` for none; ``root``: files below this folder alone."""

    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    root: str | None = None


def counts(generation: Generation) -> dict[str, dict[str, int]]:
    """How many documents have which value of the counted fields, most frequent first; ``UNKNOWN`` for none."""
    total = generation.manifest.documents
    found: dict[str, dict[str, int]] = {}
    for name in COUNTED:
        values = generation.documents_having(name)
        counted = Counter(values.values())
        if total > len(values):
            counted[UNKNOWN] += total - len(values)
        found[name] = dict(counted.most_common())
    return found


def listed(generation: Generation, data_dir: Path, choice: Choice, offset: int = 0, limit: int = 50) -> Listed:
    """Documents of a choice, in the order of their paths."""
    numbers = set(range(generation.manifest.documents))
    for name, value in choice.fields.items():
        values = generation.documents_having(name)
        numbers = {number for number in numbers if values.get(number, UNKNOWN) == value}
    if choice.text or choice.root is not None:
        where = places(data_dir)
        if choice.root is not None:
            ids = generation.document_ids
            numbers = {number for number in numbers if (at := where.get(ids[number])) and at.root == choice.root}
        if choice.text:
            numbers &= _mentioning(generation, where, choice.text)
    ordered = sorted(numbers)
    return Listed(len(ordered), [generation.document(number) for number in ordered[offset : offset + limit]])


def _mentioning(generation: Generation, where: Mapping[str, Place], text: str) -> set[int]:
    wanted = text.casefold()
    found = {number for number, title in enumerate(generation.titles) if wanted in title.casefold()}
    for number, document_id in enumerate(generation.document_ids):
        at = where.get(document_id)
        if at is not None and wanted in at.source.casefold():
            found.add(number)
    for name in _SEARCHED:
        found |= generation.documents_like(name, text.lstrip("0") or text if name == "proposal_number" else text)
    return found


def waiting(data_dir: Path, root: str, names: list[str]) -> list[str]:
    """Those of the uploaded files that are not indexed and were not taken out by hand."""
    known = {place.source for place in places(data_dir).values() if place.root == root}
    gone = {place.source for place in removed_places(data_dir).values() if place.root == root}
    return [name for name in names if name not in known and name not in gone]
