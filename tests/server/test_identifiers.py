"""Sessions, quarters and organs that a question names; numbers, years, codes and places are in test_query.py."""

from collections.abc import Callable

import pytest

from server.assistant import Assistant
from server.search.query import understand_query


@pytest.mark.parametrize(
    ("question", "sessions"),
    [
        ("市六届人大三次会议提了什么建议", ("人大6.3",)),
        ("第六届人民代表大会第三次会议的建议", ("人大6.3",)),
        ("６届人大３次会议", ("人大6.3",)),
        ("政协第六届清河市委员会第三次会议的提案", ("政协6.3",)),
        ("市政协六届三次会议", ("政协6.3",)),
        ("六届三次会议的建议", ("6.3",)),
        ("十四届全国人大二次会议", ("人大14.2",)),
        ("第三次会议", ()),
        ("六届三中全会", ()),
    ],
)
def test_sessions(question: str, sessions: tuple[str, ...]) -> None:
    assert understand_query(question).sessions == sessions


@pytest.mark.parametrize(
    ("question", "proposals"),
    [
        ("0627提案的提出者", (("627", "提案"),)),
        ("0457建议采纳了吗", (("457", "建议"),)),
        # A year is no number of a proposal.
        ("2025提案有多少件", ()),
        ("2025-0627提案", ()),
    ],
)
def test_numbers_of_proposals_without_their_marks(question: str, proposals: tuple[tuple[str, str], ...]) -> None:
    assert understand_query(question).proposals == proposals


@pytest.mark.parametrize(
    ("question", "quarters"),
    [
        ("2025年一季度营收", ("1",)),
        ("第二季度和第3季度", ("2", "3")),
        ("4季度的利润", ("4",)),
        ("前三季度的利润", ()),
        ("Profit in Q1 of 2025", ("1",)),
        ("Profit of the third quarter", ("3",)),
        ("a quarter of the firms", ()),
    ],
)
def test_quarters(question: str, quarters: tuple[str, ...]) -> None:
    assert understand_query(question).quarters == quarters


@pytest.mark.parametrize(
    ("question", "organs"),
    [
        ("市国资委答复了哪些建议", ("市国资委",)),
        ("清河市国有资产监督管理委员会印发的文件", ("清河市国有资产监督管理委员会",)),
        ("请问市财政局2024年发布的通知", ("市财政局",)),
        ("由教委承办的提案", ("教委",)),
        ("经信委印发的文件", ("经信委",)),
        ("国资委怎么答复第0457号建议", ("国资委",)),
        ("这份建议是哪个局答复的", ()),
        ("建议的办理单位是谁", ()),
        ("市国资委有多少户企业", ()),
    ],
)
def test_organs_that_issued_something(question: str, organs: tuple[str, ...]) -> None:
    assert understand_query(question).organs == organs


def test_a_question_about_another_quarter_is_refused_by_name(index_of: Callable[..., Assistant]) -> None:
    assistant = index_of(
        a="清河市经济运行情况\n\n2025年一季度，全市工业增加值增长6.1%。\n\n前三季度，全市工业增加值增长5.8%。\n"
    )
    assert "6.1%" in assistant.ask("2025年第1季度全市工业增加值增长多少").answer
    refused = assistant.ask("2025年三季度全市工业增加值增长多少")
    assert not refused.answered
    assert "三季度" in refused.answer


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("24年一季度盘活了多少资产", ("2024",)),
        ("59年底农村办了多少个食堂", ("1959",)),
        ("到25年3月完成多少", ("2025",)),
        ("24年来完成了多少", ()),
        ("实施了15年之久的办法", ()),
        ("第24年度计划", ()),
        ("2024年一季度和25年一季度", ("2024", "2025")),
    ],
)
def test_years_of_two_digits_beside_a_part_of_them(question: str, years: tuple[str, ...]) -> None:
    assert understand_query(question).years == years
