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
    return group is not None and text.count(group["word"]) >= int(to_arabic(group["count"]) or group["count"])


# Asked for several times a passage.
@lru_cache(maxsize=64)
def _around(title: str, section: tuple[str, ...], text: str) -> str:
    return normalise("\n".join((title, *section, text)))


def missing_name(query: Query, passage: Passage) -> str | None:
    """The code, figure or coined term of a question that a passage and its headings do not bear; None when none is missing."""
    figures, sums, names = _figures(query.text), _sums(query.text), coined(query)
    if not (query.codes or query.quarters or figures or sums or names):
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
