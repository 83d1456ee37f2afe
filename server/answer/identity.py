"""What must match exactly: a question about another year, district, province or “N” mechanism is not answered by this one."""

import re
from functools import lru_cache

from indexer.analyzer import normalise
from indexer.numerals import to_arabic
from server.search.passages import Passage
from server.search.query import Query

_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 "
    "内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
).split()
_ENGLISH = dict(
    zip(
        "beijing tianjin shanghai chongqing hebei shanxi liaoning jilin heilongjiang jiangsu zhejiang anhui fujian jiangxi shandong "
        "henan hubei hunan guangdong hainan sichuan guizhou yunnan shaanxi gansu qinghai taiwan mongolia guangxi tibet ningxia "
        "xinjiang".split(),
        _PROVINCES[:32],
        strict=True,
    )
)


# A district at the start of a question or after a mark, which the dictionary may not know: 荣昌区有多少户.
_DISTRICT = re.compile(r"(?:^|[,、年在])(?P<name>[\u4e00-\u9fff]{2,3}[区县])(?!域|间|别|属县)")
_NO_DISTRICT = re.compile(
    r"^(?:各|全|本|我|该|这|那|市|主城|多少|哪|几|什么|新|老)|(?:开发|高新|经开|园|社|地|景|片|城|郊|辖|库|山|区)[区县]$"
)
_COINED = re.compile(r"[“「『\"](?P<name>[^”」』\"]{2,12})[”」』\"]")
_GROUP = re.compile(r"^(?P<count>[二两三四五六七八九十]|\d)个(?P<word>[\u4e00-\u9fff]{2})$")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff\da-z+]")


# Figures that name a thing: 27号线. Years, days and the numbers of proposals and documents are matched elsewhere.
_FIGURE = re.compile(
    r"(?<![\d.〔\[(第+])(?P<figure>\d{2,}(?:\.\d+)?)(?![\d.]*\s*(?:年|月|日|〕|\]|\)))(?P<unit>号线|号楼|路|户|个|家|项|条|强|亿元|万元|%|名|人)"
)


# 1+1 in the text as a name or a slogan of its own, not as the left side of 1+1>2.
_SUM = re.compile(r"\d+(?:\+\d+)+")


def _figures(query: Query) -> tuple[str, ...]:
    plain = normalise(query.text)
    return tuple(match["figure"] + match["unit"] for match in _FIGURE.finditer(plain))


def coined(query: Query) -> tuple[str, ...]:
    """Terms in quotation marks, normalised: what officials coin and others ask for."""
    names = (match["name"] for match in _COINED.finditer(query.text))
    return tuple(normalise(name) for name in names if re.search(r"[\u4e00-\u9fff]", name))


def bears(text: str, name: str) -> bool:
    """Whether a normalised text has a coined term, marks aside, or the things that it counts: 三个一批 is 一批 three times."""
    if _NOT_HAN.sub("", name) in _NOT_HAN.sub("", text):
        return True
    group = _GROUP.match(name)
    return group is not None and text.count(group["word"]) >= int(to_arabic(group["count"]) or group["count"])


def _districts(query: Query) -> tuple[str, ...]:
    found = (match["name"] for match in _DISTRICT.finditer(normalise(query.text)))
    return tuple(dict.fromkeys((*query.places, *(name for name in found if not _NO_DISTRICT.search(name)))))


def provinces_of(query: Query) -> tuple[str, ...]:
    """Provinces and municipalities that a question names, in Chinese."""
    plain = normalise(query.text)
    named = [name for name in _PROVINCES if name in plain]
    named += [_ENGLISH[word] for word in re.findall(r"[a-z]+", plain) if word in _ENGLISH]
    return tuple(dict.fromkeys(named))


def _speaks_of(province: str, passage: Passage) -> bool:
    """Whether a passage is about a province: its title says so, or names no province and the text does."""
    document = passage.document
    titled = [name for name in _PROVINCES if name in document.title]
    return province in passage.text or (province in titled if titled else province in document.text)


# Asked for several times a passage.
@lru_cache(maxsize=64)
def _around(title: str, section: tuple[str, ...], text: str) -> str:
    return normalise("\n".join((title, *section, text)))


def missing_name(query: Query, passage: Passage) -> str | None:
    """The code, district, province or coined term of a question that a passage and its headings do not bear; None when none is missing."""
    around = _around(passage.document.title, passage.section, passage.text)
    for code in query.codes:
        if not re.search(rf"(?<!\d){re.escape(code)}(?!\d)", around):
            return code
    for place in _districts(query):
        if place not in around and place[:-1] not in around:
            return place
    for figure in _figures(query):
        if not re.search(rf"(?<![\d.]){re.escape(figure)}", around):
            return figure
    for summed in _SUM.findall(normalise(query.text)):
        if not re.search(rf"(?<![\d+]){re.escape(summed)}(?![\d+]|\s*[<>=])", around):
            return str(summed)
    for name in coined(query):
        if not bears(around, name):
            return name
    return next((name for name in provinces_of(query) if not _speaks_of(name, passage)), None)


def missing_year(query: Query, passage: Passage) -> str | None:
    """The year of a question that neither a passage nor its headings and its date bear; None when none is missing."""
    document = passage.document
    around = _around(document.title, passage.section, passage.text)
    around += document.metadata["date"].value if "date" in document.metadata else ""
    return next((year for year in query.years if year not in around), None)
