"""What counts as a question."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.questions import BadQuestion, checked


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("什么是631机制？", "什么是631机制？"),
        ("  What is it?\n", "What is it?"),
        ("\u3000第0457号建议\u3000", "第0457号建议"),
        ("第一行\r\n第二行\t末尾", "第一行\r\n第二行\t末尾"),
        ("六", "六"),
        ("7", "7"),
        ("𠮷", "𠮷"),
        ("é e\u0301 👍🏽好", "é e\u0301 👍🏽好"),
    ],
)
def test_questions_lose_only_the_white_space_around_them(question: str, expected: str) -> None:
    assert checked(question, 100) == expected


@pytest.mark.parametrize("question", ["", " ", "\n\t\r\n", "\u3000", "？！。", "……", "-", "“”", "\u200b", "🙂"])
def test_questions_without_a_word_are_empty(question: str) -> None:
    with pytest.raises(BadQuestion, match="问题是空的 / the question is empty"):
        checked(question, 100)


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x0e", "\x1b", "\x1f", "\x7f", "\x80", "\x9f", "\ud83d", "\ufffe", "\uffff"],
)  # fmt: skip
def test_control_characters_and_lone_surrogates_are_no_text(character: str) -> None:
    with pytest.raises(BadQuestion, match="控制字符 / the question holds control characters"):
        checked(f"什么是{character}631机制", 100)


def test_the_longest_question_is_counted_in_characters_without_the_space_around() -> None:
    assert checked(" " + "问" * 10 + " ", 10) == "问" * 10
    assert checked("𠮷" * 10, 10) == "𠮷" * 10
    with pytest.raises(BadQuestion, match="有 11 个字符，最多 10 个 / the question is too long"):
        checked("问" * 11, 10)
    with pytest.raises(BadQuestion, match="100000 个字符"):
        checked("a" * 100_000, 2_000)


def test_characters_that_stand_for_phrases_count_as_these() -> None:
    """One ﷺ is eighteen characters to whoever reads it."""
    assert checked("ﷺ" * 5, 90) == "ﷺ" * 5
    with pytest.raises(BadQuestion, match="有 108 个字符，最多 90 个"):
        checked("ﷺ" * 6, 90)


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.characters(max_codepoint=0xA0), st.sampled_from("631机制？ \n")),
        max_size=60,
    )
)
def test_whatever_is_accepted_is_text(question: str) -> None:
    try:
        accepted = checked(question, 40)
    except BadQuestion:
        return
    assert accepted == question.strip()
    assert 0 < len(accepted) <= 40
    assert accepted.encode("utf-8")
    assert all(unicodedata.category(c) != "Cc" or c in "\t\n\r" for c in accepted)
    assert any(c.isalnum() or c == "_" for c in accepted)
    assert checked(accepted, 40) == accepted
