"""The fields of an official document (公文), each with the span it was read from. A wrong guess is worse than none."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from indexer.document import Field
from indexer.numerals import to_arabic
from indexer.outline import BYLINE, Line, lines_of
from indexer.people import (
    field_of,
    first_field,
    organs_in,
    read_contact,
    read_issuer,
    read_organs,
    read_proposers,
    read_signer,
)  # fmt: skip

_OPEN, _CLOSE = r"[〔\[［(（【﹝]", r"[〕\]］)）】﹞]"
DOCUMENT_NUMBER = re.compile(
    rf"(?P<organ>[\u4e00-\u9fff]{{2,12}})\s{{0,3}}{_OPEN}\s{{0,3}}(?P<year>(?:19|20)\d\d)\s{{0,3}}年?{_CLOSE}"
    r"\s{0,3}第?\s{0,3}(?P<serial>\d{1,5})\s{0,3}号"
)
# What the organ of a 文号 never ends its own name with, so that 清河市水利局清水函〔2024〕7号 is 清水函〔2024〕7号.
_NAME_BEFORE_NUMBER = re.compile(r"^.*(?:人民政府|办公[室厅]|委员会|[局厅])(?=[\u4e00-\u9fff]{2})")
_MOVER = r"(?:人大)?(?:代表|委员|党派|集体|界别|平时|重点|闭会)?"
PROPOSAL_NUMBER = re.compile(rf"第?\s*(?<![\d-])(?P<number>\d{{1,8}})\s*号\s*{_MOVER}(?P<kind>建议|提案)")
_PROPOSAL_LATER = re.compile(
    r"(?P<kind>建议|提案)》?\s*(?:[（(]\s*第?\s*(?P<number>\d{1,8})\s*号\s*[）)]|第\s*(?P<bare>\d{1,8})\s*号)"
)
_N = r"[一二三四五六七八九十\d]{1,3}"
_SESSION = re.compile(
    rf"(?:中国人民政治协商会议|政协)[\u4e00-\u9fff]{{0,8}}?第?\s?{_N}\s?届[\u4e00-\u9fff]{{0,8}}?委员会\s?第?\s?{_N}\s?次会议"
    rf"|(?:全国|自治[区州县]|[省市区县州旗])?(?:人大|政协|人民代表大会)?\s?第?\s?{_N}\s?届\s?"
    rf"(?:(?:[\u4e00-\u9fff]{{0,12}}?(?:人大|政协|人民代表大会))?\s?第?\s?{_N}\s?次)会议"
)
_PROPOSAL_TITLE = re.compile(r"(?:(?:提出|提交)的|建议|提案)\s*《([^》]{4,80})》")
_DISCLOSURE = re.compile(
    r"^[（(]?(?:(?:信息)?公开(?:属性|方式|类别|形式|选项)\s*[：:]\s*|此件\s*)?"
    r"(不同意公开|不予公开|不宜公开|不公开|依申请公开|部分公开|主动公开|同意公开|公开)(?:发布)?[）)]?$"
)
_CATEGORY = re.compile(
    r"^(?:(?:(?:办理|答复|回复|建议|提案)(?:件|结果|意见)?)?(?:类别|类型|分类|标[记识志])(?:标[记识志])?\s*[：:]\s*)?[（(]?\s*"
    r"(?:([A-GＡ-Ｇ]\d?)\s*类?|([甲乙丙丁])\s*类)\s*[）)]?$"
)
_ADOPTION = re.compile(
    r"采纳情况\s*[：:]\s*(\S{2,10})$|(完全采纳|部分采纳|基本采纳|全部采纳|已采纳|未采纳|不予采纳|暂不采纳|暂未采纳|予以采纳)"
    r"|((?:留作|作为|供)(?:我[委局厅办们]|今后|下一步|日常|决策|的)*工作参考|留作参考|作为参考)|(?:我们|我[委局厅办])(采纳)"
)
_DATE = re.compile(
    r"(?P<y>(?<!\d)\d{4}|[〇○零一二三四五六七八九0Oo]{4})\s{0,3}年\s{0,3}(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s{0,3}月"
    r"\s{0,3}(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s{0,3}日"
)
_NUMERIC_DATE = re.compile(r"(?<![\d.-])(?P<y>(?:19|20)\d\d)(?P<by>[-/.])(?P<m>\d{1,2})(?P=by)(?P<d>\d{1,2})(?![\d.-])")
_WRITTEN = re.compile(r"(?:成文(?:日期|时间)|印发日期|发文(?:日期|时间)|生成日期)\s*[：:|]\s*")
_PUBLISHED = re.compile(r"(?:发布(?:日期|时间)|公开(?:日期|时间)|公布日期)\s*[：:|]\s*")
_SOURCE = re.compile(r"^(?:文章|信息)?来\s*源\s*[：:]")
_TIME = re.compile(r"^时\s*间\s*[：:]\s*")
_DATELINE = re.compile(
    r"^[（(]?(?:来源\s*[：:]\s*)?《?[\u4e00-\u9fff]{2,10}(?:报|日报|晚报|晨报)》?\s*[，,（(]?\s*(?=\d{4}\s*年)"
)
_PAPER_AFTER = re.compile(r"^\s*[）)]?\s*(?:第?\s*[A-Z]?\d{1,3}\s*版.{0,12})?[）)]?$")
_ISSUER_LABEL = re.compile(r"(?:发文机关|发文机构|发布机构|制发机关|发文单位|发布单位)\s*[：:]\s*(\S{2,40})")
_NUMBER_LABEL = re.compile(r"(?:发文字号|文\s*号|发文文号)\s*[：:]\s*")
_TITLE_LABEL = re.compile(r"^(?:标\s*题|名\s*称|文件名称|信息名称)\s*[：:]\s*(\S.{3,199})$")
# A line of the header table of a government site, a line of publication or of contact: no part of a title.
_LABEL_LINE = re.compile(
    r"^[（(]?(?:索\s*引\s*号|发文字号|发文文号|文\s*号|发布机构|发文机[关构]|制发机关|发[文布]单位|成文(?:日期|时间)|生成日期|印发日期|发文日期"
    r"|发文时间|发布(?:日期|时间)|公开(?:日期|时间|属性|方式|类别|形式|选项)|公布日期|有\s*效\s*性|文件状态|时\s*效\s*性|效力状态|是否有效|主题(?:分类|词)"
    r"|体裁分类|公文种类|信息分类|标\s*题|名\s*称|文件名称|信息名称|关\s*键\s*[词字]|(?:文章|信息)?来\s*源|时\s*间|作\s*者|责任编辑|编\s*辑|浏览次数"
    r"|阅读次数|字\s*号|实施日期|施行日期|生效日期|失效日期|废止日期|统一登记号|统一编号|分\s*类|联\s*系\s*人|联\s*系\s*电\s*话|签\s*发\s*人|主办单位"
    r"|承办单位|会办单位|协办单位|提案[人者]|领衔代表|采纳情况|办理类别|类\s*别)\s*[：:]"
)
_OWN_TITLE_MARK = re.compile(r"关于|报告|办法|通知|意见|方案")
_GREETING = re.compile(r"[：:][您你]们?好[！!]?$")
# Where the reader is on a site, and below a title who spoke where and when.
_PLACE_ON_SITE = re.compile(r"首页|(?:您)?(?:当前|现在).{0,4}位置|.*\s[>＞»]\s")
_BELOW_TITLE = re.compile(
    r"——|[（(—]*(?:\d{4}|[〇○零一二三四五六七八九]{4})年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日"
)
_TAIL = re.compile(r"[（(【\[][^（(）)】\]]{1,20}[）)】\]]$")
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("reply", re.compile(r"(?:答复|回复)(?:意见|的?函|情况)?$|复函$")), ("notice", re.compile(r"通知$|通告$|公告$|通报$")),
    ("news", re.compile(r"发布会|专版|记者|全会精神")), ("report", re.compile(r"报告$")),
    ("measures", re.compile(r"(?:办法|规定|细则|条例|规则)$")), ("opinions", re.compile(r"意见$")),
    ("plan", re.compile(r"(?:方案|规划|计划|要点|规划纲要)$")),
)  # fmt: skip
_LETTERHEAD_LINES = 16
_MAX_TITLE = 90
# A title that the format names may be longer, but not a paragraph: it stands in the breadcrumb of every chunk.
_MAX_GIVEN_TITLE = 200


def _iso(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    year = re.sub("[0Oo]", "〇", match["y"]) if not match["y"].isdecimal() else match["y"]
    try:
        return date(*(int(to_arabic(part) or part) for part in (year, match["m"], match["d"]))).isoformat()
    except ValueError:  # 2月30日, 十十月
        return None


def iso_date(text: str) -> str | None:
    """``2025年4月30日`` or ``二〇二五年四月三十日`` as ``2025-04-30``; None when there is no valid date."""
    return _iso(_DATE.search(text))


def _is_body(line: Line) -> bool:
    if _LABEL_LINE.match(line.text):
        return False
    return (
        "。" in line.text
        or line.text.endswith(("：", ":"))
        or len(line.text) > _MAX_TITLE
        or bool(_GREETING.search(line.text))
    )


def letterhead(text: str) -> tuple[list[Line], int]:
    """The lines above the addressee or the first paragraph, and the offset at which the body starts."""
    head: list[Line] = []
    own = 0
    for line in lines_of(text):
        if _is_body(line) or own == _LETTERHEAD_LINES or len(head) == 3 * _LETTERHEAD_LINES:
            return head, line.start
        own += not _LABEL_LINE.match(line.text)
        head.append(line)
    return head, head[0].end if head else 0


def _document_number(head: Sequence[Line]) -> Field | None:
    """The 文号 with its label, or one that has a line to itself; one that a title cites is another document's."""
    for labelled in (True, False):
        for line in head:
            label = _NUMBER_LABEL.search(line.text)
            match = DOCUMENT_NUMBER.search(line.text, label.end() if label else 0)
            if match is None or bool(label) != labelled:
                continue
            before, after = line.text[: match.start()], line.text[match.end() :]
            if label and match.start() != label.end():
                continue
            alone = not before.strip("（([【 ") and re.fullmatch(r"[）)\]】\s]*(?:签\s*发\s*人.*)?", after)
            if not (label or alone or (organs_in(before.strip()) and not after.strip())):
                continue
            organ = _NAME_BEFORE_NUMBER.sub("", match["organ"])
            start = line.start + match.end("organ") - len(organ)
            return Field(f"{organ}〔{match['year']}〕{match['serial']}号", start, line.start + match.end())
    return None


