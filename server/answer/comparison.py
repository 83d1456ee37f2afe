"""Comparisons: questions about several years or places are asked of each by itself, and the answers stand side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.analyzer import normalise
from server.answer.evidence import Evidence
from server.answer.places import places_of, provinces_of
from server.search.query import Query

# More sides than this make a table, not an answer.
_MOST = 3
_COMPARES = re.compile(
    r"分别|各[是有为多]|各自|哪[个边里]?[^，。]{0,6}(?:更|高|低|多|少|大|小|快|慢)|谁[^，。]{0,6}(?:更|高|低|多|少|大|小)"
    r"|相比|对比|比较|相差|差多少|变化|从.{0,20}(?:到|至)|由.{0,20}(?:到|至)|比|"
    r"compared?\b|respectively|\bfrom\b.+\bto\b|\bversus\b|\bvs\b|which .*(?:more|less|higher|lower|larger)|\bthan\b|\beach\b",
    re.IGNORECASE,
)
_JOIN = r"\s*(?:年?(?:和|与|及|跟|同|、|还是|或者?|比|到|至|～|~|,|，)|and|or|versus|vs\.?|to|than)\s*"
_KIND = r"(?:特别行政区|自治区|省|市|区|县)?"
_AMOUNT = r"(?:多少|几)[\u4e00-\u9fff]{0,3}?"
_CHANGE = r"(?:提高|增加|增长|上升|扩大|发展|减少|下降|降低|压减|缩小|变化|变|减|降|增|升|涨)?(?:到了?|至|为|成)"
_SAID_OF_BOTH = re.compile(
    r"(?:分别|各自)(?=是|为|有|达|多少|办|完)|各(?=是|有多少|为多少|多少)|(?:谁|哪[个边里]?)的?(?:更|比较)?[高低多少大小快慢](?:一?[些点])?"
)
_FORM = re.compile(r"^\s*(?:分别|各自?)(?=是|为|有|达)")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: how it is named, and the question about it alone."""

    name: str
    question: str


def _by_year(text: str, years: Sequence[str], english: bool) -> list[Side]:
    joined = "|".join(years)
    if english:
        group = re.search(rf"(?:from\s+|between\s+)?\b(?:{joined})\b(?:{_JOIN}(?:in\s+)?\b(?:{joined})\b)+", text)
        sides = [(year, f"in {year}") for year in years]
    else:
        either = rf"(?:{joined})\s*年?(?:末|底|度)?"
        one = rf"(?:{joined})\s*年(?:末|底|度)?"
        change = rf"(?:从|由)\s*{one}的?(?:{_AMOUNT})?\s*{_CHANGE}了?\s*{one}的?(?P<asked>{_AMOUNT})?"
        after = rf"(?:和|与|同|跟|较|比)\s*{one}(?:相比|比较|比|对比)[，,]?\s*{one}"
        together = rf"(?:从|由)?{either}的?(?:{_JOIN}{either})+"
        group = re.search(change, text) or re.search(after, text) or re.search(together, text)
        amount = group.groupdict().get("asked") or "" if group else ""
        sides = [(f"{year}年", f"{year}年{'是' if amount else ''}{amount}") for year in years]
    if group is None:
        return []
    return [Side(name, _said(text[: group.start()], said, text[group.end() :], english)) for name, said in sides]


def _by_place(text: str, places: Sequence[str]) -> list[Side]:
    names = "|".join(map(re.escape, places))
    group = re.search(rf"(?:{names}){_KIND}(?:{_JOIN}(?:{names}){_KIND})+", text)
    if group is None:
        return []
    named = re.findall(rf"(?:{names}){_KIND}", group.group())
    return [Side(name, _said(text[: group.start()], name, text[group.end() :])) for name in named]


def _said(before: str, side: str, after: str, english: bool = False) -> str:
    """The question about one side; the words that only join the sides are left out."""
    if english:
        before = re.sub(r"\b(?:in|for)\s*$", "", before)
        return re.sub(r"\s+", " ", re.sub(r"\brespectively\b", "", f"{before} {side}{after}")).strip()
    text = before + side + _FORM.sub("", after)
    text = re.sub(
        r"谁(?=的)|(?<=[数额量率])(?:更|比较)[高低多少大小快慢]|(?:相比|对比|比较)(?:怎么样|如何|怎样)?", "", text
    )
    text = re.sub(r"(?:增加|增长|减少|下降|提高|上升|多|少)了(?=多少|几)", "有", text)
    text = _SAID_OF_BOTH.sub("", text)
    text = re.sub(r"[，,、]\s*(?=[？?]|$)", "", text)
    return text if re.search(r"多少|几|哪|什么|谁|何", text) else f"{text.rstrip('？?。 ')}是多少？"


def sides_of(query: Query) -> list[Side]:
    """The sides of a question that compares years or places, in its order; none where it compares neither."""
    # Of English names the capitals say that they are names.
    text = query.text if query.language == "en" else normalise(query.text)
    if not _COMPARES.search(text):
        return []
    sides: list[Side] = []
    if 2 <= len(query.years) <= _MOST and not re.search(r"\d{4}\s*年?\s*[-—–]+\s*\d{4}", text):
        sides = _by_year(text, query.years, query.language == "en")
    if not sides and query.language == "zh":
        places = (*provinces_of(query), *places_of(query))
        sides = _by_place(text, places) if 2 <= len(places) <= _MOST else []
    return sides if 2 <= len(sides) <= _MOST else []


def bears_all(query: Query, evidence: Evidence) -> bool:
    """Whether one sentence holds every side by itself: then it is the answer, and a comparison in the source's own words."""
    plain = normalise(evidence.quote)
    named = (*query.years, *provinces_of(query), *places_of(query))
    return len(query.years) != 1 and all(name in plain for name in named)
