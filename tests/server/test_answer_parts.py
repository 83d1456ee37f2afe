"""Questions in two parts: each part is answered with its own citation, or said to be missing."""

import pytest

from indexer.encoders import Encoder
from server.answer.parts import parts_of
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.support import MAX_ANSWER, built

FILES = {
    "供水.txt": (
        "白石区供水企业情况\n\n截至2022年12月底，白石区供水企业由年初的40户压减至31户，亏损面由2021年底的22.5%降至9.8%。\n\n"
        "2023年1至5月，全区供水企业又压减7户，加上2022年压减的9户，累计压减16户。亏损面6.1%，同比下降2.4个百分点。\n"
    ),
    "目标.txt": (
        "白石区2024年水务目标\n\n2024年，白石区要新建供水站12座。\n\n2024年，白石区要新建污水处理厂5座。\n\n"
        "“两净”，就是净水源，净管网。\n\n“两减”，就是减漏损，减能耗。\n"
    ),
    "资产.txt": "白石区水务企业资产情况\n\n资产总额为30.7亿元，同比增长3.3%。\n\n负债总额为11.9亿元，同比增长1.2%。\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("parts"), encoder, FILES)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "白石区2022年底亏损面是多少，2023年1-5月呢？",
            ["白石区2022年底亏损面是多少？", "白石区2023年1-5月亏损面是多少？"],
        ),
        (
            "利润总额2023年是多少？2024年前三个月又是多少？",
            ["利润总额2023年是多少？", "利润总额2024年前三个月是多少？"],
        ),
        ("2024年要新建供水站多少座，污水处理厂呢", ["2024年要新建供水站多少座？", "2024年要新建污水处理厂多少座？"]),
        ("到2025年要建几个数字化车间？智能工厂呢？", ["到2025年要建几个数字化车间？", "到2025年要建几个智能工厂？"]),
        ("2024年计划投资多少亿元，占比呢", ["2024年计划投资多少亿元？", "2024年计划投资占比是多少？"]),
        ("“两净”是什么？“两减”呢？", ["“两净”是什么？", "“两减”是什么？"]),
        ("水务企业资产总额和负债总额分别是多少", ["水务企业资产总额是多少？", "水务企业负债总额是多少？"]),
        ("签约了多少个项目，金额多大", []),
        ("资产总额是多少", []),
        ("甲区和乙区分别做了什么", []),
        ("What was it in 2022, and in 2023?", []),
    ],
)
def test_parts_of_a_question(question: str, parts: list[str]) -> None:
    assert [side.question.replace('"', "“") for side in parts_of(understand_query(question))] == [
        part.replace("”", "“") if "”" not in question else part for part in parts
    ]


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("白石区供水企业2022年底亏损面是多少，2023年1至5月呢？", ["9.8%", "6.1%"]),
        ("白石区2024年要新建供水站多少座，污水处理厂呢", ["12座", "5座"]),
        ("白石区水务企业资产总额和负债总额分别是多少", ["30.7亿元", "11.9亿元"]),
        ("“两净”是什么？“两减”呢？", ["净水源", "减漏损"]),
    ],
)
def test_both_parts_are_answered(district: Assistant, question: str, values: list[str]) -> None:
    answer = district.ask(question)
    assert answer.answered
    assert len(answer.answer) <= MAX_ANSWER
    lines = answer.answer.split("\n")
    assert len(lines) == len(answer.citations) == 2
    for line, value, citation in zip(lines, values, answer.citations, strict=True):
        assert value in line
        assert value in citation.quote


def test_a_part_without_an_answer_is_said_to_be_missing(district: Assistant) -> None:
    answer = district.ask("白石区2024年要新建供水站多少座，养老院呢")
    assert answer.answered
    assert "12座" in answer.answer
    assert "养老院：没有找到依据。" in answer.answer
