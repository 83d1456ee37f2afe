"""Questions about two times: each has its own figure, or is said to have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoders import Encoder
from server.answer.times import times_of
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.support import MAX_ANSWER, built

FILES = {
    "节水.txt": (
        "赤水市节水情况\n\n2023年一季度，市属单位完成节水改造45.3万吨，回收水费12.6万元。\n\n"
        "2021年，全市新建蓄水池17座。2022年，全市新建蓄水池23座。\n"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("times"), encoder, FILES)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("2022年节水多少吨，2023年一季度又节水多少吨？", ["2022年节水多少吨？", "2023年一季度节水多少吨？"]),
        ("2022年签约多少个项目，2023年又签了多少个", ["2022年签约多少个项目？", "2023年签约多少个项目？"]),
        ("2022年多少，2023年上半年市属单位节水多少吨", ["2022年市属单位节水多少吨？", "2023年上半年市属单位节水多少吨？"]),
        (
            "2022年市属单位完成改造多少吨，2023年一季度又回收了多少水费",
            ["2022年市属单位完成改造多少吨？", "2023年一季度市属单位回收了多少水费？"],
        ),
        ("2022年、2023年一季度赤水市分别节水多少吨", ["2022年赤水市节水多少吨？", "2023年一季度赤水市节水多少吨？"]),
        # Years in one breath are compared elsewhere, one time is one question.
        ("2022年和2023年分别节水多少吨", []),
        ("2022年节水多少吨，回收多少水费", []),
        ("2022年节水多少吨，2022年呢", []),
    ],
)  # fmt: skip
def test_two_times_are_two_questions(question: str, parts: list[str]) -> None:
    assert [side.question for side in times_of(understand_query(question))] == parts


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("赤水市2022年回收水费多少万元，2023年一季度又回收了多少？", ["2022年：没有找到依据。", "12.6万元"]),
        ("赤水市2023年一季度回收水费多少万元，2022年呢？", ["12.6万元", "2022年：没有找到依据。"]),
        ("赤水市2021年新建蓄水池多少座，2022年又新建多少座", ["17座", "23座"]),
    ],
)
def test_each_time_has_its_own_line(city: Assistant, question: str, lines: list[str]) -> None:
    answer = city.ask(question)
    assert answer.answered, answer.answer
    assert len(answer.answer) <= MAX_ANSWER
    shown = answer.answer.split("\n")
    assert len(shown) == len(lines)
    assert all(line in one for one, line in zip(shown, lines, strict=True)), answer.answer
    assert len(answer.citations) == sum("没有" not in line for line in lines)


@given(
    st.lists(
        st.sampled_from(["2022年", "2023年一季度", "多少", "，", "又", "呢", "？", "节水", "和", "分别", "是"]),
        max_size=12,
    )
)
def test_any_question_has_two_sides_or_none(words: list[str]) -> None:
    sides = times_of(understand_query("".join(words)))
    assert len(sides) in (0, 2)
    assert all(side.name and side.name in side.question for side in sides)
