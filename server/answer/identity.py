"""What must match exactly: a question about another “N” mechanism, figure or coined term is not answered by this one."""

import re
from functools import lru_cache

from indexer.analyzer import normalise
from indexer.numerals import to_arabic
from server.search.passages import Passage
from server.search.query import Query

_COINED = re.compile(r"[“「『\"](?P<name>[^”」』\"]{2,12})[”」』\"]")
_GROUP = re.compile(r"^(?P<count>[二两三四五六七八九十]|\d)个(?P<word>[\u4e00-\u9fff]{2})$")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff\da-z+]")


# Figures that name a thing: 27号线. Years, days and the numbers of proposals and documents are matched elsewhere.
_FIGURE = re.compile(
    r"(?<![\d.〔\[(第+])(?P<figure>\d{2,}(?:\.\d+)?)(?![\d.]*\s*(?:年|月|日|〕|\]|\)))(?P<unit>号线|号楼|路|户|个|家|项|条|强|亿元|万元|%|名|人)"
)


# 1+1 in the text as a name or a slogan of its own, not as the left side of 1+1>2.
_SUM = re.compile(r"\d+(?:\+\d+)+")


_QUARTERS = "一二三四"
# 上半年 is not the year.
_HALVES = {"上半年": "上半年|1\\s*[-—–~至到]+\\s*6月|前六个月|前6个月", "下半年": "下半年|7\\s*[-—–~至到]+\\s*12月"}


# 六届四次全会 is another meeting than 六届三次全会.
_MEETING = re.compile(r"[〇零一二三四五六七八九十\d]{1,4}届[〇零一二三四五六七八九十\d]{1,3}次(?=全会|全体)")


@lru_cache(maxsize=64)
def _figures(text: str) -> tuple[str, ...]:
    plain = normalise(text)
    return tuple(match["figure"] + match["unit"] for match in _FIGURE.finditer(plain))


@lru_cache(maxsize=64)
def _sums(text: str) -> tuple[str, ...]:
    return tuple(map(str, _SUM.findall(normalise(text))))


def coined(query: Query) -> tuple[str, ...]:
    """Terms in quotation marks, normalised: what officials coin and others ask for."""
    return _coined(query.text)


@lru_cache(maxsize=64)
def _coined(text: str) -> tuple[str, ...]:
    names = (match["name"] for match in _COINED.finditer(text))
    return tuple(normalise(name) for name in names if re.search(r"[\u4e00-\u9fff]", name))


def bears(text: str, name: str) -> bool:
    """Whether a normalised text has a coined term, marks aside, or the things that it counts: 三个一批 is 一批 three times."""
    if _NOT_HAN.sub("", name) in _NOT_HAN.sub("", text):
        return True
    group = _GROUP.match(name)
    if group is None:
        return False
    count, word = int(to_arabic(group["count"]) or group["count"]), group["word"]
    # 四个聚焦 is what the text itself calls them: then they are not five.
    called = {int(to_arabic(said) or said) for said in re.findall(rf"([二两三四五六七八九十]|\d)个{word}", text)}
    return text.count(word) >= count and (not called or count in called)


_ASKS_POST = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,4}?)(?:同志)?(?:是|担任|任|现任|的)+(?:什么|何|啥|哪个)(?:职务|职位|职|岗位|领导)|(?P<of>[\u4e00-\u9fff]{2,4}?)的?(?:职务|职位)是"
)
_POST = r"(?:[长记任席员监总理师]|代表|委员|发言人)[,、\s]{0,2}"


@lru_cache(maxsize=64)
def _post_of(text: str) -> re.Pattern[str] | None:
    match = _ASKS_POST.search(normalise(text))
    name = (match["name"] or match["of"]) if match else None
    return re.compile(_POST + re.escape(name)) if name else None


def says_post(query: Query, plain: str) -> bool:
    """Whether a question asks for the post of a person, and a normalised text puts one before the name: 局长姜小禾."""
    post = _post_of(query.text)
    return post is not None and post.search(plain) is not None


# Asked for several times a passage.
@lru_cache(maxsize=64)
def _around(title: str, section: tuple[str, ...], text: str) -> str:
    return normalise("\n".join((title, *section, text)))


def missing_name(query: Query, passage: Passage) -> str | None:
    """The code, figure or coined term of a question that a passage and its headings do not bear; None when none is missing."""
    figures, sums, names = _figures(query.text), _sums(query.text), coined(query)
    meeting = None if query.sessions else _MEETING.search(normalise(query.text))
    if meeting and meeting.group() not in normalise(passage.document.text):
        return meeting.group()
    halves = [half for half in _HALVES if half in query.text]
    if not (query.codes or query.quarters or halves or figures or sums or names):
        return None
    around = _around(passage.document.title, passage.section, passage.text)
    for code in query.codes:
        if not re.search(rf"(?<!\d){re.escape(code)}(?!\d)", around):
            return code
    for quarter in query.quarters:
        written = _QUARTERS[int(quarter) - 1]
        # 前三季度 is another time than 三季度.
        if not re.search(rf"(?<!前)第?[{quarter}{written}]季度|\bq{quarter}\b", around):
            return f"{written}季度"
    for half in halves:
        if not re.search(_HALVES[half], around):
            return half
    for figure in figures:
        if not re.search(rf"(?<![\d.]){re.escape(figure)}", around):
            return figure
    for summed in sums:
        if not re.search(rf"(?<![\d+]){re.escape(summed)}(?![\d+]|\s*[<>=])", around):
            return summed
    for name in names:
        if not bears(around, name):
            return name
    return None
