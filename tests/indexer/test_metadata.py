import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.document import Field
from indexer.loaders import load
from indexer.metadata import read_metadata
from tests.indexer.letters import values
from tests.indexer.support import texts

REPLY = """清河市水利局

Ｂ

依申请公开

清水函（2024）007号

清河市水利局关于市十五届人大四次会议

第0123号建议办理情况的答复函

张小河、李大江等5名代表：

你们提出的《关于加快农村饮水工程建设的建议》收悉。所提建议切中要害，我局部分采纳。现答复如下：

一、去年完成改造12处。其中市六届人大三次会议第0999号建议另行答复。

此答复函已经我局王明副局长审签。

清河市水利局

二〇二四年十一月二十日

联系人：赵六

联系电话：023-12345678、13800000000
"""

# Fields whose value is not what stands in the text to the letter: dates, several names, widths and brackets.
NORMALISED = ("date", "published", "category", "document_number", "proposer", "organ", "co_organs", "issuer")


def said(text: str, field: Field) -> str | None:
    return None if field.start is None else text[field.start : field.end]


def test_a_reply_field_by_field() -> None:
    text = clean(REPLY).text
    fields = read_metadata(text)
    assert {name: (field.value, said(text, field)) for name, field in fields.items()} == {
        "title": (
            "清河市水利局关于市十五届人大四次会议 第0123号建议办理情况的答复函",
            "清河市水利局关于市十五届人大四次会议\n\n第0123号建议办理情况的答复函",
        ),
        "issuer": ("清河市水利局", "清河市水利局"),
        "organ": ("清河市水利局", "清河市水利局"),
        "category": ("B", "Ｂ"),
        "disclosure": ("依申请公开", "依申请公开"),
        "document_number": ("清水函〔2024〕007号", "清水函（2024）007号"),
        "proposal_number": ("0123", "0123"),
        "proposal_kind": ("建议", "建议"),
        "proposal_title": ("关于加快农村饮水工程建设的建议", "关于加快农村饮水工程建设的建议"),
        "session": ("市十五届人大四次会议", "市十五届人大四次会议"),
        "proposer": ("张小河、李大江", "张小河、李大江"),
        "addressee": ("张小河、李大江等5名代表", "张小河、李大江等5名代表"),
        "adoption": ("部分采纳", "部分采纳"),
        "signer": ("王明", "王明"),
        "date": ("2024-11-20", "二〇二四年十一月二十日"),
        "contact": ("赵六", "赵六"),
        "phone": ("023-12345678、13800000000", "023-12345678、13800000000"),
        "kind": ("reply", None),
    }


def test_a_notice_says_nothing_of_proposals() -> None:
    text = "清河市水利局\n\n清水发〔2024〕5号\n\n关于做好防汛工作的通知\n\n各县水利局：\n\n现就防汛工作通知如下。\n\n2024年5月6日"
    assert values(text) == {
        "title": "关于做好防汛工作的通知", "issuer": "清河市水利局", "document_number": "清水发〔2024〕5号",
        "date": "2024-05-06", "kind": "notice", "addressee": "各县水利局",
    }  # fmt: skip


@given(texts(), st.one_of(st.none(), st.text(max_size=30)))
def test_spans_are_in_range_and_say_the_value(text: str, title: str | None) -> None:
    canonical = clean(text).text
    for name, field in read_metadata(canonical, title).items():
        assert field.value
        assert (field.start is None) == (field.end is None)
        if field.start is None or field.end is None:
            continue
        assert 0 <= field.start < field.end <= len(canonical)
        found = canonical[field.start : field.end]
        if name == "title":  # Lines that are other fields, line ends and the marks of Markdown are left out.
            characters = iter(found)
            assert all(c in characters for c in field.value if c != " ")
        elif name not in NORMALISED:
            assert field.value in found


@given(
    st.lists(
        st.sampled_from(
            [*REPLY.split("\n\n"), "", "# 标题", "各位代表：", "二〇二五年十十月三日", "第0001号建议（第0002号）收悉。"]
        ),
        max_size=12,
    )
)
def test_parts_of_a_reply_in_any_order_never_fail(parts: list[str]) -> None:
    text = clean("\n\n".join(parts)).text
    for name, field in read_metadata(text).items():
        if field.start is not None and name not in ("title", *NORMALISED):
            assert field.value == text[field.start : field.end]


