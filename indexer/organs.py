"""The organs of an official document: who issued it, who handled a proposal and with whom, whom it is sent to."""

import re
from collections.abc import Iterable, Sequence

from indexer.document import Field
from indexer.letterhead import LABEL_LINE, segments
from indexer.lines import Line, field_of

_HAN = r"\u4e00-\u9fff"
ORGAN = re.compile(
    rf"(?!论|关于|对|在|向)[{_HAN}]{{2,40}}(?:委员会|办公厅|办公室|人民政府|[省市区县州旗镇乡]政府|局|厅|部|院|署|中心|管委会|党组|工委"
    rf"|集团|公司|大学|联合会|总工会|支队|总队)"
    rf"|[{_HAN}]{{1,10}}[省市区县州旗][{_HAN}]{{0,12}}委|中共[{_HAN}]{{2,16}}委|[{_HAN}]{{2,10}}(?:省|市|区|县)(?:政协|妇联|残联|侨联|科协)"
)
_MARK = re.compile(r"^(.{4,60}?)\s*(?:文\s*件|[（(]\s*(?:公?函|便函)\s*[）)]|公函|便函)$")
# What a short name of an organ ends in: 市发展改革委, 市财政局, 清河区政府.
_SHORT_ORGAN = re.compile(rf"[{_HAN}（）()]{{2,30}}(?:委|局|厅|部|院|办|署|会|政府|中心|公司|集团|支队|总队|银行|联)")
_ANY_ADDRESSED = re.compile(
    rf"(?:各(?!位)|有关|市|县|区|省|局|委|机关|驻)[{_HAN}（）()]{{0,40}}|[{_HAN}]{{2,30}}(?:委|局|厅|部|院|办|署|会|政府|中心|公司|集团|室|大学|学校)"
)
_LABEL_ISSUER = re.compile(r"^(?:发文机[关构]|制发机关|发文单位)\s*[：:|]\s*(\S.{1,80})$")
_LABEL_PUBLISHER = re.compile(r"^(?:发布机构|发布单位)\s*[：:|]\s*(\S.{1,80})$")
_LABEL_ORGAN = re.compile(r"^(?:主\s*办\s*(?:单位|部门)?|(?:主要)?承\s*办\s*(?:单位|部门))\s*[：:]\s*(\S.{1,60})$")
_LABEL_CO_ORGANS = re.compile(
    r"^(?:(?:会\s*办|协\s*办|分\s*办)\s*(?:单位|部门)?|会同(?:办理)?(?:单位|部门))\s*[：:]\s*(\S.{1,120})$"
)
_SOME_MORE = rf"(?:等[{_HAN}\d]{{0,10}}?)?"
_LEADS = re.compile(rf"由([{_HAN}]{{2,20}})(?:牵头)?主办(?=[，,、；。])")
_JOINED_BY = (
    re.compile(rf"主办[，,、；]\s*(?:由|会同)?([{_HAN}、，（）]{{2,80}}?){_SOME_MORE}(?:会办|协办)"),
    re.compile(rf"(?:由|[，。；、])([{_HAN}、（）]{{2,80}}?){_SOME_MORE}(?:会办|协办)(?=[，。；、]|$)"),
    re.compile(
        rf"经(?:我[委局厅办部院])?(?:与|商|会同|会商|征求)([{_HAN}、，（）]{{2,80}}?){_SOME_MORE}"
        r"(?:的?意见)?[，,]?(?:现|共同|认真|联合)?(?:研究|会商|协商|商议|沟通|办理|答复|函复|回复)"
    ),
    re.compile(
        rf"(?:会同|商请|会商)([{_HAN}、（）]{{2,80}}?){_SOME_MORE}[，,]?(?:进行了?|作了?|开展了?|共同|认真|联合|专题|深入|逐条)*"
        r"(?:研究|会商|协商|商议|沟通|办理|答复)"
    ),
    re.compile(
        rf"(?:综合|结合|根据|汇总|吸收|征求了?|听取了?)(?:了)?([{_HAN}、（）]{{2,80}}?){_SOME_MORE}的?(?:会办|协办|反馈)?意见"
    ),
)
_ANSWER_FOLLOWS = re.compile(r"如下[：:。]?$|(?:答复|函复|回复)如下")
_OPENING = 4  # lines
NAME_LIST = re.compile(r"[、，,；;\s]+")
_ADDRESS = re.compile(r"^([^：:。]{2,120})[：:]$")
_SEAL = re.compile(r"[（(](?:盖\s*章|公\s*章|印\s*章|代\s*章)[）)]")
_DATED_SIGNATURE = re.compile(
    r"^(?P<organs>\D{4,80}?)\s*(?=(?:19|20)\d\d\s*年|[二一][〇○零九][〇○零一二三四五六七八九]{2}年)"
)
_ISSUED = re.compile(r"[（(](?P<organs>[\u4e00-\u9fff、 ]{4,60}?)\s*\d{4}\s*年[^）)]{4,40}?(?:印发|公布|发布|颁布)")
_TITLE_OF = re.compile(rf"^((?:[{_HAN}]{{4,40}}?[、\s]?){{1,4}}?)\s*关于")


def organs_in(line: str) -> list[str]:
    """The organs that a line consists of, several parted by spaces; empty when it says anything else."""
    parts = _SEAL.sub("", line).split() if len(line) <= 200 else []
    if len(parts) > 3 and all(len(part) == 1 for part in parts):  # 清 河 市 水 利 局
        parts = ["".join(parts)]
    return parts if parts and all(ORGAN.fullmatch(part) for part in parts) else []


