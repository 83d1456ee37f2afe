"""Restricting a search to documents by their fields, before anything is ranked."""

import re
from collections.abc import Set
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from indexer.document import Field
from indexer.generations import Generation
from indexer.validity import EXPIRED, IN_FORCE, REPEALED, status_on
from server.questions import BadQuestion
from server.search.versions import DAYS, older_versions

# Days are those of the place the documents come from.
_CHINA = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Filters:
    """Each given value narrows the search; ``number`` is a proposal number, with or without zeros, or a 文号.

    ``as_of`` (YYYY-MM-DD) asks for what was written, and in force, on that day. ``status`` 现行有效 takes every document
    that is not known to be repealed, expired or amended. What people type goes through ``checked_filters``.
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
        return _both(self.named(generation), self.in_force(generation))

    def named(self, generation: Generation) -> set[int] | None:
        """Numbers of the documents that are of this kind, year and so on and were there ``as_of`` the day, None for all."""
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
        if self.status is not None and self.status != IN_FORCE:
            statuses = _statuses(generation, _today())
            sets.append({number for number, status in statuses.items() if status == self.status})
        if self.as_of is not None:
            sets.append(_written_by(generation, self.as_of))
        return set.intersection(*sets) if sets else None

    def in_force(self, generation: Generation) -> set[int] | None:
        """Numbers of the documents in force, now or ``as_of`` the day, where that is asked for; None for all."""
        sets: list[set[int]] = []
        if self.status == IN_FORCE:
            statuses = _statuses(generation, _today())
            sets.append({number for number in _all(generation) if statuses.get(number) in (None, IN_FORCE)})
        if self.as_of is not None:
            sets.append(_in_force(generation, self.as_of))
        return set.intersection(*sets) if sets else None


def checked_filters(
    kind: str | None = None, year: str | None = None, issuer: str | None = None, number: str | None = None,
    as_of: str | None = None, status: str | None = None,
) -> Filters | None:  # fmt: skip
    """Filters from what a person typed, None when nothing was. Raises BadQuestion, naming the field."""
    filters = Filters(kind, year, issuer, number, as_of, status)
    for field in fields(filters):
        value = getattr(filters, field.name)
        if value is not None and any("\ud800" <= character <= "\udfff" for character in value):
            raise BadQuestion(f"{field.name} 不是文字 / {field.name} is no text")
    if year is not None and not re.fullmatch("[0-9]{4}", year):
        raise BadQuestion("year 应为四位数字，如 2025 / year must be four digits")
    if as_of is not None and not _is_day(as_of):
        raise BadQuestion("as_of 应为日期，如 2025-04-30 / as_of must be a date, YYYY-MM-DD")
    return None if filters.empty else filters


def _is_day(value: str) -> bool:
    # ``date.fromisoformat`` takes 20250430 and 2025-W18-3 as well, which compare otherwise.
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _both(one: Set[int] | None, other: Set[int] | None) -> set[int] | None:
    """The numbers in both, where None holds all."""
    if one is None or other is None:
        known = other if one is None else one
        return None if known is None else set(known)
    return set(one & other)


def _all(generation: Generation) -> set[int]:
    return set(range(generation.manifest.documents))


def _written_by(generation: Generation, day: str) -> set[int]:
    """Documents of that day or before, unknown days included."""
    days: dict[int, str] = {}
    for name in reversed(DAYS):
        days.update(generation.documents_having(name))
    return _all(generation) - {number for number, written in days.items() if written > day}


def _today() -> str:
    return (datetime.now(UTC) + _CHINA).date().isoformat()


def _statuses(generation: Generation, day: str) -> dict[int, str | None]:
    """The status on a day of each document of which anything is known that bears on it."""
    known: dict[int, dict[str, Field]] = {}
    for name in ("status", "status_by", "expires", "superseded_by"):
        for number, value in generation.documents_having(name).items():
            known.setdefault(number, {})[name] = Field(value)
    return {number: status_on(metadata, day) for number, metadata in known.items()}


def _in_force(generation: Generation, day: str) -> set[int]:
    """Documents that had not been repealed and had not expired by that day; a stated end without a day is an end."""
    ended = {number for number, status in _statuses(generation, day).items() if status in (REPEALED, EXPIRED)}
    not_yet = {number for number, last in generation.documents_having("expires").items() if last >= day}
    return _all(generation) - (ended - not_yet)


def searched_documents(
    generation: Generation, filters: Filters | None, among: Set[int] | None = None
) -> set[int] | None:
    """Numbers of the documents that a search ranks, None for all.

    ``among``: what a question is about; None for all. Of near duplicates only the newest ranks that is left by this and by
    the filters; whether it is in force does not matter here: an older version never stands in for one that expired.
    """
    documents = _both(among, filters.named(generation) if filters else None)
    if generation.versions:
        documents = _all(generation) if documents is None else documents
        documents -= older_versions(generation, documents)
    return _both(documents, filters.in_force(generation) if filters else None)


def chunk_mask(generation: Generation, documents: set[int]) -> NDArray[np.bool_]:
    """Which chunks belong to the documents: bool [chunks]."""
    return np.isin(generation.chunk_documents, np.fromiter(documents, np.int32, len(documents)))
