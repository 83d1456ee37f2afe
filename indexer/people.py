"""Who speaks in an official document: issuer, organs that handled a proposal, proposers, signer, contact."""

import re
from collections.abc import Callable, Iterable, Sequence

from indexer.document import Field
from indexer.outline import Line

_HAN = r"\u4e00-\u9fff"
ORGAN = re.compile(
    rf"(?!论|关于|对|在|向)[{_HAN}]{{2,40}}(?:委员会|办公厅|办公室|人民政府|[省市区县州旗镇乡]政府|局|厅|部|院|署|中心|管委会|党组|工委)"
    rf"|[{_HAN}]{{1,10}}[省市区县州旗][{_HAN}]{{0,12}}委|中共[{_HAN}]{{2,16}}委"
)
_MARK = re.compile(rf"((?:中共)?[{_HAN}]{{2,40}}(?:委员会|办公厅|办公室|人民政府|政府|局|厅|部|院|委))\s*文件")
# What a short name of an organ ends in: 市发展改革委, 市财政局, 清河区政府.
_SHORT_ORGAN = re.compile(rf"[{_HAN}（）()]{{2,30}}(?:委|局|厅|部|院|办|署|会|政府|中心|公司|集团|支队|总队|银行|联)")
_LABEL_ORGAN = re.compile(r"^(?:主\s*办\s*(?:单位|部门)?|(?:主要)?承\s*办\s*(?:单位|部门))\s*[：:]\s*(\S.{1,60})$")
_LABEL_CO_ORGANS = re.compile(r"^(?:会\s*办|协\s*办|分\s*办)\s*(?:单位|部门)?\s*[：:]\s*(\S.{1,120})$")
_LEADS = re.compile(rf"由([{_HAN}]{{2,20}})(?:牵头)?主办(?=[，,、；。])")
_LEADS_WITH = re.compile(
    rf"由[{_HAN}]{{2,20}}(?:牵头)?主办[，,、；]\s*(?:由|会同)?([{_HAN}、，]{{2,80}}?)(?:等.{{0,8}}?)?(?:会办|协办)"
)
_WITH = re.compile(
    rf"经(?:我[委局厅办])?(?:与|商|会同|会商|征求)([{_HAN}、，（）]{{2,80}}?)(?:等[{_HAN}\d]{{0,10}}?)?"
    r"(?:意见)?[，,]?(?:共同|认真|联合)?(?:研究|会商|协商|商议|沟通|办理)"
)
_NAME_LIST = re.compile(r"[、，,；;\s]+")
_POLITE = re.compile(r"^尊敬的\s*")
_ADDRESS = re.compile(r"^([^：:。]{2,80})[：:](?:[您你]们?好[！!。]?)?$")
_MANY = re.compile(r"等\s*[\d一二三四五六七八九十百]*\s*[名位]?\s*(?:人大|政协)?$")
_SPACED_NAME = re.compile(rf"(?<![{_HAN}])([{_HAN}])\s+([{_HAN}])(?![{_HAN}])")
_PERSON = re.compile(rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,8}}(?:·[{_HAN}]{{1,8}}){{1,3}}")
_NO_PERSON = re.compile(r"各位|全体|主任|主席|委员会|同志|领导|办公|有关|[局厅委办]$")
_BODY_OF_MEMBERS = re.compile(
    rf"[{_HAN}]{{0,12}}(?:民革|民盟|民建|民进|农工党|致公党|九三学社|台盟|工商联|工商业联合会|总工会|共青团|团[省市区县]委|妇联|妇女联合会"
    rf"|科协|侨联|台联|青联|社科联|知联会|中国国民党革命委员会|中国民主同盟|中国民主建国会|中国民主促进会|中国农工民主党|台湾民主自治同盟"
    rf"|无党派)[{_HAN}]{{0,14}}|[{_HAN}]{{2,14}}界(?:别(?:小组|活动组|组)?|委员)?"
)
_PROPOSER_LABEL = re.compile(r"^(?:第一)?(?:提案[人者]|提出人|领衔(?:代表|人)|建议人|提案单位)\s*[：:]\s*(\S.{1,60})$")
_POST = r"(?:主任|局长|厅长|部长|书记|区长|县长|市长|主席)"
_SIGNER = re.compile(rf"(?:[我本][委局厅办]|经(?![我本][委局厅办]))([{_HAN}]{{2,4}}?)副?{_POST}审签")
_SIGNER_AFTER = re.compile(rf"{_POST}([{_HAN}]{{2,3}}?)(?:同志)?审签")
_SIGNER_LABEL = re.compile(rf"签\s*发\s*人\s*[：:]\s*([{_HAN}·]{{2,8}})$")
_CONTACT = re.compile(
    rf"^[（(]?联\s*系\s*人(?:及电话)?\s*[：:]\s*([{_HAN}·、][{_HAN}·、 （）()]{{1,28}}?)\s*(?=$|[，,；;）)\d]|联\s*系|电\s*话|手\s*机)"
)
_PHONE = re.compile(
    r"(?:^[（(]?|[^一-鿿])(?:联\s*系\s*(?:电\s*话|方\s*式)|办公电话|电\s*话|手\s*机)\s*[：:]\s*(\+?[\d（(][\d\-—、，,/；;（）()转 ]{3,58}\d)"
    r"|联\s*系\s*人[^：:\d]{0,6}[：:][^\d：:]{2,30}?(\d[\d\-—、/ ]{5,30}\d)"
)


