"""The extractive answer: what is shown is made of the documents' words, in at most 400 characters."""

import re
from collections.abc import Callable

import pytest

from indexer.document import Document, Field
from indexer.generations import Generation
from server.answer.evidence import Evidence
from server.answer.extract import MAX_ANSWER, compose
from server.assistant import Answer, Assistant
from server.search.passages import Passage
from server.search.query import understand_query
from tests.server.support import DEFINITION_631, PRESS, REPLY_457, REPLY_627, REPORT
from tests.server.support import MAX_ANSWER as CONTRACT_MAX

IndexOf = Callable[..., Assistant]


def plain(text: str) -> str:
    return "".join(text.split())


def shown_parts(answer: Answer) -> list[str]:
    """The lines of an answer without their marks."""
    return [re.sub(r" ?\[\d+\]$", "", line) for line in answer.answer.split("\n")]


def check_verbatim(answer: Answer) -> None:
    """Whatever a Chinese answer shows stands in what it cites, in that order; every mark has its citation.

    Before it may stand the name of the document, where there are several, and the value that the quote gives.
    """
    marks = [int(n) for n in re.findall(r"\[(\d+)\]", answer.answer)]
    assert marks == [citation.n for citation in answer.citations] == list(range(1, len(marks) + 1))
    several = len({citation.document_id for citation in answer.citations}) > 1
    for part, citation in zip(shown_parts(answer), answer.citations, strict=True):
        rest = plain(citation.quote)
        said = part
        if several:
            title = re.match(r"《(.+?)》(?:（([\d-]+)）)?：(.*)$", part)
            assert title, part
            said = title[3]
            assert citation.title.startswith(title[1].rstrip("…"))
            assert title[2] == citation.date
        value, _, sentence = plain(said).partition("。")
        shown = sentence if value in sentence and len(value) < 20 else plain(said)
        for piece in re.split("；", shown):
            at = rest.find(piece)
            assert at >= 0, f"{piece} is not in {citation.quote}"
            rest = rest[at + len(piece) :]


def test_the_limit_is_that_of_the_contract() -> None:
    assert MAX_ANSWER == CONTRACT_MAX


def test_a_glossary_entry_is_shown_whole(assistant: Assistant) -> None:
    answer = assistant.ask("什么是631机制")
    assert answer.answer == DEFINITION_631 + " [1]"
    (citation,) = answer.citations
    assert (citation.source, citation.section, citation.quote) == (REPORT, ("附件", "注释"), DEFINITION_631)


def test_an_english_question_gets_the_chinese_words_and_where_they_stand(assistant: Assistant) -> None:
    answer = assistant.ask("How much money was recovered in the first quarter of 2025?")
    quote = "2025年一季度，市属国企盘活资产265.2亿元，回笼资金114.6亿元；"
    assert answer.language == "en"
    assert answer.answer.startswith("From 《")
    assert f"渝国资函〔2025〕292号, 2025-04-30: “{quote}” [1]" in answer.answer
    assert answer.citations[0].quote == quote


def test_a_short_list_is_quoted_whole(assistant: Assistant) -> None:
    answer = assistant.ask("两增一降是什么")
    assert answer.citations[0].source == REPORT
    for item in ("一是效益增加", "二是效率增强", "三是资产负债率下降"):
        assert item in answer.answer
        assert item in answer.citations[0].quote
    check_verbatim(answer)


def test_of_a_long_list_the_heads_are_shown_and_the_whole_is_cited(assistant: Assistant) -> None:
    answer = assistant.ask("四个聚焦是哪四个")
    (citation,) = answer.citations
    assert citation.source == REPLY_627
    for head in ("一是聚焦主责主业", "二是聚焦市内", "三是聚焦国家和全市重大战略", "四是聚焦战略性新兴产业提速"):
        assert head in answer.answer
    assert "主业计划投资2084.9亿元" not in answer.answer
    assert "主业计划投资2084.9亿元，占99.3%" in citation.quote
    assert citation.quote.endswith("计划投资429.9亿元，占20.4%，同口径增长81%。")
    check_verbatim(answer)


def test_a_list_within_brackets_or_a_sentence(assistant: Assistant) -> None:
    answer = assistant.ask("哪三个集中")
    assert "即向重点区域集中、向重点产业集中、向重点项目集中" in answer.answer
    assert answer.citations[0].source == REPLY_627


