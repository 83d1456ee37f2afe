"""Chinese numerals as Arabic ones: 六三一 -> 631, 一百二十三 -> 123, 二〇二五 -> 2025."""

import re

_DIGITS = {"〇": 0, "○": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
NUMERAL = re.compile("[〇○零一二两三四五六七八九十百千万亿]{2,}|[一二两三四五六七八九十]")


def to_arabic(numeral: str) -> str | None:
    """The value of a Chinese numeral in Arabic digits, or None when the string is not a well-formed numeral.

    A string of digits alone is read digit by digit (六三一 is 631); one with units by value (十二 is 12).
    """
    if not numeral or any(c not in _DIGITS and c not in _UNITS and c not in _LARGE for c in numeral):
        return None
    if all(c in _DIGITS for c in numeral):
        return "".join(str(_DIGITS[c]) for c in numeral)
    total = section = 0
    digit: int | None = None
    last_unit = 10**9
    for c in numeral:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[c]
        elif c in _UNITS:
            unit = _UNITS[c]
            if unit >= last_unit or (digit is None and not (unit == 10 and section % 100 == 0)):
                return None
            section += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
        else:
            if section + (digit or 0) == 0:
                return None
            total = (total + section + (digit or 0)) * _LARGE[c]
            section, digit, last_unit = 0, None, 10**9
    return str(total + section + (digit or 0))
