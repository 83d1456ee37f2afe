"""The fields of an official document (公文), each with the span it was read from. A wrong guess is worse than none."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from indexer.document import Field
from indexer.numerals import to_arabic
from indexer.outline import Line, lines_of

_OPEN, _CLOSE = r"[〔\[［(（【]", r"[〕\]］)）】]"
DOCUMENT_NUMBER = re.compile(
    rf"(?P<organ>[\u4e00-\u9fff]{{2,12}}){_OPEN}\s*(?P<year>(?:19|20)\d\d)\s*{_CLOSE}\s*第?\s*(?P<serial>\d{{1,5}})\s*号"
)
PROPOSAL_NUMBER = re.compile(r"第?\s*(?P<number>\d{1,6})\s*号\s*(?P<kind>建议|提案)")
_PROPOSAL_LATER = re.compile(r"(?P<kind>建议|提案)》?\s*[（(]\s*第?\s*(?P<number>\d{1,6})\s*号\s*[）)]")
_SESSION = re.compile(
    r"(?:全国|省|市|区|县|州|自治区)?(?:人大|政协)?第?[一二三四五六七八九十]{1,3}届(?:人大|政协)?第?[一二三四五六七八九十]{1,2}次会议"
)
_PROPOSAL_TITLE = re.compile(r"(?:(?:提出|提交)的|建议|提案)\s*《([^》]{4,80})》")
_ADDRESSEE = re.compile(r"([\u4e00-\u9fff·、，,\s]{2,60}?)(?:等\s*\d*\s*[名位])?(代表|委员)\s*[：:]$")
_DISCLOSURE = re.compile(
    r"^(?:公开(?:属性|方式|类别|形式)\s*[：:]\s*)?(不同意公开|不予公开|依申请公开|部分公开|主动公开|同意公开|公开)$"
)
_CATEGORY = re.compile(r"^(?:(?:办理)?类别\s*[：:]\s*)?([A-DＡ-Ｄ])\s*类?$")
_ADOPTION = re.compile(r"(完全采纳|部分采纳|基本采纳|全部采纳|已采纳|未采纳|不予采纳)")
_SIGNER = re.compile(
    r"(?:[我本][委局厅办]|经(?![我本][委局厅办]))([\u4e00-\u9fff]{2,4}?)副?(?:主任|局长|厅长|部长|书记|区长|县长|市长)审签"
)
_DATE = re.compile(
    r"(?P<y>\d{4}|[〇○零一二三四五六七八九]{4})\s*年\s*(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*月\s*(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
)
_LABELLED = {
    "contact": re.compile(r"^联\s*系\s*人\s*[：:]\s*(.{2,40})$"),
    "phone": re.compile(r"^联\s*系\s*电\s*话\s*[：:]\s*(.{5,60})$"),
    "issuer": re.compile(r"(?:发文机关|发布机构|制发机关|发文单位)\s*[：:]\s*(\S{2,40})"),
    "date": re.compile(r"(?:成文日期|印发日期|发文日期)\s*[：:]\s*(.{6,20})$"),
}
_ORGAN = re.compile(
    r"^[\u4e00-\u9fff]{2,40}(?:委员会|办公厅|办公室|人民政府|政府|局|厅|部|院|署|中心|管委会|党组|工委)$"
)
_KINDS: tuple[tuple[str, str], ...] = (
    ("reply", r"答复|复函|的函$"), ("report", r"报告"), ("measures", r"办法|规定|细则|条例|规则"), ("opinions", r"意见"),
    ("plan", r"方案|规划|计划|要点"), ("notice", r"通知|通告|公告"), ("news", r"发布会|专版|记者|全会"),
)  # fmt: skip
_Value = Callable[[re.Match[str]], str]
_LETTERHEAD_LINES = 16
_MAX_TITLE = 90
# A title that the format names may be longer, but not a paragraph: it stands in the breadcrumb of every chunk.
_MAX_GIVEN_TITLE = 200


def iso_date(text: str) -> str | None:
    """``2025年4月30日`` or ``二〇二五年四月三十日`` as ``2025-04-30``; None when there is no valid date."""
    match = _DATE.search(text)
    if match is None:
        return None
    try:
        return date(*(int(to_arabic(match[part]) or match[part]) for part in ("y", "m", "d"))).isoformat()
    except ValueError:  # 2月30日, 十十月
        return None


def _is_body(line: Line) -> bool:
    return "。" in line.text or line.text.endswith(("：", ":")) or len(line.text) > _MAX_TITLE


def letterhead(text: str) -> tuple[list[Line], int]:
    """The lines above the addressee or the first paragraph, and the offset at which the body starts."""
    head: list[Line] = []
    for line in lines_of(text):
        if _is_body(line) or len(head) == _LETTERHEAD_LINES:
            return head, line.start
        head.append(line)
    return head, head[0].end if head else 0


def _field(line: Line, match: re.Match[str], group: int | str = 0, value: str | None = None) -> Field:
    """A field whose value, unless given, is what the group of the match says."""
    return Field(
        match[group] if value is None else value, line.start + match.start(group), line.start + match.end(group)
    )


def _first(
    lines: Iterable[Line], pattern: re.Pattern[str], group: int | str = 0, value: _Value | None = None
) -> Field | None:
    """The first line in which the pattern is found, as a field."""
    for line in lines:
        match = pattern.search(line.text)
        if match:
            return _field(line, match, group, value(match) if value else None)
    return None


def _document_number(match: re.Match[str]) -> str:
    return f"{match['organ']}〔{match['year']}〕{match['serial']}号"


def _title(head: list[Line], given: str | None, text: str, body_start: int) -> Field | None:
    """The title the format names, else the letterhead lines that are no other field."""
    if given and len(given) <= _MAX_GIVEN_TITLE:
        # As a line of its own or above the body: a short <title> may well occur in the middle of a sentence.
        match = re.search(rf"^(?:#+ )?({re.escape(given)})(?: #+)?$", text, re.MULTILINE)
        start = match.start(1) if match else text.find(given, 0, body_start)
        return Field(given, start, start + len(given)) if start >= 0 else Field(given)
    lines = [
        line for line in head
        if not (
            DOCUMENT_NUMBER.fullmatch(line.text) or _DISCLOSURE.match(line.text) or _CATEGORY.match(line.text)
            or _DATE.fullmatch(line.text) or any(label.match(line.text) for label in _LABELLED.values())
        )
    ]  # fmt: skip
    if len(lines) > 1 and _ORGAN.fullmatch(lines[0].text):
        lines = lines[1:]
    if not lines:
        return None
    if lines[-1].end - lines[0].start > _MAX_TITLE:
        lines = [next((line for line in lines if re.search(r"关于|报告|办法|通知|意见|方案", line.text)), lines[0])]
    value = " ".join(line.text.lstrip("# ") for line in lines).strip()
    return Field(value, lines[0].start, lines[-1].end) if value else None


def _proposal(text: str, title: Field | None, body: list[Line]) -> dict[str, Field]:
    """Number and kind of the proposal that a reply answers, from its title or its opening paragraph."""
    places = [Line(text[title.start : title.end], title.start)] if title and title.start is not None else []
    for line in places + body[:3]:
        match = PROPOSAL_NUMBER.search(line.text) or _PROPOSAL_LATER.search(line.text)
        if match and (line in places or "收悉" in line.text):
            return {"proposal_number": _field(line, match, "number"), "proposal_kind": _field(line, match, "kind")}
    return {}


def _proposer(lines: list[Line]) -> dict[str, Field]:
    for line in lines:
        match = _ADDRESSEE.match(line.text)
        if match is None:
            continue
        names = [name for name in re.split(r"[、，,\s]+", match[1].strip()) if name]
        addressee = Field(line.text.rstrip("：: "), line.start, line.end - 1)
        if names and all(2 <= len(name) <= 12 and name not in ("各位", "全体", "副主任", "主任") for name in names):
            return {"addressee": addressee, "proposer": _field(line, match, 1, "、".join(names))}
    return {}


def _date(lines: list[Line], head: list[Line]) -> Field | None:
    """A date that stands alone: the last one below the text, else one in the letterhead."""
    for line in [*reversed(lines[-12:]), *head]:
        match = _DATE.fullmatch(line.text.strip("（）() "))
        if match:
            value = iso_date(line.text)
            return Field(value, line.start, line.end) if value else None
    return None


def read_metadata(text: str, title: str | None = None) -> dict[str, Field]:
    """Read the fields of a document. ``title`` is what the file format itself names, if anything.

    Keys: title, issuer, document_number, kind, proposal_number, proposal_kind, proposal_title, session, proposer,
    addressee, disclosure, category, adoption, date, signer, contact, phone; a key is absent where the text does not say.
    """
    head, body_start = letterhead(text)
    lines = list(lines_of(text))
    body = [line for line in lines if line.start >= body_start]
    found: dict[str, Field | None] = {
        "title": _title(head, title, text, body_start),
        "document_number": _first(head, DOCUMENT_NUMBER, value=_document_number),
        "disclosure": _first(head, _DISCLOSURE, 1),
        "category": _first(head, _CATEGORY, 1, lambda match: unicodedata.normalize("NFKC", match[1])),
        "issuer": _first(head[:3], _ORGAN),
        "date": _date(body, head),
        "signer": _first(body, _SIGNER, 1),
    }
    for name, pattern in _LABELLED.items():
        labelled = _first(head + body[-12:], pattern, 1)
        if labelled and name == "date":
            value = iso_date(labelled.value)
            labelled = Field(value, labelled.start, labelled.end) if value else None
        found[name] = labelled or found.get(name)
    found |= _proposal(text, found["title"], body)
    if found.get("proposal_number"):
        found |= _proposer(body[:2])
        found["session"] = _first(head + body[:2], _SESSION)
        found["adoption"] = _first(body[:4], _ADOPTION, 1)
        found["proposal_title"] = _first(body[:3], _PROPOSAL_TITLE, 1)
    known = {name: field for name, field in found.items() if field is not None}
    known["kind"] = Field(_kind(known))
    return known


def _kind(known: Mapping[str, Field]) -> str:
    if "proposal_number" in known:
        return "reply"
    title = known["title"].value if "title" in known else ""
    return next((kind for kind, pattern in _KINDS if re.search(pattern, title)), "other")
