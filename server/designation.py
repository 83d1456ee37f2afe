"""Reports that a question names by place and year: 河北省2025年政府工作报告里讲…, Hebei's 2025 government work report.

The year and the place of such a name are those of the document, not of the sentence that answers: a report says once at the
top whose it is and of which year. So the question is asked of that report, without the name; where there is no such
report, there is no answer.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.analyzer import normalise
from indexer.generations import Generation
from server.answer.places import ENGLISH_PROVINCES
from server.answer.refuse import Refusal
from server.once import once
from server.search.query import language_of

_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d|\d\d)\s*年(?:度)?"
# 2025年报告了多少病例 and 报告期 speak of no report.
_KIND = r"(?P<kind>政府工作报告|工作报告|总理报告|专项报告|报告)(?![了期人会单给送出]|病例|发病|突发)"
_NAMED = re.compile(
    rf"(?P<front>[\u4e00-\u9fff]{{0,12}}){_YEAR}(?:的|那次|那份|那年的|那一年的|这份)?(?P<middle>[\u4e00-\u9fff]{{0,20}}?){_KIND}"
    r"(?:里头|里面|当中|里|中|上)?(?:讲到|说到|写到|提到|指出|讲|说|称)?[,:]?"
)
_NAMED_EN = re.compile(
    r"(?:,?\s*\b(?i:according to|in|from|of|does|did)\s+)?(?:\b(?i:the)\s+)?"
    r"(?:\b(?P<front>[A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*){0,3}|[a-z]+)(?:'s|’s)\s+)?\b(?:the\s+)?(?P<year>(?:19|20)\d\d)\s+"
    r"(?P<kind>(?i:(?:(?:state council|government|central|premier's|provincial|municipal)\s+)*(?:work\s+)?report))\b(?:\s*\([^)]*\))?"
    r"(?P<congress>(?i:\s+to the (?:national )?people's congress))?,?"
)
# What a work report is called beside its place and year.
_OF_GOVERNMENT = re.compile(r"中华人民共和国|国务院|人民政府|政府|工作|报告|的|关于|(?:19|20)\d\d\s*年(?:度)?|[《》\s]")
_PLACE = re.compile(r"^[\u4e00-\u9fff]{2,8}?(?:特别行政区|自治区|自治州|自治县|省|市|区|县|州|盟|旗)")
_KIND_OF_PLACE = re.compile(r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|自治县|省|市|区|县)$")
_PROVINCES = frozenset(ENGLISH_PROVINCES.values())
_REPORT = re.compile("报告|報告")
# Characters that a question has at least.
_SHORTEST = 4
_TITLED = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年")


@dataclass(frozen=True, slots=True)
class Designation:
    """``documents``: the numbers of the reports that a question names, none where there is no such report; ``rest``: the
    question without the name."""

    name: str
    documents: frozenset[int]
    rest: str


def designation_of(text: str, generation: Generation) -> Designation | None:
    """The report that a question names by its year, and by its place where it has one. None where it names none, or several."""
    plain = normalise(text)
    if language_of(text) == "en":
        # A report of anything, unless it says whose.
        found = [match for match in _NAMED_EN.finditer(text) if " " in match["kind"] or match["congress"]]
    else:
        # As it was written, where that is as long.
        text = text if len(text) == len(plain) else plain
        found = list(_NAMED.finditer(plain))
    return _designated(found[0], text, generation) if len(found) == 1 else None


def _designated(match: re.Match[str], text: str, generation: Generation) -> Designation | None:
    front, english = match["front"] or "", "middle" not in match.re.groupindex
    place = _english_place(front.lower()) if english else front + match["middle"]
    year = match["year"] if len(match["year"]) == 4 else f"20{match['year']}"
    of_government = english or "政府工作" in match.group() or "总理" in match.group()
    reports = _reports(generation, of_government=of_government)
    stems = {report.place for report in reports if report.place and report.place in place}
    # 大渡口 is in no 渡口: the longest name that stands there is meant.
    stems = {stem for stem in stems if not any(stem != other and stem in other for other in stems)}
    start = match.start()
    if not english:
        at = max((front.rfind(stem) for stem in stems), default=-1)
        start += at if at >= 0 else len(front) - len(_place_at_end(front))
    name, rest = text[start : match.end()].strip(" ,:，：里中上讲说"), _without(text, start, match.end())
    if len(stems) > 1 or len(rest) < _SHORTEST:
        return None
    of_year = [report for report in reports if report.year == year]
    if stems or not _names_place(place, english=english):
        meant = next(iter(stems), None)
        held = frozenset(report.number for report in of_year if report.place == meant)
        # One whose year is told nowhere may be the one.
        known = any(report.place == meant and report.year for report in reports) and all(
            report.year for report in reports if report.place == meant
        )
        return Designation(name, held, rest) if held or (known and of_government) else None
    return Designation(name, frozenset(), rest) if of_year else None


def unknown_report(text: str, name: str) -> Refusal:
    """That there is no report of this name."""
    message = (
        f"No report of that place and year ({name}) was found, so there is no answer."
        if language_of(text) == "en"
        else f"没有找到“{name}”，无法回答。"
    )
    return Refusal("mismatch", message)


@dataclass(frozen=True, slots=True)
class _Report:
    """A report's number, the year of its title or else of its date, the name of its place, None for the whole country, and
    whether it is a government's on its work."""

    number: int
    year: str
    place: str | None
    of_government: bool


