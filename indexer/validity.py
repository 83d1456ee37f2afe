"""From when and until when a document is in force, and which documents it repeals."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from indexer.document import Document, Field
from indexer.metadata import DOCUMENT_NUMBER, iso_date
from indexer.numerals import to_arabic
from indexer.outline import Line, lines_of

IN_FORCE, AMENDED, REPEALED, EXPIRED = "现行有效", "已修改", "废止", "失效"

_DATE = r"(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
_EFFECTIVE = re.compile(rf"自\s*(?P<date>{_DATE})\s*起\s*(?:正式)?(?:施行|实施|执行|生效)")
_AT_ONCE = re.compile(r"自(?:印发|发布|公布|下发)之日起(?:正式)?(?:施行|实施|执行|生效)")
_UNTIL = re.compile(rf"有效期(?:限)?(?:截?至|到)\s*(?P<date>{_DATE})")
_YEARS = re.compile(r"有效期(?:限)?(?:为)?\s*(?P<years>\d{1,2}|[一二两三四五六七八九十])\s*年")
_STATUS = re.compile(r"^(?:有\s*效\s*性|文件状态|时\s*效\s*性|效力状态|是否有效)\s*[：:|]\s*(?P<status>\S{1,12})")
_REPEAL = re.compile(
    r"(?:原)?《(?P<title>[^》]{2,80})》\s*(?:[（(](?P<number>[^）)]{5,40}?号)[）)])?(?P<between>[^。；\n]{0,60}?)(?:同时|予以|即行|一并|自行)?废止"
)
_REPEAL_BEFORE = re.compile(r"废止\s*《(?P<title>[^》]{2,80})》\s*(?:[（(](?P<number>[^）)]{5,40}?号)[）)])?")
_NAMED = re.compile(r"《(?P<title>[^》]{2,80})》\s*(?:[（(](?P<number>[^）)]{5,40}?号)[）)])?")
_NOT_REPEALED = re.compile(r"不再?废止|未废止|是否废止|尚未废止")
_STATUSES = (
    (REPEALED, re.compile(r"废止|作废")), (EXPIRED, re.compile(r"失效|无效|过期|否")),
    (AMENDED, re.compile(r"修[改订正]")), (IN_FORCE, re.compile(r"有效|执行|施行|是")),
)  # fmt: skip
_BEFORE_NAME = re.compile(r"^.*?关于")


def _status(text: str) -> str | None:
    return next((status for status, pattern in _STATUSES if pattern.search(text)), None)


def _plus_years(day: str, years: int) -> str:
    start = date.fromisoformat(day)
    try:
        return start.replace(year=start.year + years).isoformat()
    except ValueError:  # The 29th of February.
        return start.replace(year=start.year + years, day=28).isoformat()


def _dated(line: Line, match: re.Match[str]) -> Field | None:
    value = iso_date(match["date"])
    return Field(value, line.start + match.start("date"), line.start + match.end("date")) if value else None


def read_validity(text: str, metadata: Mapping[str, Field]) -> dict[str, Field]:
    """The fields effective, expires, status (as the text itself states it) and repeals, each with its span.

    ``repeals`` lists what the text says it repeals, one a line: a title in 《》 or a 文号.
    """
    found: dict[str, Field] = {}
    repealed: list[str] = []
    places: list[tuple[int, int]] = []
    written = metadata.get("date") or metadata.get("published")
    for line in lines_of(text):
        match = _EFFECTIVE.search(line.text)
        if match and "effective" not in found and (dated := _dated(line, match)):
            found["effective"] = dated
        match = _AT_ONCE.search(line.text)
        if match and "effective" not in found and written:
            found["effective"] = Field(written.value, line.start + match.start(), line.start + match.end())
        match = _UNTIL.search(line.text)
        if match and (dated := _dated(line, match)):
            found["expires"] = dated
        match = _YEARS.search(line.text)
        begin = found.get("effective", written)
        if match and "expires" not in found and begin:
            years = int(to_arabic(match["years"]) or match["years"])
            found["expires"] = Field(_plus_years(begin.value, years), line.start + match.start(), line.start + match.end())
        match = _STATUS.search(line.text)
        if match and "status" not in found and (status := _status(match["status"])):
            found["status"] = Field(status, line.start + match.start("status"), line.start + match.end("status"))
        for start, end, names in _repeals(line):
            repealed.extend(names)
            places.append((line.start + start, line.start + end))
    if repealed:
        found["repeals"] = Field("\n".join(dict.fromkeys(repealed)), places[0][0], places[0][1])
    return found


def _repeals(line: Line) -> list[tuple[int, int, list[str]]]:
    """Clauses of a line that repeal documents: start, end and the names in them."""
    if "废止" not in line.text or _NOT_REPEALED.search(line.text):
        return []
    clauses = []
    for clause in re.finditer(r"[^。；\n]+", line.text):
        if not (_REPEAL.search(clause.group()) or _REPEAL_BEFORE.search(clause.group())):
            continue
        names: list[str] = []
        for named in _NAMED.finditer(clause.group()):
            number = DOCUMENT_NUMBER.search(named["number"] or "")
            names.append(f"{number['organ']}〔{number['year']}〕{number['serial']}号" if number else named["title"])
        clauses.append((clause.start(), clause.end(), names))
    return clauses


def _plain_title(title: str) -> str:
    """A title without issuer, spaces and brackets, as other documents name it."""
    return re.sub(r"[\s《》“”\"]", "", title)


@dataclass(frozen=True, slots=True)
class Repeal:
    """Document ``old`` is repealed by document ``new`` (positions in the given sequence)."""

    old: int
    new: int


def repeals(documents: Sequence[Document]) -> list[Repeal]:
    """Which of the documents are repealed by which, resolved by 文号 or by full title; a newer one is never repealed."""
    by_name: dict[str, list[int]] = {}
    for i, document in enumerate(documents):
        names = {_plain_title(document.title), _plain_title(_BEFORE_NAME.sub("关于", document.title))}
        if "document_number" in document.metadata:
            names.add(document.metadata["document_number"].value)
        for name in names:
            by_name.setdefault(name, []).append(i)
    found: dict[int, Repeal] = {}
    for new, document in enumerate(documents):
        for name in document.metadata["repeals"].value.split("\n") if "repeals" in document.metadata else ():
            for old in by_name.get(_plain_title(name), []):
                if old != new and not _newer(documents[old], document):
                    found[old] = Repeal(old, new)
    return list(found.values())


def _day(document: Document) -> str | None:
    for name in ("date", "published", "effective"):
        if name in document.metadata:
            return document.metadata[name].value
    return None


def _newer(one: Document, other: Document) -> bool:
    days = _day(one), _day(other)
    return days[0] is not None and days[1] is not None and days[0] > days[1]


def with_status(documents: Sequence[Document]) -> list[Document]:
    """The documents with status, expires and superseded_by set where another document repeals them."""
    result = list(documents)
    for repeal in repeals(documents):
        new = documents[repeal.new]
        ends = new.metadata.get("effective") or new.metadata.get("date")
        metadata = dict(result[repeal.old].metadata)
        metadata["status"] = Field(REPEALED)
        metadata["superseded_by"] = Field(new.document_id)
        if ends:
            metadata["expires"] = Field(ends.value)
        result[repeal.old] = replace(result[repeal.old], metadata=metadata)
    return result
