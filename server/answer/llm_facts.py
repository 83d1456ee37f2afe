"""Facts of a text that can be checked: figures with their unit, dates, 文号 and quoted terms, in one written form."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from indexer.analyzer import normalise
from indexer.numerals import to_arabic

_CN = "〇○零一二两三四五六七八九十百千万亿"
_SCALES = {
    "万亿": 10**12,
    "亿": 10**8,
    "万": 10**4,
    "trillion": 10**12,
    "billion": 10**9,
    "million": 10**6,
    "thousand": 10**3,
}
# Units that change what a figure is; between others (户, 家, 个) texts move freely.
_UNITS = {
    "元": "元", "yuan": "元", "rmb": "元", "%": "%",
    "percent": "%", "per cent": "%", "个百分点": "百分点", "百分点": "百分点",
    "percentage point": "百分点", "percentage points": "百分点", "倍": "倍", "年": "年", "月": "月", "个月": "个月",
    "months": "个月", "month": "个月",    "日": "日", "天": "天", "days": "天",
}  # fmt: skip
_MEASURES = "个月|个百分点|百分点|元|[个项户家条次批类倍位名份年月日号届处场人亩吨]"
_SCALE = "万亿|亿|万|trillion|billion|million|thousand"
_UNIT = r"个百分点|百分点|个月|percentage points?|per ?cent|元|%|yuan|rmb|倍|年|月|日|天|days?|months?"
_FIGURE = re.compile(
    rf"(?P<number>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<scale>{_SCALE})?\s*(?P<unit>{_UNIT})?(?:/\w)?",
    re.IGNORECASE,
)
_NUMERAL = re.compile(
    rf"(?<!第)(?P<number>[{_CN}]+)(?P<unit>{_MEASURES})|(?P<year>[〇○零一二三四五六七八九]{{4}})(?=年)"
)
_WORDS = {
    word: n for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), start=2)
}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b")
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)
_DATE = re.compile(
    r"(?<!\d)(?P<y>\d{4})\s*(?:年|[-/.])\s*(?P<m>\d{1,2})\s*(?:月|[-/.])\s*(?P<d>\d{1,2})(?:\s*日|(?!\d))"
)
_DATE_EN = re.compile(
    rf"\b(?:(?P<m1>{_MONTH})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})),?\s+(?P<y>\d{{4}})\b"
)
_MONTH_YEAR_EN = re.compile(rf"\b(?P<m>{_MONTH})\.?,?\s+(?P<y>\d{{4}})\b")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{0,12}[〔\[(]\d{4}[〕\])]第?\d{1,5}号")
_ORGAN_CODE = re.compile(r"[\u4e00-\u9fff]{0,12}(?=[〔\[(])")
_QUOTED = re.compile(r"[“「『《]([^”」』》]{1,80})[”」』》]|(?<![\w\"])\"([^\"\n]{2,80})\"(?!\w)")
_BRACKETS = str.maketrans("[]()", "〔〕〔〕")
_QUOTES = re.compile(r"[\s“”\"'‘’「」『』《》]")


# Which way a figure says that something went, by the words right before or after it.
_UP = re.compile(
    r"增长|增加|增幅|上升|上涨|提高|提升|扩大|多出|\b(?:up|rose|rise|grew|grow|growth|increas\w*|higher)\b"
)
_DOWN = re.compile(
    r"下降|减少|降低|降幅|下滑|收窄|回落|缩小|减至|压减|\b(?:down|fell|fall|declin\w*|decreas\w*|drop\w*|lower|reduc\w*)\b"
)
_CLAUSE = re.compile(r"[，。；：,;:\n](?!\d)")


# Characters before a figure that say what it counts: 负债总额为.
_SUBJECT = 6
_COPULA = re.compile("(?:分别|达到?|为|是|有|共计?|约|合计|总计|超过?|仅|近)+$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its scale worked in (114.6亿 is 11460000000) and its unit, empty where none that matters is said."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text states that can be checked word by word. ``quoted`` and ``numbers`` (文号) are without white space.

    ``changes`` holds figures with the direction, + or -, that the words before them give.
    """

    figures: frozenset[Figure]
    dates: frozenset[tuple[int, int, int]]
    numbers: frozenset[str]
    quoted: frozenset[str]
    changes: frozenset[tuple[Figure, str]] = frozenset()


def _figure(number: str, scale: str | None, unit: str | None) -> Figure | None:
    try:
        value = Decimal(number.replace(",", "")) * _SCALES.get((scale or "").lower(), 1)
    except InvalidOperation:
        return None
    return Figure(value.normalize(), _UNITS.get(re.sub(r"\s+", " ", (unit or "").lower()), ""))


def _chinese(match: re.Match[str]) -> str:
    """A Chinese numeral in Arabic digits; what is no numeral, and 一个 which counts nothing, stays."""
    numeral = match["number"] or match["year"]
    arabic = to_arabic(numeral)
    if arabic is None or numeral == "一":
        return match[0]
    return arabic + (match["unit"] or "")


def compact(text: str) -> str:
    """A text as quoted terms are compared: normalised, without white space and quotation marks."""
    return _QUOTES.sub("", normalise(text))


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, start=1) if month.startswith(name[:3]))


def _direction(text: str, start: int) -> str | None:
    """``+`` or ``-`` when the clause before a figure says, by its last such word, that something rose or fell."""
    before = _CLAUSE.split(text[max(0, start - 30) : start])[-1]
    last = {sign: m.start() for sign, p in (("+", _UP), ("-", _DOWN)) for m in p.finditer(before)}
    return max(last, key=lambda sign: last[sign]) if last else None


