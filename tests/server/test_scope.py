"""Which documents a question is confined to, before anything is ranked."""

from collections.abc import Callable

import pytest

from server.assistant import Assistant
from server.scope import scope_of
from server.search.query import understand_query

LETTERS = {
    "a": "清河市水务局\n\n清水函〔2024〕11号\n\n关于市六届人大二次会议第0120号建议的答复函\n\n甲代表：\n\n《关于修桥的建议》收悉。已修桥3座。\n",
    "b": "清河市水务局\n\n清水函〔2025〕12号\n\n关于市六届人大三次会议第0120号建议的答复函\n\n乙代表：\n\n《关于修路的建议》收悉。已修路5公里。\n",
    "c": "清河市教育委员会\n\n清教函〔2025〕7号\n\n关于市政协六届三次会议第0088号提案的答复函\n\n丙委员：\n\n《关于办学的提案》收悉。已办学校2所。\n",
}

Index = Callable[..., Assistant]


@pytest.fixture
def assistant(index_of: Index) -> Assistant:
    return index_of(**LETTERS)


def sources(assistant: Assistant, question: str) -> list[str] | None:
    """The files that a question is confined to, None for all."""
    generation = assistant.generation
    scope = scope_of(understand_query(question), generation, None)
    assert scope.refusal is None
    return None if scope.documents is None else [generation.document(n).source for n in sorted(scope.documents)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("第0120号建议办了什么", ["a.txt", "b.txt"]),
        # A number is given anew at every session.
        ("市六届人大三次会议第0120号建议办了什么", ["b.txt"]),
        ("第六届人民代表大会第二次会议120号建议办了什么", ["a.txt"]),
        ("六届三次会议的建议和提案有哪些答复", ["b.txt", "c.txt"]),
        ("市六届人大三次会议有哪些建议", ["b.txt"]),
        ("政协六届三次会议有哪些提案", ["c.txt"]),
        # Said of no proposal, a session is a matter like others.
        ("六届三次会议什么时候开的", None),
        ("市水务局答复了哪些建议", ["a.txt", "b.txt"]),
        ("市教委办理的提案有哪些", ["c.txt"]),
        ("清河市教育委员会2025年答复了什么", ["c.txt"]),
        ("市水务局答复的第0120号建议", ["a.txt", "b.txt"]),
        ("帮我看看清水函〔2025〕12号和清教函〔2025〕7号", ["b.txt", "c.txt"]),
        # By what the proposal is about, where something is asked that is known of replies.
        ("修路的建议文号是多少", ["b.txt"]),
        ("市水务局答复的修桥的建议文号是什么", ["a.txt"]),
        ("修路花了多少钱", None),
        # An organ that issued nothing here is a word like others, and so is one that is only mentioned.
        ("市财政局印发了什么", None),
        ("市水务局修了几座桥", None),
    ],
)
def test_scope(assistant: Assistant, question: str, expected: list[str] | None) -> None:
    assert sources(assistant, question) == expected


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("市七届人大一次会议第0120号建议办了什么", "人大第7届第1次会议"),
        ("政协六届三次会议第0120号建议", "政协第6届第3次会议"),
        ("市六届人大四次会议有哪些建议", "人大第6届第4次会议"),
    ],
)
def test_a_session_that_no_reply_is_of_is_refused_by_name(assistant: Assistant, question: str, named: str) -> None:
    refusal = scope_of(understand_query(question), assistant.generation, None).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_number"
    assert named in refusal.message
