"""The title of an official document, and the kind (文种) that its end names."""

import re
from collections.abc import Mapping, Sequence
from itertools import dropwhile, pairwise, takewhile

from indexer.dates import is_dateline, is_day
from indexer.document import Field
from indexer.letterhead import LABEL_LINE, MAX_TITLE, SITE_LINE
from indexer.lines import Line, first_field
from indexer.numbering import DOCUMENT_NUMBER, ORDER_LINE, SERIAL_LINE
from indexer.organs import organs_in
from indexer.outline import BYLINE
from indexer.proposals import is_category, is_disclosure

_TITLE_LABEL = re.compile(r"^(?:标\s*题|名\s*称|文件名称|信息名称)\s*[：:]\s*(\S.{3,199})$")
_OWN_TITLE_MARK = re.compile(r"关于|报告|办法|通知|意见|方案|规定|条例|公告")
# Where the reader is on a site, what he can do there, and below a title who spoke where and when.
_OF_THE_SITE = re.compile(
    r"首页|关注\s*·|(?:您)?(?:当前|现在).{0,4}位置|.*\s[>＞»]\s|[【\[（(]?\s*(?:字体|字号|打印|分享|浏览次数|关闭)|(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}.{0,40}来\s*源"
)
_OTHER_LINE = re.compile(
    r"[\u4e00-\u9fff]{2,40}(?:文\s*件|[（(]\s*(?:公?函|便函)\s*[）)])"
    r"|[（(]?第\s*\d+\s*期[）)]?|[A-Z]{0,4}[\dA-Z]{6,}(?:[/／][\d-]+)?|.*-->|.* - .{2,14}门户网站"
    r"|[（(].{0,30}(?:通过|批准|修正|修订|施行|公布).{0,30}[）)]|特急|加急|急件"
)
_MARK = re.compile(r"[\u4e00-\u9fff]{2,40}(?:文\s*件|[（(]\s*(?:公?函|便函)\s*[）)])")
_ANNOUNCED = re.compile(r"[\u4e00-\u9fff]{2,40}(?:公告|通告)")
_BEGINS = re.compile(r"关于|转发|印发|批转")
_BELOW_TITLE = re.compile(
    r"——|—{1,2}(?=\S)|[（(—]*(?:\d{4}|[〇○零一二三四五六七八九]{4})年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日"
)
# A title that has named its kind is complete, but for a remark in brackets.
_COMPLETE = re.compile(
    r"(?:通知|通告|公告|通报|复函|答复函?|的函|报告|办法|细则|条例|意见|方案|决定|决议|批复|纪要|请示|要点)(?:[（(][^）)]{1,20}[）)])?$"
)
_ITEM = re.compile(r"\d{1,2}\s*[.．、]|[（(]\s*[\d一二三四五六七八九十]{1,3}\s*[）)]")
_DAY_AFTER = re.compile(r"\s(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}$")
_REMARK = re.compile(r"[（(【\[].{1,60}[）)】\]]")
_TAIL = re.compile(r"[（(【\[][^（(）)】\]]{1,20}[）)】\]]$")
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("reply", re.compile(r"(?:答复|回复)(?:意见|情况)?(?:的?函)?$|复函$|(?:建议|提案).{0,12}(?:的函|[会协]办意见|办理意见)$")),
    ("notice", re.compile(r"通知$|通告$|公告$|通报$")),
    ("news", re.compile(r"发布会|专版|记者|全会精神")), ("report", re.compile(r"报告$")),
    ("measures", re.compile(r"(?:办法|规定|细则|条例|规则|规程|准则)$")), ("opinions", re.compile(r"意见$")),
    ("plan", re.compile(r"(?:方案|规划|计划|要点|规划纲要|预案)$")),
)  # fmt: skip
# A title that the format names may be longer, but not a paragraph: it stands in the breadcrumb of every chunk.
_MAX_GIVEN_TITLE = 200


def _is_other_field(line: Line) -> bool:
    return bool(
        DOCUMENT_NUMBER.fullmatch(line.text.strip("（()） ")) or is_disclosure(line.text) or is_category(line.text)
        or is_day(line.text)
        or is_dateline(line.text) or LABEL_LINE.match(line.text) or _OF_THE_SITE.match(line.text)
        or _OTHER_LINE.fullmatch(line.text) or ORDER_LINE.fullmatch(line.text) or SERIAL_LINE.fullmatch(line.text)
        or BYLINE.fullmatch(line.text) or SITE_LINE.fullmatch(line.text)
    )  # fmt: skip


