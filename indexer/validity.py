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
_EFFECTIVE = re.compile(rf"[自从于]\s*(?P<date>{_DATE})\s*起?\s*(?:正式)?(?:施行|实施|执行|生效)")
_AT_ONCE = re.compile(r"自(?:印发|发布|公布|下发)之日起(?:正式)?(?:施行|实施|执行|生效)")
_UNTIL = re.compile(rf"有效期(?:限)?(?:截?至|截止[至到]?|到)\s*(?P<date>{_DATE})")
_YEARS = re.compile(r"有效期(?:限)?(?:为)?\s*(?P<years>\d{1,2}|[一二两三四五六七八九十])\s*年")
_STATUS = re.compile(r"^(?:有\s*效\s*性|文件状态|时\s*效\s*性|效力状态|是否有效)\s*[：:|]\s*(?P<status>\S{1,12})")
_NAMED = re.compile(r"《(?P<title>[^》]{2,80})》\s*(?:[（(](?P<number>[^）)]{5,40}?号)[）)])?")
# A run of names with what repeals them behind or before it. 《》 that the text only refers to stand in no such run.
_NAMES = (
    rf"(?P<names>(?:{_NAMED.pattern.replace('?P<title>', '').replace('?P<number>', '')}\s*(?:[、和及与]|以及)?\s*)+)"
)
_REPEAL = re.compile(rf"{_NAMES}(?P<between>[^《。；\n]{{0,60}}?)(?:自行废止|废止)")
_REPEAL_BEFORE = re.compile(rf"废止(?:原|了)?{_NAMES}")
# A part of a document that is repealed, or what another says of it.
_PARTLY = re.compile(r"第[一二三四五六七八九十百零\d]+[编章节条款项]|规定|条款|要求|精神")
_REFERRED_TO = re.compile(r"(?:根据|依据|按照|依照|遵照|贯彻|落实)\s*$")
_NOT_REPEALED = re.compile(
    r"不(?:予|再|得|宜|应|能)?废止|未(?:被|予)?废止|是否废止|未经废止|(?:拟|建议|研究|论证|提请|申请|要求|推动|考虑)[^。；，]{0,8}废止"
)
# Where a clause speaks of the text it stands in, not of licences or of another law.
_OF_ITSELF = re.compile(r"本[\u4e00-\u9fff]{1,8}|施行|实施|执行|生效|印发|发布|公布")
_OTHER_NAME = re.compile(r"《(?P<title>[^》]{2,80})》\s*(?:[（(][^）)]*[）)])?[^，。；]{0,4}$")
_STATUSES = (
    (AMENDED, re.compile(r"部分(?:废止|失效)")), (IN_FORCE, re.compile(r"未(?:被)?废止|未失效")),
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
    title = metadata["title"].value if "title" in metadata else ""
    # A letter that answers a proposal repeals nothing: it speaks of what was proposed.
    reply = "kind" in metadata and metadata["kind"].value == "reply"
    for line in lines_of(text):
        match = _EFFECTIVE.search(line.text)
        if (
            match
            and "effective" not in found
            and not _of_another(line, match, title)
            and (dated := _dated(line, match))
        ):
            found["effective"] = dated
        match = _AT_ONCE.search(line.text)
        if match and "effective" not in found and written and not _of_another(line, match, title):
            found["effective"] = Field(written.value, line.start + match.start(), line.start + match.end())
        match = _UNTIL.search(line.text)
        if match and _of_itself(line, match) and (dated := _dated(line, match)):
            found["expires"] = dated
        match = _YEARS.search(line.text)
        begin = found.get("effective", written)
        if match and "expires" not in found and begin and _of_itself(line, match):
            years = int(to_arabic(match["years"]) or match["years"])
            found["expires"] = Field(
                _plus_years(begin.value, years), line.start + match.start(), line.start + match.end()
            )
        match = _STATUS.search(line.text)
        if match and "status" not in found and (status := _status(match["status"])):
            found["status"] = Field(status, line.start + match.start("status"), line.start + match.end("status"))
        for start, end, names in () if reply else _repeals(line):
            repealed.extend(names)
            places.append((line.start + start, line.start + end))
    if repealed:
        found["repeals"] = Field("\n".join(dict.fromkeys(repealed)), places[0][0], places[0][1])
    return found


def _of_another(line: Line, match: re.Match[str], title: str) -> bool:
    """Whether a clause says from when another document is in force."""
    other = _OTHER_NAME.search(line.text, 0, match.start())
    return other is not None and _plain_title(other["title"]) not in _plain_title(title)


def _of_itself(line: Line, match: re.Match[str]) -> bool:
    """Whether a clause says until when this very document is in force."""
    start = max(line.text.rfind(mark, 0, match.start()) for mark in "。；") + 1
    said = line.text[start : match.start()]
    return not said.strip("（( ") or _OF_ITSELF.search(said) is not None


def _repeals(line: Line) -> list[tuple[int, int, list[str]]]:
    """Clauses of a line that repeal documents: start, end and the names in them."""
    clauses = []
    for clause in re.finditer(r"[^。；\n]+", line.text if "废止" in line.text else ""):
        said = clause.group()
        if _NOT_REPEALED.search(said):
            continue
        names: list[str] = []
        for match in (*_REPEAL.finditer(said), *_REPEAL_BEFORE.finditer(said)):
            between = match.groupdict().get("between") or ""
            if _PARTLY.search(between) or _REFERRED_TO.search(said, 0, match.start()):
                continue
            for named in _NAMED.finditer(match["names"]):
                number = DOCUMENT_NUMBER.search(named["number"] or "")
                names.append(f"{number['organ']}〔{number['year']}〕{number['serial']}号" if number else named["title"])
        if names:
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
                if old == new or _newer(documents[old], document):
                    continue
                # Repealed twice, it was out of force from the first time on.
                if old not in found or _newer(documents[found[old].new], document):
                    found[old] = Repeal(old, new)
    return [repeal for repeal in found.values() if not _circular(repeal, found)]


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


def with_status(documents: Sequence[Document]) -> list[Document]:
    """The documents with status, expires and superseded_by set where another document repeals them."""
    result = list(documents)
    for repeal in repeals(documents):
        new = documents[repeal.new]
        ends = next(
            (new.metadata[name].value for name in ("effective", "date", "published") if name in new.metadata), None
        )
        metadata = dict(result[repeal.old].metadata)
        metadata["status"] = Field(REPEALED)
        metadata["superseded_by"] = Field(new.document_id)
        if ends and ("expires" not in metadata or ends < metadata["expires"].value):
            metadata["expires"] = Field(ends)
        result[repeal.old] = replace(result[repeal.old], metadata=metadata)
    return result
