"""Which document took whose place: repeals and amendments between the documents of a corpus."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from indexer.document import Document, Field
from indexer.repeals import plain_title
from indexer.validity import AMENDED, IN_FORCE, REPEALED, status_on

_BEFORE_NAME = re.compile(r"^.*?关于")
# A shorter name may be that of another place's document.
_ISSUES = re.compile(r"关于印发(.{8,60})的通知$")
# Days are those of the place the documents come from.
_CHINA = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Repeal:
    """Document ``old`` is repealed by document ``new`` (positions in the given sequence)."""

    old: int
    new: int


def repeals(documents: Sequence[Document]) -> list[Repeal]:
    """Which of the documents are repealed by which, resolved by 文号 or by full title; a newer one is never repealed."""
    found = {old: Repeal(old, new) for old, new in _resolved(documents, "repeals").items()}
    return [repeal for repeal in found.values() if not _circular(repeal, found)]


def _by_name(documents: Sequence[Document]) -> dict[str, list[int]]:
    """The documents by 文号 and by title: in full, without issuer, and what a notice says it issues."""
    by_name: dict[str, list[int]] = {}
    for i, document in enumerate(documents):
        names = {plain_title(document.title), plain_title(_BEFORE_NAME.sub("关于", document.title))}
        issues = _ISSUES.search(plain_title(document.title))
        if issues:
            names.add(issues[1])
        if "document_number" in document.metadata:
            names.add(document.metadata["document_number"].value)
        for name in names:
            by_name.setdefault(name, []).append(i)
    return by_name


def _circular(repeal: Repeal, found: Mapping[int, Repeal]) -> bool:
    """Whether documents without dates repeal each other: then nothing says which is in force."""
    seen = {repeal.old}
    at = repeal.new
    while at not in seen:
        seen.add(at)
        if at not in found:
            return False
        at = found[at].new
    return at == repeal.old


def _day(document: Document) -> str | None:
    for name in ("date", "published", "effective"):
        if name in document.metadata:
            return document.metadata[name].value
    return None


def _newer(one: Document, other: Document) -> bool:
    days = _day(one), _day(other)
    return days[0] is not None and days[1] is not None and days[0] > days[1]


def _resolved(documents: Sequence[Document], field: str) -> dict[int, int]:
    """Each document that others name in a field, with the first of those others; a newer one is never meant."""
    by_name = _by_name(documents)
    found: dict[int, int] = {}
    for new, document in enumerate(documents):
        for name in document.metadata[field].value.split("\n") if field in document.metadata else ():
            for old in by_name.get(plain_title(name), []):
                if old == new or _newer(documents[old], document):
                    continue
                # Repealed twice, it was out of force from the first time on.
                if old not in found or _newer(documents[found[old]], document):
                    found[old] = new
    return found


def _last_day_before(new: Document) -> str | None:
    """The day before a document takes effect."""
    for name in ("effective", "date", "published"):
        if name in new.metadata:
            return (date.fromisoformat(new.metadata[name].value) - timedelta(days=1)).isoformat()
    return None


def with_status(documents: Sequence[Document], today: str | None = None) -> list[Document]:
    """The documents with what others made of them, as of ``today`` (YYYY-MM-DD; without it, the day in China).

    A repealed one gets ``superseded_by`` and as ``expires`` the day before the newer one takes effect; its ``status`` is
    废止 from then on. One that another alters gets ``amended_by`` and 已修改. What is past its last day is 失效. A status
    that people stated stays as it is.
    """
    today = today or (datetime.now(UTC) + _CHINA).date().isoformat()
    result = list(documents)
    for old, new in _resolved(documents, "amends").items():
        if "status_by" not in result[old].metadata and _in_effect(documents[new], today):
            amended = {"status": Field(AMENDED), "amended_by": Field(documents[new].document_id)}
            result[old] = replace(result[old], metadata={**result[old].metadata, **amended})
    for repeal in repeals(documents):
        metadata = dict(result[repeal.old].metadata)
        if "status_by" in metadata:
            continue
        new_document = documents[repeal.new]
        metadata["superseded_by"] = Field(new_document.document_id)
        last = _last_day_before(new_document)
        if last and ("expires" not in metadata or last < metadata["expires"].value):
            metadata["expires"] = Field(last)
        if _in_effect(new_document, today):
            metadata["status"] = Field(REPEALED)
        result[repeal.old] = replace(result[repeal.old], metadata=metadata)
    for i, document in enumerate(result):
        status = status_on(document.metadata, today)
        known = document.metadata.get("status")
        if status and (known is None or known.value != status) and status != IN_FORCE:
            result[i] = replace(document, metadata={**document.metadata, "status": Field(status)})
    return result


def _in_effect(new: Document, today: str) -> bool:
    last = _last_day_before(new)
    return last is None or last < today
