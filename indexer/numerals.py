"""Chinese numerals as Arabic ones: 六三一 -> 631, 一百二十三 -> 123, 二〇二五 -> 2025."""

import re

_DIGITS = {"〇": 0, "○": 0, "两": 2} | {digit: value for value, digit in enumerate("零一二三四五六七八九")}
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
    after_zero = False
    last_unit = last_large = 10**9
    for c in numeral:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None
            after_zero, digit = digit == 0, _DIGITS[c]
        elif c in _UNITS:
            unit = _UNITS[c]
            if unit >= last_unit or digit == 0 or (digit is None and not (unit == 10 and section % 100 == 0)):
                return None
            section += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
        else:
            large = _LARGE[c]
            section += digit or 0
            if large < last_large:  # 一亿二千万: each large unit takes the section before it.
                if section == 0:
                    return None
                total += section * large
            elif large > last_large and total < large:  # 三万亿, 二万三千亿: 亿 takes all that stands before it.
                total = (total + section) * large
            else:
                return None
            section, digit, last_unit, last_large = 0, None, 10**9, large
    # 一百五 and 一万五 are spoken short forms of 150 and 15000, written numerals say 零 where a place is empty.
    if digit and not after_zero and (last_unit in (100, 1000) or (total and section == 0)):
        return None
    return str(total + section + (digit or 0))