def test_labelled_fields() -> None:
    text = "索引号：123\n\n发文机关：清河市人民政府\n\n成文日期：2024年5月6日\n\n清河市饮水管理办法\n\n第一条 为了饮水安全，制定本办法。"
    found = values(text)
    assert (found["issuer"], found["date"], found["kind"]) == ("清河市人民政府", "2024-05-06", "measures")


def test_one_very_long_line_is_read_in_time() -> None:
    for unit in ("经", "2025年", "〔2025〕", "代表", "第1号", "1" * 50, "提出的《"):
        assert "kind" in values("关于饮水的报告\n" + unit * (600_000 // len(unit)))


# Names and numbers of contact persons are personal: they are compared with what the letter says behind their label.
_PERSONAL = {
    "contact": re.compile("联系人：(.+)"), "phone": re.compile("联系电话：(.+)"),
    "reporter": re.compile("^(?:□ 重庆日报|新闻)记者 (.+)", re.MULTILINE),
}  # fmt: skip
_SEEDS = {
    "000": {
        "title": "重庆市国有资产监督管理委员会" + " 关于市六届人大三次会议第0457号建议 办理情况的答复函",
        "issuer": "重庆市国有资产监督管理委员会", "document_number": "渝国资函〔2025〕313号", "kind": "reply",
        "proposal_number": "0457", "proposal_kind": "建议", "session": "市六届人大三次会议",
        "proposal_title": "关于进一步深化区县国有企业高质量转型发展的建议", "proposer": "罗清泉", "addressee": "罗清泉代表",
        "organ": "重庆市国有资产监督管理委员会", "disclosure": "同意公开", "category": "A", "adoption": "完全采纳", "signer": "曾菁华",
    },
    "001": {
        "title": "重庆市国有资产监督管理委员会 关于市政协六届三次会议第0627号提案 答复的函",
        "issuer": "重庆市国有资产监督管理委员会", "document_number": "渝国资函〔2025〕292号", "kind": "reply",
        "proposal_number": "0627", "proposal_kind": "提案", "session": "市政协六届三次会议",
        "proposal_title": "关于加快国有资产盘活，扩大有效投资的建议", "proposer": "王彭果", "addressee": "王彭果委员",
        "organ": "重庆市国有资产监督管理委员会", "co_organs": "市发展改革委、市财政局",
        "disclosure": "同意公开", "category": "A", "signer": "曾菁华", "date": "2025-04-30",
    },
    "002": {"title": "大渡口区2023年度企业国有资产 （不含金融企业）管理情况专项报告", "kind": "report"},
    "003": {"title": "集中攻坚奋力突破 确保如期高质量完成改革目标", "kind": "news"},
    "004": {
        "title": "市委六届四次全会精神解读 向全国发出重庆改革好声音" + " 中共重庆市委举行新闻发布会解读市委六届四次全会精神",
        "kind": "news",
    },
}  # fmt: skip


@pytest.mark.parametrize("seed", _SEEDS)
def test_real_documents_field_by_field(seeds: Path, seed: str) -> None:
    text = clean(load(next(seeds.glob(f"{seed}_*.txt")), 10**6).text).text
    fields = read_metadata(text)
    found = {name: field.value for name, field in fields.items()}
    expected = dict(_SEEDS[seed])
    for name, label in _PERSONAL.items():
        said = label.findall(text)
        if said:
            expected[name] = "、".join(said)
    assert found == expected
    assert all(field.start is not None for name, field in fields.items() if name != "kind")


def test_a_run_of_separators_costs_no_more_than_other_text() -> None:
    """It once took its length squared: minutes for this."""
    fields = read_metadata(
        clean(f"清河区水利局\n\n关于防汛的通知\n\n发文机关：清河区水利局{'，' * 200_000}\n\n正文。\n").text
    )
    assert fields["title"].value == "关于防汛的通知"
