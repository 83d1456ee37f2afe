"""The people of an official document: proposers, signer, contact, reporters."""

import re
from collections.abc import Sequence

from indexer.document import Field
from indexer.letterhead import segments
from indexer.lines import Line, field_of, first_field
from indexer.organs import NAME_LIST
from indexer.outline import BYLINE

_HAN = r"\u4e00-\u9fff"
_POLITE = re.compile(r"^尊敬的\s*")
_ADDRESS = re.compile(
    r"^([^：:。]{2,80})[：:](?:[您你]们?好[！!。]?)?$|^([^：:。，,]{2,80}(?:代表|委员))\s*[，,！!]\s*[您你]们?好[！!。]?$"
)
_MANY = re.compile(r"等\s*[\d一二三四五六七八九十百]*\s*[名位人]?\s*(?:人大|政协)?$")
_AND = re.compile(r"(代表|委员)\s*(?:和|及|与|并|以及)\s*")
_SPACED_NAME = re.compile(rf"(?<![{_HAN}])([{_HAN}])\s+([{_HAN}])(?![{_HAN}])")
_PERSON = re.compile(rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,8}}(?:·[{_HAN}]{{1,8}}){{1,3}}")
_NO_PERSON = re.compile(r"各位|全体|主任|主席|委员会|同志|领导|办公|有关|[局厅委办]$")
_BODY_OF_MEMBERS = re.compile(
    rf"[{_HAN}]{{0,12}}(?:民革|民盟|民建|民进|农工党|致公党|九三学社|台盟|工商联|工商业联合会|总工会|共青团|团[省市区县]委|妇联|妇女联合会"
    rf"|科协|侨联|台联|青联|社科联|知联会|中国国民党革命委员会|中国民主同盟|中国民主建国会|中国民主促进会|中国农工民主党|台湾民主自治同盟"
    rf"|无党派)[{_HAN}]{{0,14}}|[{_HAN}]{{2,14}}界(?:别(?:小组|活动组|组)?|委员)?|[{_HAN}]{{0,6}}政协[{_HAN}]{{2,12}}委(?:员会)?"
)
_PROPOSER_LABEL = re.compile(
    r"^(?:第一)?(?:提案[人者]|提出人|提出代表|领衔(?:代表|人)|建议(?:人|代表)|提案(?:单位|委员))\s*[：:]\s*(\S.{1,60})$"
)
_POST = r"(?:主任|局长|厅长|部长|书记|区长|县长|市长|省长|州长|镇长|主席|院长|校长|司长|总经理|董事长|行长|秘书长|支队长|总队长)"
_SIGN = r"(?:审签|签发|审定)"
_SIGNER = re.compile(
    rf"(?:[我本][委局厅办院]|(?:经(?!由)|由)(?![我本][委局厅办院]))([{_HAN}]{{2,4}}?)(?:副?{_POST}|同志){_SIGN}"
)
_SIGNER_AFTER = re.compile(rf"{_POST}([{_HAN}]{{2,3}}?)(?:同志)?{_SIGN}")
_SIGNER_LABEL = re.compile(rf"签\s*发\s*人\s*[：:]\s*([{_HAN}·]{{1,8}}(?:[\s、]+[{_HAN}·]{{1,8}}){{0,4}})$")
_SIGNED_BELOW = re.compile(
    rf"^[{_HAN}]{{0,20}}(?:副?{_POST}|负责人)(?:[（(]签[名字章][）)])?\s*(?:[：:]\s*|\s)([{_HAN}](?:\s?[{_HAN}]){{1,3}})$"
)
_CONTACT = re.compile(
    rf"(?:^|[（(|；;，,\s])联\s*系\s*人(?:及(?:联系)?电话)?\s*[：:]\s*([{_HAN}·、][{_HAN}·、 （）()]{{1,28}}?)\s*(?=$|[，,；;|）)\d]|联\s*系"
    r"|电\s*话|手\s*机)"
)
_PHONE = re.compile(
    r"(?:^[（(]?|[^一-鿿])(?:联\s*系\s*(?:电\s*话|方\s*式)|办公电话|电\s*话|手\s*机)\s*[：:]\s*(\+?[\d（(][\d\-—、，,/；;（）()转 ]{3,58}\d)"
    r"|联\s*系\s*人[^：:\d]{0,6}[：:][^\d：:]{2,30}?(\d[\d\-—、/ ]{5,30}\d)"
)
_NAMES = rf"[{_HAN}·]{{2,4}}(?:[\s、]+(?!通讯员|记者|报道|摄影)[{_HAN}·]{{2,4}}|·[{_HAN}]{{1,8}})*"
_REPORTER = re.compile(
    rf"(?:记者|通讯员|特派员|见习记者)(?:[\s：:]\s*|(?<=[（(]记者))({_NAMES})(?=$|[\s）)，,；;]|报道|摄影|文/)"
    rf"|^(?:文|图文|撰稿)\s*[/／：:]\s*({_NAMES})"
)
_BULLET = re.compile(rf"^[□■●◆◎]\s*(?!.*(?:记者|通讯员|特派员))({_NAMES})$")
_IN_NEWS = re.compile(
    r"^(?:[□■●◆◎（(]|本报讯|.{0,12}讯\s*[（(]|新华社|文\s*[/／：:]|图文)|^[^，。]{0,30}(?:记者|通讯员|特派员)[\s：:]"
)