def _joined(names: Iterable[str], start: int, end: int) -> Field | None:
    value = "、".join(dict.fromkeys(names))
    return Field(value, start, end) if value else None


def _letterhead_organ(head: Sequence[Line]) -> Field | None:
    """The organs of XX文件, or of lines of their own, at the very top."""
    own = [line for line in head if not LABEL_LINE.match(line.text)]
    for i in range(min(3, len(own))):
        names: list[str] = []
        end = own[i].start
        for line in own[i:]:
            mark = _MARK.match(line.text)
            here = organs_in(mark[1]) if mark else organs_in(line.text)
            names += here
            end = (line.start + mark.end(1) if mark else line.end) if here else end
            if mark or not here:
                break
        if names:
            return _joined(names, own[i].start, end)
    return None


def _issued_by(head: Sequence[Line]) -> Field | None:
    """The organ below the title: （清河市人民政府 2024年4月28日印发）."""
    for line in head:
        match = _ISSUED.match(line.text)
        if match:
            return _joined(
                organs_in(match["organs"].strip()), line.start + match.start("organs"), line.start + match.end("organs")
            )
    return None


def _signature(body: Sequence[Line], dated: Field | None) -> Field | None:
    """The organs on the lines directly above the date, or before it on the same line."""
    if dated is None or dated.start is None:
        return None
    for line in body:
        if line.start < dated.start < line.end and (match := _DATED_SIGNATURE.match(line.text)):
            return _joined(organs_in(match["organs"].strip()), line.start, line.start + match.end("organs"))
    signed: list[Line] = []
    for line in reversed([line for line in body if line.end <= dated.start][-6:]):
        if not organs_in(line.text):
            break
        signed.insert(0, line)
    names = [name for line in signed for name in organs_in(line.text)]
    return _joined(names, signed[0].start, signed[-1].end) if signed else None


def _short_for(short: str, full: str) -> bool:
    """Whether a name is an abbreviation of another: 市国资委 of 市国有资产监督管理委员会."""
    rest = iter(full)
    return len(short) < len(full) and short[0] == full[0] and all(c in rest for c in short)


def _labelled(lines: Sequence[Line], label: re.Pattern[str]) -> Field | None:
    for line in lines:
        match = label.match(line.text)
        if match:
            start, end = (line.start + at for at in match.span(1))
            return _joined(NAME_LIST.split(match[1].strip()), start, end)
    return None


def read_issuer(head: Sequence[Line], body: Sequence[Line], dated: Field | None, title: Field | None) -> Field | None:
    """The organ with its label, else of the letterhead, else the signature above the date, else the one before 关于 in
    the title; joint ones by 、. Where letterhead and signature name one organ, the fuller name counts."""
    labelled = list(segments([*head, *body[-12:]]))
    found = _labelled(labelled, _LABEL_ISSUER)
    if found:
        return found
    above, below = _letterhead_organ(head) or _issued_by(head), _signature(body, dated)
    if above and below and _short_for(above.value, below.value):
        return below
    return above or below or _labelled(labelled, _LABEL_PUBLISHER) or (_named_in_title(title) if title else None)


def _named_in_title(title: Field) -> Field | None:
    match = _TITLE_OF.match(title.value)
    names = [name for name in NAME_LIST.split(match[1]) if name] if match else []
    if not match or title.start is None or not names or not all(ORGAN.fullmatch(name) for name in names):
        return None
    # The value leaves line ends and marks out; at its very start it says what the text says.
    return _joined(names, title.start, title.start + match.end(1))


def _organ_list(line: Line, match: re.Match[str] | None) -> Field | None:
    """The names in the group, all of which must be names of organs: a guess that takes in half a sentence is none."""
    if match is None:
        return None
    said = re.sub(r"等(?:.{0,10})?$", "", match[1].strip("。 "))
    names = [
        name for part in NAME_LIST.split(said) for name in re.split(r"(?<=[委局厅部院办署会])[和及与]", part) if name
    ]
    if not names or not all(_SHORT_ORGAN.fullmatch(name) for name in names) or any("代表" in name for name in names):
        return None
    return field_of(line, match, 1, "、".join(dict.fromkeys(names)))


def read_organs(head: Sequence[Line], body: Sequence[Line], issuer: Field | None) -> dict[str, Field]:
    """``organ`` (主办) and ``co_organs`` (会办, 协办) of a reply, by label or in its opening; without either, who replies."""
    found: dict[str, Field] = {}
    for line in segments([*head, *body[:_OPENING], *body[-12:]]):
        for name, pattern in (("organ", _LABEL_ORGAN), ("co_organs", _LABEL_CO_ORGANS)):
            if name not in found and (field := _organ_list(line, pattern.match(line.text))):
                found[name] = field
    for line in body[:_OPENING]:
        if "organ" not in found and (field := _organ_list(line, _LEADS.search(line.text))):
            found["organ"] = field
        fields = (_organ_list(line, match) for pattern in _JOINED_BY for match in pattern.finditer(line.text))
        if "co_organs" not in found and (field := next(filter(None, fields), None)):
            found["co_organs"] = field
        if _ANSWER_FOLLOWS.search(line.text):
            break
    if "organ" not in found and issuer:
        found["organ"] = issuer
    return found


def read_addressed(body: Sequence[Line]) -> Field | None:
    """The organs to which a document is sent (主送机关), when its text begins with them."""
    match = _ADDRESS.match(body[0].text) if body else None
    names = re.split(r"[、，,；;]+", match[1]) if match else []
    if not match or not all(_ANY_ADDRESSED.fullmatch(name.strip()) for name in names):
        return None
    return field_of(body[0], match, 1)
