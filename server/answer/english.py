"""English questions in the documents' own terms, as far as the glossary has them, and as the Chinese question behind them.

The glossary is used before the general dictionary.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import rjieba

from server.answer.expected import expected_answer
from server.answer.glossary import GLOSSARY
from server.answer.places import ENGLISH_PROVINCES, places_of
from server.search.dictionary import WORD, Translation
from server.search.query import Query, understand_query

_ENTRIES = {tuple(phrase.split()): tuple(terms.split()) for phrases, terms in GLOSSARY for phrase in phrases.split("|")}
_POST = re.compile(r"(?:长|主任|发言人|记者|书记|主席|经理)$")
_COMPANIES = r"(?:[a-z-]+ ){0,3}?(?:soes|enterprises|companies|firms)"
_HELD = re.compile(
    r"\b(?:held|hosted?|convened?|organi[sz]ed?|chaired|presided over|took place|take place|launched|opened)\b(?: by)?"
)
# What kind of question it is, by its words in small letters; the first that fits.
_FORMS = (
    ("bound", re.compile(
        r"^\W*(?:is|was|are|were|did|does|do|has|have)\b.*?\b(?:above|over|more than|higher than|greater than|exceed|surpass|below|under|less than|"
        r"lower than|fewer than|at least|reach)\w*\s+\d[\d,.]*\s*(?:%|percent|per cent|(?:(?:million|billion|trillion)\s+)?(?:yuan|rmb))")),
    ("host", re.compile(
        rf"^\W*(?:who|wh(?:ich|at) (?:body|organ|organi[sz]ation|department|agency|unit|office|committee))\b.{{0,20}}?{_HELD.pattern}")),
    ("when", re.compile(rf"^\W*(?:when|(?:on )?(?:what|which) (?:date|day))\b.*{_HELD.pattern}")),
    ("who", re.compile(r"^\W*who (?:is|was|heads|leads|runs)\b")),
    ("companies", re.compile(rf"^\W*how many {_COMPANIES}\b")),
    ("figure", re.compile(r"^\W*(?:what (?:is|was|were|are)|how (?:much|many|large|high|big))\b")),
)  # fmt: skip
_HOLDING = (
    ("held", "召开"), ("convene", "召开"), ("place", "召开"), ("open", "召开"), ("host", "举行"), ("organi", "举行"),
    ("chaired", "主持"), ("presided", "主持"), ("launch", "启动"),
)  # fmt: skip
_BOUND = re.compile(
    r"\b(?P<how>above|over|more than|higher than|greater than|exceed|surpass|below|under|less than|lower than|fewer than|at least|reach)\w*\s+"
    r"(?P<number>\d[\d,.]*)\s*(?P<unit>%|percent|per cent|(?:(?:million|billion|trillion)\s+)?(?:yuan|rmb))"
)
_BOUNDS = (
    ("above", "超过"), ("over", "超过"), ("more", "超过"), ("higher", "超过"), ("greater", "超过"), ("exceed", "超过"), ("surpass", "超过"),
    ("below", "低于"), ("under", "低于"), ("less", "低于"), ("lower", "低于"), ("fewer", "低于"), ("least", "达到"), ("reach", "达到"),
)  # fmt: skip
_AMOUNTS = (
    ("%", 1, "%"), ("cent", 1, "%"), ("trillion", 1, "万亿元"), ("billion", 10, "亿元"), ("million", 100, "万元"), ("", 1, "元"),
)  # fmt: skip
_ASKS_BOUND = re.compile(r"有没有(?:超过|低于|达到)\d")
_MUNICIPALITIES = frozenset({"北京", "天津", "上海", "重庆"})
# Companies and whose they are.
_WHOSE = frozenset("国企 国有企业 企业 央企 市属国企 区县".split())
_TIMES = (
    (re.compile(r"(?:in |during )?(?:the )?first quarter of (\d{4})"), r"\1年一季度"),
    (re.compile(r"(?:by|at) the end of (\d{4})"), r"\1年末"),
    (re.compile(r"(?:from )?january to april (?:of |in )?(\d{4})"), r"\1年1-4月"),
    (re.compile(r"(?:\b(?:in|for|of|during|by) )?\b((?:19|20)\d\d)\b"), r"\1年"),
)
_ASKING = frozenset(
    "who set up what how much many large high big is was were are the a an of in on at to for from by with and did do does has have had been be "
    "will that which its it their there "
    "s total amount number year reach reached combined achieve achieved make made overall average build built sign signed produce "
    "produced create complete completed gain earn earned would china nationwide supervise supervises "
    "supervised oversee oversees own owns control controls manage manages "
    "run under supervision altogether overall owe owes owed currently now event body bodies organisation organization department agency unit office "
    "which when date day s took".split()
)
_MEASURE = re.compile(r"(?:总额|收入|支出|[^效功]率|产量|总值|增加值|亏损面|负债|利润|寿命)$")
_LONGEST = max(map(len, _ENTRIES))
# Enough to search by, too little to count as what is asked for.
_PART = 0.4
# Phrases that ask or join, for which a dictionary has words all the same.
_EMPTY = re.compile(r"^(?:how \w+|at the end of|the end of|as of|in total|s|large|long|many|much|new|made|given)$")


def _with_parts(terms: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Terms, and with less weight the words that an index has them in: 数字化 and 车间."""
    parts = dict.fromkeys(word for term in terms for word in rjieba.cut(term) if len(word) > 1 and word not in terms)
    return (*((term, 1.0) for term in terms), *((part, _PART) for part in parts))


