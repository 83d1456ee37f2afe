"""English questions in the documents' own terms: the figure first, then the Chinese quote."""

import pytest

from indexer.encoders import Encoder
from server.answer.english import in_chinese, in_official_terms, official_measure
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.support import built

FILES = {
    "江苏.txt": (
        "2024年江苏省政府工作报告\n\n一、2023年工作回顾\n\n全省地区生产总值达到12.8万亿元，增长5.8%。粮食产量760亿斤。"
        "城镇新增就业138万人。\n\n二、2024年工作安排\n\n地区生产总值增长5%以上。\n"
    ),
    "会议.txt": "江苏国资动态\n\n□ 记者 甲\n\n2月3日，江苏召开2024年新年第一会，部署国企改革。去年底的工作会议研究了国企改革。\n",
    "监管.txt": (
        "江苏省2023年企业国有资产报告\n\n2023年度江苏省监管国有企业27户。从层级分，一级、二级国有企业分别为8家、19家。\n"
    ),
    "国企.txt": "区县国企情况\n\n2023年末，区县国企资产总额为81.5亿元；负债总额为33.4亿元；亏损面为7.6%。\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("english"), encoder, FILES)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What was Jiangsu's GDP in 2023?", "12.8万亿元"),
        ("What was the grain output of Jiangsu in 2023?", "760亿斤"),
        ("What were the total liabilities of district and county SOEs at the end of 2023?", "33.4亿元"),
        ("What were the total assets of district and county SOEs at the end of 2023?", "81.5亿元"),
        ("How much debt did district and county SOEs have at the end of 2023?", "33.4亿元"),
        ("how much debt did district and county SOEs have at the end of 2023?", "33.4亿元"),
        # The date that is not in the question; the total, not a part.
        ("When was the first meeting of the new year 2024 held in Jiangsu?", "2月3日"),
        ("How many state-owned enterprises does Jiangsu supervise?", "27户"),
    ],
)
def test_the_figure_comes_first(province: Assistant, question: str, value: str) -> None:
    answer = province.ask(question)
    assert answer.answered, answer.answer
    assert answer.language == "en"
    assert answer.answer.startswith(f"{value}. From 《")
    assert value in answer.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "What was Jiangsu's GDP in 2019?", "What was Zhejiang's GDP in 2023?", "What was Jiangsu's fiscal revenue in 2023?",
        "When was the first meeting of the new year 2022 held in Jiangsu?", "How many state-owned enterprises does Zhejiang supervise?",
        "how much debt does zhejiang have", "Was Jiangsu's GDP over 30 trillion yuan in 2018?", "How much debt does Xinghe have?",
    ],
)  # fmt: skip
def test_other_years_places_and_measures_are_refused(province: Assistant, question: str) -> None:
    assert not province.ask(question).answered


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many state-owned enterprises does Suzhou supervise?", "“Suzhou”"),
        ("When was the first meeting of the new year 2024 held in Zhejiang?", "“Zhejiang”"),
    ],
)
def test_what_is_missing_is_named_as_the_question_has_it(province: Assistant, question: str, missing: str) -> None:
    answer = province.ask(question)
    assert not answer.answered
    assert missing in answer.answer


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        ("What was Chongqing's GDP in 2025?", "重庆2025年生产总值是多少？"),
        ("What was the total profit of the district and county SOEs in 2024?", "2024年区县国企利润总额是多少？"),
        ("How much did municipal SOEs recover in the first quarter of 2025?", "2025年一季度市属国企回收有多少？"),
        ("Who is the director of the Chongqing Finance Bureau?", "重庆市财政局局长是谁？"),
        ("Who is the director of the Chongqing SASAC?", "重庆市国资委主任是谁？"),
        ("How many supervision teams were set up?", "督导组有多少？"),
        ("How much debt does Jiangsu have?", "江苏负债总额是多少？"),
        ("What's Jiangsu's debt ratio?", "江苏资产负债率是多少？"),
        ("Who heads the Chongqing SASAC?", "重庆市国资委主任是谁？"),
        ("Who is the deputy director of the Chongqing SASAC?", "重庆市国资委副主任是谁？"),
        # How many there are of all, not how many of some kind.
        ("How many state-owned enterprises does Jiangsu supervise?", "江苏国企有多少户？"),
        ("How many SOEs are there in Jiangsu?", "江苏国企有多少户？"),
        (
            "When was the first meeting of the new year 2024 held in Chongqing?",
            "重庆2024年新年第一会是什么时候召开的？",
        ),
        ("When did the press conference take place in Chongqing?", "重庆新闻发布会是什么时候举行的？"),
        ("Who hosted the press conference?", "新闻发布会是谁举行的？"),
        ("Was Jiangsu's debt ratio below 60% in 2023?", "江苏2023年资产负债率有没有低于60%？"),
        ("Did Chongqing's GDP exceed 3 trillion yuan in 2024?", "重庆2024年生产总值有没有超过3万亿元？"),
        ("Is the debt of Jiangsu over 2.5 billion yuan?", "江苏负债总额有没有超过25亿元？"),
        ("Does Jiangsu's net profit reach 40 million yuan?", "江苏净利润有没有达到4000万元？"),
        # A word without a name here is not guessed.
        ("What was the salary of the mayor of Chongqing in 2025?", None),
        ("What is the 631 mechanism?", None),
        ("重庆2025年生产总值是多少", None),
    ],
)
def test_asked_in_chinese(question: str, chinese: str | None) -> None:
    query = in_chinese(understand_query(question))
    assert (query.text if query else None) == chinese


def test_official_terms_stand_before_those_of_the_dictionary() -> None:
    query = in_official_terms(understand_query("What was the total profit of the SOEs?"))
    terms = {" ".join(entry.words): [term for term, _ in entry.terms] for entry in query.translations}
    assert terms["total profit"][0] == "利润总额"
    assert terms["soes"][:2] == ["国企", "国有企业"]
    chinese = understand_query("利润总额是多少")
    assert in_official_terms(chinese) is chinese


def test_the_measure_of_an_english_question() -> None:
    assert official_measure("what was the debt ratio in 2023?") == ("资产负债率",)
    assert official_measure("who signed it?") == ()