@once
def _known_reports(generation: Generation) -> tuple[_Report, ...]:
    # A large index has many titles.
    return tuple(_read_reports(generation))


def _reports(generation: Generation, *, of_government: bool) -> list[_Report]:
    """The reports of an index, of governments on their work alone where these are asked for."""
    return [report for report in _known_reports(generation) if report.of_government or not of_government]


def _read_reports(generation: Generation) -> Iterator[_Report]:
    dates, issuers = generation.documents_having("date"), generation.documents_having("issuer")
    for number, raw in enumerate(generation.titles):
        if _REPORT.search(raw):
            title = normalise(raw)
            year = next(iter(_TITLED.findall(title)), dates.get(number, "")[:4])
            place = _stem_of(title) or _stem_of(normalise(issuers.get(number, "")))
            yield _Report(number, year, place, "工作报告" in title)


def _stem_of(title: str) -> str | None:
    """The place in a report's title, without the kind of place."""
    bare = _OF_GOVERNMENT.sub("", title)
    found = _PLACE.match(bare)
    if not found:
        return next((province for province in _PROVINCES if bare.startswith(province)), None)
    stem = _KIND_OF_PLACE.sub("", found.group())
    return stem if len(stem) >= 2 else found.group()


def _english_place(front: str) -> str:
    """The Chinese name of the province that ends an English phrase, else the phrase."""
    words: Iterable[str] = front.split()
    return next((ENGLISH_PROVINCES[word] for word in words if word in ENGLISH_PROVINCES), front)


def _place_at_end(front: str) -> str:
    """The place at the end of what stands before a year."""
    found = re.search(r"[\u4e00-\u9fff]{2,6}(?:省|市|区|县)$", front)
    province = next((province for province in _PROVINCES if front.endswith(province)), "")
    return found.group() if found else province


def _names_place(place: str, *, english: bool) -> bool:
    if english:
        return place in _PROVINCES
    return any(province in place for province in _PROVINCES) or bool(
        re.search(r"[\u4e00-\u9fff]{2}(?:省|市|县|区)", place)
    )


def _without(text: str, start: int, end: int) -> str:
    rest = f"{text[:start]} {text[end:]}".strip(" ,:，：").removeprefix("的")
    return re.sub(r"\s+([,.?])", r"\1", re.sub(r"\s{2,}", " ", rest))
