from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sentences import MAX_SENTENCE, sentence_spans
from tests.indexer.support import texts


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@given(texts())
def test_spans_are_ordered_disjoint_bounded_and_cover_the_text(text: str) -> None:
    spans = sentence_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(end - start <= MAX_SENTENCE for start, end in spans)


@given(texts(), st.integers(0, 400), st.integers(0, 400))
def test_a_part_of_a_text_is_cut_as_if_it_stood_alone(text: str, first: int, second: int) -> None:
    start, end = sorted((min(first, len(text)), min(second, len(text))))
    alone = [(start + begin, start + stop) for begin, stop in sentence_spans(text[start:end])]
    assert sentence_spans(text, start, end) == alone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("水质达标。水量充足！有无异味？没有；", ["水质达标。", "水量充足！", "有无异味？", "没有；"]),
        ("他说：“水质达标。”随后离开。", ["他说：“水质达标。”", "随后离开。"]),
        ("聚焦（重点区域。重点产业）发力。完。", ["聚焦（重点区域。重点产业）发力。", "完。"]),
        ("《规划。纲要》印发。", ["《规划。纲要》印发。"]),
        ("同比增长2.5%。次年为3.1%。", ["同比增长2.5%。", "次年为3.1%。"]),
        ("It rained. The river rose. 3.5 m", ["It rained.", "The river rose. 3.5 m"]),
        ("第一行没有句号\n第二行\n\n\n第三行", ["第一行没有句号", "第二行", "第三行"]),
        ("未闭合（括号\n下一行。再下一句。", ["未闭合（括号", "下一行。", "再下一句。"]),
        ("竟然如此！！？好。", ["竟然如此！！？", "好。"]),
        ("  两端空白。  ", ["两端空白。"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_sentence_without_end_is_cut_after_a_comma() -> None:
    text = "水" * 200 + "，" + "库" * 200
    assert sentences(text) == ["水" * 200 + "，", "库" * 200]
    assert sentences("水" * 700) == ["水" * 300, "水" * 300, "水" * 100]
    assert sentences("water " * 100)[0] == ("water " * 50).strip()


def test_an_opening_bracket_that_never_closes_does_not_swallow_the_text() -> None:
    text = "（" + "水质达标。" * 100
    assert all(end - start <= MAX_SENTENCE for start, end in sentence_spans(text))
    assert sentences(text)[-1] == "水质达标。"
