"""From when and until when a document is in force, as its own text says; and what that makes it on a given day."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from indexer.dates import iso_date, labelled_date
from indexer.document import Field
from indexer.letterhead import segments
from indexer.lines import Line, lines_of
from indexer.numerals import to_arabic
from indexer.repeals import amended_in, plain_title, repealed_in

IN_FORCE, AMENDED, REPEALED, EXPIRED = "现行有效", "已修改", "废止", "失效"
# Who stated a status that no other document may change.
STATED_BY_PEOPLE = "side-car"

_DAY = r"(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
_VERB = r"(?:正式)?(?:施行|实施|执行|生效|试行|实行|启用)"
_EFFECTIVE = re.compile(
    rf"[自从于]\s*(?P<date>{_DAY})\s*起?\s*{_VERB}|[自从于]\s*(?P<later>{_DAY})\s*起[^。；，]{{0,12}}{_VERB}"
)
_AT_ONCE = re.compile(rf"自(?:印发|发布|公布|下发|颁布)之日起{_VERB}")
_UNTIL = re.compile(
    rf"(?:有效期|试行期)(?:限)?(?:自[^。；，]{{6,20}}[日起])?(?:截?至|截止(?:日期)?[至到为：:]?|到|为?{_DAY}[至到—-]+)\s*(?P<date>{_DAY})"
)
_YEARS = re.compile(
    r"(?:有效期|试行期)(?:限)?(?:暂定)?(?:为)?\s*(?P<years>\d{1,2}|[一二两三四五六七八九十])\s*(?P<unit>年|个月)|试行(?P<tried>[一二两三四五]|\d)年"
)
_LABELLED_DAYS = (
    ("effective", re.compile(r"^(?:施行日期|实施日期|生效日期)\s*[：:|]\s*")),
    ("expires", re.compile(r"^(?:失效日期|失效时间|有效期至|有效期截止日?期?)\s*[：:|]\s*")),
)
_STATUS = re.compile(r"^(?:有\s*效\s*性|文件状态|时\s*效\s*性|效力状态|是否有效)\s*[：:|]\s*(?P<status>\S{1,12})")
# Where a clause speaks of the text it stands in, not of licences, of standards or of another law.
_OF_ITSELF = re.compile(r"本(?!次|项|市|区|县|省|级)[\u4e00-\u9fff]{1,8}|施行|实施|执行|生效|印发|发布|公布")
_OWN = re.compile(
    r"本(?!次|项|市|区|县|省|级|届|轮|年)(?:[\u4e00-\u9fff]{0,6}?)(?:法|办法|规定|条例|细则|规则|规程|规范|通知|通告|公告|意见|方案|决定|措施|解释|计划|规划|标准|预案|文件|令|准则)"
    r"|现[\u4e00-\u9fff]{0,6}(?:公布|发布|印发|颁布)"
)
_NUMBERED = re.compile(r"^[（(]?(?:第?[一二三四五六七八九十百零\d]+)?[条、.．）)]?\s*$")
_OTHER_NAME = re.compile(r"《(?P<title>[^》]{2,80})》\s*(?:[（(][^）)]*[）)])?[^，。；]{0,4}$")
_ABOUT = re.compile(r"解读|问答|一图读懂|答记者问|新闻发布")
_STATUSES = (
    (AMENDED, re.compile(r"部分(?:废止|失效)")), (IN_FORCE, re.compile(r"未(?:被)?废止|未失效")),
    (REPEALED, re.compile(r"废止|作废")), (EXPIRED, re.compile(r"失效|无效|过期|否")),
    (AMENDED, re.compile(r"修[改订正]")), (IN_FORCE, re.compile(r"有效|执行|施行|是")),
)  # fmt: skip


def _status(text: str) -> str | None:
    return next((status for status, pattern in _STATUSES if pattern.search(text)), None)


def _last_day(day: str, months: int) -> str | None:
    """The last day of so many months that begin with a day: ten years from 2024-07-01 end on 2034-06-30."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for shorter in range(4):  # There is no 30th of February: the term ends with the month.
        try:
            return (date(year, month + 1, start.day - shorter) - timedelta(days=not shorter)).isoformat()
        except (ValueError, OverflowError):
            continue
    return None


def _dated(line: Line, match: re.Match[str]) -> Field | None:
    group = "date" if match["date"] else "later"
    value = iso_date(match[group])
    return Field(value, line.start + match.start(group), line.start + match.end(group)) if value else None


