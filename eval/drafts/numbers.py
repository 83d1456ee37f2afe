"""Questions on amounts: the sentence up to the number, which is asked for in its place."""

import re
from collections.abc import Iterator

from eval.drafts.draft import Draft, han
from indexer.document import Document
from indexer.sentences import sentence_spans

_UNITS = (
    "万亿元|亿元|万元|元|个百分点|平方公里|万平方米|平方米|公里|万千瓦时|万千瓦|立方米|万人次|万人|人次|万户|万亩|亩|万吨|吨|"
    "户|家|个|项|人|处|次|起|名|件|所|座|套|辆|场|倍|天|工作日"
)
_AMOUNT = re.compile(
    rf"(?<![\d.第\-—~～/“])(?P<number>\d[\d,]*(?:\.\d+)?)\s?(?:(?P<unit>{_UNITS})|(?P<percent>[%％]))(?![~～—\-])"
)
_YEAR = re.compile(r"(?:19|20)\d\d年(?:度|末|底)?")
_CLAUSE = re.compile(r"[，,；;：:。]")
_LEAD = re.compile(
    r"^(?:其中|并且|并|且|而|同时|一是|二是|三是|四是|五是|截至|到|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、])[，,\s]*"
)
# What goes on after the unit: 6户直管一级企业, 4个方面. Without it the question would be cut in the middle of a phrase.
_TAIL = re.compile(r"[^，,；;：:。、！？!?\n\d（(《“]{0,16}(?=[，,；;：:。、！？!?\n]|$)")
# Characters before the number: clauses are added until there are enough, and a question is not asked with fewer than the
# fewest or more than the most.
_FEWEST, _ENOUGH, _MOST = 6, 10, 60
_OPEN = re.compile(r"[（(《“][^）)》”]*$")


def _subject(text: str, start: int, at: int) -> str | None:
    """What stands before a number: its clause and as many before it as are needed to know what is meant."""
    stops = [start, *(start + match.end() for match in _CLAUSE.finditer(text[start:at]))]
    subject = ""
    for stop in reversed(stops):
        subject = _LEAD.sub("", text[stop:at].strip())
        if len(subject) >= _ENOUGH:
            break
    if not _FEWEST <= len(subject) <= _MOST or han(subject) < _FEWEST - 2:
        return None
    if "\n" in subject or _OPEN.search(subject):
        return None
    year = _YEAR.search(text, start, at)
    return f"{year[0]}，{subject}" if year and not _YEAR.search(subject) else subject


def number_drafts(document: Document) -> Iterator[Draft]:
    """One draft for each amount with a unit whose sentence says enough before it."""
    for start, end in sentence_spans(document.text):
        for match in _AMOUNT.finditer(document.text, start, end):
            subject = _subject(document.text, start, match.start())
            tail = _TAIL.match(document.text, match.end(), end)
            if subject and tail:
                question = f"{subject}多少{match['unit'] or ''}{tail[0].strip()}？"
                must = "".join(match[0].split())
                yield Draft("number", document, question, ((must,),), start, end)
