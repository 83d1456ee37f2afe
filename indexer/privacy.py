"""Personal mobile and identity numbers, found by their length and checksum rules, masked without moving any offset.

Office landlines, 文号, amounts, account numbers and names like “631” are none of these and stay as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from indexer.document import Chunk, Document

# Mainland mobile numbers: 11 digits, the second from 3 to 9; in one piece, as 3-4-4 or as 3-8, in any width.
_ONE, _HYPHEN, _GAP = "[1１]", r"[-\u2010-\u2015－]", r"(?:[ \u00a0\u3000]?[-\u2010-\u2015－.·][ \u00a0\u3000]?)"
_MOBILE = re.compile(
    rf"(?<![\d.])(?:(?:[+＋]|00|００)?(?:86|８６)[)）]?[- ]?)?"
    rf"(?P<number>{_ONE}[3-9３-９]\d(?:{_HYPHEN}?\d{{8}}|{_GAP}\d{{4}}{_GAP}\d{{4}}))(?!\d|\.\d)"
)
# Parted by spaces, unless the line is a row of figures.
_SPACE = "[ \u00a0\u3000]"
_SPACED_MOBILE = re.compile(
    rf"(?<![\d.])(?:(?:[+＋]|00|００)?(?:86|８６)[)）]?[- ]?)?"
    rf"(?P<number>{_ONE}[3-9３-９]\d(?:{_SPACE}|{_GAP})\d{{4}}(?:{_SPACE}|{_GAP})\d{{4}}|{_ONE}[3-9３-９]\d{_SPACE}\d{{8}})(?!\d|\.\d)"
)
_FIGURE_BEFORE, _FIGURE_AFTER = (
    re.compile(r"[\d.%％]{_SPACE}$".replace("{_SPACE}", _SPACE)),
    re.compile(rf"{_SPACE}[\d]"),
)
_PHONE_BEFORE = re.compile(
    r"(?:电\s*话|手\s*机|联\s*系|Tel|Mobile|Phone|微信|☎|[+＋]86|[（(][+＋]86[)）]|0086)[^\d\n]{0,12}$", re.IGNORECASE
)
# In one piece or as place, birth date and rest.
_IDENTITY = re.compile(r"(?<!\d)(?P<number>[1-9１-９]\d{5}(?P<gap>[- ]?)\d{8}(?P=gap)\d{3}[\dXxＸｘ])(?!\d)")
# Behind these words the birth date is enough: a mistyped check character makes a number no less personal.
_NAMED_IDENTITY = re.compile(
    r"(?:身份证|身份号码|证件号)(?:件)?(?:号码?)?[^\d\n]{0,6}\n?(?P<number>[1-9１-９]\d{14}(?:\d{2}[\dXxＸｘ])?)(?![\dXxＸｘ])"
)
# What follows a figure that happens to have eleven digits, on the same line; 项目经理 and 家庭住址 follow a mobile number.
_UNIT = re.compile(
    r"[ \u3000]?(?:[美港欧日]?元|万|亿|户(?!籍|主)|家(?!庭|属|长|里|住)|个(?!人)|人(?![事民大力])|项(?!目)|次(?!日)|股(?!东|长)|吨|亩|平方|立方|"
    r"公里|千瓦|%|％)"
)
# Kept in sight, so that a reader still knows what kind of number stood there.
_SHOWN = 3
# GB 11643-1999: weights of the first 17 digits, and the check character for each remainder modulo 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def _is_date(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= 2100
    except ValueError:
        return False


def is_identity_number(number: str) -> bool:
    """Whether 18 characters, with gaps or without, are an identity number: a birth date and the right check character."""
    number = re.sub(r"[- ]", "", number).upper().replace("Ｘ", "X")
    if len(number) != 18 or not number[:17].isdecimal() or not _is_date(number[6:14]):
        return False
    remainder = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False)) % 11
    return number[17] == _CHECK[remainder]


_FIGURE = re.compile(r"\d")


def _is_spaced_mobile(text: str, match: re.Match[str], last_end: int) -> bool:
    """Whether figures parted by spaces are a mobile number, not cells of a table: 138 1234 5678.

    ``last_end`` is where the last such number ended, which may stand directly before this one.
    """
    start, end = match.span("number")
    if _PHONE_BEFORE.search(text, max(0, start - 24), start):
        return True
    if len(re.findall(r"\d+", match["number"])) < 3:
        return False
    after = _FIGURE_AFTER.match(text, end)
    return (start == last_end + 1 or not _FIGURE_BEFORE.search(text, max(0, start - 2), start)) and not (
        after and not _SPACED_MOBILE.match(text, after.end() - 1)
    )


def personal_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the personal mobile and identity numbers in a text."""
    for match in _MOBILE.finditer(text):
        if not _UNIT.match(text, match.end()):
            yield match.span("number")
    last_end = -2
    for match in _SPACED_MOBILE.finditer(text):
        spaced = re.search(rf"\d{_SPACE}\d", match["number"])
        if spaced and not _UNIT.match(text, match.end()) and _is_spaced_mobile(text, match, last_end):
            yield match.span("number")
            last_end = match.end()
    for match in _IDENTITY.finditer(text):
        if is_identity_number(match["number"]):
            yield match.span("number")
    for match in _NAMED_IDENTITY.finditer(text):
        number = match["number"]
        if _is_date(number[6:14] if len(number) == 18 else "19" + number[6:12]):
            yield match.span("number")


def mask(text: str) -> str:
    """The text with each personal number's digits, but the first three, as ``*``; its length stays the same."""
    # Most of what is masked is a title without any figure.
    spans = list(personal_numbers(text)) if _FIGURE.search(text) else []
    if not spans:
        return text
    out = list(text)
    for start, end in spans:
        out[start + _SHOWN : end] = ["*" if c.isalnum() else c for c in text[start + _SHOWN : end]]
    return "".join(out)


def masked(document: Document) -> Document:
    """A document as it may leave the service. Every span stays valid: masking moves nothing."""
    text = mask(document.text)

    def same(value: str, start: int | None, end: int | None) -> str:
        # What shows that digits are an identity number may stand in the text around the value.
        return text[start:end] if start is not None and document.text[start:end] == value else mask(value)

    metadata = {name: replace(f, value=same(f.value, f.start, f.end)) for name, f in document.metadata.items()}
    headings = tuple(replace(h, title=same(h.title, h.start, h.end)) for h in document.headings)
    source, title = mask(document.source), mask(document.title)
    return replace(document, text=text, source=source, title=title, metadata=metadata, headings=headings)


def masked_chunk(chunk: Chunk) -> Chunk:
    """A chunk as it may leave the service: its section path and its term quote the text too."""
    return replace(
        chunk, section=tuple(mask(title) for title in chunk.section), term=mask(chunk.term) if chunk.term else None
    )
