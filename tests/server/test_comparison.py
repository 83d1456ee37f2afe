"""Comparisons and conflicts: each side with its own value, document and citation."""

import pytest

from indexer.encoders import Encoder
from server.answer.comparison import sides_of
from server.assistant import Answer, Assistant
from server.search.query import understand_query
from tests.server.support import MAX_ANSWER, built

# Two counties, two years of reports each; one plan that another replaces; a letter that gives another figure.
REPORT = (
    "{county}{year}年水利工作报告\n\n一、{before}年工作回顾\n\n全县建成供水站{stations}座，其中新建{new}座。"
    "自来水普及率为{share}%，检修管网{pipes}公里。\n\n二、{year}年工作安排\n\n计划建设供水站{planned}座。\n"
)
FILES = {
    "甲一.txt": REPORT.format(county="清河县", year=2023, before=2022, stations=31, new=4, share=81.5, pipes=120, planned=9),
    "甲二.txt": REPORT.format(county="清河县", year=2024, before=2023, stations=37, new=6, share=84.2, pipes=150, planned=8),
    "乙一.txt": REPORT.format(county="白石县", year=2024, before=2023, stations=52, new=7, share=79.9, pipes=210, planned=5),
    "泵站.txt": "清河县泵站整治情况\n\n全县漏损率由2021年的18.6%降至2023年的11.2%。\n\n2024年2月3日\n",
    "渔政一.txt": "清河县渔政执法情况通报\n\n2023年3月1日\n\n全县共有渔政执法船14艘，执法人员60人。\n",
    "渔政二.txt": "清河县渔业发展情况汇报\n\n2024年5月6日\n\n全县共有渔政执法船19艘，养殖户210户。\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("counties"), encoder, FILES)


def lines_of(answer: Answer) -> list[str]:
    assert answer.answered, answer.answer
    assert len(answer.answer) <= MAX_ANSWER
    return answer.answer.split("\n")


def cited(answer: Answer) -> list[str]:
    return [citation.source for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("清河县2022年和2023年的供水站分别有多少座？", ["清河县2022年的供水站有多少座?", "清河县2023年的供水站有多少座?"]),
        ("供水站从2022年的多少座增加到2023年的多少座", ["供水站2022年是多少座", "供水站2023年是多少座"]),
        ("清河县和白石县2023年的自来水普及率哪个高", ["清河县2023年的自来水普及率是多少？", "白石县2023年的自来水普及率是多少？"]),
        ("北京、上海、重庆的目标分别是什么", ["北京的目标是什么", "上海的目标是什么", "重庆的目标是什么"]),
        ("和2022年相比，2023年新建了多少座", ["2022年新建了多少座", "2023年新建了多少座"]),
        (
            "How many stations were there in 2022 and 2023 respectively?",
            ["How many stations were there in 2022 ?", "How many stations were there in 2023 ?"],
        ),
        # Nothing is compared: one year, a span of years, two provinces that do one thing together.
        ("2023年的供水站有多少座", []),
        ("2018—2022年五年间分别建了多少", []),
        ("重庆和四川共建项目多少个", []),
        ("从多少降到多少", []),
    ],
)  # fmt: skip
def test_the_sides_of_a_question(question: str, sides: list[str]) -> None:
    assert [side.question for side in sides_of(understand_query(question))] == sides


def test_two_years_come_from_two_reports(counties: Assistant) -> None:
    answer = counties.ask("清河县2022年和2023年建成的供水站分别有多少座？")
    first, second = lines_of(answer)
    assert first.startswith("2022年：")
    assert "31座" in first
    assert "《清河县2023年水利工作报告》" in first
    assert second.startswith("2023年：")
    assert "37座" in second
    assert "《清河县2024年水利工作报告》" in second
    assert cited(answer) == ["甲一.txt", "甲二.txt"]
    assert "[1]" in first
    assert "[2]" in second


def test_two_places_and_which_is_higher(counties: Assistant) -> None:
    answer = counties.ask("清河县和白石县2023年的自来水普及率哪个高")
    first, second, verdict = lines_of(answer)
    assert "84.2%" in first
    assert "79.9%" in second
    assert cited(answer) == ["甲二.txt", "乙一.txt"]
    assert verdict == "比较：清河县 84.2% ＞ 白石县 79.9%"


def test_a_side_without_evidence_is_said(counties: Assistant) -> None:
    answer = counties.ask("清河县2016年和2023年的自来水普及率分别是多少？")
    first, second = lines_of(answer)
    assert first == "2016年：没有找到依据。"
    assert "84.2%" in second
    assert cited(answer) == ["甲二.txt"]


def test_no_side_has_evidence(counties: Assistant) -> None:
    answer = counties.ask("清河县2011年和2016年的自来水普及率分别是多少？")
    assert not answer.answered
    assert not answer.citations


def test_one_sentence_that_holds_both_values_is_the_answer(counties: Assistant) -> None:
    answer = counties.ask("清河县的漏损率从2021年的多少降到2023年的多少？")
    assert cited(answer)[0] == "泵站.txt"
    assert "18.6%" in answer.answer
    assert "11.2%" in answer.answer


def test_from_how_much_to_how_much(counties: Assistant) -> None:
    answer = counties.ask("清河县全县漏损率从多少降到了多少")
    assert "18.6%" in answer.answer
    assert "11.2%" in answer.answer
    assert cited(answer)[0] == "泵站.txt"


def test_what_was_planned_is_not_what_was_built(counties: Assistant) -> None:
    built_then = counties.ask("清河县2023年建成供水站多少座？")
    assert "37座" in built_then.answer
    assert cited(built_then)[0] == "甲二.txt"
    planned = counties.ask("清河县2023年计划建设供水站多少座？")
    assert "9座" in planned.answer
    assert cited(planned)[0] == "甲一.txt"


def test_figures_that_differ_stand_side_by_side(counties: Assistant) -> None:
    answer = counties.ask("清河县共有渔政执法船多少艘？")
    assert "14艘" in answer.answer
    assert "19艘" in answer.answer
    assert set(cited(answer)) == {"渔政一.txt", "渔政二.txt"}
    for line in lines_of(answer):
        # Each with its document and its date.
        assert ("14艘" in line) == ("《清河县渔政执法情况通报》（2023-03-01）" in line)
        assert ("19艘" in line) == ("《清河县渔业发展情况汇报》（2024-05-06）" in line)


@pytest.mark.parametrize("question", ["红河县2023年自来水普及率是多少", "清河县2016年自来水普及率是多少"])
def test_another_place_or_year_is_no_answer(counties: Assistant, question: str) -> None:
    answer = counties.ask(question)
    assert not answer.answered
    assert answer.refusal is not None
    assert answer.refusal.reason == "mismatch"


def test_every_quote_is_the_text_at_its_span(counties: Assistant) -> None:
    for question in ("清河县2022年和2023年检修管网分别多少公里", "清河县和白石县2023年新建供水站哪个多"):
        for citation in counties.ask(question).citations:
            text = counties.document(citation.document_id).text
            assert text[citation.start : citation.end] == citation.quote
