"""Whole enumerations, wherever they run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.answer.enumeration import asked_count, enumeration_at, listed_within, lists_within

INLINE = "呈现三个特点：一是量增，产值3亿元；二是质优，能耗下降；三是面广。此外还有别的。"
PARAGRAPHS = "文件有三个特点。\n首先，对标上级。依据充分。\n其次，问题导向。\n最后，集思广益。经过讨论。\n（完）"
NESTED = "分两步走。\n一是准备。一是摸底，二是登记。\n二是实施。\n"


def test_items_within_a_sentence() -> None:
    found = enumeration_at(INLINE, 0, INLINE.index("；") + 1)
    assert found is not None
    assert found.heads(INLINE) == ["一是量增", "二是质优", "三是面广"]
    assert INLINE[found.items[0] : found.end].endswith("三是面广。")


def test_items_in_paragraphs_of_their_own() -> None:
    found = enumeration_at(PARAGRAPHS, 0, 8)
    assert found is not None
    assert len(found.items) == 3
    assert PARAGRAPHS[found.items[2] :].startswith("最后")
    assert PARAGRAPHS[: found.end].endswith("集思广益。")


def test_a_list_that_begins_later_is_not_announced() -> None:
    text = "今年成效明显。群众满意。一是建路，二是修桥。"
    assert enumeration_at(text, 0, 7) is None
    assert enumeration_at(text, 7, 12) is not None


def test_another_list_inside_ends_the_reach() -> None:
    found = enumeration_at(NESTED, 0, 5)
    assert found is None or NESTED[found.items[0] :].startswith("一是准备")


@pytest.mark.parametrize("text", ["", "一是建路。", "没有列举的句子。", "二是修桥，三是栽树。"])
def test_no_list(text: str) -> None:
    assert enumeration_at(text, 0, len(text)) is None


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("从哪四个方面推进", 4), ("有哪五大举措", 5), ("哪3个特点", 3), ("分哪两步走", 2), ("有哪些", None), ("2024年多少户", None),
        ("哪十项措施", 10), ("三化是什么", 3),
    ],
)  # fmt: skip
def test_how_many_items_are_asked_for(question: str, count: int | None) -> None:
    assert asked_count(question) == count


def test_things_listed_in_a_clause() -> None:
    assert listed_within("即向甲集中、向乙集中、向丙集中，效果好") == 3
    assert listed_within("没有顿号") == 0


@given(
    st.lists(
        st.sampled_from(
            ["一是", "二是", "三是", "首先", "其次", "最后", "（一）", "甲乙", "。", "；", "，", "\n", "："]
        ),
        max_size=30,
    )
)
def test_spans_lie_in_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    for start in range(0, len(text), 3):
        found = enumeration_at(text, start, len(text))
        if found is not None:
            assert start <= found.items[0] < found.end <= len(text)
            assert list(found.items) == sorted(set(found.items))
            assert all(head in text for head in found.heads(text))


def test_a_list_that_changes_its_marks_halfway() -> None:
    text = "主要有三个特点。首先是对标。其次是坚持。三是突出。"
    found = enumeration_at(text, 0, text.index("。") + 1)
    assert found is not None
    assert found.heads(text) == ["首先是对标", "其次是坚持", "三是突出"]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("分为甲类、乙类和丙类3大体系", {2, 3}),
        ("甲、乙、丙", {3}),
        ("向主业、重点行业和关键领域集中", {2, 3}),
        ("没有列举", set()),
    ],
)
def test_how_many_things_a_sentence_may_list(text: str, counts: set[int]) -> None:
    assert lists_within(text) == counts