def _found(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Phrases of the glossary among the words of a question, the longest first at each place."""
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        phrase = next((words[at : at + n] for n in range(_LONGEST, 0, -1) if words[at : at + n] in _ENTRIES), None)
        if phrase is not None:
            found.append(phrase)
        at += len(phrase) if phrase else 1
    return found


@lru_cache(maxsize=64)
def official_measure(question: str) -> tuple[str, ...]:
    """What the documents call the measure that an English question asks for, in one word or another; empty where it is none."""
    phrases = _found(tuple(WORD.findall(question.lower())))
    named = [terms for phrase in phrases if _MEASURE.search((terms := _ENTRIES[phrase])[0])]
    return named[0] if named else ()


@lru_cache(maxsize=64)
def in_official_terms(query: Query) -> Query:
    """An English question with the documents' own terms for what it speaks of; a Chinese one as it is."""
    if query.language != "en":
        return query
    words = tuple(WORD.findall(query.text.lower()))
    phrases = list(dict.fromkeys(_found(words)))
    taken = {word for phrase in phrases for word in phrase}
    kept = [
        entry
        for entry in query.translations
        if not set(entry.words) <= taken and not _EMPTY.match(" ".join(entry.words))
    ]
    known = [Translation(phrase, _with_parts(_ENTRIES[phrase])) for phrase in phrases]
    return replace(query, translations=(*known, *kept))


@lru_cache(maxsize=64)
def in_chinese(query: Query) -> Query | None:
    """The Chinese question behind an English one about a figure, a post, or who held what and when, where all that it speaks of
    has a name here: places, times and terms of government work. None where a word would have to be guessed."""
    if query.language != "en":
        return None
    text = query.text.lower()
    form = next((form for form, pattern in _FORMS if pattern.search(text)), None)
    bound = _BOUND.search(text) if form == "bound" else None
    held = _HELD.search(text) if form in ("when", "host") else None
    for match in (bound, held):
        text = f"{text[: match.start()]} {text[match.end() :]}" if match else text
    said = _said(query, text, _POST if form == "who" else _MEASURE) if form else None
    asked = _asked(said, form, bound, held) if said and form else None
    return understand_query(asked) if asked else None


def official_subject(query: Query, text: str) -> str | None:
    """What a text in small letters, part of an English question, speaks of beside its time, in the documents' own terms; None
    where a word has no name here, or none is left."""
    said = _said(query, text, _POST)
    return f"{said.places}{''.join(said.others)}" if said and said.others and not said.measures else None


def decides(chinese: Query) -> bool:
    """Whether an English question has no answer where this Chinese one behind it has none: for dates, people and bounds any
    sentence with such will do for the words alone."""
    return expected_answer(chinese).kind in ("date", "person") or _ASKS_BOUND.search(chinese.text) is not None


def as_written(query: Query, place: str) -> str:
    """A place as an English question writes it: Fuling for 涪陵; anything else as it is."""
    names = {stem: name.split("|")[0] for name in places_of(query) for stem in name.split("|")[1:]}
    names |= {place: name.capitalize() for name, place in ENGLISH_PROVINCES.items() if name in query.text.lower()}
    return names.get(place, place)


@dataclass(frozen=True, slots=True)
class _Said:
    """What an English question speaks of, in Chinese: places, a time, what is measured or the post, and other terms."""

    places: str
    time: str
    measures: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether it says of what, or whose, something is asked."""
        return bool(self.places or self.time) or len(self.others) > 1 or any(len(other) > 2 for other in self.others)


def _said(query: Query, text: str, wanted: re.Pattern[str]) -> _Said | None:
    """What a text in small letters speaks of; None where a word of it has no name here."""
    time = next(
        (name for pattern, name in _TIMES if (match := pattern.search(text)) for name in [match.expand(name)]), ""
    )
    for pattern, _ in _TIMES:
        text = pattern.sub(" ", text)
    words = WORD.findall(text)
    names = {name.split("|")[0].lower(): min(name.split("|")[1:], key=len) for name in places_of(query)}
    if any(len({stem[:2] for stem in name.split("|")[1:]}) > 1 for name in places_of(query)):
        return None  # Guangzhou may be 广州 or 光州.
    places, at = "", 0
    others: list[str] = []
    measures: list[str] = []
    while at < len(words):
        phrase = next((p for n in range(_LONGEST, 0, -1) if (p := tuple(words[at : at + n])) in _ENTRIES), None)
        if phrase is not None:
            term = _ENTRIES[phrase][0]
            (measures if wanted.search(term) else others).append(term)
        elif words[at] in ENGLISH_PROVINCES or words[at] in names:
            places += ENGLISH_PROVINCES.get(words[at]) or names[words[at]]
        elif words[at] not in _ASKING:
            return None
        at += len(phrase or (1,))
    return _Said(places, time, tuple(measures), tuple(others))


def _asked(said: _Said, form: str, bound: re.Match[str] | None, held: re.Match[str] | None) -> str | None:
    """The Chinese question; None where what is said is not enough for one."""
    if not said.named or not (said.measures or said.others):
        return None
    of, measure = f"{said.places}{said.time}{''.join(said.others)}", "".join(said.measures[:1])
    if form == "who":
        if measure.endswith("局长") and any(re.search(r"委(?:员会)?$", other) for other in said.others):
            measure = measure.replace("局长", "主任")  # Of a commission.
        if said.others and said.places in _MUNICIPALITIES:
            of = f"{said.places}市{of.removeprefix(said.places)}"  # Its organs are called 市财政局.
        return f"{of}{measure}是谁？" if measure else None
    if form in ("when", "host"):
        verb = next((chinese for word, chinese in _HOLDING if held and word in held.group()), "")
        verb = "举行" if verb == "召开" and not re.search(r"会议|全会|第一会", of) else verb
        asks = "什么时候" if form == "when" else "谁"
        return f"{of}是{asks}{verb}的？" if verb and said.others and not measure else None
    if bound:
        limit = f"{next(how for word, how in _BOUNDS if word in bound['how'])}{_amount(bound)}"
        return f"{of}{measure}有没有{limit}？" if measure else None
    if form == "companies" and not measure:
        # 亏损国企有多少户 would be answered by how many there are of all.
        if set(said.others) <= _WHOSE and said.others:
            return f"{of}有多少户？"
        return f"{said.places}{said.time}有多少户{''.join(said.others)}？"
    return f"{of}{measure}{'是多少' if measure else '有多少'}？"


def _amount(bound: re.Match[str]) -> str:
    """An amount as Chinese texts write it: 40 billion yuan is 400亿元."""
    number, unit = Decimal(bound["number"].replace(",", "").rstrip(".")), bound["unit"]
    factor, written = next((factor, written) for word, factor, written in _AMOUNTS if word in unit)
    return f"{(number * factor).normalize():f}{written}"
