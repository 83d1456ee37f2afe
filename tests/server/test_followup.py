"""Follow-up questions made whole by rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.search.followup import Turn, standalone_question

ASSETS = "2023年末青山区国有企业资产总额是多少？"
PROPOSAL = "第0123号建议是谁提出的？"


def whole(question: str, *earlier: str) -> str | None:
    """The question made whole after earlier ones, each answered with nothing of interest."""
    turns = [turn for asked in earlier for turn in (Turn("user", asked), Turn("assistant", "见引文。"))]
    return standalone_question(question, turns)


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        (ASSETS, "那2024年呢？", "2024年末青山区国有企业资产总额是多少？"),
        (ASSETS, "2024年底呢", "2024年底青山区国有企业资产总额是多少？"),
        (ASSETS, "那白水县呢", "2023年末白水县国有企业资产总额是多少？"),
        ("青山区负债率是多少", "那2022年呢", "2022年青山区负债率是多少"),
        ("2025年一季度盘活资产多少亿元", "二季度呢", "2025年二季度盘活资产多少亿元"),
        (PROPOSAL, "那0456号提案呢？", "0456号提案是谁提出的？"),
        (PROPOSAL, "它的文号是什么？", "第0123号建议的文号是什么？"),
        (PROPOSAL, "该建议采纳了吗", "第0123号建议采纳了吗"),
        (PROPOSAL, "文号是什么", "第0123号建议的文号是什么"),
        ("什么是852机制", "它要求提前几天排水？", "852机制要求提前几天排水？"),
        ("“三清两建”行动是什么", "这项行动由谁负责", "“三清两建”行动由谁负责"),
        ("What were the total assets in 2023?", "what about 2024?", "What were the total assets in 2024?"),
        ("What is the debt ratio?", "And in 2022?", "What is the debt ratio in 2022?"),
        ("Who submitted proposal 0123?", "What is its document number?", "What is proposal 0123's document number?"),
    ],
)
def test_a_follow_up_takes_what_it_lacks_from_the_question_before(earlier: str, question: str, expected: str) -> None:
    assert whole(question, earlier) == expected


def test_another_thing_of_the_same_time_and_place() -> None:
    made = whole("那负债总额呢？", ASSETS)
    assert made is not None
    for part in ("2023年", "青山区", "负债总额", "是多少"):
        assert part in made
    assert "资产总额" not in made


def test_a_follow_up_of_a_follow_up() -> None:
    assert whole("那白水县呢？", ASSETS, "那2024年呢？") == "2024年末白水县国有企业资产总额是多少？"


def test_what_only_the_answer_named() -> None:
    turns = [Turn("user", "你好"), Turn("assistant", "可参见《青山区供水方案》[1]。")]
    assert standalone_question("它的文号是什么", turns) == "《青山区供水方案》的文号是什么"


@pytest.mark.parametrize(
    "question",
    ["什么是631机制", "其中哪些是重点领域", "其他区县的情况怎么样", "第0456号提案的文号是什么", "青山区2024年的资产总额是多少",
     "what is the 631 mechanism", "你好"],
)  # fmt: skip
def test_a_question_that_stands_by_itself_stays(question: str) -> None:
    assert whole(question, "什么是852机制") is None
    assert standalone_question(question, []) is None


def test_without_a_conversation_nothing_is_made_up() -> None:
    for question in ("那2024年呢？", "它的文号是什么？", "what about 2024?"):
        assert standalone_question(question, []) is None
        assert standalone_question(question, [Turn("assistant", "您好")]) is None


@given(
    question=st.text(max_size=60),
    turns=st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=80)), max_size=8),
)
def test_any_conversation_at_all(question: str, turns: list[Turn]) -> None:
    made = standalone_question(question, turns)
    assert made is None or made.strip()
    assert standalone_question(question, turns) == made
