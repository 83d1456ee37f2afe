"""What a question names exactly: numbers, years, quarters, sessions, places and organs, each in one form however written."""

import re
from dataclasses import dataclass
from typing import Any

import rjieba

from indexer.analyzer import analyze, normalise
from indexer.numerals import to_arabic
from indexer.proposals import PROPOSAL_NUMBER, session_of
from server.search.document_numbers import document_numbers_in

_NUMBER_AFTER = re.compile(
    r"(?:(?P<kind>建议|提案)|proposal|suggestion)\s*(?:第|no\.?|number|#)?\s*(?P<number>\d{2,6})(?!\d|年)"
)
_NUMBER_ALONE = re.compile(r"^第\s*(?P<number>\d{2,6})\s*号(?P<kind>建议|提案)?[？?。]?$")
# 0627提案: only with the zeros in front, by which it is no year.
_NUMBER_BEFORE = re.compile(r"(?<![\d.-])(?P<number>0\d{2,4})\s*(?P<kind>建议|提案)")
_CHINESE_NUMBER = re.compile(r"第([〇零一二两三四五六七八九十百千]+)号")
_SERIAL = re.compile(
    r"文号[为是]?\s*(?P<before>\d{1,5})\s*号|(?<![\d〔\]〕第])(?P<after>\d{1,5})\s*号(?:文|函|复函|答复函)"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,5}[区县]$")
# 区 and 县 that end a common noun, not a name.
_NO_PLACE = re.compile(
    r"(?:开发|高新|经开|新|园|社|市|地|景|片|城|郊|辖|各|全|本|库|山|自治|都|功能|保税|自贸|示范|试验)区$|区县$|[各全本某]县$"
)
# 24年一季度 and 59年底: a year of two digits beside a part of it; 24年来 is no year.
_SHORT_YEAR = re.compile(
    r"(?<![\d.第])(?P<year>\d\d)(?=年(?:度|底|末|初|全年|[上下]半年|前?[一二三四1-4]个?季度|(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?!来)))"
)
# Beyond the next ten years it is one of the last century.
_CENTURY = 36
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年|\b|[^\d])")
_QUARTER = re.compile(
    r"(?<!前)第?(?P<number>[一二三四1-4])季度|\bq(?P<short>[1-4])\b|(?P<word>first|second|third|fourth) quarter"
)
_QUARTER_WORDS = ("first", "second", "third", "fourth")
_CODE = re.compile(
    r"[\"“”‘’']?\s*(?P<code>\d{2,6}|\d+\+\d+|[〇零一二三四五六七八九]{3,6})\s*[\"“”‘’']?\s*"
    r"(?:工作)?(?:机制|mechanism|计划|工程|行动|体系|模式|policy)",
    re.IGNORECASE,
)
# An organ is asked for when something is said to be its work; one that is only mentioned is a word like others.
_ISSUES = r"(?:是?怎么|如何)?(?:答复|回复|函复|办理|印发|发布|出台|下发|主办|承办)(?!单位|部门|情况|结果)"
_ORGAN = re.compile(
    rf"(?:^|[^\u4e00-\u9fff]|年|日|季度)(?:请问|由)?(?P<organ>[\u4e00-\u9fff]{{1,20}}?(?:委员会|[委局厅署院]|办公室|办公厅|人民政府|政府))"
    rf"(?:在?\d{{4}}年?|在?去年|在?今年|都|已经|曾经)?{_ISSUES}"
)
# 这是哪个局, 有关部门的委员会: words around a kind of organ, not the name of one.
_NO_ORGAN = re.compile(r"[哪是的谁这那各何]|什么|有关|相关")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """What must be met exactly.

    Proposals (number without leading zeros, 建议 or 提案 if said), 文号, their serials, ``sessions`` (人大6.3, the third of
    the sixth; 6.3 where no body is named) and ``organs`` that issued something confine the answer to documents; ``years``,
    ``quarters`` (1 to 4), ``codes`` (the 631 of “631”机制) and ``places`` must occur in the evidence.
    """

    document_numbers: tuple[str, ...] = ()
    proposals: tuple[tuple[str, str | None], ...] = ()
    serials: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    organs: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    quarters: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def names_number(self) -> bool:
        """Whether a document, a proposal or a term is named by its number: those are matched exactly."""
        return bool(self.proposals or self.document_numbers or self.serials or self.codes)


def _proposals(plain: str) -> tuple[tuple[str, str | None], ...]:
    found = [*PROPOSAL_NUMBER.finditer(plain)]
    found = found or [
        *_NUMBER_AFTER.finditer(plain), *_NUMBER_BEFORE.finditer(plain), *_NUMBER_ALONE.finditer(plain)
    ]  # fmt: skip
    return tuple((match["number"].lstrip("0") or "0", match["kind"]) for match in found)


def _places(text: str) -> tuple[str, ...]:
    """Districts and counties that a question names. A name that the dictionary does not know comes as two words."""
    words = rjieba.cut(text)
    joined = [
        before + word if word in ("区", "县") else word for before, word in zip(["", *words], words, strict=False)
    ]
    return tuple(dict.fromkeys(word for word in joined if _PLACE.search(word) and not _NO_PLACE.search(word)))


def _quarters(plain: str) -> tuple[str, ...]:
    found = (
        to_arabic(m["number"]) or m["number"] if m["number"] else m["short"] or str(_QUARTER_WORDS.index(m["word"]) + 1)
        for m in _QUARTER.finditer(plain)
    )
    return tuple(dict.fromkeys(found))


def _organs(plain: str) -> tuple[str, ...]:
    found = (match["organ"] for match in _ORGAN.finditer(plain))
    return tuple(dict.fromkeys(organ for organ in found if not _NO_ORGAN.search(organ)))


def identifiers_in(text: str) -> dict[str, Any]:
    """The fields of ``Identifiers`` for a question."""
    # 第四百五十七号建议 is 第457号建议.
    plain = _CHINESE_NUMBER.sub(lambda match: f"第{to_arabic(match[1]) or match[1]}号", normalise(text))
    plain = _SHORT_YEAR.sub(lambda match: ("20" if int(match["year"]) < _CENTURY else "19") + match["year"], plain)
    numbers = document_numbers_in(plain)
    session = session_of(plain)
    return {
        "document_numbers": numbers,
        "proposals": _proposals(plain),
        "serials": ()
        if numbers
        else tuple((match["before"] or match["after"]).lstrip("0") for match in _SERIAL.finditer(plain)),
        "sessions": (session,) if session else (),
        "organs": _organs(plain),
        "years": tuple(dict.fromkeys(_YEAR.findall(plain))),
        "quarters": _quarters(plain),
        "codes": tuple(dict.fromkeys(analyze(match["code"] + "机制").words[0] for match in _CODE.finditer(plain))),
        "places": _places(plain),
    }