def field_of(line: Line, match: re.Match[str], group: int | str = 0, value: str | None = None) -> Field:
    """A field whose value, unless given, is what the group of the match says."""
    return Field(
        match[group] if value is None else value, line.start + match.start(group), line.start + match.end(group)
    )


def first_field(
    lines: Iterable[Line],
    pattern: re.Pattern[str],
    group: int | str = 0,
    value: Callable[[re.Match[str]], str] | None = None,
) -> Field | None:
    """The first line in which the pattern is found, as a field."""
    for line in lines:
        match = pattern.search(line.text)
        if match:
            return field_of(line, match, group, value(match) if value else None)
    return None


def organs_in(line: str) -> list[str]:
    """The organs that a line consists of, several parted by spaces; empty when it says anything else."""
    parts = line.split() if len(line) <= 200 else []
    return parts if parts and all(ORGAN.fullmatch(part) for part in parts) else []


def _joined(lines: Sequence[Line]) -> Field | None:
    names = [name for line in lines for name in organs_in(line.text)]
    return Field("、".join(dict.fromkeys(names)), lines[0].start, lines[-1].end) if names else None


def read_issuer(head: Sequence[Line], body: Sequence[Line], dated: Field | None) -> Field | None:
    """The organ of the letterhead (XX文件 or a line of its own), else the signature above the date; joint ones by 、."""
    for i, line in enumerate(head[:3]):
        mark = _MARK.fullmatch(line.text)
        if mark:
            return field_of(line, mark, 1)
        if organs_in(line.text):
            end = i + 1
            while end < len(head) and organs_in(head[end].text):
                end += 1
            return _joined(head[i:end])
    signed: list[Line] = []
    above = [line for line in body if dated and dated.start is not None and line.end <= dated.start]
    for line in reversed(above[-6:]):
        if not organs_in(line.text):
            break
        signed.insert(0, line)
    return _joined(signed)


def _organ_list(line: Line, match: re.Match[str] | None) -> Field | None:
    """The names in the group, all of which must be names of organs: a guess that takes in half a sentence is none."""
    if match is None:
        return None
    names = [name for name in _NAME_LIST.split(re.sub(r"等(?:.{0,10})?$", "", match[1].strip("。 "))) if name]
    if not names or not all(_SHORT_ORGAN.fullmatch(name) for name in names):
        return None
    return field_of(line, match, 1, "、".join(dict.fromkeys(names)))


