"""What a question asks about: the figure of another measure, year or meeting does not answer it."""

import pytest

from indexer.encoders import Encoder
from server.answer.expected import expected_answer
from server.answer.focus import focus_of
from server.answer.identity import bears, says_post
from server.answer.possible import possible, specific
from server.answer.terms import holds
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.support import built

FILES = {
    "水务.txt": (
        "青石区2023年度水务企业情况报告\n\n一、资产情况\n\n2023年末，区属水务企业资产总额为52.3亿元，同比增长4.1%；"
        "负债总额为20.6亿元，同比增长1.7%。\n\n二、经营情况\n\n2023年，营业收入3.2亿元，利润总额0.4亿元。"
        "全年开展巡检17次，由区水务局负责。\n\n三、机构情况\n\n区水务局设立培训中心，对泵站值守人员开展业务培训。\n"
    ),
    "全会.txt": "区委三届五次全会新闻发布会\n\n11月6日，区委召开新闻发布会，解读区委三届五次全会精神。区委副书记王小禾作发布。\n",
    "治水.txt": (
        "青石区治水要点\n\n治水做到“三个统一”：一是统一规划，二是统一建设，三是统一管护，四是统一考核的办法另行制定。\n\n"
        "漏损率由2021年底的18.6%降至11.2%，供水人口从2020年的30万人增加到34万人。\n"
    ),
    "答复.txt": (
        "青石区水务局\n\n关于区二届人大一次会议第0031号建议的答复函\n\n李青禾代表：\n\n"
        "您提出的《关于改造老旧水管的建议》（第0031号）收悉。2023年已改造水管12公里。\n\n此函已经我局周田局长审签。\n"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("district"), encoder, FILES)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("青石区水务企业2023年末资产总额是多少", "52.3亿元"),
        ("青石区水务企业2023年末负债总额是多少", "20.6亿元"),
        ("青石区水务企业2023年末负债总额", "20.6亿元"),
        ("青石区水务企业2023年营业收入多少", "3.2亿元"),
        ("青石区水务企业一共欠了多少债", "20.6亿元"),
        ("青石区水务企业2023年赚了多少钱", "0.4亿元"),
        ("青石区漏损率降到多少", "11.2%"),
        ("青石区供水人口增加到多少人", "34万人"),
        ("青石区2023年巡检了多少次", "17次"),
    ],
)
def test_the_figure_that_is_asked_for(district: Assistant, question: str, value: str) -> None:
    answer = district.ask(question)
    assert answer.answered, answer.answer
    assert answer.answer.startswith(value)


@pytest.mark.parametrize(
    "question",
    [
        "青石区水务企业2023年末流动负债是多少",
        "青石区水务企业2023年研发投入多少万元",
        "青石区水务企业2023年末净资产是多少",
        "青石区水务企业2023年净利润率是多少",
        "青石区水务局培训中心培训了多少人",
        "青石区水务企业由哪家公司审计",
        "青石区水务局培训中心主任是谁",
        "青石区水务局有多少名董事",
        "青石区水务企业2021年末资产总额是多少",
        "区委三届六次全会什么时候召开的",
        "“五个统一”指什么",
        "第0031号建议是哪天答复的",
    ],
)
def test_what_is_not_said_is_refused(district: Assistant, question: str) -> None:
    answer = district.ask(question)
    assert not answer.answered, answer.answer
    assert not answer.citations


def test_a_refusal_names_the_measure_that_was_not_found(district: Assistant) -> None:
    assert "流动负债" in district.ask("青石区水务企业2023年末流动负债是多少亿元").answer


def test_a_field_that_a_letter_does_not_state_is_said_beside_the_others(district: Assistant) -> None:
    answer = district.ask("第0031号建议是谁提的，哪天答复的")
    assert "李青禾" in answer.answer
    assert "日期：文件没有写明。" in answer.answer


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("青石区2023年末负债总额是多少", ("负债", "总额")),
        ("2023年流动负债多少亿元", ("流动", "负债")),
        ("水务企业资产负债率是多少", ("资产负债率",)),
        ("全国粮食产量达到多少", ("粮食", "产量")),
        ("2023年负债总额同比增长多少", ("负债", "总额")),
        # 国企 says whose assets they are, not which.
        ("全区国企资产多少亿元", ()),
        ("收到的转让收入有多少", ()),
        ("开展了多少次巡检", ()),
    ],
)
def test_the_measure_of_a_question(question: str, measure: tuple[str, ...]) -> None:
    focus = focus_of(expected_answer(understand_query(question)))
    assert (focus.measure if focus else ()) == measure


