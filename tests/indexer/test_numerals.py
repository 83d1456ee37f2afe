import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.numerals import to_arabic

_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A whole number below a hundred million as official documents write it."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        if low == 0:
            return chinese(high) + "万"
        return chinese(high) + "万" + ("零" if low < 1000 else "") + chinese(low).removeprefix("零")
    written, zero = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            written += ("零" if zero else "") + _DIGITS[digit] + unit
            zero = False
        else:
            zero = bool(written)
    return written or "零"


def test_the_writer_below_is_right() -> None:
    samples = {
        0: "零",
        7: "七",
        10: "一十",
        15: "一十五",
        105: "一百零五",
        110: "一百一十",
        2003: "二千零三",
        10_050: "一万零五十",
    }
    assert {number: chinese(number) for number in samples} == samples
    assert chinese(120_003_4) == "一百二十万零三十四"


def test_every_number_below_a_hundred_thousand_is_read_back() -> None:
    assert [number for number in range(100_000) if to_arabic(chinese(number)) != str(number)] == []


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("六三一", "631"),
        ("二〇二五", "2025"),
        ("二○二五", "2025"),
        ("〇四五七", "0457"),
        ("十", "10"),
        ("十二", "12"),
        ("一百二十三", "123"),
        ("一百十", "110"),
        ("两千", "2000"),
        ("十万八千", "108000"),
        ("一亿二千万", "120000000"),
        ("一亿零五", "100000005"),
        ("三万亿", "3000000000000"),
        ("二万三千亿五千万", "2300050000000"),
    ],
)
def test_numerals(numeral: str, value: str) -> None:
    assert to_arabic(numeral) == value


@pytest.mark.parametrize(
    "numeral",
    [
        "",
        "百",
        "万",
        "万一",
        "二三十",
        "十十",
        "百二十",
        "十百",
        "零十",
        "一万亿亿",
        "一万二万",
        "机制",
        "12",
        "三攻",
        "一百五",
        "一万五",
    ],
)
def test_what_is_no_written_numeral_has_no_value(numeral: str) -> None:
    assert to_arabic(numeral) is None


@given(st.text(alphabet="〇○零一二两三四五六七八九十百千万亿", max_size=30))
def test_any_string_of_numerals_is_a_number_or_none(numeral: str) -> None:
    value = to_arabic(numeral)
    assert value is None or value.isdecimal()


def test_long_strings_of_numerals_are_read_or_refused() -> None:
    assert to_arabic("一" * 9000) == "1" * 9000
    assert to_arabic("一亿一万" * 3000) is None
