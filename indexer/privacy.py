"""Personal mobile and identity numbers, found by their length and checksum rules, masked without moving any offset.

Office landlines, 文号, amounts, account numbers and names like “631” are none of these and stay as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from indexer.document import Chunk, Document

# Mainland mobile numbers: 11 digits, the second from 3 to 9; written in one piece or as 3-4-4.
_MOBILE = re.compile(
    r"(?<![\d.])(?:(?:\+|00)86[- ]?)?(?P<number>1[3-9]\d(?P<gap>[-\u2010-\u2015－\u00a0\u3000 ]?)\d{4}(?P=gap)\d{4})(?!\d|\.\d)"
)
# In one piece or as place, birth date and rest.
_IDENTITY = re.compile(r"(?<!\d)(?P<number>[1-9]\d{5}(?P<gap>[- ]?)\d{8}(?P=gap)\d{3}[\dXxＸｘ])(?!\d)")
_OLD_IDENTITY = re.compile(r"身份证(?:号码?)?[^\d]{0,6}(?P<number>[1-9]\d{14})(?!\d)")
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


def personal_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the personal mobile and identity numbers in a text."""
    for match in _MOBILE.finditer(text):
        if not _UNIT.match(text, match.end()):
            yield match.span("number")
    for match in _IDENTITY.finditer(text):
        if is_identity_number(match["number"]):
            yield match.span("number")
    for match in _OLD_IDENTITY.finditer(text):
        if _is_date("19" + match["number"][6:12]):
            yield match.span("number")


def mask(text: str) -> str:
    """The text with each personal number's digits, but the first three, as ``*``; its length stays the same."""
    out = list(text)
    for start, end in personal_numbers(text):
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
