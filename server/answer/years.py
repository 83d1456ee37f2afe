"""Years: which ones a sentence speaks of, by its own words, the headings above it, or the document's own year."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from indexer.analyzer import normalise
from indexer.document import Document
from indexer.numerals import to_arabic
from server.search.passages import Passage
from server.search.query import Query, understand_query

_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?=\s*年|[底末初])")
_SPAN = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年?\s*(?:-|—|–|~|至|到)+\s*((?:19|20)\d\d)\s*年")
_CHINESE = re.compile(r"[一二][九〇零○][〇零○一二三四五六七八九]{2}(?=年)")
# 比2023年增长 says nothing of 2023 but what it was compared with.
_COMPARED = re.compile(
    r"(?:比|较|相比|对比|与|相当于)\s*(?:19|20)\d\d\s*年(?:末|底|初|同期)?(?:相比|增|提|下|减|高|低|上|多|少|净|翻)"
)
# 从2020年的82.4岁提高到83.9岁: the year that it rose from is not the one that it rose to.
_FROM = re.compile(
    r"[从由]\s*((?:19|20)\d\d)\s*年[末底初]?的?[^,，。;；]{0,16}?(?:提高|提升|增加|增长|上升|扩大|升|下降|降低|降|减少|减|收窄|压减)(?:了|到|至|为)+"
    r"(?![^\d]{0,3}(?:19|20)\d\d\s*年)"
)
_LAST = re.compile(r"(?<![比较])(?:去年|上年|过去一年|过去的一年|一年来)(?!同期)")
_THIS = re.compile(r"今年|本年(?:度)?|年内")
_NEXT = re.compile(r"明年")
# Words at the head of a paragraph that place all of it.
_LOOKED = 1500
_PLACING = re.compile(
    r"(?:^|[。\n])[^。\n,，]{0,12}?(?:(?P<year>(?:19|20)\d\d)年|(?P<last>过去一年|过去的一年|一年来|去年)|(?P<this>今年)|(?P<span>[五四三]年来|过去五年))"
)
# 2023年度…报告 is about that year; what is issued in a year may look back on the one before.
_OF_A_YEAR = re.compile(r"(?:19|20)\d\d\s*年度")
_PLAN_HEADING = re.compile(r"目标|任务|安排|打算|下一步|重点工作|部署|思路|要求和政策取向|计划")
_REVIEW_HEADING = re.compile(r"回顾|情况|成绩|成效|总结")
_PLANNED = re.compile(
    r"预期目标|主要目标|力争|计划|拟|争取|目标是|将(?!近|军|其|此)|要(?:全面|大力|进一步|加快|抓好|确保)"
)
_AIMS = re.compile(r"预期目标|主要目标|目标是")
_LEAD = 400
_ASKS_THIS = re.compile(r"今年|本年度")
# 比去年增长 asks for no year of its own.
_ASKS_BEFORE = re.compile(r"(?<![比较与和同对年])(?P<word>去年|前年)(?!同期|相比|以来)(?:度)?")
_BACK = {"去年": 1, "前年": 2}
_ASKS_NOW = re.compile(r"现在|目前|当前|如今|眼下|最新|\b(?:now|currently|latest|at present)\b", re.IGNORECASE)
_ASKS_PLAN = re.compile(
    r"目标|计划|预期|力争|打算|将|要(?!点|素|求|闻|事|紧)|预计|安排|下一步|承诺|今后|未来|明年|\btarget|\bplan|\bgoal|\bwill\b|\baim",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Years that a sentence states, and those that the headings and the words above place it in; ``beside`` are those of
    the words in its own paragraph."""

    stated: frozenset[str]
    headed: frozenset[str]
    placed: frozenset[str]
    issued: str | None
    beside: frozenset[str] = frozenset()


# All titles of a corpus are looked at for one question.
@lru_cache(maxsize=100_000)
def _titled(title: str) -> str | None:
    found = _YEAR.search(normalise(title))
    return found["year"] if found else None


@lru_cache(maxsize=1024)
def _of_a_year(title: str) -> bool:
    return _OF_A_YEAR.search(normalise(title)) is not None


def issued_in(document: Document) -> str | None:
    """The year that a document's title or date says, None when neither does."""
    return _titled(document.title) or (document.value("date", "published", "effective") or "")[:4] or None


def _counted(year: str | None, by: int) -> set[str]:
    return {str(int(year) + by)} if year and year.isdigit() else set()


def years_in(text: str, issued: str | None = None) -> frozenset[str]:
    """Years that a normalised text speaks of; 去年 and 今年 count from ``issued``. What is only compared with does not count."""
    text = _COMPARED.sub(" ", text)
    text = _CHINESE.sub(lambda match: to_arabic(match.group()) or match.group(), text)
    found = {match["year"] for match in _YEAR.finditer(text)}
    for first, last in _SPAN.findall(text):
        found.update(map(str, range(int(first), min(int(last), int(first) + 30) + 1)))
    found |= _counted(issued, -1) if _LAST.search(text) else set()
    found |= _counted(issued, 0) if _THIS.search(text) else set()
    found |= _counted(issued, 1) if _NEXT.search(text) else set()
    return frozenset(found)


# Sentences of one section share its headings.
@lru_cache(maxsize=1024)
def _headed(section: tuple[str, ...], issued: str | None) -> frozenset[str]:
    return years_in(normalise("\n".join(section)), issued)


