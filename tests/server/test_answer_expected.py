"""What a question expects, and where a sentence has such a thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analyzer import normalise
from server.answer.expected import candidates, expected_answer, in_unit, own_name, points_back
from server.search.query import understand_query


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("全市共有多少户企业", "number"), ("哪一年成立的", "date"), ("什么时候建成", "date"), ("局长是谁", "person"),
        ("工厂位于哪个城市", "place"), ("由哪家公司承建", "organ"), ("为什么推迟", "reason"), ("如何申请", "way"),
        ("这部法律叫什么名字", "name"), ("供水的难处", "open"), ("When was it built?", "date"), ("How many people work there?", "number"),
        ("什么是供水保证率", "definition"),
    ],
)  # fmt: skip
def test_kinds(question: str, kind: str) -> None:
    assert expected_answer(understand_query(question)).kind == kind


@pytest.mark.parametrize(
    ("question", "text", "fits"),
    [
        ("建成多少户", "建成住房35户", True), ("建成多少户", "投入35亿元", False), ("投入多少亿元", "投入35亿元", True),
        ("占比是多少", "占54.1%", True), ("占比是多少", "共54个", False), ("水库有多高", "坝高120米", True),
        ("35户是哪一类，共多少户", "这35户", False),
    ],
)  # fmt: skip
def test_units(question: str, text: str, fits: bool) -> None:
    assert in_unit(expected_answer(understand_query(question)), normalise(text)) is fits


def test_what_the_question_says_itself_is_no_candidate() -> None:
    expected = expected_answer(understand_query("2024年之后的哪一年完工"))
    text = "2024年开工，2026年完工"
    assert [text[start:end] for start, end in candidates(expected, text)] == ["2026年"]


def test_a_name_of_its_own() -> None:
    expected = expected_answer(understand_query("他毕业于哪一所大学"))
    assert expected.head == "大学"
    assert own_name(expected, "他毕业于江城大学。") == 1.0
    assert own_name(expected, "他从这所大学毕业。") < 0
    assert own_name(expected, "他毕业了。") == 0.0


def test_what_points_back() -> None:
    assert points_back("该项目已完工。")
    assert not points_back("水库已完工。")


@given(question=st.text(max_size=30), text=st.text(max_size=60))
def test_spans_lie_in_the_sentence(question: str, text: str) -> None:
    expected = expected_answer(understand_query(question))
    plain = normalise(text)
    for start, end in candidates(expected, plain):
        assert 0 <= start <= end <= len(plain)
