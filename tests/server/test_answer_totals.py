"""How many there are of a thing: a count of some of them, or a share, does not answer; a value belongs to its year."""

import pytest

from indexer.encoders import Encoder
from server.answer.totals import asks_total, of_some, said_of
from server.assistant import Assistant
from tests.server.support import built

FILES = {
    "泵站.txt": (
        "乌石区2022年度泵站管理情况报告\n\n一、基本情况\n\n2022年度区水务局管理各级泵站41座，同比增加2座。从规模看，大型、中型泵站分别为6座、35座。\n\n"
        "二、巡查整改\n\n积极配合安全巡查，指导3座泵站制定整改措施90余条，推动全面整改。\n"
    ),
    "水厂.txt": (
        "青山市水厂情况\n\n截至2022年12月底，全市水厂户数从年初的52户压减至38户，亏损面由2021年底的31.4%降至8.2%。\n\n"
        "2023年1至5月，水厂亏损面5.3%，同比下降1.1个百分点。\n"
    ),
    "培训.txt": "黑水区河长培训\n\n2023年，组织督导3个河段开展清淤，对12名河长进行约谈。\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("totals"), encoder, FILES)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("乌石区2022年有多少座泵站", "41座"),
        ("乌石区2022年末泵站有多少座", "41座"),
        ("乌石区2022年大型泵站有多少座", "6座"),
        ("乌石区2022年中型的泵站有多少个", "35座"),
        ("青山市2022年底还有多少户水厂", "38户"),
        # What a value fell from is that of its own year.
        ("青山市2021年底水厂亏损面是多少", "31.4%"),
        ("青山市2022年底水厂亏损面是多少", "8.2%"),
        ("青山市目前水厂亏损面是多少", "5.3%"),
    ],
)
def test_the_total_and_the_value_of_the_year(district: Assistant, question: str, value: str) -> None:
    answer = district.ask(question)
    assert answer.answered, answer.answer
    assert answer.answer.startswith(value)


@pytest.mark.parametrize(
    "question",
    [
        "黑水区2023年有多少个河段",
        "黑水区有多少名河长",
        # A share is no count.
        "青山市2022年有多少户水厂亏损",
        "How many companies were loss-making in 2022?",
        "乌石区泵站整改小组有几个人",
    ],
)
def test_some_of_them_and_shares_are_no_total(district: Assistant, question: str) -> None:
    answer = district.ask(question)
    assert not answer.answered, answer.answer
    assert not answer.citations


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("2022年末有多少座泵站", True),
        ("泵站还有多少座", True),
        ("泵站多少座", True),
        ("整改了多少座泵站", False),
        ("挂牌整改的泵站有几座", False),
        ("有多少座泵站停用", False),
        ("负债总额是多少", False),
    ],
)
def test_which_questions_ask_for_a_total(question: str, total: bool) -> None:
    assert asks_total(question) is total


@pytest.mark.parametrize(
    ("text", "figure", "some"),
    [
        ("指导3座泵站制定措施", "3座", True),
        ("共有泵站41座", "41座", False),
        ("泵站从44座压减至41座", "41座", False),
        ("新增泵站2座、水闸5座", "5座", True),
        ("大型、中型分别为6座、35座", "35座", True),
        ("将原有的7座泵站整合为2座", "7座", True),
        ("将原有的7座泵站整合为2座", "2座", True),
    ],
)
def test_a_count_of_some(text: str, figure: str, some: bool) -> None:
    assert of_some("有多少座泵站", text, text.index(figure)) is some


def test_a_figure_is_said_of_what_stands_before_it_or_in_its_clause() -> None:
    text = "企业压减至40户,亏损面降至7%"
    assert not said_of(("亏损",), text, text.index("40户"), text.index("40户") + 3)
    assert said_of(("企业",), text, text.index("40户"), text.index("40户") + 3)
    assert said_of(("分红",), "为9名员工分红", 1, 3)
