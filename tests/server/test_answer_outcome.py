"""What came of a proposal, from the sample letters and a made-up one."""

import pytest

from indexer.document import SourceDocument
from indexer.reading import understand
from server.answer.outcome import asks_outcome, compose_outcome, compose_outcomes
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.support import REPLY_457

LETTER = """清水县水利局
关于县人大三次会议第0088号建议的答复函

王小明代表：
您提出的关于整治河道的建议收悉，现答复如下：
一、已开展的工作
今年已完成河道清淤12公里，投入资金300万元。
二、下一步打算
我们将于明年6月底前完成护岸加固。

清水县水利局
2024年5月6日
"""


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("第0457号建议是怎么办理的", True), ("第0457号建议办理结果如何？", True), ("罗清泉代表建议办理情况", True),
        ("第0457号建议答复承诺了什么", True), ("what was done about proposal No. 0627", True),
        ("第0457号建议是谁提出的", False), ("全市压减企业多少户", False), ("居民身份证怎么办理", True),
    ],
)  # fmt: skip
def test_which_questions_ask_for_the_outcome(question: str, asked: bool) -> None:
    assert asks_outcome(understand_query(question)) == asked


def test_done_and_promised_are_quoted_with_their_place() -> None:
    document = understand("a.txt", SourceDocument(LETTER))
    text, citations = compose_outcome(understand_query("第0088号建议是怎么办理的"), document)
    assert text == (
        "已办：今年已完成河道清淤12公里，投入资金300万元。 [1]\n下一步：我们将于明年6月底前完成护岸加固。 [2]"
    )
    assert [document.text[one.start : one.end] for one in citations] == [one.quote for one in citations]
    assert [one.section for one in citations] == [("一、已开展的工作",), ("二、下一步打算",)]
    promised, _ = compose_outcome(understand_query("第0088号建议承诺了什么"), document)
    assert promised == "下一步：我们将于明年6月底前完成护岸加固。 [1]"
    english, _ = compose_outcome(understand_query("what was done about proposal No. 88"), document)
    assert english.splitlines()[0] == "Done: “今年已完成河道清淤12公里，投入资金300万元。” [1]"


def test_a_reply_found_by_its_subject_is_named() -> None:
    document = understand("a.txt", SourceDocument(LETTER))
    query = understand_query("整治河道的建议是怎么办理的")
    named, _ = compose_outcomes(query, [document], "subject")
    text, _ = compose_outcomes(query, [document])
    assert named == f"《关于县人大三次会议第0088号建议的答复函》（第0088号建议）：\n{text}"


def test_a_letter_without_either_has_no_outcome() -> None:
    document = understand("a.txt", SourceDocument("水库简介\n\n水库位于城东。\n"))
    assert compose_outcome(understand_query("第0088号建议是怎么办理的"), document) == ("", [])


def test_the_assistant_answers_from_the_letter_that_is_named(assistant: Assistant) -> None:
    answer = assistant.ask("第0457号建议是怎么办理的")
    assert answer.answered
    assert {citation.source for citation in answer.citations} == {REPLY_457}
    assert len(answer.answer) <= 400
    # Without a letter that is named it is a question like any other.
    assert not assistant.ask("第0999号建议是怎么办理的").answered
