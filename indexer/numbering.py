"""发文字号: the number an organ gives a document, in every bracket that is used for the year."""

import re
from collections.abc import Sequence

from indexer.dates import DAY
from indexer.document import Field
from indexer.letterhead import segments
from indexer.lines import Line
from indexer.organs import organs_in

_OPEN, _CLOSE = r"[〔\[［(（【﹝〈<〖]", r"[〕\]］)）】﹞〉>〗]"
DOCUMENT_NUMBER = re.compile(
    rf"(?P<organ>[\u4e00-\u9fff]{{2,12}}|[\u4e00-\u9fff](?: [\u4e00-\u9fff]){{1,11}})\s{{0,3}}{_OPEN}\s{{0,3}}(?P<year>(?:19|20)\d\d)"
    rf"\s{{0,3}}年?{_CLOSE}\s{{0,3}}第?\s{{0,3}}(?P<serial>\d{{1,5}})\s{{0,3}}号"
)
# 令 and 公告 bear a number of their own below the organ: 清河市人民政府令 / 第12号.
ORDER_LINE = re.compile(r"(?P<organ>(?:中华人民共和国)?[\u4e00-\u9fff]{2,30}令)")
SERIAL_LINE = re.compile(
    r"[（(]?\s*(?:(?:19|20)\d\d\s*年\s*)?第\s*(?P<serial>[\d一二三四五六七八九十百〇零]{1,6})\s*号\s*[）)]?"
)
_ORDER = re.compile(rf"{ORDER_LINE.pattern}\s*{SERIAL_LINE.pattern}")
# What the organ of a 文号 never ends its own name with, so that 清河市水利局清水函〔2024〕7号 is 清水函〔2024〕7号.
_NAME_BEFORE_NUMBER = re.compile(r"^.*(?:人民政府|办公[室厅]|委员会|[局厅])(?=[\u4e00-\u9fff]{2})")
_NUMBER_LABEL = re.compile(r"(?:发文字号|文\s*号|发文文号)\s*[：:|]\s*")
_ISSUED = re.compile(r"\s*(?:印发|公布|发布|颁布)$")
_AFTER = re.compile(r"[）)\]】\s]*(?:签\s*发\s*人.*)?(?:第\s*\d+\s*号)?")


def written(match: re.Match[str]) -> str:
    """A match of DOCUMENT_NUMBER in the form of the standard: 渝国资函〔2025〕313号."""
    organ = _NAME_BEFORE_NUMBER.sub("", match["organ"].replace(" ", ""))
    return f"{organ}〔{match['year']}〕{match['serial']}号"


def _field(match: re.Match[str], offset: int) -> Field:
    organ = match["organ"]
    kept = organ if " " in organ else _NAME_BEFORE_NUMBER.sub("", organ)
    return Field(written(match), offset + match.end("organ") - len(kept), offset + match.end())


def read_document_number(head: Sequence[Line], text: str) -> Field | None:
    """The 文号 with its label, or one that has a line or two to itself; one that a title cites is another document's."""
    for line in segments(head):
        label = _NUMBER_LABEL.match(line.text)
        match = DOCUMENT_NUMBER.match(line.text, label.end()) if label else None
        if match:
            return _field(match, line.start)
    for i, line in enumerate(head):
        end = head[i + 1].end if i + 1 < len(head) else line.end
        match = DOCUMENT_NUMBER.search(text[line.start : end])
        if match is None or match.start() >= len(line.text):
            continue
        last = line if match.end() <= len(line.text) else head[i + 1]
        before = DAY.sub("", text[line.start : line.start + match.start()]).strip("（([【 ，,")
        before = _ISSUED.sub("", before)
        after = DAY.sub("", text[line.start + match.end() : last.end])
        if _AFTER.fullmatch(after) and (not before or (organs_in(before) and not after.strip("）) "))):
            return _field(match, line.start)
    for i, line in enumerate(head[:6]):
        end = head[i + 1].end if i + 1 < len(head) else line.end
        order = _ORDER.fullmatch(text[line.start : end]) or _ORDER.fullmatch(line.text)
        if order:
            return Field(f"{order['organ']}第{order['serial']}号", line.start, line.start + order.end())
    return None