def read_organs(head: Sequence[Line], body: Sequence[Line], issuer: Field | None) -> dict[str, Field]:
    """``organ`` (主办) and ``co_organs`` (会办, 协办) of a reply, by label or sentence; without either, who replies."""
    found: dict[str, Field] = {}
    for line in [*head, *body[:4], *body[-12:]]:
        for name, patterns in (
            ("organ", (_LABEL_ORGAN, _LEADS)),
            ("co_organs", (_LABEL_CO_ORGANS, _LEADS_WITH, _WITH)),
        ):
            for pattern in patterns:
                if name not in found and (field := _organ_list(line, pattern.search(line.text))):
                    found[name] = field
    if "organ" not in found and issuer:
        found["organ"] = issuer
    return found


def _proposers(text: str, kind: str, salutation: bool) -> list[str]:
    """The names in an address or label; empty unless each of them is a person or, for a 提案, a body that may submit one.

    In a salutation a person is one only with 代表 or 委员 behind the last name.
    """
    rest = _POLITE.sub("", text.strip())
    titled = re.search(r"(?:人大|政协)?(?:代表|委员)$", rest)
    if titled:
        rest = _MANY.sub("", rest[: titled.start()].rstrip())
    rest = _SPACED_NAME.sub(r"\1\2", _MANY.sub("", rest).strip())
    names = [name for name in _NAME_LIST.split(rest) if name]
    named: list[str] = []
    for name in names:
        bare = re.sub(r"(?:代表|委员)$", "", name)
        if kind == "提案" and _BODY_OF_MEMBERS.fullmatch(name) and "提案委" not in name:
            named.append(name)
        elif _PERSON.fullmatch(bare) and not _NO_PERSON.search(bare) and (titled or bare != name or not salutation):
            named.append(bare)
        else:
            return []
    return named


def read_proposers(head: Sequence[Line], body: Sequence[Line], kind: str) -> dict[str, Field]:
    """Who submitted the proposal of ``kind`` (建议 or 提案): by label, else whom the reply addresses."""
    for line in [*head, *body[:4]]:
        match = _PROPOSER_LABEL.match(line.text)
        if match and (names := _proposers(match[1], kind, salutation=False)):
            return {"proposer": field_of(line, match, 1, "、".join(names))}
    for line in body[:2]:
        match = _ADDRESS.match(line.text)
        names = _proposers(match[1], kind, salutation=True) if match else []
        if match and names:
            end = line.start + match.end(1)
            said = line.text[: match.end(1)]
            last = re.search(r"\s*(?:等\s*[\d一二三四五六七八九十百]*\s*[名位]?)?\s*(?:人大|政协)?(?:代表|委员)$", said)
            polite = _POLITE.match(said)
            start = line.start + (polite.end() if polite else 0)
            return {
                "addressee": Field(said.rstrip(), line.start, line.start + len(said.rstrip())),
                "proposer": Field("、".join(names), start, line.start + last.start() if last and last.start() else end),
            }
    return {}


def read_signer(head: Sequence[Line], body: Sequence[Line]) -> Field | None:
    """Who signed the document off, by sentence or by the label 签发人."""
    after = first_field(body, _SIGNER_AFTER, 1)
    if after and after.value.endswith(("会", "室", "办")):  # 主任办公会审签
        after = None
    return first_field(body, _SIGNER, 1) or after or first_field(head, _SIGNER_LABEL, 1)


def read_contact(lines: Sequence[Line]) -> dict[str, Field]:
    """``contact`` and ``phone`` of the lines, which may share one line and spread their label (联 系 人)."""
    found: dict[str, Field] = {}
    for line in lines:
        match = _CONTACT.search(line.text)
        if match and "contact" not in found:
            found["contact"] = field_of(line, match, 1)
        match = _PHONE.search(line.text)
        if match and "phone" not in found:
            found["phone"] = field_of(line, match, 1 if match[1] else 2)
    return found