def read_validity(text: str, metadata: Mapping[str, Field]) -> dict[str, Field]:
    """The fields effective, expires (the last day in force), status, repeals and amends, each with its span.

    ``status`` is what the text itself states; ``repeals`` and ``amends`` list what the text says it repeals or alters,
    one a line: a title in 《》 or a 文号.
    """
    lines = list(lines_of(text))
    title = metadata["title"].value if "title" in metadata else ""
    kind = metadata["kind"].value if "kind" in metadata else "other"
    found: dict[str, Field] = {}
    for line in segments(lines[:40] + lines[40:][-12:]):
        match = _STATUS.search(line.text)
        if match and "status" not in found and (status := _status(match["status"])):
            found["status"] = Field(status, line.start + match.start("status"), line.start + match.end("status"))
        for name, label in _LABELLED_DAYS:
            if name not in found and (day := labelled_date([line], label)):
                found[name] = day
    # News and explanations speak of the documents of others, and so does a letter that answers a proposal.
    if kind not in ("news", "reply"):
        own = [line for line in lines if _OWN.search(line.text)] if _ABOUT.search(title) else lines
        found = _terms(own, title, metadata.get("date") or metadata.get("published")) | found
        found |= _others(own, metadata.get("title"))
    return found


def _terms(lines: list[Line], title: str, written: Field | None) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for line in lines:
        for match in _EFFECTIVE.finditer(line.text):
            if "effective" not in found and _own_clause(line, match, title) and (dated := _dated(line, match)):
                found["effective"] = dated
        once = _AT_ONCE.search(line.text)
        if once and "effective" not in found and written and _own_clause(line, once, title):
            found["effective"] = Field(written.value, line.start + once.start(), line.start + once.end())
        until = _UNTIL.search(line.text)
        if until and _of_itself(line, until) and (value := iso_date(until["date"])):
            found["expires"] = Field(value, line.start + until.start("date"), line.start + until.end("date"))
        term = _YEARS.search(line.text)
        begin = found.get("effective", written)
        if term and "expires" not in found and begin and _of_itself(line, term):
            said = term["years"] or term["tried"]
            months = int(to_arabic(said) or said) * (1 if term["unit"] == "个月" else 12)
            if value := _last_day(begin.value, months):
                found["expires"] = Field(value, line.start + term.start(), line.start + term.end())
    return found


def _others(lines: list[Line], title: Field | None) -> dict[str, Field]:
    """What the text says of other documents."""
    found: dict[str, Field] = {}
    for name, clauses_of in (("repeals", repealed_in), ("amends", amended_in)):
        clauses = [clause for line in lines for clause in clauses_of(line, title)]
        if clauses:
            names = "\n".join(dict.fromkeys(name for clause in clauses for name in clause.names))
            found[name] = Field(names, clauses[0].start, clauses[0].end)
    return found


def _own_clause(line: Line, match: re.Match[str], title: str) -> bool:
    """Whether a clause says from when this very document is in force."""
    other = _OTHER_NAME.search(line.text, 0, match.start())
    if other is not None:
        return plain_title(other["title"]) in plain_title(title)
    start = max(line.text.rfind(mark, 0, match.start()) for mark in "。；") + 1
    said = line.text[start : match.start()]
    return _NUMBERED.fullmatch(said.strip()) is not None or _OWN.search(said) is not None


def _of_itself(line: Line, match: re.Match[str]) -> bool:
    """Whether a clause says until when this very document is in force."""
    start = max(line.text.rfind(mark, 0, match.start()) for mark in "。；") + 1
    said = line.text[start : match.start()]
    return not said.strip("（( ") or _OF_ITSELF.search(said) is not None


def status_on(metadata: Mapping[str, Field], day: str) -> str | None:
    """The status of a document on a day (YYYY-MM-DD): what people stated, else 废止 or 失效 once its last day is over.

    Until that day a repealed document is 现行有效. None when nothing is known.
    """
    stated = metadata["status"].value if "status" in metadata else None
    if "status_by" in metadata or "expires" not in metadata:
        return stated
    if metadata["expires"].value < day:
        return REPEALED if stated == REPEALED or "superseded_by" in metadata else EXPIRED
    return IN_FORCE if stated in (REPEALED, EXPIRED) and "superseded_by" in metadata else stated
