"""Offices: who holds one, and which one a person holds, as a sentence says it: 市国资委党委书记、主任曾菁华."""

import re
from dataclasses import dataclass
from functools import lru_cache

from indexer.analyzer import normalise
from server.answer.identity import says_post
from server.answer.persons import PERSON
from server.organ import is_named
from server.search.passages import Passage
from server.search.query import Query

_POST = (
    r"(?:(?:党[委组工]+)?副?书记|(?:常务)?副?(?:主任|局长|部长|厅长|市长|区长|县长|省长|州长|镇长|乡长|院长|校长|主席|董事长|总经理|秘书长|处长|科长|会长|司长|"
    r"检察长|行长|所长|社长|理事长|总裁|总理)|新闻发言人|发言人)"
)
_WHO = (
    r"(?:是|叫|为|由)?(?:谁|哪一?[位个]|什么名字|啥名字?|什么|啥)(?:担任|同志|领导|人|在?任|来当|当)?(?:的|呢|啊|呀)?"
)
_ASKS = (
    re.compile(
        rf"^(?:请问)?(?P<organ>[\u4e00-\u9fff]{{2,24}}?)(?:现任|现在|目前|当前)?的?(?:现任)?(?P<post>{_POST})(?:现在|目前|的?名字|的?姓名)?{_WHO}[?。]*$"
    ),
    re.compile(
        rf"^(?:请问)?(?:谁|哪一?[位个](?:同志|领导|人)?)(?:是|担任|在?任|当|在当)(?:了|的是)?(?P<organ>[\u4e00-\u9fff]{{2,24}}?)(?:现任|目前)?的?(?P<post>{_POST})(?:呢|啊|呀)?[?。]*$"
    ),
)
_POSTS = rf"{_POST}(?:\s*[、,]\s*[\u4e00-\u9fff]{{0,10}}?{_POST})*"
_HELD = re.compile(rf"(?P<posts>{_POSTS})\s*[:：、,]?\s*(?P<name>{PERSON})")
_BEFORE = re.compile(rf"(?<=[经由委局部厅办与和及、,\s])(?P<name>{PERSON})(?:同志)?(?P<posts>{_POST})(?!表示|介绍)")
_NAMED = re.compile(
    rf"(?P<name>{PERSON})(?:同志)?(?:现?担?任|兼任|当选为?|为)(?P<organ>[\u4e00-\u9fff]{{0,20}}?)(?P<posts>{_POSTS})"
)
_STOPS = re.compile(r"[。;；!?\n“”]")
_WORDS = r"(?:(?![了的由是被经])[\u4e00-\u9fff]){0,20}?"
_OFFICE = re.compile(rf"(?:{_WORDS}(?:{_POST}|常委|委员|代表)\s*[、,]\s*)*{_WORDS}{_POST}\s*$")
# 我委, of a letter: the organ that issued it.
_OF_ISSUER = re.compile(r"我[委局厅部院办署司]$")
_LEAD = 40


@dataclass(frozen=True, slots=True)
class Office:
    """An office that a question asks the holder of: 主任 of 市国资委."""

    organ: str
    post: str


@lru_cache(maxsize=64)
def office_of(text: str) -> Office | None:
    """The office whose holder a question asks for; None where it asks for none."""
    plain = normalise(text).strip()
    for pattern in _ASKS:
        match = pattern.match(plain)
        if match and not re.search(r"[哪谁什何个位名的]", match["organ"]):
            return Office(match["organ"], match["post"])
    return None


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of an office; ``stated``: whether the sentence itself says of which organ, or only what stands above it."""

    name: str
    stated: bool


def holder(office: Office, passage: Passage, text: str) -> Holder | None:
    """The holder of an office, as a normalised sentence names it; None where it names none."""
    for pattern in (_HELD, _NAMED, _BEFORE):
        for match in pattern.finditer(text):
            if not _holds(office.post, match["posts"]):
                continue
            stated = _of_organ(office, text, match)
            if stated or (stated is None and _above(office, passage)):
                return Holder(match["name"], bool(stated))
    return None


def _holds(post: str, posts: str) -> bool:
    return re.search(rf"(?<!副)(?<!常务){re.escape(post)}\s*(?=$|[、,])", posts) is not None


def _of_organ(office: Office, text: str, match: re.Match[str]) -> bool | None:
    """Whether an office is said to be of the organ that a question names; None where the sentence names no organ."""
    if "organ" in match.re.groupindex and match["organ"]:
        return _same(office, match["organ"])
    first = min(match.start("posts"), match.start("name"))
    stops = [stop.end() for stop in _STOPS.finditer(text, 0, first)]
    clause = text[stops[-1] if stops else 0 : first]
    if match.start("name") < match.start("posts"):
        return None if _OF_ISSUER.search(clause) else _same(office, clause[-24:])
    organ = ""
    # 市国资委党委书记、主任: the organ of all offices that follow it.
    for part in re.split(r"[、,]", f"{clause}{match['posts']}"):
        organ = re.sub(rf"(?:{_POST}|兼)+$", "", part).strip()[-24:] or organ
        if _holds(office.post, part) and organ and _same(office, organ):
            return True
    return False if organ else None


def _above(office: Office, passage: Passage) -> bool:
    names = (*passage.section, passage.document.value("issuer") or "")
    return any(_same(office, normalise(name)) for name in names if name)


def _same(office: Office, said: str) -> bool:
    return is_named(said, office.organ) or (len(said) >= 3 and said in office.organ)


def office_held(query: Query, text: str) -> str | None:
    """The office before the name of the person whose office a question asks for, as a normalised sentence writes it."""
    if not says_post(query, text):
        return None
    name = _person(query.text)
    for match in re.finditer(re.escape(name), text) if name else ():
        before = text[max(0, match.start() - _LEAD) : match.start()]
        stops = list(_STOPS.finditer(before))
        office = _OFFICE.search(before[stops[-1].end() if stops else 0 :])
        if office and len(office.group().strip()) > 1:
            return office.group().strip()
    return None


@lru_cache(maxsize=64)
def _person(text: str) -> str | None:
    match = re.match(
        r"(?:请问)?(?P<name>[\u4e00-\u9fff]{2,4}?)(?:同志)?的?(?:现在|目前)?(?:是|担任|任|现任|职务)", normalise(text)
    )
    return match["name"] if match else None
