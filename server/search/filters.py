"""Restricting a search to documents by their fields, before anything is ranked."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from indexer.generations import Generation
from indexer.validity import IN_FORCE, REPEALED

# Dates by which a document is placed in time, the first that it has.
_DAYS = ("date", "published", "effective")


@dataclass(frozen=True, slots=True)
class Filters:
    """Each given value narrows the search; ``number`` is a proposal number, with or without zeros, or a 文号.

    ``as_of`` (YYYY-MM-DD) asks for what was written, and in force, on that day. ``status`` 现行有效 takes every document
    that is not known to be repealed, expired or amended.
    """

    kind: str | None = None
    year: str | None = None
    issuer: str | None = None
    number: str | None = None
    as_of: str | None = None
    status: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is restricted."""
        return all(getattr(self, field.name) is None for field in fields(self))

    def documents(self, generation: Generation) -> set[int] | None:
        """Numbers of the documents that pass, None for all."""
        sets: list[set[int]] = []
        if self.kind is not None:
            sets.append(
                generation.documents_with("kind", self.kind) | generation.documents_with("proposal_kind", self.kind)
            )
        if self.year is not None:
            sets.append(
                generation.documents_with("year", self.year)
                | generation.documents_like("document_number", f"〔{self.year}〕")
            )
        if self.issuer is not None:
            sets.append(generation.documents_like("issuer", self.issuer))
        if self.number is not None:
            plain = self.number.lstrip("0") or "0"
            sets.append(
                generation.documents_with("proposal_number", plain)
                | generation.documents_with("document_number", self.number)
            )
        if self.status is not None:
            sets.append(_with_status(generation, self.status))
        if self.as_of is not None:
            sets.append(_in_force(generation, self.as_of))
        return set.intersection(*sets) if sets else None


def _all(generation: Generation) -> set[int]:
    return set(range(generation.manifest.documents))


def _days(generation: Generation) -> dict[int, str]:
    days: dict[int, str] = {}
    for name in reversed(_DAYS):
        days.update(generation.documents_having(name))
    return days


def _with_status(generation: Generation, status: str) -> set[int]:
    if status != IN_FORCE:
        return generation.documents_with("status", status)
    known = generation.documents_having("status")
    return {number for number in _all(generation) if known.get(number, IN_FORCE) == IN_FORCE}


def _in_force(generation: Generation, day: str) -> set[int]:
    """Documents of that day or before, unknown days included, which had not expired or been repealed by then."""
    expired = {number for number, end in generation.documents_having("expires").items() if end <= day}
    undated_repeals = generation.documents_with("status", REPEALED) - set(generation.documents_having("expires"))
    later = {number for number, written in _days(generation).items() if written > day}
    return _all(generation) - expired - undated_repeals - later


def searched_documents(generation: Generation, filters: Filters | None) -> set[int] | None:
    """Numbers of the documents that a search ranks, None for all.

    Of near duplicates only the newest ranks, with ``as_of`` the newest of that day; the others are one click away.
    """
    older = generation.documents_having("newer_version")
    if filters and filters.as_of and older:
        days = _days(generation)
        ids = {document.document_id: number for number, document in enumerate(generation.documents())}
        older = {n: newer for n, newer in older.items() if days.get(ids[newer], "") <= filters.as_of}
    documents = filters.documents(generation) if filters else None
    if not older:
        return documents
    return (_all(generation) if documents is None else documents) - set(older)


def chunk_mask(generation: Generation, documents: set[int]) -> NDArray[np.bool_]:
    """Which chunks belong to the documents: bool [chunks]."""
    return np.isin(generation.chunk_documents, np.fromiter(documents, np.int32, len(documents)))
