"""Automatic numbering of Word paragraphs (numbering.xml), restored as the text a reader sees: 一、 （一） 1. 第三条."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from indexer.loaders.ooxml import attribute, child, children, local

_HAN_DIGITS = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_LEVELS = 9
# Word lets a style be based on a style; a chain longer than this is a loop.
_MAX_CHAIN = 32
_BULLET = "•"
# After these a reader sees no gap, although Word stores a tab stop behind the number.
_NO_GAP_AFTER = "、）)．：:】〕"


def _han(number: int) -> str:
    """1–9999 as it is spoken: 十二, 一百零五."""
    if not 0 < number < 10_000:
        return str(number)
    out = ""
    zero = False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            out += ("〇" if zero and out else "") + _HAN_DIGITS[digit] + unit
        zero = not digit
    out = out.replace("〇", "零")
    return out[1:] if out.startswith("一十") else out


def _han_digits(number: int) -> str:
    return "".join(_HAN_DIGITS[int(digit)] for digit in str(number))


def _legal(number: int) -> str:
    return _han(number).translate(str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"))


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    out = ""
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    for value, letters in zip(values, "M CM D CD C XC L XL X IX V IV I".split(), strict=True):
        count, number = divmod(number, value)
        out += letters * count
    return out


def _letters(number: int) -> str:
    """A…Z, then AA, BB, as Word counts."""
    return chr(65 + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number <= 260 else str(number)


def _one_of(symbols: str) -> Callable[[int], str]:
    return lambda number: symbols[number - 1] if 0 < number <= len(symbols) else str(number)


def _run(first: str, count: int) -> str:
    return "".join(chr(ord(first) + i) for i in range(count))


def _han_below_hundred(number: int) -> str:
    return _han(number) if number < 100 else _han_digits(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": _han_below_hundred,
    "chineseCountingThousand": _han,
    "taiwaneseCounting": _han_below_hundred,
    "taiwaneseCountingThousand": _han,
    "japaneseCounting": _han,
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal,
    "ideographDigital": _han_digits,
    "taiwaneseDigital": _han_digits,
    "japaneseDigitalTenThousand": _han_digits,
    "ideographTraditional": _one_of(_STEMS),
    "ideographZodiac": _one_of(_BRANCHES),
    "ideographEnclosedCircle": _one_of(_run("㊀", 10)),
    "decimalEnclosedCircle": _one_of(_run("①", 20) + _run("㉑", 15) + _run("㊱", 15)),
    "decimalEnclosedCircleChinese": _one_of(_run("①", 20) + _run("㉑", 15) + _run("㊱", 15)),
    "decimalEnclosedParen": _one_of(_run("⑴", 20)),
    "decimalEnclosedFullstop": _one_of(_run("⒈", 20)),
    "decimalZero": lambda number: f"{number:02d}",
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "none": lambda number: "",
}


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    legal: bool = False
    style: str | None = None
    # The level (0-based, exclusive) whose use restarts this one; None means any higher one.
    restart: int | None = None


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level]
    # The counters belong to the abstract list: two lists drawn from it go on counting in one another.
    abstract: str
    starts: dict[int, int] = field(default_factory=dict)


def _number(value: str | None, default: int) -> int:
    try:
        return int(value) if value is not None else default
    except ValueError:
        return default


def _level(element: etree._Element) -> _Level:
    def value(name: str, default: str = "") -> str:
        found = child(element, name)
        return (attribute(found, "val") or "") if found is not None else default

    legal = child(element, "isLgl")
    restart = child(element, "lvlRestart")
    return _Level(
        start=_number(value("start", "1"), 1),
        # Word 2010 hides formats unknown to Word 2007 in w:numFmt/@w:format of an mc:Choice; the plain one is near.
        format=value("numFmt", "decimal"),
        text=value("lvlText"),
        suffix=value("suff", "tab"),
        legal=legal is not None and attribute(legal, "val") not in ("0", "false"),
        style=value("pStyle") or None,
        restart=_number(attribute(restart, "val"), 0) if restart is not None else None,
    )


class Numbering:
    """Counts through a document, paragraph by paragraph, in document order."""

    def __init__(self, numbering: etree._Element | None, styles: Mapping[str, etree._Element]) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        if numbering is not None:
            self._read(numbering)

    def _read(self, numbering: etree._Element) -> None:
        abstracts: dict[str, dict[int, _Level]] = {}
        links: dict[str, str] = {}
        styled: dict[str, str] = {}
        for abstract in children(numbering, "abstractNum"):
            identifier = attribute(abstract, "abstractNumId") or ""
            abstracts[identifier] = {
                _number(attribute(lvl, "ilvl"), 0): _level(lvl) for lvl in children(abstract, "lvl")
            }
            for name, table in (("numStyleLink", links), ("styleLink", styled)):
                link = child(abstract, name)
                if link is not None and (style := attribute(link, "val")):
                    table[identifier if table is links else style] = style if table is links else identifier
        for num in children(numbering, "num"):
            target = child(num, "abstractNumId")
            identifier = (attribute(target, "val") or "") if target is not None else ""
            identifier = styled.get(links.get(identifier, ""), identifier)
            entry = _List(dict(abstracts.get(identifier, {})), identifier)
            for override in children(num, "lvlOverride"):
                index = _number(attribute(override, "ilvl"), 0)
                start, replaced = child(override, "startOverride"), child(override, "lvl")
                if replaced is not None:
                    entry.levels[index] = _level(replaced)
                if start is not None:
                    entry.starts[index] = _number(attribute(start, "val"), 1)
            self._lists[attribute(num, "numId") or ""] = entry

    def _sources(self, properties: etree._Element | None, style: str | None) -> Iterator[etree._Element]:
        """The numPr elements that apply, the paragraph's own first, then those of its styles, nearest first."""
        if properties is not None and (own := child(properties, "numPr")) is not None:
            yield own
        for _ in range(_MAX_CHAIN):
            element = self._styles.get(style or "")
            if element is None:
                return
            own_properties = child(element, "pPr")
            if own_properties is not None and (own := child(own_properties, "numPr")) is not None:
                yield own
            based = child(element, "basedOn")
            style = attribute(based, "val") if based is not None else None

    def label(self, properties: etree._Element | None, style: str | None) -> str:
        """The number of the next paragraph with these w:pPr and style, with what stands between it and the text."""
        identifier: str | None = None
        index: int | None = None
        for source in self._sources(properties, style):
            for element in source:
                if local(element) == "numId" and identifier is None:
                    identifier = attribute(element, "val")
                elif local(element) == "ilvl" and index is None:
                    index = _number(attribute(element, "val"), 0)
            if identifier is not None:
                break
        entry = self._lists.get(identifier or "")
        if entry is None:  # Also numId 0, which takes a style's number away.
            return ""
        if index is None:
            index = next((i for i, level in entry.levels.items() if level.style and level.style == style), 0)
        level = entry.levels.get(index)
        if level is None or not 0 <= index < _LEVELS:
            return ""
        counters = self._counters.setdefault(entry.abstract, {})
        if identifier is not None and identifier not in self._begun:
            self._begun.add(identifier)
            for restarted, start in entry.starts.items():
                counters[restarted] = start - 1
        counters[index] = counters.get(index, entry.starts.get(index, level.start) - 1) + 1
        for deeper in [i for i in counters if i > index]:
            restart = entry.levels.get(deeper, _Level()).restart
            if restart is None or 0 < restart > index:
                del counters[deeper]
        return self._text(entry, level, counters)

    def _text(self, entry: _List, level: _Level, counters: Mapping[int, int]) -> str:
        if level.format == "bullet":
            # Bullets of symbol fonts are private-use characters that mean nothing outside their font.
            plain = level.text if len(level.text) == 1 and not "\ue000" <= level.text <= "\uf8ff" else _BULLET
            return plain + " " if level.text.strip() else ""
        label = level.text
        for i in range(_LEVELS):
            mark = f"%{i + 1}"
            if mark in label:
                shown = entry.levels.get(i, _Level())
                name = "decimal" if level.legal and shown.format != "none" else shown.format
                label = label.replace(mark, _FORMATS.get(name, str)(counters.get(i, shown.start)))
        if not label.strip() or level.suffix == "nothing" or label[-1] in _NO_GAP_AFTER:
            return label if label.strip() else ""
        return label if label[-1].isspace() else label + " "