def _proposers(text: str, kind: str, salutation: bool) -> list[str]:
    """The names in an address or label; empty unless each of them is a person or, for a 提案, a body that may submit one.

    In a salutation a person is one only with 代表 or 委员 behind the last name.
    """
    rest = _AND.sub(r"\1、", _POLITE.sub("", text.strip()))
    rest = re.sub(
        rf"(?<=[{_HAN}])(代表|委员)(等\s*[\d一二三四五六七八九十百]*\s*[名位人]?)$", r"\2\1", rest
    )  # 张小河代表等5人
    titled = re.search(r"(?:人大|政协)?(?:代表|委员)$", rest)
    if titled:
        rest = _MANY.sub("", rest[: titled.start()].rstrip())
    rest = _SPACED_NAME.sub(r"\1\2", _MANY.sub("", rest).strip())
    names = [name for name in NAME_LIST.split(rest) if name]
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
    found: dict[str, Field] = {}
    for line in body[:2]:
        match = _ADDRESS.match(line.text)
        group = match.lastindex or 1 if match else 1
        names = _proposers(match[group], kind, salutation=True) if match else []
        if match and names:
            end = line.start + match.end(group)
            said = line.text[: match.end(group)].rstrip()
            last = re.search(
                r"\s*(?:等\s*[\d一二三四五六七八九十百]*\s*[名位人]?)?\s*(?:人大|政协)?(?:代表|委员)$", said
            )
            polite = _POLITE.match(said)
            start = line.start + (polite.end() if polite else 0)
            found = {
                "addressee": Field(said[start - line.start :], start, line.start + len(said)),
                "proposer": Field("、".join(names), start, line.start + last.start() if last and last.start() else end),
            }
            break
    for line in segments([*head, *body[:4]]):
        match = _PROPOSER_LABEL.match(line.text)
        if match and (names := _proposers(match[1], kind, salutation=False)):
            found["proposer"] = field_of(line, match, 1, "、".join(names))
            break
    return found


def read_signer(head: Sequence[Line], body: Sequence[Line]) -> Field | None:
    """Who signed the document off, by sentence, by the label 签发人, or by post and name below the text."""
    after = first_field(body, _SIGNER_AFTER, 1)
    if after and after.value.endswith(("会", "室", "办")):  # 主任办公会审签
        after = None
    named = first_field(body, _SIGNER, 1) or after
    label = first_field(segments([*head, *body[-12:]]), _SIGNER_LABEL, 1)
    if named is None and label:
        names = NAME_LIST.split(_SPACED_NAME.sub(r"\1\2", label.value))
        good = all(_PERSON.fullmatch(name) for name in names)
        return Field("、".join(names), label.start, label.end) if good else None
    below = None if named else first_field(body[-8:], _SIGNED_BELOW, 1, lambda match: "".join(match[1].split()))
    return named or below


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


def read_reporters(lines: Sequence[Line]) -> Field | None:
    """``reporter``: every reporter whom a byline names, in order, by 、; the place is that of the first."""
    names: list[str] = []
    place: tuple[int, int] | None = None
    for line in lines:
        bullet = _BULLET.match(line.text)
        matches = [bullet] if bullet else []
        if not bullet and (BYLINE.fullmatch(line.text) or _IN_NEWS.match(line.text)):
            matches = list(_REPORTER.finditer(line.text[:80]))
        for match in matches:
            group = match.lastindex or 1
            names += NAME_LIST.split(match[group].strip())
            place = place or (line.start + match.start(group), line.start + match.end(group))
    return Field("、".join(dict.fromkeys(names)), *place) if place else None
