"""Questions about a document's own fields, answered from where they were read."""

import pytest

from indexer.document import Document, Field
from server.answer.fields import LABELS, asked_fields, field_answers, without_asking
from server.search.query import understand_query
from tests.server.support import REPLY_457, REPLY_627, REPORT


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("第0457号建议的答复文号是什么", ["document_number"]),
        ("第0457号建议是谁提出的？", ["proposer"]),
        ("第0457号建议由哪位代表提出", ["proposer"]),
        ("哪位代表提出的，答复文号是什么", ["document_number", "proposer"]),
        ("第0457号建议的标题是什么", ["proposal_title"]),
        ("第0627号提案是谁审签的", ["signer"]),
        ("第0627号提案何时答复", ["date"]),
        ("第0627号提案的答复日期", ["date"]),
        ("哪个单位答复的", ["issuer"]),
        ("第0627号提案属于哪次会议", ["session"]),
        ("第0457号建议是否采纳", ["adoption"]),
        ("0457号建议采纳了没有，是部分采纳还是全采纳", ["adoption"]),
        ("第0457号建议是否公开", ["disclosure"]),
        ("第0457号建议的办理类别", ["category"]),
        ("罗清泉代表的建议是第几号", ["proposal_number"]),
        ("哪份文件答复了第0627号提案", ["document_number", "title"]),
        ("第0627号提案的答复公开了没有", ["disclosure"]),
        ("第0627号提案是和哪些部门一起研究的", ["issuer", "co_organs"]),
        ("第0627号提案的会办单位", ["co_organs"]),
        ("第0627号提案由谁答复", ["issuer"]),
        ("第0627号提案由谁签署", ["signer"]),
        ("第0627号提案联系人是谁，联系电话呢", ["contact", "phone"]),
        ("第0457号建议是在哪次会上提的", ["session"]),
        ("王彭果提的是哪一号提案", ["proposal_number"]),
        ("第0457号是建议还是提案", ["proposal_kind"]),
        ("Which document replied to proposal 0627?", ["document_number", "title"]),
        ("Is the reply to proposal 0627 public?", ["disclosure"]),
        ("Which bodies took part in handling proposal 0627?", ["issuer", "co_organs"]),
        ("Who is the contact for proposal 0627?", ["contact"]),
        # What the text says of such things is no field of the letter.
        ("第0627号提案中哪些部门联合印发了方案", []),
        ("第0627号提案签署了多少份协议", []),
        ("第0627号提案根据什么文件开展盘活", []),
        ("第0627号提案提到的电话诈骗案件有多少", []),
        ("How many contracts were signed under proposal 0627?", []),
        ("What is the plan of proposal 0627 for public housing?", []),
        ("Who proposed suggestion No. 457?", ["proposer"]),
        ("What is the document number of the reply?", ["document_number"]),
        ("When was the reply issued?", ["date"]),
        ("什么是631机制", []),
        ("2025年一季度回笼资金多少", []),
        ("压减了多少户企业", []),
    ],
)
def test_which_fields_are_asked_for(question: str, fields: list[str]) -> None:
    assert asked_fields(understand_query(question)) == fields


TITLE_457 = "关于进一步深化区县国有企业高质量转型发展的建议"