def _is_other_field(line: Line) -> bool:
    return bool(
        DOCUMENT_NUMBER.fullmatch(line.text.strip("（()） ")) or _DISCLOSURE.match(line.text) or _CATEGORY.match(line.text)
        or _DATE.fullmatch(line.text) or _LABEL_LINE.match(line.text) or _NUMERIC_DATE.fullmatch(line.text)
        or _PLACE_ON_SITE.match(line.text) or re.fullmatch(r"[\u4e00-\u9fff]{2,40}文件", line.text)
    )  # fmt: skip


def _title(head: list[Line], given: str | None, text: str, body_start: int) -> Field | None:
    """The title the format names, else the one labelled, else the letterhead lines that are no other field."""
    if given and len(given) <= _MAX_GIVEN_TITLE:
        # As a line of its own or above the body: a short <title> may well occur in the middle of a sentence.
        match = re.search(rf"^(?:#+ )?({re.escape(given)})(?: #+)?$", text, re.MULTILINE)
        start = match.start(1) if match else text.find(given, 0, body_start)
        return Field(given, start, start + len(given)) if start >= 0 else Field(given)
    lines = [line for line in head if not _is_other_field(line)]
    while len(lines) > 1 and organs_in(lines[0].text):
        lines = lines[1:]
    below = next((i for i, line in enumerate(lines) if i and _BELOW_TITLE.match(line.text)), len(lines))
    lines = lines[:below]
    if not lines or (len(lines) == 1 and organs_in(lines[0].text)):
        return first_field(head, _TITLE_LABEL, 1) or _whole(lines)
    if lines[-1].end - lines[0].start > _MAX_TITLE:
        lines = [next((line for line in lines if _OWN_TITLE_MARK.search(line.text)), lines[0])]
    return _whole(lines)


