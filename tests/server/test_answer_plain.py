"""The plain form of a question: courtesies, bounds and everyday wordings are taken off, and nothing that is asked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.answer.actors import act_of
from server.answer.bounds import without_bound
from server.answer.courtesies import without_courtesies
from server.answer.offices import office_of
from server.answer.plain import in_plain_words, plain_text
from server.search.query import understand_query

DAY = date(2031, 5, 4)


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("我是白石的一名代表，想了解一下2029年区里泵站的完好率是多少", "白石区2029年泵站的完好率是多少"),
        ("您好，我是白石区的一位居民，麻烦问一下2029年我们区水厂赚了多少利润，谢谢！", "白石区2029年水厂赚了多少利润"),
        ("你好，我在白石上班，想请教一下2029年末水厂有多少座？", "白石2029年末水厂有多少座？"),
        ("我是一名退休工人，住在白石，想问下2029年区里补助多少钱", "白石区2029年补助多少钱"),
        ("领导好，我是记者，想核实2029年签约了多少个项目，不胜感激", "2029年签约了多少个项目"),
        ("本人是白石县政协委员，准备写提案，请问县里2029年修了几座桥？", "白石县2029年修了几座桥？"),
        # 区 is not where a deputy of a 县 asks about.
        ("我是白石县的代表，想问区里2029年修了几座桥？", "区里2029年修了几座桥？"),
        # The question names a place of its own.
        ("我是白石区的代表，想问青川区2029年修了几座桥？", "青川区2029年修了几座桥？"),
    ],
)
def test_who_asks_and_politeness_are_left_out(question: str, plain: str) -> None:
    assert without_courtesies(question) == plain


@pytest.mark.parametrize(
    "question",
    [
        "白石区有多少座泵站？",
        "我要办理取水许可，需要什么材料？",
        "我的建议答复了吗？",
        "查出的隐患一共多少处，整改了没有",
        "您好",
        "社区里有几个站点？",
        "一是强化统筹，二是加强督导，分别指什么？",
    ],
)
def test_what_is_asked_stays(question: str) -> None:
    assert without_courtesies(question) == question


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("白石区泵站完好率有没有超过95%？", "白石区泵站完好率是多少？"),
        ("白石区水厂利润总额是否达到3亿元", "白石区水厂利润总额是多少？"),
        ("水厂利润超过３亿元了吗？", "水厂利润是多少？"),
        ("签约项目有没有超过100个？", "签约项目有多少个？"),
        ("用水量同比增长是不是高于5%？", "用水量同比增长多少？"),
        ("营业收入到没到20亿？", "营业收入是多少？"),
        ("劳动生产率有100万元/人吗", "劳动生产率是多少？"),
        ("亏损面是否降到百分之五以下？", "亏损面是多少？"),
    ],
)
def test_a_bound_asks_for_the_value(question: str, plain: str) -> None:
    assert without_bound(question) == plain


@pytest.mark.parametrize(
    "question",
    [
        "超过5000万元的项目有哪些？",
        "合同金额超过100万元是否要招标？",
        "满60岁能领补贴吗？",
        "有没有达到2024年的目标？",
        "泵站改造完成了吗？",
        "超过100个了吗",
    ],
)
def test_other_questions_keep_their_figures(question: str) -> None:
    assert without_bound(question) == question


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("“两清”到底是啥意思？", "“两清”是什么意思？"),
        ("节水行动咋理解", "节水行动是什么意思？"),
        ("“729”机制究竟指的啥", "“729”机制是什么意思？"),
        ("“三化”到底是哪三化？", "“三化”是哪三化？"),
        ("姜小禾是干什么的？", "姜小禾是什么职务？"),
        ("市水务局是干什么的？", "市水务局是干什么的？"),
        ("白石区去年水厂有几座", "白石区2030年水厂有几座"),
        ("前年白石区水厂有几座", "2029年白石区水厂有几座"),
        ("水厂利润比去年增长多少", "水厂利润比去年增长多少"),
        ("把改革进行到底的要求有哪些", "把改革进行到底的要求有哪些"),
    ],
)
def test_everyday_wordings_are_read(question: str, plain: str) -> None:
    assert plain_text(question, DAY) == plain


def test_identifiers_are_those_of_the_plain_question() -> None:
    query = in_plain_words(understand_query("我是白石的代表，想问2029年区里泵站完好率有没有超过95%"))
    assert query.years == ("2029",)
    assert "白石区" in query.text
    assert "95" not in query.text


def test_english_and_plain_questions_are_left_alone() -> None:
    for question in ("Hello, I am a deputy, how many stations are there?", "什么是“两清”？", "“两清”是什么意思"):
        query = understand_query(question)
        assert in_plain_words(query) is query


@given(st.text(max_size=60))
def test_any_text_has_a_plain_form_that_is_plain(text: str) -> None:
    plain = without_courtesies(text)
    assert len(plain) <= len(text) + 6
    assert bool(plain.strip()) == bool(text.strip()) or not text.strip()
    assert isinstance(without_bound(text), str)


@given(st.text(alphabet="我是白石区的代表您好，。想了解多少几超过有没10%亿元吗？2029年到底啥意思", max_size=40))
def test_questions_of_such_words_stay_questions(text: str) -> None:
    assert plain_text(text, DAY) or not text


@pytest.mark.parametrize("words", ["正在", "想要", "谢谢", "我是", "市委和", "根据", "党委书记、", "超过10"])
def test_repeated_words_end(words: str) -> None:
    question = words * 300
    assert plain_text(question, DAY)
    assert act_of(f"{question}由谁举行") is None
    assert office_of(f"{question}局长是谁") is None
