"""Pinyin without tones: spellings of names, and what letters may be read as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.search.pinyin import characters_of, spellings_of, syllables_of


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("清泉", {"qingquan"}),
        # A character may have two readings, and ü three spellings.
        ("曾", {"zeng", "ceng"}),
        ("吕", {"lv", "lu", "lyu"}),
        ("吕清", {"lvqing", "luqing", "lyuqing"}),
    ],
)
def test_spellings(name: str, spelled: set[str]) -> None:
    assert spelled <= spellings_of(name)
    assert all(one.isascii() for one in spellings_of(name))


@pytest.mark.parametrize("name", ["Li", "李 四", ""])
def test_what_is_not_all_chinese_has_no_pinyin(name: str) -> None:
    assert spellings_of(name) == frozenset()


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("xian", {("xian",), ("xi", "an")}),
        ("dadukou", {("da", "du", "kou")}),
        ("lyu", {("lyu",)}),
        ("proposal", set()),
        ("who", set()),
    ],
)
def test_syllables(word: str, ways: set[tuple[str, ...]]) -> None:
    assert set(syllables_of(word)) == ways


def test_characters_of_a_syllable() -> None:
    assert {"清", "庆", "青"} <= set(characters_of("qing"))
    assert "清" not in characters_of("qin")
    assert characters_of("reply") == ()


@given(st.text(alphabet="王张清泉国渝河重庆", min_size=1, max_size=4))
def test_a_name_can_be_read_from_its_spelling(name: str) -> None:
    for spelled in spellings_of(name):
        ways = [way for way in syllables_of(spelled) if len(way) == len(name)]
        assert any(all(c in characters_of(said) for c, said in zip(name, way, strict=True)) for way in ways)
