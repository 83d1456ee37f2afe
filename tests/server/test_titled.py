"""Replies found by what their proposal is about."""

from collections.abc import Callable

import pytest

from indexer.encoders import Encoder
from server.answer.titled import replies_about, subject_groups
from server.assistant import Assistant
from server.search.query import understand_query
from tests.server.known_replies import REPLIES, reply, titled
from tests.server.support import built


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("titled"), encoder, {f"{name}.txt": text for name, text in REPLIES.items()})


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("那个盘活国有资产的提案是谁提的？", ["盘活", "国有资产"]),
        ("帮我查一下关于增设停车位的建议采纳了吗", ["增设", "停车位"]),
        ("市水务局答复的农村饮水的建议文号是多少", ["农村", "饮水"]),
        # How much it is wanted tells no proposal from another.
        ("进一步加强河道清淤的建议是谁提的", ["河道", "清淤"]),
        ("六届三次会议上清淤的建议是谁提的", ["清淤"]),
        ("AI应用的提案是谁提的", ["ai", "应用"]),
        ("记得有位委员提过盘活资产的提案，编号是多少", ["盘活", "资产"]),
        ("我想找有个讲修桥的建议，能不能查到是谁提的呀", ["修桥"]),
        # Nothing is said of what it is about, or it is no proposal.
        ("代表建议由谁答复", []),
        ("政协提案的办理单位是谁", []),
        ("农村饮水安全工程有多少处", []),
    ],
)
def test_what_a_proposal_is_about(question: str, words: list[str]) -> None:
    assert [group[0] for group in subject_groups(understand_query(question))] == words


def test_names_are_no_subject() -> None:
    query = understand_query("王明代表关于清淤的建议是第几号")
    assert [group[0] for group in subject_groups(query, ["王明"])] == ["清淤"]


def test_an_english_word_stands_for_its_translations() -> None:
    groups = subject_groups(understand_query("Who proposed the suggestion on rural drinking water?"))
    assert ["农村" in group for group in groups] == [True, False]
    assert ["饮水" in group for group in groups] == [False, True]


def about(assistant: Assistant, question: str, among: set[int] | None = None) -> set[str]:
    query, generation = understand_query(question), assistant.generation
    found = replies_about(query, subject_groups(query), generation, among)
    return {generation.document(number).source.removesuffix(".txt") for number in found}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("盘活国有资产的提案是谁提的", {"盘活"}),
        ("国资盘活的提案是谁提的", {"盘活"}),
        ("盘活的提案是谁提的", {"盘活", "校舍"}),
        # 建议 is said of a 提案, whose title ends in it; 提案 is not said of a 建议.
        ("盘活国有资产的建议是谁提的", {"盘活"}),
        ("农村饮水安全的提案是谁提的", set()),
        # A letter that quotes no title says it in its opening.
        ("修缮古城墙的建议是谁提的", {"城墙"}),
        # The title says most, the letter the rest.
        ("农村饮水安全护岸的建议是谁提的", {"饮水"}),
        ("农村饮水安全养老服务的建议是谁提的", set()),
        ("养老的建议是谁提的", set()),
        ("2025年农村饮水安全的建议是谁提的", {"饮水"}),
        ("2024年农村饮水安全的建议是谁提的", set()),
        # The full title, where a shorter one fits too.
        ("《关于加快国有资产盘活的建议》是谁提的", {"盘活"}),
    ],
)
def test_the_replies_that_are_meant(replies: Assistant, question: str, expected: set[str]) -> None:
    assert about(replies, question) == expected


def test_only_the_given_replies_are_looked_through(replies: Assistant) -> None:
    generation = replies.generation
    mine = generation.documents_with("proposer", "王明")
    assert about(replies, "充电的建议是第几号", mine) == {"充电"}
    assert about(replies, "农村饮水的建议是第几号", mine) == set()


def test_more_than_can_be_told_apart_are_refused_with_some_numbers(index_of: Callable[..., Assistant]) -> None:
    # Letters that differ in a number alone would be versions of one.
    work = (
        "护岸抛石与拆除旧堰。",
        "泵站换泵并加装闸门。",
        "沿河植柳，立牌巡查。",
        "疏通暗涵，砌筑挡墙。",
        "淤泥脱水后制砖外运。",
    )
    letters = {
        f"r{n}": reply(f"04{n}", "王明代表", titled(f"关于{place}河道清淤的建议", f"04{n}"), n, said=(did * 40))
        for n, place, did in zip(range(11, 16), ("东坝", "西岭", "南渡", "北苑", "中洲"), work, strict=True)
    }
    assistant = index_of(**letters)
    answer = assistant.ask("河道清淤的建议是谁提的")
    assert not answer.answered
    assert "有5件建议或提案的答复同样符合（如第0411号、第0412号、第0413号），请写明编号或提出人。" in answer.answer
