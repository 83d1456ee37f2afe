"""The days of an official document: written (成文日期) and published, each with the place it was read from."""

import re
from collections.abc import Sequence
from datetime import date

from indexer.document import Field
from indexer.letterhead import segments
from indexer.lines import Line
from indexer.numerals import to_arabic
from indexer.organs import organs_in

DAY = re.compile(
    r"(?P<y>(?<!\d)\d{4}|[〇○零一二三四五六七八九0OoО]{4})\s{0,3}年\s{0,3}(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s{0,3}月"
    r"\s{0,3}(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s{0,3}日"
)
_NUMERIC_DAY = re.compile(r"(?<![\d.-])(?P<y>(?:19|20)\d\d)(?P<by>[-/.])(?P<m>\d{1,2})(?P=by)(?P<d>\d{1,2})(?![\d.-])")
_WRITTEN = re.compile(r"^(?:成文(?:日期|时间)|印发日期|发文(?:日期|时间)|生成日期|签发日期)\s*[：:|]\s*")
_PUBLISHED = re.compile(r"(?:发布(?:日期|时间)|公开(?:日期|时间)|公布(?:日期|时间)|发表时间|刊发时间)\s*[：:|]\s*")
_SOURCE = re.compile(r"(?:^|[\s（(|])(?:文章|信息|稿件)?来\s*源\s*[：:]")
_TIME = re.compile(r"^(?:时\s*间|日\s*期)\s*[：:]\s*")
_DATELINE = re.compile(
    r"^[（(]?(?:来源\s*[：:]\s*)?《?[\u4e00-\u9fff]{2,10}(?:报|日报|晚报|晨报)》?\s*[，,（(]?\s*(?=\d{4}\s*年)"
)
# （清河市人民政府 2024年4月28日印发 清政发〔2024〕9号）
_ISSUED = re.compile(
    rf"[（(](?P<organs>[\u4e00-\u9fff、\s]{{0,60}}?)\s*(?P<day>{DAY.pattern})[\u4e00-\u9fff、\s]{{0,40}}?(?:印发|公布|发布|颁布)[^（）()]{{0,40}}[）)]$"
)
_PAPER_AFTER = re.compile(r"^\s*[）)]?\s*(?:第?\s*[A-Z]?\d{1,3}\s*版.{0,12})?[）)]?$")
# What may follow the date below a text: contacts, annexes, copies; running text may not.
_RUNNING = re.compile(r"[。；]")
_ENDS_TEXT = re.compile(r"[。！？；）)》”]$|附\s*件|特此|此[复函致]|[局委厅办府会院部司学]$")


def day_of(match: re.Match[str] | None) -> str | None:
    """``YYYY-MM-DD`` for a match of DAY, None when there is no such day."""
    if match is None:
        return None
    year = re.sub("[0OoО]", "〇", match["y"]) if not match["y"].isdecimal() else match["y"]
    try:
        return date(*(int(to_arabic(part) or part) for part in (year, match["m"], match["d"]))).isoformat()
    except ValueError:  # 2月30日, 十十月
        return None


def iso_date(text: str) -> str | None:
    """``2025年4月30日`` or ``二〇二五年四月三十日`` as ``2025-04-30``; None when there is no valid date."""
    return day_of(DAY.search(text))


def any_day(text: str, start: int = 0) -> re.Match[str] | None:
    """A day at ``start``, written with 年月日 or as 2025-04-30."""
    return DAY.match(text, start) or _NUMERIC_DAY.match(text, start)


def is_dateline(text: str) -> bool:
    """Whether a line names a newspaper with its day and page."""
    match = _DATELINE.match(text)
    day = DAY.match(text, match.end()) if match else None
    return day is not None and _PAPER_AFTER.match(text[day.end() :]) is not None


def is_day(text: str) -> bool:
    """Whether a line says a day and nothing else but, perhaps, the hour."""
    said = re.sub(r"\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?$", "", text.strip("（）()[]【】 "))
    return bool(DAY.fullmatch(said) or _NUMERIC_DAY.fullmatch(said))