# Read from corpus/: what stands in the file, and what the field is worth.
@pytest.mark.parametrize(
    ("source", "question", "name", "says", "value"),
    [
        (REPLY_457, "答复文号是什么", "document_number", "渝国资函〔2025〕313号", "渝国资函〔2025〕313号"),
        (REPLY_457, "是谁提出的", "proposer", "罗清泉", "罗清泉"),
        (REPLY_457, "答复给谁", "addressee", "罗清泉代表", "罗清泉代表"),
        (REPLY_457, "建议的标题是什么", "proposal_title", TITLE_457, TITLE_457),
        (REPLY_457, "谁审签的", "signer", "曾菁华", "曾菁华"),
        (REPLY_457, "属于哪次会议", "session", "市六届人大三次会议", "市六届人大三次会议"),
        (REPLY_457, "是否采纳", "adoption", "完全采纳", "完全采纳"),
        (REPLY_457, "是否公开", "disclosure", "同意公开", "同意公开"),
        (REPLY_457, "办理类别", "category", "A", "A"),
        (REPLY_457, "由哪个单位答复", "issuer", "重庆市国有资产监督管理委员会", "重庆市国有资产监督管理委员会"),
        (REPLY_457, "第几号", "proposal_number", "0457", "0457"),
        (REPLY_627, "答复文号是什么", "document_number", "渝国资函〔2025〕292号", "渝国资函〔2025〕292号"),
        (REPLY_627, "由哪位委员提出", "proposer", "王彭果", "王彭果"),
        (REPLY_627, "答复日期", "date", "2025年4月30日", "2025-04-30"),
        (REPLY_627, "属于哪次会议", "session", "市政协六届三次会议", "市政协六届三次会议"),
        (REPLY_627, "提案的标题", "proposal_title", "关于加快国有资产盘活，扩大有效投资的建议", "关于加快国有资产盘活，扩大有效投资的建议"),
    ],
)  # fmt: skip
def test_a_field_comes_with_the_words_it_was_read_from(
    by_source: dict[str, Document], source: str, question: str, name: str, says: str, value: str
) -> None:
    document = by_source[source]
    (answer,) = field_answers(understand_query(question), [document])
    assert (answer.name, answer.field.value, answer.document) == (name, value, document)
    assert document.text[answer.field.start : answer.field.end] == says


def test_what_a_document_does_not_state_is_not_answered(by_source: dict[str, Document]) -> None:
    # The reply to 0457 bears no date, that to 0627 does not say whether it adopts, the report is addressed to no deputy.
    assert field_answers(understand_query("答复日期"), [by_source[REPLY_457]]) == []
    assert field_answers(understand_query("是否采纳"), [by_source[REPLY_627]]) == []
    assert field_answers(understand_query("由哪位代表提出"), [by_source[REPORT]]) == []


def test_a_derived_field_has_no_words_to_cite(by_source: dict[str, Document]) -> None:
    for document in by_source.values():
        assert document.metadata["kind"].start is None
        assert all(
            answer.field.start is not None for answer in field_answers(understand_query("文号 标题 日期"), [document])
        )


def test_a_title_that_the_text_does_not_hold_is_not_answered() -> None:
    page = Document("p1", "p.html", "网页的名称", "正文里没有它。", metadata={"title": Field("网页的名称")})
    assert field_answers(understand_query("标题是什么"), [page]) == []


def test_several_documents_answer_in_turn(by_source: dict[str, Document]) -> None:
    both = [by_source[REPLY_457], by_source[REPLY_627]]
    found = field_answers(understand_query("分别是谁提出的，文号是什么"), both)
    assert [(answer.document.source, answer.name, answer.field.value) for answer in found] == [
        (REPLY_457, "document_number", "渝国资函〔2025〕313号"),
        (REPLY_457, "proposer", "罗清泉"),
        (REPLY_627, "document_number", "渝国资函〔2025〕292号"),
        (REPLY_627, "proposer", "王彭果"),
    ]


def test_every_field_that_can_be_asked_for_has_a_label_in_both_languages() -> None:
    questions = (
        "文号", "建议的标题", "是谁提出的", "答复给谁", "谁审签", "答复日期", "答复单位", "哪次会议", "是否采纳", "是否公开", "办理类别",
        "第几号", "标题", "会办单位", "联系人", "联系电话", "是建议还是提案",
    )  # fmt: skip
    asked = {name for question in questions for name in asked_fields(understand_query(question))}
    assert asked == set(LABELS)
    assert all(chinese and english for chinese, english in LABELS.values())


def test_of_a_persons_proposals_title_and_number_go_together(by_source: dict[str, Document]) -> None:
    letter = by_source[REPLY_457]

    def names(question: str) -> list[str]:
        return [found.name for found in field_answers(understand_query(question), [letter], "person")]

    assert names("罗清泉代表提了什么建议") == ["proposal_title", "proposal_number"]
    assert names("罗清泉的建议是第几号") == ["proposal_number", "proposal_title"]
    assert names("罗清泉代表") == ["proposal_title", "proposal_number"]
    assert names("罗清泉代表的建议采纳了吗") == ["adoption"]


def test_the_words_that_ask_are_told_from_the_others() -> None:
    query = understand_query("清淤的建议是谁提的，文号是多少")
    assert "".join(without_asking(query, query.text).split()) == "清淤的建议的，是多少"
