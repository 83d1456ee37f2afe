"""The assistant over the sample corpus: answers that a reader of corpus/ can check."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lxml.html
import pytest

from indexer.document import Document
from indexer.errors import UnknownDocument
from server.api.schemas import AnswerOut
from server.assistant import Assistant
from server.search.filters import Filters
from tests.server.support import (
    DEFINITION_631,
    PAPER,
    PRESS,
    REPLY_457,
    REPLY_627,
    REPORT,
    SOURCES,
    TextOf,
    check_answer,
)

# Each row was read in corpus/: the question, what the answer has to say, the document that says it.
ANSWERS = [
    # The definition of 631, asked for in many ways.
    ("什么是631机制", DEFINITION_631, REPORT),
    ("什么是“631”机制？", DEFINITION_631, REPORT),
    ('"631"机制指什么？', DEFINITION_631, REPORT),
    ("“631”工作机制是什么意思", DEFINITION_631, REPORT),
    ("六三一机制是什么意思", DEFINITION_631, REPORT),
    ("什么是６３１机制", DEFINITION_631, REPORT),
    ("what is the 631 mechanism", DEFINITION_631, REPORT),
    ('What is the "631" mechanism?', DEFINITION_631, REPORT),
    ("What does “631” mean?", DEFINITION_631, REPORT),
    # Other terms.
    ("三重一大是什么意思", "重大决策、重要人事任免、重大项目安排以及大额度资金的运作", REPORT),
    ("合规体系建设指什么", "建起合规管理体系、健全相应管理制度", REPORT),
    ("哪三个集中", "向重点区域集中、向重点产业集中、向重点项目集中", REPLY_627),
    ("“三清”是什么", "清理盘活存量资产，清除风险隐患，清收债权、清偿债务", PRESS),
    ("“三减”指什么", "减层级，减数量，减亏损", PRESS),
    ("什么是“三增”", "增效益，增动力，形成新的增长点", PRESS),
    # Replies by number, with and without zeros, and by what stands in them.
    ("第0457号建议是谁提出的？", "罗清泉", REPLY_457),
    ("第457号建议是谁提出的？", "罗清泉", REPLY_457),
    ("457号建议由哪位代表提出", "罗清泉", REPLY_457),
    ("第００４５７号建议是谁提的", "罗清泉", REPLY_457),
    ("0457号建议的答复文号", "渝国资函〔2025〕313号", REPLY_457),
    ("第457号建议的标题是什么", "关于进一步深化区县国有企业高质量转型发展的建议", REPLY_457),
    ("第0457号建议是否采纳", "完全采纳", REPLY_457),
    ("第0457号建议是否公开", "同意公开", REPLY_457),
    ("渝国资函〔2025〕313号是谁审签的", "曾菁华", REPLY_457),
    ("渝国资函[2025]313号是答复哪位代表的", "罗清泉", REPLY_457),
    ("罗清泉代表的建议文号是多少", "渝国资函〔2025〕313号", REPLY_457),
    ("第0627号提案由哪位委员提出", "王彭果", REPLY_627),
    ("627号提案的文号", "渝国资函〔2025〕292号", REPLY_627),
    ("第0627号提案何时答复", "2025年4月30日", REPLY_627),
    ("王彭果委员的提案是哪天答复的", "2025年4月30日", REPLY_627),
    ("第0627号提案属于哪次会议", "市政协六届三次会议", REPLY_627),
    ("Who proposed suggestion No. 457?", "罗清泉", REPLY_457),
    ("What is the document number of the reply to proposal No. 0627?", "渝国资函〔2025〕292号", REPLY_627),
    # Figures, people, dates.
    ("2025年一季度市属国企盘活资产回收了多少资金？", "回笼资金114.6亿元", REPLY_627),
    ("2023年末区属国有企业资产总额是多少", "资产总额为696.9亿元", REPORT),
    ("2023年国有资本经营预算收入是多少", "5697万元", REPORT),
    ("国有资本保值增值率是多少", "101.5%", REPORT),
    ("登康口腔有多少名持股员工", "62名持股员工", REPLY_627),
    ("一企一策帮助多少户企业", "40余户企业", REPLY_627),
    ("市属重点国企2025年度计划投资总规模是多少", "2099.8亿元", REPLY_627),
    ("央渝同行签约了多少个项目", "104个", REPLY_627),
    ("渝北区重点国企合并为哪几家集团", "临空投资、空港城发、战新产业", REPLY_457),
    ("园区开发区优化整合什么时候到位", "2024年3月底前全部到位", PRESS),
    ("大足区2024年招商引资目标是多少", "285亿元以上", PAPER),
    ("国药太极要成为多少亿级企业", "500亿级企业", PAPER),
    ("市财政局局长是谁", "姜国杰", PAPER),
    ("How much money was recovered in the first quarter of 2025?", "回笼资金114.6亿元", REPLY_627),
]


@pytest.mark.parametrize(("question", "says", "source"), ANSWERS)
def test_answers(assistant: Assistant, question: str, says: str, source: str) -> None:
    answer = assistant.ask(question)
    assert answer.answered, answer.refusal
    assert says in answer.answer
    # The first citation is the one that says it, in the document where it stands.
    assert answer.citations[0].source == source
    assert says in "".join(answer.citations[0].quote.split())


# Each of these was once answered wrongly.
ONCE_WRONG = [
    ("631", DEFINITION_631, REPORT),
    (
        "罗清泉代表提了什么建议",
        "关于进一步深化区县国有企业高质量转型发展的建议",
        REPLY_457,
    ),
    ("第0457号", "第0457号建议", REPLY_457),
    ("2023年大渡口区资产总额是多少", "资产总额为696.9亿元", REPORT),
    ("第四百五十七号建议是谁提出的", "罗清泉", REPLY_457),
    ("重庆市国资委渝国资函〔2025〕313号的发文字号", "渝国资函〔2025〕313号", REPLY_457),
]


@pytest.mark.parametrize(("question", "says", "source"), ONCE_WRONG)
def test_answers_that_were_once_wrong(assistant: Assistant, question: str, says: str, source: str) -> None:
    test_answers(assistant, question, says, source)


def test_another_organ_is_another_document_number(assistant: Assistant) -> None:
    """The corpus holds 渝国资函〔2025〕313号; a 文号 that merely ends like it is not there."""
    assert not assistant.ask("大渝国资函〔2025〕313号是谁审签的").answered


def raw_text(file: Path) -> str:
    """The words of a file of the corpus, read in another way than the indexer does, without white space."""
    written = file.read_text(encoding="utf-8")
    return "".join(
        ("".join(map(str, lxml.html.fromstring(written).itertext())) if file.suffix == ".html" else written).split()
    )


def test_every_citation_stands_in_the_file_itself(assistant: Assistant, corpus: Path, text_of: TextOf) -> None:
    files = {source: raw_text(corpus / source) for source in SOURCES}
    for question, _, _ in ANSWERS:
        answer = assistant.ask(question)
        check_answer(AnswerOut.of(answer).model_dump(), text_of)
        for citation in answer.citations:
            assert "".join(citation.quote.split()) in files[citation.source]


def test_a_citation_says_where_it_stands(assistant: Assistant, by_source: dict[str, Document]) -> None:
    (citation,) = assistant.ask("第0627号提案何时答复").citations
    document = by_source[REPLY_627]
    assert citation.document_id == document.document_id
    assert (citation.document_number, citation.date) == ("渝国资函〔2025〕292号", "2025-04-30")
    assert citation.title == document.title
    assert (citation.quote, citation.page) == ("2025年4月30日", None)
    # It stands once in the letter: in its last lines.
    assert document.text.count("2025年4月30日") == 1
    assert citation.start == document.text.index("2025年4月30日")
    definition = assistant.ask("什么是631机制").citations[0]
    assert definition.start == by_source[REPORT].text.index(DEFINITION_631)
    assert (definition.document_number, definition.issuer, definition.date) == (None, None, None)


def test_metadata_questions_cite_the_span_they_were_read_from(
    assistant: Assistant, by_source: dict[str, Document]
) -> None:
    for question, source, name in (
        ("第0457号建议是谁提出的？", REPLY_457, "proposer"),
        ("第0457号建议的答复文号", REPLY_457, "document_number"),
        ("第0457号建议的标题", REPLY_457, "proposal_title"),
        ("第0457号建议是否采纳", REPLY_457, "adoption"),
        ("第0627号提案的答复日期", REPLY_627, "date"),
        ("第0627号提案是哪次会议的", REPLY_627, "session"),
    ):
        field = by_source[source].metadata[name]
        (citation,) = assistant.ask(question).citations
        assert (citation.source, citation.start, citation.end) == (source, field.start, field.end), question


@pytest.mark.parametrize("number", ["第0457号", "0457", "第457号"])
@pytest.mark.parametrize("rest", ["建议下一步怎么做", "建议压减了多少户企业法人", "建议组建了几个督导组"])
def test_a_question_about_a_proposal_stays_within_its_reply(assistant: Assistant, number: str, rest: str) -> None:
    question = f"建议{number}{rest.removeprefix('建议')}" if number == "0457" else number + rest
    answer = assistant.ask(question, top_k=100)
    assert answer.answered
    assert {citation.source for citation in answer.citations} == {REPLY_457}
    assert {passage.document.source for passage in answer.passages} == {REPLY_457}


def test_filters_confine_the_answer(assistant: Assistant) -> None:
    assert assistant.ask("什么是631机制", filters=Filters(kind="report")).answered
    answer = assistant.ask("什么是631机制", filters=Filters(kind="提案"))
    assert not answer.answered
    assert {passage.document.source for passage in answer.passages} == {REPLY_627}
    nothing = assistant.ask("什么是631机制", filters=Filters(year="1999"))
    assert (nothing.answered, nothing.passages) == (False, [])


def test_a_filter_and_a_named_proposal_have_to_agree(assistant: Assistant) -> None:
    assert assistant.ask("第0457号建议是谁提出的", filters=Filters(kind="建议")).answered
    other = assistant.ask("第0457号建议是谁提出的", filters=Filters(kind="提案"))
    assert not other.answered
    assert other.citations == []


@pytest.mark.parametrize("top_k", [1, 5, 40])
def test_as_many_passages_as_asked_for_and_the_same_answer(assistant: Assistant, top_k: int) -> None:
    answer = assistant.ask("什么是631机制", top_k=top_k)
    assert len(answer.passages) == top_k
    assert answer.answer == DEFINITION_631 + " [1]"


def test_the_same_question_has_the_same_answer_under_another_id(assistant: Assistant) -> None:
    first, second = assistant.ask("什么是631机制"), assistant.ask("什么是631机制")
    assert first.answer_id != second.answer_id
    assert (first.answer, first.citations, first.passages) == (second.answer, second.citations, second.passages)


def test_documents(assistant: Assistant, by_source: dict[str, Document]) -> None:
    assert [document.source for document in assistant.documents()] == sorted(SOURCES)
    for document in by_source.values():
        assert document.chunks
    with pytest.raises(UnknownDocument, match="no-such-id"):
        assistant.document("no-such-id")


def test_many_threads_get_what_one_gets(assistant: Assistant) -> None:
    questions = [question for question, _, _ in ANSWERS]
    alone = [assistant.ask(question).answer for question in questions]
    with ThreadPoolExecutor(16) as threads:
        together = list(threads.map(lambda question: assistant.ask(question).answer, questions))
    assert together == alone
