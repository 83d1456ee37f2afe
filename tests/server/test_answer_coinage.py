"""Coinages of several parts are explained part by part; duties are those of the organ that is named."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoders import Encoder
from server.answer.coinage import explanations, parts_of_coinage
from server.answer.duties import missing_duty
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.support import MAX_ANSWER, built

FILES = {
    "治水.txt": (
        "白沙市治水发布会\n\n开展“两清两减一增”行动\n\n会上介绍了“两清两减一增”专项行动。\n\n“两清”，即清淤泥、清垃圾。\n\n"
        "“两减”，即减漏损、减能耗。\n\n“一增”，即增绿地。下一步，要抓好落实。\n"
    ),
    "分工.txt": (
        "白沙市水务分工\n\n压紧各工作组牵头职责，压实各区县节水主体责任。\n\n市水务局负责节水改造的组织实施和监督检查。\n"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("coinage"), encoder, FILES)


@pytest.mark.parametrize(
    "question", ["什么是“两清两减一增”", "“两清两减一增”是什么意思", "两清两减一增指什么", "What is “两清两减一增”?"]
)
def test_all_parts_in_order_each_cited(city: Assistant, question: str) -> None:
    answer = city.ask(question)
    assert answer.answered, answer.answer
    assert len(answer.answer) <= MAX_ANSWER
    assert [citation.quote for citation in answer.citations] == [
        "“两清”，即清淤泥、清垃圾。", "“两减”，即减漏损、减能耗。", "“一增”，即增绿地。",
    ]  # fmt: skip


def test_one_part_is_explained_alone(city: Assistant) -> None:
    answer = city.ask("“两减”指什么")
    assert "减漏损" in answer.answer
    assert "清淤泥" not in answer.answer


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("三清三减三增", ("三清", "三减", "三增")),
        ("三攻坚一盘活", ("三攻坚", "一盘活")),
        ("三清", ()),
        ("三重一大", ("三重", "一大")),
        ("一企一策", ("一企", "一策")),
        ("国有资产盘活", ()),
        ("631", ()),
    ],
)
def test_parts_of_a_coinage(name: str, parts: tuple[str, ...]) -> None:
    assert parts_of_coinage(name) == parts


def test_parts_may_be_explained_in_one_sentence_or_not_at_all() -> None:
    text = "“两清”指清淤泥，“一增”指增绿地。"
    assert [text[start:end] for start, end in explanations(text, ("两清", "一增"))] == [
        "“两清”指清淤泥",
        "“一增”指增绿地。",
    ]
    assert explanations(text, ("两清", "两减")) == []


def test_duties_are_those_of_the_organ_that_is_named(city: Assistant) -> None:
    answer = city.ask("市水务局的职责是什么")
    assert answer.answered, answer.answer
    assert "组织实施" in answer.citations[0].quote
    for question in ("区水务局的职责有哪些", "市园林局的职责是什么", "区国资委负责什么"):
        refused = city.ask(question)
        assert not refused.answered, refused.answer
        assert not refused.citations


def test_a_question_for_an_organ_asks_for_no_duties(city: Assistant) -> None:
    passage = city.search("节水改造").passages[0]
    for question in ("节水改造由哪个部门负责", "市水务局什么时候成立", "谁负责节水"):
        assert missing_duty(understand_query(question), passage, "没有这样的话。") is None
    assert missing_duty(understand_query("市水务局的主要职责"), passage, "没有这样的话。") == "市水务局的职责"


@given(st.text(alphabet="“”两清减一增指即是：，。；\n甲", max_size=120))
def test_explanations_of_any_text_lie_within_it_in_order(text: str) -> None:
    spans = explanations(text, ("两清", "一增"))
    assert len(spans) in (0, 2)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