def _plain(text: str) -> str:
    """A text with every number in Arabic digits of plain width."""
    plain = re.sub(r"(?<=\d)[，,](?=\d{3}(?!\d))", ",", normalise(text))
    plain = _NUMERAL.sub(_chinese, plain)
    return _WORD.sub(lambda m: str(_WORDS[m[1]]), plain)


def facts_of(text: str) -> Facts:
    """The facts of a text; pure."""
    quoted = frozenset(compact(m[1] or m[2]) for m in _QUOTED.finditer(text)) - {""}
    plain = _plain(text)
    numbers = frozenset(re.sub(r"\s", "", m[0]).translate(_BRACKETS).replace("第", "") for m in _NUMBER.finditer(plain))
    plain = _NUMBER.sub(" ", plain)
    dates: set[tuple[int, int, int]] = set()
    for match in _DATE.finditer(plain):
        dates.add((int(match["y"]), int(match["m"]), int(match["d"])))
    plain = _DATE.sub(" ", plain)
    for match in _DATE_EN.finditer(plain):
        dates.add((int(match["y"]), _month(match["m1"] or match["m2"]), int(match["d1"] or match["d2"])))
    plain = _DATE_EN.sub(" ", plain)
    plain = _MONTH_YEAR_EN.sub(lambda m: f" {m['y']}年{_month(m['m'])}月 ", plain)
    figures: set[Figure] = set()
    changes: set[tuple[Figure, str]] = set()
    for match in _FIGURE.finditer(plain):
        figure = _figure(match["number"], match["scale"], match["unit"])
        if figure is not None:
            figures.add(figure)
            if sign := _direction(plain, match.start()):
                changes.add((figure, sign))
    return Facts(frozenset(figures), frozenset(dates), numbers, quoted, frozenset(changes))


def subjects_of(text: str) -> list[tuple[Figure, frozenset[str]]]:
    """Each figure that has a unit with the character bigrams of the words right before it in its clause: what it counts."""
    plain = _plain(text)
    found: list[tuple[Figure, frozenset[str]]] = []
    for match in _FIGURE.finditer(plain):
        figure = _figure(match["number"], match["scale"], match["unit"])
        if figure is None or figure.unit in ("", "年", "月", "日"):
            continue
        clause = _CLAUSE.split(plain[: match.start()])[-1]
        words = _COPULA.sub("", "".join(re.findall(r"[\u4e00-\u9fff]", clause)))[-_SUBJECT:]
        found.append((figure, frozenset(words[i : i + 2] for i in range(len(words) - 1))))
    return found


def misplaced(claim: str, text: str) -> bool:
    """Whether a figure of a claim is one that the text states of something else: 资产总额为401.7亿元, where that is the debt.

    It is when the words before it are, in the text, those before another figure of that unit, and hardly those before it.
    """
    stated = subjects_of(text)
    for figure, words in subjects_of(claim):
        own = max((len(words & held) for other, held in stated if other == figure), default=0)
        others = (len(words & held) for other, held in stated if other != figure and other.unit == figure.unit)
        if len(words) >= 2 and 2 * own <= len(words) and 4 * max(others, default=0) >= 3 * len(words):
            return True
    return False


def unstated(claimed: Facts, stated: Facts, text: str) -> list[str]:
    """What a claim says and a text, whose facts are ``stated``, does not. Empty when all of it is there."""
    missing: list[str] = []
    plain = compact(text)
    parts = {value for date in stated.dates for value in date}
    for figure in claimed.figures:
        same = {other.unit for other in stated.figures if other.value == figure.value}
        part_of_date = figure.unit in ("年", "月", "日", "") and figure.value in parts
        fits = figure.unit in same or "" in same or (figure.unit == "" and bool(same))
        if not (fits or part_of_date or _named(figure, stated)):
            missing.append(f"{figure.value:f}{figure.unit}")
    for year, month, day in claimed.dates - stated.dates:
        known = {Figure(Decimal(n).normalize(), unit) for n, unit in ((month, "月"), (day, "日"))} <= stated.figures
        if not (known and (Figure(Decimal(year).normalize(), "年") in stated.figures or year in parts)):
            missing.append(f"{year}-{month:02}-{day:02}")
    for figure, sign in claimed.changes - stated.changes:
        if (figure, "-" if sign == "+" else "+") in stated.changes:
            missing.append(f"{sign}{figure.value:f}{figure.unit}")
    missing.extend(n for n in claimed.numbers if not any(_same_number(n, other) for other in stated.numbers))
    missing.extend(term for term in claimed.quoted if term not in plain)
    return missing


def _named(figure: Figure, stated: Facts) -> bool:
    """Whether a bare figure is the year or the serial of a 文号 that is stated."""
    digits = f"{figure.value:f}"
    return figure.unit in ("", "年") and any(re.search(rf"(?<!\d){digits}(?!\d)", number) for number in stated.numbers)


def _same_number(claimed: str, stated: str) -> bool:
    """Whether two 文号 are one; words such as 根据 may stand before either, an organ's code must not be lost or changed."""
    if claimed == stated:
        return True
    ours, theirs = (re.match(_ORGAN_CODE, number) for number in (claimed, stated))
    if not ours or not theirs or claimed[ours.end() :] != stated[theirs.end() :]:
        return False
    return (
        bool(theirs[0]) and ours[0].endswith(theirs[0])
        if len(ours[0]) > len(theirs[0])
        else bool(ours[0]) and theirs[0].endswith(ours[0])
    )