def read_title(
    head: Sequence[Line], given: str | None, text: str, body_start: int, number: Field | None = None
) -> Field | None:
    """The title the format names, else the one labelled, else the letterhead lines that are no other field."""
    if given and len(given) <= _MAX_GIVEN_TITLE:
        # As a line of its own or above the body: a short <title> may well occur in the middle of a sentence.
        match = re.search(rf"^(?:#+ )?({re.escape(given)})(?: #+)?$", text, re.MULTILINE)
        start = match.start(1) if match else text.find(given, 0, body_start)
        return Field(given, start, start + len(given)) if start >= 0 else Field(given)
    own = [line for line in _below_sections(head) if not _is_other_field(line) and not _within(line, number)]
    lines = _without_organs(head, own)
    while len(lines) > 1 and _REMARK.fullmatch(lines[0].text):
        lines = lines[1:]
    lines = lines[: _title_lines(lines)]
    if not lines or (len(lines) == 1 and organs_in(lines[0].text)):
        return first_field(head, _TITLE_LABEL, 1) or _whole(lines)
    if lines[-1].end - lines[0].start > MAX_TITLE and len(lines) > 1:
        lines = [next((line for line in lines if _OWN_TITLE_MARK.search(line.text)), lines[0])]
    return _whole(lines)


def _below_sections(head: Sequence[Line]) -> list[Line]:
    """The lines below the names of the sections of a site in which a page stands: 首页 > 要闻."""
    marks = [i for i, line in enumerate(head) if re.fullmatch(r"[>＞»]", line.text)]
    above = {line.text for line in head[max(0, marks[0] - 1) : marks[-1] + 2]} if marks else set()
    return [line for line in head[marks[-1] + 2 if marks else 0 :] if line.text not in above]


def _within(line: Line, field: Field | None) -> bool:
    return field is not None and field.start is not None and line.end > field.start and line.start < (field.end or 0)


def _names_organs(line: Line) -> bool:
    return bool(organs_in(line.text) or _MARK.fullmatch(line.text))


def _without_organs(head: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The lines without those of the letterhead that name the issuer; named again, it is the first word of the title."""
    issued: list[Line] = []
    for line in takewhile(_names_organs, dropwhile(lambda line: not _names_organs(line), head)):
        issued.append(line)
        if _MARK.fullmatch(line.text):
            break
    serials = [after.start for before, after in pairwise(head) if SERIAL_LINE.fullmatch(after.text)]
    left = [
        line
        for line in lines
        if not (_ANNOUNCED.fullmatch(line.text) and any(line.end < at <= line.end + 2 for at in serials))
    ]
    while len(left) > 1 and organs_in(left[0].text):
        if left[0] not in issued and _BEGINS.match(left[1].text) and left[1].start <= left[0].end + 2:
            break
        left = left[1:]
    return left


def _title_lines(lines: Sequence[Line]) -> int:
    """How many of the lines are the title: up to one that is complete, or that says who spoke where and when."""
    for i, line in enumerate(lines):
        if i and (_BELOW_TITLE.match(line.text) or _ITEM.match(line.text) or line.text == lines[0].text):
            return i
        if _COMPLETE.search(line.text):
            return i + 1 + (i + 1 < len(lines) and _TAIL.fullmatch(lines[i + 1].text) is not None)
    return len(lines)


def _whole(lines: Sequence[Line]) -> Field | None:
    value = _DAY_AFTER.sub("", " ".join(line.text.lstrip("# ") for line in lines)).strip()
    return Field(value, lines[0].start, lines[-1].end) if value else None


def title_kind(title: str) -> str | None:
    """What the end of a title says it is: 关于印发《…办法》的通知 is a notice, 关于政府工作报告的决议 no report."""
    parts = [_TAIL.sub("", part).rstrip("》 ") for part in (title, title.partition("——")[0].rstrip(), *title.split())]
    return next((kind for part in parts for kind, pattern in _KINDS if pattern.search(part)), None)


def read_kind(known: Mapping[str, Field], reported: bool, name: str | None) -> str:
    """``kind`` by the title, or the file's name where the text has none; what reporters wrote is news."""
    named = known["title"].value if "title" in known else name or ""
    kind = title_kind(named)
    if kind is None and "proposal_number" in known:
        return "reply"
    return kind or ("news" if reported else "other")
