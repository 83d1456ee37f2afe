"""Actors: who did a thing, an organ or a person: 中共重庆市委 of 中共重庆市委举行新闻发布会."""

import re
from dataclasses import dataclass
from functools import lru_cache

import rjieba

from indexer.analyzer import normalise
from server.answer.abbreviations import SAME
from server.answer.persons import PERSON
from server.answer.terms import STOP, Terms, holds
from server.search.query import Query

# What people call one act by several words. 主持 and 承办 are acts of their own.
_ACTS = (
    ("举行", "召开", "举办", "主办", "组织召开", "开"),
    ("印发", "发布", "出台", "下发", "制发"),
    ("制定", "制订", "起草", "编制", "制定印发", "研究制定", "组织制定"),
    ("成立", "组建", "设立"),
    ("签署", "签订", "签"),
    ("牵头", "负责"),
    ("主持",), ("承办",), ("协办",), ("审批", "批准"), ("修订", "修改", "修订印发"), ("审议", "通过", "审议通过"), ("推出", "发起"),
    ("开展", "组织开展", "组织"), ("建设", "建立"),
)  # fmt: skip
_ISSUED = frozenset((*_ACTS[1], *_ACTS[2]))
_ALL = "|".join(sorted({act for row in _ACTS for act in row}, key=len, reverse=True))
_WHO = r"(?:谁|哪一?[个家](?:单位|部门|机关|机构|组织|委员会|公司|企业|地方|委|局)?|哪些(?:单位|部门|机关)|什么(?:单位|部门|机关|机构)|何单位|何部门)"
_ADVERBS = r"(?:来|具体|共同|联合|主要|最后|负责)*"
_ASKS = (
    re.compile(
        rf"^(?:请问)?(?P<thing>.{{2,40}}?)(?:分别)?(?:是|由|是由|归)(?:被)?{_WHO}{_ADVERBS}(?P<act>{_ALL})(?:负责|实施|了|抓总)*的?(?:呢|啊|呀)?[?。]*$"
    ),
    re.compile(
        rf"^(?:请问)?(?:是)?{_WHO}{_ADVERBS}(?P<act>{_ALL})(?:了|的|过)*(?P<thing>[^,，。;；?？]{{2,40}}?)(?:的)?(?:呢|啊)?[?。]*$"
    ),
    re.compile(
        rf"^(?:请问)?(?:是)?{_WHO}(?P<thing>(?:和|与|同|跟)[^,，。;；?？]{{2,20}}?)(?P<act>签署|签订|签|成立|组建)了?(?P<what>[^,，。;；?？]{{2,30}}?)(?:呢|啊)?[?。]*$"
    ),
    re.compile(
        rf"^(?:请问)?(?P<thing>.{{2,40}}?)的?(?P<act>{_ALL})(?:单位|部门|机关|方|机构)(?:是|为)?(?:谁|哪一?[个家些]?(?:单位|部门|机关)?|什么(?:单位|部门)?)(?:呢|啊)?[?。]*$"
    ),
)
_KIND = (
    r"(?:人民代表大会|人大常委会|委员会|常委会|领导小组(?:办公室)?|工作专班|专班|办公室|办公厅|人民政府|政府|管委会|党工委|[市区县省州镇党国团]委|[委局厅署院]|[融外侨台编信督]办|"
    r"[\u4e00-\u9fff]{2}部(?![门分署])|公司|集团|银行|协会|商会|联合会|学会|基金会|工会|中心|大学|学校|学院|医院|研究院|研究所|指挥部|联席会议|党组|支部|新区|开发区|[区县市省](?![委级属直内]))"
)
_ORGANS = rf"(?P<organ>[\u4e00-\u9fff]{{0,24}}{_KIND}(?:(?:、|和|与|会同|联合)[\u4e00-\u9fff]{{1,12}}{_KIND}){{0,3}})"
_ORGAN = (
    r"(?<![\u4e00-\u9fff])(?:[一二三四五六七八九十]是|近日|昨天|昨日|今天|日前|当天|其中|由|经|并由)?"
    rf"{_ORGANS}"
)
_BETWEEN = (
    r"(?:已|已经|将|还|也|正式|谋划|筹备|决定|启动|率先|全面|成功|主动|认真|共同|联合|"
    r"分别|组织|牵头|统筹|负责|具体|积极|先后|累计|组织会同[^,，。;；]{0,40}[,，]){0,4}(?:根据[\u4e00-\u9fff]{1,10})?"
)
_SUBJECT = re.compile(rf"{_ORGAN}{_BETWEEN}$")
_PERSON_SUBJECT = re.compile(rf"(?:[长记任席员人表])(?P<organ>{PERSON})\s*{_BETWEEN}$")
# The subject of a clause before: it begins the sentence and is followed by what it did.
_FIRST = re.compile(rf"{_ORGAN}(?=[\u4e00-\u9fff])")
# What may stand before the name of an organ, and is no part of it.
_LEADS = re.compile(r"^(?:落实|按照|根据|督促|指导|要求|配合|经过|并且?|会上|时|在)+(?=[\u4e00-\u9fff]{3})")
_PREPOSITION = re.compile(
    r"按照?|根据|依据|在|经|对|向|为|围绕|围着|落实|贯彻|督促|指导|要求|配合|推动|支持|受|把|将|让|与|和"
)
_WITH_OTHERS = re.compile(r"组织(?!部)|会同|联合(?!会|国)|牵头|在|于")
_NAME = re.compile(rf"[\u4e00-\u9fff、]*{_KIND}|{PERSON}")
_EVERYBODY = re.compile(r"[全各我本该][国省市区县地]+|有关.*|相关.*|各.*|其他.*")
_WITH = re.compile(rf"{_ORGAN}(?:与|和|同|跟)[^,，。;；]{{2,24}}$")
_CLAUSES = re.compile(r"[,，;；:：]")
_ENOUGH = 0.75


