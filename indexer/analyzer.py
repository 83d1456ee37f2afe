"""THE tokenizer: one for index time and query time.

Identifiers and numbers are recognised by rule before jieba sees the text, because jieba cuts 〔2025〕, 631机制 and
第一百二十三条 apart; they are emitted whole and in parts. Everything else goes to jieba's search mode. The second
field is character bigrams, which find what jieba cuts differently in two places.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import rjieba

from indexer.numerals import to_arabic

# Raise it when the same text would give other tokens: cached tokens of other versions are not used.
ANALYZER_VERSION = "3"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇"
_CN = "〇○零一二两三四五六七八九十百千"
_OPEN, _CLOSE = r"[〔\[(【]", r"[〕\])】]"
_VALUE, _MEASURE = rf"\d+|[{_CN}]{{1,12}}", "号|条|章|节|款|项|届|次|季度|批|期|版|页|名|位|部|编"
_NUMERAL = rf"[{_CN}]{{2,12}}(?=[年月日号条]|\W{{0,8}}(?:工作)?机制)"
_TOKEN = re.compile(
    rf"(?P<doc>{_OPEN}\s*(?P<year>(?:19|20)\d\d)\s*{_CLOSE}\s*第?\s*(?P<serial>\d{{1,5}})\s*号)"
    rf"|第\s*(?P<ordinal>{_VALUE})\s*(?P<measure>{_MEASURE})"
    rf"|(?P<number>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>%|‰|年|月|日|号|亿元|万元|万亿元|元|亿|万|户|个|项|家|条|人|次|倍|公里|亩|吨)?"
    rf"|(?P<numeral>{_NUMERAL})"
    r"|(?P<latin>[a-z]+\d[a-z\d]*|[a-z]+(?:['’-][a-z]+)*)"
    # Chinese characters up to the next number: 根据|第一百二十三条, 按照|六三一机制.
    rf"|(?P<han>(?:(?!第\s*(?:{_VALUE})\s*(?:{_MEASURE})|{_NUMERAL})[{_HAN}])+)"
)
# What stands before the 机关代字 of a 发文字号 in running text and in questions, up to the last such word.
_LEAD_IN = re.compile(
    r".*(?:请问|查询|查找|查一下|看一下|根据|按照|依据|依照|参照|遵照|关于|文号|字号|文件|印发|下发|转发|贯彻|落实|执行|收到|以及|[的为是见及])"
)
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_BRACKET = str.maketrans("［］【】", "[][]")
_ARABIC_PLUS = re.compile(r"(?<!\d)\d+(?:\+(?:\d+|[a-z]\b))+")


# Quoted coinages, “三攻坚一盘活”: one word as well as its parts, so that the index's own vocabulary is the list of them.
_QUOTED = re.compile(rf"[“\"「『‘]([{_HAN}\d+]{{2,12}})[”\"」』’]")
_COINABLE = re.compile(rf"[{_HAN}\d+]+")
_COINAGE_LENGTHS = range(3, 13)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two lexical fields of a text, in order, repetitions kept."""

    words: tuple[str, ...]
    bigrams: tuple[str, ...]


@cache
def _simplified() -> dict[int, str]:
    """Simplified characters by the code of a traditional one, from OpenCC's table of characters."""
    from opencc import OpenCC

    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    # One character a line: OpenCC would take neighbours for words.
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, converted, strict=True) if old != new and len(new) == 1}


def normalise(text: str) -> str:
    """What matching sees: NFKC, lower case, traditional characters as simplified ones. Never quoted."""
    return unicodedata.normalize("NFKC", text).lower().translate(_BRACKET).translate(_simplified())


def coinage(term: str) -> str:
    """The token that stands for a quoted coinage or a glossary head as a whole."""
    return f"“{term}”"


def possible_coinages(text: str) -> tuple[str, ...]:
    """Tokens of all the pieces of a text that the index may know as coinages, longest first."""
    runs = _COINABLE.findall(normalise(text))
    pieces = {run[i : i + n] for run in runs for n in _COINAGE_LENGTHS for i in range(len(run) - n + 1)}
    return tuple(coinage(piece) for piece in sorted(pieces, key=lambda piece: (-len(piece), piece)))


@lru_cache(maxsize=100_000)
def _cut(run: str) -> tuple[str, ...]:
    """Words of a run of Chinese characters, jieba's search mode: long words also in parts."""
    # The Rust port of jieba, same dictionary and tokens, starts in 0.1 s instead of 1 s and is ten times faster.
    return tuple(rjieba.cut_for_search(run))


def _plain_number(number: str) -> str:
    """1,900 -> 1900; 0457 -> 457; 3.90 stays: a figure's digits are part of what it says."""
    number = number.replace(",", "")
    return number if "." in number else number.lstrip("0") or "0"


def _organ(run: str) -> str:
    """The 机关代字 at the end of the Chinese characters before a 发文字号; empty when there is none."""
    lead_in = _LEAD_IN.match(run)
    organ = run[lead_in.end() :] if lead_in else run
    return organ[-10:] if len(organ) > 1 else ""


def _words_of(match: re.Match[str], before: str) -> list[str]:
    """The word tokens of one match, the whole identifier and its parts. ``before``: the run that ends where it starts."""
    if match["han"]:
        return list(_cut(match["han"]))
    if match["latin"]:
        return [match["latin"]]
    if match["doc"]:
        serial = _plain_number(match["serial"])
        year, organ = match["year"], _organ(before)
        tail = f"〔{year}〕{serial}号"
        return [*([organ + tail] if organ else []), tail, year, year + "年", serial, serial + "号"]
    if match["ordinal"]:
        value = _plain_number(to_arabic(match["ordinal"]) or match["ordinal"])
        return [f"第{value}{match['measure']}", value, f"{value}{match['measure']}"]
    if match["numeral"]:
        arabic = to_arabic(match["numeral"])
        return [arabic, *_cut(match["numeral"])] if arabic else list(_cut(match["numeral"]))
    number = _plain_number(match["number"])
    return [number + match["unit"], number] if match["unit"] else [number]


def analyze(text: str) -> Tokens:
    """Tokens of a text for both lexical fields. Pure: the same text always gives the same tokens."""
    text = normalise(text)
    words: list[str] = []
    bigrams: list[str] = []
    before = ""
    end = 0
    for match in _TOKEN.finditer(text):
        tokens = _words_of(match, before if match.start() == end else "")
        before, end = match["han"] or "", match.end()
        words.extend(tokens)
        surface = match.group()
        runs = _HAN_RUN.findall(surface)
        for run in runs:
            bigrams.extend(run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else bigrams.append(run)
        bigrams.extend(token for token in tokens if token[0].isascii() or token[0] == "第")
    # 1+5 and 33618 are names as much as numbers: the joined form is a token of its own.
    joined = _ARABIC_PLUS.findall(text)
    coined = [coinage(term) for term in _QUOTED.findall(text)]
    return Tokens(tuple(words + joined + coined), tuple(bigrams + joined))
