"""The 发文字号 of a question, whatever stands before them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.search.document_numbers import document_numbers_in, leads_in

LEAD_INS = (
    "", "请问", "帮我查一下", "能不能帮我看看", "我想问下", "在", "关于", "根据", "小李转给我的那张", "麻烦看看", "文件里提到的", "手上有",
)  # fmt: skip


@pytest.mark.parametrize("lead", LEAD_INS)
@pytest.mark.parametrize("organ", ["清水函", "清数据函", "从府发", "张政办发", "和政办发", "清国资产权函"])
def test_what_stands_before_is_no_part_of_a_number(lead: str, organ: str) -> None:
    assert document_numbers_in(f"{lead}{organ}〔2025〕7号是谁签发的") == (f"{organ}〔2025〕7号",)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("清水函[2025]第007号", ("清水函〔2025〕7号",)),
        ("清水函（２０２５）７号", ("清水函〔2025〕7号",)),
        ("清水函〔2025〕7号和清教函〔2025〕8号", ("清水函〔2025〕7号", "清教函〔2025〕8号")),
        ("〔2025〕7号文讲什么", ("〔2025〕7号",)),
        ("请问〔2025〕7号文讲什么", ("〔2025〕7号",)),
        ("第0457号建议", ()),
        ("2025年7号线", ()),
        ("清河(2025)7号线", ()),
    ],
)
def test_numbers_in_one_form(question: str, numbers: tuple[str, ...]) -> None:
    assert document_numbers_in(question) == numbers


@given(st.text(alphabet="清水渝国资函发〔〕[]()20254号第的请问在 \n", max_size=40))
def test_any_text_has_numbers_in_one_form_or_none(text: str) -> None:
    for number in document_numbers_in(text):
        assert document_numbers_in(number) == (number,)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("", True), ("市水务局", True), ("同事发来", True), ("领导转发", True), ("那份", True), ("手头", True), ("听说", True), ("有个", True),
        # What may begin a 机关代字 makes it another one.
        ("清", False), ("清河", False), ("国", False), ("办", False), ("广东省", False), ("张", False), ("由", False),
    ],
)  # fmt: skip
def test_what_leads_to_a_known_number(lead: str, expected: bool) -> None:
    assert leads_in(lead, "水函〔2025〕7号") is expected


def test_a_single_character_before_a_province_leads_on() -> None:
    assert leads_in("由", "渝水函〔2025〕7号")
    assert not leads_in("国", "渝水函〔2025〕7号")