@dataclass(frozen=True, slots=True)
class Act:
    """What a question asks the actor of: ``names`` are the words for the act, ``thing`` what was done, ``words`` those of it
    that carry it; ``with_another``: whether it was done with somebody whom the question names."""

    names: tuple[str, ...]
    thing: str
    words: tuple[str, ...]
    with_another: bool = False


@lru_cache(maxsize=64)
def act_of(text: str) -> Act | None:
    """The act whose actor a question asks for; None where it asks for none."""
    plain = normalise(text).strip()
    for pattern in _ASKS:
        match = pattern.match(plain)
        if match is None:
            continue
        names = tuple(dict.fromkeys(act for row in _ACTS if match["act"] in row for act in row))
        if match["act"] in _ISSUED:
            names = tuple(sorted(_ISSUED))
        # 谁和甲签了乙: the act is one with another.
        other = "what" in match.re.groupindex
        thing = f"{match['thing'][1:]} {match['what']}" if other else match["thing"]
        words = tuple(
            word
            for word, tag in rjieba.tag(thing)
            if len(word) > 1 and word not in STOP and not tag.startswith(("m", "t"))
        )
        return Act(names, thing, words, other) if words else None
    return None


def actor(act: Act, terms: Terms, text: str) -> str | None:
    """Who did an act, as a normalised sentence names it; None where the sentence does not say."""
    for match in re.finditer("|".join(sorted(map(re.escape, act.names), key=len, reverse=True)), text):
        passive = re.search(rf"由{_ORGANS}{_BETWEEN}$", text[: match.start()])
        said = text if act.with_another else text[: passive.start()] if passive else text[match.end() :]
        # 国有资产盘活工作由市财政局牵头 and 推动…牵头抓总职责 alike say what it is before the act.
        said = text if act.names[0] == "牵头" else said
        if _share(act, terms, said) < _ENOUGH:
            continue
        found = passive["organ"] if passive else _subject(text[: match.start()], act.with_another)
        if found and (first := _first_of(found)):
            return first
    return None


def _first_of(said: str) -> str | None:
    """The organ or person that acts, of what stands before the act: 市国资委 of 市国资委会同市人力社保局; None where that is
    none: 全市."""
    first = _WITH_OTHERS.split(_LEADS.sub("", said))[0]
    named = _NAME.fullmatch(first) is not None and not _EVERYBODY.fullmatch(first)
    return first if named else None


def _share(act: Act, terms: Terms, text: str) -> float:
    """Which share of the words of the thing a normalised text has, by their weights."""
    weights = {word: terms.weight_of(word) for word in act.words}
    held = sum(weight for word, weight in weights.items() if any(holds(text, name) for name in SAME.get(word, (word,))))
    return held / sum(weights.values())


def _subject(before: str, with_another: bool) -> str | None:
    """The organ or person right before an act, or at the head of the nearest clause before it that begins with one."""
    clause = _CLAUSES.split(before)[-1]
    for pattern in (*((_WITH,) if with_another else ()), _PERSON_SUBJECT, _SUBJECT):
        if match := pattern.search(clause):
            return str(match["organ"])
    # Another subject may stand between: only a clause that has none goes on from the one before.
    if len(clause) > 4:
        return None
    for earlier in reversed(_CLAUSES.split(before)[:-1]):
        # 按照市委要求 has no subject.
        if (match := _FIRST.match(earlier)) and not _PREPOSITION.match(match["organ"]):
            return str(match["organ"])
    return None


def asks_actor(query: Query) -> bool:
    """Whether a question asks who did something, an organ or a person."""
    return query.language == "zh" and act_of(query.text) is not None
