"""Questions in two parts: 2024年是多少，2025年呢 and 资产总额和负债总额分别是多少 ask twice; each part is a question by itself."""

import re

import rjieba

from indexer.analyzer import normalise
from server.answer.comparison import Side
from server.answer.times import ASKED, TIME, times_of
from server.search.query import Query

_MORE = re.compile(
    rf"^(?P<first>.*?{ASKED}[^，,。？?；;]{{0,12}})[，,。？?；;]\s*(?P<more>[^，,。？?；;]{{1,24}}?)"
    r"(?:的)?(?:又|则)?(?P<asks>呢|(?:又)?是(?:多少|什么|谁)呢?|又?有多少呢?)[。？?]*$"
)
_EACH = re.compile(
    r"^(?P<before>[^，,。？?；;]*[^，,。？?；;和与及、])(?:和|与|以及|及|、)(?P<second>[^，,。？?；;和与及、]{2,10}?)的?(?:目标)?"
    r"(?P<asks>(?:分别|各自?)(?:是|为|有|达到?|达)*(?P<asked>多少|几|什么|谁)[^，,。？?；;]{0,4})[。？?]*$"
)
_MEASURE = re.compile(
    r"(?:额|收入|支出|投资|率|产量|产值|增加值|余额|利润|负债|资产|人数|户数|数量|个数|文号|日期|标题|数)$"
)
_LONGEST, _LONGEST_THING = 2, 6
_QUOTED = re.compile(r"[“\"「][^”\"」]{1,12}[”\"」]")
_OF_IT = re.compile(r"占比|比例|比重|增幅|增速|同比|环比|同比增长|增长")
_JOINING = frozenset("是 有 为 达到 达 要 的 了 共 一共 目标 建 建成 完成".split())


def parts_of(query: Query) -> list[Side]:
    """The parts of a question that asks twice, each as a question by itself; none where it asks once."""
    if query.language == "en":
        return []
    text = normalise(query.text).strip()
    return times_of(query) or _followed(text) or _joined(text)


def _followed(text: str) -> list[Side]:
    """亏损面2024年底是多少，2025年1-4月呢: the second part takes from the first what it does not say."""
    match = _MORE.match(text)
    if not match:
        return []
    first, more = match["first"].strip(), match["more"].strip()
    time, other = TIME.search(first), TIME.fullmatch(more)
    if other:
        if not time:
            return []
        again = first[: time.start()] + more + first[time.end() :]
        return [Side(time.group(), f"{first}？"), Side(more, f"{again}？")]
    return _of_another_thing(first, more)


def _of_another_thing(first: str, more: str) -> list[Side]:
    """高新技术企业多少家，科技型企业呢: the same asked of another thing."""
    quoted = _QUOTED.search(first)
    if quoted and _QUOTED.fullmatch(more):
        again = first[: quoted.start()] + more + first[quoted.end() :]
        return [Side(quoted.group(), f"{first}？"), Side(more, f"{again}？")]
    asks = re.search(ASKED, first)
    if asks is None or re.search(ASKED, more):
        return []
    counted = re.fullmatch(r"(?P<unit>[个家户项条名位件处场座]?)(?P<thing>[\u4e00-\u9fff]{2,8})", first[asks.end() :])
    if counted and counted["unit"] + asks.group()[-1] != "少":
        again = first[: asks.end()] + counted["unit"] + more
        return [Side(counted["thing"], f"{first}？"), Side(more, f"{again}？")]
    thing = _thing(first[: asks.start()])
    if thing is None:
        return []
    at = first.rindex(thing, 0, asks.start())
    # A share or a growth is one of the thing itself.
    of = thing if _OF_IT.fullmatch(more) else ""
    return [
        Side(thing, f"{first}？"),
        Side(
            more, f"{first[:at]}{of}{more}{first[at + len(thing) :]}？" if not of else f"{first[:at]}{of}{more}是多少？"
        ),
    ]


def _joined(text: str) -> list[Side]:
    """资产总额和负债总额分别是多少: the figure of each of two measures."""
    match = _EACH.match(text)
    if not match:
        return []
    words = rjieba.cut(match["before"])
    first = words[-1]
    if len(first) <= _LONGEST and len(words) > 1:
        first = words[-2] + first
    second, lead = match["second"], match["before"][: -len(first)]
    if not (_MEASURE.search(first) and _MEASURE.search(second)):
        return []
    asked = match["asked"]
    return [Side(name, f"{lead}{name}是{asked}？") for name in (first, second)]


def _thing(said: str) -> str | None:
    """What is asked about: the last noun before the asking words, with the one that it follows; None where there is none."""
    words = [(word, tag) for word, tag in rjieba.tag(said)]
    while words and words[-1][0] in _JOINING:
        words.pop()
    thing = ""
    for word, tag in reversed(words):
        if (
            not tag.startswith(("n", "v", "j", "l", "b", "a"))
            or tag == "ns"
            or len(thing + word) > _LONGEST_THING
            or word in _JOINING
        ):
            break
        thing = word + thing
    return thing or None