def _placed(document: Document, start: int, issued: str | None, first: int = 0) -> frozenset[str]:
    """The year in which the nearest words above place a sentence, from offset ``first`` on: 过去一年，…"""
    found = list(_PLACING.finditer(document.text, max(first, start - _LOOKED), start))
    if not found:
        return frozenset()
    last = found[-1]
    if last["year"]:
        return frozenset({last["year"]})
    if last["span"]:
        return frozenset().union(*(_counted(issued, -by) for by in range(1, 6)))
    return frozenset(_counted(issued, -1 if last["last"] else 0))


def spoken_years(passage: Passage, start: int, plain: str) -> Spoken:
    """The years that a sentence of a passage, normalised as ``plain``, speaks of."""
    document = passage.document
    issued = issued_in(document)
    paragraph = max(0, document.text.rfind("\n", 0, start))
    return Spoken(
        years_in(plain, issued), _headed(passage.section, issued), _placed(document, start, issued), issued,
        _placed(document, start, issued, paragraph),
    )  # fmt: skip


def year_fit(query: Query, passage: Passage, start: int, plain: str) -> float:
    """How well a sentence fits the years of a question: 1 where it states one, 0 where it speaks of others, 1 without a year."""
    asked = frozenset(query.years)
    if not asked:
        return 1.0
    spoken = spoken_years(passage, start, plain)
    if spoken.stated & asked:
        return 1.0
    if spoken.headed:
        return (0.6 if spoken.stated else 0.9) if spoken.headed & asked else 0.0
    if spoken.stated - frozenset(_FROM.findall(plain)):
        # Under no heading of a year, the years of a sentence are what it is about.
        return 0.4 if spoken.beside & asked else 0.0
    if spoken.placed & asked:
        # 五年来, and one of them is asked for.
        return 0.9 if len(spoken.placed) == 1 else 0.6
    text = passage.text
    if spoken.beside:
        return 0.0
    if spoken.issued is None:
        return 0.7 if any(year in text or year in passage.document.title for year in asked) else 0.0
    if spoken.placed:
        return 0.0
    around = _counted(spoken.issued, 0)
    if not _of_a_year(passage.document.title):
        around |= _counted(spoken.issued, -1)
    return 0.7 if around & asked else 0.4 if any(year in text for year in asked) else 0.0


def other_year(query: Query, title: str) -> bool:
    """Whether a document's title bears another year than those asked for and those after them, in which they are looked back on."""
    titled = _titled(title)
    if not query.years or titled is None:
        return False
    return all(titled not in _counted(year, 0) | _counted(year, 1) for year in query.years)


def looked_back(query: Query, title: str) -> bool:
    """Whether a document's title bears the year after one that is asked for: reports look back on the year before."""
    return _titled(title) in years_after(query)


@lru_cache(maxsize=64)
def _after(years: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(_counted(year, 1) for year in years))


def years_after(query: Query) -> frozenset[str]:
    """The years after those that are asked for."""
    return _after(tuple(query.years))


def without_years(query: Query) -> Query:
    """The question without its years: a report that looks back on a year need not name it."""
    text = re.sub(r"(?:(?:in|for|of)\s+)?(?<!\d)(?:19|20)\d\d\s*年?(?:末|底|度)?", " ", normalise(query.text))
    return understand_query(text)


def asks_plan(query: Query) -> bool:
    """Whether a question asks for what is planned, not for what was reached."""
    return _ASKS_PLAN.search(query.text) is not None


def is_planned(passage: Passage, start: int, plain: str) -> bool:
    """Whether a sentence says what is to be done: by its own words, those its paragraph begins with, or the headings above."""
    text = passage.document.text
    if _AIMS.search(text, max(text.rfind("\n", 0, start) + 1, start - _LEAD), start):
        return True
    headings = "\n".join(passage.section)
    if _PLAN_HEADING.search(headings) and not _REVIEW_HEADING.search(headings):
        return True
    return _PLANNED.search(plain) is not None


def asks_now(query: Query) -> bool:
    """Whether a question asks for the state that was reached last, and names no year."""
    return not query.years and _ASKS_NOW.search(query.text) is not None


def latest_year(passage: Passage, start: int, plain: str) -> str:
    """The last year that a sentence speaks of, by its own words or by what places it; empty where none is known."""
    spoken = spoken_years(passage, start, plain)
    held = spoken.stated or spoken.beside or spoken.headed or spoken.placed
    return max(held, default=spoken.issued or "")


def in_this_year(query: Query, passages: Sequence[Passage], titles: Sequence[str]) -> Query:
    """A question that says 今年 and no year with the year of the latest document, of those found and by the ``titles`` of all,
    and the one before: what speaks of an earlier year is not of 今年."""
    if query.years or query.language == "en" or not _ASKS_THIS.search(query.text):
        return query
    issued = (*(issued_in(passage.document) for passage in passages), *map(_titled, titles))
    latest = max((int(year) for year in issued if year is not None and year.isdigit()), default=None)
    return query if latest is None else replace(query, years=(str(latest), str(latest - 1)))


def with_real_years(text: str, today: date) -> str:
    """A question with the years that it counts from today written out: 2025年 for 去年, asked in 2026."""
    return _ASKS_BEFORE.sub(lambda match: f"{today.year - _BACK[match['word']]}年", text)