def labelled_date(lines: Sequence[Line], label: re.Pattern[str]) -> Field | None:
    """The day behind the first label that has a valid one."""
    for line in lines:
        match = label.search(line.text)
        day = any_day(line.text, match.end()) if match else None
        if day and (value := day_of(day)):
            return Field(value, line.start + day.start(), line.start + day.end())
    return None


def _alone(lines: Sequence[Line], i: int) -> Field | None:
    """The date that the line, or it with the next one or two, consists of; an organ may stand before it."""
    for count in (1, 2, 3):
        said = " ".join(line.text.strip("（）() ") for line in lines[i : i + count])
        if i + count <= len(lines) and len(said) <= 40 and (match := DAY.fullmatch(said)):
            value = day_of(match)
            return Field(value, lines[i].start, lines[i + count - 1].end) if value else None
    numeric = _NUMERIC_DAY.fullmatch(lines[i].text.strip("（）() "))
    if (
        numeric and i and organs_in(lines[i - 1].text) and (value := day_of(numeric))
    ):  # Elsewhere it is a cell of a table.
        return Field(value, lines[i].start, lines[i].end)
    day = DAY.search(lines[i].text) if len(lines[i].text) <= 100 else None
    if day and day.end() == len(lines[i].text) and organs_in(lines[i].text[: day.start()].strip()):
        value = day_of(day)
        return Field(value, lines[i].start + day.start(), lines[i].end) if value else None
    return None


def _below(body: Sequence[Line]) -> Field | None:
    """The date below the text: the first under or beside the name of an organ, else the last one no text follows."""
    last: Field | None = None
    for i, line in enumerate(body):
        found = _alone(body, i) if len(line.text) <= 100 else None
        if found is None:
            if _RUNNING.search(line.text) and not line.text.startswith(("（", "(", "附", "抄", "联", "注")):
                last = None
            continue
        before = body[i - 1].text if i else ""
        if found.start != line.start or organs_in(before):
            return found
        if not i or _ENDS_TEXT.search(before) or len(body) - i <= 12:
            last = found
    return last


def read_date(head: Sequence[Line], body: Sequence[Line]) -> tuple[Field | None, Field | None]:
    """The day the document was written, by label, else as it stands below the text, else in the letterhead; and the
    one below the text or in the letterhead alone."""
    below = _below(body)
    if below is None:
        for line in head:
            match = DAY.fullmatch(line.text.strip("（）() ")) or _ISSUED.match(line.text)
            if match and (value := day_of(match)):
                whole = match.re is DAY
                start, end = (
                    (line.start, line.end) if whole else (line.start + match.start("y"), line.start + match.end("day"))
                )
                below = Field(value, start, end)
                break
    labelled = labelled_date(list(segments([*head, *body[-12:]])), _WRITTEN)
    return labelled or below, below


def read_published(head: Sequence[Line], body: Sequence[Line]) -> Field | None:
    """The date with the label of publication, the day or 时间 beside a 来源, or the dateline of a newspaper."""
    labelled = labelled_date([*head, *body[:3], *body[-6:]], _PUBLISHED)
    if labelled:
        return labelled
    if any(_SOURCE.search(line.text) for line in head):
        beside = labelled_date(list(segments(head)), _TIME)
        if beside:
            return beside
        for line in head:
            day = next((m for m in (any_day(line.text, at) for at in (0, *_starts(line.text))) if m), None)
            alone = is_day(line.text)
            if day and (_SOURCE.search(line.text) or alone) and (value := day_of(day)):
                return Field(value, line.start + day.start(), line.start + day.end())
    for line in [*head, *body[-3:]]:
        match = _DATELINE.match(line.text)
        day = DAY.match(line.text, match.end()) if match else None
        if day and _PAPER_AFTER.match(line.text[day.end() :]) and (value := day_of(day)):
            return Field(value, line.start + day.start(), line.start + day.end())
    return None


def _starts(text: str) -> list[int]:
    return [match.end() for match in re.finditer(r"[\s|（(]+", text)][:20]
