"""THE tokenizer: one for index time and query time.

Identifiers and numbers are recognised by rule before jieba sees the text, because jieba cuts 〔2025〕, 631机制 and
第一百二十三条 apart; they are emitted whole and in parts. Everything else goes to jieba's search mode. The second
field is character bigrams, which find what jieba cuts differently in two places.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import rjieba

from indexer.numerals import to_arabic

# Raise it when the same text would give other tokens: cached tokens of other versions are not used.
ANALYZER_VERSION = "1"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇"
_CN = "〇○零一二两三四五六七八九十百千"
_OPEN, _CLOSE = r"[〔\[(【]", r"[〕\])】]"
_TOKEN = re.compile(
    rf"(?P<doc>(?P<organ>[{_HAN}]{{2,10}}?){_OPEN}\s*(?P<year>(?:19|20)\d\d)\s*{_CLOSE}\s*第?\s*(?P<serial>\d{{1,5}})\s*号)"
    rf"|第\s*(?P<ordinal>\d+|[{_CN}]+)\s*(?P<measure>号|条|章|节|款|项|届|次|季度|批|期|版|页|名|位|部|编)"
    rf"|(?P<number>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>%|‰|年|月|日|号|亿元|万元|万亿元|元|亿|万|户|个|项|家|条|人|次|倍|公里|亩|吨)?"
    rf"|(?P<numeral>[{_CN}]{{2,}})(?=[年月日号条]|\W*(?:工作)?机制)"
    r"|(?P<latin>[a-z]+(?:['’-][a-z]+)*|[a-z]+\d[a-z\d]*)"
    rf"|(?P<han>[{_HAN}]+)"
)
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_BRACKET = str.maketrans("［］【】", "[][]")
_ARABIC_PLUS = re.compile(r"\d+(?:\+(?:\d+|[a-z]\b))+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two lexical fields of a text, in order, repetitions kept."""

    words: tuple[str, ...]
    bigrams: tuple[str, ...]


def normalise(text: str) -> str:
    """What matching sees: NFKC, lower case. Never quoted."""
    return unicodedata.normalize("NFKC", text).lower().translate(_BRACKET)


@lru_cache(maxsize=100_000)
def _cut(run: str) -> tuple[str, ...]:
    """Words of a run of Chinese characters, jieba's search mode: long words also in parts."""
    # The Rust port of jieba, same dictionary and tokens, starts in 0.1 s instead of 1 s and is ten times faster.
    return tuple(rjieba.cut_for_search(run))


def _plain_number(number: str) -> str:
    """1,900 -> 1900; 0457 -> 457; 3.90 stays: a figure's digits are part of what it says."""
    number = number.replace(",", "")
    return number if "." in number else number.lstrip("0") or "0"


def _words_of(match: re.Match[str]) -> list[str]:
    """The word tokens of one match: the whole identifier and its parts."""
    if match["han"]:
        return list(_cut(match["han"]))
    if match["latin"]:
        return [match["latin"]]
    if match["doc"]:
        serial = _plain_number(match["serial"])
        whole = f"{match['organ']}〔{match['year']}〕{serial}号"
        tail = f"〔{match['year']}〕{serial}号"
        return [whole, tail, *_cut(match["organ"]), match["year"], match["year"] + "年", serial, serial + "号"]
    if match["ordinal"]:
        value = to_arabic(match["ordinal"]) or _plain_number(match["ordinal"])
        value = _plain_number(value)
        return [f"第{value}{match['measure']}", value, f"{value}{match['measure']}"]
    if match["numeral"]:
        value = to_arabic(match["numeral"])
        return [value, *_cut(match["numeral"])] if value else list(_cut(match["numeral"]))
    number = _plain_number(match["number"])
    return [number + match["unit"], number] if match["unit"] else [number]


def analyze(text: str) -> Tokens:
    """Tokens of a text for both lexical fields. Pure: the same text always gives the same tokens."""
    text = normalise(text)
    words: list[str] = []
    bigrams: list[str] = []
    for match in _TOKEN.finditer(text):
        tokens = _words_of(match)
        words.extend(tokens)
        surface = match.group()
        runs = _HAN_RUN.findall(surface)
        for run in runs:
            bigrams.extend(run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else bigrams.append(run)
        bigrams.extend(token for token in tokens if token[0].isascii() or token[0] == "第")
    # 1+5 and 33618 are names as much as numbers: the joined form is a token of its own.
    joined = _ARABIC_PLUS.findall(text)
    return Tokens(tuple(words + joined), tuple(bigrams + joined))
