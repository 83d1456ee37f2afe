"""What is to be done next: the section or paragraph of a document that says so, item by item."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import Document, SourceDocument
from indexer.encoders import Encoder
from indexer.reading import understand
from server.answer.outcome import compose_outcomes
from server.answer.plans import asks_next, pieces_of_plan, plans_of, subject_of
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.support import MAX_ANSWER, built

_LETTER = (
    "青溪市水务局\n\n青水函〔{year}〕1{n}号\n\n关于市六届人大{session}次会议第0120号建议的答复函\n\n甲代表：\n\n"
    "您提出的《关于{what}的建议》（第0120号）收悉，现答复如下：\n\n一、已做的工作\n\n已{what}{n}处，完成投资{n}00万元。\n\n"
    "二、下一步打算\n\n下一步，我们将做好三项工作。一是{plan}，在年底前完成。二是加强管护，落实经费。三是公开进度，接受监督。\n\n"
    "此复。\n\n青溪市水务局\n\n{year}年5月6日\n"
)
FIRST = _LETTER.format(year=2024, n=3, session="二", what="修缮桥梁", plan="加固桥墩")
SECOND = _LETTER.format(year=2025, n=4, session="三", what="拓宽道路", plan="征收沿线房屋")
REPORT = (
    "白鹭区湿地保护报告\n\n一、保护情况\n\n2023年，完成湿地修复12亩，引导群众参与巡护。\n\n三、下一步工作安排\n\n"
    "（一）扩大修复范围。再修复湿地30亩，恢复水系连通。\n\n（二）健全巡护制度。每月巡护两次，公布结果。\n\n附件：说明\n"
)
FILES = {"a.txt": FIRST, "b.txt": SECOND, "湿地.txt": REPORT}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("plans"), encoder, FILES)


def _read(text: str) -> Document:
    return understand("a.txt", SourceDocument(text))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("下一步打算怎么保护湿地", ["（一）扩大修复范围。", "（二）健全巡护制度。"]),
        ("白鹭区接下来有什么措施保护湿地", ["（一）扩大修复范围。", "（二）健全巡护制度。"]),
        ("下一步怎么修缮桥梁", ["一是加固桥墩", "二是加强管护", "三是公开进度"]),
        ("市六届人大三次会议第0120号建议下一步打算怎么做", ["一是征收沿线房屋", "三是公开进度"]),
    ],
)
def test_the_items_of_the_plan_are_cited(city: Assistant, question: str, said: list[str]) -> None:
    answer = city.ask(question)
    assert answer.answered, answer.answer
    assert len(answer.answer) <= MAX_ANSWER
    assert all(item in answer.answer for item in said), answer.answer
    assert len({citation.source for citation in answer.citations}) == 1
    assert all(any(item in citation.quote for citation in answer.citations) for item in said)


def test_without_a_subject_each_document_is_named(city: Assistant) -> None:
    answer = city.ask("接下来要做什么")
    assert answer.answered
    assert len(answer.answer) <= MAX_ANSWER
    assert answer.answer.count("《") == len({citation.source for citation in answer.citations}) > 1


@pytest.mark.parametrize("question", ["下一步如何建设机场", "黑石区下一步怎么保护湿地", "接下来怎么养猪"])
def test_a_plan_for_something_else_is_none(city: Assistant, question: str) -> None:
    answer = city.ask(question)
    assert not answer.answered, answer.answer


@pytest.mark.parametrize(
    ("question", "asks", "subject"),
    [
        ("下一步打算怎么盘活国有资产", True, "盘活国有资产"),
        ("接下来要做什么", True, ""),
        ("第0120号建议下一步打算怎么做", True, ""),
        ("下一步什么时候完成", False, ""),
        ("下一步要建多少座桥", False, ""),
        ("今年做了什么", False, ""),
    ],
)
def test_which_questions_ask_for_a_plan(question: str, asks: bool, subject: str) -> None:
    query = understand_query(question)
    assert asks_next(query) is asks
    if asks:
        assert subject_of(query) == subject


def test_a_plan_ends_where_the_letter_closes_or_the_paragraph_ends() -> None:
    (plan,) = plans_of(_read(FIRST))
    assert FIRST[plan.start : plan.end].strip().endswith("接受监督。")
    assert len(plan.items) == 3
    text = "桥梁情况\n\n桥梁共有9座。\n\n接下来，全区将修缮2座。\n\n路灯已全部更换。\n"
    (paragraph,) = plans_of(_read(text))
    assert text[paragraph.start : paragraph.end].strip() == "接下来，全区将修缮2座。"
    assert plans_of(_read("桥梁情况\n\n桥梁共有9座。\n")) == []


@pytest.mark.parametrize("room", [30, 60, 90, 400])
def test_pieces_begin_at_the_items_and_fit(room: int) -> None:
    (plan,) = plans_of(_read(REPORT))
    pieces = [REPORT[start:end] for start, end in pieces_of_plan(plan, REPORT, room)]
    assert [piece[:3] for piece in pieces] == ["（一）", "（二）"]
    assert sum(map(len, pieces)) <= max(room, 30)


def test_two_letters_of_one_number_are_told_apart() -> None:
    first, second = _read(FIRST), understand("b.txt", SourceDocument(SECOND))
    text, citations = compose_outcomes(understand_query("第0120号建议承诺了什么"), [first, second])
    assert len(text) <= MAX_ANSWER
    assert text.index("二次会议") < text.index("加固桥墩") < text.index("三次会议") < text.index("征收沿线房屋")
    assert [citation.n for citation in citations] == list(range(1, len(citations) + 1))
    assert {citation.source for citation in citations} == {"a.txt", "b.txt"}
    assert all(f"[{citation.n}]" in text for citation in citations)


def test_the_year_says_which_letter_is_meant() -> None:
    first, second = _read(FIRST), understand("b.txt", SourceDocument(SECOND))
    text, citations = compose_outcomes(understand_query("2025年第0120号建议承诺了什么"), [first, second])
    assert "征收沿线房屋" in text
    assert {citation.source for citation in citations} == {"b.txt"}


def test_copies_of_a_letter_are_shown_once() -> None:
    copies = [_read(FIRST), understand("c.txt", SourceDocument(FIRST))]
    text, citations = compose_outcomes(understand_query("第0120号建议承诺了什么"), copies)
    assert text.count("加固桥墩") == 1
    assert {citation.source for citation in citations} == {"a.txt"}


def test_the_assistant_answers_from_each_letter(city: Assistant) -> None:
    answer = city.ask("第0120号建议承诺了什么？")
    assert answer.answered, answer.answer
    assert {citation.source for citation in answer.citations} == {"a.txt", "b.txt"}


@given(st.text(alphabet="下一步接来，。；：一二三是（）\n 今后甲乙", max_size=200), st.integers(0, 400))
def test_pieces_of_any_text_lie_within_it_in_order(text: str, room: int) -> None:
    document = Document("0" * 16, "a.txt", "题", text)
    for plan in plans_of(document):
        assert 0 <= plan.start < plan.end <= len(text)
        pieces = list(pieces_of_plan(plan, text, room))
        assert pieces
        assert all(plan.start <= start < end <= plan.end for start, end in pieces)
        assert all(before[1] <= after[0] for before, after in pairwise(pieces))
