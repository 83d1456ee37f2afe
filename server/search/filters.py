"""Restricting a search to documents by their fields, before anything is ranked."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from indexer.generations import Generation


@dataclass(frozen=True, slots=True)
class Filters:
    """Each given value narrows the search; ``number`` is a proposal number, with or without zeros, or a 文号."""

    kind: str | None = None
    year: str | None = None
    issuer: str | None = None
    number: str | None = None

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
        return set.intersection(*sets) if sets else None


def chunk_mask(generation: Generation, documents: set[int]) -> NDArray[np.bool_]:
    """Which chunks belong to the documents: bool [chunks]."""
    return np.isin(generation.chunk_documents, np.fromiter(documents, np.int32, len(documents)))