def test_words_on_either_side_of_the_asking_ones() -> None:
    focus = focus_of(expected_answer(understand_query("青石区培训了多少名值守人员")))
    assert focus is not None
    assert {"培训", "值守", "人员"} <= set(focus.words)
    assert focus_of(expected_answer(understand_query("为什么要节水"))) is None


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("有多少户企业", "共有企业19户。", ["19户"]),
        ("有多少户企业", "提出4个方面的要求。", []),
        ("有多少户企业", "一是抓整改。", []),
        ("有多少户企业", "2023年，企业达到1户。", ["1户"]),
        ("有多少户企业", "2023年，企业增加1户。", []),
        ("水价是多少", "每立方米不超过三角。", ["三角"]),
        ("谁是市长", "副市长陈小新主持会议。", ["陈小新"]),
        ("由谁负责", "由区水务局牵头。", ["水务局"]),
        ("由哪家公司建设", "由清源集团建设。", ["清源集团"]),
        ("由哪家公司建设", "由区水务局建设。", []),
    ],
)
def test_possible_answers(question: str, text: str, found: list[str]) -> None:
    expected = expected_answer(understand_query(question))
    assert specific(expected)
    held = [text[start:end] for start, end in possible(expected, text)]
    assert bool(held) == bool(found)
    assert all(any(one in other or other in one for other in held) for one in found)


def test_things_that_are_counted_need_no_figure() -> None:
    assert not specific(expected_answer(understand_query("哪三个方面")))
    assert not specific(expected_answer(understand_query("When a deputy disagrees, where can it be rated?")))
    assert specific(expected_answer(understand_query("When was it answered?")))


def test_a_deputy_does_not_hold_the_post() -> None:
    assert holds("市长王小禾", "市长")
    assert not holds("常务副市长王小禾", "市长")
    assert holds("副市长甲与市长乙", "市长")


def test_a_coinage_counts_what_the_text_says_it_counts() -> None:
    text = "项目呈现“四个聚焦”：聚焦主业，聚焦市内，聚焦战略，聚焦产业，再聚焦一次"
    assert bears(text, "四个聚焦")
    assert not bears(text, "五个聚焦")
    assert bears("调剂一批、完善一批、转让一批", "三个一批")


@pytest.mark.parametrize(
    ("question", "text", "says"),
    [
        ("王小禾是什么职务", "区委副书记王小禾作发布。", True),
        ("王小禾担任什么职务", "局长、王小禾", True),
        ("王小禾是什么职务", "王小禾作发布。", False),
        ("王小禾是谁", "区委副书记王小禾作发布。", False),
    ],
)
def test_the_post_of_a_person(question: str, text: str, says: bool) -> None:
    assert says_post(understand_query(question), text) is says


def test_a_post_is_answered_with_the_sentence_that_has_it(district: Assistant) -> None:
    answer = district.ask("王小禾是什么职务")
    assert answer.answered
    assert "副书记王小禾" in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("青石区水务企业2023年末资产总额同比增长多少", "4.1%"),
        ("青石区水务企业2023年末负债总额同比增长了多少", "1.7%"),
        ("区委三届五次全会新闻发布会是哪天召开的", "11月6日"),
    ],
)
def test_what_grew_and_by_how_much(district: Assistant, question: str, value: str) -> None:
    assert district.ask(question).answer.startswith(value)


def test_three_things_are_no_figure(district: Assistant) -> None:
    answer = district.ask("治水的“三个统一”是哪三个")
    assert answer.answered
    assert "统一规划" in answer.answer
    assert not answer.answer[0].isdigit()
