"""Understanding a question: what it names exactly, what it asks for, in which language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.search.query import Kind, language_of, understand_query


@pytest.mark.parametrize(
    "question",
    [
        "第0457号建议是谁提出的？",
        "第457号建议是谁提出的？",
        "457号建议是谁提出的",
        "第００４５７号建议由哪位代表提出",
        "第 0457 号 建议的文号",
        "建议0457是谁提的",
        "建议第457",
    ],
)
def test_a_proposal_is_named_by_number_and_kind(question: str) -> None:
    assert understand_query(question).proposals == (("457", "建议"),)


@pytest.mark.parametrize(
    ("question", "proposals"),
    [
        ("第0627号提案的答复", (("627", "提案"),)),
        ("第0457号建议和第0627号提案分别是谁提的", (("457", "建议"), ("627", "提案"))),
        ("What was the reply to proposal No. 0457?", (("457", None),)),
        ("suggestion 627", (("627", None),)),
        ("第0000号建议", (("0", "建议"),)),
        ("建议2025年完成多少", ()),  # a year is no number
        ("2023年大渡口区资产总额", ()),
        ("40个区县压减企业法人146户", ()),
        ("什么是631机制", ()),
    ],
)
def test_numbers_that_name_proposals(question: str, proposals: tuple[tuple[str, str | None], ...]) -> None:
    assert understand_query(question).proposals == proposals


@pytest.mark.parametrize(
    "question",
    [
        "渝国资函〔2025〕313号是答复哪位代表的",
        "渝国资函[2025]313号",
        "渝国资函［2025］313号",
        "渝国资函（2025）313号",
        "渝国资函【2025】第313号",
        "渝国资函〔２０２５〕３１３号",
        "渝国资函〔 2025 〕 313 号的标题",
    ],
)
def test_a_document_number_is_recognised_whatever_its_brackets(question: str) -> None:
    query = understand_query(question)
    assert query.document_numbers == ("渝国资函〔2025〕313号",)
    assert query.serials == ()


@pytest.mark.parametrize(
    ("question", "serials"), [("文号为313号的文件", ("313",)), ("313号文讲了什么", ("313",)), ("313户企业", ())]
)
def test_a_part_of_a_document_number(question: str, serials: tuple[str, ...]) -> None:
    assert understand_query(question).serials == serials


@pytest.mark.parametrize(
    "question",
    [
        "什么是631机制", "什么是“631”机制？", "“631”工作机制指什么", "六三一机制是什么意思", "什么是６３１机制",
        "what is the 631 mechanism", 'What is the "631" mechanism?', "631机制",
    ],
)  # fmt: skip
def test_codes_are_one_number_however_written(question: str) -> None:
    assert understand_query(question).codes == ("631",)


@pytest.mark.parametrize(
    ("question", "codes"),
    [("什么是729机制", ("729",)), ("七二九机制", ("729",)), ("建立健全工作机制", ()), ("三年行动计划", ())],
)
def test_other_codes(question: str, codes: tuple[str, ...]) -> None:
    assert understand_query(question).codes == codes


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("2023年末资产总额", ("2023",)),
        ("２０２３年末资产总额", ("2023",)),
        ("2023年与2024年相比", ("2023", "2024")),
        ("total assets in 2019?", ("2019",)),
        ("12023年", ()),
        ("3045年", ()),
        ("2023年，2023年", ("2023",)),
    ],
)
def test_years(question: str, years: tuple[str, ...]) -> None:
    assert understand_query(question).years == years


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("2023年大渡口区资产总额是多少", ("大渡口区",)),
        ("北京市朝阳区的国企", ("朝阳区",)),
        ("园区开发区改革的目标", ()),
        ("各区县压减了多少户", ()),
        ("老旧小区改造", ()),
    ],
)
def test_places(question: str, places: tuple[str, ...]) -> None:
    assert understand_query(question).places == places


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("什么是631机制", "zh"),
        ("What is the 631 mechanism?", "en"),
        ("什么是REITs", "zh"),
        ("REITs、ABN、ABS、CMBN、CMBS是什么", "zh"),
        ("What does “631” mean?", "en"),
        ("631", "zh"),
        ("Who is 罗清泉?", "en"),
    ],
)  # fmt: skip
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language
    assert understand_query(text).language == language


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("什么是631机制", "definition"),
        ("三重一大是什么意思", "definition"),
        ("合规体系建设指什么", "definition"),
        ("what is the 631 mechanism", "definition"),
        ("2023年末资产总额是多少", "number"),
        ("How many projects were signed?", "number"),
        ("园区开发区优化整合什么时候到位", "date"),
        ("When was it issued?", "date"),
        ("市财政局局长是谁", "person"),
        ("哪三个集中", "list"),
        ("如何推进专业化整合", "how"),
    ],
)
def test_what_is_asked_for(question: str, kind: Kind) -> None:
    assert understand_query(question).kind == kind


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("什么是631机制", "631机制"),
        ("什么是“631”机制？", "631"),
        ("三重一大是什么意思", "三重一大"),
        ("请问什么是三重一大？", "三重一大"),
        ("What is the 631 mechanism?", "631 mechanism"),
        ("2023年末资产总额是多少", None),
    ],
)
def test_the_term_that_is_to_be_defined(question: str, term: str | None) -> None:
    assert understand_query(question).term == term


def test_quoted_names() -> None:
    assert understand_query("“三清三减三增”和《议事规则》是什么").quoted == ("三清三减三增", "议事规则")
    assert understand_query("「一企一策」").quoted == ("一企一策",)


def test_asking_words_carry_no_subject() -> None:
    content = understand_query("请问什么是三重一大？").content.words
    assert not set(content) & {"请问", "什么", "是", "请"}
    assert "三重一大" in "".join(content)
    assert set(understand_query("What is the document number of the reply?").content.words) == {
        "document",
        "number",
        "reply",
    }


@given(st.text(max_size=60))
def test_any_text_is_understood(text: str) -> None:
    query = understand_query(text)
    assert query.text == text.strip()
    assert understand_query(text) == query
    for number, kind in query.proposals:
        assert number.isdecimal()
        assert number == "0" or not number.startswith("0")
        assert kind in ("建议", "提案", None)
    assert all(len(year) == 4 for year in query.years)
    assert all(code for code in query.codes)


_PIECES = st.lists(
    st.sampled_from(
        ("第", "0457", "号", "建议", "提案", "〔", "2025", "〕", "渝国资函", "文号", "631", "六三一", "机制", "“", "”", "是什么", "谁", "区",
         "大渡口", " ", "？", "what is", "proposal", "No.", "\n", "（", "）", "+", "1+5", "〇", "年")
    ), max_size=14,
).map("".join)  # fmt: skip


@given(_PIECES)
def test_any_mixture_of_what_questions_are_made_of_is_understood(text: str) -> None:
    query = understand_query(text)
    assert all("〔" in number and number.endswith("号") for number in query.document_numbers)
    assert all(number.isdecimal() for number, _ in query.proposals)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What's the target?", "What is the target?"),
        ("who’s the mayor", "who is the mayor"),
        ("the mayor's plan", "the mayor's plan"),
        ("What did the mayor's office do?", "What did the mayor's office do?"),
    ],
)
def test_a_contraction_is_read_in_full(question: str, text: str) -> None:
    assert understand_query(question).text == text


def test_an_english_question_may_hold_chinese_names() -> None:
    assert understand_query("Was 钱文涛's suggestion adopted?").language == "zh"
    query = understand_query("Was 钱文涛's suggestion adopted?", "en")
    assert query.language == "en"
    assert any(entry.words == ("suggestion",) for entry in query.translations)
