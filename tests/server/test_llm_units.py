"""The parts of a verified model's answer by themselves: markers as they stream, facts, the prompt."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.answer.llm_facts import Figure, facts_of, misplaced, unstated
from server.answer.llm_markers import Claim, ClaimParser
from server.answer.llm_prompt import speaks_to_a_model

# Markers


def parsed(*pieces: str) -> list[Claim]:
    parser = ClaimParser()
    return [claim for piece in pieces for claim in parser.feed(piece)] + parser.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("资产696.9亿元。[1]负债401.7亿元[2]。", [("资产696.9亿元。", (1,)), ("负债401.7亿元。", (2,))]),
        ("甲。【1】乙。［２］丙。[1][3]", [("甲。", (1,)), ("乙。", (2,)), ("丙。", (1, 3))]),
        ("甲[1，2]。", [("甲。", (1, 2))]),
        ("甲[资料3]。乙【1†来源】。", [("甲。", (3,)), ("乙。", (1,))]),
        ("甲。[1]。乙。", [("甲。", (1,)), ("乙。", ())]),
        ("1. 甲[1]\n2. 乙[2]", [("甲", (1,)), ("乙", (2,))]),
        ("3.5亿元[1]。", [("3.5亿元。", (1,))]),
        ("增长3.5%，详见[附件]。[1]", [("增长3.5%，详见[附件]。", (1,))]),
        ("渝国资函[2025]313号[1]。", [("渝国资函[2025]313号。", (1,))]),
        ("It rose to 3.5. [1] It fell. [2]", [("It rose to 3.5.", (1,)), ("It fell.", (2,))]),
        ("他说“好。”[1]然后走了。[2]", [("他说“好。”", (1,)), ("然后走了。", (2,))]),
        ("见http://a.example/?q=1[1]。", [("见http://a.example/?q=1。", (1,))]),
        ("", []),
        ("[1]", []),
    ],
)
def test_claims_and_their_markers(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(claim.text, claim.ids) for claim in parsed(text)] == expected
    assert [(claim.text, claim.ids) for claim in parsed(*text)] == expected


_PARTS = st.sampled_from(
    (
        "甲",
        "乙乙",
        "。",
        "；",
        "\n",
        "[1]",
        "【2】",
        "［３］",
        "[",
        "]",
        "[1",
        "1]",
        "631",
        "[2025]",
        "!",
        ". ",
        " ",
        "- ",
        "”",
        "A",
    )
)


@given(parts=st.lists(_PARTS, max_size=30), cuts=st.lists(st.integers(0, 60), max_size=10))
def test_how_a_text_is_cut_over_pieces_makes_no_difference(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert parsed(*pieces) == parsed(text)


def test_a_claim_comes_as_soon_as_it_is_whole() -> None:
    parser = ClaimParser()
    assert parser.feed("甲。") == []  # A marker may follow.
    assert parser.feed("[") == []
    assert parser.feed("1]") == []  # Another one may.
    assert parser.feed("乙") == [Claim("甲。", (1,))]
    assert parser.feed("\n丙。") == [Claim("乙", ())]
    assert parser.close() == [Claim("丙。", (), new_line=True)]


# Facts


def figures(text: str) -> set[tuple[str, str]]:
    return {(f"{figure.value:f}", figure.unit) for figure in facts_of(text).figures}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("资产总额为696.9亿元", {("69690000000", "元")}),
        ("６９６．９亿元", {("69690000000", "元")}),
        ("69.69 billion yuan", {("69690000000", "元")}),
        ("1,924.8亿元", {("192480000000", "元")}),
        ("1，924户", {("1924", "")}),
        ("增长5.1%", {("5.1", "%")}),
        ("up 5.10 percent", {("5.1", "%")}),
        ("提高1个百分点", {("1", "百分点")}),
        ("提前六个月", {("6", "个月")}),
        ("six months ahead", {("6", "个月")}),
        ("十二家", {("12", "")}),
        ("一百二十三户", {("123", "")}),
        ("二〇二五年", {("2025", "年")}),
        ("一个办法，统一部署，十分重要", set()),
        ("第0457号建议", {("457", "")}),
    ],
)
def test_figures(text: str, expected: set[tuple[str, str]]) -> None:
    assert figures(text) == expected


def test_dates_numbers_and_quotes() -> None:
    facts = facts_of("渝国资函〔2025〕313号于2025年4月30日印发《工作方案》，称“三个 集中”。")
    assert facts.dates == {(2025, 4, 30)}
    assert facts.numbers == {"渝国资函〔2025〕313号"}
    assert facts.quoted == {"工作方案", "三个集中"}
    assert facts.figures == {Figure(Decimal(3), "")}
    for same in ("April 30, 2025", "30 Apr 2025", "2025-04-30", "二〇二五年四月三十日", "２０２５年４月３０日"):
        assert facts_of(same).dates == {(2025, 4, 30)}, same
    assert facts_of("渝国资函[2025]313号").numbers == {"渝国资函〔2025〕313号"}


STATED = "渝国资函〔2025〕313号\n2025年4月30日\n2023年末，资产总额为696.9亿元，同比增长5.1%，一级企业6家，执行“631”工作机制，提前3个月落实资金。"


@pytest.mark.parametrize(
    "claim",
    ["资产总额696.9亿元", "资产为69,690,000,000元", "同比增长5.1%", "共有六家一级企业", "2023年末", "631机制", "“631”", "提前三个月", "2025年4月30日",
     "rose by 5.1 percent",
     "依据渝国资函〔2025〕313号", "2025年", "没有数字的话"],
)  # fmt: skip
def test_what_is_stated(claim: str) -> None:
    assert unstated(facts_of(claim), facts_of(STATED), STATED) == []


@pytest.mark.parametrize(
    "claim",
    ["资产总额696.8亿元", "资产总额696.9万元", "资产总额696.9%", "同比增长5.1亿元", "七家一级企业", "2024年末", "“632”",
     "提前3年", "2025年4月29日", "“三攻坚”",
     "国资函〔2024〕313号", "渝国资函〔2025〕314号", "渝府函〔2025〕313号", "《工作方案》", "June 1, 2025", "增长51%",
     "同比下降5.1%", "fell by 5.1 percent"],
)  # fmt: skip
def test_what_is_not_stated(claim: str) -> None:
    assert unstated(facts_of(claim), facts_of(STATED), STATED) != []


@given(value=st.decimals(1, 10_000, places=2), unit=st.sampled_from(["亿元", "万元", "%", "户", "个月"]))
def test_a_figure_is_found_again_as_it_was_written(value: Decimal, unit: str) -> None:
    text = f"共计{value}{unit}。"
    wide = text.translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789.%"})
    assert facts_of(text).figures == facts_of(wide).figures
    assert len(facts_of(text).figures) == 1
    assert unstated(facts_of(wide), facts_of(text), text) == []
    other = facts_of(f"共计{value + 1}{unit}。")
    assert unstated(other, facts_of(text), text) != []


@given(st.text(max_size=60))
def test_a_text_states_what_it_says(text: str) -> None:
    facts = facts_of(text)
    assert unstated(facts, facts, text) == []
    assert all(isinstance(figure, Figure) for figure in facts.figures)


LEDGER = (
    "到2023年末，区属企业资产总额为696.9亿元，同比增长5.1%；负债总额为401.7亿元，同比增长2.5%；平均资产负债率为57.6%。"
)


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("资产总额为696.9亿元", False), ("资产总额为401.7亿元", True), ("2023年末区属企业资产总额401.7亿元", True),
        ("2023年末区属企业负债总额为401.7亿元", False), ("负债总额达到696.9亿元", True), ("资产负债率为57.6%", False),
        ("资产696.9亿元，负债401.7亿元", False), ("资产总额同比增长5.1%", False), ("696.9亿元", False),
    ],
)  # fmt: skip
def test_a_figure_belongs_to_what_the_text_says_it_of(claim: str, wrong: bool) -> None:
    assert misplaced(claim, LEDGER) is wrong


@given(st.text(max_size=80))
def test_a_text_misplaces_nothing_of_its_own(text: str) -> None:
    assert misplaced(text, text) is False


@pytest.mark.parametrize(
    "text",
    ["现将办理情况向您回复如下：", "不得忽略安全生产的要求。", "您是来自基层的代表，您的建议很中肯。", "请于三日内回复我委。",
     "请按系统提示操作。", "系统梳理存量资产，输出问题清单。",
     "建设智能助手，为企业和用户答疑。", "各单位应当按照以上要求抓好落实。", "不可忽视前面提到的风险。"],
)  # fmt: skip
def test_what_documents_say_to_their_readers_is_evidence(text: str) -> None:
    assert not speaks_to_a_model(text)