def _whole(lines: list[Line]) -> Field | None:
    value = " ".join(line.text.lstrip("# ") for line in lines).strip()
    return Field(value, lines[0].start, lines[-1].end) if value else None


def _proposal(text: str, title: Field | None, body: list[Line]) -> dict[str, Field]:
    """Number and kind of the proposal that a reply answers, from its title or its opening paragraph."""
    places = [Line(text[title.start : title.end], title.start)] if title and title.start is not None else []
    for line in places + body[:3]:
        match = PROPOSAL_NUMBER.search(line.text) or _PROPOSAL_LATER.search(line.text)
        if match and (line in places or "收悉" in line.text or "收到" in line.text):
            group = "number" if match["number"] else "bare"
            return {"proposal_number": field_of(line, match, group), "proposal_kind": field_of(line, match, "kind")}
    return {}


def _date(lines: list[Line], head: list[Line]) -> Field | None:
    """A date that stands alone, in up to three lines: the last one below the text, else one in the letterhead."""
    tail = lines[-12:]
    for i in range(len(tail) - 1, -1, -1):
        for count in (1, 2, 3):
            said = " ".join(line.text.strip("（）() ") for line in tail[i : i + count])
            if i + count <= len(tail) and len(said) <= 40 and _DATE.fullmatch(said):
                value = iso_date(said)
                return Field(value, tail[i].start, tail[i + count - 1].end) if value else None
    for line in head:
        if _DATE.fullmatch(line.text.strip("（）() ")):
            value = iso_date(line.text)
            return Field(value, line.start, line.end) if value else None
    return None


