"""What a reply says of the proposal it answers: number, kind, session, title, category, adoption; and its disclosure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from indexer.document import Field
from indexer.letterhead import segments
from indexer.lines import Line, field_of, first_field
from indexer.numerals import to_arabic

_MOVER = r"(?:[（(][^（()）\n]{1,20}[）)])?(?:人大)?(?:代表|委员|党派|集体|界别|平时|重点|闭会)?"
PROPOSAL_NUMBER = re.compile(rf"第?\s*(?<![\d-])(?P<number>\d{{1,8}})\s*号\s*{_MOVER}(?P<kind>建议|提案)")
_PROPOSAL_LATER = re.compile(
    r"(?P<kind>建议|提案)》?\s*(?:[（(]\s*(?:建议|提案)?\s*(?:编号\s*[：:]?)?\s*第?\s*(?P<number>\d{1,8})\s*号\s*(?:提案|建议)?\s*[）)]|第\s*(?P<bare>\d{1,8})\s*号)"
)
_PROPOSAL_LABEL = re.compile(r"^(?P<kind>建议|提案)(?:编号|案号|号)\s*[：:]\s*第?\s*(?P<number>\d{1,8})\s*号?$")
_NUMBER_ONLY = re.compile(r"》\s*[（(]?\s*第\s*(?P<number>\d{1,8})\s*号\s*[）)]?")
_ANSWERS = re.compile(r"收悉|收到|答复|函复|回复")
_N = r"[一二三四五六七八九十\d]{1,3}"
_SESSION = re.compile(
    rf"(?:中国人民政治协商会议|(?:全国|[省市区县州旗])?政协)[\u4e00-\u9fff]{{0,8}}?第?\s?{_N}\s?届[\u4e00-\u9fff]{{0,8}}?委员会\s?第?\s?{_N}\s?次(?:全体)?会议"
    rf"|(?:全国|自治[区州县]|[省市区县州旗])?(?:人大|政协|人民代表大会)?\s?第?\s?{_N}\s?届\s?"
    rf"(?:(?:[\u4e00-\u9fff]{{0,12}}?(?:人大|政协|人民代表大会))?\s?第?\s?{_N}\s?次)(?:全体)?会议"
)
_ORDER = re.compile(rf"第?\s?({_N})\s?届[\u4e00-\u9fff]{{0,20}}?第?\s?({_N})\s?次")
# The name of the place in full before it: 重庆市六届人大三次会议.
_PLACE = re.compile(
    r"(?:^|关于|对|在|于|理|复|交|的|和|及)(?P<place>(?!关于|[对于的和及您你办提答回])(?:(?!在)[\u4e00-\u9fff]){2,5})$"
)
_PROPOSAL_TITLE = re.compile(
    r"(?:(?:提出|提交|反映)的?|建议|提案)\s*(?:关于)?\s*《([^》]{4,80})》|(?:^|关于)《([^》]{4,80})》(?:的)?(?:建议|提案)?\s*[（(]第"
)
_DISCLOSURE = re.compile(
    r"^[（(【]?(?:(?:信息)?公开(?:属性|方式|类别|类型|形式|选项|范围|程度)\s*[：:]\s*)?(?:(?:此件|本件|本复函|此复函|本答复|本函)\s*)?"
    r"(不同意公开|不予公开|不宜公开|不公开|依申请公开|部分公开|主动公开|同意公开|全文公开|公开)(?:发布)?[。]?[）)】]?$"
)
_DISCLOSURE_ASKED = re.compile(r"^是否(?:同意)?(?:主动)?公开\s*[：:]\s*(?P<said>不?同意|是|否|不?公开)(?:公开)?$")
_CATEGORY = re.compile(
    r"^(?:(?:(?:办理|答复|回复|办复|建议|提案)(?:件|结果|意见)?){0,3}(?:类别|类型|分类|标[记识志]|结果)(?:标[记识志])?\s*[：:]\s*)?[（(【\[]?\s*"
    r"(?:([A-GＡ-Ｇ]\d?)\s*类?|([甲乙丙丁])\s*类)\s*(?:件)?\s*[）)】\]]?$"
)
_CATEGORY_AFTER = re.compile(r"(?:答复|复函|的函)[（(]([A-GＡ-Ｇ]\d?)\s*类[）)]$")
_ADOPTION = re.compile(
    r"采纳(?:情况|程度)\s*[：:]\s*(\S{2,10})$|(完全采纳|部分采纳|基本采纳|全部采纳|充分采纳|已采纳|未采纳|不予采纳|暂不采纳|暂未采纳|予以采纳)"
    r"|((?:留作|作为|供)(?:我[委局厅办们]|今后|下一步|日常|决策|的)*工作参考|留作参考|作为参考)|(?:我们|我[委局厅办])(采纳)"
)


def _said_in(line: Line) -> Iterator[Line]:
    """The line, or the parts of one that says both of two things and nothing else: A类 同意公开."""
    yield line
    parts = list(re.finditer(r"[^\s，,；;（()）]+", line.text)) if len(line.text) <= 40 else []
    if len(parts) > 1 and all(_CATEGORY.match(part[0]) or is_disclosure(part[0]) for part in parts):
        for part in parts:
            yield Line(part[0], line.start + part.start())


def is_disclosure(text: str) -> bool:
    """Whether a line says to whom the document may be shown, and nothing else."""
    return bool(_DISCLOSURE.match(text) or _DISCLOSURE_ASKED.match(text))


def is_category(text: str) -> bool:
    """Whether a line is the letter that says how far a matter is settled, alone or beside the disclosure."""
    parts = re.findall(r"[^\s，,；;（()）]+", text)
    return bool(_CATEGORY.match(text)) or (
        len(parts) > 1 and all(_CATEGORY.match(part) or is_disclosure(part) for part in parts)
    )


def read_disclosure(lines: Sequence[Line]) -> Field | None:
    """``disclosure`` in the words of the text; 是否公开：是 is 公开."""
    for line in segments(lines):
        for part in _said_in(line):
            match = _DISCLOSURE.match(part.text)
            if match:
                return field_of(part, match, 1)
            match = _DISCLOSURE_ASKED.match(part.text)
            if match:
                return field_of(part, match, "said", "不公开" if match["said"][0] in "不否" else "公开")
    return None


def read_category(head: Sequence[Line]) -> Field | None:
    """``category``, a letter in plain width."""
    for line in segments(head):
        for part in _said_in(line):
            match = _CATEGORY.match(part.text)
            if match:
                group = 1 if match[1] else 2
                return field_of(part, match, group, unicodedata.normalize("NFKC", match[group]))
    return first_field(head, _CATEGORY_AFTER, 1, lambda match: unicodedata.normalize("NFKC", match[1]))


def read_proposal(text: str, title: Field | None, head: Sequence[Line], body: Sequence[Line]) -> dict[str, Field]:
    """Number and kind of the proposal that a reply answers, from its title, a label or its opening paragraph."""
    places = [Line(text[title.start : title.end], title.start)] if title and title.start is not None else []
    for line in segments(head):
        match = _PROPOSAL_LABEL.match(line.text)
        if match:
            return {"proposal_number": field_of(line, match, "number"), "proposal_kind": field_of(line, match, "kind")}
    for line in places + list(body[:3]):
        match = PROPOSAL_NUMBER.search(line.text) or _PROPOSAL_LATER.search(line.text)
        if match and (line in places or _ANSWERS.search(line.text)):
            group = "number" if match["number"] else "bare"
            return {"proposal_number": field_of(line, match, group), "proposal_kind": field_of(line, match, "kind")}
    # 《关于……》（第0123号）收悉: whose it is, the address says.
    addressed = re.search(r"(代表|委员)[：:]?$", body[0].text.partition("：")[0]) if body else None
    for line in places + list(body[:3]):
        match = _NUMBER_ONLY.search(line.text)
        if match and addressed and (line in places or _ANSWERS.search(line.text)):
            kind = "建议" if addressed[1] == "代表" else "提案"
            return {"proposal_number": field_of(line, match, "number"), "proposal_kind": Field(kind)}
    return {}


def read_session(lines: Sequence[Line]) -> Field | None:
    """``session``: 市六届人大三次会议, with the place before it where it is named."""
    for line in lines:
        match = _SESSION.search(line.text)
        if match:
            place = _PLACE.search(line.text, 0, match.start()) if match[0][0] in "省市区县州旗" else None
            start = place.start("place") if place else match.start()
            return Field(line.text[start : match.end()], line.start + start, line.start + match.end())
    return None


def session_of(text: str) -> str | None:
    """The session that a text names, in one form: 人大6.3 for 市六届人大三次会议 and for 第六届人民代表大会第三次会议, 6.3 where
    neither 人大 nor 政协 is said."""
    match = _SESSION.search(text)
    order = _ORDER.search(match[0]) if match else None
    if match is None or order is None:
        return None
    term, number = (to_arabic(each) or each for each in order.groups())
    around = text[: match.start()][-4:] + match[0]
    body = "政协" if "政" in around else "人大" if "人大" in around or "人民代表" in around else ""
    return f"{body}{int(term)}.{int(number)}"


def read_adoption(lines: Sequence[Line]) -> Field | None:
    """``adoption`` in the words of the letter."""
    for line in lines:
        match = _ADOPTION.search(line.text)
        if match and match.lastindex:
            return field_of(line, match, match.lastindex)
    return None


def read_proposal_title(lines: Sequence[Line]) -> Field | None:
    """The title of the proposal in 《》, as the reply quotes it."""
    for line in lines:
        match = _PROPOSAL_TITLE.search(line.text)
        if match and match.lastindex:
            return field_of(line, match, match.lastindex)
    return None
