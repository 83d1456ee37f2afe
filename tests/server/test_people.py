"""Whom a question names as the one who moved a proposal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.search.people import mentions

KNOWN = ("王明", "江小禾", "高明", "民建清河市委")


def named(question: str) -> list[tuple[str, str | None, bool]]:
    found = mentions(question, [name for name in KNOWN if name in question])
    return [(one.name, one.kind, one.known) for one in found]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("江小禾代表提了什么建议", [("江小禾", "建议", True)]),
        ("政协委员江小禾提的是哪一号提案", [("江小禾", "提案", True)]),
        ("请问江小禾人大代表的建议", [("江小禾", "建议", True)]),
        ("江小禾提的建议是第几号", [("江小禾", None, True)]),
        ("民建清河市委提了什么提案", [("民建清河市委", None, True)]),
        ("王明代表和江小禾代表提了什么", [("王明", "建议", True), ("江小禾", "建议", True)]),
        # A longer name is another person.
        ("王明华代表的建议", [("王明华", "建议", False)]),
        ("代表王明华提的建议", [("王明华", "建议", False)]),
        ("江小禾生代表提了什么", [("江小禾生", "建议", False)]),
        ("江小禾市人大代表提了什么", [("江小禾", "建议", True)]),
        ("赵云舒委员的提案", [("赵云舒", "提案", False)]),
        ("欧阳娜娜委员的提案", [("欧阳娜娜", "提案", False)]),
        ("周小舟的建议是第几号", [("周小舟", None, False)]),
        ("李雷提了什么提案", [("李雷", None, False)]),
        # 提高明显 names nobody, and neither do these.
        ("提高明显的建议", []),
        ("哪位代表提的", []),
        ("各位代表的建议", []),
        ("农民代表提了什么", []),
        ("高校代表的建议", []),
        ("市人大代表提了什么建议", []),
        ("教育委员会的建议", []),
        ("关于江河治理的提案是谁提的", []),
        ("关于安置房的提案是谁提的", []),
        ("文件里提到的建议", []),
    ],
)
def test_who_is_named(question: str, expected: list[tuple[str, str | None, bool]]) -> None:
    assert named(question) == expected


def test_what_is_asked_for_is_said_as_it_was_asked() -> None:
    said = [one.proposals for question in ("王小舟代表的建议", "李雷的提案") for one in mentions(question, [])]
    assert said == ["王小舟代表的建议", "“李雷”的建议或提案"]


@given(st.text(alphabet="王明江小禾李代表委员的提建议案是谁，。 各位市人大政协", max_size=30))
def test_every_name_stands_in_the_question(text: str) -> None:
    found = mentions(text, [name for name in KNOWN if name in text])
    assert all(one.name in text and one.known == (one.name in KNOWN) for one in found)
    assert len({one.name for one in found}) == len(found)