def _labelled_date(lines: Sequence[Line], label: re.Pattern[str]) -> Field | None:
    for line in lines:
        match = label.search(line.text)
        if match:
            day = _DATE.match(line.text, match.end()) or _NUMERIC_DATE.match(line.text, match.end())
            if day and (value := _iso(day)):
                return Field(value, line.start + day.start(), line.start + day.end())
    return None


def _published(head: list[Line], body: list[Line]) -> Field | None:
    """The date with the label of publication, the 时间 beside a 来源, or the dateline of a newspaper."""
    labelled = _labelled_date([*head, *body[:3], *body[-6:]], _PUBLISHED)
    if labelled:
        return labelled
    if any(_SOURCE.match(line.text) for line in head) and (beside := _labelled_date(head, _TIME)):
        return beside
    for line in [*head, *body[-3:]]:
        match = _DATELINE.match(line.text)
        day = _DATE.match(line.text, match.end()) if match else None
        if day and _PAPER_AFTER.match(line.text[day.end() :]) and (value := _iso(day)):
            return Field(value, line.start + day.start(), line.start + day.end())
    return None


def _category(head: Sequence[Line]) -> Field | None:
    for line in head:
        match = _CATEGORY.match(line.text)
        if match:
            group = 1 if match[1] else 2
            return field_of(line, match, group, unicodedata.normalize("NFKC", match[group]))
    return None


def _adoption(lines: Sequence[Line]) -> Field | None:
    for line in lines:
        match = _ADOPTION.search(line.text)
        if match and match.lastindex:
            return field_of(line, match, match.lastindex)
    return None


def read_metadata(text: str, title: str | None = None) -> dict[str, Field]:
    """Read the fields of a document. ``title`` is what the file format itself names, if anything.

    Keys: title, issuer, document_number, kind, proposal_number, proposal_kind, proposal_title, session, proposer,
    organ, co_organs, addressee, disclosure, category, adoption, date, published, signer, contact, phone; a key is absent
    where the text does not say. Several names in one field are parted by 、.
    """
    head, body_start = letterhead(text)
    lines = list(lines_of(text))
    body = [line for line in lines if line.start >= body_start]
    ends = head + body[-12:]
    dated = _date(body, head)
    found: dict[str, Field | None] = {
        "title": _title(head, title, text, body_start),
        "document_number": _document_number(head),
        "disclosure": first_field(ends, _DISCLOSURE, 1),
        "category": _category(head),
        "issuer": first_field(ends, _ISSUER_LABEL, 1) or read_issuer(head, body, dated),
        "date": _labelled_date(ends, _WRITTEN) or dated,
        "published": _published(head, body),
        "signer": read_signer(head, body),
        **read_contact(ends),
    }
    found |= _proposal(text, found["title"], body)
    kind = found.get("proposal_kind")
    if kind:
        found |= read_proposers(head, body, kind.value)
        found |= read_organs(head, body, found["issuer"])
        found["session"] = first_field(head + body[:2], _SESSION)
        found["adoption"] = _adoption(head + body[:4])
        found["proposal_title"] = first_field(body[:3], _PROPOSAL_TITLE, 1)
    known = {name: field for name, field in found.items() if field is not None}
    known["kind"] = Field(_kind(known, lines))
    return known


def _kind(known: Mapping[str, Field], lines: Sequence[Line]) -> str:
    """What the end of the title says it is: 关于印发《…办法》的通知 is a notice, 关于政府工作报告的决议 no report."""
    if "proposal_number" in known:
        return "reply"
    title = known["title"].value if "title" in known else ""
    parts = [_TAIL.sub("", part).rstrip("》 ") for part in (title, title.partition("——")[0].rstrip(), *title.split())]
    kind = next((kind for part in parts for kind, pattern in _KINDS if pattern.search(part)), "other")
    return "news" if kind == "other" and any(BYLINE.fullmatch(line.text) for line in lines) else kind
