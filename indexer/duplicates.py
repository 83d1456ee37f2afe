"""Copies and versions: exact duplicates become one document with several sources, near duplicates are linked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from indexer.document import Document

Signature = NDArray[np.uint64]

# MinHash (Broder, 1997): 128 permutations estimate a Jaccard similarity with a standard error below 0.045.
_PERMUTATIONS = 128
_SHINGLE = 5
# 32 bands of 4 rows find 97 % of the pairs of similarity 0.7 and 0.2 % of those of 0.1, before they are compared.
_BANDS = 32
# Versions of one text share more than this; letters that share only their form share less.
SIMILAR = 0.8
# Documents of one bucket that a further one is compared with; each of the other bands gives it another chance.
_COMPARED = 16
_SPACE = re.compile(r"\s+")
_ODD = np.uint64(0x9E3779B97F4A7C15)


def _constants() -> tuple[Signature, Signature]:
    generator = np.random.default_rng(631)
    return (
        generator.integers(1, 2**63, _PERMUTATIONS, dtype=np.uint64) | np.uint64(1),
        generator.integers(0, 2**63, _PERMUTATIONS, dtype=np.uint64),
    )


def content_hash(text: str) -> str:
    """The same for texts that differ in white space alone."""
    return sha256(_SPACE.sub("", text).encode("utf-8", "surrogatepass")).hexdigest()


def signature(text: str) -> Signature:
    """MinHash signature of the character 5-grams of a text, uint64 [128]."""
    codes = np.frombuffer(_SPACE.sub("", text).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if len(codes) < _SHINGLE:
        codes = np.pad(codes, (0, _SHINGLE - len(codes)))
    with np.errstate(over="ignore"):
        shingles = np.zeros(len(codes) - _SHINGLE + 1, np.uint64)
        for i in range(_SHINGLE):
            shingles = (shingles ^ codes[i : i + len(shingles)]) * _ODD
        shingles = np.unique(shingles ^ (shingles >> np.uint64(29)))
        multiply, add = _constants()
        best = np.full(_PERMUTATIONS, np.iinfo(np.uint64).max, np.uint64)
        for start in range(0, len(shingles), 4096):  # Bounds the memory of a long document.
            mixed = shingles[start : start + 4096, None] * multiply + add
            best = np.minimum(best, (mixed ^ (mixed >> np.uint64(32))).min(axis=0))
    return best


def similarity(one: Signature, other: Signature) -> float:
    """Estimated Jaccard similarity of two texts from their signatures, 0 to 1."""
    return float(np.mean(one == other))


@dataclass(frozen=True, slots=True)
class Version:
    """Document ``older`` is a near duplicate of the newer document ``newer`` (positions in the given sequence)."""

    older: int
    newer: int


def _recency(document: Document) -> tuple[str, str]:
    """Orders versions: by date written or published, else by the year of the 文号; unknown is oldest."""
    metadata = document.metadata
    dates = [metadata[name].value for name in ("date", "published") if name in metadata]
    number = metadata["document_number"].value if "document_number" in metadata else ""
    year = re.search(r"〔(\d{4})〕", number)
    return (max(dates, default=year.group(1) if year else ""), document.source)


_Proposal = tuple[str | None, str | None]


def _proposal(document: Document) -> _Proposal:
    """Number and kind of the proposal that a document answers: letters that answer different ones are no versions."""
    number, kind = (document.metadata.get(name) for name in ("proposal_number", "proposal_kind"))
    return ((number.value.lstrip("0") or "0") if number else None, kind.value if kind else None)


def _compatible(one: _Proposal, other: _Proposal) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


class _Groups:
    """Versions of one text, found pair by pair; no group holds the answers to two proposals."""

    def __init__(self, proposals: Sequence[_Proposal]) -> None:
        self._group = list(range(len(proposals)))
        self._proposal = list(proposals)

    def of(self, i: int) -> int:
        while self._group[i] != i:
            self._group[i] = self._group[self._group[i]]
            i = self._group[i]
        return i

    def join(self, one: int, other: int) -> bool:
        """False when the two answer different proposals."""
        one, other = sorted((self.of(one), self.of(other)))
        if not _compatible(self._proposal[one], self._proposal[other]):
            return False
        (number, kind), (other_number, other_kind) = self._proposal[one], self._proposal[other]
        self._group[other] = one
        self._proposal[one] = (number or other_number, kind or other_kind)
        return True


def _alike(signatures: Sequence[Signature]) -> list[list[int]]:
    """For each band, the documents that share it with another, in order: most of a corpus shares none."""
    if not signatures:
        return []
    rows = _PERMUTATIONS // _BANDS
    bands = np.ascontiguousarray(np.stack(signatures)).view(f"V{8 * rows}")
    found: list[list[int]] = []
    for band in range(_BANDS):
        _, places, counts = np.unique(bands[:, band], return_inverse=True, return_counts=True)
        found.append(np.flatnonzero(counts[places] > 1).tolist())
    return found


def versions(documents: Sequence[Document], signatures: Sequence[Signature]) -> list[Version]:
    """Near duplicates: each older document with the newest of its kind."""
    proposals = [_proposal(document) for document in documents]
    groups = _Groups(proposals)
    rows = _PERMUTATIONS // _BANDS
    for band, alike in enumerate(_alike(signatures)):
        buckets: dict[bytes, dict[_Proposal, list[int]]] = {}
        for i in alike:
            values = signatures[i]
            bucket = buckets.setdefault(values[band * rows : (band + 1) * rows].tobytes(), {})
            number, kind = mine = proposals[i]
            # Hundreds of letters may share a form: those that answer another proposal are not even looked at.
            others = {mine, (number, None), (None, kind), (None, None)} if number and kind else set(bucket)
            rivals = [j for other in others if _compatible(mine, other) for j in bucket.get(other, ())]
            for j in sorted(rivals)[:_COMPARED]:
                if groups.of(i) != groups.of(j) and similarity(signatures[j], values) >= SIMILAR:
                    groups.join(i, j)
            bucket.setdefault(mine, []).append(i)
    members: dict[int, list[int]] = {}
    for i in range(len(documents)):
        members.setdefault(groups.of(i), []).append(i)
    found: list[Version] = []
    for group in members.values():
        newest = max(group, key=lambda i: _recency(documents[i]))
        found.extend(Version(i, newest) for i in group if i != newest)
    return found