@pytest.mark.parametrize(
    "question",
    [
        "2023年末区属国有企业资产总额是多少", "国有资本保值增值率", "市财政局局长是谁", "园区开发区优化整合什么时候到位", "“三清”是什么",
        "33618", "“四个加快”是哪四个", "三攻坚一盘活", "如何推进专业化整合", "1+5", "下一步怎么做", "全会的成果", "盘活",
    ],
)  # fmt: skip
def test_what_is_shown_stands_in_what_is_cited(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.answered
    assert len(answer.answer) <= 400
    assert len(answer.citations) <= 3
    check_verbatim(answer)


def test_no_sentence_is_shown_twice(index_of: IndexOf) -> None:
    same = "全市共建成供水站25座，受益人口达到37万人。"
    assistant = index_of(甲=f"供水工作情况\n\n{same}\n", 乙=f"水利工作通报\n\n{same}\n")
    answer = assistant.ask("全市共建成供水站多少座")
    # Both documents are cited for what is shown once.
    assert answer.answer == f"25座。{same} [1][2]"
    assert sorted(citation.source for citation in answer.citations) == ["乙.txt", "甲.txt"]


def test_figures_that_differ_stand_side_by_side_with_their_dates(index_of: IndexOf) -> None:
    assistant = index_of(
        甲="供水工作情况\n\n全市共建成供水站25座，受益人口达到37万人。\n\n某市水利局\n2024年3月1日\n",
        乙="供水工作通报\n\n全市共建成供水站31座，受益人口达到40万人。\n\n某市水利局\n2025年3月1日\n",
    )
    lines = assistant.ask("全市共建成供水站多少座").answer.split("\n")
    assert {line.split("：")[0] for line in lines} == {
        "《供水工作情况》（2024-03-01）",
        "《供水工作通报》（2025-03-01）",
    }
    for value, title in (("25座。", "情况"), ("31座。", "通报")):
        assert any(title in line and value in line for line in lines)


def test_the_value_comes_first(assistant: Assistant) -> None:
    answer = assistant.ask("2025年一季度市属国企盘活资产回笼资金多少亿元")
    assert answer.answer.startswith("114.6亿元。2025年一季度，市属国企盘活资产265.2亿元，回笼资金114.6亿元； [1]")


def test_a_list_over_paragraphs_is_shown_by_its_heads(assistant: Assistant) -> None:
    answer = assistant.ask("亩均论英雄改革有哪五大举措")
    for head in ("一是升级亩均效益综合评价体系", "二是启动亩均效益示范引领行动", "五是健全资源要素优化配置机制"):
        assert head in answer.answer
    check_verbatim(answer)


@pytest.mark.parametrize("question", ["供水工程怎么样了", "How is the water supply project going?"])
@pytest.mark.parametrize("length", [370, 399, 400, 401, 1000])
def test_a_sentence_longer_than_an_answer_is_cut_to_fit(generation: Generation, question: str, length: int) -> None:
    text = "供水工程" * 250
    document = Document("d1", "报告.txt", "关于供水工程的报告" * 20, text, metadata={"date": Field("2025-05-06")})
    passage = Passage(1, 0, "d1-0000", document, (), None, text, 0, len(text), 1.0, {})
    evidence = Evidence(passage, 0, length, text[:length], 1.0, 1.0, 1.0, 1.0, False)
    answer, (citation,) = compose(understand_query(question), [evidence], generation)
    assert len(answer) <= 400
    assert answer.endswith(" [1]")
    assert answer.count("供水工程") > 80  # no more is cut off than has to be
    assert (citation.start, citation.end, citation.quote) == (0, length, text[:length])


def test_further_sentences_have_to_fit_whole(generation: Generation) -> None:
    # 196 + 4 characters, then 196 + 4 more and a line end would be 401; 195 more make 400.
    for second, shown in ((196, [1]), (195, [1, 2])):
        text = "甲" * 196 + "乙" * second
        document = Document("d1", "报告.txt", "报告", text)
        passage = Passage(1, 0, "d1-0000", document, (), None, text, 0, len(text), 1.0, {})
        spans = ((0, 196), (196, 196 + second))
        found = [Evidence(passage, a, b, text[a:b], 1.0, 1.0, 1.0, 1.0, False) for a, b in spans]
        answer, citations = compose(understand_query("供水工程怎么样了"), found, generation)
        assert [citation.n for citation in citations] == shown
        assert len(answer) == (400 if len(shown) == 2 else 200)


def test_an_answer_in_one_line_quotes_a_text_of_several(index_of: IndexOf) -> None:
    # The citation keeps the line ends of the text; the answer does not.
    entry = "附件：注释\n\n“三水”机制：指供水、\n\n排水、节水。"
    assistant = index_of(报告=f"水利报告\n\n一、情况\n\n各项工作进展顺利，任务完成。\n\n{entry}\n")
    answer = assistant.ask("什么是三水机制")
    assert answer.answered
    for citation in answer.citations:
        assert assistant.document(citation.document_id).text[citation.start : citation.end] == citation.quote


# Fields


@pytest.mark.parametrize(
    ("question", "text", "source", "quote"),
    [
        ("第0457号建议是谁提出的？", "提出人：罗清泉 [1]", REPLY_457, "罗清泉"),
        ("第457号建议的答复文号", "发文字号：渝国资函〔2025〕313号 [1]", REPLY_457, "渝国资函〔2025〕313号"),
        ("第0627号提案何时答复", "日期：2025年4月30日（2025-04-30） [1]", REPLY_627, "2025年4月30日"),
        ("Who proposed suggestion No. 457?", "Proposed by: 罗清泉 [1]", REPLY_457, "罗清泉"),
        (
            "When was the reply to proposal No. 627 issued?",
            "Date: 2025年4月30日 (2025-04-30) [1]",
            REPLY_627,
            "2025年4月30日",
        ),
    ],
)
def test_a_field_is_answered_with_the_words_it_was_read_from(
    assistant: Assistant, question: str, text: str, source: str, quote: str
) -> None:
    answer = assistant.ask(question)
    assert answer.answer == text
    (citation,) = answer.citations
    assert (citation.source, citation.quote) == (source, quote)
    metadata = assistant.document(citation.document_id).metadata
    assert (citation.start, citation.end) in [(field.start, field.end) for field in metadata.values()]


def test_several_fields_of_several_documents(assistant: Assistant) -> None:
    answer = assistant.ask("第0457号建议和第0627号提案分别是谁提出的，答复文号是什么？")
    assert answer.answer.split("\n") == [
        "发文字号：渝国资函〔2025〕313号 [1]", "提出人：罗清泉 [2]", "发文字号：渝国资函〔2025〕292号 [3]", "提出人：王彭果 [4]",
    ]  # fmt: skip
    assert [(citation.n, citation.source) for citation in answer.citations] == [
        (1, REPLY_457), (2, REPLY_457), (3, REPLY_627), (4, REPLY_627),
    ]  # fmt: skip


def test_answers_cite_every_document_kind(assistant: Assistant) -> None:
    assert assistant.ask("“亩均论英雄改革”的五大举措是什么").citations[0].source == PRESS
